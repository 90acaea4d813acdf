import { Fault, type FaultKind } from '../../../base/fault.js';
import type { CallContext, NewSnapshotOptions, SnapshotNode, SnapshotOps, SnapshotTree } from '../../backend.js';
import { escapedName, plainName } from '../inventory/names.js';
import { propertiesOf } from '../properties.js';
import type { Ref } from '../soap/values.js';
import type { VirtualMachineSnapshotTree } from '../vim/generated/types.js';
import type { Machine } from './machine.js';
import { powerStateOf } from './power-state.js';

/** Longest name of a snapshot that vSphere takes. */
const longestName = 80;

/** VIX took snapshots without a name; vSphere does not. */
const namelessName = 'Snapshot';

const always: Readonly<Record<string, FaultKind>> = { NoDiskSpace: 'snapshot-no-space' };

/** Snapshots of one machine. */
export class VsphereSnapshots implements SnapshotOps {
  readonly #machine: Machine;

  constructor(machine: Machine) {
    this.#machine = machine;
  }

  tree(call: CallContext): Promise<SnapshotTree> {
    const machine = this.#machine;
    return machine.run('reading the snapshots of', undefined, call, async () => {
      const values = await machine.properties(['snapshot'], call);
      const info = values.get('snapshot');
      return {
        roots: (info?.rootSnapshotList ?? []).map(nodeOf),
        currentId: info?.currentSnapshot?.value ?? null,
      };
    });
  }

  create(options: NewSnapshotOptions, call: CallContext): Promise<string> {
    const machine = this.#machine;
    const { description, includeMemory, isUnique = false } = options;
    const name = options.name === '' ? namelessName : options.name;
    const invalidName: FaultKind = name.length > longestName ? 'snapshot-name-too-long' : 'snapshot-failed';
    return machine.run('taking a snapshot of', { ...always, InvalidName: invalidName }, call, async () => {
      const args = {
        name: escapedName(name),
        ...(description === '' ? {} : { description }),
        memory: includeMemory,
        quiesce: false,
      };
      if (isUnique && (await this.#named(name, call)).length > 0) throw taken(name);
      const made = await machine.task('CreateSnapshot_Task', args, call);
      const id = (made as Ref<'VirtualMachineSnapshot'>).value;
      if (isUnique) await this.#requireFirst(name, id, call);
      return id;
    });
  }

  /**
   * vSphere takes equal names. Of two that were taken at the same time the later one goes again: it has the higher number.
   * @throws Fault `snapshot-exists`.
   */
  async #requireFirst(name: string, id: string, call: CallContext): Promise<void> {
    const all = await this.#named(name, call);
    const own = all.find(({ snapshot }) => snapshot.value === id);
    if (own === undefined || all.every((other) => other.id >= own.id)) return;
    await this.remove({ id, removeChildren: false }, call);
    throw taken(name);
  }

  async #named(name: string, call: CallContext): Promise<readonly VirtualMachineSnapshotTree[]> {
    const values = await this.#machine.properties(['snapshot'], call);
    const roots = values.get('snapshot')?.rootSnapshotList ?? [];
    return withAllBelow(roots).filter((snapshot) => plainName(snapshot.name) === name);
  }

  revert(options: { readonly id: string; readonly suppressPowerOn: boolean }, call: CallContext): Promise<void> {
    const machine = this.#machine;
    return machine.run(
      'reverting to a snapshot',
      { ...always, FileFault: 'snapshot-not-revertable' },
      call,
      async () => {
        const args = { suppressPowerOn: options.suppressPowerOn };
        const { connection, reference } = machine;
        const snapshot = snapshotRef(options.id);
        const revert = () => connection.tasks.run(snapshot, 'RevertToSnapshot_Task', args, call, reference.current);
        await machine.restartingGuest(revert);
      },
    );
  }

  remove(options: { readonly id: string; readonly removeChildren: boolean }, call: CallContext): Promise<void> {
    const machine = this.#machine;
    return machine.run('removing a snapshot of', always, call, async () => {
      const args = { removeChildren: options.removeChildren, consolidate: true };
      const { connection, reference } = machine;
      await connection.tasks.run(snapshotRef(options.id), 'RemoveSnapshot_Task', args, call, reference.current);
    });
  }
}

function withAllBelow(trees: readonly VirtualMachineSnapshotTree[]): readonly VirtualMachineSnapshotTree[] {
  return trees.flatMap((tree) => [tree, ...withAllBelow(tree.childSnapshotList ?? [])]);
}

function taken(name: string): Fault {
  const message = `there is a snapshot '${name}' already; choose another name, or delete that one first`;
  return new Fault('snapshot-exists', message);
}

export function snapshotRef(id: string): Ref<'VirtualMachineSnapshot'> {
  return { type: 'VirtualMachineSnapshot', value: id };
}

function nodeOf(tree: VirtualMachineSnapshotTree): SnapshotNode {
  return {
    id: tree.snapshot.value,
    name: plainName(tree.name),
    description: tree.description,
    power: powerStateOf(propertiesOf({ propSet: [{ name: 'runtime.powerState', val: tree.state }] }), []),
    isReplayable: tree.replaySupported === true,
    children: (tree.childSnapshotList ?? []).map(nodeOf),
  };
}
