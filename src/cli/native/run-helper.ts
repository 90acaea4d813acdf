import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { packageRoot } from '../package-root.js';

/** Runs the helper of the native library on the streams of this process. @returns its exit code. */
export async function runHelper(words: readonly string[]): Promise<number> {
  const path = join(packageRoot(), 'dist', 'bindings', 'helper.cjs');
  const socket = words.includes('--fd') ? [3] : [];
  const child = spawn(process.execPath, [path, ...words], { stdio: ['inherit', 'inherit', 'inherit', ...socket] });
  const [code]: unknown[] = await once(child, 'exit');
  return typeof code === 'number' ? code : 1;
}
