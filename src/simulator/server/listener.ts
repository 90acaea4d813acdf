import { createServer as createHttpServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { Socket } from 'node:net';
import { Server as TlsServer } from 'node:tls';
import { sleep, type Clock } from '../../base/clock.js';
import { Fault } from '../../base/fault.js';
import { untilAborted } from '../../base/until-aborted.js';
import { HttpProblem } from '../http-problem.js';
import type { HttpExchange, HttpRoutes } from '../http-routes.js';
import { VimFault } from '../vim-fault.js';
import { Certificates, type ListenerTls } from './certificates.js';
import type { WireEffect, WireFaults } from './wire-faults.js';

/** How much the server bears. Times are real ones, whatever the endpoint's clock. */
export interface ServerLimits {
  /** Longest body of a SOAP request. */
  readonly bodyBytes: number;
  /** How long headers may take to arrive, ms. */
  readonly headersMs: number;
  /** How long the body of a SOAP request may take to arrive, ms. */
  readonly bodyMs: number;
  /** How long a client may neither send more of a file nor take more of an answer, ms. */
  readonly stalledMs: number;
}

export const defaultLimits: ServerLimits = {
  bodyBytes: 16 * 1024 ** 2,
  headersMs: 20_000,
  bodyMs: 60_000,
  stalledMs: 120_000,
};

export interface ListenerOptions {
  readonly host: string;
  readonly port: number;
  /** undefined: without TLS. */
  readonly tls: ListenerTls | undefined;
  readonly routes: HttpRoutes;
  readonly faults: WireFaults;
  readonly clock: Clock;
  readonly limits: ServerLimits;
  /** Ends the session that a request names, for rules that say so. */
  readonly endSession: (request: IncomingMessage) => void;
  /** Told of what nobody expected, with the request that it happened to. */
  readonly onDefect: (error: unknown, where: string) => void;
}

/** What is answered to a client that does not get as far as a request, by the codes of its errors. */
const statusesByCode: Readonly<Record<string, string>> = {
  ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout',
  HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large',
};

/** Connections whose headers are late are looked for so often, ms. */
const longestCheckMs = 5000;

/** Idle connections are kept so long, since clients expect theirs to be there for the next call. */
const keepAliveMs = 75_000;

/** The HTTP server of one endpoint. Whatever one client does, it goes on for the others. */
export class Listener {
  readonly #options: ListenerOptions;
  readonly #server: Server;
  readonly #closing = new AbortController();
  readonly #sockets = new Set<Socket>();
  readonly #certificates: Certificates | undefined;

  constructor(options: ListenerOptions) {
    this.#options = options;
    const { headersMs } = options.limits;
    const settings = {
      headersTimeout: headersMs,
      connectionsCheckingInterval: Math.min(headersMs, longestCheckMs),
      requestTimeout: 0,
      keepAliveTimeout: keepAliveMs,
    };
    this.#certificates = options.tls === undefined ? undefined : new Certificates(options.tls);
    const onRequest = (request: IncomingMessage, response: ServerResponse): void =>
      void this.#answer(request, response);
    this.#server =
      this.#certificates === undefined
        ? createHttpServer(settings, onRequest)
        : createHttpsServer({ ...settings, handshakeTimeout: headersMs, ...this.#certificates.settings }, onRequest);
    this.#server.prependListener('connection', (socket: Socket) => this.#onConnection(socket));
    this.#server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
      const reason = statusesByCode[error.code ?? ''] ?? '400 Bad Request';
      if (socket.writable) socket.end(`HTTP/1.1 ${reason}\r\nConnection: close\r\n\r\n`, () => socket.destroy());
      else socket.destroy();
    });
    // A client that does not get through the handshake cannot be told anything.
    this.#server.on('tlsClientError', (_error: Error, socket: Socket) => void socket.destroy());
  }

  /** @returns the port. @throws Fault `host-unreachable` for an address that cannot be listened on. */
  async listen(): Promise<number> {
    const { host, port } = this.#options;
    await new Promise<void>((resolve, reject) => {
      const onError = (cause: Error): void => {
        const message = `Nothing can listen on ${host}:${port}: ${cause.message}. Choose another address or port.`;
        reject(new Fault('host-unreachable', message, { cause }));
      };
      this.#server.once('error', onError);
      this.#server.listen(port, host, () => {
        this.#server.off('error', onError);
        resolve();
      });
    });
    const address = this.#server.address();
    return typeof address === 'object' && address !== null ? address.port : port;
  }

  /** Ends all requests and connections. */
  async close(): Promise<void> {
    this.#closing.abort(new Fault('cancelled', 'The simulator is being closed.'));
    const closed = new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
    });
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  #onConnection(socket: Socket): void {
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
    // A client that is gone is no matter of this process.
    socket.on('error', () => undefined);
    socket.setNoDelay(true);
    const effects = this.#options.faults.strikeConnection();
    if (effects.some((effect) => 'reset' in effect)) {
      socket.resetAndDestroy();
      return;
    }
    if (!(this.#server instanceof TlsServer)) return;
    this.#certificates?.present(
      this.#server,
      socket,
      effects.some((effect) => 'wrongCertificate' in effect),
    );
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const gone = new AbortController();
    response.once('close', () => gone.abort(new Fault('cancelled', 'The client has gone.')));
    response.on('error', () => undefined);
    this.#watchStalls(request, response);
    const where = `${request.method ?? '?'} ${request.url ?? '?'}`.split('?', 1).join('');
    try {
      const exchange: HttpExchange = {
        request,
        response,
        url: requestUrl(request, this.#options.tls === undefined ? 'http' : 'https'),
        signal: AbortSignal.any([gone.signal, this.#closing.signal]),
      };
      const target = { kind: 'http', verb: request.method ?? '', path: exchange.url.pathname } as const;
      const effects = await this.#options.faults.strike(target);
      if (effects.some((effect) => 'expireSession' in effect)) this.#options.endSession(request);
      const isGoingOn = await applyEffects(effects, exchange, this.#options.clock);
      if (!isGoingOn) return;
      const handler = this.#options.routes.find(exchange.url.pathname);
      if (handler === undefined) throw new HttpProblem(404, 'There is nothing here.');
      await handler(exchange);
    } catch (error) {
      if (gone.signal.aborted || this.#closing.signal.aborted) response.destroy();
      else this.#answerError(error, response, where);
    }
  }

  /** Ends connections over which nothing moves while a file or an answer is on its way; waits for news may last. */
  #watchStalls(request: IncomingMessage, response: ServerResponse): void {
    const { stalledMs } = this.#options.limits;
    if (request.method === 'PUT') request.setTimeout(stalledMs, () => void request.destroy());
    const watch = (): void => void response.setTimeout(stalledMs, () => void response.destroy());
    response.once('pipe', watch);
    response.once('prefinish', watch);
  }

  #answerError(error: unknown, response: ServerResponse, where: string): void {
    if (error instanceof Fault && error.kind === 'connection-lost') {
      response.socket?.destroy();
      return;
    }
    const isExpected = error instanceof HttpProblem || error instanceof Fault || error instanceof VimFault;
    if (!isExpected) this.#options.onDefect(error, where);
    if (response.headersSent) {
      response.destroy();
      return;
    }
    const status = error instanceof HttpProblem ? error.status : 500;
    const text = isExpected ? error.message : 'The simulator failed inside.';
    response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8', Connection: 'close' });
    response.end(`${text}\n`);
  }
}

/** Where the request goes. What the client takes for the host's name does not matter. */
function requestUrl(request: IncomingMessage, scheme: 'http' | 'https'): URL {
  try {
    return new URL(request.url ?? '/', `${scheme}://${request.headers.host ?? 'localhost'}`);
  } catch {
    throw new HttpProblem(400, 'The request has no URL that can be read.');
  }
}

/**
 * Lets rules strike a request.
 * @returns whether the request still wants an answer.
 */
export async function applyEffects(
  effects: readonly WireEffect[],
  { response, signal }: HttpExchange,
  clock: Clock,
): Promise<boolean> {
  for (const effect of effects) {
    if ('delayMs' in effect) {
      await sleep(clock, effect.delayMs, signal);
    } else if ('reset' in effect) {
      response.socket?.destroy();
      return false;
    } else if ('status' in effect) {
      response.writeHead(effect.status, { 'Content-Type': 'text/html', Connection: 'close' });
      response.end(`<html><body><h1>${effect.status}</h1></body></html>\n`);
      return false;
    } else if ('never' in effect) {
      await untilAborted(() => new Promise<never>(() => undefined), signal);
    } else if ('cutAfterBytes' in effect) {
      cutAfter(response, effect.cutAfterBytes);
    }
  }
  return true;
}

/** Lets only so many bytes of the answer's body out, and then breaks the connection off. */
function cutAfter(response: ServerResponse, mostBytes: number): void {
  let left = mostBytes;
  const write = response.write.bind(response);
  const send = (chunk: unknown): void => {
    if (chunk === undefined || chunk === null || response.destroyed) return;
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : Buffer.from(chunk as Uint8Array);
    const part = bytes.subarray(0, left);
    left -= part.length;
    if (part.length > 0) write(part);
  };
  const breakOff = (): void => {
    if (!response.headersSent) response.flushHeaders();
    response.socket?.end(() => response.socket?.destroy());
  };
  response.write = (chunk: unknown): boolean => {
    send(chunk);
    if (left === 0) breakOff();
    return true;
  };
  response.end = (chunk?: unknown): ServerResponse => {
    send(typeof chunk === 'function' ? undefined : chunk);
    breakOff();
    return response;
  };
}
