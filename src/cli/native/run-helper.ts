import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fstatSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../package-root.js';
import { UsageError } from '../usage-error.js';

/**
 * Runs the helper of the native library.
 * @param fd socket of this process that it speaks over; undefined for the standard streams.
 * @returns its exit code.
 * @throws UsageError
 */
export async function runHelper(fd: number | undefined): Promise<number> {
  if (fd !== undefined && !isOpen(fd)) throw new UsageError(`--fd ${fd} is no open file descriptor`);
  const path = join(packageRoot(), 'dist', 'bindings', 'helper.cjs');
  const [words, socket] = fd === undefined ? [[], []] : [['--fd', '3'], [fd]];
  const child = spawn(process.execPath, [path, ...words], { stdio: ['inherit', 'inherit', 'inherit', ...socket] });
  const [code]: unknown[] = await once(child, 'exit');
  return typeof code === 'number' ? code : 1;
}

function isOpen(fd: number): boolean {
  try {
    fstatSync(fd);
    return true;
  } catch {
    // EBADF: nothing is open under that number.
    return false;
  }
}
