/**
 * The backend contract: everything the engine asks of a place that runs virtual machines. A backend knows nothing of
 * VIX: no handles, no jobs, no VIX integers. It answers with promises, obeys the signal of each call, and fails only
 * with a `Fault`.
 */
import type { Fault } from '../base/fault.js';
import type { Secret } from '../base/secret.js';
import type { Timeline } from '../base/timeline.js';
import type { CallContext } from './call-context.js';
import type { Capability, CapabilitySet } from './capabilities.js';
import type { GuestAliasOps, GuestCustomization, GuestRegistryOps } from './guest-settings-ops.js';
import type { HostNetworkOps, NetworkAdapterOps, PortForwardingOps } from './network-ops.js';

export type { CallContext } from './call-context.js';
export type {
  GuestAlias,
  GuestAliasOps,
  GuestCustomization,
  GuestRegistryOps,
  NicSettings,
  RegistryKey,
  RegistryValue,
} from './guest-settings-ops.js';
export type {
  HostNetwork,
  HostNetworkOps,
  NetworkAdapter,
  NetworkAdapterOps,
  PortForwarding,
  PortForwardingOps,
} from './network-ops.js';

/** Service providers of VIX, by the name that the configuration file uses. */
export type ProviderName = 'default' | 'server' | 'workstation' | 'player' | 'vi-server' | 'workstation-shared';

/** Where a program wants to connect to. Empty strings of the caller arrive as null. */
export interface ConnectTarget {
  readonly provider: ProviderName;
  readonly hostName: string | null;
  /** 0 where the caller gave none. */
  readonly hostPort: number;
  readonly userName: string | null;
  readonly password: Secret | null;
  /** The caller asked for certificate verification; a backend may verify anyway. */
  readonly verifyTls: boolean;
  /** The `options` of the matching configuration entry, unread. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** Where the settings stand, for error texts: a file and an entry. */
  readonly settingsSource?: string;
  /** Directory that relative paths in the settings start from; absent: the current one. */
  readonly settingsDirectory?: string;
}

/** A kind of backend, as the registry holds it. */
export interface BackendModule {
  readonly name: string;
  /** What the backend could ever do; one connection may offer less. */
  readonly capabilities: CapabilitySet;
  /** Whether the target is this backend's business. Does no I/O; after `accept` every failure is the backend's own. */
  claims(target: ConnectTarget): 'accept' | 'decline';
  connect(target: ConnectTarget, call: CallContext): Promise<HostLink>;
  /** Draws what it sends to its hosts, for connections made from now on. Absent: it sends nothing. */
  traceTo?(timeline: Timeline): void;
  /** Frees what the module itself holds open (a directory, a pool); called when the runtime shuts down. */
  close?(): Promise<void>;
}

/** What a host says about itself. */
export interface HostAbout {
  /** For people: "VMware vCenter Server 8.0.3", "Revix mock host". */
  readonly product: string;
  readonly version: string;
}

/** One open connection to a host. */
export interface HostLink {
  readonly about: HostAbout;
  readonly capabilities: CapabilitySet;
  /** Why a capability is missing, where more can be said than that the host does not offer it. */
  whyMissing?(capability: Capability): Fault | undefined;
  /** Lists virtual machines in a stable order; the location opens the VM again, also where paths repeat. */
  findVms(filter: 'running' | 'registered', call: CallContext): AsyncIterable<VmSummary>;
  /**
   * @param location path of the .vmx file, `[datastore] folder/name.vmx`, `[datacentre/datastore] folder/name.vmx`,
   *   or what the backend documents beside these.
   * @throws Fault `vm-not-found`, `vm-ambiguous` (the message lists the candidates), `vm-needs-key`, `vm-wrong-key`.
   */
  openVm(location: string, encryptionPassword: Secret | null, call: CallContext): Promise<VmLink>;
  /** Succeeds when the VM is registered already. @throws Fault `not-found`. */
  registerVm(location: string, call: CallContext): Promise<void>;
  /** Succeeds when there is no such VM. @throws Fault `vm-running`. */
  unregisterVm(location: string, call: CallContext): Promise<void>;
  /** Absent where the host does not offer it. */
  readonly networks?: HostNetworkOps;
  /** Absent where the host does not offer it. */
  readonly portForwardings?: PortForwardingOps;
  /** Calls `listener` once when the connection is lost for good. */
  onLost(listener: (fault: Error) => void): void;
  /** Ends the session. Idempotent; never rejects for a connection that is gone already. */
  close(): Promise<void>;
}

