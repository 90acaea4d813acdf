import { randomBytes } from 'node:crypto';
import { Fault } from '../../../../base/fault.js';
import { groupIdOf, knownGroup, knownUser, userIdOf } from '../../accounts.js';
import type { FileStatus } from '../../guest-files.js';
import { baseName, joinPath } from '../../guest-path.js';
import type { GuestUser, ProgramContext } from '../../program.js';
import { endlessContent, isEndless, openInput } from '../devices.js';
import {
  complain,
  forEach,
  modeText,
  parseOptions,
  pathOf,
  splitOnce,
  UsageError,
  type PosixCommand,
} from '../posix-command.js';
import { formatDate } from './date-format.js';
import { parseDate } from './date-text.js';

const touch: PosixCommand = (words, context) => {
  const { options, operands } = parseOptions(words, 'acmd:t:r:', ['no-create', 'date=', 'reference=']);
  const timeMs = touchTime(options, context);
  const isAccessOnly = options.has('a') && !options.has('m');
  const isModifiedOnly = options.has('m') && !options.has('a');
  return forEach(context, 'touch', operands, (operand) => {
    const path = pathOf(context, operand);
    if (!context.files.exists(path)) {
      if (options.has('c') || options.has('no-create')) return;
      context.files.write(path, '');
    }
    context.files.setAttributes(path, {
      ...(isModifiedOnly ? {} : { accessedMs: timeMs }),
      ...(isAccessOnly ? {} : { modifiedMs: timeMs }),
    });
  });
};

function touchTime(options: ReadonlyMap<string, string>, context: ProgramContext): number {
  const nowMs = context.clock.now();
  const reference = options.get('r') ?? options.get('reference');
  if (reference !== undefined) return context.files.stat(pathOf(context, reference)).modifiedMs;
  const stamp = options.get('t');
  const text = stamp === undefined ? (options.get('d') ?? options.get('date') ?? 'now') : isoOfStamp(stamp, nowMs);
  const timeMs = parseDate(text, nowMs);
  if (timeMs === undefined) throw new UsageError(`invalid date '${stamp ?? text}'`);
  return timeMs;
}

/** `[[CC]YY]MMDDhhmm[.ss]` as an ISO text. */
function isoOfStamp(stamp: string, nowMs: number): string {
  const [, year = '', rest = '', seconds = '00'] = /^(\d{2}|\d{4})?(\d{8})(?:\.(\d\d))?$/u.exec(stamp) ?? [];
  const full = year.length === 4 ? year : year.length === 2 ? `20${year}` : formatDate('%Y', nowMs);
  const [month, day, hour, minute] = [rest.slice(0, 2), rest.slice(2, 4), rest.slice(4, 6), rest.slice(6, 8)];
  return `${full}-${month}-${day}T${hour}:${minute}:${seconds}`;
}

/** Paths of a tree, the top first; links are not followed. */
function* tree(context: ProgramContext, path: string, isRecursive: boolean): Generator<string> {
  yield path;
  if (!isRecursive || context.files.stat(path, { followLinks: false }).kind !== 'directory') return;
  for (const { name } of context.files.list(path)) yield* tree(context, joinPath('posix', path, name), true);
}

const chown: PosixCommand = (words, context) => {
  const { options, operands } = parseOptions(words, 'Rhvf', ['recursive']);
  const [who, ...paths] = operands;
  if (who === undefined || paths.length === 0) throw new UsageError('missing operand');
  const [ownerText, groupText] = splitOnce(who, ':');
  const users = context.accounts.list();
  const owner = ownerText === '' ? '' : knownUser(users, ownerText);
  const group = groupText === undefined ? undefined : knownGroup(users, groupText);
  if (owner === undefined) throw new UsageError(`invalid user: '${ownerText}'`);
  if (groupText !== undefined && group === undefined) throw new UsageError(`invalid group: '${groupText}'`);
  return forEach(context, 'chown', paths, (operand) => {
    for (const path of tree(context, pathOf(context, operand), options.has('R') || options.has('recursive'))) {
      context.files.setAttributes(path, {
        ...(owner === '' ? {} : { owner }),
        ...(group === undefined ? {} : { group }),
      });
    }
  });
};

const chgrp: PosixCommand = (words, context, shell) =>
  chown(
    words.map((word, at) => (at === words.findIndex((other) => !other.startsWith('-')) ? `:${word}` : word)),
    context,
    shell,
  );

