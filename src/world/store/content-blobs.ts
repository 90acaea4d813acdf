import { createHash } from 'node:crypto';
import { createReadStream, existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Fault } from '../../base/fault.js';
import type { FileContent } from '../guest/guest-files.js';
import { type HostDisk, hostFault, onHostSync, unlessAbsent } from './host-disk.js';

/** How a journal line names the bytes of a guest file. */
export type ContentReference =
  | { readonly inline: string }
  /** SHA-256 in hexadecimal. */
  | { readonly hash: string; readonly size: number };

/** Contents shorter than this stand in the journal itself. */
const shortestBlobBytes = 4096;

const hashForm = /^[0-9a-f]{64}$/;

/** The bytes of guest files, each kept once under the hash of its bytes. */
export class ContentBlobs {
  readonly #folder: string;
  readonly #disk: HostDisk;

  constructor(folder: string, disk: HostDisk) {
    this.#folder = folder;
    this.#disk = disk;
  }

  /** Makes the bytes last and returns how to name them. Runs only under the machine's lock. */
  async keep(content: FileContent): Promise<ContentReference> {
    if (content.size < shortestBlobBytes) return { inline: Buffer.from(content.bytes()).toString('base64') };
    if (content instanceof BlobContent && content.isIn(this.#folder)) return content.reference;
    const staged = join(this.#folder, 'new');
    await this.#disk.makeDirectory(this.#folder);
    const sum = createHash('sha256');
    let size = 0;
    const counted = async function* (): AsyncIterable<Uint8Array> {
      for await (const chunk of content.chunks()) {
        sum.update(chunk);
        size += chunk.length;
        yield chunk;
      }
    };
    await this.#disk.writeChunks(staged, counted());
    const hash = sum.digest('hex');
    const path = blobPath(this.#folder, hash);
    if (existsSync(path)) {
      await this.#disk.removeFile(staged);
    } else {
      await this.#disk.makeDirectory(dirname(path));
      await this.#disk.publish(staged, path);
    }
    // Also for one that was there: who made it may have been killed before this.
    await this.#disk.syncDirectory(dirname(path));
    return { hash, size };
  }

  /** The content that a reference names. Its bytes are read when they are asked for. */
  open(reference: ContentReference): FileContent {
    if ('inline' in reference) return new InlineContent(Buffer.from(reference.inline, 'base64'));
    return new BlobContent(this.#folder, reference);
  }

  /** Hashes of all contents kept. */
  all(): readonly string[] {
    const shelves = unlessAbsent('read', this.#folder, () => readdirSync(this.#folder)) ?? [];
    return shelves.flatMap((shelf) => {
      const path = join(this.#folder, shelf);
      return (unlessAbsent('read', path, () => readdirSync(path)) ?? []).filter((name) => hashForm.test(name));
    });
  }

  async remove(hash: string): Promise<void> {
    await this.#disk.removeFile(blobPath(this.#folder, hash));
  }
}

function blobPath(folder: string, hash: string): string {
  return join(folder, hash.slice(0, 2), hash);
}

class InlineContent implements FileContent {
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get size(): number {
    return this.#bytes.length;
  }

  bytes(): Uint8Array {
    return this.#bytes;
  }

  async *chunks(): AsyncIterable<Uint8Array> {
    yield this.#bytes;
  }
}

class BlobContent implements FileContent {
  readonly reference: ContentReference;
  readonly size: number;
  readonly #folder: string;
  readonly #path: string;

  constructor(folder: string, reference: { readonly hash: string; readonly size: number }) {
    this.reference = reference;
    this.size = reference.size;
    this.#folder = folder;
    this.#path = blobPath(folder, reference.hash);
  }

  /** Whether this content is kept in `folder` and still there. */
  isIn(folder: string): boolean {
    return this.#folder === folder && existsSync(this.#path);
  }

  bytes(): Uint8Array {
    const bytes = onHostSync('read the guest file contents in', this.#path, () => readFileSync(this.#path));
    this.#expect(bytes.length);
    return bytes;
  }

  async *chunks(): AsyncIterable<Uint8Array> {
    let size = 0;
    try {
      for await (const chunk of createReadStream(this.#path, { highWaterMark: 256 * 1024 })) {
        const bytes: Uint8Array = chunk;
        size += bytes.length;
        yield bytes;
      }
    } catch (error) {
      throw hostFault(error, 'read the guest file contents in', this.#path);
    }
    this.#expect(size);
  }

  #expect(size: number): void {
    if (size === this.size) return;
    throw new Fault(
      'file-error',
      `${this.#path} holds ${size} bytes of a guest file instead of ${this.size}: it is damaged. Put back a copy of it.`,
    );
  }
}
