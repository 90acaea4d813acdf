import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { Dispatchers } from '../../../../src/backends/vsphere/http/dispatchers.js';
import { HttpFailure } from '../../../../src/backends/vsphere/http/http-failure.js';
import { get, put } from '../../../../src/backends/vsphere/transfer/http-transfer.js';
import { FakeClock, RealClock } from '../../../../src/base/clock.js';

type Answer = (request: IncomingMessage, response: ServerResponse) => unknown;

const cleanUps: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0)) await cleanUp();
});

/** A server that answers by the function, and the way to it. */
async function serving(answer: Answer) {
  const server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const dispatchers = new Dispatchers();
  cleanUps.push(async () => {
    await dispatchers.close();
    server.closeAllConnections();
    await new Promise((resolve) => {
      server.close(resolve);
    });
  });
  const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/guestFile?id=1&token=t`);
  return { url, peer: dispatchers.peer(url, { kind: 'insecure' }) };
}

function context(overrides: { signal?: AbortSignal; clock?: FakeClock } = {}) {
  return { signal: new AbortController().signal, clock: new RealClock(), ...overrides };
}

async function* pieces(...texts: readonly string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield Buffer.from(text);
}

async function textOf(request: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

describe('an upload', () => {
  it('sends all bytes with their number, and not in chunks', async () => {
    const seen: { headers?: IncomingMessage['headers']; text?: string; path?: string | undefined } = {};
    const { peer, url } = await serving(async (request, response) => {
      Object.assign(seen, { headers: request.headers, path: request.url, text: await textOf(request) });
      response.writeHead(201).end();
    });
    await put(peer, url, { size: 6, chunks: pieces('abc', '', 'def') }, context());
    expect(seen).toMatchObject({ text: 'abcdef', path: '/guestFile?id=1&token=t' });
    expect(seen.headers).toMatchObject({ 'content-length': '6', connection: 'close' });
    expect(seen.headers).not.toHaveProperty('transfer-encoding');
  });

  it('is through with a piece before it asks for the next, which may come in the same buffer', async () => {
    const sums: string[] = [];
    const { peer, url } = await serving(async (request, response) => {
      const hash = createHash('sha256');
      for await (const chunk of request) {
        hash.update(chunk);
        // A receiver that lags behind leaves pieces unsent.
        await new Promise(setImmediate);
      }
      sums.push(hash.digest('hex'));
      response.end();
    });
    const sizes = [1, 100, 300_000, 9_000, 16_384, 65_536, 600_000, 3, 70_000];
    const sent = createHash('sha256');
    const shared = Buffer.alloc(Math.max(...sizes));
    const reusing = async function* (): AsyncGenerator<Uint8Array> {
      for (const [index, size] of sizes.entries()) {
        const piece = shared.fill(index + 1).subarray(0, size);
        sent.update(piece);
        yield piece;
      }
    };
    await put(peer, url, { size: sizes.reduce((sum, size) => sum + size), chunks: reusing() }, context());
    expect(sums).toEqual([sent.digest('hex')]);
  });

  it('sends an empty file with the length 0', async () => {
    const lengths: unknown[] = [];
    const { peer, url } = await serving((request, response) => {
      lengths.push(request.headers['content-length']);
      response.end();
    });
    await put(peer, url, { size: 0, chunks: pieces() }, context());
    expect(lengths).toEqual(['0']);
  });

  it.each([
    { said: 5, why: 'more', sizes: /5 bytes were to be sent, but the source has 6/ },
    { said: 7, why: 'fewer', sizes: /7 bytes were to be sent, but the source has 6/ },
  ])('fails when there are $why bytes than said', async ({ said, sizes }) => {
    const { peer, url } = await serving((request, response) => {
      request.on('error', () => undefined).resume();
      request.on('end', () => response.end());
    });
    await expect(put(peer, url, { size: said, chunks: pieces('abc', 'def') }, context())).rejects.toThrow(sizes);
  });

  it('ends with what the source throws', async () => {
    const { peer, url } = await serving((request) => void request.on('error', () => undefined).resume());
    const failing = async function* (): AsyncGenerator<Uint8Array> {
      yield Buffer.from('abc');
      throw new Error('the disk is gone');
    };
    await expect(put(peer, url, { size: 6, chunks: failing() }, context())).rejects.toThrow('the disk is gone');
  });

  it.each([
    { status: 403, kind: 'refused' },
    { status: 404, kind: 'refused' },
    { status: 500, kind: 'unavailable' },
  ])('fails with the status $status of the server', async ({ status, kind }) => {
    const { peer, url } = await serving((request, response) => {
      request.resume();
      request.on('end', () => response.writeHead(status).end('<html>sorry</html>'));
    });
    const failure = await put(peer, url, { size: 3, chunks: pieces('abc') }, context()).catch(
      (error: unknown) => error,
    );
    expect(failure).toBeInstanceOf(HttpFailure);
    expect(failure).toMatchObject({ kind, status });
  });

  it.each([
    [200, undefined],
    [507, 507],
  ])(
    'goes by the status %d, however long the answer is, and reads no more of it than it has to',
    async (status, seen) => {
      let written = 0;
      const { peer, url } = await serving((request, response) => {
        request.resume();
        request.on('end', () => {
          response.writeHead(status);
          const more = (error?: Error | null): void => {
            if (error || response.destroyed || written >= 64) return;
            written += 1;
            response.write(Buffer.alloc(1024 * 1024), more);
          };
          more();
        });
      });
      const failure = await put(peer, url, { size: 3, chunks: pieces('abc') }, context()).then(
        () => undefined,
        (error: unknown) => error,
      );
      expect(failure instanceof HttpFailure ? failure.status : failure).toBe(seen);
      expect(written).toBeLessThan(64);
    },
  );

  it('fails when the server refuses before it has read everything', async () => {
    const { peer, url } = await serving((request, response) => {
      request.on('error', () => undefined);
      response.writeHead(403, { connection: 'close' }).end('no');
    });
    const endless = async function* (): AsyncGenerator<Uint8Array> {
      for (;;) yield Buffer.alloc(1024 * 1024);
    };
    const sent = put(peer, url, { size: 2 ** 40, chunks: endless() }, context());
    await expect(sent).rejects.toBeInstanceOf(HttpFailure);
  });

  it('ends with the reason of its signal, also while the server is silent', async () => {
    const stop = new AbortController();
    const { peer, url } = await serving((request) => {
      request.resume();
      request.on('end', () => stop.abort(new Error('enough')));
    });
    const sent = put(peer, url, { size: 3, chunks: pieces('abc') }, context({ signal: stop.signal }));
    await expect(sent).rejects.toThrow('enough');
  });
});

describe('a download', () => {
  it('gives the bytes, and their number beforehand', async () => {
    const { peer, url } = await serving((_request, response) => void response.end('content'));
    const download = await get(peer, url, context());
    expect(download.size).toBe(7);
    expect(await textOf(download.chunks)).toBe('content');
  });

  it('gathers small pieces into large ones', async () => {
    const size = 4 * 1024 * 1024;
    const { peer, url } = await serving((_request, response) => void response.end(Buffer.alloc(size, 'x')));
    const sizes: number[] = [];
    for await (const { byteLength } of (await get(peer, url, context())).chunks) sizes.push(byteLength);
    expect(sizes.reduce((sum, one) => sum + one, 0)).toBe(size);
    expect(sizes.length).toBeLessThanOrEqual(5);
  });

  it('fails when the connection breaks in the middle', async () => {
    const { peer, url } = await serving((_request, response) => {
      response.writeHead(200, { 'content-length': '10' });
      response.write('half', () => response.destroy());
    });
    const broken = async (): Promise<string> => textOf((await get(peer, url, context())).chunks);
    await expect(broken()).rejects.toMatchObject({ kind: 'lost' });
  });

  it('ends when no byte moves for two minutes, however long it has run', async () => {
    const clock = new FakeClock();
    const { peer, url } = await serving((_request, response) => {
      response.writeHead(200, { 'content-length': '10' });
      response.write('half');
    });
    const download = await get(peer, url, context({ clock }));
    const failure = textOf(download.chunks).catch((error: unknown) => error);
    while (clock.pending > 0) await clock.advance(60_000);
    expect(await failure).toMatchObject({ kind: 'timeout' });
  });

  it('ends on the server when the reader stops', async () => {
    let closed: (() => void) | undefined;
    const isClosed = new Promise<void>((resolve) => {
      closed = resolve;
    });
    const { peer, url } = await serving((_request, response) => {
      response.on('close', () => closed?.());
      // Node 24 calls back with an error for ever once the client has gone.
      const more = (error?: Error | null): void => {
        if (!error && !response.destroyed) response.write(Buffer.alloc(1024 * 1024), more);
      };
      more();
    });
    for await (const _ of (await get(peer, url, context())).chunks) break;
    await expect(isClosed).resolves.toBeUndefined();
  });
});

describe('a turn among many transfers', () => {
  /** Transfers with one host at a time, each way. */
  const most = 8;

  it.each(['up', 'down'] as const)('is waited for as long as it takes (%s): that is no standing still', async (way) => {
    const clock = new FakeClock();
    const { peer, url } = await serving(async (request, response) => {
      await textOf(request);
      response.end('bytes');
    });
    const { signal } = new AbortController();
    const leave = await Promise.all(Array.from({ length: most }, () => peer.transfers.enter(way, signal)));
    const content = { size: 5, chunks: pieces('bytes') };
    const waiting = way === 'up' ? put(peer, url, content, { signal, clock }) : get(peer, url, { signal, clock });
    const outcome = waiting.then(
      () => 'done',
      (error: unknown) => error,
    );
    // Longer than a transfer may stand still, several times over.
    for (let minutes = 0; minutes < 30; minutes += 1) await clock.advance(60_000);
    expect(await Promise.race([outcome, Promise.resolve('waits')])).toBe('waits');
    leave[0]?.();
    expect(await outcome).toBe('done');
    for (const each of leave) each();
  });

  it('is given up with the reason of the signal', async () => {
    const { peer, url } = await serving((_request, response) => response.end('bytes'));
    const free = await Promise.all(
      Array.from({ length: most }, () => peer.transfers.enter('down', new AbortController().signal)),
    );
    const stop = new AbortController();
    const waiting = get(peer, url, context({ signal: stop.signal }));
    stop.abort(new Error('no more'));
    await expect(waiting).rejects.toThrow('no more');
    for (const each of free) each();
    await expect(get(peer, url, context())).resolves.toMatchObject({ size: 5 });
  });
});
