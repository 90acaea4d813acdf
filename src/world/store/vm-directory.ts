import { createHash } from 'node:crypto';
import { type Dirent, existsSync, readdirSync, realpathSync, statSync } from 'node:fs';
import { dirname, join, posix, relative, sep } from 'node:path';
import { Fault } from '../../base/fault.js';
import { type HostDisk, hostErrorCode, hostFault, onHostSync, readWhole, unlessAbsent } from './host-disk.js';
import { decodeName, knownFileName, newFileName } from './place-names.js';
import type { VmRecord } from '../vm/vm-record.js';
import type { VmIdentity } from './stored-vm.js';
import { below, locksFolder, VmFolder } from './vm-folder.js';
import { OutsideMachines } from './outside-machines.js';
import { type DirectoryPaths, type PlaceRoot, type VmPlace, isSamePlace, locationOf, markerFile } from './vm-place.js';
import { isPathHere, outsideFolder, ownFolder, placeOf } from './vm-place.js';
import { type StateStart, type VmStateHeader, readStateStart } from './vm-state-file.js';

/** A `.vmx` file as the walk through the directory found it. */
interface Found {
  readonly folder: VmFolder;
  readonly place: VmPlace;
  /** undefined for a machine that has no state file, or one that cannot be read. */
  readonly header: VmStateHeader | undefined;
  /** The whole state file, where the look for its header brought it along. */
  readonly state: Buffer | undefined;
}

/** A machine that a look through the directory has found. */
export interface FoundVm {
  readonly identity: VmIdentity;
  /** Its state file as it was at that moment, where that was read whole. */
  readonly state: Buffer | undefined;
}

/** The tree of `.vmx` files. Every look walks through it, since anybody may have put in a folder by hand. */
export class VmDirectory {
  readonly paths: DirectoryPaths;
  readonly #disk: HostDisk;
  readonly #outside: OutsideMachines;
  readonly #isInPlace: boolean;

  private constructor(paths: DirectoryPaths, disk: HostDisk, isInPlace: boolean) {
    this.paths = paths;
    this.#disk = disk;
    this.#isInPlace = isInPlace;
    this.#outside = new OutsideMachines(join(paths.real, outsideFolder), disk);
  }

  /**
   * Opens a directory, and makes it if it is not there.
   * @param isInPlace machines with absolute paths of this machine are used where they are, also outside.
   * @throws Fault of a file kind.
   */
  static async open(path: string, disk: HostDisk, isInPlace: boolean): Promise<VmDirectory> {
    const status = unlessAbsent('open', path, () => statSync(path));
    if (status === undefined) await disk.makeDirectory(path);
    if (status?.isDirectory() === false) {
      throw new Fault(
        'not-a-directory',
        `${path} is a file, but virtual machines are kept in a directory. Name a directory, or move the file away.`,
      );
    }
    const real = onHostSync('open', path, () => realpathSync(path));
    return new VmDirectory({ given: path, real }, disk, isInPlace);
  }

  /** All machines, in the order in which they were made; those that Revix did not make come last, by their paths. @throws Fault of a file kind. */
  scan(): readonly FoundVm[] {
    const found = this.#walk();
    const owners = new Map<string, Found>();
    // A folder copied by hand brings its original's id with it. The id stays with the machine that is where it was.
    for (const vm of found) if (vm.header?.place === vm.folder.place) owners.set(vm.header.id, vm);
    for (const vm of found) if (vm.header !== undefined && !owners.has(vm.header.id)) owners.set(vm.header.id, vm);
    return found.map((vm) => {
      const { folder, place, header, state } = vm;
      const id = header !== undefined && owners.get(header.id) === vm ? header.id : derivedId(vm);
      const location = locationOf(place, this.paths);
      const datacenter = place.root.kind === 'datacenter' ? place.root.name : undefined;
      const isWrittenSo = (record: VmRecord): boolean =>
        record.location === location && (datacenter === undefined || record.datacenter === datacenter);
      const identity: VmIdentity = {
        id,
        order: header?.order ?? foreignOrder,
        folder,
        location,
        datacenter,
        isElsewhere: place.root.kind === 'outside',
        meansSamePlace: (record) => isWrittenSo(record) || this.#isAt(place, record.location, record.datacenter),
      };
      return { identity, state };
    });
  }

