import { isAbsolute, posix, relative, resolve, sep, win32 } from 'node:path';
import { Fault } from '../../base/fault.js';
import { isSameName } from './place-names.js';

/** Name of the folder that holds Revix's own files, beside a `.vmx` file and at the top of the directory. */
export const ownFolder = '.revix';

/** Name of the file that says what a folder at the top of the directory stands for. */
export const markerFile = '.revix-folder';

/** Name of the folder that tells which machines outside of the directory belong to it. */
export const outsideFolder = '.revix-outside';

/**
 * What a top folder stands for; `inside`: a plain folder, whose files are where their paths say; `outside`: no folder
 * of the directory, but any of this machine.
 */
export type PlaceRoot =
  | { readonly kind: 'inside' | 'local' | 'outside' }
  | { readonly kind: 'datacenter'; readonly name: string };

/**
 * A location taken apart. Parts are true names, from the top down; the last is the `.vmx` file. A place outside is one
 * part, its path.
 */
export interface VmPlace {
  readonly root: PlaceRoot;
  readonly parts: readonly string[];
}

/** Ways in which the directory of the store may be written: as it was given and with links resolved. */
export interface DirectoryPaths {
  readonly given: string;
  readonly real: string;
}

const datastoreForm = /^\[([^\]]+)\]\s*(.+)$/s;
const drivePath = /^[A-Za-z]:[\\/]/;
const sharePath = /^\\\\[^\\/]/;

/**
 * Where a virtual machine belongs.
 * @param isInPlace an absolute path of this machine means the file there, also outside of the directory.
 * @throws Fault `invalid-argument` for a location that no virtual machine can have.
 */
export function placeOf(location: string, datacenter: string, directory: DirectoryPaths, isInPlace = false): VmPlace {
  const place = rawPlace(location, datacenter, directory, isInPlace);
  const problem = problemWith(place);
  if (problem === undefined) return place;
  throw new Fault(
    'invalid-argument',
    `A virtual machine cannot be at ${JSON.stringify(location)}: ${problem}. ` +
      'Give a path like [datastore] folder/name.vmx or an absolute path of a .vmx file.',
  );
}

function rawPlace(location: string, datacenter: string, directory: DirectoryPaths, isInPlace: boolean): VmPlace {
  const [, datastore, path] = datastoreForm.exec(location) ?? [];
  if (datastore !== undefined && path !== undefined) {
    return { root: { kind: 'datacenter', name: datacenter }, parts: [datastore, ...split(path, /\//)] };
  }
  const inside = partsInside(location, directory.given) ?? partsInside(location, directory.real);
  if (inside !== undefined) return { root: { kind: 'inside' }, parts: inside };
  if (isInPlace && isPathHere(location)) return { root: { kind: 'outside' }, parts: [location] };
  const local: PlaceRoot = { kind: 'local' };
  if (drivePath.test(location)) return { root: local, parts: split(location, /[\\/]/) };
  if (sharePath.test(location)) {
    const [server = '', ...rest] = split(location, /[\\/]/);
    return { root: local, parts: [`\\\\${server}`, ...rest] };
  }
  return { root: local, parts: location.startsWith('/') ? split(location, /\//) : [] };
}

/** Whether a location is an absolute path in the form of this machine, without detours. */
export function isPathHere(location: string): boolean {
  const isOfThisSystem = sep === win32.sep ? drivePath.test(location) || sharePath.test(location) : true;
  return isOfThisSystem && isAbsolute(location) && resolve(location) === location;
}

function split(path: string, separator: RegExp): string[] {
  return path.split(separator).filter((part) => part !== '');
}

function partsInside(location: string, directory: string): string[] | undefined {
  if (!isAbsolute(location)) return undefined;
  const path = relative(directory, location);
  if (path === '' || path.split(sep)[0] === '..' || isAbsolute(path)) return undefined;
  return path.split(sep);
}

function problemWith({ root, parts }: VmPlace): string | undefined {
  if (parts.length === 0) return 'it is neither a datastore path nor an absolute path';
  if (root.kind === 'datacenter' && parts.length < 2) return 'it names no file';
  if (root.kind === 'datacenter' && root.name === '') return 'it is on a datastore, but names no datacenter';
  if (!/.\.vmx$/is.test(parts.at(-1) ?? '')) return 'it does not end in .vmx';
  if (parts.some((part) => part === '.' || part === '..')) return 'it holds . or .. as a folder';
  if (parts.some((part) => !part.isWellFormed())) return 'it is not valid Unicode';
  const isReserved = root.kind === 'inside' && parts.some((part) => part.startsWith(ownFolder));
  return isReserved ? `the name ${ownFolder} is taken by Revix's own files` : undefined;
}

/** The location that a place is shown as. */
export function locationOf({ root, parts }: VmPlace, directory: DirectoryPaths): string {
  if (root.kind === 'outside') return parts.join('');
  if (root.kind === 'inside') return resolve(directory.real, ...parts);
  if (root.kind === 'local') {
    const [first = ''] = parts;
    const isWindows = /^[A-Za-z]:$/.test(first) || first.startsWith('\\\\');
    return isWindows ? parts.join(win32.sep) : posix.sep + parts.join(posix.sep);
  }
  const [datastore = '', ...path] = parts;
  return `[${datastore}] ${path.join('/')}`;
}

/** Whether two places are one. */
export function isSamePlace(one: VmPlace, other: VmPlace): boolean {
  if (one.root.kind !== other.root.kind || one.parts.length !== other.parts.length) return false;
  if (one.root.kind === 'datacenter' && other.root.kind === 'datacenter' && one.root.name !== other.root.name) {
    return false;
  }
  return one.parts.every((part, index) => isSameName(part, other.parts[index] ?? ''));
}
