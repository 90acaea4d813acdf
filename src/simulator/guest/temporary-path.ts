import { randomInt } from 'node:crypto';
import { Fault } from '../../base/fault.js';
import { joinPath } from '../../world/guest/guest-path.js';
import { userEnvironment } from '../../world/guest/user-environment.js';
import type { Admitted } from '../../world/vm/guest-access.js';
import { fileProblem } from './guest-faults.js';

export interface TemporaryName {
  readonly prefix: string;
  readonly suffix: string;
  /** Absent or empty: where the guest keeps temporary files of the user. */
  readonly directory: string | undefined;
}

const privateDirectoryMode = 0o700;
const highestNumber = 100_000;

/**
 * A path that does not exist yet, named as Tools names temporary files.
 * @throws VimFault `FileNotFound`, `NotADirectory` for the directory; Fault `invalid-argument` for separators.
 */
export function newTemporaryPath(admitted: Admitted, { prefix, suffix, directory }: TemporaryName): string {
  const { record, files } = admitted;
  if (/[\\/]/u.test(prefix + suffix)) {
    throw new Fault(
      'invalid-argument',
      `'${prefix}' and '${suffix}' are parts of a file name, so they hold no / or \\.`,
    );
  }
  const parent = directory === undefined || directory === '' ? ownDirectory(admitted) : directory;
  if (!files.exists(parent)) throw fileProblem('FileNotFound', parent);
  if (files.stat(parent).kind !== 'directory') throw fileProblem('NotADirectory', parent);
  for (;;) {
    const name = `${prefix}vmware${randomInt(highestNumber)}${suffix}`;
    const path = joinPath(record.guest.family, parent, name);
    if (!files.exists(path)) return path;
  }
}

/** On POSIX Tools makes itself a directory that nobody else can enter. */
function ownDirectory({ record, user, files }: Admitted): string {
  const { guest } = record;
  if (guest.family === 'windows') return userEnvironment(guest, user, {}).get('TEMP') ?? 'C:\\Windows\\Temp';
  for (let number = 0; ; number += 1) {
    const path = number === 0 ? `/tmp/vmware-${user.name}` : `/tmp/vmware-${user.name}-${number}`;
    if (!files.exists(path)) {
      files.makeDirectory(path, { mode: privateDirectoryMode });
      return path;
    }
    const { kind, owner, mode } = files.stat(path, { followLinks: false });
    if (kind === 'directory' && owner === user.name && (mode & 0o077) === 0) return path;
  }
}
