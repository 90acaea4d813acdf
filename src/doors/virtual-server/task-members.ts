import { errorName } from '../../vix/lookup.js';
import {
  VIX_E_CANCELLED,
  VIX_E_INVALID_ARG,
  VIX_E_OUT_OF_MEMORY,
  VIX_E_TIMEOUT_WAITING_FOR_TOOLS,
  VIX_OK,
  VIX_PROPERTY_NONE,
} from '../../vix/names.js';
import type { VixError } from '../../vix/types.js';
import { callPlain } from '../door-calls.js';
import type { Flow } from '../flow.js';
import { VMTaskResult } from './enumerations.js';
import { hresultOf, HRESULTS, VirtualServerError } from './hresults.js';
import { known, method, type MemberTable } from './member.js';
import type { TaskState } from './states.js';

/** Longest time that a program may wait for at once, in milliseconds. */
const longestWaitMs = 4_000_000;

/** Longest time between two looks at a task, in milliseconds. */
const longestPauseMs = 100;

const outcomes: ReadonlyMap<VixError, number> = new Map<VixError, number>([
  [VIX_OK, VMTaskResult.Success],
  [VIX_E_CANCELLED, VMTaskResult.Cancelled],
  [VIX_E_OUT_OF_MEMORY, VMTaskResult.OutOfMemoryError],
  [VIX_E_TIMEOUT_WAITING_FOR_TOOLS, VMTaskResult.TimeOutError],
  [VIX_E_INVALID_ARG, VMTaskResult.IllegalValueError],
]);

/** Members of `IVMTask` and `IVMTask2`. */
export const taskMembers = {
  Cancel: method('Revix_CancelJob', cancel),
  WaitForCompletion: method('VixJob_Wait', waitForCompletion),
  Description: known(null, ({ description }: TaskState) => description),
  ID: known(null, ({ job }: TaskState): number => job),
  IsCancelable: known('VixJob_CheckCompletion', (task: TaskState) => !isComplete(task)),
  IsComplete: known('VixJob_CheckCompletion', isComplete),
  PercentCompleted: known(
    'Revix_GetJobProgress',
    (task: TaskState) => task.end()?.progress ?? task.server.vix.Revix_GetJobProgress(task.job),
  ),
  Result: known('VixJob_GetError', (task: TaskState) => resultOf(errorOf(task))),
  Error: known('VixJob_GetError', (task: TaskState): number => HRESULTS[hresultOf(errorOf(task))]),
  ErrorDescription: known('Revix_GetJobMessage', (task: TaskState) => task.end()?.message ?? ''),
} as const satisfies MemberTable<TaskState>;

/** Gives a task up. What its host cannot stop goes on there. */
function* cancel(task: TaskState): Flow<void> {
  if (isComplete(task)) {
    throw new VirtualServerError('E_FAIL', 'the task has ended and cannot be cancelled any more; see IsCancelable');
  }
  task.server.vix.Revix_CancelJob(task.job);
}

/** Whether a task has come to its end. */
function isComplete(task: TaskState): boolean {
  return task.end() !== undefined;
}

/** Error of a task; none before its end. */
function errorOf(task: TaskState): VixError {
  return task.end()?.error ?? VIX_OK;
}

function resultOf(error: VixError): number {
  const isOfDisk = /^VIX_E_(?:DISK|FILE)_/.test(errorName(error));
  return outcomes.get(error) ?? (isOfDisk ? VMTaskResult.DiskRelatedError : VMTaskResult.UnexpectedError);
}

/** Waits until the task has ended or the time is over; `IsComplete` tells which. */
function* waitForCompletion(task: TaskState, timeout: number): Flow<void> {
  const { server, job } = task;
  const isInRange = Number.isInteger(timeout) && timeout >= -1 && timeout <= longestWaitMs;
  if (!isInRange) {
    const message = `the timeout is ${timeout} ms; give -1 for any time, or 0 to ${longestWaitMs}`;
    throw new VirtualServerError('E_POINTER', message);
  }
  if (timeout === -1) {
    if (!isComplete(task)) yield callPlain(server.vix, 'VixJob_Wait', job, VIX_PROPERTY_NONE);
    task.end();
    return;
  }
  for (let [left, pause] = [timeout, 1]; left > 0 && !isComplete(task); left -= pause) {
    pause = Math.min(pause * 2, longestPauseMs, left);
    yield server.pause(pause);
  }
}
