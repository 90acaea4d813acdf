import { request, type RequestOptions } from 'node:http';
import { once } from 'node:events';
import {
  closeSync,
  createReadStream,
  ftruncateSync,
  mkdtempSync,
  openSync,
  readdirSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  createVix,
  Vix_Out,
  VIX_EVENTTYPE_JOB_PROGRESS,
  VIX_INVALID_HANDLE,
  VIX_OK,
  VIX_PROPERTY_JOB_RESULT_HANDLE,
  VIX_PROPERTY_NONE,
  VIX_SERVICEPROVIDER_VMWARE_VI_SERVER,
  type VixHandle,
} from 'revix';
import type { Simulator } from 'revix/simulator';
import { connectVsphere, createVsphereBackend } from 'revix/vsphere';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { startGuests } from './guest-machines.js';

const mebibyte = 1024 ** 2;
/** More than 32 bits count. */
const size = 4 * 1024 * mebibyte + 12_345;
const pieceBytes = mebibyte;

const markedEvery = 64;
const zeros = Buffer.alloc(pieceBytes);

/** Some pieces of the file say where they stand; the rest of it is zeros, which take no room on this machine. */
function piece(at: number): Buffer {
  const length = Math.min(pieceBytes, size - at);
  if (at % (markedEvery * pieceBytes) !== 0) return zeros.subarray(0, length);
  const bytes = Buffer.alloc(length);
  bytes.writeDoubleBE(at, 0);
  return bytes;
}

async function* allPieces(): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < size; at += pieceBytes) yield piece(at);
}

/** Compares what comes with what was sent. @returns bytes, and pieces that said where they stand. */
async function seenIn(chunks: AsyncIterable<Uint8Array>): Promise<{ received: number; marks: number }> {
  let received = 0;
  let marks = 0;
  let rest = Buffer.alloc(0);
  for await (const chunk of chunks) {
    rest = Buffer.concat([rest, chunk]);
    while (rest.length >= pieceBytes || (received + rest.length === size && rest.length > 0)) {
      const expected = piece(received);
      expect(rest.subarray(0, expected.length).equals(expected)).toBe(true);
      if (received % (markedEvery * pieceBytes) === 0) marks += 1;
      received += expected.length;
      rest = rest.subarray(expected.length);
    }
  }
  return { received, marks };
}

interface Answer {
  readonly status: number | undefined;
  readonly text: string;
}

