import type { GuestOps, ProgramSpec } from '../../backends/backend.js';
import { Fault } from '../../base/fault.js';
import { batchFileWord, batchPath, batchText, posixWord, windowsWord } from './word-quoting.js';

/**
 * What a program is given: words, each of which arrives as it is, or one text that is passed on unparsed. On POSIX a
 * shell takes such a text apart, as Tools does.
 */
export type ProgramArguments = readonly string[] | { readonly raw: string };

/** Names of the files in the private directory of a run. */
export const runFiles = {
  posixCommand: 'command',
  windowsCommand: 'command.cmd',
  /** POSIX: arguments that a shell takes apart, by themselves: nothing in them can change the command around them. */
  raw: 'raw',
  input: 'stdin',
  stdout: 'stdout',
  stderr: 'stderr',
  /** Working directory of a program for which none was chosen, and the sign that the run has begun. */
  work: 'work',
  /** The exit code, whole as soon as the file is there. */
  exitCode: 'code',
  /** A copy of the command, made at the end: there is room on the disk, so the output is whole. */
  room: 'room',
  /** There when the user may not execute the program. */
  refused: 'refused',
} as const;

/** Exit code of a run that could not begin, or not keep its exit code. */
export const noRoomCode = 125;

/** Bytes of padding that make a command as large as the smallest piece in which a disk gives out room. */
const paddingBytes = 4096;

/** What is to run, with its place in the guest. */
export interface PlacedCommand {
  readonly program: string;
  readonly arguments: ProgramArguments;
  /** Private directory of the run. */
  readonly directory: string;
  /** null: a directory of the run's own. */
  readonly workingDirectory: string | null;
  readonly hasInput: boolean;
  /** Path of the guest's command interpreter, which carries the command out. */
  readonly shell: string;
}

/** How a command is carried out: the files to write first, and the program to start then. */
export interface PreparedCommand {
  readonly files: readonly { readonly name: string; readonly text: string }[];
  readonly spec: Pick<ProgramSpec, 'path' | 'arguments'>;
}

/**
 * Wraps a command, so that its output and its exit code go into files of the run's directory. All that the user said is
 * in a file, quoted word by word; no command line holds any of it.
 *
 * @throws Fault `invalid-argument` for an argument that cannot be passed on.
 */
export function prepareCommand(family: GuestOps['family'], command: PlacedCommand): PreparedCommand {
  return family === 'windows' ? windowsCommand(command) : posixCommand(command);
}

function posixCommand(command: PlacedCommand): PreparedCommand {
  const { program, arguments: args, directory, workingDirectory, hasInput, shell } = command;
  const { posixCommand: file, raw, input, stdout, stderr, work, exitCode, room, refused } = runFiles;
  const isRaw = 'raw' in args;
  const line = isRaw ? `${shell} "$1/${raw}"` : [program, ...args].map(posixWord).join(' ');
  // Only simple commands: the small shell of a mock guest knows no others. $1 is the directory.
  const lines = [
    `mkdir "$1/${work}" || exit ${noRoomCode}`,
    ...(workingDirectory === null ? [`cd "$1/${work}"`] : []),
    `test -x ${posixWord(program)} || : >"$1/${refused}"`,
    `${line} <${hasInput ? `"$1/${input}"` : '/dev/null'} >"$1/${stdout}" 2>"$1/${stderr}"`,
    'revix_code=$?',
    `cp "$1/${file}" "$1/${room}" || exit ${noRoomCode}`,
    `echo $revix_code >"$1/${exitCode}.part" || exit ${noRoomCode}`,
    `mv "$1/${exitCode}.part" "$1/${exitCode}" || exit ${noRoomCode}`,
    'exit $revix_code',
    ...padding('#'),
  ];
  return {
    files: [
      { name: file, text: textOf(lines, '\n') },
      ...(isRaw ? [{ name: raw, text: `${posixWord(program)} ${args.raw}\n` }] : []),
    ],
    spec: { path: shell, arguments: `${posixWord(`${directory}/${file}`)} ${posixWord(directory)}` },
  };
}

function windowsCommand(command: PlacedCommand): PreparedCommand {
  const { program, directory, workingDirectory, hasInput, shell } = command;
  const inside = (name: string): string => batchPath(`${directory}\\${name}`);
  const { windowsCommand: file, input, stdout, stderr, work, exitCode, room } = runFiles;
  const lines = [
    '@echo off',
    'setlocal DisableDelayedExpansion',
    `mkdir ${inside(work)} || exit /b ${noRoomCode}`,
    ...(workingDirectory === null ? [`cd /d ${inside(work)}`] : []),
    // Programs that ask for it then print UTF-8, and this file is read as such.
    'chcp 65001 >nul',
    `${windowsLine(program, command.arguments)} <${hasInput ? inside(input) : 'nul'} >${inside(stdout)} 2>${inside(stderr)}`,
    'set revix_code=%ERRORLEVEL%',
    `copy /y ${inside(file)} ${inside(room)} >nul || exit /b ${noRoomCode}`,
    `>${inside(`${exitCode}.part`)} echo %revix_code%`,
    `move /y ${inside(`${exitCode}.part`)} ${inside(exitCode)} >nul || exit /b ${noRoomCode}`,
    'exit /b %revix_code%',
    ...padding('rem'),
  ];
  return {
    files: [{ name: file, text: textOf(lines, '\r\n') }],
    // cmd.exe strips one pair of quotes around the whole line.
    spec: { path: shell, arguments: `/d /c ""${directory}\\${file}""` },
  };
}

/** Lines that say nothing. */
function padding(comment: string): readonly string[] {
  const lines = 4;
  return Array.from({ length: lines }, () => `${comment} ${'-'.repeat(paddingBytes / lines)}`);
}

function textOf(lines: readonly string[], end: string): string {
  return lines.map((line) => line + end).join('');
}

function windowsLine(program: string, args: ProgramArguments): string {
  if (!/\.(?:bat|cmd)$/i.test(program)) {
    const line = 'raw' in args ? args.raw : args.map(windowsWord).join(' ');
    return `${batchPath(program)} ${batchText(line)}`.trimEnd();
  }
  if ('raw' in args) {
    const message = `${program} is a batch file, and takes its arguments as a list of words only; give them as an array`;
    throw new Fault('invalid-argument', message);
  }
  return ['call', batchPath(program), ...args.map(batchFileWord)].join(' ');
}
