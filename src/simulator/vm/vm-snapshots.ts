import type {
  VirtualMachineSnapshotInfo,
  VirtualMachineSnapshotTree,
} from '../../backends/vsphere/vim/generated/types.js';
import type { SnapshotRecord } from '../../world/vm/vm-record.js';
import { wireName } from '../inventory/wire-name.js';
import { snapshotRef } from '../snapshot-ref.js';
import type { VmView } from './vm-view.js';

const states = { off: 'poweredOff', on: 'poweredOn', suspended: 'suspended' } as const;

/** VirtualMachineSnapshotInfo; undefined for a machine without snapshots. */
export function snapshotInfo({ record, ref }: VmView): VirtualMachineSnapshotInfo | undefined {
  const byParent = new Map<string | null, SnapshotRecord[]>();
  for (const snapshot of record.snapshots) {
    byParent.set(snapshot.parentId, [...(byParent.get(snapshot.parentId) ?? []), snapshot]);
  }
  const roots = byParent.get(null);
  if (roots === undefined) return undefined;
  const tree = (snapshot: SnapshotRecord): VirtualMachineSnapshotTree => ({
    $type: 'VirtualMachineSnapshotTree',
    snapshot: snapshotRef(ref, snapshot.id),
    vm: ref,
    name: wireName(snapshot.name),
    description: snapshot.description,
    id: snapshot.number,
    createTime: new Date(snapshot.createdAtMs),
    state: states[snapshot.phase],
    quiesced: false,
    childSnapshotList: (byParent.get(snapshot.id) ?? []).map(tree),
    replaySupported: snapshot.isReplayable,
  });
  return {
    $type: 'VirtualMachineSnapshotInfo',
    ...(record.currentSnapshotId === null ? {} : { currentSnapshot: snapshotRef(ref, record.currentSnapshotId) }),
    rootSnapshotList: roots.map(tree),
  };
}
