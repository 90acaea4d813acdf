import { createHash, randomUUID } from 'node:crypto';
import { createReadStream, type Stats } from 'node:fs';
import { open, readdir, realpath, rename, rm, stat, type FileHandle } from 'node:fs/promises';
import { dirname, join, posix, win32 } from 'node:path';
import type { CallContext, GuestFileInfo, SizedContent } from '../backends/backend.js';
import { Fault } from '../base/fault.js';
import { makeDirectories } from '../base/make-directories.js';
import type { GuestSession } from './guest-session.js';
import { hostFileFault } from './host-file-fault.js';
import { patiently } from './patiently.js';

/** Bytes read from a file at a time: each time costs a turn of another thread, which a busy machine makes wait. */
const chunkBytes = 1024 * 1024;

/** How far a copy is. */
export interface CopyProgress {
  /** File that is under way, where it comes from. */
  readonly path: string;
  /** Bytes of this file that have been copied, and that it has. */
  readonly fileBytes: number;
  readonly fileSize: number;
  /** Bytes and whole files of the copy so far. */
  readonly copiedBytes: number;
  readonly copiedFiles: number;
}

/** What a copy does beyond copying. */
export interface CopyExtras {
  readonly onProgress?: ((progress: CopyProgress) => void) | undefined;
  /**
   * Take up again what broke off: a download where it ended, an upload with its file, as hosts take a file only whole.
   * Files that are there already with the same content are not sent again.
   */
  readonly isResumed?: boolean;
  /** SHA-256 of a guest file, in hexadecimal digits: every copied file is compared with its source. */
  readonly guestSha256?: ((guestPath: string) => Promise<string>) | undefined;
}

/**
 * Copies a file or a directory tree of this machine into the guest. Files of the same name are overwritten, directories
 * merged; the first file that fails ends the copy.
 *
 * @throws Fault of a file kind, naming the path and the side it is on.
 */
export async function copyToGuest(
  session: GuestSession,
  hostPath: string,
  guestPath: string,
  call: CallContext,
  extras: CopyExtras = {},
): Promise<void> {
  await new CopyToGuest(session, call, extras).copy(hostPath, guestPath, []);
}

/** Copies a file or a directory tree of the guest to this machine, under the same rules. */
export async function copyFromGuest(
  session: GuestSession,
  guestPath: string,
  hostPath: string,
  call: CallContext,
  extras: CopyExtras = {},
): Promise<void> {
  const copy = new CopyFromGuest(session, call, extras);
  const { files } = session.ops;
  const source = await session.request(call, () => files.stat(guestPath, call));
  if (source.kind === 'directory') await copy.directory(guestPath, hostPath);
  else await copy.file(guestPath, hostPath);
}

function guestSeparator(session: GuestSession): string {
  return session.ops.family === 'windows' ? '\\' : '/';
}

function joinGuest(session: GuestSession, directory: string, name: string): string {
  return directory.replace(/[\\/]+$/, '') + guestSeparator(session) + name;
}

/** Counts what a copy has done, and tells whoever wants to know. */
class CopyMeter {
  readonly #call: CallContext;
  readonly #onProgress: CopyExtras['onProgress'];
  #copiedBytes = 0;
  #copiedFiles = 0;

  constructor(call: CallContext, onProgress: CopyExtras['onProgress']) {
    this.#call = call;
    this.#onProgress = onProgress;
  }

  /** Passes chunks on, reports progress and stops when the call is aborted. @param done bytes that came before. */
  async *watched(path: string, content: SizedContent, done: number = 0): AsyncGenerator<Uint8Array> {
    const fileSize = done + content.size;
    let fileBytes = done;
    for await (const chunk of content.chunks) {
      this.#call.signal.throwIfAborted();
      fileBytes += chunk.byteLength;
      this.#call.progress(fileSize === 0 ? 1 : fileBytes / fileSize);
      this.#tell(path, fileBytes, fileSize, this.#copiedBytes + fileBytes);
      yield chunk;
    }
  }

  /** A file has been copied, or was there already. */
  fileDone(path: string, size: number): void {
    this.#copiedBytes += size;
    this.#copiedFiles += 1;
    this.#tell(path, size, size, this.#copiedBytes);
  }

