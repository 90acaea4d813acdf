import { X509Certificate } from 'node:crypto';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { Dispatchers } from '../../../../src/backends/vsphere/http/dispatchers.js';
import {
  exchange,
  exchangeLong,
  type HttpAnswer,
  type HttpRequest,
  type StreamedAnswer,
} from '../../../../src/backends/vsphere/http/http-exchange.js';
import { HttpFailure } from '../../../../src/backends/vsphere/http/http-failure.js';
import { parseProxy } from '../../../../src/backends/vsphere/http/proxy-address.js';
import { noProxy, throughProxy } from '../../../../src/backends/vsphere/http/proxy-rule.js';
import { parseThumbprint } from '../../../../src/backends/vsphere/http/thumbprint.js';
import { type TlsPolicy, verifiedBySystem } from '../../../../src/backends/vsphere/http/tls-policy.js';
import { FakeClock, settle } from '../../../../src/base/clock.js';
import {
  expiredCertificate,
  goodCertificate,
  selfSignedCertificate,
  type TestCertificate,
  testAuthority,
  wrongNameCertificate,
} from '../../../fixtures/tls/certificates.js';
import { startProxy, TestServer } from '../test-server.js';

const trusted: TlsPolicy = { kind: 'authorities', ca: [testAuthority] };
const closers: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function serve(
  answer: Parameters<typeof TestServer.start>[0],
  certificate?: TestCertificate | null,
): Promise<TestServer> {
  const server = await TestServer.start(answer, certificate);
  closers.push(() => server.close());
  return server;
}

/** What takes connections, does this to each, and knows nothing of TLS. */
async function accepting(act: (socket: Socket) => unknown): Promise<URL> {
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket.on('error', () => undefined));
    act(socket);
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  closers.push(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  return new URL(`https://127.0.0.1:${(server.address() as AddressInfo).port}/`);
}

function dispatchers(proxy?: string): Dispatchers {
  const made = new Dispatchers(proxy === undefined ? noProxy : throughProxy(parseProxy(proxy)));
  closers.push(() => made.close());
  return made;
}

function request(changes: Partial<HttpRequest> = {}): HttpRequest {
  return {
    method: 'POST',
    path: '/sdk',
    headers: {},
    body: 'question',
    timeoutMs: 60_000,
    maxAnswerBytes: 1000,
    clock: new FakeClock(),
    ...changes,
  };
}

async function ask(url: URL, policy: TlsPolicy, changes?: Partial<HttpRequest>): Promise<HttpAnswer> {
  return exchange(dispatchers().peer(url, policy), request(changes));
}

async function failureOf(asked: Promise<unknown>): Promise<HttpFailure> {
  const failure = await asked.then(
    () => 'no failure',
    (error: unknown) => error,
  );
  if (failure instanceof HttpFailure) return failure;
  throw new Error(`not a failure of HTTP: ${String(failure)}`);
}

function pinned(certificate: TestCertificate, hash: 'fingerprint' | 'fingerprint256'): TlsPolicy {
  return { kind: 'pinned', thumbprints: [parseThumbprint(new X509Certificate(certificate.cert)[hash])] };
}

