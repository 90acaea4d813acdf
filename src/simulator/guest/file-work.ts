import type { FileStatus, UserFiles } from '../../world/guest/guest-files.js';
import { matchingNames } from '../../world/guest/name-pattern.js';
import type { GuestAccess } from '../../world/vm/guest-access.js';
import type { GuestRecord } from '../../world/vm/vm-record.js';
import type { WorldCall } from '../../world/world-call.js';
import { invalidArgument, type Fields } from '../fields.js';
import type { Ref } from '../ref.js';
import { attributeChangeOf } from './file-attributes.js';
import { filesAt, type ListedFile } from './file-listing.js';
import { moveDirectory, moveFile, statusAt } from './file-moves.js';
import { fileProblem } from './guest-faults.js';
import type { GuestTransfers } from './guest-transfers.js';
import { newTemporaryPath, type TemporaryName } from './temporary-path.js';

const privateDirectoryMode = 0o700;
const privateFileMode = 0o600;
export const defaultPageSize = 50;

/** Which files of a path to list. */
export interface ListQuery {
  readonly path: string;
  /** How many to leave out. */
  readonly index: number;
  readonly size: number;
  /** Regular expression for the names; empty: all. */
  readonly pattern: string;
}

export interface ListPage<Line> {
  readonly lines: readonly Line[];
  /** How many there are on all pages. */
  readonly total: number;
}

/**
 * Files and directories of a guest, worked on as Tools does it, in the name of one login. Every call throws what
 * `GuestAccess` throws, Faults of the kinds of files, and VimFaults where the words of vSphere are finer than those.
 */
export class FileWork {
  readonly #access: GuestAccess;
  readonly #world: WorldCall;

  constructor(access: GuestAccess, world: WorldCall) {
    this.#access = access;
    this.#world = world;
  }

  makeDirectory(path: string, makeParents: boolean): Promise<void> {
    return this.#access.change('guest.files.makeDirectory', this.#world, ({ files }) =>
      files.makeDirectory(path, { makeParents, mode: privateDirectoryMode }),
    );
  }

  deleteFile(path: string): Promise<void> {
    return this.#access.change('guest.files.deleteFile', this.#world, ({ files }) => files.deleteFile(path));
  }

  deleteDirectory(path: string, recursive: boolean): Promise<void> {
    return this.#access.change('guest.files.deleteDirectory', this.#world, ({ files }) =>
      files.deleteDirectory(path, { recursive }),
    );
  }

  moveDirectory(from: string, to: string): Promise<void> {
    return this.#access.change('guest.files.move', this.#world, (admitted) => moveDirectory(admitted, from, to));
  }

  moveFile(from: string, to: string, overwrite: boolean): Promise<void> {
    return this.#access.change('guest.files.move', this.#world, (admitted) => moveFile(admitted, from, to, overwrite));
  }

  /** @returns path of the new file. */
  createTemporaryFile(name: TemporaryName): Promise<string> {
    return this.#access.change('guest.files.createTempFile', this.#world, (admitted) => {
      const path = newTemporaryPath(admitted, name);
      admitted.files.write(path, '', { mode: privateFileMode });
      return path;
    });
  }

  /** @returns path of the new directory. */
  createTemporaryDirectory(name: TemporaryName): Promise<string> {
    return this.#access.change('guest.files.createTempDirectory', this.#world, (admitted) => {
      const path = newTemporaryPath(admitted, name);
      admitted.files.makeDirectory(path, { mode: privateDirectoryMode });
      return path;
    });
  }

  /** Lists one page: the pattern chooses first, then the page is cut out. @param show what a line is made of. */
  async list<Line>(
    { path, index, size, pattern }: ListQuery,
    show: (guest: GuestRecord, files: UserFiles, file: ListedFile) => Line,
  ): Promise<ListPage<Line>> {
    if (index < 0) throw invalidArgument('index', 'it is negative');
    if (size < 0) throw invalidArgument('maxResults', 'it is negative');
    return this.#access.read('guest.files.list', this.#world, ({ record: { guest }, files }) => {
      const all = filesAt(guest, files, path);
      const found = pattern === '' ? all : chosen(all, pattern);
      const lines = found.slice(index, index + size).map((file) => show(guest, files, file));
      return { lines, total: found.length };
    });
  }

  /** @param attributes GuestFileAttributes. */
  setAttributes(path: string, attributes: Fields): Promise<void> {
    return this.#access.change('guest.files.setAttributes', this.#world, ({ record, files }) =>
      files.setAttributes(path, attributeChangeOf(record.guest, attributes)),
    );
  }

  /**
   * Announces that the client will fetch a file.
   * @param show what to tell beside the URL.
   */
  announceDownload<Told>(
    transfers: GuestTransfers,
    machine: Ref,
    path: string,
    show: (guest: GuestRecord, status: FileStatus, url: string) => Told,
  ): Promise<Told> {
    return this.#access.read('guest.files.read', this.#world, ({ record, files }) => {
      const status = transferable(files, path);
      if (status === undefined) throw fileProblem('FileNotFound', path);
      const { bootCount } = record.power;
      const url = transfers.announce({ direction: 'from-guest', access: this.#access, machine, path, bootCount });
      return show(record.guest, status, url);
    });
  }

  /** Announces that the client will send a file. @param attributes GuestFileAttributes. @returns the URL. */
  async announceUpload(
    transfers: GuestTransfers,
    machine: Ref,
    file: { readonly path: string; readonly size: number; readonly overwrite: boolean; readonly attributes: Fields },
  ): Promise<string> {
    const { path, size, overwrite } = file;
    if (size < 0) throw invalidArgument('fileSize', 'it is negative');
    return this.#access.read('guest.files.write', this.#world, ({ record, files }) => {
      const attributes = attributeChangeOf(record.guest, file.attributes);
      if (transferable(files, path) !== undefined && !overwrite) throw fileProblem('FileAlreadyExists', path);
      files.checkWrite(path, size);
      const { bootCount } = record.power;
      return transfers.announce({
        direction: 'to-guest',
        access: this.#access,
        machine,
        path,
        bootCount,
        size,
        overwrite,
        attributes,
      });
    });
  }
}

function chosen(all: readonly ListedFile[], pattern: string): readonly ListedFile[] {
  const names = all.map(({ shown }) => shown);
  const matching = matchingNames(pattern, names);
  if (matching === undefined) throw invalidArgument('matchPattern', 'it is no regular expression that can be used');
  return all.filter(({ shown }) => matching.has(shown));
}

/** The status of a file that may be sent or overwritten; undefined: there is none. */
function transferable(files: UserFiles, path: string): FileStatus | undefined {
  const status = statusAt(files, path);
  if (status?.kind === 'symlink') throw invalidArgument('guestFilePath', 'it is a symbolic link');
  if (status?.kind === 'directory') throw fileProblem('NotAFile', path);
  return status;
}
