import { IncomingMessage, request as httpRequest, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { ask, closeServers, serve, type Answer } from '../route-server.js';
import { until } from '../simulator-rig.js';
import { auth, GuestEndpoint } from './guest-endpoint.js';

afterEach(closeServers);

/** One request to the path and query of a transfer's URL. */
function askUrl(port: number, target: string, options: Parameters<typeof ask>[2] = {}): Promise<Answer> {
  const { pathname, search } = new URL(target.replace('*', 'host'));
  return ask(port, pathname + search, options);
}

function put(port: number, url: string, body: Uint8Array, headers: Record<string, string> = {}): Promise<Answer> {
  return askUrl(port, url, { method: 'PUT', body, headers: { 'content-length': String(body.length), ...headers } });
}

function uploadRequest(guestFilePath: string, fileSize: number, more: object = {}): object {
  return { guestFilePath, fileSize, overwrite: false, fileAttributes: { $type: 'GuestFileAttributes' }, ...more };
}

async function announceUpload(guests: GuestEndpoint, path: string, size: number, more: object = {}): Promise<string> {
  return String(await guests.call('fileManager', 'InitiateFileTransferToGuest', uploadRequest(path, size, more)));
}

async function announceDownload(guests: GuestEndpoint, guestFilePath: string, more: object = {}) {
  const answer = await guests.call('fileManager', 'InitiateFileTransferFromGuest', { guestFilePath, ...more });
  return answer as { readonly url: string; readonly size: number; readonly attributes: Record<string, unknown> };
}

const text = Buffer.from('line\n');

describe('a file sent into a guest', () => {
  it('lies there with its attributes and comes back the same', async () => {
    const guests = await GuestEndpoint.of();
    const port = await serve(guests.endpoint);
    const bytes = Buffer.from(Uint8Array.from({ length: 700_000 }, (_value, at) => (at * 31) % 253));
    const fileAttributes = {
      $type: 'GuestPosixFileAttributes',
      permissions: 0o750,
      modificationTime: new Date('2024-05-06T07:08:09Z'),
    };
    const url = await announceUpload(guests, '/tmp/big', bytes.length, { fileAttributes });
    expect(url).toMatch(/^https:\/\/\*:443\/guestFile\?id=\d+&token=[0-9a-f-]+$/u);
    expect((await put(port, url, bytes)).status).toBe(200);
    const { url: back, size, attributes } = await announceDownload(guests, '/tmp/big');
    expect(size).toBe(bytes.length);
    expect(attributes).toMatchObject({
      permissions: 0o100_750,
      ownerId: 1000,
      modificationTime: new Date('2024-05-06T07:08:09Z'),
    });
    const answer = await askUrl(port, back);
    expect(answer.headers['content-length']).toBe(String(bytes.length));
    expect(answer.headers['connection']).toBe('close');
    expect(answer.body.equals(bytes)).toBe(true);
    expect((await askUrl(port, back)).status).toBe(404);
  });

  it('is fetched once, also by a client that asks again before the server knows that all has arrived', async () => {
    const guests = await GuestEndpoint.of([{ guest: { files: [{ path: '/tmp/f', text: 'line' }] } }]);
    const port = await serve(guests.endpoint);
    const url = new URL((await announceDownload(guests, '/tmp/f')).url.replace('*', 'host'));
    const request = Object.assign(new IncomingMessage(new Socket()), { method: 'GET' });
    // Without a connection nothing arrives, so the server never hears that it has.
    const response = new ServerResponse(request);
    const { signal } = new AbortController();
    const handled = guests.endpoint.routes.find(url.pathname)?.({ request, response, url, signal });
    await until(() => response.writableEnded);
    expect((await askUrl(port, url.href)).status).toBe(404);
    response.emit('close');
    await handled;
    expect((await askUrl(port, url.href)).status).toBe(404);
  });

  it('may be empty, and gets the usual mode', async () => {
    const guests = await GuestEndpoint.of();
    const port = await serve(guests.endpoint);
    const url = await announceUpload(guests, '/tmp/empty', 0);
    expect((await put(port, url, Buffer.alloc(0))).status).toBe(200);
    expect(await announceDownload(guests, '/tmp/empty')).toMatchObject({
      size: 0,
      attributes: { permissions: 0o100_644 },
    });
  });

  it('replaces another only when that was asked for', async () => {
    const files = [{ path: '/tmp/old', text: 'old', owner: 'user', mode: 0o600 }];
    const guests = await GuestEndpoint.of([{ guest: { files } }]);
    const port = await serve(guests.endpoint);
    expect(await guests.fault('fileManager', 'InitiateFileTransferToGuest', uploadRequest('/tmp/old', 5))).toEqual({
      $type: 'FileAlreadyExists',
      file: '/tmp/old',
    });
    expect((await put(port, await announceUpload(guests, '/tmp/old', 5, { overwrite: true }), text)).status).toBe(200);
    expect((await announceDownload(guests, '/tmp/old')).attributes).toMatchObject({ permissions: 0o100_644 });
    const late = await announceUpload(guests, '/tmp/new', 5);
    await put(port, await announceUpload(guests, '/tmp/new', 5), text);
    expect((await put(port, late, text)).status).toBe(409);
  });

  it('must be as long as it was said to be', async () => {
    const guests = await GuestEndpoint.of();
    const port = await serve(guests.endpoint);
    const url = await announceUpload(guests, '/tmp/f', 9);
    expect((await put(port, url, text)).status).toBe(400);
    const chunked = await askUrl(port, url, { method: 'PUT', body: text, headers: { 'transfer-encoding': 'chunked' } });
    expect(chunked.status).toBe(411);
    expect(await guests.fault('fileManager', 'InitiateFileTransferFromGuest', { guestFilePath: '/tmp/f' })).toEqual({
      $type: 'FileNotFound',
      file: '/tmp/f',
    });
    // A transfer that failed can be tried again.
    expect((await put(port, url, Buffer.from('line line'))).status).toBe(200);
  });

  it('leaves nothing behind when the connection breaks', async () => {
    const guests = await GuestEndpoint.of();
    const port = await serve(guests.endpoint);
    const url = new URL((await announceUpload(guests, '/tmp/f', 1000)).replace('*', 'host'));
    await new Promise<void>((resolve) => {
      const request = httpRequest({
        port,
        path: url.pathname + url.search,
        method: 'PUT',
        headers: { 'content-length': '1000' },
        agent: false,
      });
      request.on('error', () => resolve());
      request.write(text, () => request.destroy(new Error('gone')));
    });
    expect(await guests.fault('fileManager', 'InitiateFileTransferFromGuest', { guestFilePath: '/tmp/f' })).toEqual({
      $type: 'FileNotFound',
      file: '/tmp/f',
    });
    const answer = await put(port, url.href, Buffer.alloc(1000));
    // Either the broken one has not been noticed yet, or this one is the second try.
    expect([200, 409]).toContain(answer.status);
  });

  it('is refused before it is sent, where that is clear', async () => {
    const files = [
      { path: '/tmp/link', linkTarget: '/tmp/x' },
      { path: '/tmp/roots', text: 'x', owner: 'root', mode: 0o600 },
    ];
    const guests = await GuestEndpoint.of([{ guest: { files, diskSizeBytes: 3_000_000 } }]);
    const fault = (path: string, more: object = {}): Promise<unknown> =>
      guests.fault('fileManager', 'InitiateFileTransferToGuest', uploadRequest(path, 5, more));
    expect(await fault('/tmp/link')).toMatchObject({ $type: 'InvalidArgument', invalidProperty: 'guestFilePath' });
    expect(await fault('/tmp')).toEqual({ $type: 'NotAFile', file: '/tmp' });
    expect(await fault('/none/f')).toEqual({ $type: 'FileNotFound', file: '/none/f' });
    expect(await fault('/etc/f')).toEqual({ $type: 'CannotAccessFile', file: '/etc/f' });
    expect(await fault('/tmp/roots', { overwrite: true })).toEqual({ $type: 'CannotAccessFile', file: '/tmp/roots' });
    expect(await fault('/tmp/f', { fileSize: 4_000_000 })).toMatchObject({ $type: 'NoDiskSpace', file: '/tmp/f' });
    expect(await fault('/tmp/f', { fileSize: -1 })).toMatchObject({ invalidProperty: 'fileSize' });
    expect(
      await fault('/tmp/f', { fileAttributes: { $type: 'GuestWindowsFileAttributes', hidden: true } }),
    ).toMatchObject({ invalidProperty: 'fileAttributes.hidden' });
  });
});

describe('a file fetched from a guest', () => {
  it('is refused where it is none', async () => {
    const guests = await GuestEndpoint.of([{ guest: { files: [{ path: '/tmp/link', linkTarget: '/etc/passwd' }] } }]);
    const fault = (guestFilePath: string): Promise<unknown> =>
      guests.fault('fileManager', 'InitiateFileTransferFromGuest', { guestFilePath });
    expect(await fault('/tmp/link')).toMatchObject({ $type: 'InvalidArgument' });
    expect(await fault('/tmp')).toEqual({ $type: 'NotAFile', file: '/tmp' });
    expect(await fault('/none')).toEqual({ $type: 'FileNotFound', file: '/none' });
  });

  it('shows only on the line that the user may not read it', async () => {
    const files = [{ path: '/tmp/roots', text: 'secret', owner: 'root', mode: 0o600 }];
    const guests = await GuestEndpoint.of([{ guest: { files } }]);
    const port = await serve(guests.endpoint);
    const { url } = await announceDownload(guests, '/tmp/roots');
    const answer = await askUrl(port, url);
    expect(answer.status).toBe(403);
    expect(answer.body.toString()).not.toContain('secret');
    expect(
      (await askUrl(port, (await announceDownload(guests, '/tmp/roots', { auth: auth('root') })).url)).status,
    ).toBe(200);
  });
});

describe('the URL of a transfer', () => {
  it('is good once, for ten minutes, with its token, for its method', async () => {
    const guests = await GuestEndpoint.of();
    const port = await serve(guests.endpoint);
    const { url } = await announceDownload(guests, '/etc/passwd');
    const wrong = new URL(url.replace('*', 'host'));
    wrong.searchParams.set('token', 'x');
    expect((await askUrl(port, wrong.href)).status).toBe(404);
    const put405 = await put(port, url, text);
    expect([put405.status, put405.headers['allow']]).toEqual([405, 'GET']);
    expect((await askUrl(port, url)).status).toBe(200);
    expect((await askUrl(port, url)).status).toBe(404);
    expect((await askUrl(port, 'https://host/guestFile')).status).toBe(404);
    const { url: late } = await announceDownload(guests, '/etc/passwd');
    await guests.clock.advance(600_000);
    expect((await askUrl(port, late)).status).toBe(404);
  });

  it('is void after a power-off, another boot, and an unregistration', async () => {
    const guests = await GuestEndpoint.of();
    const port = await serve(guests.endpoint);
    const vm = await guests.endpoint.machines.open(guests.ref());
    const call = { signal: new AbortController().signal, progress: () => undefined };
    const { url } = await announceDownload(guests, '/etc/passwd');
    await vm.power.off('hard', call);
    expect((await askUrl(port, url)).status).toBe(410);
    await vm.power.on({ paused: false, showConsole: false }, call);
    await guests.clock.advance(60_000);
    expect((await askUrl(port, url)).status).toBe(410);
    const { url: second } = await announceDownload(guests, '/etc/passwd');
    await vm.power.off('hard', call);
    await guests.world.unregister('[store] vm0/vm0.vmx');
    await guests.endpoint.machines.refresh(vm.id);
    expect((await askUrl(port, second)).status).toBe(404);
  });
});