const chmod: PosixCommand = (words, context) => {
  // A mode such as `-x` looks like an option; only R, v, c and f are.
  const flags = words.filter((word) => /^-[Rvcf]+$/u.test(word) || word === '--recursive');
  const [mode, ...paths] = words.filter((word) => !flags.includes(word));
  if (mode === undefined || paths.length === 0) throw new UsageError('missing operand');
  const isRecursive = flags.some((flag) => flag.includes('R') || flag === '--recursive');
  return forEach(context, 'chmod', paths, (operand) => {
    for (const path of tree(context, pathOf(context, operand), isRecursive)) {
      const status = context.files.stat(path);
      context.files.setAttributes(path, { mode: changedMode(mode, status) });
    }
  });
};

const classShift: Readonly<Record<string, number>> = { u: 6, g: 3, o: 0 };

function changedMode(text: string, { mode, kind }: FileStatus): number {
  if (/^[0-7]{1,4}$/u.test(text)) return Number.parseInt(text, 8);
  let changed = mode;
  for (const clause of text.split(',')) {
    const [, classes = '', operator, letters = ''] = /^([ugoa]*)([+=-])([rwxXst]*)$/u.exec(clause) ?? [];
    if (operator === undefined) throw new UsageError(`invalid mode: '${text}'`);
    const who = classes === '' || classes.includes('a') ? 'ugo' : classes;
    const isRunnable = kind === 'directory' || (changed & 0o111) !== 0;
    const digit =
      (letters.includes('r') ? 4 : 0) |
      (letters.includes('w') ? 2 : 0) |
      (letters.includes('x') || (letters.includes('X') && isRunnable) ? 1 : 0);
    let bits = letters.includes('t') ? 0o1000 : 0;
    let cleared = 0;
    for (const letter of who) {
      bits |= digit << (classShift[letter] ?? 0);
      cleared |= 7 << (classShift[letter] ?? 0);
      if (letters.includes('s') && letter === 'u') bits |= 0o4000;
      if (letters.includes('s') && letter === 'g') bits |= 0o2000;
    }
    if (operator === '+') changed |= bits;
    else if (operator === '-') changed &= ~bits;
    else changed = (changed & ~cleared) | bits;
  }
  return changed;
}

const mktemp: PosixCommand = (words, context) => {
  const { options, operands } = parseOptions(words, 'dtuqp:', ['directory', 'tmpdir', 'tmpdir=', 'suffix=']);
  const template = operands[0] ?? 'tmp.XXXXXXXXXX';
  const [run = ''] = /X{3,}(?=[^X]*$)/u.exec(template) ?? [];
  if (run === '') throw new UsageError(`too few X's in template '${template}'`);
  const directory = options.get('p') ?? options.get('tmpdir');
  const isInTemp = operands.length === 0 || options.has('t') || directory !== undefined;
  const temp = directory === undefined || directory === '' ? (context.environment.get('TMPDIR') ?? '/tmp') : directory;
  const at = template.lastIndexOf(run);
  for (;;) {
    const name = template.slice(0, at) + randomLetters(run.length) + template.slice(at + run.length);
    const shown = (isInTemp ? joinPath('posix', temp, name) : name) + (options.get('suffix') ?? '');
    const path = pathOf(context, shown);
    try {
      if (context.files.exists(path)) continue;
      if (options.has('d') || options.has('directory')) context.files.makeDirectory(path, { mode: 0o700 });
      else if (!options.has('u')) context.files.write(path, '', { mode: 0o600 });
    } catch (error) {
      complain(context, 'mktemp', `failed to create file via template '${template}'`, error);
      return 1;
    }
    context.writeStdout(`${shown}\n`);
    return 0;
  }
};

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

function randomLetters(count: number): string {
  return [...randomBytes(count)].map((byte) => letters.charAt(byte % letters.length)).join('');
}

type StatFormat = (status: FileStatus, shown: string, users: readonly GuestUser[]) => string;

/** Bits of the kind in a raw mode. */
const kindBits: Readonly<Record<FileStatus['kind'], number>> = {
  file: 0o100000,
  directory: 0o040000,
  symlink: 0o120000,
};

