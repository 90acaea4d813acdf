import type { FileChange } from '../guest/guest-files.js';
import { familyOf } from '../guest/guest-os-names.js';
import type { VmRecord } from '../vm/vm-record.js';
import { guestFiles } from './guest-tree.js';
import { newGuest } from './new-machine.js';

/** Creation time of the files of an adopted guest: it must be the same each time. */
const adoptedFilesMs = Date.UTC(2026, 0, 1);

/**
 * Completes a machine of which only the `.vmx` file was found: its guest gets the default users and the files of a
 * fresh one, by the guest operating system that the file names. Gives the same each time.
 */
export function adoptMachine(record: VmRecord): { readonly record: VmRecord; readonly files: Iterable<FileChange> } {
  const number = Number.parseInt(record.id.replaceAll(/[^0-9a-f]/giu, '').slice(0, 6), 16) || 1;
  const family = familyOf(record.guestOs);
  const { name, location, guestOs } = record;
  const guest = newGuest({ name, location, guest: { family } }, guestOs, number, adoptedFilesMs);
  return { record: { ...record, guest }, files: guestFiles(guest, [], adoptedFilesMs) };
}
