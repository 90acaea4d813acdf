import { createServer, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { Dispatchers } from '../../../../src/backends/vsphere/http/dispatchers.js';
import { noProxy } from '../../../../src/backends/vsphere/http/proxy-rule.js';
import { DownloadBuffer } from '../../../../src/backends/vsphere/transfer/download-buffer.js';
import { get } from '../../../../src/backends/vsphere/transfer/http-transfer.js';
import { FakeClock, settle } from '../../../../src/base/clock.js';

const pieceBytes = 1024 * 1024;
const closers: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

/** Asks a server that does to its connection what it is told, and gives the download and when the server has ended. */
async function download(serve: (socket: Socket) => void) {
  let server: Server | undefined;
  const ended = new Promise<void>((resolve) => {
    server = createServer((socket) => {
      socket.on('error', () => undefined).on('finish', () => resolve());
      socket.once('data', () => serve(socket));
    });
  });
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  const address = server?.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  const dispatchers = new Dispatchers(noProxy);
  closers.push(() => new Promise((resolve) => server?.close(resolve)));
  closers.push(() => dispatchers.close());
  const url = new URL(`http://127.0.0.1:${port}/file`);
  const context = { signal: new AbortController().signal, clock: new FakeClock() };
  return { ended, download: await get(dispatchers.peer(url, { kind: 'insecure' }), url, context) };
}

async function sizeOf(chunks: AsyncIterable<Uint8Array>): Promise<number> {
  let size = 0;
  for await (const chunk of chunks) size += chunk.byteLength;
  return size;
}

function head(length: number): string {
  return `HTTP/1.1 200 OK\r\nContent-Length: ${length}\r\nConnection: close\r\n\r\n`;
}

describe('a download whose reader takes his time', () => {
  // The reader's buffers are full exactly when the last byte has come.
  const size = 3 * pieceBytes;

  it('is whole, also when the server has closed the connection long ago', async () => {
    const { ended, download: asked } = await download((socket) => {
      socket.write(head(size));
      socket.end(Buffer.alloc(size));
    });
    await ended;
    expect(await sizeOf(asked.chunks)).toBe(size);
  });

  it('fails when the server has closed the connection too early', async () => {
    const { ended, download: asked } = await download((socket) => {
      socket.write(head(2 * size));
      socket.end(Buffer.alloc(size));
    });
    await ended;
    await expect(sizeOf(asked.chunks)).rejects.toMatchObject({ kind: 'lost' });
  });

  it('does not fetch more than a few pieces ahead', async () => {
    let sent = 0;
    const { download: asked } = await download((socket) => {
      socket.write(head(64 * pieceBytes));
      const send = (): void => {
        while (sent < 64 * pieceBytes) {
          sent += pieceBytes;
          if (!socket.write(Buffer.alloc(pieceBytes))) break;
        }
      };
      socket.on('drain', send);
      send();
    });
    const first = await asked.chunks.next();
    await settle(500);
    expect(first.value).toHaveLength(pieceBytes);
    await asked.chunks.return(undefined);
    expect(sent).toBeLessThan(64 * pieceBytes);
  });
});

describe('DownloadBuffer', () => {
  it('gives the bytes in their order whatever pieces they come in, and uses its buffers again', async () => {
    const buffer = new DownloadBuffer();
    const bytes = Buffer.alloc(2 * pieceBytes + 12_345, 'abcdefghijk');
    for (let at = 0; at < bytes.length; at += 16_383) buffer.add(bytes.subarray(at, at + 16_383));
    buffer.end();
    const copies: Buffer[] = [];
    for await (const piece of buffer.pieces(() => undefined)) copies.push(Buffer.from(piece));
    expect(Buffer.concat(copies).equals(bytes)).toBe(true);
  });

  it('gives what came before a failure, then the failure', async () => {
    const buffer = new DownloadBuffer();
    buffer.add(Buffer.alloc(pieceBytes));
    buffer.fail(new Error('broke off'));
    const pieces = buffer.pieces(() => undefined);
    expect((await pieces.next()).value).toHaveLength(pieceBytes);
    await expect(pieces.next()).rejects.toThrow('broke off');
  });
});
