import type { Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { secureConnector } from '../../../../src/backends/vsphere/http/secure-connector.js';
import { goodCertificate, testAuthority } from '../../../fixtures/tls/certificates.js';
import { TestServer } from '../test-server.js';

const closers: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

describe('a connection with a buffer of its own', () => {
  it.each([
    ['https:', goodCertificate],
    ['http:', null],
  ])('over %s reads into it, and makes none itself', async (protocol, certificate) => {
    const server = await TestServer.start((_request, response) => response.end('answer'), certificate);
    closers.push(() => server.close());
    const buffer = Buffer.alloc(1000);
    const read = new Promise<string>((resolve, reject) => {
      const onread = {
        buffer,
        callback: (size: number) => {
          resolve(buffer.toString('latin1', 0, size));
          return true;
        },
      };
      const connect = secureConnector({ kind: 'authorities', ca: [testAuthority] }, undefined, onread);
      connect({ protocol, hostname: '127.0.0.1', port: server.url.port }, (error, socket: Socket | null) => {
        socket?.on('data', () => reject(new Error('the connection read into a buffer of its own')));
        if (socket === null) reject(error ?? new Error('no connection'));
        else socket.write('GET / HTTP/1.0\r\n\r\n');
      });
    });
    expect(await read).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
  });
});
