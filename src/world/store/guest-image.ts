import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Fault } from '../../base/fault.js';
import { appendedContent, emptyContent } from '../guest/file-content.js';
import type { FileChange } from '../guest/guest-files.js';
import type { StoredFiles } from '../vm/vm-store.js';
import type { ContentBlobs } from './content-blobs.js';
import { contentsNamedIn, formatChanges, readJournal } from './file-journal.js';
import { type HostDisk, unlessAbsent } from './host-disk.js';
import { type ImageState, journalForm, newJournalName } from './vm-state-file.js';

/** A journal is written anew when its changes take more than this and more than twice the index at its head. */
const compactionBytes = 256 * 1024;

/**
 * The files of one guest, in memory and on disk. On disk they are a journal: an index of all files, then every change
 * since. A complete line is never taken back, so that who has read a journal up to some place can go on from there.
 * All methods that write run under the machine's lock.
 */
export class GuestImage<Files extends StoredFiles> {
  readonly files: Files;
  readonly #folder: string;
  readonly #disk: HostDisk;
  readonly #blobs: ContentBlobs;
  /** The journal in memory; null: nothing is, or what is was never written. */
  #journal: ImageState | null = null;
  /** Where the last line that is in memory ends. */
  #end = 0;
  /** Changes of this process that are not on disk yet, oldest first. */
  #pending: FileChange[] = [];
  /** Those of them that are being written. */
  #inFlight: FileChange[] = [];
  /** Those that a new journal holds which no state file names yet. */
  #unsettled: FileChange[] = [];
  /** The last change in `#pending` of a path, if a later one may be merged into it. Keys are paths in lower case. */
  readonly #replaceable = new Map<string, { readonly path: string; readonly place: number }>();
  /** Lines of this process are in the journal, but may not outlast a loss of power. */
  #isUnsure = false;
  #isLoaded = false;

