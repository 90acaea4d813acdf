import { createHash } from 'node:crypto';
import { type Dirent, existsSync, readdirSync, realpathSync, statSync } from 'node:fs';
import { join, posix } from 'node:path';
import { Fault } from '../../base/fault.js';
import { type HostDisk, hostErrorCode, hostFault, onHostSync, readWhole, unlessAbsent } from './host-disk.js';
import { decodeName, knownFileName, newFileName } from './place-names.js';
import type { VmIdentity } from './stored-vm.js';
import { VmFolder } from './vm-folder.js';
import { type DirectoryPaths, type PlaceRoot, type VmPlace, isSamePlace, locationOf, markerFile } from './vm-place.js';
import { ownFolder, placeOf } from './vm-place.js';
import { type VmStateHeader, readStateHeader } from './vm-state-file.js';

/** A `.vmx` file as the walk through the directory found it. */
interface Found {
  readonly folder: VmFolder;
  readonly place: VmPlace;
  /** undefined for a machine that has no state file, or one that cannot be read. */
  readonly header: VmStateHeader | undefined;
}

/** The tree of `.vmx` files. Every look walks through it, since anybody may have put in a folder by hand. */
export class VmDirectory {
  readonly paths: DirectoryPaths;
  readonly #disk: HostDisk;

  private constructor(paths: DirectoryPaths, disk: HostDisk) {
    this.paths = paths;
    this.#disk = disk;
  }

  /** Opens a directory, and makes it if it is not there. @throws Fault of a file kind. */
  static async open(path: string, disk: HostDisk): Promise<VmDirectory> {
    const status = unlessAbsent('open', path, () => statSync(path));
    if (status === undefined) await disk.makeDirectory(path);
    if (status?.isDirectory() === false) {
      throw new Fault(
        'not-a-directory',
        `${path} is a file, but virtual machines are kept in a directory. Name a directory, or move the file away.`,
      );
    }
    return new VmDirectory({ given: path, real: onHostSync('open', path, () => realpathSync(path)) }, disk);
  }

  /** All machines, in the order in which they were made; those that Revix did not make come last, by their paths. @throws Fault of a file kind. */
  scan(): readonly VmIdentity[] {
    const found = this.#walk();
    const owners = new Map<string, Found>();
    // A folder copied by hand brings its original's id with it. The id stays with the machine that is where it was.
    for (const vm of found) if (vm.header?.place === vm.folder.place) owners.set(vm.header.id, vm);
    for (const vm of found) if (vm.header !== undefined && !owners.has(vm.header.id)) owners.set(vm.header.id, vm);
    return found.map((vm) => {
      const { folder, place, header } = vm;
      const id = header !== undefined && owners.get(header.id) === vm ? header.id : derivedId(folder.place);
      return {
        id,
        order: header?.order ?? foreignOrder,
        folder,
        location: locationOf(place, this.paths),
        datacenter: place.root.kind === 'datacenter' ? place.root.name : undefined,
        meansSamePlace: (record) => this.#isAt(place, record.location, record.datacenter),
      };
    });
  }

  #folderAt(place: string): VmFolder {
    return new VmFolder(this.paths.real, place, this.#disk);
  }

  /**
   * Chooses the file for a new machine and says at the top what its folder stands for. Runs under the directory's lock.
   * @throws Fault `file-exists`; `invalid-argument`.
   */
  async newFolder(location: string, datacenter: string): Promise<VmFolder> {
    const place = placeOf(location, datacenter, this.paths);
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
      return isSamePlace(place, placeOf(location, datacenter, this.paths));
    } catch (error) {
      // What the state file holds is no location any more: the place of the file counts.
      if (error instanceof Fault && error.kind === 'invalid-argument') return false;
      throw error;
    }
  }

  /** The folders at the top that have a marker. */
  #roots(): ReadonlyMap<string, PlaceRoot> {
    const roots = new Map<string, PlaceRoot>();
    for (const entry of this.#list([])) {
      const root = entry.isDirectory() ? readMarker(join(this.paths.real, entry.name, markerFile)) : undefined;
      if (root !== undefined) roots.set(entry.name, root);
    }
    return roots;
  }

  #walk(): readonly Found[] {
    const roots = this.#roots();
    const found: Found[] = [];
    const visit = (names: readonly string[]): void => {
      for (const entry of this.#list(names)) {
        const path = [...names, entry.name];
        if (entry.name.startsWith(ownFolder)) continue;
        if (entry.isDirectory()) visit(path);
        else if (/.\.vmx$/i.test(entry.name)) found.push(this.#foundAt(path, roots));
      }
    };
    visit([]);
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
    return { folder, place, header: headerOrNone(folder.state) };
  }

  #list(names: readonly string[]): readonly Dirent[] {
    const path = join(this.paths.real, ...names);
    try {
      return readdirSync(path, { withFileTypes: true });
    } catch (error) {
      // Below the top, a folder may vanish meanwhile; and what this user may not read holds no machine of theirs.
      if (names.length > 0 && ['ENOENT', 'ENOTDIR', 'EACCES', 'EPERM'].includes(hostErrorCode(error) ?? '')) return [];
      throw hostFault(error, 'read the directory of virtual machines', path);
    }
  }
}

const foreignOrder = Number.MAX_SAFE_INTEGER;

function orderOf(vm: Found): number {
  return vm.header?.order ?? foreignOrder;
}

/** The number for a machine that is made after all of these. */
export function nextOrder(machines: readonly VmIdentity[]): number {
  return 1 + Math.max(0, ...machines.map(({ order }) => order).filter((order) => order !== foreignOrder));
}

/** A machine whose state file is damaged is listed all the same; reading it tells what is wrong. */
function headerOrNone(path: string): VmStateHeader | undefined {
  try {
    return readStateHeader(path);
  } catch (error) {
    if (error instanceof Fault) return undefined;
    throw error;
  }
}

function derivedId(place: string): string {
  return `vmx-${createHash('sha256').update(place).digest('hex').slice(0, 20)}`;
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
