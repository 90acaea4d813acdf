import { Fault } from '../../base/fault.js';
import type { FileChange } from '../guest/guest-files.js';
import { type HostRecord, newHostRecord } from './host-record.js';
import type { VmRecord } from './vm-record.js';
import type { FileImageName, StoredFiles, VmLook, VmState, VmStore } from './vm-store.js';

const currentImage = 'current';

/** One virtual machine in memory. */
class Entry<Files extends StoredFiles> {
  record: VmRecord;
  /** Tail of the queue of updates: each starts when the one before it has ended. */
  tail: Promise<unknown> = Promise.resolve();
  readonly images = new Map<FileImageName, readonly FileChange[]>();
  #files: Files | undefined;
  #initial: Iterable<FileChange>;
  readonly #createFiles: (record: VmRecord) => Files;

  constructor(record: VmRecord, initial: Iterable<FileChange>, createFiles: (record: VmRecord) => Files) {
    this.record = record;
    this.#initial = initial;
    this.#createFiles = createFiles;
  }

  /** Built on first use: most of thousands of machines are never looked into. */
  get files(): Files {
    if (this.#files === undefined) {
      const files = this.#createFiles(this.record);
      for (const change of this.#initial) files.apply(change);
      this.#files = files;
      this.#initial = [];
    }
    return this.#files;
  }

  /** The files as changes, without building them when nobody has looked at them yet. */
  contents(image: FileImageName): readonly FileChange[] | undefined {
    if (image !== currentImage) return this.images.get(image);
    return [...(this.#files === undefined ? this.#initial : this.#files.contents())];
  }
}

/** What an update or a view works on. */
class MemoryState<Files extends StoredFiles> implements VmState<Files> {
  readonly record: VmRecord;
  readonly #entry: Entry<Files>;

  constructor(record: VmRecord, entry: Entry<Files>) {
    this.record = record;
    this.#entry = entry;
  }

  get files(): Files {
    return this.#entry.files;
  }
}

/** Keeps the virtual machines of a world in memory; what is acknowledged lasts as long as the process. */
export class MemoryStore<Files extends StoredFiles> implements VmStore<Files> {
  readonly isPrivate = true;
  readonly #entries = new Map<string, Entry<Files>>();
  #host = newHostRecord();
  readonly #listeners = new Set<(id: string) => void>();
  readonly #createFiles: (record: VmRecord) => Files;
  /** The same array until a machine comes or goes, so that a reader can see at a glance that nothing has changed. */
  #ids: readonly string[] | undefined;

  /** @param createFiles makes the empty file system of a machine. */
  constructor(createFiles: (record: VmRecord) => Files) {
    this.#createFiles = createFiles;
  }

  async ids(): Promise<readonly string[]> {
    this.#ids ??= [...this.#entries.keys()];
    return this.#ids;
  }

  async beginFilling(): Promise<boolean> {
    return this.#entries.size === 0;
  }

  async endFilling(): Promise<void> {}

  async read<T>(id: string, view: (state: VmState<Files>) => T): Promise<T> {
    const entry = this.#entry(id);
    return view(new MemoryState(entry.record, entry));
  }

  async readAll<T>(view: (id: string, state: VmState<Files>) => T): Promise<readonly VmLook<T>[]> {
    return [...this.#entries].map(([id, entry]) => ({ id, seen: view(id, new MemoryState(entry.record, entry)) }));
  }

  update<T>(id: string, change: (state: VmState<Files>) => T | Promise<T>): Promise<T> {
    const run = async (): Promise<T> => {
      const entry = this.#entry(id);
      const draft = structuredClone(entry.record);
      const result = await change(new MemoryState(draft, entry));
      entry.record = draft;
      this.#notify(id);
      return result;
    };
    const entry = this.#entries.get(id);
    if (entry === undefined) return run();
    const outcome = entry.tail.then(run, run);
    entry.tail = outcome;
    return outcome;
  }

  async flushFiles(id: string): Promise<void> {
    this.#entry(id);
  }

  async create(record: VmRecord, files: Iterable<FileChange>): Promise<void> {
    if (this.#entries.has(record.id)) {
      throw new Fault('already-exists', `A virtual machine with the id '${record.id}' exists already.`);
    }
    this.#entries.set(record.id, new Entry(structuredClone(record), files, this.#createFiles));
    this.#ids = undefined;
    this.#notify(record.id);
  }

  async readHost(): Promise<HostRecord> {
    return structuredClone(this.#host);
  }

  async updateHost(change: (host: HostRecord) => void): Promise<void> {
    const draft = structuredClone(this.#host);
    change(draft);
    this.#host = draft;
  }

  async delete(id: string): Promise<void> {
    this.#entry(id);
    this.#entries.delete(id);
    this.#ids = undefined;
    this.#notify(id);
  }

  async saveImage(id: string, image: FileImageName): Promise<void> {
    const entry = this.#entry(id);
    entry.images.set(image, entry.contents(currentImage) ?? []);
  }

  async restoreImage(id: string, image: FileImageName): Promise<void> {
    const entry = this.#entry(id);
    const contents = this.#contents(entry, image);
    entry.files.clear();
    for (const change of contents) entry.files.apply(change);
  }

  async deleteImage(id: string, image: FileImageName): Promise<void> {
    this.#entry(id).images.delete(image);
  }

  async imageContents(id: string, image: FileImageName): Promise<readonly FileChange[]> {
    return this.#contents(this.#entry(id), image);
  }

  onChange(listener: (id: string) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  async close(): Promise<void> {
    this.#listeners.clear();
  }

  #entry(id: string): Entry<Files> {
    const entry = this.#entries.get(id);
    if (entry === undefined) {
      throw new Fault('vm-not-found', `The virtual machine with the id '${id}' is gone. Was it deleted?`);
    }
    return entry;
  }

  #contents(entry: Entry<Files>, image: FileImageName): readonly FileChange[] {
    const contents = entry.contents(image);
    if (contents === undefined) {
      throw new Fault('snapshot-not-found', `'${entry.record.location}' has no files for the snapshot '${image}'.`);
    }
    return contents;
  }

  #notify(id: string): void {
    for (const listener of this.#listeners) listener(id);
  }
}
