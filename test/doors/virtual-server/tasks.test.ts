import { expect, it } from 'vitest';
import { Vix_Out } from '../../../src/api/vix-out.js';
import { Fault, type FaultKind } from '../../../src/base/fault.js';
import { runAwaited } from '../../../src/doors/flow.js';
import { HRESULTS, hresultOf, type HresultName } from '../../../src/doors/virtual-server/hresults.js';
import type { IVMTask, IVMVirtualMachine, IVMVirtualServer } from '../../../src/doors/virtual-server/index.js';
import { RunningTasks } from '../../../src/doors/virtual-server/running-tasks.js';
import { virtualServerLibrary } from '../../../src/doors/virtual-server/virtual-server-library.js';
import { VMTaskResult } from '../../../src/doors/virtual-server/enumerations.js';
import { VIX_OK, VIX_SERVICEPROVIDER_VMWARE_WORKSTATION } from '../../../src/vix/names.js';
import * as names from '../../../src/vix/names.js';
import type { VixError, VixHandle } from '../../../src/vix/types.js';
import { VixRig } from '../../fixtures/vix-rig.js';
import { hresultReference } from '../reference-members.js';

interface Rig {
  readonly rig: VixRig;
  readonly server: IVMVirtualServer;
  readonly machine: IVMVirtualMachine;
  /** How long each pause of a wait was, ms. */
  readonly pauses: number[];
}

/** A machine whose every operation can be told what to do, and a door on whose waits no time passes. */
async function open(): Promise<Rig> {
  const rig = new VixRig();
  rig.lab.properties = { ...rig.lab.properties, name: 'lab' };
  const pauses: number[] = [];
  const pause = (ms: number): void => void pauses.push(ms);
  const library = virtualServerLibrary<'awaited'>(rig.vix, { run: runAwaited, pause, canAssign: false });
  const server = new library.VMVirtualServer({ hostType: VIX_SERVICEPROVIDER_VMWARE_WORKSTATION });
  const machine = await server.FindVirtualMachine('lab');
  if (machine === null) throw new Error('there is no lab');
  return { rig, server, machine, pauses };
}

/** Starts a task that goes on until the test says otherwise. */
async function pending({ rig, machine }: Rig): Promise<IVMTask> {
  rig.control.once('power.on', 'pending');
  const task = await machine.Startup();
  await rig.control.reached('power.on');
  return task;
}

async function codeOf(call: () => unknown): Promise<string> {
  try {
    await call();
    return 'S_OK';
  } catch (error) {
    return (error as { readonly code: string }).code;
  }
}

it('tells how far it is', async () => {
  const opened = await open();
  const task = await pending(opened);
  expect([task.PercentCompleted, task.IsComplete, task.IsCancelable]).toEqual([0, false, true]);
  const { context } = opened.rig.control.last('power.on');
  context.progress(0.4);
  expect(task.PercentCompleted).toBe(40);
  expect([task.Result, task.Error, task.ErrorDescription]).toEqual([VMTaskResult.Success, 0, '']);
  opened.rig.control.last('power.on').release();
  await task.WaitForCompletion(-1);
  expect([task.PercentCompleted, task.IsComplete, task.IsCancelable]).toEqual([100, true, false]);
});

it('gives its job back at its end, and still knows how it ended', async () => {
  const { rig, machine } = await open();
  const before = rig.live;
  rig.control.once('power.on', new Fault('disk-full', 'as the test says'));
  const task = await machine.Startup();
  expect(rig.live).toBe(before + 1);
  await Promise.all([task.WaitForCompletion(-1), task.WaitForCompletion(-1)]);
  expect(rig.live).toBe(before);
  await task.WaitForCompletion(-1);
  expect([task.IsComplete, task.Result]).toEqual([true, VMTaskResult.DiskRelatedError]);
  expect(task.ErrorDescription).toMatch(/VixVM_PowerOn.*as the test says/);
  expect(rig.live).toBe(before);
});

