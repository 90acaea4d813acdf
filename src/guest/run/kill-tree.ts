import type { CallContext, ProgramSpec } from '../../backends/backend.js';
import { Fault } from '../../base/fault.js';
import type { GuestSession } from '../guest-session.js';
import { posixShell } from '../system-programs.js';

/**
 * A program that ends a process of a POSIX guest with all that it has started. Tools itself ends one process and leaves
 * its children. The text is fixed but for the number.
 */
export function posixTreeKiller(pid: number): Pick<ProgramSpec, 'path' | 'arguments'> {
  // The process itself first: a shell whose program ends goes on with its next line.
  const descendants =
    'ps -A -o pid= -o ppid= | awk -v root="$1" "{ above[\\$1] = \\$2 } END { if (root in above) print root; ' +
    'for (each in above) { at = each; while (at != root && at in above) at = above[at]; ' +
    'if (at == root && each != root) print each } }"';
  return { path: posixShell, arguments: `-c 'kill -KILL $(${descendants})' sh ${pid}` };
}

async function windowsTreeKiller(
  session: GuestSession,
  pid: number,
  call: CallContext,
): Promise<Pick<ProgramSpec, 'path' | 'arguments'>> {
  return { path: `${await session.system32(call)}\\taskkill.exe`, arguments: `/t /f /pid ${pid}` };
}

/** Ends a process and its descendants, as far as the guest has the means. Never waits longer than the call allows. */
export async function killTree(session: GuestSession, pid: number, call: CallContext): Promise<void> {
  try {
    const killer =
      session.ops.family === 'windows' ? await windowsTreeKiller(session, pid, call) : posixTreeKiller(pid);
    await session.waitForExit(await session.start({ ...killer, activateWindow: false }, call), call);
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
