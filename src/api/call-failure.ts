import { toVixFailure, VixFailure } from '../errors/vix-failure.js';
import { describeJob } from '../jobs/job.js';
import type { VixError } from '../vix/types.js';
import { kindOf } from './arguments.js';
import type { VixRuntime } from './vix-runtime.js';

/** A handle parameter that names no object of the kind that the function works on. */
export function handleFailure(runtime: VixRuntime, name: string, handle: unknown, code: VixError): VixFailure {
  if (typeof handle !== 'number')
    return new VixFailure(code, `parameter ${name} is ${kindOf(handle)}, which is no handle`);
  const entry = runtime.table.find(handle);
  const is =
    entry === undefined
      ? 'which is no live handle: it was never given out, was released, or its host was disconnected'
      : `which is a ${entry.kind} handle made by ${entry.call}`;
  return new VixFailure(code, `parameter ${name} is ${handle}, ${is}`);
}

/**
 * Ends a call that answers with an error itself: keeps the message for `Revix_GetErrorMessage` under the handle that
 * the call works on.
 *
 * @returns the code of what was thrown.
 */
export function callFailed(runtime: VixRuntime, call: string, handle: unknown, thrown: unknown): VixError {
  const failure = toVixFailure(thrown);
  if (typeof handle === 'number') {
    const target = targetOf(runtime, handle);
    runtime.messages.keep(handle, `${target === '' ? call : `${call} on ${target}`}: ${failure.message}`);
  }
  return failure.code;
}

/** What a handle stands for, in words; empty for a dead one. */
function targetOf({ table }: VixRuntime, handle: number): string {
  const vm = table.lookup(handle, 'vm');
  if (typeof vm !== 'number') return vm.payload.location;
  const snapshot = table.lookup(handle, 'snapshot');
  if (typeof snapshot !== 'number') return `a snapshot of ${snapshot.payload.vm.payload.location}`;
  const host = table.lookup(handle, 'host');
  if (typeof host !== 'number') return host.payload.link.about.product;
  const job = table.lookup(handle, 'job');
  if (typeof job !== 'number') return `the job of ${describeJob(job.payload)}`;
  return table.find(handle) === undefined ? '' : 'a property list';
}