  constructor(folder: string, files: Files, blobs: ContentBlobs, disk: HostDisk) {
    this.#folder = folder;
    this.files = files;
    this.#blobs = blobs;
    this.#disk = disk;
    files.onChange((change) => this.#note(change));
  }

  /** Whether this process changed files that are not on disk yet. */
  get hasPending(): boolean {
    return this.#isUnsure || [this.#pending, this.#inFlight, this.#unsettled].some(({ length }) => length > 0);
  }

  /** Whether the files are in memory. They are taken in when somebody looks at them. */
  get isLoaded(): boolean {
    return this.#isLoaded;
  }

  /** Whether the files in memory come from a journal. */
  get isSaved(): boolean {
    return this.#journal !== null;
  }

  /** The journal in memory up to its last line. */
  get state(): ImageState {
    if (this.#journal === null) throw new Fault('internal', `The guest files of ${this.#folder} are not kept yet.`);
    return { ...this.#journal, length: this.#end };
  }

  /** Whether the journal has grown so much that writing it anew pays. */
  get isOvergrown(): boolean {
    const indexLength = this.#journal?.indexLength ?? 0;
    return this.#end - indexLength > Math.max(compactionBytes, 2 * indexLength);
  }

  /** The first files of a guest that has no journal yet. */
  start(changes: Iterable<FileChange>): void {
    this.files.clear();
    for (const change of changes) this.files.apply(change);
    this.#journal = null;
    this.#isLoaded = true;
    this.#reapply();
  }

  /**
   * Takes in what other processes wrote.
   * @returns false when the journal is gone, because it was replaced meanwhile: then the state file is old.
   * @throws Fault `vm-config-unreadable`.
   */
  catchUp(image: ImageState): boolean {
    const isKnown = this.#journal?.file === image.file;
    const path = join(this.#folder, image.file);
    const start = isKnown ? this.#end : 0;
    let piece = readJournal(path, { start, sure: image.length }, this.#blobs);
    if (piece === undefined) return false;
    if (isKnown) this.#unsettled = [];
    else this.#isUnsure = false;
    if (isKnown && piece.changes.length === 0) return true;
    if (isKnown && !this.hasPending) {
      this.#apply(piece.changes, path);
    } else {
      // Ours come after those of the others on disk, so they must come after them in memory.
      if (isKnown) piece = readJournal(path, { start: 0, sure: image.length }, this.#blobs);
      if (piece === undefined) return false;
      this.files.clear();
      this.#apply(piece.changes, path);
      this.#reapply();
    }
    this.#journal = image;
    this.#end = piece.end;
    this.#isLoaded = true;
    return true;
  }

  /** Forgets what is in memory, pending changes too: the next `catchUp` reads everything. */
  forget(): void {
    this.#isLoaded = false;
    this.#journal = null;
    this.#pending = [];
    this.#inFlight = [];
    this.#unsettled = [];
    this.#isUnsure = false;
    this.#replaceable.clear();
  }

  /** Appends the pending changes to the journal. When this fails they stay pending. Returns whether there were any. */
  async flush(): Promise<boolean> {
    if (!this.hasPending) return false;
    const { file } = this.state;
    this.#takePending();
    try {
      const lines = await formatChanges(this.#inFlight, this.#blobs);
      await this.#disk.writeTail(join(this.#folder, file), this.#end, lines);
      this.#end += lines.length;
      this.#inFlight = [];
      this.#isUnsure = false;
      return true;
    } catch (error) {
      this.#returnPending();
      this.#leaveWritten();
      throw error;
    }
  }

  /** Writes all files as the index of a new journal and goes on with that. Pending until `settle`. */
  async writeAnew(): Promise<void> {
    this.#takePending();
    try {
      const contents = [...this.files.contents()];
      const lines = await formatChanges(contents, this.#blobs);
      const file = this.#newFile();
      await this.#disk.makeDirectory(this.#folder);
      await this.#disk.writeFile(join(this.#folder, file), lines);
      await this.#disk.syncDirectory(this.#folder);
      this.#journal = { file, length: lines.length, indexLength: lines.length };
      this.#end = lines.length;
      this.#unsettled.push(...this.#inFlight);
      this.#inFlight = [];
      this.#isUnsure = false;
    } catch (error) {
      this.#returnPending();
      throw error;
    }
  }

  /** The state file names the new journal: what went into it is pending no more. */
  settle(): void {
    this.#unsettled = [];
  }

  /** Makes the files those of `image`, in a new journal. The pending changes must have been flushed. */
  async restore(image: ImageState): Promise<void> {
    const source = join(this.#folder, image.file);
    const piece = readJournal(source, { start: 0, limit: image.length, sure: image.length }, this.#blobs);
    if (piece === undefined) throw missing(source);
    const file = this.#newFile();
    await this.#disk.copyPrefix(source, join(this.#folder, file), image.length);
    await this.#disk.syncDirectory(this.#folder);
    this.forget();
    this.files.clear();
    this.#apply(piece.changes, source);
    this.#journal = { ...image, file };
    this.#isLoaded = true;
    this.#end = image.length;
  }

  /** The files of an image, put together in `scratch`. */
  contentsOf(image: ImageState, scratch: StoredFiles): readonly FileChange[] {
    const path = join(this.#folder, image.file);
    const piece = readJournal(path, { start: 0, limit: image.length, sure: image.length }, this.#blobs);
    if (piece === undefined) throw missing(path);
    for (const change of piece.changes) scratch.apply(change);
    return [...scratch.contents()];
  }

  /** The journals that are there but not among those to keep. */
  unusedJournals(kept: ReadonlySet<string>): readonly string[] {
    return this.#journalFiles().filter((file) => !kept.has(file));
  }

  /** Contents that no journal of `kept` names. */
  unusedContents(kept: ReadonlySet<string>): readonly string[] {
    const named = new Set([...kept].flatMap((file) => [...contentsNamedIn(join(this.#folder, file))]));
    return this.#blobs.all().filter((hash) => !named.has(hash));
  }

  async remove(journals: readonly string[], contents: readonly string[]): Promise<void> {
    for (const file of journals) await this.#disk.removeFile(join(this.#folder, file));
    for (const hash of contents) await this.#blobs.remove(hash);
  }

  #note(change: FileChange): void {
    // What goes to a file by one name must not move before what went to it by another.
    if ((change.change !== 'put' && change.change !== 'append') || change.isShared === true) {
      this.#replaceable.clear();
      this.#pending.push(change);
      return;
    }
    // A program that writes line by line makes a change for each; one that says the same is enough. Where names ignore
    // case, two spellings may be one file, so a change stays behind one of another spelling.
    const key = change.path.toLowerCase();
    const earlier = this.#replaceable.get(key);
    const before = earlier?.path === change.path ? this.#pending[earlier.place] : undefined;
    const merged = before === undefined ? undefined : mergedChange(before, change);
    if (earlier !== undefined && merged !== undefined) {
      this.#pending[earlier.place] = merged;
    } else {
      this.#replaceable.set(key, { path: change.path, place: this.#pending.push(change) - 1 });
    }
  }

  #takePending(): void {
    this.#inFlight = [...this.#inFlight, ...this.#pending];
    this.#pending = [];
    this.#replaceable.clear();
  }

  #returnPending(): void {
    this.#pending = [...this.#inFlight, ...this.#pending];
    this.#inFlight = [];
    this.#replaceable.clear();
  }

  /**
   * After a failed write: the complete lines are there, and others may have read them, so they are not written again.
   * Nobody else writes before the lock is given back.
   */
  #leaveWritten(): void {
    const { file } = this.state;
    const path = join(this.#folder, file);
    const piece = readJournal(path, { start: this.#end, sure: this.#end }, this.#blobs);
    if (piece === undefined || piece.changes.length === 0) return;
    this.#pending.splice(0, piece.changes.length);
    this.#end = piece.end;
    this.#isUnsure = true;
  }

  #apply(changes: readonly FileChange[], path: string): void {
    for (const change of changes) {
      try {
        this.files.apply(change);
      } catch (error) {
        const name = change.change === 'move' ? change.from : change.path;
        throw new Fault(
          'vm-config-unreadable',
          `${path} cannot be followed: its change of ${name} does not fit the files before it. ` +
            'Put back a copy of the folder .revix.',
          { cause: error },
        );
      }
    }
  }

  /** Repeats our own pending changes on the files that others have changed meanwhile. */
  #reapply(): void {
    this.#returnPending();
    this.#pending = [...this.#unsettled, ...this.#pending];
    this.#unsettled = [];
    this.#pending = this.#pending.filter((change) => {
      try {
        this.files.apply(change);
        return true;
      } catch (error) {
        // Another process removed what this change needs, such as its folder: on one disk, too, it would be gone.
        if (error instanceof Fault) return false;
        throw error;
      }
    });
  }

  #journalFiles(): readonly string[] {
    const names = unlessAbsent('read', this.#folder, () => readdirSync(this.#folder)) ?? [];
    return names.filter((name) => journalForm.test(name));
  }

  /** The number is for people; the rest makes sure that a name never means another journal than before. */
  #newFile(): string {
    const numbers = this.#journalFiles().map((file) => Number(/\d+/.exec(file)?.[0] ?? 0));
    return newJournalName(Math.max(0, ...numbers) + 1);
  }
}

/** One change that does what both do, one after the other, to the same path; undefined: it takes two. */
function mergedChange(before: FileChange, change: FileChange): FileChange | undefined {
  if (change.change === 'put') return change;
  if (change.change !== 'append') return undefined;
  const isFile = before.change === 'append' || (before.change === 'put' && before.kind === 'file');
  if (!isFile) return undefined;
  const { attributes, content: added } = change;
  if (added === undefined) return { ...before, attributes };
  return { ...before, attributes, content: appendedContent(before.content ?? emptyContent, added.bytes()) };
}

function missing(path: string): Fault {
  return new Fault(
    'vm-config-unreadable',
    `${path} is missing, which holds the guest files of a snapshot. Put back a copy of it, or delete the snapshot.`,
  );
}
