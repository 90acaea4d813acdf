import { mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { Fault } from './fault.js';

/** Others may remove a parent while its directory is made; more than so many times it is the file system that refuses. */
const mostAttempts = 10;

/**
 * Makes a directory with the parents that are missing. Node's own way never returns where a directory that is there
 * denies that it is, as those of `/proc` do, so a path that a user has given is made by this.
 *
 * @param mode rights of each directory that is made; without it, what the process gives to all that it makes.
 * @returns the topmost directory that was made, if any.
 * @throws Fault `file-access` where the file system takes no directories; Error of the file system, which names the path.
 */
export function makeDirectories(path: string, mode?: number): string | undefined {
  const parent = dirname(path);
  let topmost: string | undefined;
  for (let attempt = 0; attempt < mostAttempts; attempt += 1) {
    try {
      mkdirSync(path, mode);
      return topmost ?? path;
    } catch (error) {
      if (isDirectory(path)) return topmost;
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || parent === path) throw error;
    }
    const made = makeDirectories(parent, mode);
    topmost ??= made;
  }
  throw new Fault(
    'file-access',
    `Cannot make the directory ${path}: the file system at ${parent} takes no directories. Name another directory.`,
  );
}

function isDirectory(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    // Why it was not made tells more than why it cannot be seen.
    return false;
  }
}
