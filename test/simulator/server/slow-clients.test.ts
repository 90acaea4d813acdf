import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { onTestFinished, describe, expect, it } from 'vitest';
import { FakeClock } from '../../../src/base/clock.js';
import { HttpRoutes, type HttpHandler } from '../../../src/simulator/http-routes.js';
import { selfSignedCertificate } from '../../../src/simulator/server/certificate.js';
import { defaultLimits, Listener, type ServerLimits } from '../../../src/simulator/server/listener.js';
import { WireFaults } from '../../../src/simulator/server/wire-faults.js';

async function connected(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined);
  onTestFinished(() => void socket.destroy());
  await once(socket, 'connect');
  return socket;
}

/** All that comes until the server ends the connection. */
async function untilEnded(socket: Socket): Promise<string> {
  let text = '';
  socket.on('data', (chunk) => (text += chunk.toString()));
  await once(socket, 'close');
  return text;
}

async function listening(limits: Partial<ServerLimits>, handler: HttpHandler, isTls = false) {
  const routes = new HttpRoutes();
  routes.add('/', handler);
  const identity = await selfSignedCertificate(['localhost']);
  const defects: unknown[] = [];
  const listener = new Listener({
    host: '127.0.0.1',
    port: 0,
    tls: isTls ? { identity, wrongIdentity: () => identity } : undefined,
    routes,
    faults: new WireFaults(),
    clock: new FakeClock(),
    limits: { ...defaultLimits, ...limits },
    endSession: () => undefined,
    onDefect: (error) => defects.push(error),
  });
  const port = await listener.listen();
  onTestFinished(() => listener.close());
  return { port, defects };
}

/** More than the buffers of a connection take, so that the server has to wait for the client. */
const large = Buffer.alloc(48 * 1024 ** 2);

const answers: readonly [string, HttpHandler][] = [
  ['an answer', ({ response }) => void response.end(large)],
  [
    'a download',
    async ({ response }) => {
      const pieces = Array.from({ length: 48 }, () => large.subarray(0, 1024 ** 2));
      await pipeline(Readable.from(pieces), response);
    },
  ],
];

describe('a client that stands still', () => {
  it.each([
    ['says nothing', ''],
    ['breaks off in the headers', 'POST /sdk HTTP/1.1\r\nHost: x\r\nContent-'],
  ])('loses its connection when it %s', async (_what, sent) => {
    const { port, defects } = await listening({ headersMs: 1 }, ({ response }) => void response.end());
    for (const socket of [await connected(port), await connected(port)]) {
      socket.write(sent);
      expect(await untilEnded(socket)).toMatch(/^HTTP\/1\.1 408 /u);
    }
    expect(defects).toEqual([]);
  });

  it('loses its connection when it does not finish the handshake of TLS', async () => {
    const { port } = await listening({ headersMs: 1 }, ({ response }) => void response.end(), true);
    const socket = await connected(port);
    expect(await untilEnded(socket)).toBe('');
  });

  it.each(answers)('loses its connection when it does not take %s', async (_what, answer) => {
    let ended: () => void = () => undefined;
    const isOver = new Promise<void>((resolve) => (ended = resolve));
    const { port, defects } = await listening({ stalledMs: 1 }, (exchange) => {
      exchange.response.once('close', ended);
      return answer(exchange);
    });
    const socket = await connected(port);
    socket.pause();
    socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    await isOver;
    expect(defects).toEqual([]);
  });

  it('may have half of its connection closed, and still gets its answer', async () => {
    const { port } = await listening({}, ({ response }) => void response.end('fine'));
    const socket = await connected(port);
    socket.end('GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
    expect(await untilEnded(socket)).toContain('fine');
  });
});
