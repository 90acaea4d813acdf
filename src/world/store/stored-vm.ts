import { AsyncLocalStorage } from 'node:async_hooks';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Fault } from '../../base/fault.js';
import type { FileChange } from '../guest/guest-files.js';
import type { VmRecord } from '../vm/vm-record.js';
import type { FileImageName, StoredFiles, VmState, VmStorePlace } from '../vm/vm-store.js';
import { ContentBlobs } from './content-blobs.js';
import { GuestImage } from './guest-image.js';
import { type HostDisk, readWhole } from './host-disk.js';
import { LazyState } from './lazy-state.js';
import { frozen, isEqual } from './plain-data.js';
import type { ProcessLocks } from './process-lock.js';
import { SerialQueue } from './serial-queue.js';
import { VmxDocument } from './vmx-file.js';
import {
  type ImageState,
  type VmStateFile,
  committedVmx,
  formatState,
  hashOf,
  isAsCommitted,
} from './vm-state-file.js';
import { newCommit, parseStateFile, readStateFile, readStateHeader } from './vm-state-file.js';
import { below, type StagedFiles, type VmFolder } from './vm-folder.js';
import { readRecord, recordFromVmx, writeRecord } from './vmx-record.js';

/** A virtual machine that has only a `.vmx` file, made ready for use. */
export interface AdoptedVm {
  readonly record: VmRecord;
  /** First files of its guest. */
  readonly files: Iterable<FileChange>;
}

/** What stored machines share. */
export interface StoredVmContext<Files extends StoredFiles> {
  readonly disk: HostDisk;
  /** The locks in a folder. */
  locksIn(folder: string): ProcessLocks;
  createFiles(record: VmRecord): Files;
  adopt(record: VmRecord): AdoptedVm;
  /** Called after each change that is kept. */
  announce(id: string): void;
}

/** Where a machine is found, and by which id. */
export interface VmIdentity extends VmStorePlace {
  readonly id: string;
  readonly order: number;
  readonly folder: VmFolder;
  /** From the place of the `.vmx` file; what the record says counts as long as it means the same place. */
  readonly location: string;
  meansSamePlace(record: VmRecord): boolean;
}

/** The files that say everything about the machine, as they were read together. */
interface Known {
  readonly vmx: Buffer;
  /** undefined: the machine has only its `.vmx` file so far. */
  readonly state: VmStateFile | undefined;
  /** With what was written into the `.vmx` file by hand. */
  readonly record: VmRecord;
  /** The `.vmx` file is older than the state: the process that wrote them was killed in between. */
  readonly isVmxBehind: boolean;
}

/** What an update is to keep beside the files. */
interface Outcome {
  readonly record: VmRecord;
  readonly images: Readonly<Record<string, ImageState>>;
}

/** An `update` that is under way. */
interface Transaction extends Outcome {
  readonly images: Record<string, ImageState>;
  isRestored: boolean;
}

/** Updates on whose behalf code runs: the innermost one first. */
interface UpdateScope {
  readonly transaction: Transaction;
  readonly outer: UpdateScope | undefined;
}

/**
 * Tells, also after an `await`, which updates the present code belongs to. One for all machines: each further one would
 * make every `await` of the process slower, for ever.
 */
const updateScopes = new AsyncLocalStorage<UpdateScope>();

/** The machine is not where it was; the store looks for it anew. */
export class VmGone extends Fault {
  readonly folder: VmFolder;

  constructor(folder: VmFolder) {
    super('vm-not-found', `There is no virtual machine at ${folder.vmx} any more. Was it deleted or moved?`);
    this.folder = folder;
  }
}

/** One virtual machine in its folder. */
export class StoredVm<Files extends StoredFiles> {
  readonly #identity: VmIdentity;
  readonly #context: StoredVmContext<Files>;
  readonly #blobs: ContentBlobs;
  readonly #queue = new SerialQueue();
  #image: GuestImage<Files> | undefined;
  #known: Known | undefined;
  /** While we hold the lock, memory is newer than the disk and nobody else writes. */
  #isLocked = false;
  /** The update that is under way in this process. */
  #transaction: Transaction | undefined;

