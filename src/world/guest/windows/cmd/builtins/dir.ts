import type { FileStatus } from '../../../guest-files.js';
import { isDirectory, isPattern, nameMatcher } from '../../file-patterns.js';
import { listingTimeText } from '../../guest-time.js';
import { baseName, driveOf, extensionOf, isRoot, joinPath, parentPath } from '../../paths.js';
import { systemMessageOf, systemMessages } from '../../system-messages.js';
import { groupDigits } from '../../text.js';
import { type Builtin, type BuiltinCall, pathOf, print, printError } from '../builtin.js';
import { printVolume } from './console.js';
import { parseArguments } from '../words.js';

type Filter = (status: FileStatus) => boolean;

const attributeTests: Readonly<Record<string, Filter>> = {
  d: (status) => status.kind === 'directory',
  r: (status) => status.isReadOnly,
  h: (status) => status.isHidden,
  s: (status) => status.isSystem,
  a: (status) => status.kind === 'file',
  l: (status) => status.kind === 'symlink',
  i: () => false,
};

const orders: Readonly<Record<string, (left: FileStatus, right: FileStatus) => number>> = {
  n: (left, right) => compareNames(left.name, right.name),
  s: (left, right) => left.size - right.size,
  d: (left, right) => left.modifiedMs - right.modifiedMs,
  e: (left, right) => compareNames(extensionOf(left.name), extensionOf(right.name)),
  g: (left, right) => Number(right.kind === 'directory') - Number(left.kind === 'directory'),
};

function compareNames(left: string, right: string): number {
  const [first, second] = [left.toLowerCase(), right.toLowerCase()];
  return first === second ? 0 : first < second ? -1 : 1;
}

/** Letters with an optional `-` before each: `-d`, `dh`. */
function letters(text: string): [letter: string, isNegated: boolean][] {
  return [...text.replace(/^:/, '').matchAll(/(-?)([a-z])/g)].map(([, minus, letter]) => [letter ?? '', minus === '-']);
}

interface Listing {
  readonly isBare: boolean;
  readonly isRecursive: boolean;
  readonly shows: Filter;
  readonly sort: (entries: readonly FileStatus[]) => FileStatus[];
}

function listingOf(switches: readonly string[]): Listing {
  const attributes = switches.findLast((name) => name.startsWith('a'));
  const order = switches.findLast((name) => name.startsWith('o'));
  const tests = attributes === undefined ? undefined : letters(attributes.slice(1));
  const keys = order === undefined ? [] : letters(order === 'o' ? 'gn' : order.slice(1));
  return {
    isBare: switches.includes('b'),
    isRecursive: switches.includes('s'),
    shows: (status) =>
      tests === undefined
        ? !status.isHidden
        : tests.every(([letter, isNegated]) => attributeTests[letter]?.(status) !== isNegated),
    sort: (entries) =>
      [...entries].sort((left, right) => {
        for (const [letter, isNegated] of keys) {
          const sign = orders[letter]?.(left, right) ?? 0;
          if (sign !== 0) return isNegated ? -sign : sign;
        }
        return compareNames(left.name, right.name);
      }),
  };
}

interface Totals {
  files: number;
  directories: number;
  bytes: number;
}

function entryLine(status: FileStatus): string {
  const time = listingTimeText(status.modifiedMs);
  if (status.kind === 'directory') return `${time}    <DIR>          ${status.name}`;
  if (status.kind === 'symlink') return `${time}    <SYMLINK>      ${status.name} [${status.linkTarget ?? ''}]`;
  return `${time} ${groupDigits(status.size).padStart(17)} ${status.name}`;
}

function countLine(count: number, what: string): string {
  return `${groupDigits(count).padStart(16)} ${what}`;
}

function entriesOf(call: BuiltinCall, directory: string, pattern: string, listing: Listing): FileStatus[] {
  const { files } = call.session;
  const matches = nameMatcher(pattern);
  const found = files.list(directory).filter((status) => matches(status.name) && listing.shows(status));
  const sorted = listing.sort(found);
  if (listing.isBare || isRoot(directory) || !matches('.')) return sorted;
  const self = files.stat(directory);
  const dots = ['.', '..'].map((name): FileStatus => ({ ...self, name, kind: 'directory' }));
  return [...dots.filter(listing.shows), ...sorted];
}

function listOne(call: BuiltinCall, directory: string, pattern: string, listing: Listing, totals: Totals): void {
  const entries = entriesOf(call, directory, pattern, listing);
  if (listing.isBare) {
    for (const { name } of entries) print(call, listing.isRecursive ? joinPath(directory, name) : name);
  }
  const files = entries.filter(({ kind }) => kind !== 'directory');
  const bytes = files.reduce((sum, { size }) => sum + size, 0);
  if (!listing.isBare && entries.length > 0) {
    print(call, '');
    print(call, ` Directory of ${directory}`);
    print(call, '');
    for (const entry of entries) print(call, entryLine(entry));
    print(call, `${countLine(files.length, 'File(s)')} ${groupDigits(bytes).padStart(14)} bytes`);
  }
  totals.files += files.length;
  totals.bytes += bytes;
  totals.directories += entries.length - files.length;
}

async function listTree(
  call: BuiltinCall,
  directory: string,
  pattern: string,
  listing: Listing,
  totals: Totals,
): Promise<void> {
  await call.session.steps.step();
  listOne(call, directory, pattern, listing, totals);
  if (!listing.isRecursive) return;
  for (const status of listing.sort(call.session.files.list(directory))) {
    if (status.kind === 'directory') await listTree(call, joinPath(directory, status.name), pattern, listing, totals);
  }
}

async function listPath(call: BuiltinCall, word: string, listing: Listing): Promise<number> {
  const { files } = call.session;
  const path = pathOf(call, word);
  const isWhole = !isPattern(path) && isDirectory(files, path);
  const directory = isWhole ? path : parentPath(path);
  const pattern = isWhole ? '*' : baseName(path);
  if (!listing.isBare) printVolume(call, driveOf(directory));
  if (!isDirectory(files, directory)) {
    printError(call, systemMessages.pathNotFound.text);
    return 1;
  }
  const totals: Totals = { files: 0, directories: 0, bytes: 0 };
  try {
    await listTree(call, directory, pattern, listing, totals);
  } catch (error) {
    printError(call, systemMessageOf(error).text);
    return 1;
  }
  if (totals.files + totals.directories === 0) {
    printError(call, 'File Not Found');
    return 1;
  }
  if (listing.isBare) return 0;
  if (listing.isRecursive) {
    print(call, '');
    print(call, '     Total Files Listed:');
    print(call, `${countLine(totals.files, 'File(s)')} ${groupDigits(totals.bytes).padStart(14)} bytes`);
  }
  const { capacityBytes, usedBytes } = call.session.context.disk;
  const free = groupDigits(Math.max(0, capacityBytes - usedBytes()));
  print(call, `${countLine(totals.directories, 'Dir(s)')} ${free.padStart(14)} bytes free`);
  return 0;
}

/** `dir`. A process does not know how much of its disk is free, so the last line counts directories only. */
export const dir: Builtin = async (call) => {
  const { switches, words } = parseArguments(call.arguments);
  const listing = listingOf(switches);
  let returnCode = 0;
  for (const word of words.length === 0 ? ['.'] : words) {
    returnCode = Math.max(returnCode, await listPath(call, word, listing));
  }
  return returnCode;
};
