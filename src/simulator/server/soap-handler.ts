import type { IncomingMessage } from 'node:http';
import { SoapCodec, UnknownMethodError, type DecodedRequest } from '../../backends/vsphere/soap/soap-codec.js';
import { SoapFormatError } from '../../backends/vsphere/soap/soap-format-error.js';
import { isRef, revealed } from '../../backends/vsphere/soap/values.js';
import { Fault } from '../../base/fault.js';
import { Secret } from '../../base/secret.js';
import type { Endpoint } from '../endpoint.js';
import { fetchMethod } from '../endpoint-schema.js';
import { tellGuestOperation } from '../history/guest-events.js';
import { HttpProblem } from '../http-problem.js';
import type { HttpExchange, HttpHandler } from '../http-routes.js';
import type { CallingClient, MethodRequest } from '../managed-object.js';
import { fetchProperty } from '../properties/object-content.js';
import type { Ref } from '../ref.js';
import type { Session } from '../sessions.js';
import { VimFault } from '../vim-fault.js';
import { asVimFault } from '../world-faults.js';
import { cookieOf, sessionCookie } from './cookies.js';
import { applyEffects, type ServerLimits } from './listener.js';
import { readBody } from './request-body.js';
import type { WireFaults } from './wire-faults.js';

export interface SoapOptions {
  readonly endpoint: Endpoint;
  readonly faults: WireFaults;
  readonly limits: ServerLimits;
  readonly onDefect: (error: unknown, where: string) => void;
}

/** Answers SOAP requests: finds the object, checks the session's rights, and calls the method. */
export function soapHandler(options: SoapOptions): HttpHandler {
  const calls = new SoapCalls(options);
  return (exchange) => calls.answer(exchange);
}

/** What goes back to the client. */
interface Answer {
  readonly status: 200 | 500;
  readonly xml: string;
  /** A session that the client is to use from now on. */
  readonly session?: Session | undefined;
}

class SoapCalls {
  readonly #options: SoapOptions;
  readonly #codec: SoapCodec;

  constructor(options: SoapOptions) {
    this.#options = options;
    this.#codec = new SoapCodec(options.endpoint.schema);
  }

  async answer(exchange: HttpExchange): Promise<void> {
    const { request, response } = exchange;
    const { limits } = this.#options;
    if (request.method !== 'POST') {
      response.setHeader('Allow', 'POST');
      throw new HttpProblem(405, 'SOAP requests are sent by POST.');
    }
    const body = await readBody(request, limits.bodyBytes, limits.bodyMs);
    const answer = await this.#call(body, exchange);
    if (answer === undefined) return;
    const bytes = Buffer.from(answer.xml);
    response.writeHead(answer.status, {
      'Content-Type': 'text/xml; charset=utf-8',
      'Content-Length': bytes.length,
      'Cache-Control': 'no-cache',
      ...(answer.session === undefined ? {} : { 'Set-Cookie': cookieFor(answer.session, exchange) }),
    });
    response.end(bytes);
  }

  /** undefined when the request has no answer: a rule took it. */
  async #call(body: string, exchange: HttpExchange): Promise<Answer | undefined> {
    let decoded: DecodedRequest;
    try {
      decoded = this.#codec.decodeRequest(body);
    } catch (error) {
      return this.#faultAnswer(requestFault(error));
    }
    let session: Session | undefined;
    try {
      const isGoingOn = await this.#strike(decoded, exchange);
      if (!isGoingOn) return undefined;
      const client: CallingClient = {
        address: exchange.request.socket.remoteAddress ?? '',
        userAgent: exchange.request.headers['user-agent'] ?? '',
        security: decoded.header.security === undefined ? undefined : new Secret(revealed(decoded.header.security)),
        useSession: (opened) => (session = opened),
      };
      const result = await this.#run(decoded, exchange, client);
      return { status: 200, xml: this.#codec.encodeResponse(decoded.method.name, result), session };
    } catch (error) {
      if (error instanceof Fault && error.kind === 'connection-lost') throw error;
      exchange.signal.throwIfAborted();
      if (!(error instanceof Fault) && !(error instanceof VimFault)) this.#options.onDefect(error, decoded.method.name);
      return this.#faultAnswer(asVimFault(error, { object: decoded.self }));
    }
  }

