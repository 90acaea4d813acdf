import type { CallContext } from '../../backends/backend.js';
import { Fault } from '../../base/fault.js';
import type { GuestSession } from '../guest-session.js';
import { patiently } from '../patiently.js';

/** Extensions that Windows adds to the name of a program, where `PATHEXT` does not say. */
const usualExtensions = '.COM;.EXE;.BAT;.CMD';

/**
 * The full path of a program. A bare name is looked for in the directories of the guest's `PATH`.
 *
 * @throws Fault `file-not-found`; `not-a-file` for a directory; `invalid-argument` for a relative path.
 */
export async function findProgram(session: GuestSession, program: string, call: CallContext): Promise<string> {
  if (program === '') throw new Fault('invalid-argument', 'the program has no name; give its path in the guest');
  const isWindows = session.ops.family === 'windows';
  const isAbsolute = isWindows ? /^(?:[A-Za-z]:[\\/]|\\\\)/.test(program) : program.startsWith('/');
  if (isAbsolute) return existing(session, await candidatesOf(session, [program], call), program, call);
  if ((isWindows ? /[\\/:]/ : /\//).test(program)) {
    const example = isWindows ? 'C:\\Tools\\tool.exe' : '/usr/bin/tool';
    const message =
      `the program path "${program}" is relative, and a guest has no current directory; give an absolute path such as ` +
      `${example}, or a bare name to look for in PATH`;
    throw new Fault('invalid-argument', message);
  }
  const searched = await variable(session, 'PATH', call);
  const directories = searched.split(isWindows ? ';' : ':').filter((directory) => directory !== '');
  const paths = directories.map(
    (directory) => `${directory.replace(/[\\/]+$/, '')}${isWindows ? '\\' : '/'}${program}`,
  );
  return existing(session, await candidatesOf(session, paths, call), program, call);
}

/** A Windows program may be named without its extension. */
async function candidatesOf(
  session: GuestSession,
  paths: readonly string[],
  call: CallContext,
): Promise<readonly string[]> {
  if (session.ops.family !== 'windows' || paths.every((path) => /\.[A-Za-z]+$/.test(path))) return paths;
  const extensions = (await variable(session, 'PATHEXT', call)) || usualExtensions;
  return paths.flatMap((path) => [
    ...(/\.[A-Za-z]+$/.test(path) ? [path] : []),
    ...extensions
      .split(';')
      .filter((extension) => extension !== '')
      .map((extension) => path + extension.toLowerCase()),
  ]);
}

function variable(session: GuestSession, name: string, call: CallContext): Promise<string> {
  return patiently(call, () => session.request(call, () => session.ops.readEnvironment(name, call)));
}

async function existing(
  session: GuestSession,
  candidates: readonly string[],
  program: string,
  call: CallContext,
): Promise<string> {
  const { files } = session.ops;
  for (const path of candidates) {
    try {
      const info = await patiently(call, () => session.request(call, () => files.stat(path, call)));
      if (info.kind !== 'directory') return path;
      if (path === program) throw new Fault('not-a-file', `"${path}" in the guest is a directory, not a program`);
    } catch (error) {
      const isElsewhere = error instanceof Fault && (error.kind === 'file-not-found' || error.kind === 'file-access');
      if (!isElsewhere || (candidates.length === 1 && error.kind === 'file-access')) throw error;
    }
  }
  const isSearched = candidates.length !== 1 || candidates[0] !== program;
  const where = isSearched
    ? `; looked for ${candidates.length === 0 ? 'nothing, for PATH is empty' : candidates.join(', ')}`
    : '';
  throw new Fault('file-not-found', `the guest has no program "${program}"${where}; give its full path`);
}
