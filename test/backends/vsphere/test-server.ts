import { once } from 'node:events';
import {
  createServer as createPlain,
  type IncomingMessage,
  type RequestListener,
  type ServerResponse,
} from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo, Server, Socket } from 'node:net';
import { connect } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { goodCertificate, type TestCertificate } from '../../fixtures/tls/certificates.js';

/** A server on loopback that a test scripts. */
export class TestServer {
  readonly url: URL;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(server: Server, protocol: string) {
    this.#server = server;
    this.url = new URL(`${protocol}//127.0.0.1:${(server.address() as AddressInfo).port}/`);
    server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
    });
  }

  static async start(
    answer: (request: IncomingMessage, response: ServerResponse, body: string) => void,
    certificate: TestCertificate | null = goodCertificate,
    port = 0,
  ): Promise<TestServer> {
    const listener: RequestListener = (request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => answer(request, response, Buffer.concat(chunks).toString('utf8')));
    };
    const server = certificate === null ? createPlain(listener) : createServer({ ...certificate }, listener);
    await listening(server, port);
    return new TestServer(server, certificate === null ? 'http:' : 'https:');
  }

  /** Connections that are open. */
  get connections(): number {
    return this.#sockets.size;
  }

  /** Resets every connection. */
  breakConnections(): void {
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

/** A proxy that opens tunnels by CONNECT. */
export interface TestProxy {
  readonly url: string;
  /** Where tunnels were asked for, with the authorization that came along. */
  readonly asked: readonly { readonly authority: string; readonly authorization: string | undefined }[];
  close(): Promise<void>;
}

/** Between two attempts to take a port that is taken. */
const takenMs = 20;
/** A connection of another test is gone sooner, and a test that waits longer ends without a reason. */
const mostTakenMs = 3000;

/** @param status what it answers: 200 opens the tunnel. */
export async function startProxy(status = 200): Promise<TestProxy> {
  const asked: { authority: string; authorization: string | undefined }[] = [];
  const sockets = new Set<Socket>();
  const server = createPlain((_request, response) => response.writeHead(405).end());
  server.on('connect', (request, client: Socket) => {
    const authority = request.url ?? '';
    asked.push({ authority, authorization: request.headers['proxy-authorization'] });
    sockets.add(client);
    client.on('error', () => client.destroy());
    if (status !== 200) return client.end(`HTTP/1.1 ${status} No\r\n\r\n`);
    const [host, port] = authority.split(':');
    const upstream = connect(Number(port), host, () => {
      client.write('HTTP/1.1 200 OK\r\n\r\n');
      upstream.pipe(client).pipe(upstream);
    });
    sockets.add(upstream);
    upstream.on('error', () => client.destroy());
    return undefined;
  });
  await listening(server, 0);
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/**
 * Listens; where a connection of another test has taken the port of a server that comes back, as soon as it is free.
 * @throws Error `EADDRINUSE` when it is not for some seconds.
 */
async function listening(server: Server, port: number): Promise<void> {
  for (const sinceMs = performance.now(); ;) {
    try {
      server.listen(port, '127.0.0.1');
      await once(server, 'listening');
      return;
    } catch (error) {
      const isTaken = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
      if (port === 0 || !isTaken || performance.now() - sinceMs > mostTakenMs) throw error;
      await setTimeout(takenMs);
    }
  }
}
