import type { Clock } from '../../base/clock.js';
import type { UserFiles } from './guest-files.js';

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
  readonly name: string;
  readonly owner: string;
  readonly commandLine: string;
  readonly startMs: number;
}

/** Windows registry of a guest. Key paths look like `HKLM\Software\Vendor`; names ignore case. */
export interface GuestRegistry {
  /** @throws Fault `registry-key-invalid` for a missing or bad key. */
  keys(path: string): readonly string[];
  values(path: string): readonly RegistryValue[];
  createKey(path: string): void;
  deleteKey(path: string, options: { readonly recursive: boolean }): void;
  setValue(path: string, value: RegistryValue): void;
  deleteValue(path: string, name: string): void;
}

/** One value of a registry key; the default value has the empty name. */
export type RegistryValue =
  | { readonly name: string; readonly type: 'REG_SZ' | 'REG_EXPAND_SZ'; readonly data: string }
  | { readonly name: string; readonly type: 'REG_DWORD' | 'REG_QWORD'; readonly data: number }
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
  /** First address of the guest, or the empty string. */
  readonly ipAddress: string;
  readonly osName: string;
  readonly clock: Clock;
  /** Aborted when the process is killed, the VM goes off, or a limit is reached. */
  readonly signal: AbortSignal;
  processes(): readonly GuestProcessView[];
  /** @throws Fault `no-such-process`, `guest-permission`. */
  kill(pid: number): void;
  /** Windows guests only; undefined on POSIX. */
  readonly registry: GuestRegistry | undefined;
  readonly stdin: Uint8Array;
  readonly writeStdout: (output: Uint8Array | string) => void;
  readonly writeStderr: (output: Uint8Array | string) => void;
  /** Runs another program of the guest inside this process, with the same context but other words and streams. */
  run(path: string, args: string, streams?: ProgramStreams): Promise<number>;
}

/** Streams of a program that another program runs; what is absent is the caller's own. */
export interface ProgramStreams {
  readonly stdin?: Uint8Array;
  readonly writeStdout?: (output: Uint8Array | string) => void;
  readonly writeStderr?: (output: Uint8Array | string) => void;
  readonly workingDirectory?: string;
  readonly environment?: ReadonlyMap<string, string>;
}

/** The behaviour of an executable of a mock guest. Resolves with its exit code. */
export type GuestProgram = (context: ProgramContext) => Promise<number>;
