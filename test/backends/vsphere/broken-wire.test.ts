import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Vix } from '../../../src/api/vix.js';
import { Vix_Out } from '../../../src/api/vix-out.js';
import { createVsphereBackend } from '../../../src/backends/vsphere/index.js';
import { FakeClock } from '../../../src/base/clock.js';
import { Fault } from '../../../src/base/fault.js';
import { Secret } from '../../../src/base/secret.js';
import { readAll } from '../../../src/guest/sized-content.js';
import type { VixEventProc } from '../../../src/jobs/job-events.js';
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
/** Where a file is copied to in the guest. */
const copied = '/tmp/copied';
const secret = new Secret('password');

/** The jobs of a run, in their order. */
const steps = [
  'connect',
  'open',
  'power on',
  'wait for tools',
  'log in',
  'program',
  'script',
  'copy in',
  'copy out',
  'write variable',
  'read variable',
  'power off',
] as const;
type Step = (typeof steps)[number];

/** Those that send a file into the guest, or fetch one. */
const transfers = ['script', 'copy in', 'copy out'] as const satisfies readonly Step[];

/** Those of which nobody may know whether the host has done its work, so that it is not asked twice. */
const changes = ['power on', 'program', 'script', 'write variable', 'power off'] as const satisfies readonly Step[];

interface Mishap {
  readonly name: string;
  /** What befalls one request; nothing where it is only that every connection is gone when it is made. */
  readonly effect?: WireEffect;
  /** The requests that it may befall, by the name of the method; all by default, transfers too. */
  readonly methods?: RegExp;
  /** The jobs that make such requests; all by default. */
  readonly jobs?: readonly Step[];
  /** What befalls requests and connections after it. */
  readonly others?: WireFaultRule;
  /** The errors that a program may see of it, each in one run at least, and the jobs that may end with them. */
  readonly allowed?: Readonly<Record<string, readonly Step[]>>;
  /** How a job ends whose transfer it befalls. */
  readonly transferEnds?: string;
  /** Whether the directory of a script may stay in the guest, if diagnosis is told. */
  readonly mayLeave?: boolean;
  /** One of so many requests of a job is struck, from the first on; by default every one. */
  readonly stride?: number;
}

/** What VIX says of a file that did not arrive. */
const brokenTransfer = 'VIX_E_FILE_ERROR';

/** All methods: a transfer has no session. */
const inSession = /^\w+$/;

const effects: readonly Mishap[] = [
  { name: 'the session ends', effect: { expireSession: true }, methods: inSession, stride: 2 },
  {
    name: 'the connection is reset',
    effect: { reset: true },
    allowed: { VIX_E_HOST_CONNECTION_LOST: ['connect', ...changes] },
    transferEnds: brokenTransfer,
  },
  {
    name: 'the answer breaks off',
    effect: { cutAfterBytes: 30 },
    allowed: { VIX_E_HOST_CONNECTION_LOST: ['connect', 'program', 'script'] },
    transferEnds: brokenTransfer,
  },
  {
    name: 'the service is not available',
    effect: { status: 503 },
    allowed: { VIX_E_HOST_SERVER_NOT_AVAILABLE: ['connect', ...changes] },
    transferEnds: brokenTransfer,
    stride: 2,
  },
  {
    name: 'no answer comes',
    effect: { never: true },
    allowed: { VIX_E_HOST_TCP_CONN_LOST: steps },
    transferEnds: brokenTransfer,
    // A request that is never answered takes longer than the half minute that tidying up has.
    mayLeave: true,
    stride: 2,
  },
  { name: 'the answer is slow', effect: { delayMs: 20_000 }, transferEnds: 'VIX_OK', stride: 3 },
  {
    name: 'the connection is reset, and the next ones meet another certificate',
    effect: { reset: true },
    others: { on: 'connect', effect: { wrongCertificate: true } },
    allowed: {
      VIX_E_HOST_CONNECTION_LOST: ['connect', 'wait for tools', ...changes],
      VIX_E_NET_HTTP_SSL_SECURITY: steps,
    },
    // A transfer has a connection of its own.
    transferEnds: 'VIX_E_NET_HTTP_SSL_SECURITY',
    mayLeave: true,
  },
  {
    name: 'the session ends, and the server starts and takes no login yet',
    effect: { expireSession: true },
    methods: inSession,
    others: { on: 'Login', count: 2, effect: { fault: { $type: 'SystemError', reason: 'starting' } } },
    allowed: { VIX_E_FAIL: ['connect'] },
  },
  {
    name: 'a new connection is reset before it stands',
    others: { on: 'connect', count: 1, effect: { reset: true } },
    allowed: { VIX_E_CANNOT_CONNECT_TO_HOST: ['connect'] },
    // A file has one way to the host of this machine.
    transferEnds: 'VIX_E_NET_HTTP_COULDNT_CONNECT',
  },
  {
    name: 'a guest manager refuses a session that lives',
    effect: { fault: { $type: 'NotAuthenticated', privilegeId: 'VirtualMachine.GuestOperations.Query' } },
    methods: /^\w+Guest$/,
    jobs: ['log in', 'program', 'script', 'copy in', 'copy out'],
  },
];

