import type {
  VirtualMachineSnapshotInfo,
  VirtualMachineSnapshotTree,
} from '../../backends/vsphere/vim/generated/types.js';
import type { SnapshotRecord } from '../../world/vm/vm-record.js';
import { wireName } from '../inventory/wire-name.js';
import type { Ref } from '../ref.js';
import type { VmView } from './vm-view.js';

const separator = '-snapshot-';
const states = { off: 'poweredOff', on: 'poweredOn', suspended: 'suspended' } as const;

/** The reference of a machine's snapshot; it holds both ids, so that it needs no table. */
export function snapshotRef(vm: Ref, snapshotId: string): Ref<'VirtualMachineSnapshot'> {
  return { type: 'VirtualMachineSnapshot', value: `${vm.value}${separator}${snapshotId}` };
}

/** What a reference that `snapshotRef` made stands for; undefined for any other. */
export function snapshotOf(ref: Ref): { readonly vm: Ref<'VirtualMachine'>; readonly snapshotId: string } | undefined {
  const at = ref.value.indexOf(separator);
  if (at === -1) return undefined;
  const vm = { type: 'VirtualMachine', value: ref.value.slice(0, at) } as const;
  return { vm, snapshotId: ref.value.slice(at + separator.length) };
}

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
    id: numberOf(snapshot.id),
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

/** A number that tells a snapshot from the others of its machine, and stays the same. */
function numberOf(id: string): number {
  return Number.parseInt(id.replaceAll(/[^0-9a-f]/giu, '').slice(0, 7), 16) || 1;
}
