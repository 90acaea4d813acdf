import type { Clock } from '../../base/clock.js';
import type { StoredFiles } from '../vm/vm-store.js';
import type { FileChange, UserFiles } from './guest-files.js';
import type { GuestFamily } from './guest-path.js';
import type { GuestUser } from './program.js';
import { FileTree } from './file-tree.js';
import { TreeUserFiles } from './user-files.js';

export interface GuestFileSystemOptions {
  readonly family: GuestFamily;
  /** Gives new files their times. */
  readonly clock: Clock;
  /** Bytes that all files together may hold. */
  readonly diskSizeBytes: number;
}

/**
 * The files of one guest, in memory. Empty at first: apply a tree (`guestTree`) or stored changes.
 * Access times change by explicit order only, as on a disk mounted without access times.
 */
export class GuestFileSystem implements StoredFiles {
  readonly family: GuestFamily;
  readonly #tree: FileTree;
  readonly #clock: Clock;
  readonly #diskSizeBytes: number;
  readonly #listeners = new Set<(change: FileChange) => void>();

  constructor(options: GuestFileSystemOptions) {
    this.family = options.family;
    this.#tree = new FileTree(options.family);
    this.#clock = options.clock;
    this.#diskSizeBytes = options.diskSizeBytes;
  }

  /** Bytes that file contents take. */
  get usedBytes(): number {
    return this.#tree.usedBytes;
  }

  /**
   * The file system in the name of a user. POSIX user 0 and administrators may do everything.
   * @param signal once aborted, every call throws its reason.
   */
  as(user: GuestUser, signal?: AbortSignal): UserFiles {
    return new TreeUserFiles({
      tree: this.#tree,
      user,
      signal,
      clock: this.#clock,
      diskSizeBytes: this.#diskSizeBytes,
      emit: (change) => {
        for (const listener of this.#listeners) listener(change);
      },
    });
  }

  contents(): Iterable<FileChange> {
    return this.#tree.contents();
  }

  /** Repeats a change, whatever anybody's rights. @throws Fault `internal` for a change that cannot follow. */
  apply(change: FileChange): void {
    this.#tree.apply(change);
  }

  clear(): void {
    this.#tree.clear();
  }

  onChange(listener: (change: FileChange) => void): void {
    this.#listeners.add(listener);
  }
}
