import type { VirtualMachine } from '../../world/vm/virtual-machine.js';
import type {
  CallContext,
  DeviceOps,
  GuestCredentials,
  GuestOps,
  LifecycleOps,
  PowerOps,
  RecordingOps,
  SharedFolderOps,
  SnapshotOps,
  SnapshotTree,
  ToolsOps,
  VariableOps,
  VmLink,
  VmProperties,
} from '../backend.js';
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
  readonly devices?: DeviceOps;
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
    if (product.hasDesktopDevices) this.devices = overConnection<DeviceOps>(connection, vm.devices);
  }

  properties(call: CallContext): Promise<VmProperties> {
    return this.#connection.run(
      async () => ({ ...(await this.#vm.properties(call)), hasTlsError: false }),
      call.signal,
    );
  }

  guest(credentials: GuestCredentials): GuestOps {
    return overConnection<GuestOps>(this.#connection, this.#vm.guest(credentials));
  }
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
