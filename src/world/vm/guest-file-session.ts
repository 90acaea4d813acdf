import { randomBytes } from 'node:crypto';
import { Fault } from '../../base/fault.js';
import type { FileStatus, UserFiles } from '../guest/guest-files.js';
import { joinPath } from '../guest/guest-path.js';
import { userEnvironment } from '../guest/user-environment.js';
import type { WorldCall } from '../world-call.js';
import type { Admitted, GuestAccess } from './guest-access.js';

/** What a directory entry says about itself; see `GuestFileSession.list`. */
export interface GuestFileView {
  readonly name: string;
  /** A link to a directory counts as directory; a link to a file or to nothing as symlink. */
  readonly kind: 'file' | 'directory' | 'symlink';
  /** Text of a link, also of one to a directory; absent for what is no link. */
  readonly linkTarget?: string;
  /** Bytes; 0 for directories; a link to a file has its target's size. */
  readonly size: number;
  readonly modified: Date;
}

/** A run of bytes with a length known beforehand. */
export interface SizedBytes {
  readonly size: number;
  readonly chunks: AsyncIterable<Uint8Array>;
}

const privateDirectoryMode = 0o700;
const privateFileMode = 0o600;

/** Guest files in the name of one user. Every path is absolute; every call throws also what `GuestAccess` throws. */
export class GuestFileSession {
  readonly #access: GuestAccess;

  constructor(access: GuestAccess) {
    this.#access = access;
  }

  /**
   * Sorted by name, without `.` and `..`.
   * @throws Fault `not-a-directory`, as Tools does also where nothing is; `file-access`.
   */
  list(path: string, call: WorldCall): Promise<readonly GuestFileView[]> {
    return this.#access.read('guest.files.list', call, ({ record, files }) =>
      directoryOf(files, path).map((status) => viewOf(files, joinPath(record.guest.family, path, status.name), status)),
    );
  }

  /** @throws Fault `file-not-found`. */
  stat(path: string, call: WorldCall): Promise<GuestFileView> {
    return this.#access.read('guest.files.stat', call, ({ files }) =>
      viewOf(files, path, files.stat(path, { followLinks: false })),
    );
  }

  /** @throws Fault `file-exists` when anything is there. */
  makeDirectory(path: string, options: { readonly makeParents: boolean }, call: WorldCall): Promise<void> {
    return this.#access.change('guest.files.makeDirectory', call, ({ files }) =>
      files.makeDirectory(path, { makeParents: options.makeParents, mode: privateDirectoryMode }),
    );
  }

  /** @throws Fault `file-not-found`, `not-a-file`. */
  deleteFile(path: string, call: WorldCall): Promise<void> {
    return this.#access.change('guest.files.deleteFile', call, ({ files }) => files.deleteFile(path));
  }

  /** @throws Fault `file-not-found`, `not-a-directory`. */
  deleteDirectory(path: string, call: WorldCall): Promise<void> {
    return this.#access.change('guest.files.deleteDirectory', call, ({ files }) =>
      files.deleteDirectory(path, { recursive: true }),
    );
  }

  /** @throws Fault `already-exists` for a directory at the target, `file-not-found`. */
  move(from: string, to: string, call: WorldCall): Promise<void> {
    return this.#access.change('guest.files.move', call, ({ files }) => files.move(from, to));
  }

  /** @returns path of a new empty file in the guest's temporary directory. */
  createTempFile(options: { readonly prefix: string; readonly suffix: string }, call: WorldCall): Promise<string> {
    return this.#access.change('guest.files.createTempFile', call, (admitted) => {
      const path = newTempPath(admitted, options);
      admitted.files.write(path, '', { mode: privateFileMode });
      return path;
    });
  }

  /** @returns path of a new directory that only its user can read. */
  createTempDirectory(options: { readonly prefix: string; readonly suffix: string }, call: WorldCall): Promise<string> {
    return this.#access.change('guest.files.createTempDirectory', call, (admitted) => {
      const path = newTempPath(admitted, options);
      admitted.files.makeDirectory(path, { mode: privateDirectoryMode });
      return path;
    });
  }

  /** The content as it is now; later writes do not change what is read. @throws Fault `file-not-found`, `not-a-file`. */
  read(path: string, call: WorldCall): Promise<SizedBytes> {
    return this.#access.read('guest.files.read', call, ({ files }) => {
      const content = files.read(path);
      return { size: content.size, chunks: content.chunks() };
    });
  }

  /**
   * Creates or overwrites; the file changes only when all bytes have come.
   * @throws Fault `disk-full`, `not-a-file`, `file-access`; `file-error` when there are more or fewer bytes than said.
   */
  async write(path: string, content: SizedBytes, call: WorldCall): Promise<void> {
    const operation = 'guest.files.write';
    await this.#access.read(operation, call, ({ record }) => {
      if (content.size <= record.guest.diskSizeBytes) return;
      throw new Fault('disk-full', `'${path}' of ${content.size} bytes is larger than the disk of '${record.name}'.`);
    });
    const received = await this.#access.scope.services.spool.take(exactly(path, content, call));
    await this.#access.changeFurther(operation, ({ files }) => files.write(path, received));
  }
}

function viewOf(files: UserFiles, path: string, status: FileStatus): GuestFileView {
  const { name, kind } = status;
  const modified = new Date(status.modifiedMs);
  if (kind !== 'symlink') return { name, kind, size: status.size, modified };
  const target = files.exists(path) ? files.stat(path) : undefined;
  const linkTarget = status.linkTarget ?? '';
  if (target?.kind === 'directory') {
    return { name, kind: 'directory', linkTarget, size: 0, modified: new Date(target.modifiedMs) };
  }
  return { name, kind, linkTarget, size: target?.size ?? 0, modified };
}

function directoryOf(files: UserFiles, path: string): readonly FileStatus[] {
  try {
    return files.list(path);
  } catch (error) {
    if (!(error instanceof Fault) || error.kind !== 'file-not-found') throw error;
    throw new Fault('not-a-directory', `There is no directory "${path}" in the guest.`, { cause: error });
  }
}

function newTempPath(
  { record, user, files }: Admitted,
  { prefix, suffix }: { readonly prefix: string; readonly suffix: string },
): string {
  if (/[\\/]/u.test(prefix + suffix)) {
    throw new Fault(
      'invalid-argument',
      `'${prefix}' and '${suffix}' are parts of a file name, so they hold no / or \\.`,
    );
  }
  const { guest } = record;
  const environment = userEnvironment(guest, user, {});
  const directory = guest.family === 'windows' ? (environment.get('TEMP') ?? 'C:\\Windows\\Temp') : '/tmp';
  if (!files.exists(directory)) files.makeDirectory(directory, { makeParents: true });
  for (;;) {
    const path = joinPath(guest.family, directory, prefix + randomBytes(4).toString('hex') + suffix);
    if (!files.exists(path)) return path;
  }
}

/** The chunks of a content, as many bytes as it says. @throws Fault `file-error` when there are more or fewer. */
export async function* exactly(path: string, content: SizedBytes, call: WorldCall): AsyncGenerator<Uint8Array> {
  let received = 0;
  for await (const chunk of content.chunks) {
    call.signal.throwIfAborted();
    received += chunk.length;
    if (received > content.size) throw wrongLength(path, content.size, 'more');
    yield chunk;
    call.progress(received / content.size);
  }
  if (received < content.size) throw wrongLength(path, content.size, `only ${received}`);
}

function wrongLength(path: string, said: number, came: string): Fault {
  return new Fault(
    'file-error',
    `For '${path}', ${said} bytes were announced but ${came} came. The file is unchanged.`,
  );
}
