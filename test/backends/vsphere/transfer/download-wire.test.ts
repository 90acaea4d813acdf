import { X509Certificate } from 'node:crypto';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { createServer as createSecureServer } from 'node:tls';
import { afterEach, describe, expect, it } from 'vitest';
import { Dispatchers } from '../../../../src/backends/vsphere/http/dispatchers.js';
import { exchange } from '../../../../src/backends/vsphere/http/http-exchange.js';
import { parseProxy } from '../../../../src/backends/vsphere/http/proxy-address.js';
import { noProxy, throughProxy } from '../../../../src/backends/vsphere/http/proxy-rule.js';
import { parseThumbprint } from '../../../../src/backends/vsphere/http/thumbprint.js';
import type { TlsPolicy } from '../../../../src/backends/vsphere/http/tls-policy.js';
import { get, put } from '../../../../src/backends/vsphere/transfer/http-transfer.js';
import { FakeClock, settle } from '../../../../src/base/clock.js';
import { goodCertificate, selfSignedCertificate, testAuthority } from '../../../fixtures/tls/certificates.js';
import { whileMoving } from '../fake-connection.js';
import { startProxy } from '../test-server.js';

const trusted: TlsPolicy = { kind: 'authorities', ca: [testAuthority] };
const pinned: TlsPolicy = {
  kind: 'pinned',
  thumbprints: [parseThumbprint(new X509Certificate(goodCertificate.cert).fingerprint256)],
};
const wrong: TlsPolicy = {
  kind: 'pinned',
  thumbprints: [parseThumbprint(new X509Certificate(selfSignedCertificate.cert).fingerprint256)],
};
const closers: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

interface Wire {
  readonly url: URL;
  /** What each connection has sent so far. */
  readonly requests: string[];
  readonly sockets: Set<Socket>;
}

/** A server that does to a connection what it is told, once a request has come. */
async function serving(serve: (socket: Socket) => void, scheme: 'http' | 'https' = 'http'): Promise<Wire> {
  const [requests, sockets] = [[] as string[], new Set<Socket>()];
  const accept = (socket: Socket): void => {
    sockets.add(socket);
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
    socket.once('data', (bytes) => {
      requests.push(bytes.toString());
      serve(socket);
    });
  };
  const server = scheme === 'http' ? createServer(accept) : createSecureServer(goodCertificate, accept);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  const url = new URL(`${scheme}://127.0.0.1:${(server.address() as AddressInfo).port}/guestFile?id=1&token=t`);
  return { url, requests, sockets };
}

function dispatchers(proxy?: string): Dispatchers {
  const made = new Dispatchers(proxy === undefined ? noProxy : throughProxy(parseProxy(proxy)));
  closers.push(() => made.close());
  return made;
}

function context(signal = new AbortController().signal, clock = new FakeClock()) {
  return { signal, clock };
}

async function download(url: URL, policy: TlsPolicy = trusted, proxy?: string): Promise<string> {
  return textOf((await get(dispatchers(proxy).peer(url, policy), url, context())).chunks);
}

async function textOf(chunks: AsyncIterable<Uint8Array>): Promise<string> {
  const copies: Buffer[] = [];
  for await (const chunk of chunks) copies.push(Buffer.from(chunk));
  return Buffer.concat(copies).toString();
}

async function* oneByte(): AsyncGenerator<Uint8Array> {
  yield Buffer.from('x');
}

const answer = 'HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\ncontent';
const half = answer.slice(0, -3);

