import type { CallContext, ProgramSpec } from '../../backends/backend.js';
import { Fault } from '../../base/fault.js';
import type { GuestSession } from '../guest-session.js';
import { posixShell } from '../system-programs.js';

/** Looks for descendants so often at most: each look finds what was started while those of the look before were stopped. */
const mostLooks = 5;

/**
 * A program that ends a process of a POSIX guest with all that it has started. Tools itself ends one process and leaves
 * its children. The text is fixed but for the number.
 *
 * A shell goes on with its next line when its program ends, and starts something while others are looked for: so all are
 * stopped before the first one is killed, and the youngest, for which somebody may wait, is killed first.
 */
export function posixTreeKiller(pid: number): Pick<ProgramSpec, 'path' | 'arguments'> {
  const descendants =
    'ps -A -o pid= -o ppid= | awk -v root="$1" "{ pids[NR] = \\$1; above[\\$1] = \\$2 } ' +
    'END { for (row = 1; row <= NR; row += 1) { at = pids[row]; steps = NR; ' +
    'while (at != root && at in above && steps > 0) { at = above[at]; steps -= 1 } if (at == root) print pids[row] } }"';
  const rounds = Array.from({ length: mostLooks }, (_, index) => index + 1).join(' ');
  const stopAll =
    `stopped=; for round in ${rounds}; do found=$(${descendants}); ` +
    'case "$found" in "" | "$stopped") break ;; esac; kill -STOP $found; stopped=$found; done';
  const killAll = 'youngest=; for each in $stopped; do youngest="$each $youngest"; done; kill -KILL $youngest';
  return { path: posixShell, arguments: `-c '${stopAll}; ${killAll}' sh ${pid}` };
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
