import { randomUUID } from 'node:crypto';
import { mkdir, open, readdir, realpath, rename, rm, stat, type FileHandle } from 'node:fs/promises';
import { dirname, join, posix, win32 } from 'node:path';
import type { CallContext, GuestFileInfo, SizedContent } from '../backends/backend.js';
import { Fault } from '../base/fault.js';
import type { GuestSession } from './guest-session.js';
import { hostFileFault } from './host-file-fault.js';

/** Bytes read from a file at a time: two such buffers stay in the processor's cache while they are encrypted. */
const chunkBytes = 256 * 1024;

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
): Promise<void> {
  await new CopyToGuest(session, call).copy(hostPath, guestPath, []);
}

/** Copies a file or a directory tree of the guest to this machine, under the same rules. */
export async function copyFromGuest(
  session: GuestSession,
  guestPath: string,
  hostPath: string,
  call: CallContext,
): Promise<void> {
  const copy = new CopyFromGuest(session, call);
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

/** Passes chunks on, reports progress and stops when the call is aborted. */
async function* watched(content: SizedContent, call: CallContext): AsyncGenerator<Uint8Array> {
  let done = 0;
  for await (const chunk of content.chunks) {
    call.signal.throwIfAborted();
    done += chunk.byteLength;
    call.progress(content.size === 0 ? 1 : done / content.size);
    yield chunk;
  }
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

  constructor(session: GuestSession, call: CallContext) {
    this.#session = session;
    this.#call = call;
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
    const file = await fromHost('read', hostPath, () => open(hostPath));
    try {
      const { size } = await file.stat();
      const chunks = watched({ size, chunks: fileChunks(file, size) }, this.#call);
      const write = (): Promise<void> => this.#session.ops.files.write(guestPath, { size, chunks }, this.#call);
      await this.#session.request(this.#call, write);
    } catch (error) {
      throw hostFileFault(error, 'read', hostPath);
    } finally {
      await file.close();
    }
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

  constructor(session: GuestSession, call: CallContext) {
    this.#session = session;
    this.#call = call;
  }

  async directory(guestPath: string, hostPath: string): Promise<void> {
    this.#call.signal.throwIfAborted();
    await fromHost('create', hostPath, () => mkdir(hostPath, { recursive: true }));
    const { files } = this.#session.ops;
    const entries = await this.#session.request(this.#call, () => files.list(guestPath, this.#call));
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

  async #fetch(file: FileHandle, guestPath: string): Promise<void> {
    const content = await this.#session.ops.files.read(guestPath, this.#call);
    let written = 0;
    for await (const chunk of watched(content, this.#call)) {
      await file.writeFile(chunk);
      written += chunk.byteLength;
    }
    if (written === content.size) return;
    const message = `${guestPath} in the guest has ${content.size} bytes, but ${written} arrived; copy it again`;
    throw new Fault('file-error', message, { retryable: 'same-call' });
  }

  /** Fills the file and closes it. */
  async #write(file: FileHandle, guestPath: string): Promise<void> {
    try {
      await this.#session.request(this.#call, () => this.#fetch(file, guestPath));
    } finally {
      await file.close();
    }
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
