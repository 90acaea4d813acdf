import { setImmediate as nextTurn } from 'node:timers/promises';
import type { GuestProgram, ProgramContext } from '../../program.js';
import { findProgram } from '../find-program.js';
import { enterInterpreter } from '../nesting.js';
import { LimitReached, StepCounter } from '../step-counter.js';
import { InputReader, lineEnd } from '../text.js';
import { windowsVersion } from '../version.js';
import { allBuiltins } from './builtins/all-builtins.js';
import { AbortBatches, ExitShell, LeaveBatch } from './control.js';
import { type CmdLimits, defaultCmdLimits } from './limits.js';
import { CmdSession } from './session.js';
import { CmdShell } from './shell.js';
import type { CommandStreams } from './streams.js';

/** Variables that the interpreter sets for itself and its programs where they are missing. */
const ownVariables: readonly (readonly [string, string])[] = [
  ['COMSPEC', 'C:\\Windows\\System32\\cmd.exe'],
  ['PATHEXT', '.COM;.EXE;.BAT;.CMD;.VBS;.VBE;.JS;.JSE;.WSF;.WSH;.MSC'],
  ['PROMPT', '$P$G'],
];

interface Invocation {
  /** The text after `/c` or `/k`; undefined when commands come from standard input. */
  readonly command: string | undefined;
  readonly switches: ReadonlySet<string>;
}

/** Switches come first; the one that is followed by the command ends them. */
function parseInvocation(text: string): Invocation {
  const switches = new Set<string>();
  let rest = text.trimStart();
  for (;;) {
    const match = /^\/([a-z?])(:(?:on|off))?/i.exec(rest);
    if (match === null) return { command: undefined, switches };
    const name = (match[1] ?? '').toLowerCase();
    rest = rest.slice(match[0].length);
    if (name === 'c' || name === 'k' || name === 'r') return { command: rest.trimStart(), switches };
    switches.add(name + (match[2] ?? '').toLowerCase());
    rest = rest.trimStart();
  }
}

/**
 * Takes the quotes off a command line: the first and the last one go, unless the line is one quoted program name with
 * blanks and nothing else (which `/s` rules out).
 */
function withoutShellQuotes(command: string, isAlways: boolean, isProgram: (name: string) => boolean): string {
  if (!command.startsWith('"')) return command;
  const quotes = command.split('"').length - 1;
  const name = /^"([^"]*)"/.exec(command)?.[1] ?? '';
  const isPlain = quotes === 2 && !/[&<>()@^|]/.test(command) && name.includes(' ');
  if (!isAlways && isPlain && isProgram(name)) return command;
  const last = command.lastIndexOf('"');
  return last === 0 ? command.slice(1) : command.slice(1, last) + command.slice(last + 1);
}

async function runCommands(session: CmdSession, shell: CmdShell, streams: CommandStreams): Promise<number> {
  const banner = `Microsoft Windows [Version ${windowsVersion(session.context.osName)}]`;
  streams.stdout(`${banner}${lineEnd}(c) Microsoft Corporation. All rights reserved.${lineEnd}`);
  for (;;) {
    if (session.isEchoOn) streams.stdout(`${lineEnd}${session.workingDirectory}>`);
    const line = streams.stdin.readLine();
    if (line === undefined) return session.errorLevel;
    if (session.isEchoOn) streams.stdout(line + lineEnd);
    await contained(session, () => shell.runText(session, line, streams));
  }
}

/** What a batch leaves behind ends with its command. */
async function contained(session: CmdSession, run: () => Promise<number>): Promise<number> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof AbortBatches || error instanceof LeaveBatch) return session.errorLevel;
    throw error;
  }
}

async function runInvocation(session: CmdSession, shell: CmdShell, streams: CommandStreams): Promise<number> {
  const { command, switches } = parseInvocation(session.context.arguments);
  if (switches.has('q')) session.isEchoOn = false;
  if (switches.has('v:on')) session.hasDelayedExpansion = true;
  if (command === undefined) return runCommands(session, shell, streams);
  const isProgram = (name: string): boolean => findProgram(name, session) !== undefined;
  const text = withoutShellQuotes(command, switches.has('s'), isProgram);
  return contained(session, () => shell.runText(session, text, streams));
}

/**
 * Makes the command interpreter with limits of its own. It takes `/c`, `/k` (which ends like `/c`, for nobody types
 * on), `/s`, `/q`, `/v:on`; without a command it reads commands from standard input.
 */
export function cmdWithLimits(limits: CmdLimits): GuestProgram {
  return async (context: ProgramContext) => {
    await nextTurn();
    context.signal.throwIfAborted();
    const streams: CommandStreams = {
      stdin: new InputReader(context.stdin),
      stdout: (output) => context.writeStdout(output),
      stderr: (output) => context.writeStderr(output),
    };
    const session = new CmdSession(context, limits, new StepCounter(limits.steps, context));
    for (const [name, value] of ownVariables) {
      if (session.environment.get(name) === undefined) session.environment.set(name, value);
    }
    const shell = new CmdShell(allBuiltins, streams);
    try {
      enterInterpreter(session.environment, limits.nesting);
      return await runInvocation(session, shell, streams);
    } catch (error) {
      if (error instanceof ExitShell) return error.exitCode;
      if (!(error instanceof LimitReached)) throw error;
      context.writeStderr(error.message + lineEnd);
      return 1;
    }
  };
}

/** The command interpreter of Windows. */
export const cmd: GuestProgram = cmdWithLimits(defaultCmdLimits);
