import type { CallContext, GuestOps, ProgramSpec } from '../backends/backend.js';
import { Fault } from '../base/fault.js';
import type { GuestSession } from './guest-session.js';
import { makePrivateDirectory, removePrivateDirectory } from './private-directory.js';
import { killTree } from './run/kill-tree.js';
import { readAll } from './sized-content.js';
import { tidily } from './tidily.js';

/** What a guest program printed. */
export interface ProgramOutput {
  readonly stdout: Uint8Array;
  readonly stderr: Uint8Array;
}

/** A program whose output goes into files. */
export interface CapturedProgram {
  readonly pid: number;
  /** Guest directory that only the user can read, with the files. */
  readonly directory: string;
  /** Removes the directory. Call it when the program has ended. */
  readonly cleanUp: (call: CallContext) => Promise<void>;
}

/** More than this of one stream is not kept. */
const largestOutputBytes = 64 * 1024 * 1024;

const files = { stdout: 'stdout', stderr: 'stderr' } as const;

/** A command that runs another through the guest's command interpreter, with its output in files of a directory. */
export function redirected(
  family: GuestOps['family'],
  shell: string,
  command: Pick<ProgramSpec, 'path' | 'arguments'>,
  directory: string,
): Pick<ProgramSpec, 'path' | 'arguments'> {
  const { path, arguments: args } = command;
  if (family === 'windows') {
    const [out, err] = [files.stdout, files.stderr].map((name) => `"${directory}\\${name}"`);
    // With /s exactly the outer pair of quotes is taken away, and the rest stays as it is.
    const line = `"${path}" ${escapedForCmd(args)} 1>${out} 2>${err}`;
    return { path: shell, arguments: `/s /c "${line}"` };
  }
  const [out, err] = [files.stdout, files.stderr].map((name) => quoted(`${directory}/${name}`));
  // In a group, so that it holds for each command where the arguments hold several.
  const line = `{ ${quoted(path)} ${args}\n} > ${out} 2> ${err}`;
  return { path: shell, arguments: `-c ${quoted(line)}` };
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/** Outside of quotes, cmd.exe would act on these signs where a program gets them as they are. */
function escapedForCmd(args: string): string {
  return args.replace(/"[^"]*"?|[&|<>^()]/g, (part) => (part.startsWith('"') ? part : `^${part}`));
}

/**
 * Starts a program with its output in files. When the start fails nothing is left behind.
 *
 * @param leftBehind is told what could not be removed, and why.
 * @throws Fault `file-not-found` for a program that is not there.
 */
export async function startCaptured(
  session: GuestSession,
  program: ProgramSpec,
  call: CallContext,
  leftBehind: (error: unknown) => void,
): Promise<CapturedProgram> {
  const { ops } = session;
  await requireProgram(session, program.path, call);
  const shell = await session.shell(call);
  const directory = await makePrivateDirectory(session, { prefix: 'revixRun', leftBehind }, call);
  const cleanUp = (cleaning: CallContext): Promise<void> => removePrivateDirectory(session, directory, cleaning);
  try {
    const spec = { ...program, ...redirected(ops.family, shell, program, directory) };
    return { pid: await session.start(spec, call), directory, cleanUp };
  } catch (error) {
    await tidily(call, cleanUp).catch(leftBehind);
    throw error;
  }
}

/** Ends a captured program, whose output nobody waits for any more, with all that it has started. */
export async function endCaptured(
  session: GuestSession,
  { pid, directory }: CapturedProgram,
  call: CallContext,
): Promise<void> {
  const processes = await session.request(call, () => session.ops.processes(call));
  // After a restart of the guest the number may be another program's.
  const isThere = processes.some((process) => process.pid === pid && process.commandLine.includes(directory));
  if (isThere) await killTree(session, pid, call);
}

/**
 * Looks whether a program is there: a shell that is to run it would tell of a missing one by an exit code only.
 * @throws Fault `file-not-found`.
 */
export async function requireProgram(session: GuestSession, path: string, call: CallContext): Promise<void> {
  const { files: guestFiles, family } = session.ops;
  const stat = (name: string): Promise<unknown> => session.request(call, () => guestFiles.stat(name, call));
  try {
    await stat(path);
  } catch (error) {
    const isMissing = error instanceof Fault && error.kind === 'file-not-found';
    if (!isMissing || family !== 'windows' || /\.[a-z]+$/i.test(path)) throw error;
    await stat(`${path}.exe`);
  }
}

/** Reads what a captured program has printed. @throws Fault `file-too-big` for more than 64 MiB of one stream. */
export async function readOutput(session: GuestSession, directory: string, call: CallContext): Promise<ProgramOutput> {
  const separator = session.ops.family === 'windows' ? '\\' : '/';
  const read = async (name: string): Promise<Uint8Array> => {
    const path = `${directory}${separator}${name}`;
    const content = await session.request(call, () => session.ops.files.read(path, call));
    if (content.size <= largestOutputBytes) return readAll(content);
    const megabytes = Math.ceil(content.size / 1024 ** 2);
    throw new Fault(
      'file-too-big',
      `the program printed ${megabytes} MiB; let it write into a file of the guest, and copy that`,
    );
  };
  return { stdout: await read(files.stdout), stderr: await read(files.stderr) };
}
