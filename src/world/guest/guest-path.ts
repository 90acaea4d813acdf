import { Buffer } from 'node:buffer';
import { Fault } from '../../base/fault.js';

/** Which kind of operating system a guest runs: decides the form of paths, names and programs. */
export type GuestFamily = 'posix' | 'windows';

/** An absolute path in pieces. */
export interface GuestPath {
  /** `/`, or a drive like `C:\`. */
  readonly root: string;
  /** Names below the root; on POSIX these may include `..`, which only a walk over the links can resolve. */
  readonly names: readonly string[];
}

/** Longest name of one file: bytes on POSIX, UTF-16 units on Windows. */
const longestName = 255;
const longestPath = 4096;

const controlCharacter = /[\u0000-\u001f\u007f]/u;
const loneSurrogate = /\p{Surrogate}/u;
const windowsReserved = /[<>:"|?*]/u;
const windowsDevice = /^(?:con|prn|aux|nul|com[1-9]|lpt[1-9])(?:\..*)?$/iu;
const windowsDrive = /^[a-z]:[\\/]/iu;

/** Whether the path is absolute in the form of its family. UNC paths count as absolute: they name another machine. */
export function isAbsolutePath(family: GuestFamily, path: string): boolean {
  return family === 'posix' ? path.startsWith('/') : windowsDrive.test(path) || /^[\\/]{2}/u.test(path);
}

/** Whether a name of a program says nothing of where it is. */
export function isBareName(family: GuestFamily, name: string): boolean {
  return name !== '' && !(family === 'posix' ? /\// : /[\\/:]/u).test(name);
}

/**
 * Takes an absolute path apart and checks it.
 * @throws Fault `invalid-argument` (relative or empty), `file-name-invalid`, `file-name-too-long`, and
 *   `file-not-found` for a UNC path, since a mock guest sees no other machine.
 */
export function parsePath(family: GuestFamily, path: string): GuestPath {
  if (!isAbsolutePath(family, path)) {
    const example = family === 'posix' ? '/tmp/file' : 'C:\\Temp\\file';
    throw new Fault(
      'invalid-argument',
      `"${path}" is not an absolute path of the guest; give one like ${JSON.stringify(example)}.`,
    );
  }
  checkText(family, path);
  return family === 'posix' ? parsePosix(path) : parseWindows(path);
}

/** The path of these pieces, in the family's own form. */
function formatPath(family: GuestFamily, path: GuestPath): string {
  return path.root + path.names.join(family === 'posix' ? '/' : '\\');
}

/** The absolute path without `.`, `..` and repeated separators; links are not looked at. Throws as `parsePath`. */
export function normalizePath(family: GuestFamily, path: string): string {
  const { root, names } = parsePath(family, path);
  return formatPath(family, { root, names: withoutParents(names) });
}

/**
 * The path that `path` means for a process working in `base`: `path` itself when it is absolute. Normalised.
 * On Windows also takes `\dir` (same drive) and `C:dir` (same drive only).
 */
export function resolvePath(family: GuestFamily, base: string, path: string): string {
  if (isAbsolutePath(family, path)) return normalizePath(family, path);
  if (family === 'posix') return normalizePath(family, `${base}/${path}`);
  if (/^[\\/]/u.test(path)) return normalizePath(family, base.slice(0, 2) + path);
  if (/^[a-z]:/iu.test(path)) {
    const isSameDrive = path.slice(0, 2).toLowerCase() === base.slice(0, 2).toLowerCase();
    return normalizePath(family, isSameDrive ? `${base}\\${path.slice(2)}` : `${path.slice(0, 2)}\\${path.slice(2)}`);
  }
  return normalizePath(family, `${base}\\${path}`);
}

/** The path of `name` inside the directory `base`; changes neither. */
export function joinPath(family: GuestFamily, base: string, ...names: string[]): string {
  const separator = family === 'posix' ? '/' : '\\';
  const ends = family === 'posix' ? /\/$/u : /[\\/]$/u;
  return names.reduce((path, name) => (ends.test(path) ? path + name : path + separator + name), base);
}

/** Last name of the path; the empty string for a root. Does not check the path. */
export function baseName(family: GuestFamily, path: string): string {
  const separators = family === 'posix' ? /\/+/u : /[\\/]+/u;
  const name =
    path
      .split(separators)
      .filter((part) => part !== '')
      .pop() ?? '';
  return family === 'windows' && /^[a-z]:$/iu.test(name) ? '' : name;
}

/** The directory that holds the path; a root holds itself. Throws as `parsePath`. */
export function parentPath(family: GuestFamily, path: string): string {
  const { root, names } = parsePath(family, path);
  return formatPath(family, { root, names: withoutParents(names).slice(0, -1) });
}

/** What two names must share to be the same file. */
export function nameKey(family: GuestFamily, name: string): string {
  return family === 'posix' ? name : name.toLowerCase();
}

function withoutParents(names: readonly string[]): string[] {
  const kept: string[] = [];
  for (const name of names) {
    if (name === '..') kept.pop();
    else kept.push(name);
  }
  return kept;
}

function checkText(family: GuestFamily, path: string): void {
  if (controlCharacter.test(path) || loneSurrogate.test(path)) {
    throw new Fault(
      'file-name-invalid',
      `The guest path ${JSON.stringify(path)} holds a control character or broken Unicode; remove it.`,
    );
  }
  const length = family === 'posix' ? Buffer.byteLength(path) : path.length;
  if (length > longestPath) {
    throw new Fault('file-name-too-long', `A guest path of ${length} is longer than the limit of ${longestPath}.`);
  }
}

function parsePosix(path: string): GuestPath {
  const names = path.split('/').filter((name) => name !== '' && name !== '.');
  for (const name of names) {
    if (name.length * 3 > longestName && Buffer.byteLength(name) > longestName) throw nameTooLong(name, 'bytes');
  }
  return { root: '/', names };
}

function parseWindows(path: string): GuestPath {
  const plain = path.replace(/^[\\/]{2}\?[\\/](?=[a-z]:)/iu, '');
  if (!windowsDrive.test(plain)) {
    throw new Fault('file-not-found', `"${path}" names another machine, which a mock guest cannot reach.`);
  }
  const names: string[] = [];
  for (const part of plain.slice(3).split(/[\\/]+/u)) {
    if (part === '' || part === '.') continue;
    if (part === '..') {
      names.pop();
      continue;
    }
    const name = part.replace(/[. ]+$/u, '');
    if (name === '' || windowsReserved.test(name) || windowsDevice.test(name)) {
      throw new Fault(
        'file-name-invalid',
        `"${part}" in the guest path "${path}" is no file name on Windows; avoid < > : " | ? * and device names.`,
      );
    }
    if (name.length > longestName) throw nameTooLong(name, 'characters');
    names.push(name);
  }
  return { root: `${plain.slice(0, 1).toUpperCase()}:\\`, names };
}

function nameTooLong(name: string, unit: string): Fault {
  return new Fault(
    'file-name-too-long',
    `The file name "${name.slice(0, 40)}..." is longer than the ${longestName} ${unit} that the guest allows.`,
  );
}
