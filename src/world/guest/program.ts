import type { Clock } from '../../base/clock.js';
import type { UserFiles } from './guest-files.js';
import type { GuestNic } from './nics.js';

/** A user account of a guest. */
export interface GuestUser {
  readonly name: string;
  /** POSIX user id; 0 and Windows administrators may do everything. */
  readonly id: number;
  readonly group: string;
  readonly home: string;
  readonly isAdministrator: boolean;
}

/** A line of the guest's process table, as programs see it. */
export interface GuestProcessView {
  readonly pid: number;
  /** The process that started it; 0 for the first ones. POSIX: `init` when that has ended. */
  readonly parentPid: number;
  readonly name: string;
  readonly owner: string;
  readonly commandLine: string;
  readonly startMs: number;
}

/** What a registry key says of itself. */
export interface RegistryKeyInfo {
  /** Empty where it was given none. */
  readonly classType: string;
  /** When it or its values changed last, ms since 1970. */
  readonly writtenMs: number;
}

/**
 * Windows registry of a guest in the name of a user. Key paths look like `HKLM\Software\Vendor`; names ignore case, and
 * `HKCU` is the user's own. Every call may throw Fault `registry-key-invalid` for a missing or bad key, and
 * `guest-permission` where the user may not look or change anything.
 */
export interface GuestRegistry {
  keys(path: string): readonly string[];
  key(path: string): RegistryKeyInfo;
  values(path: string): readonly RegistryValue[];
  /** @throws Fault `registry-key-exists`; `registry-parent-volatile` for a lasting key below one that does not last. */
  createKey(path: string, options?: { readonly isVolatile?: boolean; readonly classType?: string }): void;
  deleteKey(path: string, options: { readonly recursive: boolean }): void;
  setValue(path: string, value: RegistryValue): void;
  deleteValue(path: string, name: string): void;
}

/**
 * Accounts of a guest in the name of a user. Changes throw Fault `guest-permission` for anybody but administrators,
 * `not-found` for a name without account. On Windows names ignore case.
 */
export interface GuestAccounts {
  list(): readonly GuestUser[];
  /** @throws Fault `invalid-name`, `already-exists`. */
  add(name: string, password: string): void;
  setPassword(name: string, password: string): void;
  setAdministrator(name: string, isAdministrator: boolean): void;
  remove(name: string): void;
}

/** Variables that a guest shares with its host. What is unset reads as the empty string. */
export interface GuestVariables {
  get(name: string): string;
  /** @throws Fault `invalid-argument` for a name that cannot be. */
  set(name: string, value: string): void;
}

/** One value of a registry key; the default value has the empty name. */
export type RegistryValue =
  | { readonly name: string; readonly type: 'REG_SZ' | 'REG_EXPAND_SZ'; readonly data: string }
  | { readonly name: string; readonly type: 'REG_DWORD'; readonly data: number }
  /** A bigint where a number would not be exact. */
  | { readonly name: string; readonly type: 'REG_QWORD'; readonly data: number | bigint }
  | { readonly name: string; readonly type: 'REG_MULTI_SZ'; readonly data: readonly string[] }
  | { readonly name: string; readonly type: 'REG_BINARY'; readonly data: Uint8Array };

/** What a running program can reach: its guest, in the name of its user, and nothing of the machine outside. */
export interface ProgramContext {
  /** Full guest path of the executable. */
  readonly path: string;
  /** Command line after the program name, unparsed. */
  readonly arguments: string;
  readonly user: GuestUser;
  readonly pid: number;
  workingDirectory: string;
  /** The process's own copy; Windows names ignore case. */
  readonly environment: Map<string, string>;
  readonly files: UserFiles;
  readonly hostName: string;
  /** The address that the guest is known by, or the empty string. */
  readonly ipAddress: string;
  readonly nics: readonly GuestNic[];
  readonly osName: string;
  /** `12.4.0`; empty: Tools is not installed. */
  readonly toolsVersion: string;
  readonly guestVariables: GuestVariables;
  readonly accounts: GuestAccounts;
  /** The one disk of the guest. */
  readonly disk: { readonly capacityBytes: number; readonly usedBytes: () => number };
  readonly clock: Clock;
  /** Aborted when the process is killed, the VM goes off, or a limit is reached. */
  readonly signal: AbortSignal;
  processes(): readonly GuestProcessView[];
  /** @throws Fault `no-such-process`, `guest-permission`. */
  kill(pid: number): void;
  /** Windows guests only; undefined on POSIX. */
  readonly registry: GuestRegistry | undefined;
  readonly stdin: Uint8Array;
  /** The same function as `writeStderr` where both streams go to the console. */
  readonly writeStdout: (output: Uint8Array | string) => void;
  readonly writeStderr: (output: Uint8Array | string) => void;
  /** Runs another program of the guest inside this process, with the same context but other words and streams. */
  run(path: string, args: string, options?: ProgramRunOptions): Promise<number>;
  /**
   * Starts another program of the guest as a process of its own, which lives on when this one ends. It has no input.
   * @returns its process id, as soon as it is in the process table.
   * @throws Fault as `run` does; `busy` where programs start each other without end.
   */
  start(path: string, args: string, options?: ProgramStartOptions): Promise<number>;
  /** Waits for the end of a process. @returns its exit code; undefined for one that the guest does not know. */
  wait(pid: number): Promise<number | undefined>;
  /**
   * Lets others have their turn, and waits while the guest stands still. What computes for long calls it now and then.
   * @throws the reason of the signal.
   */
  turn(): Promise<void>;
  /**
   * For shells: counts output that is kept in memory against the limit of the process until a negative number gives it
   * back. @throws the reason of the signal, which a process over its limit has.
   */
  readonly holdOutput: (bytes: number) => void;
  /** Powers the machine off or resets it, as its operating system does at the end. Absent: there is no machine. */
  readonly requestPower?: ((change: 'off' | 'reset') => void) | undefined;
}

/** How a program starts another one; what is absent is the caller's own. */
export interface ProgramStartOptions {
  readonly workingDirectory?: string;
  readonly environment?: ReadonlyMap<string, string>;
  /** How the process table shows it, where a shell runs it in its stead. */
  readonly shownAs?: { readonly name: string; readonly commandLine: string };
  /** Where its output goes as long as the caller lives; absent: to the console. */
  readonly output?: (output: Uint8Array | string, stream: 'stdout' | 'stderr') => void;
}

/** Streams of a program that another program runs; what is absent is the caller's own. */
export interface ProgramStreams {
  readonly stdin?: Uint8Array;
  readonly writeStdout?: (output: Uint8Array | string) => void;
  readonly writeStderr?: (output: Uint8Array | string) => void;
  readonly workingDirectory?: string;
  readonly environment?: ReadonlyMap<string, string>;
}

/** How a program runs another one. */
export interface ProgramRunOptions extends ProgramStreams {
  /** Whose rights it has, the caller's own by default. @throws Fault `guest-permission` where the caller is no administrator. */
  readonly user?: GuestUser;
}

/** The behaviour of an executable of a mock guest. Resolves with its exit code. */
export type GuestProgram = (context: ProgramContext) => Promise<number>;
