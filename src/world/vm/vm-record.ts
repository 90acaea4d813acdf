/**
 * A virtual machine as plain data: everything about it except its guest's files. A store keeps it; the operations of
 * the world change it inside `VmStore.update`. All of it survives JSON.
 */

export type PowerPhase =
  | 'off'
  | 'powering-on'
  | 'on'
  | 'powering-off'
  | 'resetting'
  | 'suspending'
  | 'suspended'
  | 'resuming';

export interface VmPower {
  phase: PowerPhase;
  isPaused: boolean;
  /** When the current boot began, ms since 1970; null while off. Tools run from `bootedAtMs` plus the boot delay on. */
  bootedAtMs: number | null;
  /** Counts boots and reverts, so that what belonged to an earlier run can be told. */
  bootCount: number;
  /** A change of phase under way. It ends by time alone, so that a process killed in its middle leaves nothing stuck. */
  transition?: PowerTransition;
  /** When the guest's time stopped, ms since 1970: while paused or suspended. */
  frozenAtMs?: number;
}

export interface PowerTransition {
  startedAtMs: number;
  endsAtMs: number;
  /** The guest stands still when the transition has ended. */
  endsPaused: boolean;
}

export interface VmTools {
  /** Version number as vSphere counts (12352 = 12.2.0); null: not installed. */
  version: number | null;
  /** ms from power-on until Tools runs. */
  bootDelayMs: number;
  /** ms after Tools runs during which soft power operations still fail. */
  scriptsDelayMs: number;
  isInstallerMounted: boolean;
  /** When the installer that is mounted has done its work, ms since 1970. */
  installEndsAtMs?: number;
  /** How often an installer has begun its work; absent: never. */
  installAttempts?: number;
  /** Why the last one did not get to its end. */
  installError?: string;
  /** Whether the host has an installer image for this guest; absent: it has. */
  hasImage?: boolean;
  /** What keeps the installer out of the CD drive: there is none, or the guest holds the medium in it. Absent: nothing. */
  drive?: 'missing' | 'locked';
  /** How the guest gives signs of life until it boots anew: `yellow` now and then, `red` never. Absent: regularly. */
  heartbeat?: 'yellow' | 'red';
}

export interface SnapshotRecord {
  id: string;
  /** From 1 up, and never changes: names of its files have it. */
  number: number;
  name: string;
  description: string;
  parentId: string | null;
  createdAtMs: number;
  /** Power state that a revert restores; `off` unless memory was included. */
  phase: 'off' | 'on' | 'suspended';
  hasMemory: boolean;
  isReplayable: boolean;
  /** Config, variables and guest state at that moment. */
  state: SnapshotState;
  /** Memory only: when the guest had booted and when its time stopped, ms since 1970. */
  bootedAtMs?: number;
  frozenAtMs?: number;
}

/** What a snapshot brings back, beside the guest's files (the store keeps these under the snapshot's id). */
export interface SnapshotState {
  config: Record<string, string>;
  hardwareVersion: number;
  cpuCount: number;
  memoryMb: number;
  guestVariables: Record<string, string>;
  guest: GuestRecord;
  /** Memory only: what the console showed. */
  consoleLines?: string[];
}

export interface SharedFolderRecord {
  name: string;
  hostPath: string;
  isWritable: boolean;
}

export interface GuestUserRecord {
  name: string;
  password: string;
  /** POSIX user id; by default 1000 and up. */
  id: number;
  group: string;
  home: string;
  isAdministrator: boolean;
}

export interface ProcessRecord {
  pid: number;
  name: string;
  owner: string;
  commandLine: string;
  startMs: number;
  /** null while it runs. */
  endMs: number | null;
  exitCode: number | null;
  /** Part of the operating system: listed, never ends by itself. */
  isSystem: boolean;
  /** Operating-system process that runs the program; null for one that only waits for its time or a kill. */
  runnerPid: number | null;
  /** For a program that only waits: when it ends, ms since 1970; null: not by itself. */
  endsAtMs: number | null;
  /** Boot in which it was started. */
  bootCount: number;
  /** An operation from outside started it. */
  isWatched?: boolean;
  /** The process that started it; absent: `init`, or the first process of Windows. */
  parentPid?: number;
}

/** Registry as nested data: key name -> key. Names keep their case and compare without it. */
export interface RegistryKeyRecord {
  values: Record<string, { type: string; data: string | number | string[] }>;
  keys: Record<string, RegistryKeyRecord>;
  /** Class of the key, where it was given one. */
  classType?: string;
  /** Gone at the next boot. */
  isVolatile?: true;
  /** When it or its values changed last, ms since 1970; absent: as long ago as the key above it. */
  writtenMs?: number;
}