it('is waited for until the time is over, and no longer', async () => {
  const opened = await open();
  const task = await pending(opened);
  for (const [timeout, slept] of [
    [0, 0],
    [1, 1],
    [250, 250],
    [4_000_000, 4_000_000],
  ] as const) {
    opened.pauses.length = 0;
    expect(await codeOf(() => task.WaitForCompletion(timeout))).toBe('S_OK');
    expect([timeout, opened.pauses.reduce((sum, ms) => sum + ms, 0)]).toEqual([timeout, slept]);
    expect(Math.max(0, ...opened.pauses)).toBeLessThanOrEqual(100);
    expect(task.IsComplete).toBe(false);
  }
  for (const timeout of [-2, 4_000_001, 1.5, Number.NaN]) {
    expect([timeout, await codeOf(() => task.WaitForCompletion(timeout))]).toEqual([timeout, 'E_POINTER']);
  }
  let isOver = false;
  const waiting = task.WaitForCompletion(-1).then(() => (isOver = true));
  expect(isOver).toBe(false);
  opened.rig.control.last('power.on').release();
  await waiting;
  opened.pauses.length = 0;
  await task.WaitForCompletion(1000);
  expect(opened.pauses).toEqual([]);
});

it('is cancelled: its host is asked to stop, and it ends as cancelled', async () => {
  const opened = await open();
  const task = await pending(opened);
  expect(opened.server.Tasks.Count).toBe(1);
  await task.Cancel();
  await task.WaitForCompletion(-1);
  expect([task.Result, task.Error, task.IsComplete]).toEqual([VMTaskResult.Cancelled, HRESULTS.E_ABORT, true]);
  expect(opened.rig.control.last('power.on').state).toBe('aborted');
  expect(opened.server.Tasks.Count).toBe(0);
  expect(await codeOf(() => task.Cancel())).toBe('E_FAIL');
});

it.each<[FaultKind, number, HresultName]>([
  ['out-of-memory', VMTaskResult.OutOfMemoryError, 'E_OUTOFMEMORY'],
  ['disk-full', VMTaskResult.DiskRelatedError, 'DISP_E_EXCEPTION'],
  ['file-not-found', VMTaskResult.DiskRelatedError, 'E_FILE_NOT_FOUND'],
  ['tools-timeout', VMTaskResult.TimeOutError, 'VM_E_TIMED_OUT'],
  ['invalid-argument', VMTaskResult.IllegalValueError, 'E_INVALIDARG'],
  ['cancelled', VMTaskResult.Cancelled, 'E_ABORT'],
  ['vm-host-memory', VMTaskResult.UnexpectedError, 'VM_E_OUT_OF_RESOURCE'],
  ['licence', VMTaskResult.UnexpectedError, 'VM_E_NO_LICENSE'],
  ['file-read-only', VMTaskResult.DiskRelatedError, 'VM_E_FILE_READ_ONLY'],
  ['not-supported', VMTaskResult.UnexpectedError, 'E_NOTIMPL'],
  ['internal', VMTaskResult.UnexpectedError, 'DISP_E_EXCEPTION'],
])('that fails with %s says so', async (kind, result, code) => {
  const { rig, machine } = await open();
  rig.control.once('power.on', new Fault(kind, 'as the test says'));
  const task = await machine.Startup();
  await task.WaitForCompletion(-1);
  expect([task.Result, task.Error]).toEqual([result, HRESULTS[code]]);
  expect(task.ErrorDescription).toMatch(/VixVM_PowerOn.*as the test says/);
});

it('discards no saved state, and says what there is', async () => {
  const { machine } = await open();
  expect(await codeOf(() => machine.DiscardSavedState())).toBe('VM_E_VM_NO_SAVED_STATE');
  await (await machine.Startup()).WaitForCompletion(-1);
  expect(await codeOf(() => machine.DiscardSavedState())).toBe('VM_E_VM_RUNNING');
  await (await machine.Save()).WaitForCompletion(-1);
  expect(await codeOf(() => machine.DiscardSavedState())).toBe('E_NOTIMPL');
});