describe('an exchange', () => {
  it('brings status, headers and body, and sends what was asked', async () => {
    const seen: string[] = [];
    const server = await serve(({ method, url, headers }, response, body) => {
      seen.push(`${method} ${url} ${String(headers['x-one'])} ${body}`);
      response.writeHead(500, { 'set-cookie': ['a=1', 'b=2'] }).end('answer');
    });
    const answer = await ask(server.url, trusted, { headers: { 'x-one': '1' } });
    expect(answer.status).toBe(500);
    expect(answer.headers['set-cookie']).toEqual(['a=1', 'b=2']);
    expect(answer.body.toString()).toBe('answer');
    expect(seen).toEqual(['POST /sdk 1 question']);
  });

  it('takes the same connection for what follows at once', async () => {
    const server = await serve((_request, response) => response.end('answer'));
    const peer = dispatchers().peer(server.url, trusted);
    for (let count = 0; count < 9; count += 1) await exchange(peer, request());
    expect(server.connections).toBe(1);
  });

  it('takes the same connection for what follows a long answer at once', async () => {
    const server = await serve((_request, response) => response.end('x'.repeat(100_000)));
    const peer = dispatchers().peer(server.url, trusted);
    for (let count = 0; count < 9; count += 1) {
      const answer = await exchangeLong(peer, request({ maxAnswerBytes: 200_000 }), 1000);
      if (!('stream' in answer)) throw new Error('the answer came as a whole');
      let size = 0;
      for await (const chunk of answer.stream) size += chunk.length;
      expect(size).toBe(100_000);
    }
    expect(server.connections).toBe(1);
  });

  it('decompresses what came compressed, and counts that against the limit', async () => {
    const server = await serve(({ url }, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('x'.repeat(url === '/big' ? 2000 : 900)));
    });
    expect((await ask(server.url, trusted)).body.length).toBe(900);
    const failure = await failureOf(ask(server.url, trusted, { path: '/big' }));
    expect(failure).toMatchObject({ kind: 'bad-answer', mayHaveRun: true });
    expect(failure.message).toContain('more than 1000 bytes');
  });

  it('fails on a compressed body that is damaged', async () => {
    const server = await serve((_request, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' }).end('no gzip');
    });
    expect(await failureOf(ask(server.url, trusted))).toMatchObject({ kind: 'lost', mayHaveRun: true });
  });

  it('has a deadline on the clock of the caller, which also ends half an answer', async () => {
    const server = await serve(({ url }, response) => {
      if (url === '/half') response.writeHead(200, { 'content-length': '10' }).write('half');
    });
    for (const path of ['/none', '/half']) {
      const clock = new FakeClock();
      const asked = failureOf(ask(server.url, trusted, { path, clock, timeoutMs: 5000 }));
      await clock.advance(4999);
      await settle();
      await clock.advance(1);
      expect(await asked).toMatchObject({ kind: 'timeout', mayHaveRun: true });
      expect(clock.pending).toBe(0);
    }
  });

  it('ends with the reason of its signal', async () => {
    const server = await serve(() => stop.abort('enough'));
    const stop = new AbortController();
    await expect(ask(server.url, trusted, { signal: stop.signal })).rejects.toBe('enough');
    await expect(ask(server.url, trusted, { signal: stop.signal })).rejects.toBe('enough');
  });

  it('may have run when the connection broke before or within the answer', async () => {
    const server = await serve(({ url }, response) => {
      if (url === '/half') response.writeHead(200, { 'content-length': '10' }).write('half');
      setImmediate(() => server.breakConnections());
    });
    for (const path of ['/none', '/half']) {
      expect(await failureOf(ask(server.url, trusted, { path }))).toMatchObject({ kind: 'lost', mayHaveRun: true });
    }
  });

  it('has not run where nobody answers', async () => {
    const server = await serve((_request, response) => response.end());
    const { url } = server;
    await server.close();
    const failure = await failureOf(ask(url, trusted));
    expect(failure).toMatchObject({ kind: 'connect', mayHaveRun: false });
    expect(failure.message).toContain(`${url.origin} cannot be reached: it refuses connections`);
  });

  it.each([
    { how: 'reset at once', act: (socket: Socket) => socket.resetAndDestroy() },
    {
      how: 'reset in the handshake',
      act: (socket: Socket) => socket.once('data', () => socket.resetAndDestroy()),
    },
    { how: 'ended in the handshake', act: (socket: Socket) => socket.once('data', () => socket.end()) },
  ])('has not run where the connection is $how', async ({ act }) => {
    const url = await accepting(act);
    const failure = await failureOf(ask(url, trusted));
    expect(failure).toMatchObject({ kind: 'connect', mayHaveRun: false });
    expect(failure.message).toContain(`${url.origin} cannot be reached`);
  });

  it('has not run when its time is over before there is a connection', async () => {
    const url = await accepting(() => undefined);
    const clock = new FakeClock();
    const failure = failureOf(ask(url, trusted, { clock, timeoutMs: 5000 }));
    await clock.advance(5000);
    expect(await failure).toMatchObject({ kind: 'timeout', mayHaveRun: false });
  });

  it('has not run where the name is unknown', async () => {
    const failure = await failureOf(ask(new URL('https://no-such-host.invalid/'), trusted));
    expect(failure).toMatchObject({ kind: 'resolve', mayHaveRun: false });
  });

  it('tells a server without TLS', async () => {
    const server = await serve((_request, response) => response.end(), null);
    const failure = await failureOf(ask(new URL(`https://${server.url.host}/`), trusted));
    expect(failure).toMatchObject({ kind: 'tls', mayHaveRun: false });
  });

  it('goes without TLS where the URL says so', async () => {
    const server = await serve((_request, response) => response.end('plain'), null);
    expect((await ask(server.url, trusted)).body.toString()).toBe('plain');
  });
});

