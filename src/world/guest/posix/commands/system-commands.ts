import { groupIdOf, groupIds } from '../../accounts.js';
import { addressesOf } from '../../nics.js';
import type { GuestUser } from '../../program.js';
import { parseOptions, UsageError, type PosixCommand } from '../posix-command.js';

const unitBytes: Readonly<Record<string, readonly [bytes: number, title: string]>> = {
  k: [1024, '1K-blocks'],
  m: [1024 ** 2, '1M-blocks'],
  B: [1, '1B-blocks'],
};
const sizeLetters = ['', 'K', 'M', 'G', 'T'];

/** `df [-hkmPT] [path ...]`: the one disk of the guest. */
const df: PosixCommand = (words, context) => {
  const { options, operands } = parseOptions(words, 'hkmPTaB:', ['human-readable', 'portability', 'total', 'output=']);
  for (const operand of operands) {
    if (!operand.startsWith('-')) context.files.stat(operand.startsWith('/') ? operand : '/');
  }
  const { capacityBytes, usedBytes } = context.disk;
  const freeBytes = Math.max(0, capacityBytes - usedBytes());
  const isHuman = options.has('h') || options.has('human-readable');
  const [unit, title] = unitBytes[options.has('m') || options.get('B') === 'M' ? 'm' : 'k'] ?? [1024, '1K-blocks'];
  const size = (bytes: number): string => (isHuman ? humanSize(bytes) : String(Math.ceil(bytes / unit)));
  const percent = `${Math.ceil((100 * (capacityBytes - freeBytes)) / Math.max(1, capacityBytes))}%`;
  const sizes = [isHuman ? 'Size' : title, 'Used', isHuman ? 'Avail' : 'Available'];
  const values = [capacityBytes, capacityBytes - freeBytes, freeBytes].map(size);
  const widths = sizes.map((text, at) => Math.max(text.length, values[at]?.length ?? 0));
  const row = (first: string, type: string, texts: readonly string[], use: string, mount: string): string => {
    const kind = options.has('T') ? type.padEnd(5) : '';
    const columns = texts.map((text, at) => text.padStart(widths[at] ?? 0));
    return `${first.padEnd(11)}${kind} ${columns.join(' ')} ${use.padStart(4)} ${mount}\n`;
  };
  context.writeStdout(row('Filesystem', 'Type', sizes, 'Use%', 'Mounted on'));
  context.writeStdout(row('/dev/sda1', 'ext4', values, percent, '/'));
  return 0;
};

function humanSize(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < sizeLetters.length - 1) {
    value /= 1024;
    unit += 1;
  }
  const text = unit > 0 && value < 10 ? (Math.ceil(value * 10) / 10).toFixed(1) : String(Math.ceil(value));
  return text + (sizeLetters[unit] ?? '');
}

/** A line of a database, with what it is found by. */
type Entry = readonly [keys: readonly string[], line: string];

const missingKeyExitCode = 2;

/** `getent passwd|group|hosts [key ...]`. */
const getent: PosixCommand = (words, context) => {
  const [database, ...keys] = parseOptions(words, '').operands;
  const users = context.accounts.list();
  const lines = new Map<string, () => readonly Entry[]>([
    ['passwd', () => users.map((user) => [[user.name, String(user.id)], passwdLine(users, user)])],
    ['group', () => [...groupIds(users)].map(([name, id]) => [[name, String(id)], `${name}:x:${id}:`])],
    ['hosts', () => hostLines(context.hostName, addressesOf(context.nics))],
  ]).get(database ?? '');
  if (lines === undefined) throw new UsageError(`Unknown database: ${database ?? ''}`);
  const known = lines();
  const chosen: readonly (Entry | undefined)[] =
    keys.length === 0 ? known : keys.map((key) => known.find(([names]) => names.includes(key)));
  for (const entry of chosen) if (entry !== undefined) context.writeStdout(`${entry[1]}\n`);
  return chosen.includes(undefined) ? missingKeyExitCode : 0;
};

function passwdLine(users: readonly GuestUser[], { name, id, group, home }: GuestUser): string {
  return `${name}:x:${id}:${groupIdOf(users, group)}:${name}:${home}:/bin/sh`;
}

function hostLines(hostName: string, addresses: readonly string[]): readonly Entry[] {
  const rows = [['127.0.0.1', 'localhost'], ...addresses.slice(0, 1).map((address) => [address, hostName])];
  return rows.map((row) => [row, row.join('       ')]);
}

/** Programs of a mock guest have no terminal. */
const tty: PosixCommand = (_words, context) => {
  context.writeStdout('not a tty\n');
  return 1;
};

/** The guest as a whole: its disk, its accounts, its terminal. */
export const systemCommands: Readonly<Record<string, PosixCommand>> = { df, getent, tty };
