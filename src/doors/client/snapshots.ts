import type { CallContext, SnapshotNode, VmPowerState } from '../../backends/backend.js';
import { snapshotEntry, takenSnapshot } from '../../api/open-vm.js';
import { theSnapshot } from '../../api/snapshot-names.js';
import type { VmEntry } from '../../api/vix-runtime.js';
import { Fault } from '../../base/fault.js';
import { VixFailure } from '../../errors/vix-failure.js';
import { VIX_E_SNAPSHOT_NOTFOUND } from '../../vix/names.js';
import type { VixHandle } from '../../vix/types.js';
import type { CallOptions, ProgressOptions } from './call-options.js';
import type { Engine } from './engine.js';

/** A snapshot as it was when it was asked for. */
export interface Snapshot {
  /** Stands for this snapshot and no other, whatever it is named. */
  readonly id: string;
  readonly name: string;
  readonly description: string;
  /** Names from the root to this one. */
  readonly path: readonly string[];
  readonly parentId: string | null;
  /** The one that the present state descends from. */
  readonly isCurrent: boolean;
  /** The state to which a revert leads. */
  readonly power: VmPowerState;
}

/** Which snapshot is meant: itself, or its id. Names go through `named`, which tells when they are not unique. */
export type SnapshotChoice = Pick<Snapshot, 'id'> | string;

/** What a new snapshot is to be. */
export interface NewSnapshot extends ProgressOptions {
  readonly name: string;
  readonly description?: string;
  readonly includeMemory?: boolean;
}

/** How to revert. */
export interface RevertOptions extends ProgressOptions {
  /** Leave the machine off, also where it was running when the snapshot was taken. */
  readonly suppressPowerOn?: boolean;
}

/** How to remove. */
export interface RemoveOptions extends ProgressOptions {
  /** Remove all below it as well; otherwise they move up. */
  readonly removeChildren?: boolean;
}

/** The snapshots of one virtual machine. They go by id. */
export class Snapshots implements AsyncIterable<Snapshot> {
  readonly #engine: Engine;
  readonly #vm: VixHandle;

  constructor(engine: Engine, vm: VixHandle) {
    this.#engine = engine;
    this.#vm = vm;
  }

  /** Every snapshot, parents before their children. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Snapshot> {
    yield* await this.all();
  }

  /** Every snapshot, parents before their children. @throws VixError. */
  all(options: CallOptions = {}): Promise<readonly Snapshot[]> {
    return this.#read('vm.snapshots.all', options, async (list) => list);
  }

  /** The snapshot that the present state descends from; undefined when there is none. @throws VixError. */
  current(options: CallOptions = {}): Promise<Snapshot | undefined> {
    return this.#read('vm.snapshots.current', options, async (list) => list.find(({ isCurrent }) => isCurrent));
  }