  async #run(decoded: DecodedRequest, exchange: HttpExchange, client: CallingClient): Promise<unknown> {
    const { endpoint } = this.#options;
    const { method, self, args } = decoded;
    const session = this.#sessionOf(exchange.request, decoded);
    const needed = Object.entries(method.privileges);
    if (!Object.hasOwn(method.privileges, '_this')) session.requirePrivilege('System.View', self);
    for (const [parameter, privilege] of needed) {
      const objects = parameter === '_this' ? [self] : [args[parameter]].flat();
      for (const object of objects) if (isRef(object)) session.requirePrivilege(privilege, object);
    }
    const object = await endpoint.find(self, session);
    if (object === undefined) {
      const message = `The object '${self.type}:${self.value}' has already been deleted or has not been completely created.`;
      throw new VimFault({ $type: 'ManagedObjectNotFound', obj: self }, message);
    }
    if (method.name === fetchMethod) return fetchProperty(object, String(args['prop']), session, endpoint.schema);
    const bound = object.method(method.name);
    if (bound === undefined) throw notImplemented(method.name, self);
    if (bound.privilege !== null) session.requirePrivilege(bound.privilege, self);
    const request: MethodRequest = { session, self, args, signal: exchange.signal, client };
    let failure: unknown;
    try {
      return await bound.run(request);
    } catch (error) {
      failure = error;
      throw error;
    } finally {
      await tellGuestOperation(endpoint, decoded, session, failure);
    }
  }

  #sessionOf(request: IncomingMessage, { header }: DecodedRequest): Session {
    const { sessions } = this.#options.endpoint;
    const token =
      header.sessionCookie === undefined ? cookieOf(request, sessionCookie) : revealed(header.sessionCookie);
    return (token === undefined ? undefined : sessions.use(token)) ?? sessions.anonymous;
  }

  async #strike(decoded: DecodedRequest, exchange: HttpExchange): Promise<boolean> {
    const { faults, endpoint } = this.#options;
    const { method, self, args } = decoded;
    const concerned = [self, ...Object.values(args).filter(isRef)];
    const effects = await faults.strike({
      kind: 'method',
      method: method.name,
      objects: () => namesOf(concerned, endpoint),
    });
    if (effects.some((effect) => 'expireSession' in effect)) {
      const session = this.#sessionOf(exchange.request, decoded);
      if (!session.isAnonymous) endpoint.sessions.close(session);
    }
    if (!(await applyEffects(effects, exchange, endpoint.clock))) return false;
    for (const effect of effects) {
      if (!('fault' in effect)) continue;
      throw new VimFault(effect.fault, effect.message ?? `A fault rule says that ${method.name} fails.`);
    }
    return true;
  }

  #faultAnswer(error: VimFault): Answer {
    const { fault, message } = error;
    try {
      return { status: 500, xml: this.#codec.encodeFault({ message, fault }) };
    } catch (cause) {
      // A fault rule may name a fault with fields that do not fit.
      if (!(cause instanceof SoapFormatError)) throw cause;
      this.#options.onDefect(cause, `the fault ${fault.$type}`);
      const reason = `The fault ${fault.$type} cannot be sent: ${cause.message}.`;
      return {
        status: 500,
        xml: this.#codec.encodeFault({ message: reason, fault: { $type: 'SystemError', reason } }),
      };
    }
  }
}

/** Ids of the objects, and names of the virtual machines among them. */
async function namesOf(refs: readonly Ref[], endpoint: Endpoint): Promise<ReadonlySet<string>> {
  const names = new Set(refs.map(({ value }) => value));
  for (const ref of refs) {
    if (endpoint.machines.byRef(ref) === undefined) continue;
    const vm = await endpoint.machines.open(ref);
    names.add((await vm.record()).name);
  }
  return names;
}

function requestFault(error: unknown): VimFault {
  if (error instanceof UnknownMethodError) {
    return notImplemented(error.method, error.self ?? { type: 'ManagedObject', value: '' });
  }
  if (error instanceof SoapFormatError)
    return new VimFault({ $type: 'InvalidRequest' }, `The request cannot be read: ${error.message}.`);
  return asVimFault(error);
}

function notImplemented(method: string, receiver: Ref): VimFault {
  return new VimFault(
    { $type: 'MethodNotFound', receiver, method },
    `The simulator has no method ${method} for objects like ${receiver.type} ${receiver.value}.`,
  );
}

function cookieFor(session: Session, { url }: HttpExchange): string {
  const secure = url.protocol === 'https:' ? ' Secure;' : '';
  return `${sessionCookie}="${session.token.reveal()}"; Path=/; HttpOnly;${secure}`;
}
