import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createVsphereBackend } from '../../../src/backends/vsphere/index.js';
import { FakeClock } from '../../../src/base/clock.js';
import { Secret } from '../../../src/base/secret.js';
import { createVix, Vix_Out, type Vix } from '../../../src/index.js';
import { readAll } from '../../../src/guest/sized-content.js';
import { startSimulator, type Simulator, type WireEffect, type WireFaultRule } from '../../../src/simulator/index.js';
import {
  VIX_INVALID_HANDLE,
  VIX_OK,
  VIX_PROPERTY_JOB_RESULT_GUEST_PROGRAM_ELAPSED_TIME,
  VIX_PROPERTY_JOB_RESULT_GUEST_PROGRAM_EXIT_CODE,
  VIX_PROPERTY_JOB_RESULT_HANDLE,
  VIX_PROPERTY_NONE,
  VIX_SERVICEPROVIDER_VMWARE_VI_SERVER,
} from '../../../src/vix/names.js';
import { errorName } from '../../../src/vix/lookup.js';
import type { VixHandle } from '../../../src/vix/types.js';
import { inventoryFor } from '../../conformance/inventory.js';
import { ClientSockets } from './client-sockets.js';
import { whileMoving } from './fake-connection.js';

const location = '[store] posix/posix.vmx';

/** What may befall one request. */
const mishaps: Readonly<Record<string, WireEffect>> = {
  'a reset connection': { reset: true },
  'half an answer': { cutAfterBytes: 120 },
  'an answer of nothing': { cutAfterBytes: 0 },
  'a gateway without a server': { status: 503 },
  'an expired session': { expireSession: true },
  'no answer': { never: true },
  'a busy machine': { fault: { $type: 'TaskInProgress', task: { type: 'Task', value: 'task-1' } } },
};

/** What ends the job of a program that runs. */
interface LostHost {
  readonly what: string;
  readonly rules: readonly WireFaultRule[];
  readonly error: string;
  readonly message: RegExp;
  /** Whether the handles of the host are good for nothing any more. */
  readonly isHostLost: boolean;
}

/** The requests of a program's run, in their order. */
const steps = ['StartProgramInGuest', 'ListProcessesInGuest'] as const;

/** Mishaps at the start after which nobody can know whether the program runs, so that it must not be started again. */
const inDoubt: readonly string[] = [
  'half an answer',
  'an answer of nothing',
  'no answer',
  'a reset connection',
  'a gateway without a server',
];

