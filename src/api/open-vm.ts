import type { JobContext } from '../jobs/job-runner.js';
import type { Secret } from '../base/secret.js';
import { VIX_PROPERTY_JOB_RESULT_HANDLE } from '../vix/names.js';
import type { HandleEntry } from '../handles/handle-table.js';
import type { HostEntry, SnapshotEntry, VixRuntime, VmEntry } from './vix-runtime.js';
import { SnapshotState, VmState } from './handle-states.js';

/**
 * Puts a handle into the results of a job. The job keeps its own hold on the object: each read of the property gives
 * the program a reference, and when nobody reads it the object goes with the job.
 */
export function resultHandle(runtime: VixRuntime, context: JobContext, entry: HandleEntry): void {
  runtime.table.hold(entry);
  context.results.add(VIX_PROPERTY_JOB_RESULT_HANDLE, { type: 'handle', value: entry.handle });
}

/**
 * Opens a virtual machine; the one handle that it has, when it is open already.
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
): Promise<VmEntry> {
  const { link, paths, vms } = host.payload;
  const vmLink = await link.openVm(paths.toHost(location), encryptionPassword, context);
  context.signal.throwIfAborted();
  const open = vms.get(vmLink.key);
  if (open !== undefined) return open;
  const state = new VmState(host, vmLink, location, () => {
    if (vms.get(vmLink.key) === entry) vms.delete(vmLink.key);
    runtime.table.drop(host);
  });
  const entry: VmEntry = runtime.table.add('vm', state, call, host);
  vms.set(vmLink.key, entry);
  runtime.table.hold(host);
  return entry;
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