describe('a download on the wire', () => {
  it('asks for the file, on a connection of its own', async () => {
    const { url, requests } = await serving((socket) => socket.end(answer));
    expect(await download(url)).toBe('content');
    expect(requests).toEqual([
      `GET /guestFile?id=1&token=t HTTP/1.1\r\nhost: ${url.host}\r\nconnection: close\r\n\r\n`,
    ]);
  });

  it('is told of at its start and its end, without its token', async () => {
    const { url } = await serving((socket) => socket.end(answer));
    const told: unknown[] = [];
    const note = (event: unknown): void => void told.push(event);
    const channels = ['revix:download:start', 'revix:download:end'];
    for (const name of channels) subscribe(name, note);
    await download(url);
    for (const name of channels) unsubscribe(name, note);
    expect(told).toEqual([{ origin: url.origin, path: '/guestFile' }, told[0]]);
    expect(told[1]).toBe(told[0]);
  });

  it.each([
    { status: 206, isPartial: true },
    { status: 200, isPartial: false },
  ])('begins where it was asked to, if the status $status says so', async ({ status, isPartial }) => {
    const { url, requests } = await serving((socket) => socket.end(answer.replace('200', String(status))));
    const partial = await get(dispatchers().peer(url, trusted), url, context(), 12);
    expect(partial).toMatchObject({ isPartial, size: 7 });
    expect(await textOf(partial.chunks)).toBe('content');
    expect(requests[0]).toContain('\r\nrange: bytes=12-\r\n');
  });

  it.each([
    ['in chunks', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n7\r\ncontent\r\n0\r\n\r\n'],
    ['until the end of the connection', 'HTTP/1.1 200 OK\r\n\r\ncontent'],
    ['after an announcement', `HTTP/1.1 100 Continue\r\n\r\n${answer}`],
  ])('takes what comes %s', async (_what, text) => {
    const { url } = await serving((socket) => socket.end(text));
    expect(await download(url)).toBe('content');
  });

  it.each([
    { status: 403, kind: 'refused' },
    { status: 404, kind: 'refused' },
    { status: 302, kind: 'refused' },
    { status: 503, kind: 'unavailable' },
  ])('fails with the status $status, and leaves the connection', async ({ status, kind }) => {
    const { url, sockets } = await serving((socket) => socket.write(half.replace('200', String(status))));
    await expect(download(url)).rejects.toMatchObject({ kind, status });
    while (sockets.size > 0) await settle();
  });

  it.each([
    ['ended', (socket: Socket) => socket.end()],
    ['reset', (socket: Socket) => socket.resetAndDestroy()],
  ])('fails when the connection is %s before the answer', async (_what, serve) => {
    const { url } = await serving(serve);
    await expect(download(url)).rejects.toMatchObject({ kind: 'lost', mayHaveRun: true });
  });

  it.each([
    ['ended', (socket: Socket) => socket.end(half)],
    ['reset', (socket: Socket) => socket.write(half, () => setImmediate(() => socket.resetAndDestroy()))],
  ])('fails when the connection is %s within the answer', async (_what, serve) => {
    const { url } = await serving(serve);
    await expect(download(url)).rejects.toMatchObject({ kind: 'lost', mayHaveRun: true });
  });

  it('fails when nobody serves there', async () => {
    const { url } = await serving(() => undefined);
    await closers.pop()?.();
    await expect(download(url)).rejects.toMatchObject({ kind: 'connect', mayHaveRun: false });
  });

  it('fails as one that nobody was asked for when the connection breaks before it stands', async () => {
    const { url } = await serving((socket) => socket.resetAndDestroy());
    url.protocol = 'https:';
    const peer = dispatchers().peer(url, trusted);
    const neverAsked = { kind: 'connect', mayHaveRun: false };
    await expect(download(url)).rejects.toMatchObject(neverAsked);
    await expect(put(peer, url, { size: 1, chunks: oneByte() }, context())).rejects.toMatchObject(neverAsked);
  });

  it('fails on what is no HTTP, and shows none of it', async () => {
    const { url } = await serving((socket) => socket.write('SSH-2.0-secret\r\n'));
    const failure = await download(url).catch((error: unknown) => error);
    expect(failure).toMatchObject({ kind: 'bad-answer', mayHaveRun: true });
    expect(String(failure)).toMatch(/^(?!.*secret).*cannot be understood: .*status line/s);
  });

  it('ends when the head does not come for two minutes', async () => {
    const { url } = await serving((socket) => socket.write(answer.slice(0, 12)));
    const clock = new FakeClock();
    const asked = get(dispatchers().peer(url, trusted), url, context(undefined, clock));
    await expect(whileMoving(clock, 10_000, asked)).rejects.toMatchObject({ kind: 'timeout' });
  });

  it.each(['before', 'after'])('ends with the reason of its signal, %s the head', async (when) => {
    const stop = new AbortController();
    const { url, sockets } = await serving((socket) => {
      if (when === 'after') socket.write(half);
      else stop.abort(new Error('enough'));
    });
    const downloading = async (): Promise<string> => {
      const { chunks } = await get(dispatchers().peer(url, trusted), url, context(stop.signal));
      stop.abort(new Error('enough'));
      return textOf(chunks);
    };
    await expect(downloading()).rejects.toThrow('enough');
    while (sockets.size > 0) await settle();
  });

  it('ends with the connections of its backend', async () => {
    const { url } = await serving((socket) => socket.write(half));
    const made = dispatchers();
    const peer = made.peer(url, trusted);
    const { chunks } = await get(peer, url, context());
    const text = textOf(chunks);
    await Promise.all([expect(text).rejects.toMatchObject({ kind: 'lost' }), made.close()]);
    // Whoever still holds a way to the host gets nowhere with it.
    await expect(get(peer, url, context())).rejects.toMatchObject({ kind: 'lost', mayHaveRun: false });
  });
});

describe('a download over TLS', () => {
  it.each([
    ['directly', undefined],
    ['through a proxy', 'proxy'],
  ])('comes %s, from the host whose certificate is pinned and no other', async (_how, through) => {
    const size = 3_000_000;
    const { url, requests } = await serving((socket) => {
      socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${size}\r\n\r\n`);
      socket.end(Buffer.alloc(size, 'abcdefghijk'));
    }, 'https');
    const proxy = through === undefined ? undefined : await startProxy();
    if (proxy !== undefined) closers.push(() => proxy.close());
    expect((await download(url, pinned, proxy?.url)) === 'abcdefghijk'.repeat(size / 10).slice(0, size)).toBe(true);
    await expect(download(url, wrong, proxy?.url)).rejects.toMatchObject({ kind: 'certificate', mayHaveRun: false });
    expect(requests).toHaveLength(1);
    expect(proxy?.asked ?? [1, 2]).toHaveLength(2);
  });

  it('finds the address that answers where a name has several', async () => {
    const { url } = await serving((socket) => socket.end(answer), 'https');
    url.hostname = 'localhost';
    expect(await download(url)).toBe('content');
  });
});

describe('many transfers with one host', () => {
  it('are eight at most in each direction; more wait', async () => {
    const { url, sockets, requests } = await serving((socket) => socket.write(half));
    const peer = dispatchers().peer(url, trusted);
    const clock = new FakeClock();
    const stops = Array.from({ length: 9 }, () => new AbortController());
    const asked = stops.map(({ signal }) => get(peer, url, context(signal, clock)));
    await Promise.all(asked.slice(0, 8));
    await settle(50);
    expect(sockets.size).toBe(8);
    stops[0]?.abort(new Error('enough'));
    expect((await asked[8])?.size).toBe(7);
    expect(requests).toHaveLength(9);
  });

  it('do not keep calls from it', async () => {
    const { url, requests } = await serving((socket) => {
      if (requests.at(-1)?.startsWith('POST')) socket.end(answer);
    });
    const peer = dispatchers().peer(url, trusted);
    const stops = Array.from({ length: 9 }, () => new AbortController());
    const sent = stops.map(({ signal }) => put(peer, url, { size: 1, chunks: oneByte() }, context(signal)));
    const ends = Promise.allSettled(sent);
    while (requests.length < 8) await settle();
    const clock = new FakeClock();
    const request = { method: 'POST', path: '/sdk', headers: {}, timeoutMs: 1, maxAnswerBytes: 100, clock } as const;
    expect((await exchange(peer, request)).body.toString()).toBe('content');
    for (const stop of stops) stop.abort(new Error('enough'));
    expect((await ends).map(({ status }) => status)).toEqual(stops.map(() => 'rejected'));
  });
});
