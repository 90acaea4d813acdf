import type { CallContext, ProgramSpec } from '../../backends/backend.js';
import { Fault } from '../../base/fault.js';
import type { GuestSession } from '../guest-session.js';

/**
 * A program that ends a process with all that it has started. Tools itself ends one process and leaves its children. The
 * text is fixed but for the number.
 */
export function treeKiller(family: 'posix' | 'windows', pid: number): Pick<ProgramSpec, 'path' | 'arguments'> {
  if (family === 'windows') return { path: 'C:\\Windows\\System32\\taskkill.exe', arguments: `/t /f /pid ${pid}` };
  const descendants =
    'ps -A -o pid= -o ppid= | awk -v root="$1" "{ above[\\$1] = \\$2 } END { for (each in above) { at = each; ' +
    'while (at != root && at in above) at = above[at]; if (at == root) print each } }"';
  return { path: '/bin/sh', arguments: `-c 'kill -KILL $(${descendants})' sh ${pid}` };
}

/** Ends a process and its descendants, as far as the guest has the means. Never waits longer than the call allows. */
export async function killTree(session: GuestSession, pid: number, call: CallContext): Promise<void> {
  try {
    const spec = { ...treeKiller(session.ops.family, pid), activateWindow: false };
    await session.waitForExit(await session.start(spec, call), call);
  } catch (error) {
    // A guest without these tools ends the one process at least.
    if (!(error instanceof Fault)) throw error;
  }
  try {
    await session.request(call, () => session.ops.kill(pid, call));
  } catch (error) {
    if (!(error instanceof Fault) || error.kind !== 'no-such-process') throw error;
  }
}
