import type { VirtualMachine } from '../../world/vm/virtual-machine.js';
import type {
  CallContext,
  DeviceOps,
  GuestCredentials,
  GuestNic,
  GuestOps,
  LifecycleOps,
  NetworkAdapterOps,
  PowerOps,
  QuestionOps,
  RecordingOps,
  SharedFolderOps,
  SnapshotOps,
  SnapshotTree,
  ToolsOps,
  VariableOps,
  VmLink,
  VmProperties,
} from '../backend.js';
import { Fault } from '../../base/fault.js';
import { overConnection, type Connection } from './connection.js';
import type { Product } from './products.js';

/** One open machine of the world, over one connection. */
export class MockVm implements VmLink {
  readonly key: string;
  readonly power: PowerOps;
  readonly tools: ToolsOps;
  readonly lifecycle: LifecycleOps;
  readonly snapshots: SnapshotOps;
  readonly variables: VariableOps;
  readonly sharedFolders: SharedFolderOps;
  readonly recording: RecordingOps;
  readonly adapters?: NetworkAdapterOps;
  readonly devices?: DeviceOps;
  readonly questions: QuestionOps;
  readonly #vm: VirtualMachine;
  readonly #connection: Connection;

  constructor(vm: VirtualMachine, connection: Connection, product: Product) {
    this.#vm = vm;
    this.#connection = connection;
    this.key = vm.id;
    this.power = overConnection<PowerOps>(connection, vm.power);
    this.tools = overConnection<ToolsOps>(connection, vm.tools);
    this.lifecycle = overConnection<LifecycleOps>(connection, vm.lifecycle);
    const snapshots = product.hasOneSnapshot ? new OneSnapshot(vm.snapshots) : vm.snapshots;
    this.snapshots = overConnection<SnapshotOps>(connection, snapshots);
    this.variables = overConnection<VariableOps>(connection, vm.variables);
    this.sharedFolders = overConnection<SharedFolderOps>(connection, vm.sharedFolders);
    this.recording = overConnection<RecordingOps>(connection, vm.recording);
    this.questions = {
      pending: (call) => connection.run(() => vm.questions.pending(), call.signal),
      answer: (id, choice, call) => connection.run(() => answer(vm, id, choice, call), call.signal),
    };
    if (product.hasNetworks) this.adapters = overConnection<NetworkAdapterOps>(connection, vm.devices);
    if (product.hasDesktopDevices) this.devices = overConnection<DeviceOps>(connection, vm.devices);
  }

  properties(call: CallContext): Promise<VmProperties> {
    return this.#connection.run(
      async () => ({ ...(await this.#vm.properties(call)), takesManySnapshots: true, hasTlsError: false }),
      call.signal,
    );
  }

  onChange(listener: () => void): () => void {
    return this.#vm.onChange(listener);
  }

  async guestNics(call: CallContext): Promise<readonly GuestNic[]> {
    const report = await this.#connection.run(() => this.#vm.guestReport(call), call.signal);
    return (report?.nics ?? []).map(({ mac, network, isConnected, addresses }) => ({
      mac,
      network,
      isConnected,
      addresses,
    }));
  }

  guest(credentials: GuestCredentials): GuestOps {
    return overConnection<GuestOps>(this.#connection, this.#vm.guest(credentials));
  }
}

/** @throws Fault `not-found` when another dialog waits, or none. */
async function answer(vm: VirtualMachine, id: string, choice: number, call: CallContext): Promise<void> {
  const pending = await vm.questions.pending();
  if (pending?.id !== id) throw new Fault('not-found', 'this question does not wait for an answer any more');
  await vm.questions.answer(choice, call);
}

/** Snapshots of a product that keeps only one: a new one takes the place of the one before. */
class OneSnapshot implements SnapshotOps {
  readonly #snapshots: SnapshotOps;

  constructor(snapshots: SnapshotOps) {
    this.#snapshots = snapshots;
  }

  tree(call: CallContext): Promise<SnapshotTree> {
    return this.#snapshots.tree(call);
  }

  async create(options: Parameters<SnapshotOps['create']>[0], call: CallContext): Promise<string> {
    const { roots } = await this.#snapshots.tree(call);
    const created = await this.#snapshots.create(options, call);
    for (const { id } of everySnapshot(roots)) await this.#snapshots.remove({ id, removeChildren: false }, call);
    return created;
  }

  revert(options: Parameters<SnapshotOps['revert']>[0], call: CallContext): Promise<void> {
    return this.#snapshots.revert(options, call);
  }

  remove(options: Parameters<SnapshotOps['remove']>[0], call: CallContext): Promise<void> {
    return this.#snapshots.remove(options, call);
  }
}

function everySnapshot(roots: SnapshotTree['roots']): SnapshotTree['roots'] {
  return roots.flatMap((root) => [root, ...everySnapshot(root.children)]);
}
