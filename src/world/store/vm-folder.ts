import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { basename, dirname, join, posix, sep } from 'node:path';
import type { VmRecord } from '../vm/vm-record.js';
import { type HostDisk, readFrom, readWhole, unlessAbsent } from './host-disk.js';
import { ownFolder } from './vm-place.js';
import {
  diskDescriptor,
  dictionaryName,
  isOwnDictionary,
  memoryFileOf,
  type SideFile,
  sideFiles,
} from './vm-side-files.js';

/** Beside `.revix`: files of machines whose disks were kept, and what is being made. */
const keptFolder = '.revix-kept';
const unfinishedFolder = '.revix-unfinished';

/** Name of the folder with the locks of a directory. */
export const locksFolder = '.revix-locks';

/** Files of a commit that have their space, and not yet their place. */
export interface StagedFiles {
  /** Gives them their place, and removes side files of ours that are outdated; only then it is made to last. */
  publish(): Promise<void>;
  /** Gives the space back. Whoever does so has failed already, so that this fails at nothing. */
  discard(): Promise<void>;
}

/** Names of the files of one virtual machine, whose `.vmx` file is at `place` under the directory. */
export class VmFolder {
  readonly place: string;
  readonly path: string;
  /** The `.vmx` file. */
  readonly vmx: string;
  /** File name without extension. */
  readonly title: string;
  /** Folder of Revix's own files of this machine. */
  readonly own: string;
  readonly state: string;
  readonly contents: string;
  /** The locks guard nothing else, so that they go with the machine. */
  readonly hasOwnLocks: boolean;
  /** When the machine is deleted, folders that it leaves empty go up to this one, which stays. */
  readonly top: string;
  readonly #base: string | undefined;
  readonly #disk: HostDisk;

  /**
   * @param place path of the `.vmx` file in the directory, with `/`; for a file outside of it the whole path.
   * @param base the directory; undefined for a file outside.
   */
  constructor(place: string, base: string | undefined, disk: HostDisk) {
    this.place = place;
    this.vmx = base === undefined ? place : below(base, place.replaceAll(posix.sep, sep));
    this.path = dirname(this.vmx);
    this.title = basename(this.vmx).replace(/\.vmx$/i, '');
    this.own = below(this.path, ownFolder + sep + this.title);
    this.state = this.own + sep + 'state.json';
    this.contents = this.own + sep + 'contents';
    this.#base = base;
    this.hasOwnLocks = base === undefined;
    this.top = base ?? dirname(this.path);
    this.#disk = disk;
  }

  /** Where the own files of a new machine are put together, before they get their place. */
  get unfinished(): string {
    return join(this.path, unfinishedFolder);
  }

  /** Folder of the locks that guard this machine. */
  get locks(): string {
    return this.#base === undefined ? join(this.path, ownFolder, '.locks') : join(this.#base, locksFolder);
  }

  /** Name of the machine's lock, the same in every process. */
  get lockName(): string {
    return `vm-${createHash('sha256').update(this.place).digest('hex').slice(0, 24)}`;
  }

  /** The folder's file with the machine's name and this extension (with its dot). */
  beside(extension: string): string {
    return join(this.path, this.title + extension);
  }

  /** Brings `.vmsd`, `.vmss`, `.vmsn` and `.vmem` in line with the record. Files that came from elsewhere are not lost. */
  async writeSideFiles(record: VmRecord): Promise<void> {
    await (await this.stage(record, undefined)).publish();
  }

