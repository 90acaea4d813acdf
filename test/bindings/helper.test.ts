import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  VIX_E_FAIL,
  VIX_OK,
  VIX_PROPERTY_JOB_RESULT_HANDLE,
  VIX_SERVICEPROVIDER_VMWARE_VI_SERVER,
} from '../../src/vix/names.js';
import { FrameWriter } from '../../src/bindings/wire-values.js';
import { HelperProcess } from './helper-process.js';

const isWindows = process.platform === 'win32';
const program = fileURLToPath(new URL('../../dist/bindings/helper.cjs', import.meta.url));

/** Every test starts a process; on a loaded machine that takes its time. */
const timeout = 60_000;

const connectArgs = [-1, 3, null, 0, null, null, 0, 0, null, null];

async function connect(helper: HelperProcess): Promise<number> {
  const [job] = await helper.ask('VixHost_Connect', connectArgs);
  const [error, outs] = await helper.ask('VixJob_Wait', [Number(job), [VIX_PROPERTY_JOB_RESULT_HANDLE]]);
  expect(error).toBe(VIX_OK);
  return Number((outs as readonly number[])[0]);
}

const built = fileURLToPath(new URL('../../dist/bindings/', import.meta.url));

/** A copy of the helper as the build made it, without what it keeps. @returns the folder of its program. */
function copyOfHelper(): string {
  const folder = mkdtempSync(join(tmpdir(), 'revix-helper-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const bindings = join(folder, 'dist', 'bindings');
  cpSync(fileURLToPath(new URL('../../package.json', import.meta.url)), join(folder, 'package.json'));
  for (const name of ['helper.cjs', 'helper-body.cjs', 'helper-rest.cjs'])
    cpSync(join(built, name), join(bindings, name));
  return bindings;
}

describe.each(['socket', 'stdio'] as const)('a helper process over %s', { timeout }, (way) => {
  it.skipIf(isWindows && way === 'socket')('serves its client, and ends when the client hangs up', async () => {
    const helper = new HelperProcess(way);
    const welcome = await helper.greet(process.pid);
    expect(welcome.values[1]).toMatch(/^revix \d+\.\d+\.\d+$/);
    const host = await connect(helper);
    const [job] = await helper.ask('VixVM_Open', [host, '/vms/linux/linux.vmx', null, null]);
    expect(await helper.ask('VixJob_Wait', [Number(job), []])).toEqual([VIX_OK, []]);
    helper.hangUp();
    expect(await helper.ended).toEqual({ code: 0, signal: null, errors: '' });
  });

  it.skipIf(isWindows && way === 'socket')('ends when a wait is under way and callbacks are not done', async () => {
    const helper = new HelperProcess(way);
    await helper.greet();
    const host = await connect(helper);
    await helper.ask('VixHost_FindItems', [host, 4, 0, -1, 5, null]);
    await helper.frame(({ kind }) => kind === 'V');
    const [job] = await helper.ask('VixVM_Open', [host, '/vms/linux/linux.vmx', 5, null]);
    helper.send(['C', 900, 'VixJob_Wait', [], [Number(job), []]]);
    helper.hangUp();
    expect(await helper.ended).toEqual({ code: 0, signal: null, errors: '' });
  });

  it.skipIf(isWindows && way === 'socket')('says what was wrong with bytes that are no frame, and ends', async () => {
    const helper = new HelperProcess(way);
    helper.sendBytes(Buffer.from('GET / HTTP/1.1\r\n\r\n'));
    const { values } = await helper.frame(({ kind }) => kind === 'F');
    expect(values[0]).toMatch(/^the client broke the protocol: a frame says that it has 542393671 bytes/);
    expect(await helper.ended).toEqual({ code: 1, signal: null, errors: '' });
  });
});

describe.skipIf(isWindows)('the process of a helper', { timeout }, () => {
  it('outlives the signals of a terminal', async () => {
    const helper = new HelperProcess('socket');
    await helper.greet();
    for (const signal of ['SIGINT', 'SIGHUP', 'SIGQUIT'] as const) {
      helper.child.kill(signal);
      expect(await helper.ask('Vix_GetHandleType', [1])).toEqual([0, []]);
    }
  });

  it('ends when the process that it lives for is gone, also when the socket is open', async () => {
    const { pid } = spawnSync(process.execPath, ['-e', '0']);
    const helper = new HelperProcess('socket');
    await helper.greet(pid).catch(() => undefined);
    expect(await helper.ended).toEqual({ code: 0, signal: null, errors: '' });
  });

  it.each([
    [['--bad'], "Unknown option '--bad'"],
    [['--fd', 'x'], '--fd is x; give the number of an open socket'],
    [['--fd', '99'], 'file descriptor 99 is no pipe and no socket: the native library starts the helper itself'],
    [[], 'standard input is no pipe and no socket: the native library starts the helper itself'],
  ])('tells in one line why it cannot serve: %j', (args, why) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      encoding: 'utf8',
    });
    expect({ status, stdout, stderr }).toEqual({ status: 2, stdout: '', stderr: expect.stringMatching(/^.*\n$/) });
    expect(stderr).toContain(`revix helper: ${why}`);
  });

  it.skipIf(isWindows)('speaks through pipes that go one way', () => {
    const writer = new FrameWriter();
    writer.frame('H', ['revix', 1, 1, 0, 'a shell', 0]);
    const { stdout, status } = spawnSync('sh', ['-c', 'cat | "$0" "$1" | cat', process.execPath, program], {
      input: writer.take(),
    });
    expect([status, stdout.subarray(4, 5).toString()]).toEqual([0, 'W']);
  });

  it('gives no handle that an earlier helper of the client gave', async () => {
    const helper = new HelperProcess('socket');
    await helper.greet(0, 5000);
    expect(await connect(helper)).toBeGreaterThan(5000);
  });

  it('keeps what a module prints out of the conversation', async () => {
    const helper = new HelperProcess('stdio', `process.on('SIGUSR2', () => console.log('noise'))`);
    await helper.greet();
    const noise = new Promise((resolve) => helper.child.stderr?.once('data', resolve));
    helper.child.kill('SIGUSR2');
    await noise;
    expect(await helper.ask('Vix_GetHandleType', [1])).toEqual([0, []]);
    helper.hangUp();
    expect(await helper.ended).toMatchObject({ code: 0, errors: 'noise\n' });
  });

  it('tells the client when it fails itself', async () => {
    const helper = new HelperProcess('socket', `process.on('SIGUSR2', () => { throw new Error('a socket broke') })`);
    await helper.greet();
    helper.child.kill('SIGUSR2');
    const { values } = await helper.frame(({ kind }) => kind === 'F');
    expect(values).toEqual(['the helper failed: a socket broke; report it with what stands on its standard error']);
    expect(await helper.ended).toMatchObject({ code: 1, errors: expect.stringContaining('Error: a socket broke') });
  });

  it('starts without what an earlier one has kept, and with what another Node has', async () => {
    const bindings = copyOfHelper();
    const [cacheName = 'none kept'] = readdirSync(built).filter((name) => name.endsWith('.cache'));
    expect(cacheName).toMatch(/^helper-body-/);
    for (const cache of [undefined, 'of another Node']) {
      if (cache !== undefined) writeFileSync(join(bindings, cacheName), cache);
      const helper = new HelperProcess('socket', '', join(bindings, 'helper.cjs'));
      await helper.greet();
      expect(await connect(helper)).toBeGreaterThan(0);
    }
  });

  it('says that it was replaced when it needs a part of it and that is of another build', async () => {
    const bindings = copyOfHelper();
    const rest = join(bindings, 'helper-rest.cjs');
    writeFileSync(rest, readFileSync(rest, 'latin1').replace(/^\/\*\w+/, '/*0123'), 'latin1');
    const helper = new HelperProcess('socket', '', join(bindings, 'helper.cjs'));
    await helper.greet();
    for (let attempt = 0; attempt < 2; attempt += 1) {
      const address = ['https://127.0.0.1:1/sdk', 0, 'user', 'password', 0, 0, null, null];
      const [job] = await helper.ask('VixHost_Connect', [-1, VIX_SERVICEPROVIDER_VMWARE_VI_SERVER, ...address]);
      expect(await helper.ask('VixJob_Wait', [Number(job), []])).toEqual([VIX_E_FAIL, []]);
    }
    expect(await connect(helper)).toBeGreaterThan(0);
    helper.hangUp();
    const errors = 'revix helper: Revix was replaced while this ran; repeat the command\n';
    expect(await helper.ended).toEqual({ code: 0, signal: null, errors });
  });
});
