import { expect } from 'vitest';
import type { SharedFolders } from './shared-folders.js';
import { asUser } from './lab.js';

/**
 * One command line of a case; `NAME.vmx` stands for the path of a machine, `DIR` for a directory of this machine,
 * `SLEEP` for the number of the process that sleeps, or of none.
 */
export interface Step {
  readonly args: readonly string[];
  /** All that it prints; undefined where it is told by `matches`. By default nothing. */
  readonly stdout?: string;
  readonly matches?: RegExp;
  /** Nothing by default. */
  readonly stderr?: string;
  /** 0 by default. */
  readonly status?: number;
  /** The `result` of `--json`; by default empty, as that of a command that prints nothing. */
  readonly json?: unknown;
  /** Whether vSphere says that it does not support it, while it does support the command. */
  readonly isRefusedByVsphere?: true;
  /** What `on` shares with its guest after it, which no command tells; only where the host is the mock host. */
  readonly shared?: SharedFolders;
}

/**
 * Command lines that show that a command does its work, in an order in which each finds what it needs. Where the command
 * tells nothing itself, another one reads what it has done.
 */
export type CommandCase = readonly Step[];

/** Status of a command that failed. */
export const failed = -1;
/** What a host says that cannot do it. */
export const notSupported = (args: readonly string[]): Step => ({
  args,
  stdout: 'Error: This host does not support the operation\n',
  status: failed,
});

/** A command line with the login of the guest. */
export function guest(...args: readonly string[]): readonly string[] {
  return [...asUser, ...args];
}

/** The address of the guest of `on`, which is told only while Tools runs. */
export const addressOfOn: Step = {
  args: ['getGuestIPAddress', 'on.vmx'],
  matches: /^\d+\.\d+\.\d+\.\d+\n$/,
  json: { address: expect.stringMatching(/^\d+(?:\.\d+){3}$/) },
};

/** Starts a program in the guest of `on` that does not end by itself. */
export const sleepInGuest: Step = {
  args: guest('runProgramInGuest', 'on.vmx', '-noWait', '/bin/sleep', '1000'),
  json: { pid: expect.any(Number) },
};

/** Shows that that program runs no more. */
export const noSleepInGuest: Step = {
  args: guest('killProcessInGuest', 'on.vmx', 'SLEEP'),
  matches: /^Error: /,
  status: failed,
};
