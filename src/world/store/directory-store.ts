/**
 * Virtual machines kept in a directory that several processes share.
 *
 * Each machine is a folder with a real `.vmx` file, which may be edited by hand, and beside it:
 * - `<name>.vmsd` and `<name>-Snapshot<n>.vmsn` while there are snapshots (with memory also a `.vmem`), `<name>.vmss` and
 *   `<name>.vmem` while it is suspended, a small `.vmdk` descriptor;
 * - `.revix/<name>/state.json`: everything about the machine but its files. Its first line names the commit, so that a
 *   process sees with one short read whether it has the newest state;
 * - `.revix/<name>/files-<n>-<random>.jsonl`: the guest's files, an index and then a line per change. A snapshot is the length
 *   that such a journal had, so it costs nothing;
 * - `.revix/<name>/contents/`: contents from 4 KiB up, under the hash of their bytes.
 *
 * Where the folder of a machine is:
 * - `[datastore] folder/name.vmx` of a datacentre: `<directory>/<datacenter>/<datastore>/folder/name.vmx`;
 * - an absolute path inside the directory: right there, letter by letter;
 * - any other absolute path, of this or another system (`/vms/x/x.vmx`, `C:\vms\x\x.vmx`): `<directory>/local/`, then
 *   its parts (`local/vms/x/x.vmx`, `local/C%3A/vms/x/x.vmx`). With `isInPlace` a path of this system is right where it
 *   says, and `.revix-outside` names the machines there; its lock lies in its own folder, or with those of the
 *   directory that it is in.
 * In the first and the last case the top folder has a file `.revix-folder` that says what it stands for, and names are
 * percent-encoded where a host file system would refuse them or take two for one (see `place-names.ts`). So the place
 * of a file tells its location, and no location leads out of the directory. Links to folders are not followed.
 *
 * Nothing acknowledged is lost by a kill or a loss of power: bytes are written through before the name that makes them
 * count. What counts is `state.json` for the record, complete lines of the journal for files, and the presence of the
 * `.vmx` file for the machine itself. One process at a time writes a machine (see `process-lock.ts`); readers need no
 * lock. A file that is damaged is never overwritten: the machine is refused with the file's name until a person acts.
 */
import { join, resolve } from 'node:path';
import type { Clock } from '../../base/clock.js';
import { Fault } from '../../base/fault.js';
import type { FileChange } from '../guest/guest-files.js';
import type { HostRecord } from '../vm/host-record.js';
import type { VmRecord } from '../vm/vm-record.js';
import type {
  FileImageName,
  NewVmOptions,
  StoredFiles,
  VmLook,
  VmState,
  VmStore,
  VmStorePlace,
} from '../vm/vm-store.js';
import { HostDisk, readWhole } from './host-disk.js';
import { readHostFile, writeHostFile } from './host-file.js';
import { writeNewVm } from './new-vm.js';
import { ProcessLocks } from './process-lock.js';
import { type AdoptedVm, StoredVm, type StoredVmContext, VmGone } from './stored-vm.js';
import { type FoundVm, VmDirectory, nextOrder } from './vm-directory.js';
import { locksFolder } from './vm-folder.js';

/** What a directory store needs from the rest of the world. */
export interface DirectoryStoreOptions<Files extends StoredFiles> {
  /** Times the waiting for locks. */
  readonly clock: Clock;
  /** Makes an empty file system for a guest. */
  createFiles(record: VmRecord): Files;
  /**
   * Completes a machine that has only a `.vmx` file: may give its guest users and so on, and its first files. Must
   * give the same each time. By default the guest stays without users and files.
   */
  adopt?(record: VmRecord): AdoptedVm;
  /** How long a lock is waited for while one and the same process holds it; 30 s by default. */
  readonly lockDeadlineMs?: number;
  /**
   * An absolute path of this machine means the file there, also outside of the directory: a machine that somebody opens
   * belongs to the directory from then on, and a new one is made where its path says. By default paths outside are
   * names for folders inside.
   */
  readonly isInPlace?: boolean;
  /** Writes to the host; by default the host's own disk. */
  readonly disk?: HostDisk;
}

const defaultLockDeadlineMs = 30_000;

/**
 * Opens the directory, which is made if it is not there.
 * @throws Fault of a file kind when it cannot be used.
 */
export async function openDirectoryStore<Files extends StoredFiles>(
  directory: string,
  options: DirectoryStoreOptions<Files>,
): Promise<VmStore<Files>> {
  const disk = options.disk ?? new HostDisk(options.clock);
  const opened = await VmDirectory.open(resolve(directory), disk, options.isInPlace === true);
  return new DirectoryStore(opened, disk, options);
}