/** More requests than a run has. */
const mostRequests = 80;

/** The copied bytes; longer than what a cut answer leaves of them. */
function bytesOf(name: string): string {
  return `${name}\n`.repeat(20);
}

/** How a run ended: `VIX_OK`, or the first error. */
interface Outcome {
  readonly code: string;
  /** How many of its jobs ended well. */
  readonly done: number;
}

/** What is to be struck: a request of a job, or the first after it where it has fewer; or its transfer. */
interface Target {
  readonly step: Step;
  readonly request: number | 'transfer';
}

/** A request, by the job and its number there. */
interface Struck {
  readonly step: Step;
  readonly request: number;
  readonly isTransfer: boolean;
}

function fits(target: Target, { step, request, isTransfer }: Struck): boolean {
  if (target.request === 'transfer') return isTransfer && step === target.step;
  const ahead = steps.indexOf(step) - steps.indexOf(target.step);
  return ahead > 0 || (ahead === 0 && request >= target.request);
}

/** A request as undici tells of it. */
interface RequestEvent {
  readonly request: { readonly method: string; readonly path: string; readonly body?: unknown };
}

/** What a rule of the simulator calls a request: its method, or verb and path. */
function nameOf({ request: { method, path: to, body } }: RequestEvent): string {
  const [, name] = /Body[^>]*><(\w+)/.exec(Buffer.isBuffer(body) ? body.toString() : '') ?? [];
  return name ?? `${method} ${to.split('?', 1).join('')}`;
}

