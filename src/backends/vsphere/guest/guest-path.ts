import { posix, win32 } from 'node:path';
import { Fault } from '../../../base/fault.js';

export type GuestFamily = 'posix' | 'windows';

/** The rules of paths in a guest; those of this machine have no say there. */
export function pathsOf(family: GuestFamily): typeof posix {
  return family === 'windows' ? win32 : posix;
}

/** Whether a name says nothing of a place; Tools looks for a program of such a name where it works itself. */
export function isBareName(name: string, family: GuestFamily): boolean {
  return name !== '' && !(family === 'windows' ? /[\\/:]/ : /\//).test(name);
}

/** Whether a path starts from a root of the guest. */
export function isAbsolute(path: string, family: GuestFamily): boolean {
  return pathsOf(family).isAbsolute(path);
}

/**
 * Refuses a path that does not start from a root: Tools would start from a directory of its own.
 * @throws Fault `invalid-argument` that says what an absolute path looks like there.
 */
export function requireAbsolute(path: string, family: GuestFamily): void {
  if (isAbsolute(path, family)) return;
  const form = family === 'windows' ? 'C:\\folder\\name' : '/folder/name';
  throw new Fault('invalid-argument', `"${path}" is no absolute path of this guest. Give it as ${form}.`);
}