class DirectoryStore<Files extends StoredFiles> implements VmStore<Files> {
  readonly #directory: VmDirectory;
  readonly #disk: HostDisk;
  /** By folder. */
  readonly #locks = new Map<string, ProcessLocks>();
  readonly #options: DirectoryStoreOptions<Files>;
  readonly #vms = new Map<string, StoredVm<Files>>();
  readonly #listeners = new Set<(id: string) => void>();
  readonly #context: StoredVmContext<Files>;
  #ids: readonly string[] = [];
  #isClosed = false;

  constructor(directory: VmDirectory, disk: HostDisk, options: DirectoryStoreOptions<Files>) {
    this.#directory = directory;
    this.#disk = disk;
    this.#options = options;
    this.#context = {
      disk,
      locksIn: (folder) => this.#locksIn(folder),
      createFiles: (record) => options.createFiles(record),
      adopt: (record) => options.adopt?.(record) ?? { record, files: [] },
      announce: (id) => this.#announce(id),
    };
  }

  async ids(): Promise<readonly string[]> {
    this.#expectOpen();
    const ids = this.#rescan().map(({ identity }) => identity.id);
    // The same array until something changes, so that a reader sees at a glance that nothing has.
    if (ids.length !== this.#ids.length || ids.some((id, index) => id !== this.#ids[index])) this.#ids = ids;
    return this.#ids;
  }

  async beginFilling(): Promise<boolean> {
    this.#expectOpen();
    return await this.#onDirectory(async () => {
      if (readWhole(this.#fillingMark) !== undefined) return true;
      if (this.#directory.scan().length > 0) return false;
      await this.#disk.replaceFile(this.#fillingMark, '');
      return true;
    });
  }

  async endFilling(): Promise<void> {
    this.#expectOpen();
    await this.#onDirectory(async () => {
      await this.#disk.removeFile(this.#fillingMark);
      await this.#disk.syncDirectory(this.#directory.paths.real);
    });
  }

  placeOf(id: string): VmStorePlace | undefined {
    return this.#vms.get(id)?.place;
  }

  async read<T>(id: string, view: (state: VmState<Files>) => T): Promise<T> {
    return await this.#onVm(id, (vm) => view(vm.current()));
  }

  async readAll<T>(view: (id: string, state: VmState<Files>) => T): Promise<readonly VmLook<T>[]> {
    this.#expectOpen();
    const looks = this.#rescan().map(({ identity: { id }, state }): VmLook<T> => {
      try {
        return { id, seen: view(id, this.#known(id).look(state)) };
      } catch (error) {
        return faultyLook(id, error);
      }
    });
    for (const [index, { id, fault }] of looks.entries()) {
      // One that was moved meanwhile is looked for again.
      if (fault instanceof VmGone) looks[index] = await this.#readAgain(id, view);
    }
    return looks;
  }

  async #readAgain<T>(id: string, view: (id: string, state: VmState<Files>) => T): Promise<VmLook<T>> {
    try {
      return { id, seen: await this.read(id, (state) => view(id, state)) };
    } catch (error) {
      return faultyLook(id, error);
    }
  }

  async update<T>(id: string, change: (state: VmState<Files>) => T | Promise<T>): Promise<T> {
    return await this.#onVm(id, (vm) => vm.update(change));
  }

  async flushFiles(id: string): Promise<void> {
    await this.#onVm(id, (vm) => vm.flush());
  }

  async create(record: VmRecord, files: Iterable<FileChange>, options: NewVmOptions = {}): Promise<void> {
    this.#expectOpen();
    const kept = structuredClone(record);
    // Applied here first, so that what is written is known to load.
    const scratch = this.#options.createFiles(kept);
    for (const change of files) scratch.apply(change);
    await this.#onDirectory(async () => {
      const machines = this.#directory.scan();
      if (machines.some(({ identity }) => identity.id === record.id)) {
        throw new Fault('already-exists', `There is a virtual machine with the id ${record.id} already.`);
      }
      const isKeptInside = options.isKeptInside === true;
      const folder = await this.#directory.newFolder(kept.location, kept.datacenter, isKeptInside);
      await writeNewVm(folder, { record: kept, files: scratch.contents(), order: nextOrder(machines) }, this.#disk);
      await this.#directory.noteNew(folder);
    });
    this.#announce(record.id);
  }

  async delete(id: string, options: { readonly keepDisks: boolean }): Promise<void> {
    const folder = await this.#onVm(id, async (vm) => {
      await vm.remove((ownDisks) => this.#onDirectory(() => vm.folder.delete(ownDisks, options.keepDisks)));
      return vm.folder;
    });
    // Until now its lock was held, which lay in the folder.
    if (folder.hasOwnLocks) await this.#onDirectory(() => folder.removeEmptyFolders());
    this.#directory.noteDeleted(folder);
    this.#vms.delete(id);
    this.#announce(id);
  }

  async saveImage(id: string, image: FileImageName): Promise<void> {
    await this.#known(id).saveImage(image);
  }

  async restoreImage(id: string, image: FileImageName): Promise<void> {
    await this.#known(id).restoreImage(image);
  }

  async deleteImage(id: string, image: FileImageName): Promise<void> {
    await this.#onVm(id, (vm) => vm.deleteImage(image));
  }

  async imageContents(id: string, image: FileImageName): Promise<readonly FileChange[]> {
    return await this.#onVm(id, (vm) => vm.imageContents(image));
  }

  async readHost(): Promise<HostRecord> {
    this.#expectOpen();
    return readHostFile(this.#directory.paths.real);
  }

  async updateHost(change: (host: HostRecord) => void): Promise<void> {
    this.#expectOpen();
    await this.#onDirectory(async () => {
      const host = readHostFile(this.#directory.paths.real);
      change(host);
      await writeHostFile(this.#directory.paths.real, host, this.#disk);
    });
  }

  async takeIn(location: string): Promise<string | undefined> {
    this.#expectOpen();
    return await this.#directory.takeIn(location);
  }

  onChange(listener: (id: string) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    const vms = [...this.#vms.values()];
    const outcomes = await Promise.allSettled(vms.map((vm) => vm.flush()));
    for (const vm of vms) await vm.drained();
    for (const outcome of outcomes) {
      if (outcome.status === 'rejected' && !(outcome.reason instanceof VmGone)) throw outcome.reason;
    }
  }

  /** There while the first machines are being made; a kill meanwhile leaves it. */
  get #fillingMark(): string {
    return join(this.#directory.paths.real, '.revix-filling');
  }

  /** Runs an operation on a machine; once more if it turns out that its folder has been moved. */
  async #onVm<T>(id: string, operation: (vm: StoredVm<Files>) => T | Promise<T>): Promise<T> {
    this.#expectOpen();
    const vm = this.#vms.get(id);
    if (vm !== undefined) {
      try {
        return await operation(vm);
      } catch (error) {
        if (!vm.isMissing(error)) throw error;
        if (this.#vms.get(id) === vm) this.#vms.delete(id);
      }
    }
    this.#rescan();
    return await operation(this.#known(id));
  }

  #known(id: string): StoredVm<Files> {
    this.#expectOpen();
    const vm = this.#vms.get(id);
    if (vm === undefined) throw notFound(id);
    return vm;
  }

  /** Looks through the directory. */
  #rescan(): readonly FoundVm[] {
    const found = this.#directory.scan();
    for (const { identity } of found) {
      const known = this.#vms.get(identity.id);
      if (known?.folder.place === identity.folder.place) continue;
      // A reader of the list has to look at it again.
      if (known !== undefined) this.#ids = [];
      this.#vms.set(identity.id, new StoredVm(identity, this.#context));
    }
    return found;
  }

  #onDirectory<T>(action: () => Promise<T>): Promise<T> {
    const what = `The list of virtual machines in ${this.#directory.paths.given}`;
    return this.#locksIn(join(this.#directory.paths.real, locksFolder)).hold('directory', what, action);
  }

  #locksIn(folder: string): ProcessLocks {
    const known = this.#locks.get(folder);
    if (known !== undefined) return known;
    const { clock, lockDeadlineMs } = this.#options;
    const locks = new ProcessLocks(folder, clock, lockDeadlineMs ?? defaultLockDeadlineMs);
    this.#locks.set(folder, locks);
    return locks;
  }

  #announce(id: string): void {
    for (const listener of this.#listeners) {
      try {
        listener(id);
      } catch (error) {
        // The change is kept already, so it must not fail; the listener's own mistake shows as what it is.
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  }

  #expectOpen(): void {
    if (!this.#isClosed) return;
    throw new Fault('internal', `The store of ${this.#directory.paths.given} was closed. Open it again.`);
  }
}

function faultyLook(id: string, error: unknown): VmLook<never> {
  if (error instanceof Fault) return { id, fault: error };
  throw error;
}

function notFound(id: string): Fault {
  return new Fault(
    'vm-not-found',
    `There is no virtual machine with the id ${id}. It may have been deleted meanwhile.`,
  );
}