describe.each(effects)('when $name', (row) => {
  const { effect, methods, jobs = steps, others, allowed = {}, transferEnds, mayLeave = false, stride = 1 } = row;
  let simulator: Simulator;
  let sockets: ClientSockets;
  let clock: FakeClock;
  let quiet: NetworkQuiet;
  let directory: string;
  /** What is copied into the guest, where there is an older file after the first run, and where it is copied back to. */
  let source: string;
  let fetched: string;
  let vix: Vix;
  /** The job under way, and its requests so far. */
  let step: Step;
  let requests = 0;
  /** What is to be struck in this run, and what was. */
  let target: Target | undefined;
  let struck: Struck | undefined;
  /** The request that a rule waits for, and the rule. */
  let awaited: { readonly on: string; readonly id: string } | undefined;

  function onRequest(on: string): void {
    if (methods?.test(on) === false) return;
    requests += 1;
    const request: Struck = { step, request: requests, isTransfer: on.endsWith(' /guestFile') };
    if (target === undefined || !fits(target, request)) return;
    target = undefined;
    struck = request;
    if (others !== undefined) simulator.faults.add(others);
    if (effect === undefined) sockets.drop();
    else awaited = { on, id: simulator.faults.add({ on, count: 1, effect }) };
  }
  const onRequestEvent = (event: unknown): void => onRequest(nameOf(event as RequestEvent));
  const onDownload = (event: unknown): void => onRequest(`GET ${(event as { readonly path: string }).path}`);

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
    fetched = join(directory, 'fetched');
    quiet = new NetworkQuiet();
    subscribe('undici:request:create', onRequestEvent);
    subscribe('revix:download:start', onDownload);
  });

  afterAll(async () => {
    unsubscribe('undici:request:create', onRequestEvent);
    unsubscribe('revix:download:start', onDownload);
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
  async function end(start: (callback: VixEventProc) => VixHandle): Promise<string> {
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

  async function exitCode(): Promise<number> {
    const cell = Vix_Out<number>();
    await vix.VixJob_Wait(last, VIX_PROPERTY_JOB_RESULT_GUEST_PROGRAM_EXIT_CODE, cell, VIX_PROPERTY_NONE);
    return cell.value;
  }

  async function variable(): Promise<string> {
    const cell = Vix_Out<string>();
    await vix.VixJob_Wait(last, VIX_PROPERTY_JOB_RESULT_VM_VARIABLE_STRING, cell, VIX_PROPERTY_NONE);
    return cell.value;
  }

  function connect(callback: VixEventProc): VixHandle {
    return vix.VixHost_Connect(
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
    );
  }

  /** A program's run from connecting to powering off. */
  async function run(name: string): Promise<Outcome> {
    const none = VIX_INVALID_HANDLE;
    let host = none;
    let vm = none;
    const starts: Readonly<Record<Step, (callback: VixEventProc) => VixHandle>> = {
      connect,
      open: (callback) => vix.VixVM_Open(host, path, callback, null),
      'power on': (callback) => vix.VixVM_PowerOn(vm, 0, none, callback, null),
      'wait for tools': (callback) => vix.VixVM_WaitForToolsInGuest(vm, 0, callback, null),
      'log in': (callback) => vix.VixVM_LoginInGuest(vm, 'root', 'password', 0, callback, null),
      program: (callback) =>
        vix.VixVM_RunProgramInGuest(vm, '/bin/sh', `-c 'echo ran >> /tmp/${name}'`, 0, none, callback, null),
      script: (callback) =>
        vix.VixVM_RunScriptInGuest(vm, '', `echo ran >> /tmp/${name}-script`, 0, none, callback, null),
      'copy in': (callback) => vix.VixVM_CopyFileFromHostToGuest(vm, source, copied, 0, none, callback, null),
      'copy out': (callback) => vix.VixVM_CopyFileFromGuestToHost(vm, copied, fetched, 0, none, callback, null),
      'write variable': (callback) =>
        vix.VixVM_WriteVariable(vm, VIX_VM_GUEST_VARIABLE, 'last', name, 0, callback, null),
      'read variable': (callback) => vix.VixVM_ReadVariable(vm, VIX_VM_GUEST_VARIABLE, 'last', 0, callback, null),
      'power off': (callback) => vix.VixVM_PowerOff(vm, 0, callback, null),
    };
    await writeFile(source, bytesOf(name));
    for (const [done, next] of steps.entries()) {
      step = next;
      requests = 0;
      const code = await end(starts[next]);
      if (code !== 'VIX_OK') return { code, done };
      if (next === 'connect') host = await result();
      if (next === 'open') vm = await result();
      if (next === 'program' || next === 'script') expect(await exitCode()).toBe(0);
      if (next === 'read variable') expect(await variable()).toBe(name);
    }
    return { code: 'VIX_OK', done: steps.length };
  }

  /** The files of the guest, and what its calls take. */
  async function guestFiles() {
    const machine = await simulator.world.find(path);
    const { files } = machine.guest({ userName: 'root', password: secret, isInteractive: false });
    return { files, call: { signal: new AbortController().signal, clock, progress: () => undefined } };
  }

  /** What a file of the guest has; undefined where there is none. */
  async function textOf(name: string): Promise<string | undefined> {
    const { files, call } = await guestFiles();
    const isMissing = (error: unknown): boolean => error instanceof Fault && error.kind === 'file-not-found';
    try {
      return Buffer.from(await readAll(await files.read(name, call))).toString();
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  }

  /** How often a program of a run has run, by what it left in the guest. */
  async function timesRun(name: string): Promise<number> {
    return ((await textOf(`/tmp/${name}`)) ?? '').split('\n').length - 1;
  }

  /** What scripts and copies have left in the guest. */
  async function leftovers(): Promise<readonly string[]> {
    const { files, call } = await guestFiles();
    const namesIn = async (parent: string): Promise<readonly string[]> =>
      (await files.list(parent, call)).map(({ name }) => name);
    const names = await namesIn('/tmp');
    // The first script or copy makes it.
    const own = names.includes('vmware-root') ? await namesIn('/tmp/vmware-root') : [];
    return [...names, ...own].filter((name) => name.startsWith('vixScript') || name.endsWith('.part'));
  }

  /** What earlier runs have left. */
  const known = new Set<string>();
  /** What has come to where files are copied. */
  let inGuest: string | undefined;
  let onHost: string | undefined;

  let runs = 0;
  /** Errors that runs have ended with. */
  const seen = new Set<string>();
  /** The jobs whose transfer was struck. */
  const transferred = new Set<Step>();
  /** Requests that never met the rule made for them. */
  const missed: string[] = [];

  /** One run in which a request is struck, judged. @returns the request; undefined when the run has ended before. */
  async function strike(at: Target): Promise<Struck | undefined> {
    const thumbprint = simulator.thumbprint?.sha256 ?? '';
    vix = createVix({ backends: [createVsphereBackend({ tls: { thumbprint }, clock })], config: {}, clock });
    const told: unknown[] = [];
    vix.Revix_OnDiagnostic(({ error }) => told.push(error));
    [target, struck, awaited] = [at, undefined, undefined];
    const name = `run-${(runs += 1)}`;
    const outcome = await run(name);
    target = undefined;
    noteMissed();
    simulator.faults.clear();
    await settle(vix.Revix_Close(), { advance });
    judgeCode(outcome);
    await judgeWork(name, outcome, told);
    return struck;
  }

  async function strikeTransfer(job: Step): Promise<void> {
    expect(await strike({ step: job, request: 'transfer' })).toBeDefined();
  }

  function noteMissed(): void {
    const isHit = simulator.faults.list().some(({ id, hits }) => id === awaited?.id && hits > 0);
    // Behind a connection that meets another certificate no request arrives.
    if (awaited !== undefined && !isHit && others?.on !== 'connect') missed.push(awaited.on);
  }

  function judgeCode({ code, done }: Outcome): void {
    const job = steps[done];
    if (struck?.isTransfer === true) {
      transferred.add(struck.step);
      expect({ code, job }).toEqual({ code: transferEnds, job: code === 'VIX_OK' ? undefined : struck.step });
    } else if (job !== undefined) {
      expect(allowed[code] ?? [], code).toContain(job);
      seen.add(code);
    }
  }

  it('at any point of a run, every job ends once, with a right code, and nothing runs twice', async () => {
    // The first copy finds nothing that its file would take the place of, later ones do.
    if (transferEnds !== undefined) await strikeTransfer('copy in');
    transferred.clear();
    const befallen = new Set<Step>();
    let latest = await strike({ step: 'connect', request: 1 });
    while (latest !== undefined && runs < mostRequests) {
      befallen.add(latest.step);
      latest = await strike({ step: latest.step, request: latest.request + stride });
    }
    expect(latest).toBeUndefined();
    expect([...befallen]).toEqual(jobs);
    const passedOver = transfers.filter((job) => transferEnds !== undefined && !transferred.has(job));
    for (const job of passedOver) await strikeTransfer(job);
    expect([...seen].toSorted()).toEqual(Object.keys(allowed).toSorted());
    // What ends a wait is sent when its job is over already.
    expect(missed.filter((on) => !on.startsWith('Destroy'))).toEqual([]);
  }, 900_000);

  /** Makes sure that a run did what its jobs said, in the guest and here, and leaves the machine off. */
  async function judgeWork(name: string, { code, done }: Outcome, told: readonly unknown[]): Promise<void> {
    const machine = await simulator.world.find(path);
    const call = { signal: new AbortController().signal, clock, progress: () => undefined };
    // Nothing is on the network now.
    const hurry = { advance: (ms: number): Promise<void> => clock.advance(ms * 100) };
    const isOn = (error: unknown): boolean => error instanceof Fault && error.kind === 'vm-running';
    await settle(machine.power.on({ paused: false, showConsole: false }, call), hurry).catch((error: unknown) => {
      // A power-on that the run began may have gone on by itself.
      if (!isOn(error)) throw error;
    });
    await settle(machine.tools.waitUntilRunning(call), hurry);
    /**
     * What may be found of a job's work. Only one that failed may have done it or not; but one whose transfer broke has
     * put nothing in the place of what was there.
     */
    const found = <T>(job: Step, before: T, after: T): readonly T[] => {
      const ahead = done - steps.indexOf(job);
      if (ahead !== 0) return [ahead > 0 ? after : before];
      return struck?.isTransfer === true && before !== undefined ? [before] : [before, after];
    };
    expect(found('program', 0, 1), code).toContain(await timesRun(name));
    expect(found('script', 0, 1), code).toContain(await timesRun(`${name}-script`));
    const mayBeInGuest = found('copy in', inGuest, bytesOf(name));
    inGuest = await textOf(copied);
    expect(mayBeInGuest, code).toContain(inGuest);
    const names = await readdir(directory);
    const mayBeOnHost = found('copy out', onHost, bytesOf(name));
    onHost = names.includes('fetched') ? await readFile(fetched, 'utf8') : undefined;
    expect(mayBeOnHost, code).toContain(onHost);
    expect(names.filter((entry) => entry !== 'source' && entry !== 'fetched')).toEqual([]);
    const left = (await leftovers()).filter((entry) => !known.has(entry));
    for (const entry of left) known.add(entry);
    const wrong = left.filter((entry) => !mayLeave || !entry.startsWith('vixScript'));
    expect(wrong, code).toEqual([]);
    expect(told, code).toHaveLength(left.length);
    await settle(machine.power.off('hard', call), hurry);
  }
});
