import type { RefTo } from '../../backends/vsphere/vim/generated/types.js';
import type { Endpoint } from '../endpoint.js';
import { plainName } from '../inventory/wire-name.js';
import { managed, vimMethods, type ManagedKind, type ManagedObject } from '../managed-object.js';
import type { Ref } from '../ref.js';
import { VimFault } from '../vim-fault.js';
import { snapshotOf, snapshotRef } from '../snapshot-ref.js';
import { lendDisks } from './export-lease-kind.js';
import { vmTask, withVmFaults } from './vm-task.js';
import type { VmView } from './vm-view.js';

/** One snapshot of a machine that is there. */
interface SnapshotTarget {
  readonly view: VmView;
  readonly snapshotId: string;
  readonly ref: Ref<'VirtualMachineSnapshot'>;
}

/** Snapshots as the machine itself answers for them. */
export const vmSnapshotMethods = vimMethods<VmView>({
  CreateSnapshot_Task: (view, request) => createSnapshot(view, request, 'CreateSnapshot_Task'),
  CreateSnapshotEx_Task: (view, request) => createSnapshot(view, request, 'CreateSnapshotEx_Task'),
  RemoveAllSnapshots_Task: (view, request) =>
    vmTask(view, request, { method: 'RemoveAllSnapshots_Task' }, async (vm, call) => {
      const { roots } = await vm.snapshots.tree(call);
      for (const { id } of roots) await vm.snapshots.remove({ id, removeChildren: true }, call);
    }),
  RevertToCurrentSnapshot_Task: (view, request) => {
    const options = { method: 'RevertToCurrentSnapshot_Task' };
    return vmTask(view, request, options, async (vm, call) => {
      const { currentSnapshotId } = await vm.record();
      if (currentSnapshotId === null) {
        throw new VimFault({ $type: 'NotFound' }, `'${view.record.name}' has no current snapshot.`);
      }
      const suppressPowerOn = request.args.suppressPowerOn ?? false;
      await vm.snapshots.revert({ id: currentSnapshotId, suppressPowerOn, showConsole: false }, call);
    });
  },
});

function createSnapshot(
  view: VmView,
  request: { readonly session: Parameters<typeof vmTask>[1]['session']; readonly args: NewSnapshot },
  method: string,
): RefTo<'Task'> {
  const { name, description = '', memory } = request.args;
  if (name === '') throw new VimFault({ $type: 'InvalidName', name }, 'A snapshot needs a name.');
  return vmTask(view, request, { method, subject: name }, async (vm, call) => {
    const options = { name: plainName(name), description, includeMemory: memory };
    return snapshotRef(view.ref, await vm.snapshots.create(options, call));
  });
}

interface NewSnapshot {
  readonly name: string;
  readonly description?: string | undefined;
  readonly memory: boolean;
}

const snapshotKind: ManagedKind<SnapshotTarget> = {
  type: 'VirtualMachineSnapshot',
  properties: {
    availableField: () => [],
    childSnapshot: ({ view, snapshotId }) =>
      view.record.snapshots
        .filter(({ parentId }) => parentId === snapshotId)
        .map(({ id }) => snapshotRef(view.ref, id)),
    value: () => [],
    vm: ({ view }) => view.ref,
  },
  methods: vimMethods<SnapshotTarget>({
    RevertToSnapshot_Task: (target, request) => {
      const suppressPowerOn = request.args.suppressPowerOn ?? false;
      return snapshotTask(target, request, 'RevertToSnapshot_Task', (vm, call) =>
        vm.snapshots.revert({ id: target.snapshotId, suppressPowerOn, showConsole: false }, call),
      );
    },
    ExportSnapshot: ({ view, snapshotId }) => {
      const { state } = view.record.snapshots.find(({ id }) => id === snapshotId) ?? {};
      return lendDisks({ ...view, record: { ...view.record, ...state } });
    },
    RemoveSnapshot_Task: (target, request) =>
      snapshotTask(target, request, 'RemoveSnapshot_Task', (vm, call) =>
        vm.snapshots.remove({ id: target.snapshotId, removeChildren: request.args.removeChildren }, call),
      ),
    RenameSnapshot: async ({ view, snapshotId, ref }, { args, signal }) => {
      const { name, description } = args;
      if (name === '') throw new VimFault({ $type: 'InvalidName', name }, 'A snapshot needs a name.');
      const change = {
        ...(name === undefined ? {} : { name: plainName(name) }),
        ...(description === undefined ? {} : { description }),
      };
      const vm = await view.endpoint.machines.open(view.ref);
      const call = { signal, progress: () => undefined };
      await withVmFaults(vm, { object: ref, subject: name ?? '' }, () => vm.snapshots.rename(snapshotId, change, call));
    },
  }),
};

function snapshotTask(
  { view, ref }: SnapshotTarget,
  request: Parameters<typeof vmTask>[1],
  method: string,
  work: Parameters<typeof vmTask>[3],
): RefTo<'Task'> {
  // The fault for a snapshot that is gone names the snapshot; the task concerns the machine.
  return vmTask(view, request, { method, object: ref }, work);
}

/** A snapshot by its reference; undefined when there is none. */
export async function findSnapshotObject(
  endpoint: Endpoint,
  ref: Ref,
  viewOf: (endpoint: Endpoint, vm: Ref) => Promise<VmView | undefined>,
): Promise<ManagedObject | undefined> {
  const ids = snapshotOf(ref);
  const view = ids === undefined ? undefined : await viewOf(endpoint, ids.vm);
  if (ids === undefined || view === undefined) return undefined;
  const { snapshotId } = ids;
  if (!view.record.snapshots.some(({ id }) => id === snapshotId)) return undefined;
  const own = snapshotRef(view.ref, snapshotId);
  return managed(own, snapshotKind, { view, snapshotId, ref: own });
}
