import { asUser } from './lab.js';

/**
 * One command line of a case; `NAME.vmx` stands for the path of a machine, `DIR` for a directory of this machine,
 * `SLEEP` for the number of the process that sleeps.
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
}

/** Command lines that show that a command does its work, in an order in which each finds what it needs. */
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
