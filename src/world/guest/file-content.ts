import type { FileContent } from './guest-files.js';

/** Bytes that several contents share: each sees its own first part, and the owner of the last byte may append. */
interface SharedBytes {
  bytes: Uint8Array;
  used: number;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const chunkSize = 256 * 1024;

/** File content held in memory. Appending makes a new content and copies, over many appends, each byte about once. */
class MemoryContent implements FileContent {
  readonly size: number;
  readonly #shared: SharedBytes;

  constructor(shared: SharedBytes, size: number) {
    this.#shared = shared;
    this.size = size;
  }

  bytes(): Uint8Array {
    return this.#shared.bytes.subarray(0, this.size);
  }

  async *chunks(): AsyncGenerator<Uint8Array> {
    const bytes = this.bytes();
    for (let at = 0; at < bytes.length; at += chunkSize) yield bytes.subarray(at, at + chunkSize);
  }

  with(addition: Uint8Array): MemoryContent {
    const size = this.size + addition.length;
    const shared = this.#shared;
    if (shared.used === this.size && size <= shared.bytes.length) {
      shared.bytes.set(addition, this.size);
      shared.used = size;
      return new MemoryContent(shared, size);
    }
    const bytes = new Uint8Array(size * 2);
    bytes.set(this.bytes());
    bytes.set(addition, this.size);
    return new MemoryContent({ bytes, used: size }, size);
  }
}

/** Content of a file without bytes. */
export const emptyContent: FileContent = contentOf(new Uint8Array(0));

/** Content with these bytes (copied) or this text as UTF-8. */
export function contentOf(data: Uint8Array | string): FileContent {
  const bytes = typeof data === 'string' ? encoder.encode(data) : Uint8Array.from(data);
  return new MemoryContent({ bytes, used: bytes.length }, bytes.length);
}

/** A new content: `content` followed by `addition`. */
export function appendedContent(content: FileContent, addition: Uint8Array | string): FileContent {
  const added = typeof addition === 'string' ? encoder.encode(addition) : addition;
  const base = content instanceof MemoryContent ? content : memoryOf(content.bytes());
  return base.with(added);
}

/** The content as text; bytes that are no UTF-8 become U+FFFD. */
export function textOf(content: FileContent): string {
  return decoder.decode(content.bytes());
}

function memoryOf(bytes: Uint8Array): MemoryContent {
  return new MemoryContent({ bytes, used: bytes.length }, bytes.length);
}
