import type { CallContext, GuestOps, ProgramSpec } from '../backends/backend.js';
import { Fault } from '../base/fault.js';
import type { GuestSession } from './guest-session.js';
import { requireProgram } from './program-output.js';
import { findProgram } from './run/find-program.js';
import { isUntold } from './system-programs.js';

/** Where a POSIX guest has its interpreters, in the order in which they are looked for. */
const posixDirectories = ['/bin', '/usr/bin', '/usr/local/bin'] as const;

/** Whether a name of a program says nothing of where it is. */
function isBare(name: string, family: GuestOps['family']): boolean {
  return name !== '' && !(family === 'windows' ? /[\\/:]/ : /\//).test(name);
}

/**
 * Refuses an interpreter that is neither an absolute path nor a bare name, as `./sh` and `C:cmd.exe`.
 * @throws Fault `invalid-argument`.
 */
export function requireInterpreter(interpreter: string, family: GuestOps['family']): void {
  const isAbsolute =
    family === 'windows' ? /^(?:[A-Za-z]:[\\/]|[\\/]{2})/.test(interpreter) : interpreter.startsWith('/');
  if (isAbsolute || isBare(interpreter, family)) return;
  const example = family === 'windows' ? 'C:\\Tools\\perl.exe or perl.exe' : '/usr/bin/perl or perl';
  throw new Fault(
    'invalid-argument',
    `the interpreter "${interpreter}" is relative, and a guest has no current directory; give an absolute path or a bare ` +
      `name, such as ${example}`,
  );
}

/**
 * Starts the interpreter of a script. A bare name is tried as it is, since Tools knows some places of its own, then in the
 * usual directories; only an interpreter that was not found, and so has not run, leads to the next place.
 *
 * @returns its process id.
 * @throws Fault `file-not-found` that tells all the places; what else a start throws.
 */
export async function startInterpreter(
  session: GuestSession,
  interpreter: string,
  command: Omit<ProgramSpec, 'path'>,
  call: CallContext,
): Promise<number> {
  const start = (path: string): Promise<number> => session.start({ ...command, path }, call);
  if (!isBare(interpreter, session.ops.family)) return start(interpreter);
  try {
    return await start(interpreter);
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
  return firstOf(await placesOf(session, interpreter, call), interpreter, start);
}

/**
 * Path of an interpreter that something else is to start: a bare name is looked for in the `PATH` of the user, then in
 * the usual directories.
 * @throws Fault `file-not-found` that tells all the places.
 */
export async function findInterpreter(session: GuestSession, interpreter: string, call: CallContext): Promise<string> {
  const present = async (place: string): Promise<string> => {
    await requireProgram(session, place, call);
    return place;
  };
  if (!isBare(interpreter, session.ops.family)) return present(interpreter);
  try {
    return await findProgram(session, interpreter, call);
  } catch (error) {
    if (!isMissing(error) && !isUntold(error)) throw error;
  }
  return firstOf(await placesOf(session, interpreter, call), interpreter, present);
}

/** What works at the first of the places at which the interpreter is. */
async function firstOf<T>(
  places: readonly string[],
  interpreter: string,
  attempt: (path: string) => Promise<T>,
): Promise<T> {
  for (const path of places) {
    try {
      return await attempt(path);
    } catch (error) {
      if (!isMissing(error)) throw error;
    }
  }
  throw new Fault(
    'file-not-found',
    `the guest has no interpreter "${interpreter}"; looked for ${places.join(', ')}; give its full path`,
  );
}

async function placesOf(session: GuestSession, name: string, call: CallContext): Promise<readonly string[]> {
  if (session.ops.family === 'posix') return posixDirectories.map((directory) => `${directory}/${name}`);
  const system32 = await session.system32(call);
  const file = name.includes('.') ? name : `${name}.exe`;
  return [system32, `${system32}\\WindowsPowerShell\\v1.0`].map((directory) => `${directory}\\${file}`);
}

function isMissing(error: unknown): boolean {
  return error instanceof Fault && error.kind === 'file-not-found';
}
