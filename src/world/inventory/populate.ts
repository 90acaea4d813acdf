import { Fault } from '../../base/fault.js';
import type { FileChange } from '../guest/guest-files.js';
import type { GuestFileSystem } from '../guest/guest-file-system.js';
import type { VmRecord } from '../vm/vm-record.js';
import type { VmStore } from '../vm/vm-store.js';
import { guestFiles } from './guest-tree.js';
import type { CheckedInventory, CheckedVm } from './inventory-schema.js';
import { newMachine } from './new-machine.js';
import { numbered } from './numbered.js';

/** After so many machines the rest of the program has its turn. */
const machinesPerTurn = 100;

/** Fills a store with the machines of an inventory; those that are there already stay. */
export async function populate(
  store: VmStore<GuestFileSystem>,
  inventory: CheckedInventory,
  nowMs: number,
): Promise<void> {
  let number = 0;
  for (const kind of inventory.vms) {
    for (const vm of each(kind)) {
      number += 1;
      const record = await newMachine(vm, number, nowMs);
      const files = lazily(() => guestFiles(record.guest, vm.guest?.files ?? [], nowMs));
      await createMachine(store, record, files);
      if (number % machinesPerTurn === 0) await new Promise(setImmediate);
    }
  }
}

/** Creates a machine, unless it is there: another process fills the same store, or one was killed while it did. */
async function createMachine(
  store: VmStore<GuestFileSystem>,
  record: VmRecord,
  files: Iterable<FileChange>,
): Promise<void> {
  const { snapshots, currentSnapshotId } = record;
  try {
    // Snapshots follow with their files, so that a crash leaves none without.
    await store.create({ ...record, snapshots: [], currentSnapshotId: null }, files, { isKeptInside: true });
  } catch (error) {
    if (!(error instanceof Fault && error.kind === 'already-exists')) throw error;
  }
  if (snapshots.length === 0) return;
  await store.update(record.id, async (state) => {
    if (state.record.snapshots.length > 0) return;
    for (const { id } of snapshots) await store.saveImage(record.id, id);
    state.record.snapshots = snapshots;
    state.record.currentSnapshotId = currentSnapshotId;
  });
}

/** The machines that an entry stands for. */
function each(kind: CheckedVm): readonly CheckedVm[] {
  const { count, ...vm } = kind;
  if (count === undefined) return [vm];
  return Array.from({ length: count }, (_, index) => {
    const number = index + 1;
    const hostName = vm.guest?.hostName;
    return {
      ...vm,
      name: numbered(vm.name, number),
      location: numbered(vm.location, number),
      ...(vm.guest === undefined
        ? {}
        : { guest: { ...vm.guest, ...(hostName === undefined ? {} : { hostName: numbered(hostName, number) }) } }),
    };
  });
}

/** Makes the changes only when somebody asks for them: most machines of a large world are never looked into. */
function lazily(make: () => Iterable<FileChange>): Iterable<FileChange> {
  return { [Symbol.iterator]: () => make()[Symbol.iterator]() };
}
