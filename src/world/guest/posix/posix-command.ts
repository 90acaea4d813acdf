import type { FileStatus } from '../guest-files.js';
import { resolvePath } from '../guest-path.js';
import type { ProgramContext } from '../program.js';
import { posixErrorOf } from './posix-errors.js';

/** How a command runs other commands: by name through the search path, functions and built-ins included. */
export interface ShellAccess {
  run(
    words: readonly string[],
    change?: { readonly signal?: AbortSignal; readonly environment?: ReadonlyMap<string, string> },
  ): Promise<number>;
}

/**
 * A command of both shells. `words` are its arguments; `context` has its working directory, variables and streams.
 * A fault that it throws is printed as POSIX tools do, and the exit code is 1.
 */
export type PosixCommand = (
  words: readonly string[],
  context: ProgramContext,
  shell: ShellAccess,
) => number | Promise<number>;

/** Arguments taken apart as `getopt` does. */
export interface ParsedOptions {
  /** Letters and long names given, each with its value; the empty string where it takes none. */
  readonly options: ReadonlyMap<string, string>;
  /** The same, as often as each was given, in order. */
  readonly given: readonly (readonly [name: string, value: string])[];
  readonly operands: readonly string[];
}

/** A command line that a command refuses; exits with 1 after the message. */
export class UsageError extends Error {}

/** An option that a command does not know. */
export class UnknownOption extends UsageError {}

/**
 * Takes options apart: grouped letters, values joined or apart, `--long`, `--long=value`, `--`.
 * @param letters option letters that are known; a letter that takes a value is followed by `:`, by `::` where the
 *   value may only be joined to it and may be missing.
 * @param long long names without value, or `name=` for one with a value.
 * @throws UnknownOption; UsageError for a missing value.
 */
export function parseOptions(words: readonly string[], letters: string, long: readonly string[] = []): ParsedOptions {
  const given: [name: string, value: string][] = [];
  const operands: string[] = [];
  const pending = [...words];
  for (let word = pending.shift(); word !== undefined; word = pending.shift()) {
    if (word === '--') {
      operands.push(...pending);
      break;
    }
    if (word.startsWith('--')) {
      const [name, value] = splitOnce(word.slice(2), '=');
      if (long.includes(name) && value === undefined) given.push([name, '']);
      else if (long.includes(`${name}=`)) given.push([name, value ?? pending.shift() ?? '']);
      else throw new UnknownOption(`unrecognized option '${word}'`);
    } else if (word.startsWith('-') && word.length > 1) {
      for (let at = 1; at < word.length; at += 1) {
        const letter = word.charAt(at);
        const known = letters.indexOf(letter);
        if (known < 0 || letter === ':') throw new UnknownOption(`invalid option -- '${letter}'`);
        if (letters.charAt(known + 1) === ':') {
          const joined = word.slice(at + 1);
          const isOptional = letters.charAt(known + 2) === ':';
          const value = joined === '' && !isOptional ? pending.shift() : joined;
          if (value === undefined) throw new UsageError(`option requires an argument -- '${letter}'`);
          given.push([letter, value]);
          break;
        }
        given.push([letter, '']);
      }
    } else {
      operands.push(word);
    }
  }
  return { options: new Map(given), given, operands };
}

/** The text before and after the first separator. */
export function splitOnce(text: string, separator: string): [string, string | undefined] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + separator.length)];
}

/** The full path that a word means in the command's working directory. */
export function pathOf(context: ProgramContext, word: string): string {
  return resolvePath('posix', context.workingDirectory, word);
}

/** Prints a failure on stderr, as `name: what: reason`. Throws what is no failure of the guest. */
export function complain(context: ProgramContext, name: string, what: string, error: unknown): void {
  const known = posixErrorOf(error);
  if (known === undefined) throw error;
  context.writeStderr(`${name}: ${what}: ${known.text}\n`);
}

/** Does something for each operand; goes on after a failure. @returns 1 if anything failed, otherwise 0. */
export function forEach(
  context: ProgramContext,
  name: string,
  operands: readonly string[],
  action: (operand: string) => void,
): number {
  let exitCode = 0;
  for (const operand of operands) {
    try {
      action(operand);
    } catch (error) {
      complain(context, name, operand, error);
      exitCode = 1;
    }
  }
  return exitCode;
}

const kindLetter: Readonly<Record<FileStatus['kind'], string>> = { file: '-', directory: 'd', symlink: 'l' };

/** Kind and permissions as `ls -l` shows them, such as `-rwxr-xr-x`. */
export function modeText({ kind, mode }: FileStatus): string {
  const bits = ['r', 'w', 'x', 'r', 'w', 'x', 'r', 'w', 'x'].map((letter, at) => (mode & (0o400 >> at) ? letter : '-'));
  if (mode & 0o4000) bits[2] = bits[2] === 'x' ? 's' : 'S';
  if (mode & 0o2000) bits[5] = bits[5] === 'x' ? 's' : 'S';
  if (mode & 0o1000) bits[8] = bits[8] === 'x' ? 't' : 'T';
  return kindLetter[kind] + bits.join('');
}