export interface VmSummary {
  readonly location: string;
  readonly name: string;
}

/** Power state, free of VIX bits. */
export interface VmPowerState {
  readonly phase: 'off' | 'powering-on' | 'on' | 'powering-off' | 'resetting' | 'suspending' | 'suspended' | 'resuming';
  /** It is powered on; also while it is reset, or on its way off or into its suspended state. */
  readonly isOn: boolean;
  readonly isPaused: boolean;
  readonly areToolsRunning: boolean;
  /** A dialog waits for an answer. */
  readonly isBlockedByQuestion: boolean;
}

/** What can be read of a VM at any time. */
export interface VmProperties {
  readonly name: string;
  readonly location: string;
  /** Guest OS identifier as configured (`ubuntu-64`, `windows9-64`). */
  readonly guestOs: string;
  readonly cpuCount: number;
  readonly memoryMb: number;
  readonly power: VmPowerState;
  readonly tools: 'unknown' | 'running' | 'not-installed';
  readonly isReadOnly: boolean;
  readonly isRecording: boolean;
  readonly isReplaying: boolean;
  /** It can have more than one snapshot, where its host takes snapshots. */
  readonly takesManySnapshots: boolean;
  /** Guest directory of the shared folders; null unless Tools runs and the guest has one. */
  readonly sharedFoldersPath: string | null;
  /** Text of the dialog that blocks the VM, or null. */
  readonly question: string | null;
  /** Whether a certificate that stands behind this VM failed verification. */
  readonly hasTlsError: boolean;
}

/** One open virtual machine. Groups that the connection's capabilities exclude are never called. */
export interface VmLink {
  /**
   * Identity on its host: two links to one VM have one key. A host that gives a VM another one may tell a link of it with
   * the next answer.
   */
  readonly key: string;
  /** What a VM keeps when it gets another key; several may share one. Absent where a key lasts, or nothing is told. */
  readonly uuid?: string | undefined;
  properties(call: CallContext): Promise<VmProperties>;
  /**
   * Calls the listener whenever what `properties` tells may have changed, until the returned function is called; with an
   * error when nothing more will be heard. What runs as a task of the host may end without a call. Absent where the host
   * does not tell.
   */
  onChange?(listener: (deaf?: unknown) => void): () => void;
  readonly power: PowerOps;
  readonly tools: ToolsOps;
  readonly lifecycle: LifecycleOps;
  readonly snapshots: SnapshotOps;
  readonly variables: VariableOps;
  readonly sharedFolders: SharedFolderOps;
  readonly recording: RecordingOps;
  /** Absent where the host does not offer it. */
  readonly adapters?: NetworkAdapterOps;
  /** Absent where the host does not offer it. */
  readonly devices?: DeviceOps;
  /** Absent where the host does not offer it. */
  readonly questions?: QuestionOps;
  /** The network cards as Tools tells of them; none while Tools does not run. Absent where the host does not offer it. */
  guestNics?(call: CallContext): Promise<readonly GuestNic[]>;
  /** Guest operations in the name of a user. Does no I/O; `validate` asks the guest. */
  guest(credentials: GuestCredentials): GuestOps;
}

/** How an operation reaches the power button: hard, or through the guest. */
export type PowerMode = 'hard' | 'soft';

/** Each resolves when the operation is done; power-on when the guest starts to boot. */
export interface PowerOps {
  /**
   * Also resumes.
   * @param options.paused stop before the first instruction.
   * @param options.waitsForAnswer a dialog waits for its answer instead of failing the power-on, whatever the settings say.
   * @throws Fault `vm-running`, `vm-unsupported-guest`...
   */
  on(
    options: { readonly paused: boolean; readonly showConsole: boolean; readonly waitsForAnswer?: boolean },
    call: CallContext,
  ): Promise<void>;
  /** @throws Fault `vm-not-running`, `tools-not-running`, `tools-scripts-unavailable`. */
  off(mode: PowerMode, call: CallContext): Promise<void>;
  reset(mode: PowerMode, call: CallContext): Promise<void>;
  suspend(mode: PowerMode, call: CallContext): Promise<void>;
  pause(call: CallContext): Promise<void>;
  unpause(call: CallContext): Promise<void>;
}

