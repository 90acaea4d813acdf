import { Fault } from '../../base/fault.js';
import type { FileStatus, UserFiles } from '../../world/guest/guest-files.js';
import { normalizePath } from '../../world/guest/guest-path.js';
import type { Admitted } from '../../world/vm/guest-access.js';
import { fileProblem } from './guest-faults.js';

/** What is at a path, a link at its end not followed; undefined: nothing. */
export function statusAt(files: UserFiles, path: string): FileStatus | undefined {
  try {
    return files.stat(path, { followLinks: false });
  } catch (error) {
    if (error instanceof Fault && error.kind === 'file-not-found') return undefined;
    throw error;
  }
}

/**
 * Moves a directory; onto itself it does nothing.
 * @throws VimFault `NotADirectory` for a source that is none, `FileAlreadyExists` for anything at the target; Fault.
 */
export function moveDirectory(admitted: Admitted, from: string, to: string): void {
  const { files } = admitted;
  if (files.stat(from, { followLinks: false }).kind !== 'directory') throw fileProblem('NotADirectory', from);
  move(admitted, from, to, () => statusAt(files, to) !== undefined);
}

/**
 * Moves a file or a link; onto itself it does nothing.
 * @throws VimFault `NotAFile` for a directory, `FileAlreadyExists` for a directory at the target, or for anything there
 *   unless it may be overwritten; Fault.
 */
export function moveFile(admitted: Admitted, from: string, to: string, overwrite: boolean): void {
  const { files } = admitted;
  if (files.stat(from, { followLinks: false }).kind === 'directory') throw fileProblem('NotAFile', from);
  move(admitted, from, to, () => {
    const isThere = statusAt(files, to) !== undefined;
    return isThere && (!overwrite || (files.exists(to) && files.stat(to).kind === 'directory'));
  });
}

function move({ record, files }: Admitted, from: string, to: string, isInTheWay: () => boolean): void {
  const { family } = record.guest;
  const source = normalizePath(family, from);
  const target = normalizePath(family, to);
  if (source === target) return;
  // Where names ignore case, another spelling of the same name is a new name for the same file.
  const isRespelling = family === 'windows' && source.toLowerCase() === target.toLowerCase();
  if (!isRespelling && isInTheWay()) throw fileProblem('FileAlreadyExists', to);
  files.move(from, to);
}