describe('a guest file of more than 4 GiB', () => {
  let simulator: Simulator;
  let token = '';
  let mostMemory = 0;
  let watch: NodeJS.Timeout | undefined;

  beforeAll(async () => {
    simulator = await startGuests({ tls: false });
    const opened = await send('POST', '/api/session', undefined, { auth: 'tester:secret' });
    token = JSON.parse(opened.text);
    watch = setInterval(() => (mostMemory = Math.max(mostMemory, process.memoryUsage().rss)), 100);
  });

  afterAll(async () => {
    clearInterval(watch);
    await simulator.close();
  });

  function open(method: string, path: string, options: RequestOptions) {
    const { hostname, port } = new URL(simulator.url);
    return request({ hostname, port, method, path, ...options });
  }

  async function send(method: string, path: string, body?: object, options: RequestOptions = {}): Promise<Answer> {
    const headers = token === '' ? {} : { 'vmware-api-session-id': token };
    const asked = open(method, path, { headers, ...options });
    asked.end(body === undefined ? undefined : JSON.stringify(body));
    const [response] = await once(asked, 'response');
    const pieces: Buffer[] = [];
    for await (const chunk of response) pieces.push(chunk);
    return { status: response.statusCode, text: Buffer.concat(pieces).toString() };
  }

  /** Path and query of the URL on which a transfer is carried out. */
  async function announced(spec: object): Promise<string> {
    const credentials = {
      type: 'USERNAME_PASSWORD',
      interactive_session: false,
      user_name: 'root',
      password: 'password',
    };
    const list = JSON.parse((await send('GET', '/api/vcenter/vm?names=linux1')).text);
    const answer = await send('POST', `/api/vcenter/vm/${list[0].vm}/guest/filesystem?action=create`, {
      credentials,
      spec,
    });
    expect(answer.status).toBe(201);
    const url = new URL(JSON.parse(answer.text).replace('*', 'host'));
    return url.pathname + url.search;
  }

  it('goes in and comes back whole, in constant memory', { timeout: 900_000 }, async () => {
    const before = process.memoryUsage().rss;
    const upload = open('PUT', await announced({ path: '/root/large', attributes: { size } }), {
      headers: { 'content-length': size },
    });
    const answered = once(upload, 'response');
    for (let at = 0; at < size; at += pieceBytes) {
      if (!upload.write(piece(at))) await once(upload, 'drain');
    }
    upload.end();
    const [sent] = await answered;
    expect(sent.statusCode).toBe(200);
    sent.resume();

    const download = open('GET', await announced({ path: '/root/large' }), {});
    download.end();
    const [response] = await once(download, 'response');
    expect(response.headers['content-length']).toBe(String(size));
    expect(await seenIn(response)).toEqual({ received: size, marks: 65 });
    expect(mostMemory - before).toBeLessThan(500 * mebibyte);
  });

  it('goes both ways through the backend', { timeout: 900_000 }, async () => {
    const before = (mostMemory = process.memoryUsage().rss);
    const secure = await startGuests();
    const account = { userName: 'tester', password: 'secret' };
    const thumbprint = secure.thumbprint?.sha256 ?? '';
    const client = await connectVsphere({ url: secure.url, ...account, tls: { thumbprint } });
    const machine = await client.findMachine('[ds1] linux1/linux1.vmx');
    const guest = await machine.guest({ userName: 'root', password: 'password' });
    await guest.writeFile('/root/copy', { size, chunks: allPieces() });
    const content = await guest.readFile('/root/copy');
    expect(content.size).toBe(size);
    expect(await seenIn(content.chunks)).toEqual({ received: size, marks: 65 });
    await client.close();
    await secure.close();
    expect(mostMemory - before).toBeLessThan(500 * mebibyte);
  });

  it('is copied both ways by a VIX program', { timeout: 900_000 }, async () => {
    const before = (mostMemory = process.memoryUsage().rss);
    const secure = await startGuests();
    const directory = mkdtempSync(join(tmpdir(), 'revix-large-'));
    onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
    const [source, target] = [join(directory, 'source'), join(directory, 'target')];
    makeSparse(source);
    const tls = { thumbprint: secure.thumbprint?.sha256 ?? '' };
    const vix = createVix({ backends: [createVsphereBackend({ tls })], config: {} });
    let progressEvents = 0;
    const note = (_job: VixHandle, type: number): void => {
      if (type === VIX_EVENTTYPE_JOB_PROGRESS) progressEvents += 1;
    };
    const end = async (job: VixHandle): Promise<VixHandle> => {
      const cell = Vix_Out<VixHandle>();
      const error = await vix.VixJob_Wait(job, VIX_PROPERTY_JOB_RESULT_HANDLE, cell, VIX_PROPERTY_NONE);
      expect(error, vix.Revix_GetJobMessage(job)).toBe(VIX_OK);
      return cell.value;
    };
    const none = VIX_INVALID_HANDLE;
    const provider = VIX_SERVICEPROVIDER_VMWARE_VI_SERVER;
    const host = await end(vix.VixHost_Connect(-1, provider, secure.url, 0, 'tester', 'secret', 0, none, null, null));
    const vm = await end(vix.VixVM_Open(host, '[ds1] linux1/linux1.vmx', null, null));
    expect(
      await vix.VixJob_Wait(vix.VixVM_LoginInGuest(vm, 'root', 'password', 0, null, null), VIX_PROPERTY_NONE),
    ).toBe(VIX_OK);
    const up = vix.VixVM_CopyFileFromHostToGuest(vm, source, '/root/copied', 0, none, note, null);
    expect(await vix.VixJob_Wait(up, VIX_PROPERTY_NONE), vix.Revix_GetJobMessage(up)).toBe(VIX_OK);
    const seenUp = progressEvents;
    const down = vix.VixVM_CopyFileFromGuestToHost(vm, '/root/copied', target, 0, none, note, null);
    expect(await vix.VixJob_Wait(down, VIX_PROPERTY_NONE), vix.Revix_GetJobMessage(down)).toBe(VIX_OK);
    expect(await seenIn(createReadStream(target, { highWaterMark: pieceBytes }))).toEqual({
      received: size,
      marks: 65,
    });
    expect(readdirSync(directory).sort()).toEqual(['source', 'target']);
    expect([seenUp > 1, progressEvents - seenUp > 1]).toEqual([true, true]);
    await vix.Revix_Close();
    await secure.close();
    expect(mostMemory - before).toBeLessThan(500 * mebibyte);
  });
});

/** Makes the file on this machine; the zeros of it take no room. */
function makeSparse(path: string): void {
  const file = openSync(path, 'w');
  ftruncateSync(file, size);
  for (let at = 0; at < size; at += markedEvery * pieceBytes) writeSync(file, piece(at), 0, undefined, at);
  closeSync(file);
}
