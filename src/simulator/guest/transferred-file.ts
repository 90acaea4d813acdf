import { Fault } from '../../base/fault.js';
import type { FileContent } from '../../world/guest/guest-files.js';
import type { Admitted } from '../../world/vm/guest-access.js';
import { statusAt } from './file-moves.js';
import type { Upload } from './guest-transfers.js';

const usualMode = 0o644;

/**
 * Puts a file that has come into its place. Attributes of a file that was there are lost, except where the user may
 * not change them.
 * @throws Fault of a file kind.
 */
export function writeTransferred({ files, user }: Admitted, transfer: Upload, content: FileContent): void {
  const { path, overwrite, attributes } = transfer;
  if (!overwrite && statusAt(files, path) !== undefined) {
    throw new Fault('file-exists', `"${path}" has come into being in the guest meanwhile.`);
  }
  files.write(path, content, { mode: usualMode });
  const isOwn = files.stat(path).owner === user.name || user.isAdministrator || user.id === 0;
  const usual = isOwn ? { mode: usualMode, isHidden: false, isReadOnly: false } : {};
  files.setAttributes(path, { ...usual, ...attributes });
}
