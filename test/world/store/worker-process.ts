import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { RealClock } from '../../../src/base/clock.js';
import { GuestFileSystem } from '../../../src/world/guest/guest-file-system.js';
import { openDirectoryStore } from '../../../src/world/store/directory-store.js';
import type { VmStore } from '../../../src/world/vm/vm-store.js';

const worker = fileURLToPath(new URL('./store-worker.mjs', import.meta.url));

export interface WorkerEnd {
  /** Lines that it printed after `ready`. */
  readonly acknowledged: number;
  readonly signal: NodeJS.Signals | null;
  readonly code: number | null;
  readonly errors: string;
}

/** Starts a process that does the operations. It prints `ready` when it begins, and a line for each that is done. */
export function startWorker(directory: string, operations: unknown): ChildProcessWithoutNullStreams {
  const child = spawn(process.execPath, [worker, directory]);
  // The script may be too long for a command line. A child that was killed before it had read all is no error here.
  child.stdin.on('error', () => undefined);
  child.stdin.end(JSON.stringify(operations));
  return child;
}

/** Runs such a process to its end; kills it when it has acknowledged `killAfter` of the operations. */
export async function runWorker(directory: string, operations: unknown, killAfter = Infinity): Promise<WorkerEnd> {
  const child = startWorker(directory, operations);
  let acknowledged = -1;
  let errors = '';
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  createInterface(child.stdout).on('line', () => {
    acknowledged += 1;
    if (acknowledged >= killAfter) child.kill('SIGKILL');
  });
  return await new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ acknowledged, signal, code, errors }));
  });
}

/** A store over the real file system of guests, in this process. */
export async function openGuestStore(directory: string): Promise<VmStore<GuestFileSystem>> {
  const clock = new RealClock();
  return await openDirectoryStore(directory, {
    clock,
    createFiles: ({ guest }) =>
      new GuestFileSystem({ family: guest.family, clock, diskSizeBytes: guest.diskSizeBytes }),
  });
}
