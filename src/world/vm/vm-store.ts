import type { Fault } from '../../base/fault.js';
import type { FileChange } from '../guest/guest-files.js';
import type { HostRecord } from './host-record.js';
import type { VmRecord } from './vm-record.js';

/** What a store needs of a guest file system: everything as changes, and back. */
export interface StoredFiles {
  /** The whole file system as the changes that would build it from nothing. */
  contents(): Iterable<FileChange>;
  apply(change: FileChange): void;
  /** Empties it. */
  clear(): void;
  /** Called after each change that a program or an operation made (not for `apply`). */
  onChange(listener: (change: FileChange) => void): void;
}

/** One virtual machine while a store lets somebody work on it. */
export interface VmState<Files extends StoredFiles = StoredFiles> {
  /** In `update` a draft that is kept only if the change does not throw; in `read` not to be written. */
  readonly record: VmRecord;
  /** File changes are kept also when the change throws, as a real disk would. */
  readonly files: Files;
}

/** Name of a file image of a VM: `current`, or the id of a snapshot. */
export type FileImageName = string;

/** Where a machine lies, as its store finds it. */
export interface VmStorePlace {
  readonly location: string;
  /** undefined: the place does not tell. */
  readonly datacenter: string | undefined;
  /** Its files may be on another disk than those of the store, so that trouble with that disk says nothing of others. */
  readonly isElsewhere: boolean;
}

/** What a look at a machine has come to: what was seen, or why nothing could be. */
export type VmLook<T> = { readonly id: string } & (
  | { readonly seen: T; readonly fault?: undefined }
  | { readonly seen?: undefined; readonly fault: Fault }
);

/** How a new machine is kept. */
export interface NewVmOptions {
  /** Its files go into the store's own directory, also where its path means a place of this machine. */
  readonly isKeptInside?: boolean;
}

/**
 * Where the virtual machines of a world are kept. All changes of one VM are exclusive, over all processes that share
 * the store; what `update` has acknowledged survives a crash at any later moment.
 */
export interface VmStore<Files extends StoredFiles = StoredFiles> {
  /** Nobody but this process changes what is in it. */
  readonly isPrivate?: true;
  /**
   * Ids of all VMs, in a stable order; includes VMs that another process created meanwhile. The same array until one
   * comes, goes or is moved.
   */
  ids(): Promise<readonly string[]>;
  /**
   * Whether the first machines are still to be made: nothing is in it, or who made them was ended before `endFilling`.
   * Machines that are there already stay.
   */
  beginFilling(): Promise<boolean>;
  /** The first machines are there. */
  endFilling(): Promise<void>;
  /**
   * Where a machine lies, also one that cannot be read; undefined for an id that is not known, and from a store whose
   * machines can always be read.
   */
  placeOf?(id: string): VmStorePlace | undefined;
  /** @throws Fault `vm-not-found`. Sees every change acknowledged before the call. */
  read<T>(id: string, view: (state: VmState<Files>) => T): Promise<T>;
  /** Looks at every machine, in the order of `ids`. Sees every change acknowledged before the call. */
  readAll<T>(view: (id: string, state: VmState<Files>) => T): Promise<readonly VmLook<T>[]>;
  /** Runs `change` exclusively on the newest state and keeps the outcome before it resolves. */
  update<T>(id: string, change: (state: VmState<Files>) => T | Promise<T>): Promise<T>;
  /** Keeps file changes that a running program made since; for programs, which do not run inside `update`. */
  flushFiles(id: string): Promise<void>;
  create(record: VmRecord, files: Iterable<FileChange>, options?: NewVmOptions): Promise<void>;
  /**
   * Takes in a machine that lies outside of the store, where the store works with such ones.
   * @returns its location in the store; undefined when there is none.
   */
  takeIn?(location: string): Promise<string | undefined>;
  /** @param keepDisks leaves the guest's files where they are and removes only the configuration. */
  delete(id: string, options: { readonly keepDisks: boolean }): Promise<void>;
  /** Keeps a copy of the current files under a snapshot's id; inside `update` only. */
  saveImage(id: string, image: FileImageName): Promise<void>;
  /** Makes the current files those of the image; inside `update` only. */
  restoreImage(id: string, image: FileImageName): Promise<void>;
  deleteImage(id: string, image: FileImageName): Promise<void>;
  /** The files of an image (`current` for the present ones) as changes, for a clone. */
  imageContents(id: string, image: FileImageName): Promise<readonly FileChange[]>;
  /** What is kept of the host itself. */
  readHost(): Promise<HostRecord>;
  /** Runs `change` exclusively on the newest record of the host, and keeps it unless the change throws. */
  updateHost(change: (host: HostRecord) => void): Promise<void>;
  /** Calls the listener after each acknowledged change of this process, with the VM's id. Returns how to stop. */
  onChange(listener: (id: string) => void): () => void;
  close(): Promise<void>;
}