  /**
   * Takes in a machine that lies outside, so that it is found from now on.
   * @returns its location; undefined when there is no `.vmx` file, or machines outside are not used here.
   */
  async takeIn(location: string): Promise<string | undefined> {
    if (!this.#isInPlace || !isPathHere(location) || !/.\.vmx$/is.test(location)) return undefined;
    const real = unlessAbsent('open', location, () => realpathSync(location));
    if (real === undefined || !statSync(real).isFile()) return undefined;
    const { kind } = placeOf(real, '', this.paths, true).root;
    if (kind === 'outside') await this.#outside.add(real);
    return real;
  }

  /** Notes that a new machine belongs to the directory, when its file is there. */
  async noteNew(folder: VmFolder): Promise<void> {
    if (this.#isOutside(folder)) await this.#outside.add(folder.vmx);
  }

  /** Notes that a machine was deleted. */
  noteDeleted(folder: VmFolder): void {
    if (this.#isOutside(folder)) this.#outside.remove(folder.vmx);
  }

  #isOutside(folder: VmFolder): boolean {
    return relative(this.paths.real, folder.vmx).split(sep)[0] === '..';
  }

  #folderAt(place: string): VmFolder {
    return new VmFolder(place, this.paths.real, this.#disk);
  }

  #folderOutside(path: string): VmFolder {
    const store = storeAbove(path);
    if (store === undefined) return new VmFolder(path, undefined, this.#disk);
    return new VmFolder(relative(store, path).split(sep).join(posix.sep), store, this.#disk);
  }

  /**
   * Chooses the file for a new machine and says at the top what its folder stands for. Runs under the directory's lock.
   * @param isKeptInside also when its path is one of this machine.
   * @throws Fault `file-exists`; `invalid-argument`.
   */
  async newFolder(location: string, datacenter: string, isKeptInside: boolean): Promise<VmFolder> {
    const place = placeOf(location, datacenter, this.paths, this.#isInPlace && !isKeptInside);
    if (place.root.kind === 'outside') {
      const outside = this.#folderOutside(location);
      if (existsSync(outside.vmx)) throw alreadyExists(location, outside.vmx);
      return outside;
    }
    const roots = this.#roots();
    const names = place.root.kind === 'inside' ? this.#insideNames(place, roots) : this.#encodedNames(place, roots);
    const folder = this.#folderAt(names.join(posix.sep));
    if (existsSync(folder.vmx)) throw alreadyExists(location, folder.vmx);
    if (place.root.kind !== 'inside' && !roots.has(names[0] ?? '')) {
      const top = join(this.paths.real, names[0] ?? '');
      await this.#disk.makeDirectory(top);
      await this.#disk.replaceFile(join(top, markerFile), `${JSON.stringify(place.root)}\n`);
    }
    return folder;
  }

  #insideNames(place: VmPlace, roots: ReadonlyMap<string, PlaceRoot>): readonly string[] {
    const root = roots.get(place.parts[0] ?? '');
    if (root === undefined) return place.parts;
    const owner = root.kind === 'datacenter' ? `datacenter ${root.name}` : 'virtual machines with paths elsewhere';
    throw new Fault(
      'invalid-argument',
      `${locationOf(place, this.paths)} is in the folder that keeps the ${owner}. ` +
        'Name the virtual machine as it is listed, such as [datastore] folder/name.vmx, or choose another folder.',
    );
  }

  #encodedNames({ root, parts }: VmPlace, roots: ReadonlyMap<string, PlaceRoot>): readonly string[] {
    const rootName = root.kind === 'datacenter' ? root.name : root.kind;
    const isRoot = (other: PlaceRoot): boolean => JSON.stringify(other) === JSON.stringify(root);
    const [knownTop] = [...roots].find(([, other]) => isRoot(other)) ?? [];
    const names = [knownTop ?? newFileName(rootName, this.#namesIn([]))];
    for (const part of parts) {
      const taken = this.#namesIn(names);
      names.push(knownFileName(part, taken) ?? newFileName(part, taken));
    }
    return names;
  }

  #namesIn(names: readonly string[]): readonly string[] {
    const path = join(this.paths.real, ...names);
    return unlessAbsent('read', path, () => readdirSync(path)) ?? [];
  }

  #isAt(place: VmPlace, location: string, datacenter: string): boolean {
    try {
      const isOutside = place.root.kind === 'outside';
      return isSamePlace(place, placeOf(location, datacenter, this.paths, isOutside));
    } catch (error) {
      // What the state file holds is no location any more: the place of the file counts.
      if (error instanceof Fault && error.kind === 'invalid-argument') return false;
      throw error;
    }
  }

  /** The folders at the top that have a marker. */
  #roots(): ReadonlyMap<string, PlaceRoot> {
    const roots = new Map<string, PlaceRoot>();
    for (const entry of this.#list(this.paths.real)) {
      const root = entry.isDirectory() ? readMarker(join(this.paths.real, entry.name, markerFile)) : undefined;
      if (root !== undefined) roots.set(entry.name, root);
    }
    return roots;
  }

  #walk(): readonly Found[] {
    const roots = this.#roots();
    const found: Found[] = [];
    const visit = (folder: string, names: readonly string[]): void => {
      for (const entry of this.#list(folder)) {
        if (entry.name.startsWith(ownFolder)) continue;
        if (entry.isDirectory()) visit(below(folder, entry.name), [...names, entry.name]);
        else if (/.\.vmx$/is.test(entry.name)) found.push(this.#foundAt([...names, entry.name], roots));
      }
    };
    visit(this.paths.real, []);
    if (this.#isInPlace) found.push(...this.#outside.paths().map((path) => this.#foundOutside(path)));
    return found.sort(
      (one, other) => orderOf(one) - orderOf(other) || (one.folder.place < other.folder.place ? -1 : 1),
    );
  }

  #foundAt(path: readonly string[], roots: ReadonlyMap<string, PlaceRoot>): Found {
    const [top = '', ...rest] = path;
    const root = roots.get(top);
    const isDeepEnough = rest.length >= (root?.kind === 'datacenter' ? 2 : 1);
    const place: VmPlace =
      root !== undefined && isDeepEnough
        ? { root, parts: rest.map(decodeName) }
        : { root: { kind: 'inside' }, parts: path };
    const folder = this.#folderAt(path.join(posix.sep));
    return { folder, place, ...startOrNone(folder.state) };
  }

  #foundOutside(path: string): Found {
    const folder = this.#folderOutside(path);
    return { folder, place: { root: { kind: 'outside' }, parts: [path] }, ...startOrNone(folder.state) };
  }