export interface NicRecord {
  /** `00:50:56:80:01:02`, in lower case. */
  mac: string;
  /** Network of the host that the card is on. */
  network: string;
  isConnected: boolean;
  /** The network gives it its addresses, so a clone has others. */
  isDhcp: boolean;
  /** IPv4 and IPv6, each with the length of its prefix: `10.0.0.5/24`. */
  addresses: string[];
  /** Address of the router, or null. */
  gateway: string | null;
}

/** A certificate by whose tokens one may act as a user. */
export interface GuestAliasRecord {
  userName: string;
  /** Base64 of its DER form. */
  certificate: string;
  /** Whom its tokens may speak for; the name null: everybody. `isMapped`: such a token need not name the user. */
  subjects: { name: string | null; comment: string; isMapped: boolean }[];
}

export interface GuestRecord {
  family: 'posix' | 'windows';
  osName: string;
  hostName: string;
  /** DNS domain; empty: none. */
  domain: string;
  dnsServers: string[];
  nics: NicRecord[];
  users: GuestUserRecord[];
  aliases: GuestAliasRecord[];
  /** Name of the user at the console, or null. */
  consoleUser: string | null;
  /** Guest operations switched off in the guest: names as in `GuestOps`, or `all`. */
  disabledOperations: string[];
  environment: Record<string, string>;
  /** POSIX: variables written through Tools, gone at the next boot. */
  toolsEnvironment?: Record<string, string>;
  /** Programs that wait in the guest from each boot on, `runsForMs` long, or until killed. */
  services?: { name: string; owner: string; commandLine: string; runsForMs: number | null }[];
  processes: ProcessRecord[];
  nextPid: number;
  registry: RegistryKeyRecord | null;
  /** Free bytes of the guest's disk, counted against writes. */
  diskSizeBytes: number;
}

/** What a customization makes of a guest; what is absent stays. */
export interface CustomizationSpec {
  readonly hostName?: string;
  readonly domain?: string;
  readonly dnsServers?: readonly string[];
  /** By the order of the cards; null: the card stays as it is. Addresses are with or without the length of a prefix. */
  readonly nics?: readonly ({ readonly addresses: 'dhcp' | readonly string[]; readonly gateway?: string } | null)[];
}

export interface CustomizationRecord {
  state: 'pending' | 'running' | 'succeeded' | 'failed';
  spec: CustomizationSpec;
  error: string | null;
  /** ms since 1970. */
  startedAtMs: number | null;
  endedAtMs: number | null;
  /** When it begins or began in the present boot, ms since 1970; absent: not in this boot. */
  beginsAtMs?: number;
  /** The record is changed already, the files of the guest are not. */
  areFilesDue?: true;
}

export interface VmRecord {
  /** Stable for ever; not shown to callers. */
  id: string;
  /** BIOS UUID: what the guest sees. */
  uuid: string;
  /** What a vCenter tells machines apart by; a copy gets another one. */
  instanceUuid: string;
  name: string;
  datacenter: string;
  /** `[datastore] folder/name.vmx`, or an absolute path for a VM of a local product. */
  location: string;
  guestOs: string;
  cpuCount: number;
  memoryMb: number;
  hardwareVersion: number;
  isRegistered: boolean;
  isTemplate: boolean;
  isReadOnly: boolean;
  /** Set for an encrypted VM: salted hash of the password. */
  encryption: { salt: string; hash: string } | null;
  power: VmPower;
  tools: VmTools;
  /** Pending dialog, or null. */
  question: { id: string; text: string; choices: string[]; defaultChoice: number } | null;
  /** Raised at the next power-on, as a host does for instance after a copy of the files. */
  questionAtPowerOn: string | null;
  /** Why the host refuses to power it on, or null. */
  powerOnRefusal: 'unsupported-guest' | 'host-memory' | 'host-cpus' | null;
  /** Persistent .vmx entries beyond those that other fields hold. */
  config: Record<string, string>;
  /** Written at run time, on top of `config`, gone at power-off. */
  runtimeConfig: Record<string, string>;
  /** guestinfo variables, gone at power-off. */
  guestVariables: Record<string, string>;
  sharedFolders: { isEnabled: boolean; folders: SharedFolderRecord[] };
  snapshots: SnapshotRecord[];
  currentSnapshotId: string | null;
  recording: { state: 'idle' | 'recording' | 'replaying'; snapshotId: string | null };
  /** The VM and snapshot this one shares disks with, or null. */
  linkedTo: { vmId: string; snapshotId: string; parentLocation?: string } | null;
  guest: GuestRecord;
  /** The last or coming change of the guest's name and network, or null. */
  customization: CustomizationRecord | null;
  /** Commands typed at the console so far, for the screenshot: newest last. */
  consoleLines: string[];
}