  /**
   * Takes the space for the side files, so that their publication cannot fail for want of it.
   * @param vmx a new text of the `.vmx` file, which is staged and published first.
   */
  async stage(record: VmRecord, vmx: Uint8Array | undefined): Promise<StagedFiles> {
    const wanted = sideFiles(record, this.title);
    const staged: { readonly path: string; readonly name: string }[] = [];
    let stagedVmx: string | undefined;
    const discard = async (): Promise<void> => {
      const paths = [...(stagedVmx === undefined ? [] : [stagedVmx]), ...staged.map(({ path }) => path)];
      for (const path of paths) await this.#disk.removeFile(path).catch(() => undefined);
    };
    try {
      if (vmx !== undefined) stagedVmx = await this.#disk.stage(this.vmx, vmx);
      for (const { name, text } of wanted.filter((file) => !this.#isUpToDate(file))) {
        staged.push({ path: await this.#disk.stage(join(this.own, name), text), name });
      }
    } catch (error) {
      await discard();
      throw error;
    }
    const publish = async (): Promise<void> => {
      if (stagedVmx !== undefined) await this.#disk.publish(stagedVmx, this.vmx);
      const hasRemoved = await this.#removeSideFiles(wanted);
      for (const { path, name } of staged) {
        const target = join(this.path, name);
        if (this.#isForeign(name)) await this.#disk.publish(target, freeName(`${target}.foreign`));
        await this.#disk.publish(path, target);
      }
      if (stagedVmx !== undefined || hasRemoved || staged.length > 0) await this.#disk.syncDirectory(this.path);
    };
    return { publish, discard };
  }

  #isUpToDate({ name, text, marker }: SideFile): boolean {
    return marker === undefined
      ? readWhole(join(this.path, name))?.toString() === text
      : this.#beginsWith(name, marker);
  }

  /** Whether a file has the name of a side file, and is none of ours. */
  #isForeign(name: string): boolean {
    const file = memoryFileOf(name, this.title);
    if (file !== undefined) return this.#exists(name) && !this.#beginsWith(name, file.marker);
    const text = readWhole(join(this.path, name))?.toString();
    return text !== undefined && !isOwnDictionary(text);
  }

  #exists(name: string): boolean {
    return readFrom(join(this.path, name), 0, 0) !== undefined;
  }

  /** Removes our side files of the machine except some. Returns whether there were any. */
  async #removeSideFiles(wanted: readonly { readonly name: string }[]): Promise<boolean> {
    const kept = new Set(wanted.map(({ name }) => name));
    const names = unlessAbsent('read', this.path, () => readdirSync(this.path)) ?? [];
    const isSideFile = (name: string): boolean =>
      name === dictionaryName(this.title) || memoryFileOf(name, this.title) !== undefined;
    const outdated = names.filter((name) => isSideFile(name) && !kept.has(name) && !this.#isForeign(name));
    for (const name of outdated) await this.#disk.removeFile(join(this.path, name));
    return outdated.length > 0;
  }

  /** Looks at no more than it needs: the memory of a real machine is large. */
  #beginsWith(name: string, text: string): boolean {
    const expected = Buffer.from(text);
    return readFrom(join(this.path, name), 0, expected.length)?.equals(expected) === true;
  }

  /** Those of some disk descriptors that are not there. */
  missingDisks(fileNames: readonly string[]): readonly string[] {
    // A disk in another folder belongs to another machine.
    const own = [...new Set(fileNames)].filter((name) => !/[\\/]/.test(name) && !name.startsWith('.'));
    return own.filter((name) => readWhole(join(this.path, name)) === undefined);
  }

  /** Writes disk descriptors. */
  async writeDisks(fileNames: readonly string[], diskSizeBytes: number): Promise<void> {
    for (const name of fileNames) await this.#disk.replaceFile(join(this.path, name), diskDescriptor(diskSizeBytes));
  }

  /** Sets Revix's own files aside, so that nothing finds them but a person. */
  async keepAside(): Promise<void> {
    if (unlessAbsent('read', this.own, () => readdirSync(this.own)) === undefined) return;
    const aside = join(this.path, keptFolder);
    await this.#disk.makeDirectory(aside);
    await this.#disk.publish(this.own, freeName(join(aside, this.title)));
    await this.#disk.syncDirectory(aside);
    await this.#disk.syncDirectory(dirname(this.own));
  }

  /** Removes what a process that was killed left half made or half deleted. Runs under the directory's lock. */
  async sweep(): Promise<void> {
    await this.#disk.removeTree(this.unfinished);
  }

  /** Deletes the machine; it is gone as soon as its `.vmx` file is. Runs under the directory's lock. */
  async delete(ownDisks: readonly string[], keepDisks: boolean): Promise<void> {
    const disk = this.#disk;
    await disk.removeFile(this.vmx);
    await disk.syncDirectory(this.path);
    await disk.removeFile(`${this.vmx}.new`);
    if (await this.#removeSideFiles([])) await disk.syncDirectory(this.path);
    if (keepDisks) {
      await this.keepAside();
    } else {
      for (const fileName of ownDisks) await disk.removeFile(join(this.path, fileName));
      await disk.removeTree(this.own);
    }
    await this.sweep();
    await this.removeEmptyFolders();
  }

  /** Removes the folders of the machine that nothing is in any more. Runs under the directory's lock. */
  async removeEmptyFolders(): Promise<void> {
    const disk = this.#disk;
    if (this.hasOwnLocks) await disk.removeEmptyDirectory(this.locks);
    await disk.removeEmptyDirectory(dirname(this.own));
    for (let path = this.path; path.length > this.top.length; path = dirname(path)) {
      if (!(await disk.removeEmptyDirectory(path))) break;
    }
  }
}

/** Path of what is in a folder; both are plain already. */
export function below(folder: string, path: string): string {
  return folder.endsWith(sep) ? folder + path : folder + sep + path;
}

/** `<path>-<n>` with the smallest number that is free. */
function freeName(path: string): string {
  const taken = new Set(unlessAbsent('read', dirname(path), () => readdirSync(dirname(path))) ?? []);
  let number = 1;
  while (taken.has(`${basename(path)}-${number}`)) number += 1;
  return `${path}-${number}`;
}
