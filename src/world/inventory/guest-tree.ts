import type { Clock } from '../../base/clock.js';
import { Fault } from '../../base/fault.js';
import { contentOf } from '../guest/file-content.js';
import { GuestFileSystem } from '../guest/guest-file-system.js';
import type { FileChange, UserFiles } from '../guest/guest-files.js';
import { guestTree } from '../guest/guest-os.js';
import { parentPath } from '../guest/guest-path.js';
import type { GuestUser } from '../guest/program.js';
import type { GuestRecord } from '../vm/vm-record.js';
import type { CheckedVm } from './inventory-schema.js';

type InventoryFile = NonNullable<NonNullable<CheckedVm['guest']>['files']>[number];

/** Who puts the files of an inventory in place. */
const installer: Readonly<Record<GuestRecord['family'], GuestUser>> = {
  posix: { name: 'root', id: 0, group: 'root', home: '/root', isAdministrator: true },
  windows: { name: 'SYSTEM', id: 0, group: 'SYSTEM', home: 'C:\\Windows', isAdministrator: true },
};

/**
 * Files of a fresh guest, with those that its inventory adds.
 * @throws Fault of a file kind for a path that cannot be; `firstFileProblem` tells it beforehand.
 */
export function guestFiles(guest: GuestRecord, added: readonly InventoryFile[], timeMs: number): Iterable<FileChange> {
  if (added.length === 0) return guestTree(guest, timeMs);
  const disk = freshDisk(guest, timeMs);
  const files = disk.as(installer[guest.family]);
  for (const file of added) addFile(guest, files, file);
  return disk.contents();
}

/** The first of the files that an inventory adds which does not fit those before it, and why. */
export function firstFileProblem(
  guest: GuestRecord,
  added: readonly InventoryFile[],
): { readonly index: number; readonly message: string } | undefined {
  const files = freshDisk(guest, 0).as(installer[guest.family]);
  for (const [index, file] of added.entries()) {
    try {
      addFile(guest, files, file);
    } catch (error) {
      if (error instanceof Fault) return { index, message: error.message };
      throw error;
    }
  }
  return undefined;
}

function freshDisk(guest: GuestRecord, timeMs: number): GuestFileSystem {
  const clock: Clock = { now: () => timeMs, monotonic: () => 0, after: () => ({ cancel: () => undefined }) };
  const disk = new GuestFileSystem({ family: guest.family, clock, diskSizeBytes: guest.diskSizeBytes });
  for (const change of guestTree(guest, timeMs)) disk.apply(change);
  return disk;
}

function addFile(guest: GuestRecord, files: UserFiles, file: InventoryFile): void {
  const parent = parentPath(guest.family, file.path);
  if (!files.exists(parent)) files.makeDirectory(parent, { makeParents: true });
  if (file.linkTarget !== undefined) files.link(file.linkTarget, file.path);
  else if (file.base64 !== undefined) files.write(file.path, contentOf(Buffer.from(file.base64, 'base64')));
  else if (file.text !== undefined) files.write(file.path, file.text);
  else if (!files.exists(file.path)) files.makeDirectory(file.path);
  const owner = guest.users.find(({ name }) => name === file.owner);
  if (file.linkTarget !== undefined || (file.owner === undefined && file.mode === undefined)) return;
  files.setAttributes(file.path, {
    ...(file.owner === undefined ? {} : { owner: file.owner, group: owner?.group ?? file.owner }),
    ...(file.mode === undefined ? {} : { mode: file.mode }),
  });
}