const statFormats: Readonly<Record<string, StatFormat>> = {
  n: (_status, shown) => shown,
  N: ({ linkTarget }, shown) => (linkTarget === undefined ? `'${shown}'` : `'${shown}' -> '${linkTarget}'`),
  s: ({ size }) => String(size),
  a: ({ mode }) => mode.toString(8),
  A: (status) => modeText(status),
  u: ({ owner }, _shown, users) => String(userIdOf(users, owner)),
  g: ({ group }, _shown, users) => String(groupIdOf(users, group)),
  U: ({ owner }) => owner,
  G: ({ group }) => group,
  F: ({ kind, size }) =>
    kind === 'file' ? (size === 0 ? 'regular empty file' : 'regular file') : kind.replace('symlink', 'symbolic link'),
  y: ({ modifiedMs }) => formatDate('%Y-%m-%d %H:%M:%S.%N %z', modifiedMs),
  Y: ({ modifiedMs }) => formatDate('%s', modifiedMs),
  x: ({ accessedMs }) => formatDate('%Y-%m-%d %H:%M:%S.%N %z', accessedMs),
  X: ({ accessedMs }) => formatDate('%s', accessedMs),
  w: ({ createdMs }) => formatDate('%Y-%m-%d %H:%M:%S.%N %z', createdMs),
  W: ({ createdMs }) => formatDate('%s', createdMs),
  z: ({ modifiedMs }) => formatDate('%Y-%m-%d %H:%M:%S.%N %z', modifiedMs),
  Z: ({ modifiedMs }) => formatDate('%s', modifiedMs),
  h: ({ linkCount }) => String(linkCount),
  i: ({ inode }) => String(inode),
  d: () => '1',
  D: () => '1',
  f: ({ kind, mode }) => ((kindBits[kind] ?? 0) | mode).toString(16),
  b: ({ size }) => String(Math.ceil(size / 4096) * 8),
  B: () => '512',
  o: () => '4096',
  t: () => '0',
  T: () => '0',
  '%': () => '%',
};

const statDefault = [
  '  File: %N',
  '  Size: %s\t%F',
  'Access: (%a/%A)  Owner: %U  Group: %G  Inode: %i  Links: %h',
  'Access: %x',
  'Modify: %y',
  ' Birth: %w',
].join('\n');

