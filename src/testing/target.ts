import type { Vix } from '../api/vix.js';
import type { CapabilitySet } from '../backends/capabilities.js';
import type { FaultKind } from '../base/fault.js';
import type { VixError } from '../vix/types.js';

/**
 * Every kind of virtual machine that the suite works on. A target offers those that it has; a case whose role is
 * missing is skipped. No two roles may share a machine.
 */
export const vmRoles = {
  posix: 'on with Tools running; a POSIX guest whose console user is the ordinary account; no snapshots',
  windows: 'on with Tools running; a Windows guest whose console user is the ordinary account; no snapshots',
  off: 'off, with a guest and Tools, and without snapshots',
  suspended: 'suspended',
  noTools: 'off; Tools is not installed, and the host has an installer for it',
  noToolsImage: 'off; the host has no installer of Tools for its guest',
  outdatedTools: 'on with Tools running, which is older than the installer of the host',
  slowTools: 'off; after power-on its Tools, older than the installer of the host, needs longer than any case waits',
  lateScripts: 'on with Tools running, but the scripts for soft power operations not ready for as long as a case lasts',
  noConsoleUser: 'on with Tools running, nobody at the console',
  commandsForbidden: 'on with Tools running, guest.commands.enabled = "FALSE" in its configuration',
  operationsDisabled: 'on with Tools running, which has all guest operations switched off',
  smallDisk: 'on with Tools running; its guest has less than 8 MiB of free disk',
  encrypted: 'encrypted and off; see `encryptionPassword`',
  snapshots: 'off, with the snapshots that `snapshotTree` tells',
  caseTwin: 'its location differs in nothing but letter case from that of `otherCaseTwin`',
  otherCaseTwin: 'see `caseTwin`',
  ambiguous: 'its path without a datacentre, as `ambiguousPath` tells, leads to a second machine as well',
  unregistered: 'has its files on the host, but is not in the inventory',
  question: 'off; asks a question when it is powered on',
  unsupportedGuest: 'off; the host does not support its guest operating system',
  tooMuchMemory: 'off; needs more memory than the host has',
  tooManyCpus: 'off; has more processors than the host',
  template: 'a template',
  readOnly: 'off; its files cannot be written',
  oldHardware: 'off; its virtual hardware is not the newest',
} as const;

export type VmRole = keyof typeof vmRoles;

export interface GuestAccount {
  readonly name: string;
  readonly password: string;
}

/** Accounts of a guest. */
export interface TargetGuest {
  readonly family: 'posix' | 'windows';
  /** root, or a Windows administrator. */
  readonly administrator: GuestAccount;
  /** May not do what needs the rights of an administrator. */
  readonly user: GuestAccount;
}

/** A snapshot with those below it. */
export interface TargetSnapshot {
  readonly name: string;
  readonly description: string;
  readonly children: readonly TargetSnapshot[];
}

export interface TargetVm {
  /** What opens it, unambiguously. */
  readonly location: string;
  readonly name: string;
  /** What it has of processors, and of memory in megabytes; no number that a host gives by default. */
  readonly hardware?: { readonly cpuCount: number; readonly memoryMb: number };
  readonly guest?: TargetGuest;
  readonly encryptionPassword?: string;
  readonly ambiguousPath?: string;
  readonly snapshotTree?: {
    readonly roots: readonly TargetSnapshot[];
    /** Name of the snapshot that the machine stands at; unique. */
    readonly current: string;
  };
}

/** Arguments of `VixHost_Connect`. */
export interface TargetConnection {
  readonly hostType: number;
  readonly hostName: string | null;
  readonly hostPort: number;
  readonly userName: string | null;
  readonly password: string | null;
}

/** A connection that the target refuses, and with what. */
export interface RefusedConnection {
  /** For the message: `a wrong password`. */
  readonly what: string;
  readonly connection: TargetConnection;
  readonly error: VixError;
}

/** An operation that is to fail, for the target that can arrange it. */
export interface InjectedFault {
  /** Operation by the name of its method in the backend contract: `power.on`, `guest.files.list`, `openVm`. */
  readonly operation: string;
  readonly kind: FaultKind;
}

/**
 * One host with its virtual machines, freshly made, as the suite sees it. The VIX functions run over the backend under
 * test, so that a case proves backend and engine together.
 */
export interface ConformanceTarget {
  /** The functions of `createVix`. The suite expects no live handle in them. */
  readonly vix: Vix;
  readonly connection: TargetConnection;
  readonly refusedConnections?: readonly RefusedConnection[];
  readonly capabilities: CapabilitySet;
  readonly vms: Readonly<Partial<Record<VmRole, TargetVm>>>;
  /** A directory of this machine for the suite's own files. The target removes it in `close`. */
  readonly directory: string;
  /** A location of that name where no machine is yet: for clones. */
  newLocation?(name: string): string;
  /** Moves the target's own clock forward. Without it the suite waits in real time. */
  advance?(ms: number): Promise<void>;
  /** Makes an operation fail, on every machine. @returns how to stop that. */
  inject?(fault: InjectedFault): () => void;
  /** Files of the machine's disks that the host has now, also when the machine was deleted. */
  diskFiles?(role: VmRole): Promise<readonly string[]>;
  /**
   * Operations of the backend that have begun and not ended; see `watchBackend`. With it every case checks that nothing
   * goes on after the disconnect.
   */
  underWay?(): readonly string[];
  close(): Promise<void>;
}

/** What a target may offer beside capabilities and roles. */
export type TargetAbility = 'newLocation' | 'advance' | 'inject' | 'refusedConnections' | 'diskFiles' | 'underWay';
