import type { CallContext, SnapshotNode, SnapshotTree } from '../../backends/backend.js';
import { takenSnapshot } from '../../api/open-vm.js';
import { theSnapshot } from '../../api/snapshot-names.js';
import type { VmEntry } from '../../api/vix-runtime.js';
import { VixFailure } from '../../errors/vix-failure.js';
import { VIX_E_SNAPSHOT_NOTFOUND } from '../../vix/names.js';
import type { VixHandle } from '../../vix/types.js';
import type { CallOptions, ProgressOptions } from './call-options.js';
import type { Engine } from './engine.js';
import { snapshotsOf, type Snapshot } from './snapshot.js';

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
      return required(this.#listOf(await snapshots.tree(call)), id);
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

  /** The snapshot that a handle of the C-shaped door stands for. @throws VixError. */
  ofHandle(handle: VixHandle, options: CallOptions = {}): Promise<Snapshot> {
    const idOfHandle = takenSnapshot(this.#engine.runtime, handle);
    return this.#readVm('vm.snapshots.ofHandle', options, async (vm, call) => {
      return required(this.#listOf(await vm.payload.link.snapshots.tree(call)), idOfHandle(vm));
    });
  }

  #read<T>(
    operation: string,
    options: CallOptions,
    pick: (list: readonly Snapshot[], roots: readonly SnapshotNode[]) => Promise<T>,
  ): Promise<T> {
    return this.#readVm(operation, options, async (vm, call) => {
      const tree = await vm.payload.link.snapshots.tree(call);
      return pick(this.#listOf(tree), tree.roots);
    });
  }

  #listOf(tree: SnapshotTree): readonly Snapshot[] {
    return snapshotsOf(this.#engine, this.#vm, tree);
  }

  #readVm<T>(
    operation: string,
    options: CallOptions,
    read: (vm: VmEntry, call: CallContext) => Promise<T>,
  ): Promise<T> {
    return this.#engine.onVm(this.#vm, { operation, capability: 'snapshots' }, options, read);
  }
}

/** Id of the snapshot that is meant. */
export function idOf(snapshot: SnapshotChoice): string {
  return typeof snapshot === 'string' ? snapshot : snapshot.id;
}

function required(list: readonly Snapshot[], id: string): Snapshot {
  const found = list.find((snapshot) => snapshot.id === id);
  if (found !== undefined) return found;
  throw new VixFailure(VIX_E_SNAPSHOT_NOTFOUND, `the machine has no snapshot with the id ${JSON.stringify(id)}`);
}
