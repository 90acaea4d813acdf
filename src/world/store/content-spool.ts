import { createReadStream, mkdirSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { open, rm, type FileHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Fault } from '../../base/fault.js';
import { hostFault, onHostSync } from './host-disk.js';
import { hasEnded, identityToken, ownIdentity, parseToken } from './process-identity.js';
import { contentOf } from '../guest/file-content.js';
import type { FileContent } from '../guest/guest-files.js';

/** Contents up to this size stay in memory; larger ones are written in pieces of it. */
const blockBytes = 256 * 1024;

/** The platform gives no longer pieces of memory at once. */
const longestPieceBytes = 2 ** 31 - 1;

const folderPrefix = 'revix-spool-';
const zeros = Buffer.alloc(blockBytes);

/**
 * Takes in file contents of any length in constant memory. Large ones lie in a folder of the machine outside, each
 * until nothing refers to it any more; the folder goes with `close`, with the end of the process, or, after a crash,
 * with the next spool of the machine. Stretches of zeros take no room there.
 */
export class ContentSpool {
  readonly #parent: string;
  readonly #unused = new FinalizationRegistry<string>((path) => rmSync(path, { force: true }));
  #folder: string | undefined;
  #count = 0;

  /** @param parent where the folder is made; by default the machine's folder for temporary files. */
  constructor(parent: string = tmpdir()) {
    this.#parent = parent;
  }

  /**
   * Reads all chunks. A producer may use its buffers again.
   * @throws what `chunks` throws, and Fault `disk-full` or another of a file kind; then nothing is left.
   */
  async take(chunks: AsyncIterable<Uint8Array>): Promise<FileContent> {
    const block = Buffer.allocUnsafe(blockBytes);
    let used = 0;
    let file: SpoolFile | undefined;
    try {
      for await (const chunk of chunks) {
        for (let at = 0; at < chunk.length;) {
          if (used === blockBytes) {
            file ??= await this.#newFile();
            await file.write(block);
            used = 0;
          }
          const piece = chunk.subarray(at, at + blockBytes - used);
          block.set(piece, used);
          used += piece.length;
          at += piece.length;
        }
      }
      if (file === undefined) return contentOf(block.subarray(0, used));
      await file.write(block.subarray(0, used));
      await file.finish();
    } catch (error) {
      await file?.discard();
      throw error;
    }
    const content = new SpooledContent(file.path, file.size);
    this.#unused.register(content, file.path);
    return content;
  }

  /** Removes everything; contents that are still in use cannot be read any more. */
  close(): void {
    if (this.#folder === undefined) return;
    process.off('exit', this.#onExit);
    rmSync(this.#folder, { recursive: true, force: true });
    this.#folder = undefined;
  }

  readonly #onExit = (): void => this.close();

  async #newFile(): Promise<SpoolFile> {
    this.#folder ??= this.#makeFolder();
    this.#count += 1;
    return SpoolFile.open(join(this.#folder, String(this.#count)));
  }

  #makeFolder(): string {
    const folder = join(this.#parent, folderPrefix + identityToken(ownIdentity()));
    onHostSync('make the folder', folder, () => {
      this.#sweep();
      mkdirSync(folder, { mode: 0o700 });
    });
    process.once('exit', this.#onExit);
    return folder;
  }

  /** Removes what processes left behind that were killed. */
  #sweep(): void {
    for (const name of readdirSync(this.#parent)) {
      if (!name.startsWith(folderPrefix)) continue;
      const identity = parseToken(name.slice(folderPrefix.length));
      if (identity === undefined || !hasEnded(identity, ownIdentity())) continue;
      rmSync(join(this.#parent, name), { recursive: true, force: true });
    }
  }
}

/** A file that is being written from its beginning to its end. */
class SpoolFile {
  readonly path: string;
  readonly #handle: FileHandle;
  #size = 0;

  private constructor(path: string, handle: FileHandle) {
    this.path = path;
    this.#handle = handle;
  }

  static async open(path: string): Promise<SpoolFile> {
    return new SpoolFile(path, await onHost(path, () => open(path, 'wx', 0o600)));
  }

  get size(): number {
    return this.#size;
  }

  async write(bytes: Uint8Array): Promise<void> {
    const at = this.#size;
    this.#size += bytes.length;
    if (zeros.subarray(0, bytes.length).equals(bytes)) return;
    await onHost(this.path, async () => {
      for (let done = 0; done < bytes.length;) {
        const { bytesWritten } = await this.#handle.write(bytes, done, bytes.length - done, at + done);
        done += bytesWritten;
      }
    });
  }

  async finish(): Promise<void> {
    await onHost(this.path, () => this.#handle.truncate(this.#size));
    await this.#handle.close();
  }

  async discard(): Promise<void> {
    await this.#handle.close();
    await rm(this.path, { force: true });
  }
}

async function onHost<T>(path: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    throw hostFault(error, 'keep the contents of a guest file in', path);
  }
}

class SpooledContent implements FileContent {
  readonly size: number;
  readonly #path: string;

  constructor(path: string, size: number) {
    this.#path = path;
    this.size = size;
  }

  bytes(): Uint8Array {
    if (this.size > longestPieceBytes) {
      throw new Fault('file-too-big', `A guest file of ${this.size} bytes does not fit into the memory of a program.`);
    }
    return onHostSync('read the contents of a guest file in', this.#path, () => readFileSync(this.#path));
  }

  async *chunks(): AsyncGenerator<Uint8Array> {
    try {
      for await (const chunk of createReadStream(this.#path, { highWaterMark: blockBytes })) {
        const bytes: Uint8Array = chunk;
        yield bytes;
      }
    } catch (error) {
      throw hostFault(error, 'read the contents of a guest file in', this.#path);
    }
  }
}
