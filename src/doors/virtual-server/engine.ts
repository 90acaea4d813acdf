import type { CallName } from '../../api/call-by-name.js';
import type { ToolsReport } from '../../backends/backend.js';
import {
  VIX_HANDLETYPE_HOST,
  VIX_INVALID_HANDLE,
  VIX_API_VERSION,
  VIX_OK,
  VIX_POWERSTATE_PAUSED,
  VIX_POWERSTATE_POWERED_OFF,
  VIX_POWERSTATE_POWERED_ON,
  VIX_POWERSTATE_POWERING_OFF,
  VIX_POWERSTATE_POWERING_ON,
  VIX_POWERSTATE_RESETTING,
  VIX_POWERSTATE_RESUMING,
  VIX_POWERSTATE_SUSPENDED,
  VIX_POWERSTATE_SUSPENDING,
  VIX_POWERSTATE_TOOLS_RUNNING,
  VIX_PROPERTY_JOB_RESULT_HANDLE,
  VIX_PROPERTY_JOB_RESULT_VM_VARIABLE_STRING,
  VIX_PROPERTY_VM_POWER_STATE,
} from '../../vix/names.js';
import type { VixHandle, VixPropertyID } from '../../vix/types.js';
import { callPlain, readProperties, type JobAnswer, type ValueOf } from '../door-calls.js';
import type { Flow } from '../flow.js';
import { VMVMState } from './enumerations.js';
import { hresultOf, VirtualServerError } from './hresults.js';
import { type MachineState, type ServerState, TaskState } from './states.js';

/** What a failed job says. */
function failureOf(server: ServerState, job: VixHandle): VirtualServerError {
  const error = server.vix.VixJob_GetError(job);
  return new VirtualServerError(hresultOf(error), server.vix.Revix_GetJobMessage(job));
}

/** Starts a job, waits for it, takes its answer, and releases it. @throws VirtualServerError where it fails. */
export function* work<Result = void>(
  server: ServerState,
  name: CallName,
  args: readonly unknown[],
  answer?: JobAnswer<Result>,
): Flow<Result> {
  const { vix } = server;
  const job = callPlain(vix, name, ...args, null, null) as VixHandle;
  try {
    const [error] = yield* readProperties(vix, 'VixJob_Wait', [job], []);
    if (error !== VIX_OK) throw failureOf(server, job);
    return (answer === undefined ? undefined : yield* answer(vix, job)) as Result;
  } finally {
    vix.Vix_ReleaseHandle(job);
  }
}

/** Answers with one property of a job. */
export function result<Id extends VixPropertyID>(id: Id): JobAnswer<ValueOf<Id>> {
  return function* (vix, job) {
    const [, value] = yield* readProperties(vix, 'VixJob_Wait', [job], [id] as const);
    return value;
  };
}

/** Starts a job that goes on as a task. */
export function startTask(machine: MachineState, name: CallName, args: readonly unknown[], doing: string): TaskState {
  const { server, handle } = machine;
  const job = callPlain(server.vix, name, handle, ...args, null, null) as VixHandle;
  const task = new TaskState(server, job, doing);
  server.tasks.add(task);
  return task;
}

/** The host of a server, connected at first use, and again after its connection has ended. */
export function* hostOf(server: ServerState): Flow<VixHandle> {
  const { vix, target } = server;
  if (vix.Vix_GetHandleType(server.host) === VIX_HANDLETYPE_HOST) return server.host;
  if (server.connecting === VIX_INVALID_HANDLE) {
    const { hostType, hostName = null, userName = null, password = null } = target;
    const login = [hostName, 0, userName, password] as const;
    server.connecting = vix.VixHost_Connect(VIX_API_VERSION, hostType, ...login, 0, VIX_INVALID_HANDLE, null, null);
  }
  const job = server.connecting;
  // Several members may wait for it, and the first to wake gives it up.
  vix.Vix_AddRefHandle(job);
  try {
    const [error, host] = yield* readProperties(vix, 'VixJob_Wait', [job], [VIX_PROPERTY_JOB_RESULT_HANDLE]);
    const isFirst = server.connecting === job;
    if (isFirst) {
      server.connecting = VIX_INVALID_HANDLE;
      vix.Vix_ReleaseHandle(job);
    }
    if (error !== VIX_OK) throw failureOf(server, job);
    if (isFirst) server.host = host;
    else vix.Vix_ReleaseHandle(host);
    return server.host;
  } finally {
    vix.Vix_ReleaseHandle(job);
  }
}

/** Reads one property of a machine. @throws VirtualServerError. */
export function* machineProperty<Id extends VixPropertyID>(
  { server, handle }: MachineState,
  id: Id,
): Flow<ValueOf<Id>> {
  const [error, value] = yield* readProperties(server.vix, 'Vix_GetProperties', [handle], [id] as const);
  if (error === VIX_OK) return value;
  throw new VirtualServerError(hresultOf(error), server.vix.Revix_GetErrorMessage(handle));
}

/** How bits of VIX's power state show, the first that is set. */
const states = [
  [VIX_POWERSTATE_PAUSED, VMVMState.Paused],
  [VIX_POWERSTATE_RESUMING, VMVMState.Restoring],
  [VIX_POWERSTATE_POWERING_ON, VMVMState.TurningOn],
  [VIX_POWERSTATE_POWERING_OFF, VMVMState.TurningOff],
  [VIX_POWERSTATE_SUSPENDING, VMVMState.Saving],
  [VIX_POWERSTATE_SUSPENDED, VMVMState.Saved],
  [VIX_POWERSTATE_POWERED_ON | VIX_POWERSTATE_RESETTING, VMVMState.Running],
  [VIX_POWERSTATE_POWERED_OFF, VMVMState.TurnedOff],
] as const;

/** A state of a machine: see `VMVMState`. */
export type MachinePhase = (typeof VMVMState)[keyof typeof VMVMState];

/** What a machine does, and whether the Additions run in it. */
export function* lookAt(machine: MachineState): Flow<{ readonly phase: MachinePhase; readonly hasAdditions: boolean }> {
  const bits = yield* machineProperty(machine, VIX_PROPERTY_VM_POWER_STATE);
  const phase = states.find(([bit]) => (bits & bit) !== 0)?.[1] ?? VMVMState.Invalid;
  return { phase, hasAdditions: (bits & VIX_POWERSTATE_TOOLS_RUNNING) !== 0 };
}

/** @throws VirtualServerError `VM_E_VM_NOT_RUNNING`, also for a machine that is saved. */
export function* requireRunning(
  machine: MachineState,
): Flow<{ readonly isPaused: boolean; readonly hasAdditions: boolean }> {
  const { phase, hasAdditions } = yield* lookAt(machine);
  const isPaused = phase === VMVMState.Paused;
  if (phase === VMVMState.Running || isPaused) return { isPaused, hasAdditions };
  throw new VirtualServerError(
    'VM_E_VM_NOT_RUNNING',
    `the virtual machine ${machine.path} does not run; start it first`,
  );
}

/** One thing that Tools tells of a guest. */
export function* toolsReport({ server, handle }: MachineState, name: keyof ToolsReport): Flow<string> {
  const text = result(VIX_PROPERTY_JOB_RESULT_VM_VARIABLE_STRING);
  return yield* work(server, 'Revix_ReadToolsReport', [handle, name], text);
}
