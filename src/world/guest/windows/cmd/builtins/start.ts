import { Fault } from '../../../../../base/fault.js';
import { isDirectory } from '../../file-patterns.js';
import { findProgram } from '../../find-program.js';
import { extensionOf, resolvePath, unquote } from '../../paths.js';
import { systemMessageOf } from '../../system-messages.js';
import { type Builtin, type BuiltinCall, pathOf, printError } from '../builtin.js';
import type { CmdSession } from '../session.js';

interface StartOptions {
  readonly directory: string | undefined;
  readonly waits: boolean;
  readonly command: string;
}

interface Launch {
  readonly path: string;
  readonly args: string;
}

/** Error level of something to start that is not there. */
const notFound = 9059;

const shellPath = 'C:\\Windows\\System32\\cmd.exe';
const scriptHostPath = 'C:\\Windows\\System32\\wscript.exe';
const explorerPath = 'C:\\Windows\\explorer.exe';

/** How files that are no programs themselves are run, by extension. */
const starters: Readonly<Record<string, (path: string, args: string) => Launch>> = {
  '.exe': (path, args) => ({ path, args }),
  '.com': (path, args) => ({ path, args }),
  '.bat': throughShell,
  '.cmd': throughShell,
  '.vbs': throughScriptHost,
  '.js': throughScriptHost,
  '.wsf': throughScriptHost,
  '.vbe': throughScriptHost,
  '.jse': throughScriptHost,
};

function throughShell(path: string, args: string): Launch {
  return { path: shellPath, args: `/c ""${path}" ${args}"` };
}

function throughScriptHost(path: string, args: string): Launch {
  return { path: scriptHostPath, args: `"${path}" ${args}`.trim() };
}

function startOptions(text: string): StartOptions {
  let rest = text.trimStart().replace(/^"[^"]*"\s*/, '');
  let directory: string | undefined;
  let waits = false;
  for (;;) {
    const match = /^\/([a-z]+)(?::\S*)?\s*/i.exec(rest);
    const name = match?.[1]?.toLowerCase();
    if (match === null || name === undefined) return { directory, waits, command: rest };
    rest = rest.slice(match[0].length);
    if (name === 'w' || name === 'wait') waits = true;
    if (name === 'd') {
      const word = /^("[^"]*"|\S+)\s*/.exec(rest);
      directory = unquote(word?.[1] ?? '');
      rest = rest.slice(word?.[0].length ?? 0);
    }
  }
}

/** What to start for a command; undefined: there is no such thing. */
function launchOf(command: string, session: CmdSession, isBuiltin: boolean): Launch | undefined {
  if (isBuiltin) return { path: shellPath, args: `/c ${command.trimEnd()}` };
  const [all = '', word = ''] = /^("[^"]*"|\S+)\s*/.exec(command) ?? [];
  const name = unquote(word);
  const args = command.slice(all.length).trimEnd();
  const path = findProgram(name, session);
  if (path !== undefined) return starters[extensionOf(path).toLowerCase()]?.(path, args);
  const folder = resolvePath(session.workingDirectory, name, session.driveDirectories);
  return isDirectory(session.files, folder) ? { path: explorerPath, args: `"${folder}"` } : undefined;
}

/**
 * `start ["title"] [/d dir] [/b] [/wait] [/min] ... program args`: the program becomes a process of its own, and the
 * script goes on, unless `/wait` is given. The process prints at the guest's console; with `/b` too, also where the
 * script is redirected.
 */
export const start: Builtin = async (call: BuiltinCall) => {
  const { session, runner, streams } = call;
  const { directory, waits, command } = startOptions(call.arguments);
  if (command === '') return undefined;
  const inner = session.fork();
  inner.batch = undefined;
  if (directory !== undefined) inner.workingDirectory = pathOf(call, directory);
  if (!session.files.exists(inner.workingDirectory)) {
    printError(call, 'The current directory is invalid.');
    return 1;
  }
  if (waits) {
    session.errorLevel = await runner.callCommand(inner, command, streams);
    return undefined;
  }
  const launch = launchOf(command, inner, runner.isBuiltin(command));
  if (launch === undefined) {
    printError(call, `The system cannot find the file ${/^(?:"[^"]*"|\S+)/.exec(command)?.[0] ?? command}.`);
    return notFound;
  }
  try {
    await session.context.start(launch.path, launch.args, {
      workingDirectory: inner.workingDirectory,
      environment: new Map(inner.environment.entries()),
    });
    return undefined;
  } catch (error) {
    if (session.context.signal.aborted || !(error instanceof Fault)) throw error;
    printError(call, systemMessageOf(error).text);
    return 1;
  }
};