/** What a host knows of a guest by Tools, without anybody's login. */
export interface ToolsReport {
  /** Full name of the operating system that runs; empty while Tools has told none. */
  readonly osName: string;
  /** Name of the guest in its network; empty while Tools has told none. */
  readonly hostName: string;
  /** Version of Tools as people read it, such as `12.2.0`; of a machine that is off, the last one. Empty: not installed. */
  readonly toolsVersion: string;
  /** How regularly Tools gives a sign of life. `gray`: it does not run, so nobody expects one. */
  readonly heartbeat: 'green' | 'yellow' | 'red' | 'gray';
  /** Tools sets the clock of the guest by that of the host. */
  readonly isTimeSynced: boolean;
  /** Tools takes operations in the guest now. */
  readonly areGuestOperationsReady: boolean;
  /** It takes those at the console too: somebody is logged on there. */
  readonly areInteractiveOperationsReady: boolean;
}

export interface ToolsOps {
  /** Absent where the host does not offer it. */
  report?(call: CallContext): Promise<ToolsReport>;
  /** Absent where the host does not offer it. */
  setTimeSync?(isTimeSynced: boolean, call: CallContext): Promise<void>;
  /**
   * Resolves when guest operations would work. Has no time limit of its own.
   * @param probe a cheap guest operation of whoever is logged in, for hosts that may say so too early; absent: nobody is.
   * @throws Fault `vm-not-running`; `tools-not-running` when Tools is not installed.
   */
  waitUntilRunning(call: CallContext, probe?: (call: CallContext) => Promise<void>): Promise<void>;
  install(options: { readonly autoUpgrade: boolean; readonly waitForEnd: boolean }, call: CallContext): Promise<void>;
}

export interface LifecycleOps {
  /** @throws Fault `vm-running`. Afterwards every call on the link fails with `vm-not-found`. */
  delete(options: { readonly keepDisks: boolean }, call: CallContext): Promise<void>;
  /**
   * @param snapshotId snapshot to clone from, or null for the present state.
   * @param name display name of the clone; absent: by its destination.
   * @returns location of the clone, fit for `openVm`.
   */
  clone(
    options: {
      readonly snapshotId: string | null;
      readonly isLinked: boolean;
      readonly destination: string;
      readonly name?: string;
    },
    call: CallContext,
  ): Promise<string>;
  /** Succeeds when the hardware is current already. @throws Fault `vm-running`. */
  upgradeHardware(call: CallContext): Promise<void>;
}

/** One snapshot with its subtree. */
export interface SnapshotNode {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly power: VmPowerState;
  /** An execution recording rather than an ordinary snapshot. */
  readonly isReplayable: boolean;
  readonly children: readonly SnapshotNode[];
}

export interface SnapshotTree {
  readonly roots: readonly SnapshotNode[];
  readonly currentId: string | null;
}

/** How a snapshot is taken. */
export interface NewSnapshotOptions {
  readonly name: string;
  readonly description: string;
  readonly includeMemory: boolean;
  /** No other snapshot of the machine may have the name, also not one that somebody else takes at the same time. */
  readonly isUnique?: boolean;
}

/** Snapshots go by id; names are the engine's business. */
export interface SnapshotOps {
  tree(call: CallContext): Promise<SnapshotTree>;
  /** @returns its id. @throws Fault `snapshot-exists`. */
  create(options: NewSnapshotOptions, call: CallContext): Promise<string>;
  revert(
    options: { readonly id: string; readonly suppressPowerOn: boolean; readonly showConsole: boolean },
    call: CallContext,
  ): Promise<void>;
  remove(options: { readonly id: string; readonly removeChildren: boolean }, call: CallContext): Promise<void>;
}

/** Unset variables read as the empty string. Guest environment variables are in `GuestOps`. */
export interface VariableOps {
  readGuestVariable(name: string, call: CallContext): Promise<string>;
  writeGuestVariable(name: string, value: string, call: CallContext): Promise<void>;
  readConfig(name: string, call: CallContext): Promise<string>;
  /** Lasts until power-off. */
  writeConfig(name: string, value: string, call: CallContext): Promise<void>;
}

export interface SharedFolder {
  readonly name: string;
  readonly hostPath: string;
  readonly isWritable: boolean;
}

