import { Fault } from '../../base/fault.js';
import type { FileStatus, UserFiles } from '../../world/guest/guest-files.js';
import { joinPath, parentPath } from '../../world/guest/guest-path.js';
import type { GuestRecord } from '../../world/vm/vm-record.js';
import { fileAttributesOf } from './file-attributes.js';

/** One line of a listing, before anybody asks for its details. */
export interface ListedFile {
  /** Bare name in a listing of a directory; else the path that was asked for. */
  readonly shown: string;
  /** Where it lies in the guest. */
  readonly path: string;
  /** Of a link itself. */
  readonly status: FileStatus;
}

/**
 * What Tools lists for a path: a directory's `.`, `..` and entries, or the one file or link itself. A path that ends
 * with a separator or `/.` looks through a link. A link of a POSIX guest whose target is not there is not found at its own
 * path (`File_Exists` in open-vm-tools), but listed in its directory.
 * @throws Fault `file-not-found`, `file-access`.
 */
export function filesAt(guest: GuestRecord, files: UserFiles, path: string): readonly ListedFile[] {
  const followLinks = /[\\/]\.?$/u.test(path);
  const status = files.stat(path, { followLinks });
  if (status.kind === 'symlink' && guest.family === 'posix' && !files.exists(path)) {
    throw new Fault('file-not-found', `"${path}" leads to nothing.`);
  }
  if (status.kind !== 'directory') return [{ shown: path, path, status }];
  return [
    { shown: '.', path, status },
    { shown: '..', path: parentPath(guest.family, path), status: parentStatus(guest, files, path) ?? status },
    ...files.list(path).map((entry) => ({
      shown: entry.name,
      path: joinPath(guest.family, path, entry.name),
      status: entry,
    })),
  ];
}

/** GuestFileInfo of a line: times, owner and mode are those of what a link leads to. */
export function fileInfo(guest: GuestRecord, files: UserFiles, { shown, path, status }: ListedFile): object {
  const target = status.kind === 'symlink' && files.exists(path) ? files.stat(path) : status;
  return {
    $type: 'GuestFileInfo',
    path: shown,
    type: status.kind,
    size: status.kind === 'file' ? status.size : 0,
    attributes: fileAttributesOf(guest, target, status.linkTarget),
  };
}

function parentStatus(guest: GuestRecord, files: UserFiles, path: string): FileStatus | undefined {
  const parent = parentPath(guest.family, path);
  return files.exists(parent) ? files.stat(parent) : undefined;
}
