import { resolvePath } from '../paths.js';
import { systemMessageOf } from '../system-messages.js';
import { lineEnd } from '../text.js';
import type { Command } from './command.js';
import type { CmdSession } from './session.js';
import type { CommandStreams } from './streams.js';

/** How built-in commands run other commands. */
export interface CommandRunner {
  /** Parses and runs text as if typed; resolves with its return code. */
  runText(session: CmdSession, text: string, streams: CommandStreams): Promise<number>;
  execute(session: CmdSession, command: Command, streams: CommandStreams): Promise<number>;
  /** Parses and runs text in a shell of its own, as `for /f` does; resolves with what it prints. */
  capture(session: CmdSession, text: string, streams: CommandStreams): Promise<string>;
  /** Runs a program, built-in or batch; comes back also from a batch, as `call` does. */
  callCommand(session: CmdSession, text: string, streams: CommandStreams): Promise<number>;
  /** Runs the batch that is running from a label on, as `call :label` does. */
  callLabel(session: CmdSession, label: string, args: string, streams: CommandStreams): Promise<number>;
  /** Whether text begins with the name of a built-in command. */
  isBuiltin(text: string): boolean;
  /** Number of the line after a label of the batch that is running, or undefined. */
  findLabel(session: CmdSession, label: string): number | undefined;
}

/** One call of a built-in command. */
export interface BuiltinCall {
  readonly session: CmdSession;
  readonly runner: CommandRunner;
  /** Name it was called by, in lower case. */
  readonly name: string;
  /** Everything after the name, as written, variables replaced. */
  readonly arguments: string;
  readonly streams: CommandStreams;
}

/** Resolves with the return code, which becomes the error level; undefined: done, and the error level stays. */
export type Builtin = (call: BuiltinCall) => number | undefined | Promise<number | undefined>;

export function print(call: BuiltinCall, text: string): void {
  call.streams.stdout(text + lineEnd);
}

export function printError(call: BuiltinCall, text: string): void {
  call.streams.stderr(text + lineEnd);
}

/** The path that a word means in the session. */
export function pathOf(call: BuiltinCall, word: string): string {
  return resolvePath(call.session.workingDirectory, word, call.session.driveDirectories);
}

/** Prints that the command was written wrongly. */
export function wrongSyntax(call: BuiltinCall): number {
  printError(call, 'The syntax of the command is incorrect.');
  return 1;
}

/** Does a deed on a file; prints the system's text if the guest refuses. Says whether it worked. */
export function attempt(call: BuiltinCall, deed: () => void): boolean {
  try {
    deed();
    return true;
  } catch (error) {
    printError(call, systemMessageOf(error).text);
    return false;
  }
}
