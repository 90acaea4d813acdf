import { findFiles, hasWildcard, isDirectory, walkDirectories } from '../file-patterns.js';
import { joinPath, resolvePath, unquote } from '../paths.js';
import { systemMessageOf } from '../system-messages.js';
import { decodeText, splitLines } from '../text.js';
import type { CommandRunner } from './builtin.js';
import type { ForCommand } from './command.js';
import { type LineOptions, lineTokens, parseLineOptions } from './line-tokens.js';
import type { CmdSession } from './session.js';
import type { CommandStreams } from './streams.js';
import { splitWords } from './words.js';

/** Values of the loop's variable and of those named by the letters after it, for each round. */
type Rounds = AsyncGenerator<readonly string[]>;

interface Loop {
  readonly command: ForCommand;
  /** The text between the parentheses with its variables replaced. */
  readonly set: string;
  readonly session: CmdSession;
  readonly runner: CommandRunner;
  readonly streams: CommandStreams;
}

function* matches(session: CmdSession, word: string, wantsDirectories: boolean): Generator<string> {
  if (!hasWildcard(word)) {
    if (!wantsDirectories) yield word;
    return;
  }
  const plain = unquote(word);
  const prefix = /^.*[\\/:]/s.exec(plain)?.[0] ?? '';
  for (const { status } of findFiles(session.files, resolvePath(session.workingDirectory, plain))) {
    if ((status.kind === 'directory') === wantsDirectories) yield prefix + status.name;
  }
}

async function* overItems(loop: Loop, wantsDirectories: boolean): Rounds {
  for (const word of splitWords(loop.set)) {
    for (const item of matches(loop.session, word, wantsDirectories)) yield [item];
  }
}

async function* overTree(loop: Loop, wantsDirectories: boolean): Rounds {
  const { session, set, command } = loop;
  const option = command.option === '' ? '.' : unquote(command.option);
  const root = resolvePath(session.workingDirectory, option, session.driveDirectories);
  if (!isDirectory(session.files, root)) return;
  const words = splitWords(set);
  for (const directory of [...walkDirectories(session.files, root)]) {
    await session.steps.step();
    for (const word of words) {
      const plain = unquote(word);
      if (!hasWildcard(plain)) {
        yield [joinPath(directory, plain)];
        continue;
      }
      // A directory may be gone since the walk, by what the loop itself does.
      for (const { path, status } of findFiles(session.files, joinPath(directory, plain))) {
        if ((status.kind === 'directory') === wantsDirectories) yield [path];
      }
    }
  }
}

async function* overNumbers(loop: Loop): Rounds {
  const [start = 0, step = 0, end = 0] = splitWords(loop.set).map((word) => Number.parseInt(word, 10) || 0);
  for (let value = start; step >= 0 ? value <= end : value >= end; value += step) yield [String(value)];
}

function enclosed(text: string, mark: string): string | undefined {
  const trimmed = text.trim();
  const isEnclosed = trimmed.length >= 2 && trimmed.startsWith(mark) && trimmed.endsWith(mark);
  return isEnclosed ? trimmed.slice(1, -1) : undefined;
}

async function* sources(loop: Loop, options: LineOptions): AsyncGenerator<string> {
  const text = enclosed(loop.set, options.usesBackquotes ? "'" : '"');
  const commandText = enclosed(loop.set, options.usesBackquotes ? '`' : "'");
  if (text !== undefined) {
    yield text;
  } else if (commandText !== undefined) {
    yield await loop.runner.capture(loop.session, commandText, loop.streams);
  } else {
    for (const word of splitWords(loop.set)) {
      const path = resolvePath(loop.session.workingDirectory, unquote(word), loop.session.driveDirectories);
      try {
        yield decodeText(loop.session.files.read(path).bytes());
      } catch (error) {
        systemMessageOf(error);
        loop.streams.stderr(`The system cannot find the file ${unquote(word)}.\r\n`);
        loop.session.errorLevel = 1;
        return;
      }
    }
  }
}

async function* overLines(loop: Loop): Rounds {
  const options = parseLineOptions(loop.command.option);
  for await (const source of sources(loop, options)) {
    for (const line of splitLines(source).slice(options.skip)) {
      const tokens = lineTokens(line, options);
      if (tokens !== undefined) yield tokens;
    }
  }
}

function rounds(loop: Loop): Rounds {
  switch (loop.command.over) {
    case 'items':
      return overItems(loop, false);
    case 'directories':
      return overItems(loop, true);
    case 'tree':
      return overTree(loop, false);
    case 'directory-tree':
      return overTree(loop, true);
    case 'numbers':
      return overNumbers(loop);
    case 'lines':
      return overLines(loop);
  }
}

/** Runs a `for`; resolves with the return code of its last round. */
export async function runLoop(loop: Loop): Promise<number> {
  const { session, command } = loop;
  const outer = session.forVariables;
  let returnCode = 0;
  try {
    for await (const values of rounds(loop)) {
      await session.steps.step();
      const inner = new Map(outer);
      const first = command.variable.codePointAt(0) ?? 0;
      for (const [index, value] of values.entries()) inner.set(String.fromCodePoint(first + index), value);
      session.forVariables = inner;
      returnCode = await loop.runner.execute(session, command.body, loop.streams);
      session.forVariables = outer;
    }
  } finally {
    session.forVariables = outer;
  }
  return returnCode;
}
