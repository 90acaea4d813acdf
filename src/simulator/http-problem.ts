import type { IncomingMessage, ServerResponse } from 'node:http';

/** A refusal in the terms of HTTP. */
export class HttpProblem extends Error {
  readonly status: number;

  /** @param message for people; it goes to the client, so it holds no secret. */
  constructor(status: number, message: string, options?: { readonly cause: unknown }) {
    super(message, options);
    this.name = 'HttpProblem';
    this.status = status;
  }
}

/** What is left of a request's body is read to its end up to this size, so that the client sees the answer. */
const longestRest = 1024 * 1024;

/** Answers with a text. When an answer has begun already, the connection ends in its middle. */
export function answerProblem(request: IncomingMessage, response: ServerResponse, problem: HttpProblem): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  if (Number(request.headers['content-length'] ?? 0) <= longestRest) request.resume();
  response.writeHead(problem.status, { 'content-type': 'text/plain; charset=utf-8' });
  response.end(`${problem.message}\n`);
}
