import { realpathSync } from 'node:fs';
import { basename, dirname, join, posix, resolve, win32 } from 'node:path';

const uuid = /^(?:uuid:)?\s*[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}$/i;

/** Whether a text names a machine by something else than a path that starts somewhere on this machine. */
function isComplete(path: string): boolean {
  return path.startsWith('[') || uuid.test(path) || posix.isAbsolute(path) || win32.isAbsolute(path);
}

/** The path of a machine as callers know it: absolute. Datastore paths and UUIDs stay as they are. */
export function absoluteVmPath(path: string, directory: string): string {
  return isComplete(path) ? path : resolve(directory, path);
}

/**
 * The path of a machine as its host knows it: without links, as far as it is there at all.
 * @param path absolute.
 */
export function resolvedVmPath(path: string): string {
  if (path.startsWith('[') || uuid.test(path) || resolve(path) !== path) return path;
  try {
    return realpathSync.native(path);
  } catch {
    // Nothing there, or not for this user: what is above it may be a link all the same.
    const above = dirname(path);
    return above === path ? path : join(resolvedVmPath(above), basename(path));
  }
}

/** Whether a path ends like no configuration file of a machine. */
export function hasForeignSuffix(path: string): boolean {
  return !uuid.test(path) && !/\.vm(?:x|tx)$/i.test(path);
}