export interface SharedFolderOps {
  setEnabled(isEnabled: boolean, call: CallContext): Promise<void>;
  list(call: CallContext): Promise<readonly SharedFolder[]>;
  /** @throws Fault `already-exists`, `file-not-found` for a missing host directory. */
  add(folder: SharedFolder, call: CallContext): Promise<void>;
  /** @throws Fault `not-found`. */
  update(folder: SharedFolder, call: CallContext): Promise<void>;
  /** @throws Fault `not-found`. */
  remove(name: string, call: CallContext): Promise<void>;
}

export interface RecordingOps {
  /** @returns id of the snapshot that holds the recording. */
  beginRecording(options: { readonly name: string; readonly description: string }, call: CallContext): Promise<string>;
  endRecording(call: CallContext): Promise<void>;
  beginReplay(
    options: { readonly snapshotId: string; readonly showConsole: boolean },
    call: CallContext,
  ): Promise<void>;
  endReplay(call: CallContext): Promise<void>;
}

/** A dialog in which a virtual machine waits. */
export interface PendingQuestion {
  readonly id: string;
  readonly text: string;
  readonly choices: readonly string[];
  /** Index of the choice that a person is offered first. */
  readonly defaultChoice: number;
}

/** The dialogs of a virtual machine. */
export interface QuestionOps {
  pending(call: CallContext): Promise<PendingQuestion | null>;
  /** @param choice index of one of the choices. @throws Fault `not-found` when no such dialog waits any more. */
  answer(id: string, choice: number, call: CallContext): Promise<void>;
}

/** A network card as the guest sees it. */
export interface GuestNic {
  /** `00:50:56:80:01:02`. */
  readonly mac: string;
  /** Network of the host that the card is on; empty where it is not known. */
  readonly network: string;
  readonly isConnected: boolean;
  /** All of them, IPv4 and IPv6, with the lengths of their prefixes where these are known. */
  readonly addresses: readonly { readonly address: string; readonly prefixLength: number | null }[];
}

/** Devices of a virtual machine, beyond what VIX knows. */
export interface DeviceOps {
  /** Connects or disconnects a device (`ethernet0`, `sound`) until power-off. @throws Fault `not-found`, `vm-not-running`. */
  setConnected(device: string, isConnected: boolean, call: CallContext): Promise<void>;
  /** Types at the console. @throws Fault `vm-not-running`. */
  typeKeys(text: string, call: CallContext): Promise<void>;
}

export interface GuestCredentials {
  readonly userName: string;
  readonly password: Secret;
  /** Run in the session of the user at the console. */
  readonly isInteractive: boolean;
}

/** A program to start in the guest. */
export interface ProgramSpec {
  /** Absolute in the guest's own form; or a bare name, which the guest looks for where its Tools works, if anywhere. */
  readonly path: string;
  /** Passed on unparsed. */
  readonly arguments: string;
  /** Absent: the guest's choice. */
  readonly workingDirectory?: string;
  /** Set on top of the user's own environment. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Windows: show the window instead of starting minimised. */
  readonly activateWindow: boolean;
}

/** `gone`: the guest has forgotten the process, so its exit code cannot be known any more. */
export type ProcessState =
  | { readonly state: 'running' }
  | { readonly state: 'exited'; readonly exitCode: number; readonly startTime: Date; readonly endTime: Date }
  | { readonly state: 'gone' };

export interface GuestProcess {
  readonly pid: number;
  readonly name: string;
  readonly owner: string;
  readonly commandLine: string;
  readonly isBeingDebugged: boolean;
  readonly startTime: Date;
}

