import type { IncomingMessage, ServerResponse } from 'node:http';

/** One HTTP request on its way through the routes. */
export interface HttpExchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** Of the request, with the address that the client used. */
  readonly url: URL;
  /** Aborted when the client has gone, or the server closes. */
  readonly signal: AbortSignal;
}

/**
 * Answers a request; resolves when the answer is written. What it throws becomes a 500 whose text says no more than the
 * message of a Fault or VimFault.
 */
export type HttpHandler = (exchange: HttpExchange) => Promise<void> | void;

/** Which handler answers which path. The longest prefix wins. */
export class HttpRoutes {
  readonly #routes = new Map<string, HttpHandler>();

  /** @param prefix like `/api`: this path itself and everything below it. */
  add(prefix: string, handler: HttpHandler): void {
    if (this.#routes.has(prefix)) throw new Error(`The route ${prefix} is taken already.`);
    this.#routes.set(prefix, handler);
  }

  /** undefined when no route covers the path. */
  find(path: string): HttpHandler | undefined {
    for (let prefix = path; ;) {
      const handler = this.#routes.get(prefix);
      if (handler !== undefined) return handler;
      const slash = prefix.lastIndexOf('/');
      if (slash <= 0) return this.#routes.get('/');
      prefix = prefix.slice(0, slash);
    }
  }
}
