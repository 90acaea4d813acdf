import { Fault } from '../../base/fault.js';
import type { FileStatus, UserFiles } from './guest-files.js';
import { baseName } from './guest-path.js';
import type { GuestUser } from './program.js';
import { programKind } from './program-image.js';
import type { ProgramDefinition, ProgramRegistry } from './program-registry.js';
import { quoteWord } from './posix/posix-words.js';

/** Where to look for a program, and in whose name. */
export interface ProgramAccess {
  readonly registry: ProgramRegistry;
  readonly files: UserFiles;
  readonly user: GuestUser;
}

/** A behaviour with what to hand to it: for a script the interpreter, with the script among the arguments. */
export interface ResolvedProgram extends ProgramDefinition {
  readonly path: string;
  readonly arguments: string;
}

const windowsShell = 'C:\\Windows\\System32\\cmd.exe';

/**
 * What runs when a user starts the file at an absolute path.
 * @throws Fault `file-not-found`, `guest-permission`, `program-not-started`.
 */
export function resolveProgram(access: ProgramAccess, path: string, args: string): ResolvedProgram {
  const { registry, files } = access;
  const added = registry.findPath(path);
  if (added !== undefined && !files.exists(path)) return { ...added, path, arguments: args };
  const realPath = executablePath(access, path);
  const exact = added ?? registry.findPath(realPath);
  if (exact !== undefined) return { ...exact, path, arguments: args };
  const kind = readKind(access, realPath);
  if (kind.kind === 'script' && registry.family === 'posix') {
    return throughInterpreter(access, path, kind, args);
  }
  const named = registry.findName(kind.kind === 'image' ? kind.name : baseName(registry.family, realPath));
  if (named !== undefined) return { ...named, path, arguments: args };
  if (kind.kind === 'text' && registry.family === 'posix') {
    return throughInterpreter(access, path, { interpreter: '/bin/sh', argument: '' }, args);
  }
  if (registry.family === 'windows' && /\.(?:bat|cmd)$/iu.test(realPath)) {
    return found(access, windowsShell, `/c ""${path}" ${args}"`, path);
  }
  throw new Fault(
    'program-not-started',
    `Nothing here can run "${path}" of the guest; add its behaviour with programs.add(${JSON.stringify(path)}, ...).`,
  );
}

/** Whether the user may execute the file. */
export function isExecutable(access: Pick<ProgramAccess, 'registry' | 'user'>, status: FileStatus): boolean {
  if (status.kind !== 'file') return false;
  if (access.registry.family === 'windows') return true;
  const { user } = access;
  const { mode, owner, group } = status;
  if (user.isAdministrator || user.id === 0) return (mode & 0o111) !== 0;
  const shift = owner === user.name ? 6 : group === user.group ? 3 : 0;
  return ((mode >> shift) & 1) !== 0;
}

function executablePath(access: ProgramAccess, path: string): string {
  try {
    const realPath = access.files.realPath(path);
    if (isExecutable(access, access.files.stat(realPath))) return realPath;
  } catch (error) {
    if (!(error instanceof Fault) || error.kind !== 'file-access') throw error;
  }
  throw new Fault('guest-permission', `The guest user "${access.user.name}" may not execute "${path}".`);
}

/** A program may be run without the right to read it; then only its name tells what it is. */
function readKind(access: ProgramAccess, path: string): ReturnType<typeof programKind> {
  try {
    return programKind(access.registry.family, access.files.read(path));
  } catch (error) {
    if (error instanceof Fault && error.kind === 'file-access') return { kind: 'binary' };
    throw error;
  }
}

function throughInterpreter(
  access: ProgramAccess,
  path: string,
  line: { readonly interpreter: string; readonly argument: string },
  args: string,
): ResolvedProgram {
  const words = [...(line.argument === '' ? [] : [quoteWord(line.argument)]), quoteWord(path), args];
  return found(access, line.interpreter, words.join(' ').trimEnd(), path);
}

/** The behaviour of an interpreter, which itself must not be a script. */
function found(access: ProgramAccess, interpreter: string, args: string, script: string): ResolvedProgram {
  const { registry } = access;
  const exact = registry.findPath(interpreter);
  const real =
    exact === undefined && access.files.exists(interpreter) ? executablePath(access, interpreter) : undefined;
  const kind = real === undefined ? undefined : readKind(access, real);
  const named =
    real === undefined
      ? undefined
      : registry.findName(kind?.kind === 'image' ? kind.name : baseName(registry.family, real));
  const definition = exact ?? registry.findPath(real ?? interpreter) ?? named;
  if (definition === undefined) {
    throw new Fault('program-not-started', `The guest has no interpreter "${interpreter}" to run "${script}" with.`);
  }
  return { ...definition, path: interpreter, arguments: args };
}
