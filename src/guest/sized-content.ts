import type { SizedContent } from '../backends/backend.js';

/** Content made of bytes at hand, which can be had more than once. */
export function sizedBytes(bytes: Uint8Array): SizedContent {
  return { size: bytes.byteLength, chunks: { [Symbol.asyncIterator]: () => oneChunk(bytes) } };
}

async function* oneChunk(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  if (bytes.byteLength > 0) yield bytes;
}

/** All bytes of a content; for contents that fit in memory. */
export async function readAll(content: SizedContent): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of content.chunks) chunks.push(Uint8Array.from(chunk));
  return Buffer.concat(chunks);
}