  constructor(identity: VmIdentity, context: StoredVmContext<Files>) {
    this.#identity = identity;
    this.#context = context;
    this.#blobs = new ContentBlobs(identity.folder.contents, context.disk);
  }

  get folder(): VmFolder {
    return this.#identity.folder;
  }

  /** From where its file lies, whatever is in it. */
  get place(): VmStorePlace {
    return this.#identity;
  }

  /** Whether an error says that this machine is not where it was. */
  isMissing(error: unknown): boolean {
    return error instanceof VmGone && error.folder === this.folder;
  }

  /** The newest state. @throws VmGone; Fault `vm-config-unreadable`. */
  current(): VmState<Files> {
    return this.#stateOf(this.#knownNow().record);
  }

  /**
   * As `current`, with one read less for a machine that nothing is known of yet.
   * @param stateBytes the state file, if it was read whole just now.
   */
  look(stateBytes: Buffer | undefined): VmState<Files> {
    const isNew = this.#known === undefined && !this.#isLocked;
    const record = stateBytes !== undefined && isNew ? this.#recordAt(stateBytes) : undefined;
    return record === undefined ? this.current() : this.#stateOf(record);
  }

  /** Runs `change` under the lock and keeps the outcome. */
  async update<T>(change: (state: VmState<Files>) => T | Promise<T>): Promise<T> {
    return await this.#exclusively(async (known) => {
      const record = structuredClone(known.record);
      const transaction: Transaction = { record, images: { ...known.state?.images }, isRestored: false };
      this.#transaction = transaction;
      try {
        const result = await updateScopes.run({ transaction, outer: updateScopes.getStore() }, async () => {
          return await change(this.#stateOf(record));
        });
        await this.#commit(transaction);
        return result;
      } catch (error) {
        // The record stays as it was; the files stay as they are now, like those of a real disk.
        if (transaction.isRestored) this.#image?.forget();
        else if (this.#known === known) await this.#commit(unchanged(known));
        throw error;
      } finally {
        this.#transaction = undefined;
      }
    });
  }

