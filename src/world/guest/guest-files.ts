/**
 * Files of a guest, as programs and guest operations see them. Every path is absolute in the guest's own form
 * (`/home/user/a`, `C:\Users\a`; Windows also takes `/` as separator and ignores case). Every call may throw a `Fault`
 * of a file kind: `file-not-found`, `file-exists`, `file-access`, `not-a-file`, `not-a-directory`,
 * `directory-not-empty`, `disk-full`, `file-name-too-long`, `file-name-invalid`, `file-read-only`, `too-many-links`.
 */

/** Bytes of a file. Never changes; a write makes a new content. */
export interface FileContent {
  readonly size: number;
  /** All bytes at once; for files that fit in memory. */
  bytes(): Uint8Array;
  /** The bytes in pieces, in constant memory. */
  chunks(): AsyncIterable<Uint8Array>;
}

/** Attributes of a file, directory or link. POSIX fields matter on POSIX guests, Windows fields on Windows guests. */
export interface FileAttributes {
  readonly owner: string;
  readonly group: string;
  /** POSIX permission bits, 0 to 0o7777. */
  readonly mode: number;
  readonly isHidden: boolean;
  readonly isReadOnly: boolean;
  readonly isSystem: boolean;
  /** Milliseconds since 1970. */
  readonly createdMs: number;
  readonly modifiedMs: number;
  readonly accessedMs: number;
}

export interface FileStatus extends FileAttributes {
  readonly name: string;
  readonly kind: 'file' | 'directory' | 'symlink';
  /** Bytes; 0 for directories; the length of the target text for links that were not followed. */
  readonly size: number;
  /** How many names lead to it: more than 1 for a file with hard links; for a directory 2 and one for each below it. */
  readonly linkCount: number;
  /**
   * Number of the file in its guest, the same for all its names. A guest whose files are loaded anew, by another process
   * or since somebody else changed them, numbers them anew.
   */
  readonly inode: number;
  /** Target text of a link that was not followed. */
  readonly linkTarget?: string;
}

/** The file system in the name of one user: every call checks that user's rights. */
export interface UserFiles {
  /** Follows links unless told not to. */
  stat(path: string, options?: { readonly followLinks?: boolean }): FileStatus;
  exists(path: string): boolean;
  /** Sorted by name, without `.` and `..`. Links are not followed. */
  list(path: string): readonly FileStatus[];
  read(path: string): FileContent;
  /** Creates or overwrites; parents must exist. A new file belongs to the user. */
  write(path: string, content: FileContent | Uint8Array | string, options?: { readonly mode?: number }): void;
  append(path: string, content: Uint8Array | string): void;
  /** Throws what a write of so many bytes would; changes nothing. */
  checkWrite(path: string, sizeBytes: number): void;
  makeDirectory(path: string, options?: { readonly makeParents?: boolean; readonly mode?: number }): void;
  /** Removes a file or a link itself. */
  deleteFile(path: string): void;
  deleteDirectory(path: string, options?: { readonly recursive?: boolean }): void;
  /** Renames; replaces a file at the target; a directory there is `already-exists`. Onto itself: does nothing. */
  move(from: string, to: string): void;
  link(target: string, path: string): void;
  /** Gives a file another name, by which it is the same file. Follows links to the file. */
  hardLink(existing: string, path: string): void;
  /** The path with every link resolved. */
  realPath(path: string): string;
  setAttributes(path: string, change: Partial<FileAttributes>): void;
}

/** One change of the file system, enough to repeat it elsewhere: what a store writes to its journal. */
export type FileChange =
  | {
      readonly change: 'put';
      readonly path: string;
      readonly kind: 'file' | 'directory' | 'symlink';
      readonly attributes: FileAttributes;
      /** Files only. */
      readonly content?: FileContent;
      /** Links only. */
      readonly linkTarget?: string;
      /** The file has other names, which see the change too. */
      readonly isShared?: true;
    }
  /**
   * Adds to the end of a file, whatever is in it by now, and gives it these attributes; makes a file that is missing.
   * Without a content it changes only the attributes of a file that is there.
   */
  | {
      readonly change: 'append';
      readonly path: string;
      readonly attributes: FileAttributes;
      readonly content?: FileContent;
      readonly isShared?: true;
    }
  /** Gives the file at `target` another name. */
  | { readonly change: 'link'; readonly path: string; readonly target: string }
  /** Removes the path and everything below it. */
  | { readonly change: 'remove'; readonly path: string }
  | { readonly change: 'move'; readonly from: string; readonly to: string };