describe('a program that runs over a network with mishaps', () => {
  const clock = new FakeClock();
  let simulator: Simulator;
  let sockets: ClientSockets;
  let vix: Vix;
  let vm: VixHandle;
  let runs = 0;

  beforeAll(async () => {
    simulator = await startSimulator({ inventory: inventoryFor(['posix']), clock });
    sockets = new ClientSockets(simulator.url);
    const thumbprint = simulator.thumbprint?.sha256 ?? '';
    vix = createVix({ backends: [createVsphereBackend({ clock, tls: { thumbprint } })], config: {}, clock });
  });

  afterAll(async () => {
    sockets.close();
    await vix.Revix_Close();
    await simulator.close();
  });

  beforeEach(async () => {
    const provider = VIX_SERVICEPROVIDER_VMWARE_VI_SERVER;
    const host = await handle(
      vix.VixHost_Connect(-1, provider, simulator.url, 0, 'admin', 'host password', 0, VIX_INVALID_HANDLE, null, null),
    );
    vm = await handle(vix.VixVM_Open(host, location, null, null));
    await moving(vix.VixJob_Wait(vix.VixVM_LoginInGuest(vm, 'root', 'password', 0, null, null), VIX_PROPERTY_NONE));
    return () => {
      simulator.faults.clear();
      vix.VixHost_Disconnect(host);
    };
  });

  function moving<T>(work: Promise<T>): Promise<T> {
    return whileMoving(clock, 250, work);
  }

  async function handle(job: VixHandle): Promise<VixHandle> {
    const cell = Vix_Out<VixHandle>();
    await moving(vix.VixJob_Wait(job, VIX_PROPERTY_JOB_RESULT_HANDLE, cell, VIX_PROPERTY_NONE));
    return cell.value;
  }

  /** How often the program with this number has run, by what it left in the guest. */
  async function timesRun(run: number): Promise<number> {
    const machine = await simulator.world.find(location);
    const guest = machine.guest({ userName: 'root', password: new Secret('password'), isInteractive: false });
    const call = { signal: new AbortController().signal, clock, progress: () => undefined };
    const content = await guest.files.read('/tmp/runs', call).catch(() => undefined);
    const text = content === undefined ? '' : Buffer.from(await readAll(content)).toString();
    return text.split('\n').filter((line) => line === String(run)).length;
  }

  /** Runs a program while the mishap befalls the first request of the step. */
  function runThrough({ step, mishap }: { readonly step: string; readonly mishap: string }) {
    const effect = mishaps[mishap];
    if (effect === undefined) throw new Error(mishap);
    return runUnder({ on: step, effect, count: 1 });
  }

  /** Runs a program while a rule is in force, if there is one. */
  async function runUnder(rule?: WireFaultRule) {
    runs += 1;
    if (rule !== undefined) simulator.faults.add(rule);
    const ended: VixHandle[] = [];
    const note = (job: VixHandle): void => void ended.push(job);
    const args = `-c "echo ${runs} >> /tmp/runs; exit 7"`;
    const job = vix.VixVM_RunProgramInGuest(vm, '/bin/sh', args, 0, VIX_INVALID_HANDLE, note, null);
    const code = Vix_Out<number>();
    const error = await moving(
      vix.VixJob_Wait(job, VIX_PROPERTY_JOB_RESULT_GUEST_PROGRAM_EXIT_CODE, code, VIX_PROPERTY_NONE),
    );
    return {
      error,
      code: code.value,
      message: vix.Revix_GetJobMessage(job),
      isEndedOnce: ended.length === 1 && ended[0] === job,
      strikes: simulator.faults.list().map(({ hits }) => hits),
      times: await timesRun(runs),
    };
  }

  const matrix = steps.flatMap((step) => Object.keys(mishaps).map((mishap) => ({ step, mishap })));
  const isInDoubt = ({ step, mishap }: (typeof matrix)[number]): boolean =>
    step === 'StartProgramInGuest' && inDoubt.includes(mishap);

  it.each(matrix.filter((one) => !isInDoubt(one)))(
    'runs once, and gives its exit code: $mishap at $step',
    async (one) => {
      const { error, code, message, isEndedOnce, strikes, times } = await runThrough(one);
      expect(error, message).toBe(VIX_OK);
      expect({ code, isEndedOnce, strikes, times }).toEqual({ code: 7, isEndedOnce: true, strikes: [1], times: 1 });
    },
  );

  it('runs once, and gives its exit code: connections that are reset before they stand', async () => {
    sockets.drop();
    const { error, code, message, ...rest } = await runUnder({ on: 'connect', effect: { reset: true }, count: 2 });
    expect(error, message).toBe(VIX_OK);
    expect({ code, ...rest }).toEqual({ code: 7, isEndedOnce: true, strikes: [2], times: 1 });
  });

  it('runs once, and gives its exit code: a connection that is closed before it speaks TLS', async () => {
    let closed = 0;
    const port = Number(new URL(simulator.url).port);
    const accepted = (event: unknown): void => {
      const { socket } = event as { readonly socket: Socket };
      if (socket.localPort !== port || closed > 0) return;
      closed += 1;
      socket.destroy();
    };
    subscribe('net.server.socket', accepted);
    sockets.drop();
    const { error, code, message, isEndedOnce, times } = await runUnder();
    unsubscribe('net.server.socket', accepted);
    expect(error, message).toBe(VIX_OK);
    expect({ code, isEndedOnce, times, closed }).toEqual({ code: 7, isEndedOnce: true, times: 1, closed: 1 });
  });

  it.each(matrix.filter(isInDoubt))('runs at most once, and the doubt is told: $mishap at $step', async (one) => {
    const { error, message, isEndedOnce, strikes, times } = await runThrough(one);
    expect(error, message).not.toBe(VIX_OK);
    expect(message).toMatch(/may have carried it out/);
    expect({ isEndedOnce, strikes }).toEqual({ isEndedOnce: true, strikes: [1] });
    expect(times).toBeLessThanOrEqual(1);
  });

  it.each([
    {
      what: 'the host has another certificate at the next connection',
      rules: [
        { on: 'connect', effect: { wrongCertificate: true } },
        // Whichever of the open connections a call takes: in the end there is none left.
        { on: 'ListProcessesInGuest', effect: { reset: true } },
      ],
      error: 'VIX_E_NET_HTTP_SSL_SECURITY',
      message: /certificate of .* is another one than expected/,
      isHostLost: false,
    },
    {
      what: 'the session ends and its user may not log in again',
      rules: [
        { on: 'ListProcessesInGuest', effect: { expireSession: true }, count: 1 },
        { on: 'Login', effect: { fault: { $type: 'InvalidLogin' } } },
      ],
      error: 'VIX_E_HOST_USER_PERMISSIONS',
      message: /InvalidLogin.*Connect again/,
      isHostLost: true,
    },
  ] satisfies readonly LostHost[])('runs once, and its job ends once with the reason: $what', async (lost) => {
    for (const rule of lost.rules) simulator.faults.add(rule);
    runs += 1;
    const ended: VixHandle[] = [];
    const note = (job: VixHandle): void => void ended.push(job);
    const run = `-c "echo ${runs} >> /tmp/runs"`;
    const job = vix.VixVM_RunProgramInGuest(vm, '/bin/sh', run, 0, VIX_INVALID_HANDLE, note, null);
    expect(errorName(await moving(vix.VixJob_Wait(job, VIX_PROPERTY_NONE)))).toBe(lost.error);
    expect(vix.Revix_GetJobMessage(job)).toMatch(lost.message);
    expect({ ended, times: await timesRun(runs) }).toEqual({ ended: [job], times: 1 });
    // When the network is right again, what was not lost for good goes on.
    simulator.faults.clear();
    const next = vix.VixVM_RunProgramInGuest(vm, '/bin/true', '', 0, VIX_INVALID_HANDLE, null, null);
    const error = await moving(vix.VixJob_Wait(next, VIX_PROPERTY_NONE));
    expect(errorName(error)).toBe(lost.isHostLost ? lost.error : 'VIX_OK');
  });

  it('tells exit code and elapsed time when the session ends in the middle', async () => {
    simulator.faults.add({ on: 'ListProcessesInGuest', effect: { expireSession: true }, count: 1 });
    const job = vix.VixVM_RunProgramInGuest(vm, '/bin/sh', '-c "sleep 3; exit 7"', 0, VIX_INVALID_HANDLE, null, null);
    const [code, elapsed] = [Vix_Out<number>(), Vix_Out<number>()];
    const waiting = vix.VixJob_Wait(
      job,
      VIX_PROPERTY_JOB_RESULT_GUEST_PROGRAM_EXIT_CODE,
      code,
      VIX_PROPERTY_JOB_RESULT_GUEST_PROGRAM_ELAPSED_TIME,
      elapsed,
      VIX_PROPERTY_NONE,
    );
    expect([await moving(waiting), code.value, elapsed.value]).toEqual([VIX_OK, 7, 3]);
    expect(simulator.faults.list()).toMatchObject([{ hits: 1 }]);
  });

  it.each([
    { way: 'ahead', byMs: 86_400_000 },
    { way: 'back', byMs: -86_400_000 },
  ])('runs to its end when the clocks on both sides are set $way a day meanwhile', async ({ byMs }) => {
    const ended: VixHandle[] = [];
    const note = (job: VixHandle): void => void ended.push(job);
    const args = '-c "sleep 60; exit 7"';
    const job = vix.VixVM_RunProgramInGuest(vm, '/bin/sh', args, 0, VIX_INVALID_HANDLE, note, null);
    const startMs = clock.monotonic();
    const code = Vix_Out<number>();
    const end = vix.VixJob_Wait(job, VIX_PROPERTY_JOB_RESULT_GUEST_PROGRAM_EXIT_CODE, code, VIX_PROPERTY_NONE);
    clock.after(20_000, () => clock.set(byMs));
    expect(await moving(end), vix.Revix_GetJobMessage(job)).toBe(VIX_OK);
    expect({ code: code.value, ended }).toEqual({ code: 7, ended: [job] });
    // The sleep, and as much as a look at a long program may be late.
    expect(clock.monotonic() - startMs).toBeLessThan(75_000);
  });

  it.each([
    { mishap: 'half an answer', error: 'VIX_OK', snapshots: 1 },
    { mishap: 'an answer of nothing', error: 'VIX_OK', snapshots: 1 },
    { mishap: 'an expired session', error: 'VIX_OK', snapshots: 1 },
    { mishap: 'a reset connection', error: 'VIX_E_HOST_CONNECTION_LOST', snapshots: 0 },
  ])('a snapshot is taken once or not at all, and the job tells which: $mishap', async (one) => {
    const effect = mishaps[one.mishap];
    if (effect === undefined) throw new Error(one.mishap);
    // Another connection of this user has started a task of that kind in the row before.
    await clock.advance(2000);
    simulator.faults.add({ on: 'CreateSnapshot_Task', effect, count: 1 });
    const job = vix.VixVM_CreateSnapshot(vm, 'name', '', 0, VIX_INVALID_HANDLE, null, null);
    const error = await moving(vix.VixJob_Wait(job, VIX_PROPERTY_NONE));
    expect(errorName(error), vix.Revix_GetJobMessage(job)).toBe(one.error);
    const machine = await simulator.world.find(location);
    const call = { signal: new AbortController().signal, clock, progress: () => undefined };
    const { roots } = await machine.snapshots.tree(call);
    expect(roots).toHaveLength(one.snapshots);
    for (const { id } of roots) await moving(machine.snapshots.remove({ id, removeChildren: true }, call));
  });
});