/** One directive of a format, with its flags and width, or a run of other text. */
const statDirective = /%([-0 +#]*)(\d*)(?:\.\d+)?([a-zA-Z%])/gu;

function statText(format: string, status: FileStatus, shown: string, users: readonly GuestUser[]): string {
  return format.replace(statDirective, (all, flags: string, width: string, letter: string) => {
    const write = statFormats[letter];
    if (write === undefined) throw new UsageError(`mock guests do not know the directive '${all}'`);
    const text = write(status, shown, users);
    return flags.includes('-')
      ? text.padEnd(Number(width))
      : text.padStart(Number(width), flags.includes('0') ? '0' : ' ');
  });
}

const escapes: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  '\\': '\\',
  '"': '"',
  a: '\x07',
  e: '\x1b',
  r: '\r',
};

const stat: PosixCommand = (words, context) => {
  const { options, operands } = parseOptions(words, 'Lc:', ['format=', 'printf=', 'dereference']);
  if (operands.length === 0) throw new UsageError('missing operand');
  const printed = options.get('printf')?.replace(/\\(.)/gu, (all, letter: string) => escapes[letter] ?? all);
  const format = printed ?? `${options.get('c') ?? options.get('format') ?? statDefault}\n`;
  const followLinks = options.has('L') || options.has('dereference');
  const users = context.accounts.list();
  return forEach(context, 'stat', operands, (operand) => {
    const status = context.files.stat(pathOf(context, operand), { followLinks });
    context.writeStdout(statText(format, status, operand, users));
  });
};

const blockUnits: Readonly<Record<string, number>> = {
  '': 1,
  c: 1,
  w: 2,
  b: 512,
  k: 1024,
  K: 1024,
  M: 1024 ** 2,
  G: 1024 ** 3,
};
const largestCopy = 1024 ** 3;

/** Copies blocks. Reads files, stdin, `/dev/zero` and `/dev/urandom`. */
const dd: PosixCommand = (words, context) => {
  const given = new Map(words.map((word) => splitOnce(word, '=')));
  const blockSize = amount(given.get('bs') ?? '512');
  const count = given.get('count') === undefined ? Infinity : amount(given.get('count') ?? '');
  const skipped = amount(given.get('skip') ?? '0') * blockSize;
  const source = given.get('if');
  const wanted = count * blockSize;
  const device = source !== undefined && isEndless(source) ? source : undefined;
  if (wanted > largestCopy && device !== undefined) {
    throw new UsageError(`'${device}' has no end; give a count of at most 1 GiB`);
  }
  const bytes =
    device !== undefined
      ? endlessContent(device, wanted)
      : (source === undefined ? context.stdin : openInput(context, pathOf(context, source)).bytes()).subarray(
          skipped,
          skipped + wanted,
        );
  const target = given.get('of');
  if (target === undefined) context.writeStdout(bytes);
  else if (target !== '/dev/null') context.files.write(pathOf(context, target), bytes);
  context.writeStderr(`${bytes.length} bytes copied\n`);
  return 0;
};

function amount(text: string): number {
  const [, digits, unit = ''] = /^(\d+)([cwbkKMG]?)B?$/u.exec(text) ?? [];
  if (digits === undefined) throw new UsageError(`invalid number: '${text}'`);
  return Number(digits) * (blockUnits[unit] ?? 1);
}

/** `truncate -s [+|-]SIZE file ...` */
const truncate: PosixCommand = (words, context) => {
  const { options, operands } = parseOptions(words, 'cs:', ['size=', 'no-create']);
  const [, sign = '', size] = /^([+-]?)(\d+[kKMG]?B?)$/u.exec(options.get('s') ?? options.get('size') ?? '') ?? [];
  if (size === undefined) throw new UsageError('give a size by -s, like 10K, +1 or -1');
  const bytes = amount(size);
  if (bytes > largestCopy) throw new UsageError('a file of a mock guest takes at most 1 GiB this way');
  return forEach(context, 'truncate', operands, (operand) => {
    const path = pathOf(context, operand);
    const isThere = context.files.exists(path);
    if (!isThere && (options.has('c') || options.has('no-create'))) return;
    const old = isThere ? context.files.read(path).bytes() : new Uint8Array(0);
    const length = sign === '' ? bytes : Math.max(0, old.length + (sign === '+' ? bytes : -bytes));
    const made = new Uint8Array(Math.min(length, largestCopy));
    made.set(old.subarray(0, made.length));
    context.files.write(path, made);
  });
};

/** `cmp [-s] file file`: where two files differ first. */
const cmp: PosixCommand = (words, context) => {
  const { options, operands } = parseOptions(words, 's', ['silent', 'quiet']);
  const [first, second] = operands;
  if (first === undefined || second === undefined) throw new UsageError('missing operand');
  const bytesOf = (name: string): Uint8Array =>
    name === '-' ? context.stdin : context.files.read(pathOf(context, name)).bytes();
  const [left, right] = [bytesOf(first), bytesOf(second)];
  const shorter = Math.min(left.length, right.length);
  let at = 0;
  let line = 1;
  while (at < shorter && left[at] === right[at]) {
    if (left[at] === newLine) line += 1;
    at += 1;
  }
  if (at === left.length && at === right.length) return 0;
  if (['s', 'silent', 'quiet'].some((name) => options.has(name))) return 1;
  if (at === shorter)
    context.writeStderr(`cmp: EOF on ${left.length < right.length ? first : second} after byte ${at}\n`);
  else context.writeStdout(`${first} ${second} differ: byte ${at + 1}, line ${line}\n`);
  return 1;
};

const newLine = 0x0a;

const realpath: PosixCommand = (words, context) => {
  const { options, operands } = parseOptions(words, 'emqs', ['canonicalize-missing']);
  const mayLack = options.has('m') || options.has('canonicalize-missing');
  return forEach(context, 'realpath', operands, (operand) => {
    const path = pathOf(context, operand);
    const isThere = context.files.exists(path);
    context.writeStdout(`${mayLack && !isThere ? path : context.files.realPath(path)}\n`);
  });
};

const install: PosixCommand = (words, context) => {
  const { options, operands } = parseOptions(words, 'dDm:o:g:vp');
  const mode = Number.parseInt(options.get('m') ?? '755', 8);
  if (options.has('d')) {
    return forEach(context, 'install', operands, (operand) => {
      const path = pathOf(context, operand);
      if (!context.files.exists(path)) context.files.makeDirectory(path, { makeParents: true, mode });
    });
  }
  const target = operands[operands.length - 1];
  if (target === undefined || operands.length < 2) throw new UsageError('missing operand');
  const targetPath = pathOf(context, target);
  const isDirectory = context.files.exists(targetPath) && context.files.stat(targetPath).kind === 'directory';
  if (operands.length > 2 && !isDirectory) throw new Fault('not-a-directory', `"${target}" is not a directory.`);
  return forEach(context, 'install', operands.slice(0, -1), (operand) => {
    const source = pathOf(context, operand);
    const path = isDirectory ? joinPath('posix', targetPath, baseName('posix', source)) : targetPath;
    context.files.write(path, context.files.read(source));
    context.files.setAttributes(path, { mode });
  });
};

/** Files, as far as owners, rights and times matter. */
export const fileCommands: Readonly<Record<string, PosixCommand>> = {
  touch,
  chown,
  chgrp,
  chmod,
  mktemp,
  stat,
  dd,
  truncate,
  cmp,
  realpath,
  install,
};
