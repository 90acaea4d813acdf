import { Fault } from '../../../base/fault.js';
import type {
  CallContext,
  GuestOps,
  LifecycleOps,
  PowerOps,
  RecordingOps,
  SharedFolderOps,
  SnapshotOps,
  ToolsOps,
  VariableOps,
  VmLink,
  VmProperties,
} from '../../backend.js';
import type { VsphereConnection } from '../connection.js';
import type { Datacenters } from '../inventory/datacenters.js';
import type { Ref } from '../soap/values.js';
import { VsphereLifecycle } from './lifecycle.js';
import { Machine } from './machine.js';
import { VspherePower } from './power.js';
import { captureScreen } from './screenshot.js';
import { VsphereSnapshots } from './snapshots.js';
import { VsphereTools } from './tools.js';
import { VsphereVariables } from './variables.js';
import { readProperties } from './vm-properties.js';

/** One machine that a program has opened. */
export class VsphereVm implements VmLink {
  readonly key: string;
  readonly power: PowerOps;
  readonly tools: ToolsOps;
  readonly lifecycle: LifecycleOps;
  readonly snapshots: SnapshotOps;
  readonly variables: VariableOps;
  readonly sharedFolders: SharedFolderOps = noSharedFolders;
  readonly recording: RecordingOps = noRecording;
  readonly #machine: Machine;

  constructor(connection: VsphereConnection, datacenters: Datacenters, ref: Ref<'VirtualMachine'>, label: string) {
    const machine = new Machine(connection, datacenters, ref, label);
    this.#machine = machine;
    this.key = ref.value;
    this.power = new VspherePower(machine);
    this.tools = new VsphereTools(machine);
    this.lifecycle = new VsphereLifecycle(machine);
    this.snapshots = new VsphereSnapshots(machine);
    this.variables = new VsphereVariables(machine);
  }

  properties(call: CallContext): Promise<VmProperties> {
    return this.#machine.run('reading the properties of', undefined, () => readProperties(this.#machine, call));
  }

  /** A picture of the console, as PNG. No login to the guest is needed. */
  captureScreen(call: CallContext): Promise<Uint8Array> {
    return captureScreen(this.#machine, call);
  }

  guest(): GuestOps {
    throw this.#machine.unsupported('work inside the guest');
  }
}

function never(what: string): () => Promise<never> {
  return async () => {
    throw new Fault('not-supported', `vSphere has no ${what}.`);
  };
}

const noFolders = never('shared folders');
const noSharedFolders: SharedFolderOps = {
  setEnabled: noFolders,
  list: noFolders,
  add: noFolders,
  update: noFolders,
  remove: noFolders,
};

const noRecord = never('recordings');
const noRecording: RecordingOps = {
  beginRecording: noRecord,
  endRecording: noRecord,
  beginReplay: noRecord,
  endReplay: noRecord,
};
