import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Vix } from '../../../src/api/vix.js';
import { Vix_Out } from '../../../src/api/vix-out.js';
import { createVsphereBackend } from '../../../src/backends/vsphere/index.js';
import { FakeClock } from '../../../src/base/clock.js';
import { Fault } from '../../../src/base/fault.js';
import { Secret } from '../../../src/base/secret.js';
import { createVix } from '../../../src/compose/create-vix.js';
import { startSimulator, type Simulator, type WireEffect, type WireFaultRule } from '../../../src/simulator/index.js';
import { settle } from '../../../src/testing/settle.js';
import { errorName } from '../../../src/vix/lookup.js';
import {
  VIX_EVENTTYPE_JOB_COMPLETED,
  VIX_INVALID_HANDLE,
  VIX_PROPERTY_JOB_RESULT_GUEST_PROGRAM_EXIT_CODE,
  VIX_PROPERTY_JOB_RESULT_HANDLE,
  VIX_PROPERTY_JOB_RESULT_VM_VARIABLE_STRING,
  VIX_PROPERTY_NONE,
  VIX_SERVICEPROVIDER_VMWARE_VI_SERVER,
  VIX_VM_GUEST_VARIABLE,
} from '../../../src/vix/names.js';
import type { VixHandle } from '../../../src/vix/types.js';
import { NetworkQuiet } from '../../conformance/network-quiet.js';
import { goodCertificate } from '../../fixtures/tls/certificates.js';
import { ClientSockets } from './client-sockets.js';

const path = '[store] lab/lab.vmx';
const secret = new Secret('password');

interface Mishap {
  readonly name: string;
  /** What befalls one request; nothing where it is only that every connection is gone when it is made. */
  readonly effect?: WireEffect;
  /** Which requests it may befall; all by default. */
  readonly on?: string;
  /** What befalls requests and connections after it. */
  readonly others?: WireFaultRule;
  /** The errors that a program may see of it. */
  readonly allowed: readonly string[];
  /** More of them that it may see while it connects: nobody waits there. */
  readonly allowedAtConnect?: readonly string[];
  /** Those of them that one run at least has to end with. */
  readonly mustBeSeen?: readonly string[];
  /** One of so many requests is struck; by default every one. */
  readonly stride?: number;
}

/** What VIX says of a file that did not arrive. */
const brokenTransfer = 'VIX_E_FILE_ERROR';

const effects: readonly Mishap[] = [
  { name: 'the session ends', effect: { expireSession: true }, allowed: [], stride: 2 },
  {
    name: 'the connection is reset',
    effect: { reset: true },
    allowed: ['VIX_E_HOST_CONNECTION_LOST', brokenTransfer],
  },
  {
    name: 'the answer breaks off',
    effect: { cutAfterBytes: 30 },
    allowed: ['VIX_E_HOST_CONNECTION_LOST', 'VIX_E_CANNOT_CONNECT_TO_HOST', brokenTransfer],
  },
  {
    name: 'the service is not available',
    effect: { status: 503 },
    allowed: ['VIX_E_HOST_SERVER_NOT_AVAILABLE', brokenTransfer],
    stride: 2,
  },
  {
    name: 'no answer comes',
    effect: { never: true },
    allowed: ['VIX_E_HOST_TCP_CONN_LOST', brokenTransfer],
    stride: 2,
  },
  { name: 'the answer is slow', effect: { delayMs: 20_000 }, allowed: [], stride: 2 },
  {
    name: 'the connection is reset, and the next ones meet another certificate',
    effect: { reset: true },
    others: { on: 'connect', effect: { wrongCertificate: true } },
    allowed: ['VIX_E_HOST_CONNECTION_LOST', 'VIX_E_NET_HTTP_SSL_SECURITY', brokenTransfer],
    mustBeSeen: ['VIX_E_NET_HTTP_SSL_SECURITY'],
  },
  {
    name: 'the session ends, and the server starts and takes no login yet',
    effect: { expireSession: true },
    others: { on: 'Login', count: 2, effect: { fault: { $type: 'SystemError', reason: 'starting' } } },
    allowed: [],
    allowedAtConnect: ['VIX_E_FAIL'],
  },
  {
    name: 'a new connection is reset before it stands',
    others: { on: 'connect', count: 1, effect: { reset: true } },
    // A file has one way to the host of this machine.
    allowed: ['VIX_E_NET_HTTP_COULDNT_CONNECT'],
    allowedAtConnect: ['VIX_E_CANNOT_CONNECT_TO_HOST'],
  },
  {
    name: 'a guest manager refuses a session that lives',
    on: '*InGuest',
    effect: { fault: { $type: 'NotAuthenticated', privilegeId: 'VirtualMachine.GuestOperations.Query' } },
    allowed: [],
  },
];

