import type { IncomingMessage } from 'node:http';
import type { Endpoint } from '../endpoint.js';
import { Fields } from '../fields.js';
import type { GuestServices } from '../guest/guest-services.js';
import type { HttpExchange, HttpHandler } from '../http-routes.js';
import { sessionHeader } from '../server/cookies.js';
import type { Session } from '../sessions.js';
import { RestProblem, restProblemOf } from './rest-problem.js';
import { asJson, type RestAnswer, type RestRoute } from './rest-route.js';
import { RestRouter } from './rest-router.js';

export interface RestHandlerOptions {
  readonly endpoint: Endpoint;
  readonly services: GuestServices;
  readonly routes: readonly RestRoute[];
  /** Reads the text of a body, within the limits of the server. */
  readonly readBody: (request: IncomingMessage) => Promise<string>;
}

/**
 * Answers requests to the Automation API.
 * @param prefix `/api`, or `/rest` for the older form of it.
 */
export function restHandler(prefix: '/api' | '/rest', options: RestHandlerOptions): HttpHandler {
  const router = new RestRouter(options.routes);
  const isLegacy = prefix === '/rest';
  return async (exchange) => {
    const { request, response } = exchange;
    try {
      const answer = await answerOf(exchange, { prefix, router, isLegacy, options });
      const isBare = answer.status === 204 || (isLegacy && answer.value === undefined);
      const status = isLegacy ? 200 : answer.status;
      const json = asJson(answer.value, isLegacy);
      send(exchange, status, isBare ? undefined : isLegacy ? { value: json } : json);
    } catch (error) {
      const problem = restProblemOf(error);
      if (problem === undefined) throw error;
      if (problem.type === 'UNAUTHENTICATED') response.setHeader('WWW-Authenticate', 'Basic realm="VAPI endpoint"');
      request.resume();
      send(exchange, problem.status, isLegacy ? problem.legacyBody : problem.body);
    }
  };
}

interface Situation {
  readonly prefix: string;
  readonly router: RestRouter;
  readonly isLegacy: boolean;
  readonly options: RestHandlerOptions;
}

async function answerOf({ request, url, signal }: HttpExchange, situation: Situation): Promise<RestAnswer> {
  const { prefix, router, isLegacy, options } = situation;
  const { endpoint, services } = options;
  const session = sessionOf(request, endpoint);
  const path = url.pathname.slice(prefix.length).replace(/\/+$/u, '');
  const { route, params } = router.find(request.method ?? '', path, url.searchParams, isLegacy);
  if (session.isAnonymous && route.isForAnybody !== true) {
    throw new RestProblem('UNAUTHENTICATED', 'Authentication required.');
  }
  const body = bodyOf(await options.readBody(request), isLegacy);
  return route.run({
    endpoint,
    services,
    session,
    body,
    isLegacy,
    signal,
    request,
    query: url.searchParams,
    param: (name) => params.get(name) ?? '',
  });
}

function sessionOf({ headers }: IncomingMessage, { sessions }: Endpoint): Session {
  const token = headers[sessionHeader];
  return (typeof token === 'string' ? sessions.use(token) : undefined) ?? sessions.anonymous;
}

/** @throws RestProblem `INVALID_ARGUMENT` for what is no JSON object. */
function bodyOf(text: string, isLegacy: boolean): Fields {
  if (text.trim() === '') return new Fields({});
  const value = parsed(text);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new RestProblem('INVALID_ARGUMENT', 'The body is no JSON object.');
  }
  const fields = new Fields({ ...value });
  // The older form wraps what an operation takes.
  return isLegacy ? (fields.optionalObject('spec') ?? fields) : fields;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new RestProblem('INVALID_ARGUMENT', 'The body is no JSON.', undefined, { cause });
  }
}

function send({ response }: HttpExchange, status: number, value: unknown): void {
  if (value === undefined) {
    response.writeHead(status, { 'Content-Length': 0 });
    response.end();
    return;
  }
  const bytes = Buffer.from(JSON.stringify(value));
  response.writeHead(status, { 'Content-Type': 'application/json', 'Content-Length': bytes.length });
  response.end(bytes);
}