describe('a certificate', () => {
  const refused = [
    ['of nobody', selfSignedCertificate, 'it is self-signed'],
    ['of another host', wrongNameCertificate, "not in the cert's list"],
    ['that expired', expiredCertificate, 'it has expired'],
  ] as const;

  it.each(refused)('%s is refused, and no request is sent', async (_what, certificate, reason) => {
    let requests = 0;
    const server = await serve((_request, response) => {
      requests += 1;
      response.end();
    }, certificate);
    const failure = await failureOf(ask(server.url, trusted));
    expect(failure).toMatchObject({ kind: 'certificate', mayHaveRun: false });
    expect(failure.message).toContain(reason);
    expect(failure.message).toContain(new X509Certificate(certificate.cert).fingerprint256);
    expect(requests).toBe(0);
  });

  it('of an authority that this machine does not know is refused by default', async () => {
    const server = await serve((_request, response) => response.end());
    expect(await failureOf(ask(server.url, verifiedBySystem))).toMatchObject({ kind: 'certificate' });
  });

  it.each(['fingerprint', 'fingerprint256'] as const)('is accepted by its %s, also if self-signed', async (hash) => {
    const server = await serve((_request, response) => response.end('answer'), selfSignedCertificate);
    const peer = dispatchers().peer(server.url, pinned(selfSignedCertificate, hash));
    expect((await exchange(peer, request())).body.toString()).toBe('answer');
    server.breakConnections();
    await settle();
    const answer = await exchange(peer, request()).catch(() => exchange(peer, request()));
    expect(answer.body.toString()).toBe('answer');
  });

  it('that is not the pinned one is refused, whoever signed it, and both thumbprints are told', async () => {
    const server = await serve((_request, response) => response.end());
    const failure = await failureOf(ask(server.url, pinned(selfSignedCertificate, 'fingerprint')));
    expect(failure).toMatchObject({ kind: 'certificate', mayHaveRun: false });
    expect(failure.message).toContain(`Expected: SHA-1 ${new X509Certificate(selfSignedCertificate.cert).fingerprint}`);
    expect(failure.message).toContain(`seen: SHA-1 ${new X509Certificate(goodCertificate.cert).fingerprint}`);
  });

  it('does not matter where the policy says insecure', async () => {
    const server = await serve((_request, response) => response.end('answer'), wrongNameCertificate);
    expect((await ask(server.url, { kind: 'insecure' })).status).toBe(200);
  });
});

describe('a proxy', () => {
  it('carries the exchange, with TLS and pins as without it', async () => {
    const proxy = await startProxy();
    closers.push(() => proxy.close());
    const server = await serve((_request, response) => response.end('answer'));
    const through = dispatchers(proxy.url.replace('//', '//user:pass%3Aword@'));
    expect((await exchange(through.peer(server.url, trusted), request())).body.toString()).toBe('answer');
    expect(proxy.asked).toEqual([
      { authority: server.url.host, authorization: `Basic ${Buffer.from('user:pass:word').toString('base64')}` },
    ]);
    const wrong = through.peer(server.url, pinned(selfSignedCertificate, 'fingerprint256'));
    expect(await failureOf(exchange(wrong, request()))).toMatchObject({ kind: 'certificate' });
  });

  it('carries plain HTTP in a tunnel too', async () => {
    const proxy = await startProxy();
    closers.push(() => proxy.close());
    const server = await serve((_request, response) => response.end('plain'), null);
    const answer = await exchange(dispatchers(proxy.url).peer(server.url, trusted), request());
    expect(answer.body.toString()).toBe('plain');
    expect(proxy.asked).toHaveLength(1);
  });

  it('that refuses is told apart from the host behind it', async () => {
    const proxy = await startProxy(407);
    closers.push(() => proxy.close());
    const peer = dispatchers(proxy.url).peer(new URL('https://vc.example/'), trusted);
    const failure = await failureOf(exchange(peer, request()));
    expect(failure).toMatchObject({ kind: 'proxy', mayHaveRun: false });
    expect(failure.message).toContain('opened no way to vc.example:443: it answered 407');
  });

  it.each(['proxy:3128', 'socks5://proxy', 'nonsense'])('is refused as %s', (text) => {
    expect(() => parseProxy(text)).toThrow(/is no address of a proxy/);
  });

  it('keeps its password out of the error', () => {
    expect(() => parseProxy('ftp://user:secret@proxy')).toThrow(/^(?!.*secret)/);
  });
});

