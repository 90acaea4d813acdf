import { Buffer } from 'node:buffer';
import type { ProgramContext } from '../program.js';
import { endlessContent, isEndless, openInput } from './devices.js';
import { parseOptions, pathOf, UnknownOption, UsageError, type PosixCommand } from './posix-command.js';

/** `expr TEXT : 'a\(.\)'`, which the library answers with 0. */
const expr: PosixCommand = async (words, _context, shell) => {
  const [text = '', operator, pattern = ''] = words;
  if (words.length !== 3 || operator !== ':' || !pattern.includes('\\(')) throw new UnknownOption('no such match');
  const separator = '\u0001';
  const match = `s${separator}^${pattern.replace(/^\^/u, '')}.*$${separator}\\1${separator}p`;
  const script = 'X=$(printf "%s\\n" "$1" | sed -n "$2"); printf "%s\\n" "$X"; [ -n "$X" ]';
  return shell.run(['sh', '-c', script, 'expr', text, match]);
};

/** Formats of `od -t` by their size in bytes and how each value is shown. */
const formats: Readonly<Record<string, readonly [size: number, width: number, show: (value: bigint) => string]>> = {
  x1: [1, 2, (value) => value.toString(16).padStart(2, '0')],
  x2: [2, 4, (value) => value.toString(16).padStart(4, '0')],
  x4: [4, 8, (value) => value.toString(16).padStart(8, '0')],
  x8: [8, 16, (value) => value.toString(16).padStart(16, '0')],
  o1: [1, 3, (value) => value.toString(8).padStart(3, '0')],
  o2: [2, 6, (value) => value.toString(8).padStart(6, '0')],
  u1: [1, 3, String],
  u2: [2, 5, String],
  u4: [4, 10, String],
  u8: [8, 20, String],
};
const addresses: Readonly<Record<string, (offset: number) => string>> = {
  n: () => '',
  o: (offset) => offset.toString(8).padStart(7, '0'),
  d: (offset) => String(offset).padStart(7, '0'),
  x: (offset) => offset.toString(16).padStart(6, '0'),
};
const bytesPerLine = 16;

/** `od -t FORMAT`; the library knows other ways to ask, and shows octal numbers for this one. */
const od: PosixCommand = (words, context) => {
  const { options, operands } = parseOptions(words, 'A:t:N:v');
  const type = options.get('t');
  if (type === undefined) throw new UnknownOption('no format');
  const format = formats[type === 'x' || type === 'u' ? `${type}4` : type];
  const address = addresses[options.get('A') ?? 'o'];
  if (format === undefined || address === undefined || operands.length > 1) {
    throw new UsageError(`mock guests know -A d|n|o|x, -t ${Object.keys(formats).join('|')}, -N and one file`);
  }
  const count = Number(options.get('N') ?? Infinity);
  const bytes = firstBytes(context, operands[0], count);
  const [size, width, show] = format;
  for (let at = 0; at < bytes.length; at += bytesPerLine) {
    const line = bytes.subarray(at, at + bytesPerLine);
    let text = address(at);
    for (let from = 0; from < line.length; from += size) text += ` ${show(valueAt(line, from, size)).padStart(width)}`;
    context.writeStdout(`${text}\n`);
  }
  const end = address(bytes.length);
  if (end !== '') context.writeStdout(`${end}\n`);
  return 0;
};

function firstBytes(context: ProgramContext, path: string | undefined, count: number): Uint8Array {
  if (path === undefined || path === '-') return context.stdin.subarray(0, count);
  if (isEndless(path) && Number.isFinite(count)) return endlessContent(path, count);
  return openInput(context, isEndless(path) ? path : pathOf(context, path))
    .bytes()
    .subarray(0, count);
}

/** The number of so many bytes, the lowest first; what is missing counts as zero. */
function valueAt(line: Uint8Array, from: number, size: number): bigint {
  const bytes = Buffer.alloc(8);
  bytes.set(line.subarray(from, from + size));
  return bytes.readBigUInt64LE();
}

/** Commands that serve what those of the library get wrong, and leave the rest to them by `UnknownOption`. */
export const mendedCommands: ReadonlyMap<string, PosixCommand> = new Map(
  Object.entries({
    expr,
    od,
  }),
);
