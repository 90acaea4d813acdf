import type { CallContext, SnapshotNode } from '../backends/backend.js';
import { Fault } from '../base/fault.js';
import { VixFailure } from '../errors/vix-failure.js';
import {
  VIX_E_SNAPSHOT_NOTFOUND,
  VIX_INVALID_HANDLE,
  VIX_OK,
  VIX_SNAPSHOT_INCLUDE_MEMORY,
  VIX_SNAPSHOT_REMOVE_CHILDREN,
  VIX_VMPOWEROP_LAUNCH_GUI,
  VIX_VMPOWEROP_SUPPRESS_SNAPSHOT_POWERON,
} from '../vix/names.js';
import type { VixError, VixHandle } from '../vix/types.js';
import { filledText, integer, optionalText } from './arguments.js';
import { callFailed, handleFailure } from './call-failure.js';
import { resultHandle, snapshotEntry, takenSnapshot } from './open-vm.js';
import { isCell, noCell } from './property-cells.js';
import { theSnapshot } from './snapshot-names.js';
import { requireCapability, startVmJob, takenList, type VixCallback, type VixListHandle } from './start-job.js';
import type { SnapshotEntry, VixRuntime, VmEntry } from './vix-runtime.js';
import type { VixOut } from './vix-out.js';

/**
 * An option of `VixVM_CreateSnapshot` beside VIX's own, for `vmrun`: a name that a snapshot of the machine has is refused
 * with `VIX_E_SNAPSHOT_EXISTS`. VIX takes equal names.
 */
export const uniqueSnapshotName = 0x4000_0000;