  #list(path: string): readonly Dirent[] {
    try {
      return readdirSync(path, { withFileTypes: true });
    } catch (error) {
      // Below the top, a folder may vanish meanwhile; and what this user may not read holds no machine of theirs.
      if (path !== this.paths.real && ['ENOENT', 'ENOTDIR', 'EACCES', 'EPERM'].includes(hostErrorCode(error) ?? ''))
        return [];
      throw hostFault(error, 'read the directory of virtual machines', path);
    }
  }
}

const foreignOrder = Number.MAX_SAFE_INTEGER;

function orderOf(vm: Found): number {
  return vm.header?.order ?? foreignOrder;
}

/** The number for a machine that is made after all of these. */
export function nextOrder(machines: readonly FoundVm[]): number {
  return 1 + Math.max(0, ...machines.map(({ identity }) => identity.order).filter((order) => order !== foreignOrder));
}

/** A machine whose state file is damaged is listed all the same; reading it tells what is wrong. */
function startOrNone(path: string): Pick<Found, 'header' | 'state'> {
  let start: StateStart | undefined;
  try {
    start = readStateStart(path);
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
  }
  return { header: start?.header, state: start?.bytes };
}

function derivedId({ folder, place }: Found): string {
  const key = place.root.kind === 'outside' ? folder.vmx : folder.place;
  return `vmx-${createHash('sha256').update(key).digest('hex').slice(0, 20)}`;
}

/** Folder above a file that is itself a directory of machines; its own processes lock the file there. */
function storeAbove(path: string): string | undefined {
  for (let folder = dirname(path); folder !== dirname(folder); folder = dirname(folder)) {
    if (existsSync(join(folder, locksFolder))) return folder;
  }
  return undefined;
}

function readMarker(path: string): PlaceRoot | undefined {
  const text = readWhole(path)?.toString();
  if (text === undefined) return undefined;
  const root = parseMarker(text);
  if (root !== undefined) return root;
  throw new Fault(
    'vm-config-unreadable',
    `${path} is damaged. It must say {"kind":"datacenter","name":"..."} or {"kind":"local"}. Correct it.`,
  );
}

function parseMarker(text: string): PlaceRoot | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null || !('kind' in value)) return undefined;
    if (value.kind === 'local') return { kind: 'local' };
    const name = 'name' in value ? value.name : undefined;
    return value.kind === 'datacenter' && typeof name === 'string' ? { kind: 'datacenter', name } : undefined;
  } catch {
    // Not JSON: the caller says so.
    return undefined;
  }
}

function alreadyExists(location: string, path: string): Fault {
  return new Fault(
    'file-exists',
    `There is a virtual machine at ${location} already (${path}). Choose another path, or delete that one first.`,
  );
}
