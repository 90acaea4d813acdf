import type { CallContext, GuestOps } from '../backends/backend.js';
import { Fault, type FaultKind } from '../base/fault.js';

/** Command interpreter of every POSIX guest. */
export const posixShell = '/bin/sh';

/** Where nearly every Windows is. */
const usualRoot = 'C:\\Windows';

/** Faults of guests that do not tell their environment. */
const untold: ReadonlySet<FaultKind> = new Set<FaultKind>([
  'not-supported',
  'guest-operation-disabled',
  'guest-os-unsupported',
]);

/** Whether a guest failed so because it does not tell its environment. */
export function isUntold(error: unknown): boolean {
  return error instanceof Fault && untold.has(error.kind);
}

/**
 * Directory of the programs that come with Windows: `%SystemRoot%\System32`, as the environment of the user has it; that
 * of the usual place where the guest does not tell.
 *
 * @throws Fault.
 */
export async function readSystem32(ops: GuestOps, call: CallContext): Promise<string> {
  let root = '';
  try {
    root = await ops.readEnvironment('SystemRoot', call);
  } catch (error) {
    if (!isUntold(error)) throw error;
  }
  return `${(root || usualRoot).replace(/[\\/]+$/, '')}\\System32`;
}
