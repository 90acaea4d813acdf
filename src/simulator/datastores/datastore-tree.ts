import { Fault } from '../../base/fault.js';
import { contentOf, textOf } from '../../world/guest/file-content.js';
import type { FileContent, UserFiles } from '../../world/guest/guest-files.js';
import type { VmRecord } from '../../world/vm/vm-record.js';
import type { World } from '../../world/world.js';
import { diskPlace, folderOf, inFolder, nameIn, placeOfLocation } from '../inventory/datastore-path.js';
import type { PlacedMachine, PlacedMachines } from '../inventory/placed-machines.js';
import { isDescriptor, longestDescriptor } from './disk-descriptor.js';
import { disksOf } from './machine-disks.js';
import { filesOfMachine, type MachineFile } from './machine-files.js';

/** A file or folder of a datastore. */
export interface DatastoreEntry {
  /** Last part of the path; empty for the datastore itself. */
  readonly name: string;
  readonly kind: 'file' | 'directory';
  /** Bytes; 0 for folders. */
  readonly size: number;
  readonly modified: Date;
}

export interface DatastoreTreeOptions {
  readonly world: World;
  readonly datacenter: string;
  readonly name: string;
  /** The machines that lie in the datastore. */
  readonly machines: Pick<PlacedMachines, 'folder'>;
  /** All machines whose disks may lie in the datastore; their paths are full ones, `[datastore] folder/name.vmx`. */
  readonly users: () => Iterable<PlacedMachine>;
  /** Whether it is mounted for reading only; false by default. */
  readonly isReadOnly?: boolean;
}

/** A disk that lies in a datastore. */
export interface DatastoreDisk {
  /** Text of its descriptor. */
  readonly descriptor: string;
  /** Whether a machine runs with it. */
  readonly isInUse: boolean;
}

/**
 * The files of one datastore: those of its machines, which show how these are and belong to them alone, and what
 * clients have put beside them. Paths go from the datastore's root on and have no slashes at their ends; the empty one
 * is the datastore itself.
 *
 * Calls throw Faults of the kinds of files: `file-not-found`, `file-exists`, `not-a-file`, `not-a-directory`,
 * `directory-not-empty`, `disk-full`, `file-name-invalid`, `file-read-only` where the datastore is mounted so, and `busy`
 * for what belongs to a machine.
 */
export class DatastoreTree {
  readonly #world: World;
  readonly #files: UserFiles;
  readonly #machines: DatastoreTreeOptions['machines'];
  readonly #users: () => Iterable<PlacedMachine>;
  readonly #name: string;
  readonly #isReadOnly: boolean;

  constructor({ world, datacenter, name, machines, users, isReadOnly = false }: DatastoreTreeOptions) {
    this.#world = world;
    this.#name = name;
    this.#isReadOnly = isReadOnly;
    this.#files = world.datastores.of(datacenter, name);
    this.#machines = machines;
    this.#users = users;
  }

  /** undefined when there is nothing at the path. */
  async stat(path: string): Promise<DatastoreEntry | undefined> {
    const ofMachine = await this.#machineFile(path);
    if (ofMachine !== undefined) return entryOf(ofMachine);
    return this.#stored(path) ?? (this.#isFolderOfMachines(path) ? this.#folder(path) : undefined);
  }

