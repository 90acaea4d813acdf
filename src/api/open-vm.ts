import type { VmLink } from '../backends/backend.js';
import type { Secret } from '../base/secret.js';
import { VixFailure } from '../errors/vix-failure.js';
import type { HandleEntry } from '../handles/handle-table.js';
import type { JobContext } from '../jobs/job.js';
import { VIX_E_INVALID_ARG, VIX_PROPERTY_JOB_RESULT_HANDLE } from '../vix/names.js';
import type { VixHandle } from '../vix/types.js';
import { SnapshotState, VmState } from './handle-states.js';
import { handleFailure } from './call-failure.js';
import type { HostEntry, SnapshotEntry, VixRuntime, VmEntry } from './vix-runtime.js';

/**
 * Puts a handle into the results of a job. The job keeps its own hold on the object: each read of the property gives
 * the program a reference, and when nobody reads it the object goes with the job.
 */
export function resultHandle(runtime: VixRuntime, context: JobContext, entry: HandleEntry): void {
  runtime.table.hold(entry);
  context.results.add(VIX_PROPERTY_JOB_RESULT_HANDLE, { type: 'handle', value: entry.handle });
}

/**
 * Opens a virtual machine for a job, whose result handle it becomes; when it is open already, the one handle that it has.
 *
 * @param location path as the program gives it.
 */
export async function openVm(
  runtime: VixRuntime,
  host: HostEntry,
  location: string,
  encryptionPassword: Secret | null,
  call: string,
  context: JobContext,
): Promise<void> {
  const { link, paths, vms } = host.payload;
  const vmLink = await link.openVm(paths.toHost(location), encryptionPassword, context);
  // Those that may be this machine under an older key learn theirs. One that gets no answer keeps it, and is not taken for the one that was found.
  await Promise.allSettled(vms.doubtful(vmLink).map((doubtful) => doubtful.properties(context)));
  context.signal.throwIfAborted();
  // On the same turn as the look-up: a release in between would end the handle that was found.
  resultHandle(runtime, context, vms.find(vmLink) ?? vmEntry(runtime, host, vmLink, location, call));
}

function vmEntry(runtime: VixRuntime, host: HostEntry, link: VmLink, location: string, call: string): VmEntry {
  const { vms } = host.payload;
  const state = new VmState(host, link, location, () => {
    vms.delete(entry);
    runtime.table.drop(host);
  });
  const entry: VmEntry = runtime.table.add('vm', state, call, host);
  vms.add(entry);
  runtime.table.hold(host);
  return entry;
}

/**
 * Takes the snapshot that a job is to work on as it is at the call: the program may release it before the job begins.
 *
 * @returns gives its id for the virtual machine of the job. Throws VixFailure for a handle that was none of a snapshot,
 *   and `VIX_E_INVALID_ARG` for a snapshot of another machine.
 */
export function takenSnapshot(runtime: VixRuntime, handle: VixHandle): (vm: VmEntry) => string {
  const snapshot = runtime.table.lookup(handle, 'snapshot');
  if (typeof snapshot === 'number') {
    const failure = handleFailure(runtime, 'snapshotHandle', handle, snapshot);
    return () => {
      throw failure;
    };
  }
  const { payload } = snapshot;
  return (vm) => {
    if (payload.vm === vm) return payload.id;
    throw new VixFailure(VIX_E_INVALID_ARG, 'parameter snapshotHandle belongs to another virtual machine');
  };
}

/** The one handle of a snapshot, made when there is none. */
export function snapshotEntry(runtime: VixRuntime, vm: VmEntry, id: string, call: string): SnapshotEntry {
  const { snapshots, host } = vm.payload;
  const open = snapshots.get(id);
  if (open !== undefined) return open;
  const state = new SnapshotState(vm, id, () => {
    if (snapshots.get(id) === entry) snapshots.delete(id);
    runtime.table.drop(vm);
  });
  const entry: SnapshotEntry = runtime.table.add('snapshot', state, call, host);
  snapshots.set(id, entry);
  runtime.table.hold(vm);
  return entry;
}
