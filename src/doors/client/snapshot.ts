import type { SnapshotNode, SnapshotTree, VmPowerState } from '../../backends/backend.js';
import { snapshotEntry } from '../../api/open-vm.js';
import { VIX_INVALID_HANDLE } from '../../vix/names.js';
import type { VixHandle } from '../../vix/types.js';
import type { Engine } from './engine.js';

/** A snapshot as it was when it was asked for. */
export class Snapshot implements AsyncDisposable {
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
  readonly #engine: Engine;
  readonly #vm: VixHandle;
  #handle: VixHandle = VIX_INVALID_HANDLE;

  /** @param parent the one above it in its tree; null for a root. */
  constructor(engine: Engine, vm: VixHandle, node: SnapshotNode, parent: Snapshot | null, isCurrent: boolean) {
    this.#engine = engine;
    this.#vm = vm;
    this.id = node.id;
    this.name = node.name;
    this.description = node.description;
    this.path = [...(parent?.path ?? []), node.name];
    this.parentId = parent?.id ?? null;
    this.isCurrent = isCurrent;
    this.power = node.power;
  }

  /** Its handle for the C-shaped door; valid until this object is disposed of. @throws VixError when the machine was closed. */
  get handle(): VixHandle {
    if (this.#handle === VIX_INVALID_HANDLE) {
      const { vix, runtime } = this.#engine;
      const vm = this.#engine.entry(this.#vm, 'vm', 'snapshot.handle');
      this.#handle = snapshotEntry(runtime, vm, this.id, 'snapshot.handle').handle;
      vix.Vix_AddRefHandle(this.#handle);
    }
    return this.#handle;
  }

  /** Gives the handle's reference back. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#engine.vix.Vix_ReleaseHandle(this.#handle);
    this.#handle = VIX_INVALID_HANDLE;
  }
}

/** Every snapshot of a tree, parents before their children. */
export function snapshotsOf(engine: Engine, vm: VixHandle, { roots, currentId }: SnapshotTree): readonly Snapshot[] {
  const visit = (nodes: readonly SnapshotNode[], parent: Snapshot | null): readonly Snapshot[] =>
    nodes.flatMap((node) => {
      const snapshot = new Snapshot(engine, vm, node, parent, node.id === currentId);
      return [snapshot, ...visit(node.children, snapshot)];
    });
  return visit(roots, null);
}