  /** What lies in a folder, by name. */
  async list(path: string): Promise<readonly DatastoreEntry[]> {
    const entry = await this.stat(path);
    if (entry === undefined) throw notFound(path);
    if (entry.kind === 'file') throw new Fault('not-a-directory', `'${path}' in the datastore is no folder.`);
    const entries = new Map<string, DatastoreEntry>();
    if (this.#stored(path) !== undefined) {
      for (const { name, kind, size, modifiedMs } of this.#files.list(absolute(path))) {
        entries.set(name, { name, kind: kind === 'directory' ? kind : 'file', size, modified: new Date(modifiedMs) });
      }
    }
    for (const name of this.#machines.folder(path)?.folders ?? []) entries.set(name, this.#folder(name));
    for (const file of await this.#filesIn(path)) entries.set(file.name, entryOf(file));
    return [...entries.values()].sort((left, right) => (left.name < right.name ? -1 : 1));
  }

  async read(path: string): Promise<FileContent> {
    const ofMachine = await this.#machineFile(path);
    if (ofMachine !== undefined) return contentOf(ofMachine.text);
    if (this.#stored(path) === undefined && this.#isFolderOfMachines(path)) {
      throw new Fault('not-a-file', `'${path}' in the datastore is a folder.`);
    }
    return this.#files.read(absolute(path));
  }

  /** Writes a file; one that is there is replaced. The folder must be there. @returns whether the file is new. */
  async write(path: string, content: FileContent): Promise<boolean> {
    await this.checkWrite(path, content.size);
    const isNew = this.#stored(path) === undefined;
    this.#makeFolder(folderOf(path));
    this.#files.write(absolute(path), content);
    return isNew;
  }

  /** Throws what a write of so many bytes would; changes nothing. */
  async checkWrite(path: string, sizeBytes: number): Promise<void> {
    this.requireWritable();
    await this.#requireFree(path);
    if (path === '' || (await this.stat(path))?.kind === 'directory') {
      throw new Fault('not-a-file', `'${path}' in the datastore is a folder.`);
    }
    const folder = await this.stat(folderOf(path));
    if (folder === undefined) throw notFound(folderOf(path));
    if (folder.kind === 'file')
      throw new Fault('not-a-directory', `'${folderOf(path)}' in the datastore is no folder.`);
    if (this.#stored(folderOf(path)) !== undefined) this.#files.checkWrite(absolute(path), sizeBytes);
  }

  async makeDirectory(path: string, options: { readonly makeParents: boolean }): Promise<void> {
    this.requireWritable();
    if ((await this.stat(path)) !== undefined) throw exists(path);
    if (!options.makeParents && (await this.stat(folderOf(path))) === undefined) throw notFound(folderOf(path));
    this.#makeFolder(path);
  }

  /** Removes a file, or a folder with all that is in it. */
  async remove(path: string): Promise<void> {
    this.requireWritable();
    const entry = await this.stat(path);
    if (entry === undefined) throw notFound(path);
    await this.#requireFree(path);
    if (path === '' || this.#isFolderOfMachines(path)) throw ofMachines(path);
    if (entry.kind === 'file') this.#files.deleteFile(absolute(path));
    else this.#files.deleteDirectory(absolute(path), { recursive: true });
  }

  /** Copies a file, or a folder with all that is in it, also into another datastore. */
  async copy(path: string, target: DatastoreTree, targetPath: string, force: boolean): Promise<void> {
    const entry = await this.stat(path);
    if (entry === undefined) throw notFound(path);
    const there = await target.stat(targetPath);
    if (there !== undefined && (!force || there.kind === 'directory' || entry.kind === 'directory')) {
      throw exists(targetPath);
    }
    if (entry.kind === 'file') {
      await target.write(targetPath, await this.read(path));
      return;
    }
    if (target.#files === this.#files && `${targetPath}/`.startsWith(`${path}/`)) {
      throw new Fault('invalid-argument', `The folder '${path}' cannot go below itself, to '${targetPath}'.`);
    }
    await target.makeDirectory(targetPath, { makeParents: false });
    for (const { name } of await this.list(path)) {
      await this.copy(inFolder(path, name), target, inFolder(targetPath, name), force);
    }
  }

  /** Moves a file or folder, also into another datastore; onto itself it never goes, `force` or not. */
  async move(path: string, target: DatastoreTree, targetPath: string, force: boolean): Promise<void> {
    this.requireWritable();
    await this.#requireFree(path);
    if (this.#isFolderOfMachines(path)) throw ofMachines(path);
    if (target.#files === this.#files && targetPath === path && (await this.stat(path)) !== undefined) {
      throw exists(targetPath);
    }
    await this.copy(path, target, targetPath, force);
    await this.remove(path);
  }

  /** The files of a machine by its record. @param path of its configuration file. */
  machineFiles(record: VmRecord, path: string): readonly MachineFile[] {
    return filesOfMachine(record, {
      vmxName: nameIn(path),
      nowMs: this.#world.clock.now(),
      descriptor: (name) => this.descriptor(inFolder(folderOf(path), name)),
    });
  }

  /** The disk at a path, of a machine or by itself. @throws Fault `file-not-found`; `file-error` for what is no disk. */
  async disk(path: string): Promise<DatastoreDisk> {
    for (const { id, path: place } of this.#machinesIn(folderOf(path))) {
      const record = await this.#recordOf(id);
      const file = record && this.machineFiles(record, place).find(({ name }) => name === nameIn(path));
      if (record === undefined || file === undefined || !isDescriptor(file.text)) continue;
      return { descriptor: file.text, isInUse: record.power.phase !== 'off' || (await this.#isInUse(path)) };
    }
    const descriptor = this.descriptor(path);
    if (descriptor !== undefined) return { descriptor, isInUse: await this.#isInUse(path) };
    if ((await this.stat(path)) === undefined) throw notFound(path);
    throw new Fault('file-error', `'${path}' in the datastore is no disk.`);
  }

  /** Text of a disk descriptor that lies in the datastore by itself, also where a machine claims it; else undefined. */
  descriptor(path: string): string | undefined {
    const entry = this.#stored(path);
    if (entry === undefined || entry.kind !== 'file' || entry.size > longestDescriptor) return undefined;
    const text = textOf(this.#files.read(absolute(path)));
    return isDescriptor(text) ? text : undefined;
  }

  /** Writes a disk descriptor, also where a machine claims it; makes its folder. */
  writeDescriptor(path: string, text: string): void {
    this.#makeFolder(folderOf(path));
    this.#files.write(absolute(path), text);
  }

  /** Removes a disk descriptor if one lies in the datastore by itself, also where a machine claims it. */
  removeDescriptor(path: string): void {
    if (this.descriptor(path) !== undefined) this.#files.deleteFile(absolute(path));
  }

  /** @throws Fault `file-read-only` where the datastore is mounted for reading only. */
  requireWritable(): void {
    if (!this.#isReadOnly) return;
    throw new Fault('file-read-only', `The datastore '${this.#name}' is mounted for reading only.`);
  }

  #stored(path: string): DatastoreEntry | undefined {
    const place = absolute(path);
    if (!this.#files.exists(place)) return undefined;
    const { kind, size, modifiedMs } = this.#files.stat(place);
    const name = nameIn(path);
    return { name, kind: kind === 'directory' ? kind : 'file', size, modified: new Date(modifiedMs) };
  }

  #makeFolder(path: string): void {
    if (this.#stored(path) === undefined) this.#files.makeDirectory(absolute(path), { makeParents: true });
  }

  #folder(path: string): DatastoreEntry {
    return { name: nameIn(path), kind: 'directory', size: 0, modified: new Date(this.#world.clock.now()) };
  }

  #isFolderOfMachines(path: string): boolean {
    return this.#machines.folder(path) !== undefined;
  }

  /** Those whose configuration lies in a folder itself. */
  #machinesIn(folder: string): readonly PlacedMachine[] {
    return this.#machines.folder(folder)?.machines ?? [];
  }

  async #machineFile(path: string): Promise<MachineFile | undefined> {
    return (await this.#filesIn(folderOf(path))).find(({ name }) => name === nameIn(path));
  }

  /** The files of the machines that lie in a folder themselves. */
  async #filesIn(folder: string): Promise<readonly MachineFile[]> {
    const files: MachineFile[] = [];
    for (const { id, path } of this.#machinesIn(folder)) {
      const record = await this.#recordOf(id);
      if (record !== undefined) files.push(...this.machineFiles(record, path));
    }
    return files;
  }

  async #recordOf(id: string) {
    try {
      return await (await this.#world.byId(id)).record();
    } catch (error) {
      if (error instanceof Fault && error.kind === 'vm-not-found') return undefined;
      throw error;
    }
  }

  async #requireFree(path: string): Promise<void> {
    if ((await this.#machineFile(path)) !== undefined) throw ofMachines(path);
    if (await this.#isInUse(path)) {
      throw new Fault('busy', `A machine runs with '${path}' in the datastore. Power it off first.`);
    }
  }

  /** Whether a machine runs with the disk at a path, or with one in the folder there. */
  async #isInUse(path: string): Promise<boolean> {
    const start = path === '' ? '' : `${path}/`;
    for (const { id, path: location } of this.#users()) {
      const record = await this.#recordOf(id);
      if (record === undefined || record.power.phase === 'off') continue;
      const own = placeOfLocation(location);
      for (const { fileName } of disksOf(record, nameIn(own.path))) {
        const disk = diskPlace(own, fileName);
        if (disk.datastore === this.#name && (disk.path === path || disk.path.startsWith(start))) return true;
      }
    }
    return false;
  }
}

function entryOf({ name, text, modifiedMs }: MachineFile): DatastoreEntry {
  return { name, kind: 'file', size: Buffer.byteLength(text), modified: new Date(modifiedMs) };
}

function absolute(path: string): string {
  return `/${path}`;
}

function notFound(path: string): Fault {
  return new Fault('file-not-found', `There is no '${path}' in the datastore.`);
}

function exists(path: string): Fault {
  return new Fault('file-exists', `There is a '${path}' in the datastore already.`);
}

function ofMachines(path: string): Fault {
  return new Fault('busy', `'${path}' in the datastore belongs to a virtual machine. Delete or move the machine.`);
}