  /** Writes the file changes that wait. */
  async flush(): Promise<void> {
    await this.#queue.run(async () => {
      if (this.#image?.hasPending === true) await this.#lock((known) => this.#commit(unchanged(known)));
    });
  }

  /** Runs `removal` under the lock. */
  async remove(removal: (ownDisks: readonly string[]) => Promise<void>): Promise<void> {
    await this.#exclusively(async (known) => {
      await removal(known.state?.ownDisks ?? []);
      this.#image?.forget();
      this.#known = undefined;
    });
  }

  async saveImage(name: FileImageName): Promise<void> {
    const transaction = this.#insideUpdate('saveImage');
    if (name === 'current') throw new Fault('invalid-argument', 'A snapshot cannot have the id "current".');
    const image = this.#loadedImage();
    await this.#keepFiles(image);
    transaction.images[name] = image.state;
  }

  async restoreImage(name: FileImageName): Promise<void> {
    const transaction = this.#insideUpdate('restoreImage');
    const saved = this.#savedImage(transaction.images, name);
    const image = this.#loadedImage();
    await this.#keepFiles(image);
    transaction.isRestored = true;
    await image.restore(saved);
  }

  async deleteImage(name: FileImageName): Promise<void> {
    const transaction = this.#ownTransaction();
    if (transaction !== undefined) {
      delete transaction.images[name];
      return;
    }
    await this.#exclusively(async (known) => {
      const { [name]: _deleted, ...images } = known.state?.images ?? {};
      await this.#commit({ record: known.record, images });
    });
  }

  /** @throws Fault `snapshot-not-found`. */
  imageContents(name: FileImageName): readonly FileChange[] {
    const { record, files } = this.current();
    if (name === 'current') return [...files.contents()];
    const images = this.#transaction?.images ?? this.#known?.state?.images ?? {};
    const scratch = this.#context.createFiles(record);
    return this.#imageFor(record).contentsOf(this.#savedImage(images, name), scratch);
  }

  async drained(): Promise<void> {
    await this.#queue.drained();
  }

  /** The update of this machine that the present code belongs to. */
  #ownTransaction(): Transaction | undefined {
    let scope = updateScopes.getStore();
    while (scope !== undefined && scope.transaction !== this.#transaction) scope = scope.outer;
    return scope?.transaction;
  }

  #insideUpdate(operation: string): Transaction {
    const transaction = this.#ownTransaction();
    if (transaction !== undefined) return transaction;
    throw new Fault('internal', `${operation} of ${this.#identity.location} was called outside an update of it.`);
  }

  #savedImage(images: Readonly<Record<string, ImageState>>, name: FileImageName): ImageState {
    const saved = Object.hasOwn(images, name) ? images[name] : undefined;
    if (saved !== undefined) return saved;
    throw new Fault('snapshot-not-found', `${this.#identity.location} has no files kept for a snapshot ${name}.`);
  }

  #stateOf(record: VmRecord): VmState<Files> {
    return new LazyState(record, () => this.#loadedImage().files);
  }

  #imageFor(record: VmRecord): GuestImage<Files> {
    this.#image ??= new GuestImage(this.folder.own, this.#context.createFiles(record), this.#blobs, this.#context.disk);
    return this.#image;
  }

  /** The image with the newest files. */
  #loadedImage(): GuestImage<Files> {
    const known = this.#isLocked && this.#image?.isLoaded === true ? this.#knownNow() : this.#catchUp(true);
    return this.#imageFor(known.record);
  }

  #knownNow(): Known {
    return this.#isLocked && this.#known !== undefined ? this.#known : this.#catchUp(false);
  }

  #exclusively<T>(action: (known: Known) => Promise<T>): Promise<T> {
    return this.#queue.run(() => this.#lock(action));
  }

  #lock<T>(action: (known: Known) => Promise<T>): Promise<T> {
    const locks = this.#context.locksIn(this.folder.locks);
    return locks.hold(this.folder.lockName, this.#identity.location, async () => {
      const found = this.#catchUp(this.#image?.isLoaded === true);
      this.#isLocked = true;
      try {
        const known = found.isVmxBehind ? await this.#finishCommit(found) : found;
        return await action(known);
      } finally {
        this.#isLocked = false;
      }
    });
  }

  /**
   * Ends the commit of a process that was killed in between: the `.vmx` file that waits beside the old one gets its
   * place. Until then nothing may be staged, since that would write over the only text that tells a file that is behind
   * from one that was edited by hand.
   */
  async #finishCommit(known: Known): Promise<Known> {
    const { disk } = this.#context;
    const { folder } = this;
    const vmx = readWhole(`${folder.vmx}.new`) ?? known.vmx;
    const sideFiles = await folder.stage(known.record, undefined);
    await disk.publish(`${folder.vmx}.new`, folder.vmx);
    await sideFiles.publish();
    await disk.syncDirectory(folder.path);
    this.#known = { ...known, vmx, isVmxBehind: false };
    return this.#known;
  }

  /** Brings memory up to date with the disk, in one go and without waiting, so that nothing can come in between. */
  #catchUp(withFiles: boolean): Known {
    const attempts = 20;
    for (let attempt = 0; attempt < attempts; attempt += 1) {
      const known = this.#read();
      if (known === undefined || (withFiles && !this.#catchUpFiles(known))) continue;
      this.#known = known;
      return known;
    }
    throw new Fault(
      'vm-config-unreadable',
      `${this.folder.state} names a file beside it that is not there, or somebody changes the files all the time. ` +
        'Repeat the operation; if this stays, put back a copy of the folder .revix.',
      { retryable: 'same-call' },
    );
  }

  #catchUpFiles(known: Known): boolean {
    const image = this.#imageFor(known.record);
    if (known.state !== undefined) return image.catchUp(known.state.current);
    const isStarted = image.isLoaded && !image.isSaved;
    if (!isStarted) image.start(this.#context.adopt(this.#plainRecord(known.vmx)).files);
    return true;
  }

  /** undefined: the files changed while they were read. */
  #read(): Known | undefined {
    const { folder, id } = this.#identity;
    const vmx = readWhole(folder.vmx);
    if (vmx === undefined) throw new VmGone(folder);
    const last = this.#known;
    const isVmxKnown = last !== undefined && !last.isVmxBehind && vmx.equals(last.vmx);
    if (isVmxKnown && readStateHeader(folder.state)?.commit === last.state?.header.commit) return last;
    const state = readStateFile(folder.state);
    if (state === undefined) {
      const { record } = this.#context.adopt(this.#plainRecord(vmx));
      return { vmx, state, record: frozen(record), isVmxBehind: false };
    }
    if (state.header.place === folder.place && state.header.id !== id) throw new VmGone(folder);
    // Replaced meanwhile; or lost, which is told now and not when somebody looks at the files.
    if (!existsSync(join(folder.own, state.current.file))) return undefined;
    const isSame = isAsCommitted(state.vmx, vmx);
    const isOlder = !isSame && hashOf(vmx) === state.vmx.before;
    // The new text still waits beside the file, unless somebody put the old text back by hand.
    const isVmxBehind = isOlder && this.#isStaged(state);
    const isEdited = !isSame && !isVmxBehind;
    // Another process may have committed between the two reads.
    if (isEdited && readWhole(folder.vmx)?.equals(vmx) !== true) return undefined;
    return { vmx, state, record: frozen(this.#recordOf(state, isEdited ? vmx : undefined)), isVmxBehind };
  }

  /** undefined: the `.vmx` file is not that of this state, so that both must be looked at together. */
  #recordAt(stateBytes: Buffer): VmRecord | undefined {
    const { folder, id } = this.#identity;
    const vmx = readWhole(folder.vmx);
    if (vmx === undefined) throw new VmGone(folder);
    const state = parseStateFile(stateBytes, folder.state);
    const isWhole = isAsCommitted(state.vmx, vmx) && existsSync(below(folder.own, state.current.file));
    if (!isWhole || (state.header.place === folder.place && state.header.id !== id)) return undefined;
    return this.#recordOf(state, undefined);
  }

  /** Whether the `.vmx` file of a commit waits beside the old one. */
  #isStaged(state: VmStateFile): boolean {
    const staged = readWhole(`${this.folder.vmx}.new`);
    return staged !== undefined && isAsCommitted(state.vmx, staged);
  }

  #plainRecord(vmx: Buffer): VmRecord {
    const { id, folder, location, datacenter = '' } = this.#identity;
    return recordFromVmx(VmxDocument.parse(vmx, folder.vmx), { id, location, datacenter, fileName: folder.vmx });
  }

  #recordOf(state: VmStateFile, editedVmx: Buffer | undefined): VmRecord {
    const { id, folder, location, datacenter } = this.#identity;
    const record =
      editedVmx === undefined
        ? { ...state.record }
        : readRecord(VmxDocument.parse(editedVmx, folder.vmx), state.record, state.addedEntries, folder.vmx);
    record.id = id;
    if (!this.#identity.meansSamePlace(record)) {
      record.location = location;
      record.datacenter = datacenter ?? record.datacenter;
    }
    return record;
  }

  /** Writes the pending file changes: behind the journal, or into a first one. Returns whether there were any. */
  async #keepFiles(image: GuestImage<Files>): Promise<boolean> {
    if (image.isSaved) return await image.flush();
    await image.writeAnew();
    return true;
  }

  async #commit(outcome: Outcome): Promise<void> {
    if (await this.#keep(outcome)) this.#context.announce(this.#identity.id);
  }

  /** Returns whether there was anything to write. */
  async #keep(outcome: Outcome): Promise<boolean> {
    const known = this.#knownNow();
    const record: VmRecord = JSON.parse(JSON.stringify(outcome.record));
    const isSame = isEqual(record, known.state?.record ?? known.record);
    const image = this.#imageFor(record);
    if (known.state === undefined && isSame && !image.hasPending && !image.isSaved) return false;
    if (known.state === undefined) this.#loadedImage();
    const isFilesChanged = image.isLoaded && (await this.#keepFiles(image));
    if (image.isLoaded && image.isOvergrown) await this.#compact(image);
    const current = image.isLoaded ? image.state : known.state?.current;
    const isImagesSame = current?.file === known.state?.current.file && isEqual(outcome.images, known.state?.images);
    const isVmxSame = known.state !== undefined && isAsCommitted(known.state.vmx, known.vmx);
    if (current === undefined || (isSame && isImagesSame && isVmxSame)) return isFilesChanged;
    await this.#writeState(known, { record, images: outcome.images }, current, image);
    return true;
  }

  /** Compaction only saves space: where there is none for it, the journal just grows on. */
  async #compact(image: GuestImage<Files>): Promise<void> {
    try {
      await image.writeAnew();
    } catch (error) {
      if (!(error instanceof Fault && error.kind === 'disk-full')) throw error;
    }
  }

  async #writeState(
    known: Known,
    { record, images }: Outcome,
    current: ImageState,
    image: GuestImage<Files>,
  ): Promise<void> {
    const { folder, id, order } = this.#identity;
    const addedEntries = known.state?.addedEntries ?? {};
    const document = VmxDocument.parse(known.vmx, folder.vmx);
    writeRecord(document, record, addedEntries);
    const vmx = Buffer.from(document.toString());
    const isVmxNew = !vmx.equals(known.vmx);
    const kept = new Set([current, ...Object.values(images)].map((saved) => saved.file));
    const journals = image.unusedJournals(kept);
    const unused = journals.length === 0 ? undefined : image.unusedContents(kept);
    // A program may still read what was deleted a moment ago, so contents go at the second clean-up.
    const outdated = new Set(known.state?.unusedContents);
    const state: VmStateFile = {
      header: { commit: newCommit(), id, place: folder.place, order: known.state?.header.order ?? order },
      vmx: committedVmx(known.vmx, vmx),
      addedEntries,
      ownDisks: known.state?.ownDisks ?? [],
      current,
      images,
      unusedContents: unused?.filter((hash) => !outdated.has(hash)) ?? [...outdated],
      record,
    };
    const staged = await folder.stage(record, isVmxNew ? vmx : undefined);
    const doubt = await this.#putState(state, staged);
    image.settle();
    this.#known = { vmx: known.vmx, state, record: frozen(record), isVmxBehind: isVmxNew };
    await staged.publish();
    this.#known = { vmx, state, record: this.#known.record, isVmxBehind: false };
    if (doubt !== undefined) throw doubt;
    await image.remove(journals, unused?.filter((hash) => outdated.has(hash)) ?? []);
  }

  /**
   * Commits. @returns the failure of a disk on which the state has its place and may not last, so that the rest has to
   * follow. @throws where it has no place, and nothing is left of it.
   */
  async #putState(state: VmStateFile, staged: StagedFiles): Promise<Error | undefined> {
    const path = this.folder.state;
    try {
      await this.#context.disk.replaceFile(path, formatState(state));
      return undefined;
    } catch (error) {
      const isInPlace = isCommitted(path, state.header.commit);
      if (isInPlace === true && error instanceof Error) return error;
      if (isInPlace === false) await staged.discard();
      throw error;
    }
  }
}

/** Whether a state file is that of a commit; undefined where the disk does not tell. */
function isCommitted(path: string, commit: string): boolean | undefined {
  try {
    return readStateHeader(path)?.commit === commit;
  } catch {
    return undefined;
  }
}

function unchanged(known: Known): Outcome {
  return { record: known.record, images: known.state?.images ?? {} };
}