/** Follows the error of a run that did not come as far as its first job on a host. */
const atConnect = ' at connect';

/** A whole run takes more requests than the one, and fewer than the other. */
const fewestRequests = 20;
const mostRequests = 80;
describe.each(effects)('when $name', (row) => {
  const { effect, on = '*', others, allowed, allowedAtConnect = [], mustBeSeen = [], stride = 1 } = row;
  let simulator: Simulator;
  let sockets: ClientSockets;
  let clock: FakeClock;
  let quiet: NetworkQuiet;
  let directory: string;
  /** A file to copy into the guest, where there is an older one after the first run. */
  let source: string;
  let vix: Vix;
  /** Requests to go until one is struck. */
  let countdown = 0;
  const onRequest = (): void => {
    countdown -= 1;
    if (countdown !== 0) return;
    if (others !== undefined) simulator.faults.add(others);
    if (effect === undefined) sockets.drop();
    else simulator.faults.add({ on, count: 1, effect });
  };

  beforeAll(async () => {
    clock = new FakeClock();
    simulator = await startSimulator({
      clock,
      tls: goodCertificate,
      inventory: {
        vms: [{ name: 'lab', location: path, guestOs: 'ubuntu-64', tools: { bootDelayMs: 5000 } }],
      },
    });
    sockets = new ClientSockets(simulator.url);
    directory = await mkdtemp(join(tmpdir(), 'revix-broken-'));
    source = join(directory, 'source');
    await writeFile(source, 'copied');
    quiet = new NetworkQuiet();
    subscribe('undici:request:create', onRequest);
    subscribe('revix:download:start', onRequest);
  });

  afterAll(async () => {
    unsubscribe('undici:request:create', onRequest);
    unsubscribe('revix:download:start', onRequest);
    quiet.close();
    sockets.close();
    await simulator.close();
    await rm(directory, { recursive: true });
  });

  const advance = async (ms: number): Promise<void> => {
    await quiet.wait();
    await clock.advance(ms);
  };

  /** Waits for a job, and makes sure that it ends once. */
  async function end(start: (callback: (job: VixHandle, type: number) => void) => VixHandle): Promise<string> {
    let ends = 0;
    const job = start((_job, type) => {
      if (type === VIX_EVENTTYPE_JOB_COMPLETED) ends += 1;
    });
    const error = await settle(vix.VixJob_Wait(job, VIX_PROPERTY_NONE), { advance });
    expect(ends).toBe(1);
    last = job;
    return errorName(error);
  }
  let last: VixHandle = VIX_INVALID_HANDLE;

  async function result(): Promise<VixHandle> {
    const cell = Vix_Out<VixHandle>();
    await vix.VixJob_Wait(last, VIX_PROPERTY_JOB_RESULT_HANDLE, cell, VIX_PROPERTY_NONE);
    return cell.value;
  }

  function connect(): Promise<string> {
    return end((callback) =>
      vix.VixHost_Connect(
        -1,
        VIX_SERVICEPROVIDER_VMWARE_VI_SERVER,
        simulator.url,
        0,
        'user',
        'pass',
        0,
        VIX_INVALID_HANDLE,
        callback,
        null,
      ),
    );
  }

  /** A program's run from connecting to powering off. @returns its first error, or what else went wrong. */
  async function run(name: string): Promise<string> {
    const none = VIX_INVALID_HANDLE;
    let error = await connect();
    if (error !== 'VIX_OK') return `${error}${allowedAtConnect.includes(error) ? atConnect : ''}`;
    const host = await result();
    error = await end((callback) => vix.VixVM_Open(host, path, callback, null));
    if (error !== 'VIX_OK') return error;
    const vm = await result();
    const steps: readonly ((callback: (job: VixHandle, type: number) => void) => VixHandle)[] = [
      (callback) => vix.VixVM_PowerOn(vm, 0, none, callback, null),
      (callback) => vix.VixVM_WaitForToolsInGuest(vm, 0, callback, null),
      (callback) => vix.VixVM_LoginInGuest(vm, 'root', 'password', 0, callback, null),
      (callback) =>
        vix.VixVM_RunProgramInGuest(vm, '/bin/sh', `-c 'echo ran >> /tmp/${name}'`, 0, none, callback, null),
      (callback) => vix.VixVM_RunScriptInGuest(vm, '', `echo ran >> /tmp/${name}-script`, 0, none, callback, null),
      (callback) => vix.VixVM_CopyFileFromHostToGuest(vm, source, '/tmp/copied', 0, none, callback, null),
      (callback) => vix.VixVM_WriteVariable(vm, VIX_VM_GUEST_VARIABLE, 'last', name, 0, callback, null),
      (callback) => vix.VixVM_ReadVariable(vm, VIX_VM_GUEST_VARIABLE, 'last', 0, callback, null),
      (callback) => vix.VixVM_PowerOff(vm, 0, callback, null),
    ];
    for (const [index, step] of steps.entries()) {
      error = await end(step);
      if (error !== 'VIX_OK') return error;
      if (index === 3 || index === 4) {
        const code = Vix_Out<number>();
        await vix.VixJob_Wait(last, VIX_PROPERTY_JOB_RESULT_GUEST_PROGRAM_EXIT_CODE, code, VIX_PROPERTY_NONE);
        if (code.value !== 0) return `exit code ${code.value}`;
      }
      if (index === 7) {
        const text = Vix_Out<string>();
        await vix.VixJob_Wait(last, VIX_PROPERTY_JOB_RESULT_VM_VARIABLE_STRING, text, VIX_PROPERTY_NONE);
        if (text.value !== name) return `the variable is ${text.value}`;
      }
    }
    return error;
  }

  /** How often the program of a run has run, by what it left in the guest. */
  async function timesRun(name: string): Promise<number> {
    const machine = await simulator.world.find(path);
    const files = machine.guest({ userName: 'root', password: secret, isInteractive: false }).files;
    const call = { signal: new AbortController().signal, clock, progress: () => undefined };
    const read = async (): Promise<number> => {
      const { chunks } = await files.read(`/tmp/${name}`, call);
      let text = '';
      for await (const chunk of chunks) text += Buffer.from(chunk).toString();
      return text.split('\n').length - 1;
    };
    return read().catch(() => 0);
  }

  /** What scripts and copies have left in the guest. */
  async function leftovers(): Promise<readonly string[]> {
    const machine = await simulator.world.find(path);
    const { files } = machine.guest({ userName: 'root', password: secret, isInteractive: false });
    const call = { signal: new AbortController().signal, clock, progress: () => undefined };
    const namesIn = async (parent: string): Promise<readonly string[]> =>
      (await files.list(parent, call)).map(({ name }) => name);
    const names = await namesIn('/tmp');
    // The first script or copy makes it.
    const own = names.includes('vmware-root') ? await namesIn('/tmp/vmware-root') : [];
    return [...names, ...own].filter((name) => name.startsWith('vixScript') || name.endsWith('.part'));
  }

  /** What runs have left that ended with an error. */
  const known = new Set<string>();

  it('at any point of a run, every job ends once, with a right code, and nothing runs twice', async () => {
    const seen = new Set<string>();
    let struck = 0;
    for (let at = 1; at <= mostRequests; at += stride) {
      const thumbprint = simulator.thumbprint?.sha256 ?? '';
      vix = createVix({ backends: [createVsphereBackend({ tls: { thumbprint }, clock })], config: {}, clock });
      countdown = at;
      const before = simulator.faults.list().length;
      const outcome = await run(`run-${at}`);
      seen.add(outcome);
      const wasStruck = simulator.faults.list().length > before;
      countdown = 0;
      simulator.faults.clear();
      await settle(vix.Revix_Close(), { advance });
      await tidy(`run-${at}`, outcome);
      if (!wasStruck) break;
      struck += stride;
    }
    expect(struck).toBeGreaterThan(fewestRequests);
    expect(struck).toBeLessThan(mostRequests);
    const expected = ['VIX_OK', ...allowed, ...allowedAtConnect.map((name) => `${name}${atConnect}`)];
    expect([...seen].filter((name) => !expected.includes(name))).toEqual([]);
    expect([...seen]).toEqual(expect.arrayContaining([...mustBeSeen]));
  }, 900_000);

  /** Makes sure that a run ran its program once at most, and leaves the machine off. */
  async function tidy(name: string, outcome: string): Promise<void> {
    const machine = await simulator.world.find(path);
    const call = { signal: new AbortController().signal, clock, progress: () => undefined };
    const isOn = (error: unknown): boolean => error instanceof Fault && error.kind === 'vm-running';
    await settle(machine.power.on({ paused: false, showConsole: false }, call), { advance }).catch((error: unknown) => {
      // A power-on that the run began may have gone on by itself.
      if (!isOn(error)) throw error;
    });
    await settle(machine.tools.waitUntilRunning(call), { advance });
    expect(await timesRun(name)).toBeLessThanOrEqual(1);
    expect(await timesRun(`${name}-script`)).toBeLessThanOrEqual(1);
    // One that is never answered takes longer than the half minute that tidying up has.
    const isTidy = outcome === 'VIX_OK' && !(effect !== undefined && 'never' in effect);
    const left = (await leftovers()).filter((entry) => !known.has(entry));
    expect(isTidy ? left : []).toEqual([]);
    for (const entry of left) known.add(entry);
    await settle(machine.power.off('hard', call), { advance });
  }
});
