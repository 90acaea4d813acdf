import { groupIdOf, userIdOf } from '../../accounts.js';
import type { FileStatus } from '../../guest-files.js';
import { joinPath } from '../../guest-path.js';
import type { ProgramContext } from '../../program.js';
import { complain, modeText, parseOptions, pathOf, type PosixCommand } from '../posix-command.js';
import { formatDate } from './date-format.js';

/** Half a year: older times show their year instead of the hour. */
const recentMs = 15_778_476_000;
const sizeUnits = ['', 'K', 'M', 'G', 'T'];

type Options = ReadonlyMap<string, string>;

/** `ls`: one name per line, with `-l` the whole line; `-a -A -d -h -i -r -R -S -t -F -p -n -g` as everywhere. */
export const ls: PosixCommand = (words, context) => {
  const { options, operands } = parseOptions(words, 'laAdhrRStF1pngGikUcuQbqHL', [
    'all',
    'almost-all',
    'full-time',
    'color',
    'color=',
  ]);
  let exitCode = 0;
  const files: FileStatus[] = [];
  const directories: { readonly shown: string; readonly path: string }[] = [];
  for (const operand of operands.length === 0 ? ['.'] : operands) {
    const path = pathOf(context, operand);
    try {
      const followLinks = !options.has('l') && !options.has('d');
      const status = statOrLink(context, path, followLinks || operand.endsWith('/'));
      if (status.kind === 'directory' && !options.has('d')) directories.push({ shown: operand, path });
      else files.push({ ...status, name: operand });
    } catch (error) {
      complain(context, 'ls', `cannot access '${operand}'`, error);
      exitCode = 2;
    }
  }
  print(context, sorted(files, options), options);
  const hasTitles = operands.length > 1 || options.has('R');
  let isFirst = files.length === 0;
  const pending = [...directories];
  for (let next = pending.shift(); next !== undefined; next = pending.shift()) {
    try {
      const listed = sorted(visible(context, next.path, options), options);
      if (hasTitles) context.writeStdout(`${isFirst ? '' : '\n'}${next.shown}:\n`);
      isFirst = false;
      if (options.has('l')) context.writeStdout(`total ${listed.reduce((sum, { size }) => sum + blocks(size), 0)}\n`);
      print(context, listed, options);
      if (options.has('R')) pending.unshift(...below(next, listed));
    } catch (error) {
      complain(context, 'ls', `cannot open directory '${next.shown}'`, error);
      exitCode = 2;
    }
  }
  return exitCode;
};

function statOrLink(context: ProgramContext, path: string, followLinks: boolean): FileStatus {
  const isDangling = followLinks && !context.files.exists(path);
  return context.files.stat(path, { followLinks: followLinks && !isDangling });
}

function below(
  directory: { readonly shown: string; readonly path: string },
  listed: readonly FileStatus[],
): { readonly shown: string; readonly path: string }[] {
  return listed
    .filter(({ kind, name }) => kind === 'directory' && name !== '.' && name !== '..')
    .map(({ name }) => ({
      shown: joinPath('posix', directory.shown, name),
      path: joinPath('posix', directory.path, name),
    }));
}

function visible(context: ProgramContext, path: string, options: Options): FileStatus[] {
  const isAll = options.has('a') || options.has('all');
  const listed = context.files.list(path);
  if (isAll) {
    const dots = ['.', '..'].map((name) => ({ ...context.files.stat(`${path}/${name}`), name }));
    return [...dots, ...listed];
  }
  const hasDots = options.has('A') || options.has('almost-all');
  return listed.filter(({ name }) => hasDots || !name.startsWith('.'));
}

function sorted(list: readonly FileStatus[], options: Options): FileStatus[] {
  const order = [...list];
  if (options.has('t')) order.sort((left, right) => right.modifiedMs - left.modifiedMs);
  if (options.has('S')) order.sort((left, right) => right.size - left.size);
  return options.has('r') ? order.reverse() : order;
}

function print(context: ProgramContext, list: readonly FileStatus[], options: Options): void {
  const nowMs = context.clock.now();
  const isLong = options.has('l') || options.has('n') || options.has('g') || options.has('full-time');
  const sizes = list.map(({ size }) => (options.has('h') ? humanSize(size) : String(size)));
  const sizeWidth = Math.max(1, ...widths(sizes));
  const linkWidth = Math.max(1, ...widths(list.map(({ linkCount }) => String(linkCount))));
  const inodeWidth = Math.max(1, ...widths(list.map(({ inode }) => String(inode))));
  const users = options.has('n') ? context.accounts.list() : [];
  const owners = list.map(({ owner }) => (options.has('n') ? String(userIdOf(users, owner)) : owner));
  const groups = list.map(({ group }) => (options.has('n') ? String(groupIdOf(users, group)) : group));
  const [ownerWidth, groupWidth] = [owners, groups].map((names) => Math.max(1, ...widths(names)));
  const lines = list.map((status, at) => {
    const name = status.name + suffix(status, options);
    const inode = options.has('i') ? `${String(status.inode).padStart(inodeWidth)} ` : '';
    if (!isLong) return `${inode}${name}\n`;
    const group = (groups[at] ?? '').padEnd(groupWidth ?? 0);
    const who = options.has('g') ? group : `${(owners[at] ?? '').padEnd(ownerWidth ?? 0)} ${group}`;
    const when = options.has('full-time')
      ? formatDate('%Y-%m-%d %H:%M:%S.%N %z', status.modifiedMs)
      : formatDate(Math.abs(nowMs - status.modifiedMs) < recentMs ? '%b %e %H:%M' : '%b %e  %Y', status.modifiedMs);
    const target = status.linkTarget === undefined ? '' : ` -> ${status.linkTarget}`;
    return `${inode}${modeText(status)} ${String(status.linkCount).padStart(linkWidth)} ${who} ${(sizes[at] ?? '').padStart(sizeWidth)} ${when} ${name}${target}\n`;
  });
  context.writeStdout(lines.join(''));
}

function widths(texts: readonly string[]): number[] {
  // Spreading a very long list would be too many arguments, so only its distinct widths are returned.
  return [...new Set(texts.map((text) => text.length))];
}

function suffix({ kind, mode }: FileStatus, options: Options): string {
  if (kind === 'directory' && (options.has('F') || options.has('p'))) return '/';
  if (!options.has('F')) return '';
  if (kind === 'symlink') return options.has('l') ? '' : '@';
  return kind === 'file' && (mode & 0o111) !== 0 ? '*' : '';
}

function blocks(size: number): number {
  return Math.ceil(size / 4096) * 4;
}

function humanSize(size: number): string {
  let value = size;
  let unit = 0;
  while (value >= 1024 && unit < sizeUnits.length - 1) {
    value /= 1024;
    unit += 1;
  }
  const text = unit > 0 && value < 10 ? (Math.ceil(value * 10) / 10).toFixed(1) : String(Math.ceil(value));
  return text + (sizeUnits[unit] ?? '');
}
