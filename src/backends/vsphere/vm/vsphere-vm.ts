import { Fault } from '../../../base/fault.js';
import type {
  CallContext,
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
  ToolsOps,
  VariableOps,
  VmLink,
  VmProperties,
} from '../../backend.js';
import type { VsphereConnection } from '../connection.js';
import type { GuestManagers } from '../guest/guest-managers.js';
import type { KnownFamily } from '../guest/known-family.js';
import { VsphereGuest } from '../guest/vsphere-guest.js';
import type { Datacenters } from '../inventory/datacenters.js';
import type { MachineReference } from '../inventory/machine-reference.js';
import type { TransferRoutes } from '../transfer/transfer-routes.js';
import { VsphereLifecycle } from './lifecycle.js';
import { Machine } from './machine.js';
import { guestNics } from './guest-nics.js';
import { VsphereNetworkAdapters } from './network-adapters.js';
import { VsphereQuestions } from './questions.js';
import { VspherePower } from './power.js';
import { captureScreen } from './screenshot.js';
import { VsphereSnapshots } from './snapshots.js';
import { VsphereTools } from './tools.js';
import { VsphereVariables } from './variables.js';
import { readProperties } from './vm-properties.js';

/** What all machines of one connection share. */
export interface VsphereServices {
  readonly connection: VsphereConnection;
  readonly datacenters: Datacenters;
  readonly managers: GuestManagers;
  readonly routes: TransferRoutes;
}

/** One machine that a program has opened. */
export class VsphereVm implements VmLink {
  readonly power: PowerOps;
  readonly tools: ToolsOps;
  readonly lifecycle: LifecycleOps;
  readonly snapshots: SnapshotOps;
  readonly variables: VariableOps;
  readonly sharedFolders: SharedFolderOps = noSharedFolders;
  readonly recording: RecordingOps = noRecording;
  readonly questions: QuestionOps;
  readonly adapters: NetworkAdapterOps;
  readonly #services: VsphereServices;
  readonly #machine: Machine;

  /** @param label what the program opened it by, for messages. */
  constructor(services: VsphereServices, reference: MachineReference, family: KnownFamily, label: string) {
    const machine = new Machine(services.connection, services.datacenters, reference, family, label);
    this.#services = services;
    this.#machine = machine;
    this.power = new VspherePower(machine);
    this.tools = new VsphereTools(machine);
    this.lifecycle = new VsphereLifecycle(machine);
    this.snapshots = new VsphereSnapshots(machine);
    this.variables = new VsphereVariables(machine);
    this.questions = new VsphereQuestions(machine);
    this.adapters = new VsphereNetworkAdapters(machine);
  }

  get key(): string {
    return this.#machine.reference.current.value;
  }

  get uuid(): string | undefined {
    return this.#machine.reference.uuid;
  }

  properties(call: CallContext): Promise<VmProperties> {
    const machine = this.#machine;
    const hasTlsError = this.#services.routes.isRefused(machine.reference.current);
    return machine.run('reading the properties of', undefined, call, () =>
      machine.use((ref) => readProperties(machine, ref, hasTlsError, call), call),
    );
  }

  onChange(listener: (deaf?: unknown) => void): () => void {
    return this.#machine.onChange(listener);
  }

  guestNics(call: CallContext): Promise<readonly GuestNic[]> {
    return guestNics(this.#machine, call);
  }

  guest(credentials: GuestCredentials): GuestOps {
    const { connection, managers, routes } = this.#services;
    const { reference: machine, family, label: vmName } = this.#machine;
    const target = { connection, managers, routes, machine, vmName, family, credentials };
    return new VsphereGuest(target, (_options, call) => captureScreen(this.#machine, call));
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
