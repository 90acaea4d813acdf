import {
  closeSync,
  constants,
  fdatasync,
  fstatSync,
  fsync,
  ftruncateSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  rmdirSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { copyFile, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { type Clock, sleep } from '../../base/clock.js';
import { Fault, type FaultKind } from '../../base/fault.js';
import { makeDirectories } from '../../base/make-directories.js';

interface HostFailure {
  readonly kind: FaultKind;
  readonly reason: string;
  readonly next: string;
}

const unwritable: HostFailure = {
  kind: 'file-access',
  reason: 'permission denied',
  next: 'Give this user the right to write there, or name another directory.',
};

/** What the host's error codes mean to somebody who keeps virtual machines in a directory. */
const failures: Readonly<Record<string, HostFailure>> = {
  ENOSPC: { kind: 'disk-full', reason: 'the disk is full', next: 'Free some space and repeat the operation.' },
  EDQUOT: { kind: 'disk-full', reason: 'the disk quota is used up', next: 'Free some space and repeat the operation.' },
  EFBIG: { kind: 'file-too-big', reason: 'the file is too big', next: 'Use a file system without this limit.' },
  EACCES: unwritable,
  EPERM: unwritable,
  EROFS: { ...unwritable, reason: 'the file system is read-only' },
  ENOENT: {
    kind: 'file-not-found',
    reason: 'it does not exist',
    next: 'Check that the directory is still there and mounted.',
  },
  ENOTDIR: {
    kind: 'not-a-directory',
    reason: 'a file stands where a directory is needed',
    next: 'Move that file away, or name another directory.',
  },
  EISDIR: {
    kind: 'not-a-file',
    reason: 'a directory stands where a file is needed',
    next: 'Move that directory away.',
  },
  ENAMETOOLONG: {
    kind: 'file-name-too-long',
    reason: 'the name is too long for this file system',
    next: 'Use shorter names for the folder and the virtual machine.',
  },
  EMFILE: {
    kind: 'busy',
    reason: 'too many files are open',
    next: 'Raise the limit of open files, or do less at once.',
  },
};

/** The code of a host error (`ENOENT`, ...), or undefined for any other value. */
export function hostErrorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/** A host error as a fault that names the path and the next step; anything that is not a host error stays as it is. */
export function hostFault(error: unknown, action: string, path: string): unknown {
  const code = hostErrorCode(error);
  if (code === undefined || error instanceof Fault) return error;
  const failure = failures[code] ?? {
    kind: 'file-error' as const,
    reason: `the host reports ${code}`,
    next: 'Check the disk and repeat the operation.',
  };
  return new Fault(failure.kind, `Cannot ${action} ${path}: ${failure.reason}. ${failure.next}`, { cause: error });
}

/**
 * Runs `operation` and turns the host's error into a fault.
 * @throws Fault of a file kind.
 */
async function onHost<T>(action: string, path: string, operation: () => Promise<T>): Promise<T> {
  try {
    return await operation();
  } catch (error) {
    throw hostFault(error, action, path);
  }
}

/** As `onHost`, for plain calls. */
export function onHostSync<T>(action: string, path: string, operation: () => T): T {
  try {
    return operation();
  } catch (error) {
    throw hostFault(error, action, path);
  }
}

const absenceCodes = new Set(['ENOENT', 'ENOTDIR']);

/** The outcome of `operation`, or undefined where the path does not exist. */
export function unlessAbsent<T>(action: string, path: string, operation: () => T): T | undefined {
  try {
    return operation();
  } catch (error) {
    if (absenceCodes.has(hostErrorCode(error) ?? '')) return undefined;
    throw hostFault(error, action, path);
  }
}

/** All bytes of a file, or undefined where there is none. */
export function readWhole(path: string): Buffer | undefined {
  return unlessAbsent('read', path, () => readFileSync(path));
}

/** The bytes of a file from `start` on (at most `limit`), or undefined where there is no file. */
export function readFrom(path: string, start: number, limit = Number.MAX_SAFE_INTEGER): Buffer | undefined {
  return unlessAbsent('read', path, () => {
    const file = openSync(path, 'r');
    try {
      const wanted = Math.max(0, Math.min(limit, fstatSync(file).size - start));
      const buffer = Buffer.allocUnsafe(wanted);
      let filled = 0;
      while (filled < wanted) {
        const count = readSync(file, buffer, filled, wanted - filled, start + filled);
        if (count === 0) break;
        filled += count;
      }
      return buffer.subarray(0, filled);
    } finally {
      closeSync(file);
    }
  });
}

/** Codes with which Windows refuses to replace a file that somebody has open for a moment. */
const sharingCodes = new Set(['EPERM', 'EACCES', 'EBUSY']);
const sharingRetries = 50;
const sharingRetryDelayMs = 20;

/** Codes with which a file system says that it has no way to write a directory through. */
const directorySyncRefusals = new Set(['EINVAL', 'ENOTSUP', 'EISDIR', 'EPERM', 'EACCES']);

const flushed = promisify(fsync);
const flushedData = promisify(fdatasync);

/** Runs `action` on an open file, which is closed in any case. */
async function withFile<T>(path: string, flags: string, action: (file: number) => Promise<T>): Promise<T> {
  const file = openSync(path, flags);
  try {
    return await action(file);
  } finally {
    closeSync(file);
  }
}

/** As `withFile` on a file that is empty, and that goes again when it cannot be filled: half of it is of no use. */
async function withNewFile<T>(path: string, action: (file: number) => Promise<T>): Promise<T> {
  return await withFile(path, 'w', async (file) => {
    try {
      return await action(file);
    } catch (error) {
      // Windows keeps the name until the file is closed; the first failure is what counts.
      rmSync(path, { force: true });
      throw error;
    }
  });
}

function writeAll(file: number, data: Uint8Array, position: number): void {
  let written = 0;
  while (written < data.length) {
    written += writeSync(file, data, written, data.length - written, position + written);
  }
}

/**
 * Changes of the host's disk that survive a loss of power once they have resolved: files are written through, and so
 * are the directories that name them (where the platform can; Windows journals names by itself). Every failure is a
 * `Fault` that names the path.
 *
 * Only what waits for the disk itself runs beside the program. The rest takes microseconds and is done on the spot:
 * these calls run under a lock, and on a busy machine every hand-over to a thread makes all who wait for it wait longer.
 */
export class HostDisk {
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Makes a directory with all its parents. Does nothing when it exists. */
  async makeDirectory(path: string): Promise<void> {
    const first = onHostSync('make the directory', path, () => makeDirectories(path));
    if (first === undefined) return;
    const top = dirname(first);
    for (let made = dirname(path); made.length >= top.length; made = dirname(made)) {
      await this.syncDirectory(made);
      if (made === dirname(made)) break;
    }
  }

  /** Writes a whole file, not atomically: for a file that nothing refers to yet. One that cannot be written is removed. */
  async writeFile(path: string, data: Uint8Array | string): Promise<void> {
    await this.writeChunks(path, [data]);
  }

  /** As `writeFile`, piece by piece. */
  async writeChunks(
    path: string,
    chunks: Iterable<Uint8Array | string> | AsyncIterable<Uint8Array | string>,
  ): Promise<void> {
    await onHost('write', path, () =>
      withNewFile(path, async (file) => {
        let position = 0;
        for await (const chunk of chunks) {
          const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
          writeAll(file, bytes, position);
          position += bytes.length;
        }
        await flushed(file);
      }),
    );
  }

  /** Puts a whole file in the place of another, so that a reader sees either the old bytes or the new. */
  async replaceFile(path: string, data: Uint8Array | string): Promise<void> {
    const staged = await this.stage(path, data);
    try {
      await this.publish(staged, path);
    } catch (error) {
      rmSync(staged, { force: true });
      throw error;
    }
    await this.syncDirectory(dirname(path));
  }

  /** First half of `replaceFile`: takes the space, so that `publish` cannot fail for want of it. */
  async stage(path: string, data: Uint8Array | string): Promise<string> {
    const staged = `${path}.new`;
    await this.writeFile(staged, data);
    return staged;
  }

  /** Gives a file or directory its final name. `syncDirectory` makes that last. */
  async publish(staged: string, path: string): Promise<void> {
    for (let attempt = 0; ; attempt += 1) {
      try {
        renameSync(staged, path);
        return;
      } catch (error) {
        const isSharing = process.platform === 'win32' && sharingCodes.has(hostErrorCode(error) ?? '');
        if (!isSharing || attempt >= sharingRetries) throw hostFault(error, 'replace', path);
        await sleep(this.#clock, sharingRetryDelayMs);
      }
    }
  }

  /** Writes at `position` and drops whatever stood behind it, such as a line that a crash tore. */
  async writeTail(path: string, position: number, data: Uint8Array): Promise<void> {
    await onHost('write', path, () =>
      withFile(path, 'r+', async (file) => {
        if (fstatSync(file).size > position) ftruncateSync(file, position);
        writeAll(file, data, position);
        await flushedData(file);
      }),
    );
  }

  /** Copies the first `length` bytes of a file. */
  async copyPrefix(source: string, target: string, length: number): Promise<void> {
    await onHost('copy', source, () => copyFile(source, target, constants.COPYFILE_FICLONE));
    await onHost('write', target, () =>
      withFile(target, 'r+', async (file) => {
        ftruncateSync(file, length);
        await flushed(file);
      }),
    );
  }

  /** Removes a file. Does nothing when it is not there. */
  async removeFile(path: string): Promise<void> {
    try {
      unlinkSync(path);
    } catch (error) {
      if (hostErrorCode(error) !== 'ENOENT') throw hostFault(error, 'delete', path);
    }
  }

  /** Removes a file or a directory with all below it. Does nothing when it is not there. */
  async removeTree(path: string): Promise<void> {
    await onHost('delete', path, () => rm(path, { recursive: true, force: true, maxRetries: 5 }));
  }

  /** Removes a directory if nothing is in it. Returns whether it is gone. */
  async removeEmptyDirectory(path: string): Promise<boolean> {
    try {
      rmdirSync(path);
      return true;
    } catch (error) {
      const code = hostErrorCode(error) ?? '';
      if (code === 'ENOENT') return true;
      // Windows refuses with EPERM where others say that it is not empty.
      if (['ENOTEMPTY', 'EEXIST', 'EPERM', 'EBUSY'].includes(code)) return false;
      throw hostFault(error, 'delete', path);
    }
  }

  /** Makes the names inside a directory last. */
  async syncDirectory(path: string): Promise<void> {
    if (process.platform === 'win32') return;
    await onHost('write', path, () =>
      withFile(path, 'r', async (directory) => {
        try {
          await flushed(directory);
        } catch (error) {
          if (!directorySyncRefusals.has(hostErrorCode(error) ?? '')) throw error;
        }
      }),
    );
  }
}