it('is forgotten when it has ended, also where nobody asks for the tasks', async () => {
  const { rig } = await open();
  const job = (isPending: boolean) => {
    rig.control.once('findVms', isPending ? 'pending' : () => []);
    return { job: rig.vix.VixHost_FindItems(host, 4, 0, -1, null, null) };
  };
  const host = await rig.connect();
  const tasks = new RunningTasks<{ readonly job: VixHandle }>((task) => {
    const isDone = Vix_Out(false);
    rig.vix.VixJob_CheckCompletion(task.job, isDone);
    return isDone.value;
  });
  const running = Array.from({ length: 20 }, () => job(true));
  for (const task of running) tasks.add(task);
  expect(tasks.size).toBe(20);
  for (let count = 0; count < 200; count += 1) {
    const task = job(false);
    tasks.add(task);
    await rig.vix.VixJob_Wait(task.job, names.VIX_PROPERTY_NONE);
    expect(tasks.size).toBeLessThanOrEqual(41);
  }
  expect(tasks.underWay()).toEqual(running);
});

it('every HRESULT has the number of the reference', () => {
  const own = Object.entries(HRESULTS).filter(([name]) => name.startsWith('VM_E_'));
  expect(Object.fromEntries(own)).toEqual(
    Object.fromEntries(Object.entries(hresultReference).map(([name, code]) => [name, (0xa0040000 + code) | 0])),
  );
  expect(HRESULTS.E_NOTIMPL).toBe(-2_147_467_263);
  expect(HRESULTS.DISP_E_EXCEPTION).toBe(-2_147_352_567);
});

it('every error of VIX has a code, S_OK only where it is none', () => {
  const errors = Object.entries(names).filter(([name]) => /^VIX_(?:E_|OK$)/.test(name)) as [string, VixError][];
  expect(errors.length).toBeGreaterThan(250);
  for (const [name, error] of errors) expect([name, hresultOf(error) === 'S_OK']).toEqual([name, error === VIX_OK]);
  const wanted: Readonly<Partial<Record<keyof typeof names, HresultName>>> = {
    VIX_E_NOT_SUPPORTED: 'E_NOTIMPL',
    VIX_E_NEED_KEY: 'E_ACCESSDENIED',
    VIX_E_HOST_USER_PERMISSIONS: 'E_ACCESSDENIED',
    VIX_E_GUEST_USER_PERMISSIONS: 'E_ACCESSDENIED',
    VIX_E_ANON_GUEST_OPERATIONS_PROHIBITED: 'E_ACCESSDENIED',
    VIX_E_FILE_ALREADY_EXISTS: 'E_ALREADY_EXISTS',
    VIX_E_FILE_TOO_BIG: 'VM_E_FILE_TOO_LARGE_FOR_VOLUME',
    VIX_E_VM_NOT_RUNNING: 'VM_E_VM_NOT_RUNNING',
    VIX_E_VM_IS_RUNNING: 'VM_E_VM_RUNNING',
    VIX_E_VM_NOT_FOUND: 'VM_E_VM_UNKNOWN',
    VIX_E_INVALID_HANDLE: 'VM_E_VM_UNKNOWN',
    VIX_E_VM_HOST_DISCONNECTED: 'VM_E_VM_UNKNOWN',
    VIX_E_TOOLS_NOT_RUNNING: 'VM_E_ADDITIONS_NOT_AVAIL',
    VIX_E_TOOLS_INSTALL_NO_DEVICE: 'VM_E_DRIVE_INVALID',
    VIX_E_TOOLS_INSTALL_IN_PROGRESS: 'VM_E_DRIVE_INVALID',
    VIX_E_TOOLS_INSTALL_DEVICE_NOT_CONNECTED: 'VM_E_MEDIA_UNMOUNT_FAIL',
  };
  const found = errors.filter(([name]) => Object.hasOwn(wanted, name)).map(([name, error]) => [name, hresultOf(error)]);
  expect(Object.fromEntries(found)).toEqual(wanted);
});
