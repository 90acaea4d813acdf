import type { Secret } from '../../base/secret.js';
import type { OperationName } from '../operation-names.js';
import type { IndexedVm } from '../vm-index.js';
import type { WorldCall } from '../world-call.js';
import { VmCustomization } from './customization.js';
import { VmDevices } from './devices.js';
import { consolePicture } from './console-picture.js';
import { checkEncryption } from './encryption.js';
import { GuestAccess, type GuestLogin, type ProvenLogin } from './guest-access.js';
import { guestDisks, guestReport, type GuestDisk, type GuestReport } from './guest-report.js';
import { GuestSession } from './guest-session.js';
import { VmLifecycle } from './lifecycle.js';
import { VmPowerControl } from './power.js';
import { powerView, requireOn, type VmPowerView } from './power-state.js';
import { VmQuestions } from './question.js';
import { VmRecording } from './recording.js';
import { VmSettings } from './settings.js';
import { sharedFoldersPath, VmSharedFolders } from './shared-folders.js';
import { VmSnapshots } from './snapshots.js';
import { VmToolsControl } from './tools.js';
import { VmVariables } from './variables.js';
import type { VmRecord } from './vm-record.js';
import type { VmScope } from './vm-scope.js';

/** What can be read of a machine at any time. */
export interface VmPropertiesView {
  readonly name: string;
  readonly location: string;
  readonly guestOs: string;
  readonly cpuCount: number;
  readonly memoryMb: number;
  readonly power: VmPowerView;
  readonly tools: 'unknown' | 'running' | 'not-installed';
  readonly isReadOnly: boolean;
  readonly isRecording: boolean;
  readonly isReplaying: boolean;
  /** Guest directory of the shared folders; null unless Tools runs and the guest has one. */
  readonly sharedFoldersPath: string | null;
  /** Text of the dialog that blocks the machine, or null. */
  readonly question: string | null;
}

/** One virtual machine of a world. Once it is deleted, every operation throws Fault `vm-not-found`. */
export class VirtualMachine {
  /** Stable for ever, and different for every machine. */
  readonly id: string;
  readonly family: 'posix' | 'windows';
  readonly power: VmPowerControl;
  readonly tools: VmToolsControl;
  readonly lifecycle: VmLifecycle;
  readonly settings: VmSettings;
  readonly customization: VmCustomization;
  readonly snapshots: VmSnapshots;
  readonly variables: VmVariables;
  readonly sharedFolders: VmSharedFolders;
  readonly recording: VmRecording;
  readonly questions: VmQuestions;
  readonly devices: VmDevices;
  readonly #scope: VmScope;
  readonly #locationOf: (record: VmRecord) => string;

  /** @param locationOf the text under which callers know a machine. */
  constructor(scope: VmScope, vm: Pick<IndexedVm, 'family'>, locationOf: (record: VmRecord) => string) {
    this.id = scope.id;
    this.family = vm.family;
    this.#scope = scope;
    this.#locationOf = locationOf;
    this.power = new VmPowerControl(scope);
    this.tools = new VmToolsControl(scope);
    this.lifecycle = new VmLifecycle(scope);
    this.settings = new VmSettings(scope);
    this.customization = new VmCustomization(scope);
    this.snapshots = new VmSnapshots(scope);
    this.variables = new VmVariables(scope);
    this.sharedFolders = new VmSharedFolders(scope);
    this.recording = new VmRecording(scope);
    this.questions = new VmQuestions(scope);
    this.devices = new VmDevices(scope);
  }

  /** Starts an operation on the machine that is not its own, like `openVm`: the faults of the world strike. */
  begin(operation: OperationName, call: WorldCall): Promise<void> {
    return this.#scope.begin(operation, call);
  }

  async properties(call: WorldCall): Promise<VmPropertiesView> {
    await this.#scope.begin('properties', call);
    const nowMs = this.#scope.clock.now();
    return this.#scope.read(({ record }) => {
      const power = powerView(record, nowMs);
      return {
        name: record.name,
        location: this.#locationOf(record),
        guestOs: record.guestOs,
        cpuCount: record.cpuCount,
        memoryMb: record.memoryMb,
        power,
        tools: record.tools.version === null ? 'not-installed' : power.areToolsRunning ? 'running' : 'unknown',
        isReadOnly: record.isReadOnly,
        isRecording: record.recording.state === 'recording',
        isReplaying: record.recording.state === 'replaying',
        sharedFoldersPath: sharedFoldersPath(record, nowMs),
        question: record.question?.text ?? null,
      };
    });
  }

  /** Calls the listener whenever `properties` may tell something else. @returns how to stop. */
  onChange(listener: () => void): () => void {
    return this.#scope.onChange(listener);
  }

  /** What Tools tells of the guest, network and all; null while Tools does not run. */
  async guestReport(call: WorldCall): Promise<GuestReport | null> {
    await this.#scope.begin('guestReport', call);
    return this.#scope.read(({ record }) => guestReport(record, this.#scope.clock.now()));
  }

  /** The disks that Tools tells of; null while Tools does not run. */
  async guestDisks(call: WorldCall): Promise<readonly GuestDisk[] | null> {
    await this.#scope.begin('guestReport', call);
    return this.#scope.read((state) => guestDisks(state.record, () => state.files.usedBytes, this.#scope.clock.now()));
  }

  /**
   * The record as it stands now, not to be changed; and what Tools tells of the disks, worked out when somebody asks: the
   * files of the guest are read for it.
   */
  recordWithDisks(): Promise<{
    readonly record: Readonly<VmRecord>;
    readonly disks: () => readonly GuestDisk[] | null;
  }> {
    return this.#scope.read((state) => {
      const nowMs = this.#scope.clock.now();
      return { record: state.record, disks: () => guestDisks(state.record, () => state.files.usedBytes, nowMs) };
    });
  }

  /** The record itself as it stands now, for whoever shows more than `properties` does. Not to be changed. */
  record(): Promise<Readonly<VmRecord>> {
    return this.#scope.read(({ record }) => record);
  }

  /** A picture of the console as the host takes it, without a login in the guest. @throws Fault `vm-not-running`. */
  async captureScreen(options: { readonly isCompressed: boolean }, call: WorldCall): Promise<Uint8Array> {
    await this.#scope.begin('guest.captureScreen', call);
    return this.#scope.read(({ record }) => {
      requireOn(record);
      return consolePicture(this.#scope, record, options);
    });
  }

  /** Checks the password of an encrypted machine. @throws Fault `vm-needs-key`, `vm-wrong-key`. */
  async unlock(password: Secret | null): Promise<void> {
    await checkEncryption(await this.record(), password);
  }

  /** Guest operations in the name of a user. Asks the guest nothing yet. */
  guest(login: GuestLogin): GuestSession {
    return new GuestSession(this.#scope, this.family, login);
  }

  /** The door itself behind which `guest` works, for whoever offers guest operations of another shape. */
  guestAccess(login: GuestLogin | ProvenLogin): GuestAccess {
    return new GuestAccess(this.#scope, login);
  }
}
