import {
  createServer,
  request as httpRequest,
  type IncomingMessage,
  type RequestOptions,
  type Server,
} from 'node:http';
import type { Endpoint } from '../../src/simulator/endpoint.js';

export interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

const servers: Server[] = [];

/** Closes what `serve` has opened; after each test. */
export function closeServers(): void {
  for (const server of servers.splice(0)) server.close();
}

/** Serves an endpoint's routes in the plainest way; the simulator's own server has TLS and more. @returns the port. */
export async function serve(endpoint: Endpoint): Promise<number> {
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '', 'http://localhost');
    const handler = endpoint.routes.find(url.pathname);
    const gone = new AbortController();
    response.once('close', () => gone.abort(new Error('The client has gone.')));
    const answered = (async () => handler?.({ request, response, url, signal: gone.signal }))();
    answered.catch((error: unknown) => {
      response.writeHead(599);
      response.end(String(error));
    });
  });
  servers.push(server);
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

/** One request to a path with its query. */
export function ask(
  port: number,
  path: string,
  options: RequestOptions & { readonly body?: Uint8Array | string } = {},
): Promise<Answer> {
  const { body, ...rest } = options;
  return new Promise<Answer>((resolve, reject) => {
    const request = httpRequest({ port, path, agent: false, ...rest }, (response) => {
      const pieces: Buffer[] = [];
      response.on('data', (piece: Buffer) => pieces.push(piece));
      response.on('error', reject);
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(pieces) }),
      );
    });
    request.on('error', reject);
    request.end(body);
  });
}
