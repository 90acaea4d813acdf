import { afterBytes } from '../../base/after-bytes.js';
import { randomBytes } from 'node:crypto';
import { Fault } from '../../base/fault.js';
import { groupIdOf, groupNameOf, userIdOf, userNameOf } from '../guest/accounts.js';
import type { FileAttributes, FileStatus, UserFiles } from '../guest/guest-files.js';
import { joinPath } from '../guest/guest-path.js';
import { userEnvironment } from '../guest/user-environment.js';
import type { WorldCall } from '../world-call.js';
import type { Admitted, GuestAccess } from './guest-access.js';
import type { GuestRecord, VmRecord } from './vm-record.js';

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
  /** Those of what a link leads to, where it leads anywhere. */
  readonly attributes: GuestFileAttributes;
}

/** Whose a file is, and what may be done with it. Names on both families, numbers and permissions on POSIX. */
export interface GuestFileAttributes {
  readonly owner: string;
  readonly group: string;
  readonly ownerId: number;
  readonly groupId: number;
  /** Permission bits, 0 to 0o7777. */
  readonly permissions: number;
  readonly isHidden: boolean;
  readonly isReadOnly: boolean;
  readonly isSystem: boolean;
  readonly created: Date;
  readonly modified: Date;
  readonly accessed: Date;
}

/** What is to change of a file; what is absent stays. */
export interface GuestFileAttributesChange {
  /** POSIX only, like `groupId` and `permissions`. */
  readonly ownerId?: number;
  readonly groupId?: number;
  readonly permissions?: number;
  /** Windows only, like `isReadOnly`, `isSystem` and `created`. */
  readonly isHidden?: boolean;
  readonly isReadOnly?: boolean;
  readonly isSystem?: boolean;
  readonly created?: Date;
  readonly modified?: Date;
  readonly accessed?: Date;
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
      directoryOf(files, path).map((status) =>
        viewOf(record, files, joinPath(record.guest.family, path, status.name), status),
      ),
    );
  }

  /** @throws Fault `file-not-found`. */
  stat(path: string, call: WorldCall): Promise<GuestFileView> {
    return this.#access.read('guest.files.stat', call, ({ record, files }) =>
      viewOf(record, files, path, files.stat(path, { followLinks: false })),
    );
  }

  /**
   * Changes what is named, of what a link leads to.
   * @throws Fault `invalid-argument` for attributes that the guest's family has not; `file-not-found`; `file-access`
   *   for anybody but the owner, and for who gives a file away without being root.
   */
  setAttributes(path: string, change: GuestFileAttributesChange, call: WorldCall): Promise<void> {
    return this.#access.change('guest.files.setAttributes', call, ({ record, files }) =>
      files.setAttributes(path, storedAttributes(record, change)),
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

  /** Opens what follows the first `position` bytes of a file. */
  readFrom(path: string, position: number, call: WorldCall): Promise<SizedBytes> {
    return this.#access.read('guest.files.read', call, ({ files }) => {
      const content = files.read(path);
      const size = Math.max(0, content.size - position);
      return { size, chunks: afterBytes(content.chunks(), position) };
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

function viewOf({ guest }: VmRecord, files: UserFiles, path: string, status: FileStatus): GuestFileView {
  const { name, kind } = status;
  const target = kind === 'symlink' && files.exists(path) ? files.stat(path) : undefined;
  const attributes = attributesOf(guest, target ?? status);
  if (kind !== 'symlink') return { name, kind, size: status.size, modified: attributes.modified, attributes };
  const linkTarget = status.linkTarget ?? '';
  if (target?.kind === 'directory') {
    return { name, kind: 'directory', linkTarget, size: 0, modified: attributes.modified, attributes };
  }
  return { name, kind, linkTarget, size: target?.size ?? 0, modified: new Date(status.modifiedMs), attributes };
}

function attributesOf({ users }: GuestRecord, status: FileStatus): GuestFileAttributes {
  const { owner, group, mode, isHidden, isReadOnly, isSystem, createdMs, modifiedMs, accessedMs } = status;
  return {
    owner,
    group,
    ownerId: userIdOf(users, owner),
    groupId: groupIdOf(users, group),
    permissions: mode,
    isHidden,
    isReadOnly,
    isSystem,
    created: new Date(createdMs),
    modified: new Date(modifiedMs),
    accessed: new Date(accessedMs),
  };
}

/** Attributes that only one family has. */
const familyAttributes = {
  posix: ['ownerId', 'groupId', 'permissions'],
  windows: ['isHidden', 'isReadOnly', 'isSystem', 'created'],
} as const;

function storedAttributes({ name, guest }: VmRecord, change: GuestFileAttributesChange): Partial<FileAttributes> {
  const { ownerId, groupId, permissions, created, modified, accessed, ...flags } = change;
  const foreign = familyAttributes[guest.family === 'posix' ? 'windows' : 'posix'].find(
    (key) => change[key] !== undefined,
  );
  if (foreign !== undefined) {
    throw new Fault('invalid-argument', `'${name}' has a ${guest.family} guest, whose files have no '${foreign}'.`);
  }
  for (const id of [ownerId, groupId, permissions]) {
    if (id === undefined || (Number.isInteger(id) && id >= 0 && id <= 0xffff_ffff)) continue;
    throw new Fault('invalid-argument', `${id} is no id and no set of permissions; give a whole number from 0 up.`);
  }
  return {
    ...flags,
    ...(ownerId === undefined ? {} : { owner: userNameOf(guest.users, ownerId) }),
    ...(groupId === undefined ? {} : { group: groupNameOf(guest.users, groupId) }),
    ...(permissions === undefined ? {} : { mode: permissions }),
    ...timeOf('createdMs', created),
    ...timeOf('modifiedMs', modified),
    ...timeOf('accessedMs', accessed),
  };
}

function timeOf<Key extends string>(key: Key, time: Date | undefined): Partial<Record<Key, number>>;
function timeOf(key: string, time: Date | undefined): Readonly<Record<string, number>> {
  if (time === undefined) return {};
  if (Number.isNaN(time.getTime())) throw new Fault('invalid-argument', 'A time of a file is no time.');
  return { [key]: time.getTime() };
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
