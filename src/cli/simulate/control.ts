import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { FakeClock, type Clock } from '../../base/clock.js';
import { Fault } from '../../base/fault.js';
import { isObject } from '../../world/schema-parts.js';
import type { RunningEndpoint } from './running-endpoint.js';

const bodyLimitBytes = 1024 ** 2;
const host = '127.0.0.1';
/** Longest step of the clock, a year: each timer on the way fires. */
const longestStepMs = 366 * 24 * 3_600_000;

/** Why a request is refused. */
class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/**
 * Steers a simulation over HTTP, from this machine only: its clock and the fault rules of its endpoints. Web pages have
 * no way in: a request must name this machine as its host, and one that a browser sends for a page is refused.
 */
export class Control {
  readonly #clock: Clock;
  readonly #endpoints: readonly RunningEndpoint[];
  /** Steps of the clock take turns. */
  #advancing: Promise<void> = Promise.resolve();
  readonly #server = createServer((request, response) => void this.#answer(request, response));

  /** @param endpoints those that run; more may come. */
  constructor(clock: Clock, endpoints: readonly RunningEndpoint[]) {
    this.#clock = clock;
    this.#endpoints = endpoints;
  }

  /** @returns its URL. @throws Error when the port is not to be had. */
  async listen(port: number): Promise<string> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', (cause) =>
        reject(
          new Error(`the control cannot listen on ${host}:${port}: ${cause.message}; choose another --control-port`, {
            cause,
          }),
        ),
      );
      this.#server.listen(port, host, resolve);
    });
    const address = this.#server.address();
    return `http://${host}:${isObject(address) ? address.port : port}`;
  }

  /** Ends its connections. */
  async close(): Promise<void> {
    if (!this.#server.listening) return;
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
    });
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      send(response, 200, await this.#carryOut(request));
    } catch (error) {
      if (error instanceof Refusal) send(response, error.status, { error: error.message });
      else if (error instanceof Fault) send(response, 400, { error: error.message });
      else send(response, 500, { error: error instanceof Error ? error.message : String(error) });
    }
  }

  async #carryOut(request: IncomingMessage): Promise<unknown> {
    const { hostname, pathname } = new URL(request.url ?? '/', `http://${request.headers.host ?? 'nowhere'}`);
    if (hostname !== host && hostname !== 'localhost') throw new Refusal(403, `call it as http://${host}`);
    if (request.headers.origin !== undefined) throw new Refusal(403, 'web pages may not call this');
    const [resource = '', name = '', part, id, ...more] = pathname.slice(1).split('/');
    if (more.length > 0) throw unknownPath(pathname);
    if (resource === 'clock' && name === '') return this.#clockResource(request);
    if (resource !== 'endpoints') throw unknownPath(pathname);
    if (name === '') {
      requireMethod(request, ['GET']);
      return this.#endpoints.map(({ description }) => description);
    }
    const endpoint = this.#endpoints.find((candidate) => candidate.name === name);
    if (endpoint === undefined) {
      const names = this.#endpoints.map((candidate) => candidate.name);
      throw new Refusal(404, `there is no endpoint '${name}'; there are ${names.join(', ')}`);
    }
    if (part !== 'faults') throw unknownPath(pathname);
    return id === undefined ? faultsResource(request, endpoint) : faultResource(request, endpoint, id);
  }

  async #clockResource(request: IncomingMessage): Promise<unknown> {
    const clock = this.#clock;
    if (requireMethod(request, ['GET', 'POST']) === 'POST') {
      const body = await readBody(request);
      const ms = isObject(body) && 'advanceMs' in body ? body.advanceMs : undefined;
      if (typeof ms !== 'number' || !Number.isInteger(ms) || ms < 0 || ms > longestStepMs) {
        throw new Refusal(400, 'expected {"advanceMs": a whole number of milliseconds}');
      }
      if (!(clock instanceof FakeClock)) {
        throw new Refusal(409, 'the clock is the real one; start with --fake-clock to move it');
      }
      const advance = (): Promise<void> => clock.advance(ms);
      this.#advancing = this.#advancing.then(advance, advance);
      await this.#advancing;
    }
    return { now: new Date(clock.now()).toISOString(), isFake: clock instanceof FakeClock };
  }
}

async function faultsResource(request: IncomingMessage, endpoint: RunningEndpoint): Promise<unknown> {
  const method = requireMethod(request, ['GET', 'POST', 'DELETE']);
  if (method === 'POST') return { id: endpoint.addRule(await readBody(request)) };
  if (method === 'DELETE') endpoint.clearRules();
  return endpoint.rules;
}

function faultResource(request: IncomingMessage, endpoint: RunningEndpoint, id: string): unknown {
  requireMethod(request, ['DELETE']);
  if (!endpoint.removeRule(id)) throw new Refusal(404, `there is no fault rule '${id}'`);
  return endpoint.rules;
}

function unknownPath(path: string): Refusal {
  const known = '/clock, /endpoints, /endpoints/NAME/faults and /endpoints/NAME/faults/ID';
  return new Refusal(404, `there is nothing at '${path}'; there are ${known}`);
}

function requireMethod({ method = '' }: IncomingMessage, methods: readonly string[]): string {
  if (methods.includes(method)) return method;
  throw new Refusal(405, `${method} is not possible here; ${methods.join(', ')} is`);
}

async function readBody(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > bodyLimitBytes) throw new Refusal(413, `a body may have ${bodyLimitBytes} bytes`);
    chunks.push(chunk);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString());
  } catch (error) {
    throw new Refusal(400, `the body is no JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function send(response: ServerResponse, status: number, content: unknown): void {
  response.writeHead(status, { 'Content-Type': 'application/json' });
  response.end(`${JSON.stringify(content)}\n`);
}