describe('a long answer', () => {
  const text = 'some text '.repeat(200_000);

  async function askLong(url: URL, changes: Partial<HttpRequest> = {}): Promise<StreamedAnswer> {
    const asked = request({ maxAnswerBytes: 4_000_000, ...changes });
    const answer = await exchangeLong(dispatchers().peer(url, trusted), asked, 1000);
    if ('stream' in answer) return answer;
    throw new Error('the answer came as a whole');
  }

  async function read({ stream }: StreamedAnswer): Promise<string> {
    const chunks: Buffer[] = [];
    for await (const chunk of stream) chunks.push(chunk);
    return Buffer.concat(chunks).toString();
  }

  it.each(['gzip', 'identity'])('comes as it is read, %s', async (encoding) => {
    const body = encoding === 'gzip' ? gzipSync(Buffer.from(text), { level: 1 }) : Buffer.from(text);
    const server = await serve((_request, response) =>
      response.writeHead(200, { 'content-encoding': encoding }).end(body),
    );
    const answer = await askLong(server.url);
    expect(answer.headers['content-encoding']).toBe(encoding);
    expect(await read(answer)).toBe(text);
    await expect(askLong(server.url, { maxAnswerBytes: 1_900_000 }).then(read)).rejects.toThrow(
      /more than 1900000 bytes/,
    );
  });

  it('is given whole when it is short, or no success', async () => {
    const server = await serve(({ url }, response) => {
      response.writeHead(url === '/fault' ? 500 : 200).end(url === '/fault' ? text : 'short');
    });
    const peer = dispatchers().peer(server.url, trusted);
    const asked = request({ maxAnswerBytes: 4_000_000 });
    expect(await exchangeLong(peer, asked, 1000)).toMatchObject({ status: 200, body: Buffer.from('short') });
    const fault = await exchangeLong(peer, { ...asked, path: '/fault' }, 1000);
    expect('body' in fault && fault.body.length).toBe(text.length);
  });

  it.each(['before', 'while'])('fails its reader when it breaks off %s it is read', async (when) => {
    const server = await serve((_request, response) => {
      response.writeHead(200, { 'content-length': '100000' }).write('x'.repeat(50_000), () => {
        if (when === 'before') response.destroy();
      });
      if (when === 'while') sockets.push(response);
    });
    const sockets: { destroy(): void }[] = [];
    const answer = await askLong(server.url);
    if (when === 'before') await settle(20);
    const reading = read(answer);
    for (const socket of sockets) socket.destroy();
    expect(await failureOf(reading)).toMatchObject({ kind: 'lost', mayHaveRun: true });
  });

  it('ends at its deadline, and with the reason of the signal', async () => {
    const server = await serve((_request, response) => void response.writeHead(200).write('x'.repeat(50_000)));
    const clock = new FakeClock();
    const late = read(await askLong(server.url, { clock }));
    const failure = failureOf(late);
    await clock.advance(60_000);
    expect(await failure).toMatchObject({ kind: 'timeout' });
    const stop = new AbortController();
    const stopped = read(await askLong(server.url, { signal: stop.signal }));
    stop.abort('enough');
    await expect(stopped).rejects.toBe('enough');
  });

  it('ends with a reader who leaves early', async () => {
    const closed = new Promise<void>((resolve) => {
      void serve((_request, response) => {
        response.on('close', resolve).writeHead(200).write('x'.repeat(50_000));
      }).then(async (server) => {
        const clock = new FakeClock();
        for await (const chunk of (await askLong(server.url, { clock })).stream) if (chunk.length > 0) break;
        expect(clock.pending).toBe(0);
      });
    });
    await closed;
  });
});