/** Guest operations of one user. Every call checks the credentials again, as Tools does. */
export interface GuestOps {
  /** Family of the guest OS: decides path form, default interpreter, script extension. */
  readonly family: 'posix' | 'windows';
  /**
   * Reads the family again. There only while it is in doubt, as after the machine was off or went back to a snapshot; what
   * goes by the family calls it first.
   */
  readonly readFamily?: ((call: CallContext) => Promise<void>) | undefined;
  validate(call: CallContext): Promise<void>;
  /** @returns process id, at once. @throws Fault `file-not-found`, `guest-permission`, `program-not-started`. */
  start(program: ProgramSpec, call: CallContext): Promise<number>;
  /** Answers for every pid asked for. */
  poll(pids: readonly number[], call: CallContext): Promise<ReadonlyMap<number, ProcessState>>;
  processes(call: CallContext): Promise<readonly GuestProcess[]>;
  /** @throws Fault `no-such-process`, `guest-permission`. */
  kill(pid: number, call: CallContext): Promise<void>;
  readonly files: GuestFileOps;
  /** Unset reads as the empty string. */
  readEnvironment(name: string, call: CallContext): Promise<string>;
  writeEnvironment(name: string, value: string, call: CallContext): Promise<void>;
  /** PNG of the console. */
  captureScreen(options: { readonly isCompressed: boolean }, call: CallContext): Promise<Uint8Array>;
  openUrl(url: string, call: CallContext): Promise<void>;
  /**
   * Gives a POSIX guest another host name and network while it runs. Resolves when it has them; an abort may leave some of
   * them. Absent where the host does not offer it.
   *
   * @throws Fault `invalid-argument`; `internal` with the reason when the guest could not do it.
   */
  customize?(customization: GuestCustomization, call: CallContext): Promise<void>;
  /** Absent where the host does not offer it; a POSIX guest answers with Fault `guest-os-unsupported`. */
  readonly registry?: GuestRegistryOps;
  /** Absent where the host does not offer it. */
  readonly aliases?: GuestAliasOps;
}

export interface GuestFileInfo {
  /** Without the directory. */
  readonly name: string;
  /** A link to a directory counts as directory; a link to a file or to nothing as symlink. */
  readonly kind: 'file' | 'directory' | 'symlink' | 'other';
  /** Text of a link, also of one to a directory; absent for what is no link. */
  readonly linkTarget?: string;
  /** Bytes; 0 for directories; a link to a file has its target's size. */
  readonly size: number;
  readonly modified: Date;
}

/** A run of bytes with a length known beforehand. */
export interface SizedContent {
  readonly size: number;
  /**
   * Yields exactly `size` bytes in all, in pieces of the producer's choice. A piece holds its bytes until the next one is
   * asked for: the producer may use its buffer again.
   */
  readonly chunks: AsyncIterable<Uint8Array>;
}

/** Files of the guest. Every path is absolute. */
export interface GuestFileOps {
  /** @throws Fault `not-a-directory`, `file-not-found`, `file-access`. Never yields `.` or `..`. */
  list(path: string, call: CallContext): Promise<readonly GuestFileInfo[]>;
  /** @throws Fault `file-not-found`. */
  stat(path: string, call: CallContext): Promise<GuestFileInfo>;
  /** @throws Fault `file-exists` when anything is there. */
  makeDirectory(path: string, options: { readonly makeParents: boolean }, call: CallContext): Promise<void>;
  /** Removes a file or a link itself. @throws Fault `file-not-found`, `not-a-file`. */
  deleteFile(path: string, call: CallContext): Promise<void>;
  /** Removes the whole tree. @throws Fault `file-not-found`, `not-a-directory`. */
  deleteDirectory(path: string, call: CallContext): Promise<void>;
  /** Renames a file or directory. Onto itself: does nothing. @throws Fault `already-exists` for a directory there. */
  move(from: string, to: string, call: CallContext): Promise<void>;
  /** Makes an empty file that did not exist, in the guest's temporary directory. @returns its path. */
  createTempFile(options: { readonly prefix: string; readonly suffix: string }, call: CallContext): Promise<string>;
  /** Makes a directory that did not exist and that only its user can read. @returns its path. */
  createTempDirectory(
    options: { readonly prefix: string; readonly suffix: string },
    call: CallContext,
  ): Promise<string>;
  read(path: string, call: CallContext): Promise<SizedContent>;
  /**
   * Reads what follows the first `position` bytes; nothing when there are no more. A host that can send a file only from
   * its start sends all of it, and the beginning is left out here.
   */
  readFrom(path: string, position: number, call: CallContext): Promise<SizedContent>;
  /** Creates or overwrites. A write that fails leaves the old content. @throws Fault `disk-full`, `not-a-file`... */
  write(path: string, content: SizedContent, call: CallContext, options?: GuestWriteOptions): Promise<void>;
}

export interface GuestWriteOptions {
  /**
   * Nobody else writes in its directory, and the file is of no use where the write fails: a backend that is quicker for it
   * may write to the very path.
   */
  readonly isPrivate?: boolean;
}
