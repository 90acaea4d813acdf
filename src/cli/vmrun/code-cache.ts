import { readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { makeDirectories } from '../../base/make-directories.js';
import { revixHome } from '../home.js';
import type { FlagValues } from './flags.js';
import { takeFlags } from './take-flags.js';
import { Words } from './words.js';

/** Where the compiled code of a command line is kept. */
export interface CodeCache {
  /** Path of the file less its end. Each command has a file of its own: loading what it does not need costs time. */
  readonly cacheFile: string;
  /** Whether what a file holds may be run: nobody but its user may write it. */
  isTrusted(path: string): boolean;
  /** Makes the folder and lets a file be written into it, where that is possible; what is not kept is made anew. */
  keep(write: () => void): void;
}

/** After so long a file goes, whatever version of Revix and Node it was for, in milliseconds. */
const maxAgeMs = 30 * 24 * 60 * 60 * 1000;

/** Where the compiled code of a command line is kept: in the user's own folder, since the package may be read-only. */
export function codeCacheFor(args: readonly string[], env: Readonly<Record<string, string | undefined>>): CodeCache {
  const folder = join(revixHome(env), 'cache');
  return {
    cacheFile: join(folder, `vmrun-${cacheName(args)}`),
    isTrusted,
    keep: (write) => {
      try {
        makeDirectories(folder, 0o700);
        removeOld(folder);
        write();
      } catch {
        // A home that cannot be written, or a full disk: the next command compiles again, as this one did.
      }
    },
  };
}

/** The command, and whether it goes to another machine, which takes other parts of Revix. */
function cacheName(args: readonly string[]): string {
  const words = new Words(args);
  const given: FlagValues = {};
  takeFlags(words, given);
  const command = words.next()?.toLowerCase() ?? '';
  return `${/^[a-z]+$/.test(command) ? command : 'none'}${given.hostName === undefined ? '' : '-remote'}`;
}

function isTrusted(path: string): boolean {
  const { uid, mode } = statSync(path);
  const user = process.getuid?.() ?? uid;
  return (uid === user || uid === 0) && (process.platform === 'win32' || (mode & 0o022) === 0);
}

function removeOld(folder: string): void {
  const oldest = Date.now() - maxAgeMs;
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    if (statSync(path).mtimeMs < oldest) rmSync(path, { force: true });
  }
}