  #tell(path: string, fileBytes: number, fileSize: number, copiedBytes: number): void {
    this.#onProgress?.({ path, fileBytes, fileSize, copiedBytes, copiedFiles: this.#copiedFiles });
  }
}

/** SHA-256 of a file of this machine, in hexadecimal digits. */
async function hostSha256(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Uint8Array);
  return hash.digest('hex');
}

/** @throws Fault `file-error` when two files that should be the same differ. */
function requireSame(copy: string, expected: string, actual: string): void {
  if (expected === actual) return;
  throw new Fault(
    'file-error',
    `${copy} differs from its source by SHA-256 (${actual}, not ${expected}); copy it again`,
  );
}

/**
 * Reads a file from its start, up to a size: one that grows meanwhile is copied as it was. Nothing is read, and nothing
 * can fail, before the chunks are asked for. While a chunk is being sent the next one is read; there are two buffers, so
 * a chunk holds its bytes until the next one is asked for.
 */
async function* fileChunks(file: FileHandle, size: number): AsyncGenerator<Uint8Array> {
  const length = Math.min(chunkBytes, size);
  let [filling, spare] = [Buffer.allocUnsafe(length), Buffer.allocUnsafe(length)];
  const fill = (position: number): Promise<{ readonly bytesRead: number; readonly buffer: Buffer }> => {
    const reading = file.read(filling, 0, Math.min(length, size - position), position);
    // Whoever stops early leaves a failure of the next read to nobody.
    reading.catch(() => undefined);
    [filling, spare] = [spare, filling];
    return reading;
  };
  for (let position = 0, next = fill(0); position < size;) {
    const { bytesRead, buffer } = await next;
    if (bytesRead === 0) return;
    position += bytesRead;
    if (position < size) next = fill(position);
    yield buffer.subarray(0, bytesRead);
  }
}

class CopyToGuest {
  readonly #session: GuestSession;
  readonly #call: CallContext;
  readonly #extras: CopyExtras;
  readonly #meter: CopyMeter;

  constructor(session: GuestSession, call: CallContext, extras: CopyExtras) {
    this.#session = session;
    this.#call = call;
    this.#extras = extras;
    this.#meter = new CopyMeter(call, extras.onProgress);
  }

  /** @param ancestors real paths of the directories above, so that a link that leads back is not followed for ever. */
  async copy(hostPath: string, guestPath: string, ancestors: readonly string[]): Promise<void> {
    this.#call.signal.throwIfAborted();
    const status = await fromHost('read', hostPath, () => stat(hostPath));
    if (status.isFile()) await this.#file(hostPath, guestPath);
    else if (status.isDirectory()) await this.#directory(hostPath, guestPath, ancestors);
    else throw new Fault('not-a-file', `${hostPath} on this machine is neither a file nor a directory`);
  }