/** The functions for snapshots, with the prefixes `VixVM_` and `VixSnapshot_`. */
export function vixVmSnapshotFunctions(runtime: VixRuntime) {
  const { table } = runtime;

  /** Asks the host of a virtual machine about its snapshots. */
  function ask<T>(vm: VmEntry, navigate: (call: CallContext) => Promise<T>): Promise<T> {
    requireCapability(vm.payload.host, 'snapshots');
    return runtime.read(vm.payload.host.payload.signal, navigate);
  }

  /** Runs a navigation on a VM handle and writes its answer. What it throws becomes the returned error. */
  async function fromVm<T>(
    name: string,
    handle: VixHandle,
    cell: VixOut<T>,
    navigate: (vm: VmEntry, call: CallContext) => Promise<T>,
  ): Promise<VixError> {
    const vm = table.lookup(handle, 'vm');
    if (typeof vm === 'number')
      return callFailed(runtime, name, handle, handleFailure(runtime, 'vmHandle', handle, vm));
    return fill(name, handle, cell, () => ask(vm, (call) => navigate(vm, call)));
  }

  async function fromSnapshot<T>(
    name: string,
    handle: VixHandle,
    cell: VixOut<T>,
    navigate: (snapshot: SnapshotEntry, call: CallContext) => Promise<T>,
  ): Promise<VixError> {
    const snapshot = table.lookup(handle, 'snapshot');
    if (typeof snapshot === 'number') {
      return callFailed(runtime, name, handle, handleFailure(runtime, 'snapshotHandle', handle, snapshot));
    }
    return fill(name, handle, cell, () => ask(snapshot.payload.vm, (call) => navigate(snapshot, call)));
  }

  async function fill<T>(
    name: string,
    handle: VixHandle,
    cell: VixOut<T>,
    answer: () => Promise<T>,
  ): Promise<VixError> {
    if (!isCell(cell)) return callFailed(runtime, name, handle, noCell('for the answer'));
    try {
      cell.value = await answer();
      return VIX_OK;
    } catch (error) {
      return callFailed(runtime, name, handle, error);
    }
  }

  /** A handle for a snapshot, with one reference for the program. */
  function handOut(vm: VmEntry, node: SnapshotNode, call: string): VixHandle {
    // The connection may have ended while the host was asked; a handle made now would be nobody's.
    if (vm.isDestroyed) throw new Fault('connection-lost', 'the virtual machine was closed meanwhile');
    const { handle } = snapshotEntry(runtime, vm, node.id, call);
    table.addRef(handle);
    return handle;
  }

  return {
    /** Number of top-level snapshots. */
    VixVM_GetNumRootSnapshots(vmHandle: VixHandle, result: VixOut<number>): Promise<VixError> {
      return fromVm(
        'VixVM_GetNumRootSnapshots',
        vmHandle,
        result,
        async (vm, call) => (await vm.payload.link.snapshots.tree(call)).roots.length,
      );
    },

    /** Top-level snapshot by index, from 0. */
    VixVM_GetRootSnapshot(vmHandle: VixHandle, index: number, snapshotHandle: VixOut<VixHandle>): Promise<VixError> {
      return fromVm('VixVM_GetRootSnapshot', vmHandle, snapshotHandle, async (vm, call) => {
        const { roots } = await vm.payload.link.snapshots.tree(call);
        return handOut(vm, atIndex(roots, index), 'VixVM_GetRootSnapshot');
      });
    },

    /** The snapshot that the present state descends from; `VIX_E_SNAPSHOT_NOTFOUND` when there is none. */
    VixVM_GetCurrentSnapshot(vmHandle: VixHandle, snapshotHandle: VixOut<VixHandle>): Promise<VixError> {
      return fromVm('VixVM_GetCurrentSnapshot', vmHandle, snapshotHandle, async (vm, call) => {
        const tree = await vm.payload.link.snapshots.tree(call);
        const node = findById(tree.roots, tree.currentId);
        if (node === undefined) {
          const message = 'the virtual machine has no current snapshot; take one with VixVM_CreateSnapshot';
          throw new VixFailure(VIX_E_SNAPSHOT_NOTFOUND, message);
        }
        return handOut(vm, node, 'VixVM_GetCurrentSnapshot');
      });
    },

    /** Snapshot by exact name, or by a path of names from the root with `/` or `\`. */
    VixVM_GetNamedSnapshot(vmHandle: VixHandle, name: string, snapshotHandle: VixOut<VixHandle>): Promise<VixError> {
      return fromVm('VixVM_GetNamedSnapshot', vmHandle, snapshotHandle, async (vm, call) => {
        const wanted = filledText('name', name);
        const node = theSnapshot((await vm.payload.link.snapshots.tree(call)).roots, wanted);
        return handOut(vm, node, 'VixVM_GetNamedSnapshot');
      });
    },

    /** Number of children of a snapshot. */
    VixSnapshot_GetNumChildren(parentSnapshotHandle: VixHandle, numChildSnapshots: VixOut<number>): Promise<VixError> {
      return fromSnapshot(
        'VixSnapshot_GetNumChildren',
        parentSnapshotHandle,
        numChildSnapshots,
        async (snapshot, call) => {
          return (await snapshot.payload.find(call)).node.children.length;
        },
      );
    },

    /** Child of a snapshot by index, from 0. */
    VixSnapshot_GetChild(
      parentSnapshotHandle: VixHandle,
      index: number,
      childSnapshotHandle: VixOut<VixHandle>,
    ): Promise<VixError> {
      return fromSnapshot('VixSnapshot_GetChild', parentSnapshotHandle, childSnapshotHandle, async (snapshot, call) => {
        const { children } = (await snapshot.payload.find(call)).node;
        return handOut(snapshot.payload.vm, atIndex(children, index), 'VixSnapshot_GetChild');
      });
    },

    /** Parent of a snapshot; `VIX_INVALID_HANDLE` with `VIX_OK` for a root. */
    VixSnapshot_GetParent(snapshotHandle: VixHandle, parentSnapshotHandle: VixOut<VixHandle>): Promise<VixError> {
      return fromSnapshot('VixSnapshot_GetParent', snapshotHandle, parentSnapshotHandle, async (snapshot, call) => {
        const { parent } = await snapshot.payload.find(call);
        if (parent === null) return VIX_INVALID_HANDLE;
        return handOut(snapshot.payload.vm, parent, 'VixSnapshot_GetParent');
      });
    },

    /** Takes a snapshot below the current one; the job's result handle is the snapshot. */
    VixVM_CreateSnapshot(
      vmHandle: VixHandle,
      name: string | null,
      description: string | null,
      options: number,
      propertyListHandle: VixListHandle,
      callbackProc: VixCallback,
      clientData: unknown,
    ): VixHandle {
      const call = 'VixVM_CreateSnapshot';
      const tail = { call, callback: callbackProc, clientData };
      const list = takenList(runtime, propertyListHandle);
      return startVmJob(runtime, vmHandle, tail, {
        capability: 'snapshots',
        lane: 'exclusive',
        work: async (vm, context) => {
          const spec = {
            name: optionalText('name', name),
            description: optionalText('description', description),
            includeMemory: (integer('options', options) & VIX_SNAPSHOT_INCLUDE_MEMORY) !== 0,
            ...((options & uniqueSnapshotName) !== 0 && { isUnique: true }),
          };
          list();
          const id = await vm.payload.link.snapshots.create(spec, context);
          context.signal.throwIfAborted();
          resultHandle(runtime, context, snapshotEntry(runtime, vm, id, call));
        },
      });
    },

    /** Removes a snapshot; its children move up unless they are to go as well. */
    VixVM_RemoveSnapshot(
      vmHandle: VixHandle,
      snapshotHandle: VixHandle,
      options: number,
      callbackProc: VixCallback,
      clientData: unknown,
    ): VixHandle {
      const tail = { call: 'VixVM_RemoveSnapshot', callback: callbackProc, clientData };
      const snapshot = takenSnapshot(runtime, snapshotHandle);
      return startVmJob(runtime, vmHandle, tail, {
        capability: 'snapshots',
        lane: 'exclusive',
        work: (vm, context) => {
          const id = snapshot(vm);
          const removeChildren = (integer('options', options) & VIX_SNAPSHOT_REMOVE_CHILDREN) !== 0;
          return vm.payload.link.snapshots.remove({ id, removeChildren }, context);
        },
      });
    },

    /** Returns the virtual machine to a snapshot, with its power state. */
    VixVM_RevertToSnapshot(
      vmHandle: VixHandle,
      snapshotHandle: VixHandle,
      options: number,
      propertyListHandle: VixListHandle,
      callbackProc: VixCallback,
      clientData: unknown,
    ): VixHandle {
      const tail = { call: 'VixVM_RevertToSnapshot', callback: callbackProc, clientData };
      const list = takenList(runtime, propertyListHandle);
      const snapshot = takenSnapshot(runtime, snapshotHandle);
      return startVmJob(runtime, vmHandle, tail, {
        capability: 'snapshots',
        lane: 'exclusive',
        work: (vm, context) => {
          const id = snapshot(vm);
          const flags = integer('options', options);
          list();
          const suppressPowerOn = (flags & VIX_VMPOWEROP_SUPPRESS_SNAPSHOT_POWERON) !== 0;
          const showConsole = (flags & VIX_VMPOWEROP_LAUNCH_GUI) !== 0;
          return vm.payload.link.snapshots.revert({ id, suppressPowerOn, showConsole }, context);
        },
      });
    },
  };
}

function atIndex(nodes: readonly SnapshotNode[], index: unknown): SnapshotNode {
  const position = integer('index', index);
  const node = nodes[position];
  if (node !== undefined) return node;
  const message = `parameter index is ${position}, but the snapshots at this level are ${nodes.length}, counted from 0`;
  throw new VixFailure(VIX_E_SNAPSHOT_NOTFOUND, message);
}

function findById(nodes: readonly SnapshotNode[], id: string | null): SnapshotNode | undefined {
  for (const node of nodes) {
    const found = node.id === id ? node : findById(node.children, id);
    if (found !== undefined) return found;
  }
  return undefined;
}
