import type { GuestRecord } from '../vm/vm-record.js';
import type { FileChange } from './guest-files.js';
import type { GuestFamily } from './guest-path.js';
import { posixTree } from './posix/posix-tree.js';
import { windowsTree } from './windows-tree.js';
import { defaultWindowsEnvironment } from './windows/default-environment.js';

export { firstProgramPid, systemProcesses } from './system-processes.js';
export { defaultRegistry } from './windows-default-registry.js';

/** Variables that every process of a fresh guest starts with, beside those of its user. */
export const defaultEnvironment: Readonly<Record<GuestFamily, Readonly<Record<string, string>>>> = {
  posix: { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', LANG: 'C.UTF-8', TERM: 'linux' },
  windows: defaultWindowsEnvironment,
};

/**
 * The files of a fresh guest of the record's family.
 * @param timeMs creation time of everything, milliseconds since 1970.
 */
export function guestTree(
  guest: Pick<GuestRecord, 'family' | 'users' | 'hostName' | 'osName'>,
  timeMs: number,
): readonly FileChange[] {
  const { family, users, hostName, osName } = guest;
  return family === 'posix' ? posixTree({ users, hostName, osName }, timeMs) : windowsTree(users, hostName, timeMs);
}