  /**
   * The one snapshot with exactly this name, or with this path of names (`base/tested`).
   * @throws VixError `VIX_E_SNAPSHOT_NOTFOUND`; `VIX_E_SNAPSHOT_NONUNIQUE_NAME`, with the paths of all that have it.
   */
  named(name: string, options: CallOptions = {}): Promise<Snapshot> {
    return this.#read('vm.snapshots.named', options, async (list, roots) => {
      const { id } = theSnapshot(roots, name);
      return required(list, id);
    });
  }

  /** @throws VixError `VIX_E_SNAPSHOT_NOTFOUND`. */
  byId(id: string, options: CallOptions = {}): Promise<Snapshot> {
    return this.#read('vm.snapshots.byId', options, async (list) => required(list, id));
  }

  /** Takes a snapshot below the current one. @throws VixError. */
  create({ name, description = '', includeMemory = false, ...options }: NewSnapshot): Promise<Snapshot> {
    const how = { operation: 'vm.snapshots.create', capability: 'snapshots', lane: 'exclusive' } as const;
    return this.#engine.onVm(this.#vm, how, options, async (vm, call) => {
      const { snapshots } = vm.payload.link;
      const id = await snapshots.create({ name, description, includeMemory }, call);
      return required(listOf(await snapshots.tree(call)), id);
    });
  }

  /** Returns the machine to a snapshot, with its power state. @throws VixError. */
  revert(snapshot: SnapshotChoice, { suppressPowerOn = false, ...options }: RevertOptions = {}): Promise<void> {
    const how = { operation: 'vm.snapshots.revert', capability: 'snapshots', lane: 'exclusive' } as const;
    const id = idOf(snapshot);
    return this.#engine.onVm(this.#vm, how, options, (vm, call) =>
      vm.payload.link.snapshots.revert({ id, suppressPowerOn, showConsole: false }, call),
    );
  }

  /** @throws VixError. */
  remove(snapshot: SnapshotChoice, { removeChildren = false, ...options }: RemoveOptions = {}): Promise<void> {
    const how = { operation: 'vm.snapshots.remove', capability: 'snapshots', lane: 'exclusive' } as const;
    const id = idOf(snapshot);
    return this.#engine.onVm(this.#vm, how, options, (vm, call) =>
      vm.payload.link.snapshots.remove({ id, removeChildren }, call),
    );
  }

  /** A handle of a snapshot for the C-shaped door, to be released with `Vix_ReleaseHandle`. @throws VixError. */
  handleOf(snapshot: SnapshotChoice, options: CallOptions = {}): Promise<VixHandle> {
    const operation = 'vm.snapshots.handleOf';
    return this.#readVm(operation, options, async (vm, call) => {
      const { id } = required(listOf(await vm.payload.link.snapshots.tree(call)), idOf(snapshot));
      if (vm.isDestroyed) throw new Fault('connection-lost', 'the virtual machine was closed meanwhile');
      const { handle } = snapshotEntry(this.#engine.runtime, vm, id, operation);
      this.#engine.vix.Vix_AddRefHandle(handle);
      return handle;
    });
  }

  /** The snapshot that a handle of the C-shaped door stands for. @throws VixError. */
  ofHandle(handle: VixHandle, options: CallOptions = {}): Promise<Snapshot> {
    return this.#readVm('vm.snapshots.ofHandle', options, async (vm, call) => {
      const id = takenSnapshot(this.#engine.runtime, handle)(vm);
      return required(listOf(await vm.payload.link.snapshots.tree(call)), id);
    });
  }

  #read<T>(
    operation: string,
    options: CallOptions,
    pick: (list: readonly Snapshot[], roots: readonly SnapshotNode[]) => Promise<T>,
  ): Promise<T> {
    return this.#readVm(operation, options, async (vm, call) => {
      const tree = await vm.payload.link.snapshots.tree(call);
      return pick(listOf(tree), tree.roots);
    });
  }

  #readVm<T>(
    operation: string,
    options: CallOptions,
    read: (vm: VmEntry, call: CallContext) => Promise<T>,
  ): Promise<T> {
    return this.#engine.onVm(this.#vm, { operation, capability: 'snapshots' }, options, read);
  }
}

function idOf(snapshot: SnapshotChoice): string {
  return typeof snapshot === 'string' ? snapshot : snapshot.id;
}

function required(list: readonly Snapshot[], id: string): Snapshot {
  const found = list.find((snapshot) => snapshot.id === id);
  if (found !== undefined) return found;
  throw new VixFailure(VIX_E_SNAPSHOT_NOTFOUND, `the machine has no snapshot with the id ${JSON.stringify(id)}`);
}

function listOf(tree: { readonly roots: readonly SnapshotNode[]; readonly currentId: string | null }): Snapshot[] {
  const visit = (nodes: readonly SnapshotNode[], parent: Snapshot | null): Snapshot[] =>
    nodes.flatMap((node) => {
      const { id, name, description, power, children } = node;
      const path = [...(parent?.path ?? []), name];
      const isCurrent = id === tree.currentId;
      const snapshot = { id, name, description, path, parentId: parent?.id ?? null, isCurrent, power };
      return [snapshot, ...visit(children, snapshot)];
    });
  return visit(tree.roots, null);
}