  async #file(hostPath: string, guestPath: string): Promise<void> {
    const { isResumed = false, guestSha256 } = this.#extras;
    const file = await fromHost('read', hostPath, () => open(hostPath));
    try {
      const { size } = await file.stat();
      if (isResumed && (await this.#isThere(hostPath, guestPath, size))) {
        this.#meter.fileDone(hostPath, size);
        return;
      }
      const write = (): Promise<void> => {
        const chunks = this.#meter.watched(hostPath, { size, chunks: fileChunks(file, size) });
        return this.#session.ops.files.write(guestPath, { size, chunks }, this.#call);
      };
      const send = (): Promise<void> => this.#session.requestToEnd(this.#call, write);
      await (isResumed ? patiently(this.#call, send) : send());
      if (guestSha256 !== undefined) {
        requireSame(guestPath, await hostSha256(hostPath), await guestSha256(guestPath));
      }
      this.#meter.fileDone(hostPath, size);
    } catch (error) {
      throw hostFileFault(error, 'read', hostPath);
    } finally {
      await file.close();
    }
  }

  /** Whether the guest has the file already, as far as its size and, where it is compared, its content tell. */
  async #isThere(hostPath: string, guestPath: string, size: number): Promise<boolean> {
    const { guestSha256 } = this.#extras;
    if (guestSha256 === undefined) return false;
    const { files } = this.#session.ops;
    const existing = await this.#session
      .request(this.#call, () => files.stat(guestPath, this.#call))
      .catch((): undefined => undefined);
    if (existing?.kind !== 'file' || existing.size !== size) return false;
    return (await hostSha256(hostPath)) === (await guestSha256(guestPath));
  }

  async #directory(hostPath: string, guestPath: string, ancestors: readonly string[]): Promise<void> {
    const real = await fromHost('read', hostPath, () => realpath(hostPath));
    if (ancestors.includes(real)) {
      throw new Fault('too-many-links', `${hostPath} on this machine is a link to a directory above it`);
    }
    await this.#makeDirectory(guestPath);
    const names = await fromHost('read', hostPath, () => readdir(hostPath));
    for (const name of names.sort()) {
      this.#checkName(name, hostPath);
      await this.copy(join(hostPath, name), joinGuest(this.#session, guestPath, name), [...ancestors, real]);
    }
  }

  /** What is a plain name here may be a path in a Windows guest, and lead out of the target directory there. */
  #checkName(name: string, directory: string): void {
    if (this.#session.ops.family !== 'windows' || !/[\\:]/.test(name)) return;
    const message =
      `${directory} on this machine holds an entry named ${JSON.stringify(name)}, which a Windows guest ` +
      'cannot take as a file name; rename it first';
    throw new Fault('file-name-invalid', message);
  }

  async #makeDirectory(guestPath: string): Promise<void> {
    const { files } = this.#session.ops;
    try {
      const make = (): Promise<void> => files.makeDirectory(guestPath, { makeParents: true }, this.#call);
      await this.#session.request(this.#call, make);
    } catch (error) {
      const existing = await this.#session
        .request(this.#call, () => files.stat(guestPath, this.#call))
        .catch((): undefined => undefined);
      if (existing?.kind !== 'directory') throw error;
    }
  }
}

class CopyFromGuest {
  readonly #session: GuestSession;
  readonly #call: CallContext;
  readonly #extras: CopyExtras;
  readonly #meter: CopyMeter;

  constructor(session: GuestSession, call: CallContext, extras: CopyExtras) {
    this.#session = session;
    this.#call = call;
    this.#extras = extras;
    this.#meter = new CopyMeter(call, extras.onProgress);
  }

  async directory(guestPath: string, hostPath: string): Promise<void> {
    this.#call.signal.throwIfAborted();
    const { files } = this.#session.ops;
    // Listed first: where the guest refuses, no empty directory is left here.
    const entries = await this.#session.request(this.#call, () => files.list(guestPath, this.#call));
    await fromHost('create', hostPath, async () => makeDirectories(hostPath));
    for (const entry of entries) {
      checkName(entry, guestPath);
      checkLink(entry, guestPath);
      const from = joinGuest(this.#session, guestPath, entry.name);
      if (entry.kind === 'directory') await this.directory(from, join(hostPath, entry.name));
      else await this.file(from, join(hostPath, entry.name));
    }
  }

  /** Writes beside the target and moves it into place, so that a copy that fails leaves an old file as it was. */
  async file(guestPath: string, hostPath: string): Promise<void> {
    this.#call.signal.throwIfAborted();
    const existing = await stat(hostPath).catch((): undefined => undefined);
    if (existing?.isDirectory() === true) {
      throw new Fault('not-a-file', `${hostPath} on this machine is a directory; name the file to write`);
    }
    if (existing !== undefined && (await this.#isThere(guestPath, hostPath, existing))) {
      this.#meter.fileDone(guestPath, existing.size);
      return;
    }
    // What a link leads to is overwritten, as a plain write would do, and keeps its mode.
    const target = existing === undefined ? hostPath : await fromHost('write', hostPath, () => realpath(hostPath));
    // A name of its own length: one made from the target's could be too long where the target's is not.
    const partial = join(dirname(target), `.${randomUUID()}.part`);
    // Opened before the guest is asked, so that no content is left unread when this machine refuses the file.
    const file = await fromHost('write', hostPath, () => open(partial, 'wx', existing?.mode));
    try {
      await this.#write(file, guestPath);
      await rename(partial, target);
    } catch (error) {
      await rm(partial, { force: true });
      throw hostFileFault(error, 'write', hostPath);
    }
  }

  /** Whether this machine has the file already, where its content is to be compared anyway. */
  async #isThere(guestPath: string, hostPath: string, existing: Stats): Promise<boolean> {
    const { isResumed = false, guestSha256 } = this.#extras;
    if (!isResumed || guestSha256 === undefined || !existing.isFile()) return false;
    const { files } = this.#session.ops;
    const source = await patiently(this.#call, () =>
      this.#session.request(this.#call, () => files.stat(guestPath, this.#call)),
    );
    if (source.size !== existing.size) return false;
    const here = await fromHost('read', hostPath, () => hostSha256(hostPath));
    return here === (await guestSha256(guestPath));
  }

  /** Fetches what follows the bytes that are there. */
  async #fetch(file: FileHandle, guestPath: string, have: number, arrived: (bytes: Uint8Array) => void): Promise<void> {
    const { files } = this.#session.ops;
    const content = await (have === 0
      ? files.read(guestPath, this.#call)
      : files.readFrom(guestPath, have, this.#call));
    let written = 0;
    for await (const chunk of this.#meter.watched(guestPath, content, have)) {
      await file.writeFile(chunk);
      arrived(chunk);
      written += chunk.byteLength;
    }
    if (written === content.size) return;
    const message = `${guestPath} in the guest has ${content.size} bytes, but ${written} arrived; copy it again`;
    throw new Fault('file-error', message, { retryable: 'same-call' });
  }

  /** Fills the file and closes it. */
  async #write(file: FileHandle, guestPath: string): Promise<void> {
    const { isResumed = false, guestSha256 } = this.#extras;
    let have = 0;
    const hash = createHash('sha256');
    const arrived = (bytes: Uint8Array): void => {
      have += bytes.byteLength;
      if (guestSha256 !== undefined) hash.update(bytes);
    };
    const fetch = (): Promise<void> =>
      this.#session.request(this.#call, () => this.#fetch(file, guestPath, have, arrived));
    try {
      if (isResumed) {
        const before = await this.#stamp(guestPath);
        await patiently(this.#call, async (attempt) => {
          if (attempt > 0 && have > 0 && (await this.#stamp(guestPath)) !== before) {
            // Another file by now: what has come of the old one is of no use.
            throw new Fault('file-error', `${guestPath} in the guest changed while it was copied; copy it again`);
          }
          await fetch();
        });
      } else {
        await fetch();
      }
    } finally {
      await file.close();
    }
    if (guestSha256 !== undefined) requireSame(guestPath, await guestSha256(guestPath), hash.digest('hex'));
    this.#meter.fileDone(guestPath, have);
  }

  /** Tells one state of a guest file from another. */
  async #stamp(guestPath: string): Promise<string> {
    const { files } = this.#session.ops;
    const info = await patiently(this.#call, () =>
      this.#session.request(this.#call, () => files.stat(guestPath, this.#call)),
    );
    return `${info.size} ${info.modified.getTime()}`;
  }
}

/** Runs a file operation of this machine; its error names the path. */
async function fromHost<T>(doing: string, path: string, operation: () => Promise<T>): Promise<T> {
  try {
    return await operation();
  } catch (error) {
    throw hostFileFault(error, doing, path);
  }
}

/** A guest decides the names in its directories, so none may lead out of the target directory here. */
function checkName(entry: GuestFileInfo, directory: string): void {
  const { name } = entry;
  const unsafe = process.platform === 'win32' ? /[/\\:\0]/ : /[/\0]/;
  const isUnsafe = name === '' || name === '.' || name === '..' || unsafe.test(name);
  if (!isUnsafe) return;
  const message =
    `the guest directory ${directory} holds an entry named ${JSON.stringify(name)}, which is not a ` +
    'plain file name; it was not copied';
  throw new Fault('file-name-invalid', message);
}

/** A link to a directory above it would be copied into itself again and again. */
function checkLink(entry: GuestFileInfo, directory: string): void {
  if (entry.kind !== 'directory' || entry.linkTarget === undefined) return;
  const paths = directory.startsWith('/') ? posix : win32;
  const target = paths.resolve(directory, entry.linkTarget);
  const above = paths.relative(target, directory);
  if (above.startsWith('..') || paths.isAbsolute(above)) return;
  const message = `${paths.join(directory, entry.name)} in the guest is a link to ${target}, a directory above it`;
  throw new Fault('too-many-links', `${message}; remove the link or copy the parts one by one`);
}
