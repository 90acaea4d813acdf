import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ContentSpool } from '../../../src/world/store/content-spool.js';
import { identityToken, ownIdentity } from '../../../src/world/store/process-identity.js';

const mebibyte = 1024 * 1024;

let parent = '';
let spool = new ContentSpool(tmpdir());

beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'revix-test-'));
  spool = new ContentSpool(parent);
});

afterEach(() => {
  spool.close();
  rmSync(parent, { recursive: true, force: true });
});

async function* inPieces(bytes: Uint8Array, pieceSize: number): AsyncGenerator<Uint8Array> {
  // One buffer for all pieces, as a socket does it.
  const piece = new Uint8Array(pieceSize);
  for (let at = 0; at < bytes.length; at += pieceSize) {
    const next = bytes.subarray(at, at + pieceSize);
    piece.set(next);
    yield piece.subarray(0, next.length);
  }
}

async function bytesOf(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const chunk of chunks) pieces.push(Buffer.from(chunk));
  return Buffer.concat(pieces);
}

function pattern(size: number): Uint8Array {
  return Uint8Array.from({ length: size }, (_value, at) => (at * 7 + (at >> 9)) % 251);
}

describe('the spool of contents', () => {
  it('keeps small contents in memory', async () => {
    const content = await spool.take(inPieces(pattern(1000), 7));
    expect(content.size).toBe(1000);
    expect(Buffer.from(content.bytes()).equals(pattern(1000))).toBe(true);
    expect(readdirSync(parent)).toEqual([]);
  });

  it('gives back large contents byte by byte', async () => {
    const bytes = pattern(mebibyte + 12_345);
    const content = await spool.take(inPieces(bytes, 100_003));
    expect(content.size).toBe(bytes.length);
    expect((await bytesOf(content.chunks())).equals(bytes)).toBe(true);
    expect(Buffer.from(content.bytes()).equals(bytes)).toBe(true);
    expect(readdirSync(parent)).toHaveLength(1);
  });

  it('keeps stretches of zeros, also at the end', async () => {
    const bytes = new Uint8Array(3 * mebibyte + 5);
    bytes[mebibyte] = 1;
    const content = await spool.take(inPieces(bytes, 65_536));
    expect((await bytesOf(content.chunks())).equals(bytes)).toBe(true);
  });

  it('leaves nothing of a content that breaks off', async () => {
    const broken = (async function* () {
      yield* inPieces(pattern(mebibyte), 65_536);
      throw new Error('the line went dead');
    })();
    await expect(spool.take(broken)).rejects.toThrow('the line went dead');
    const [folder = ''] = readdirSync(parent);
    expect(readdirSync(join(parent, folder))).toEqual([]);
  });

  it('removes its folder when it is closed', async () => {
    await spool.take(inPieces(pattern(mebibyte), 65_536));
    const [folder = ''] = readdirSync(parent);
    expect(statSync(join(parent, folder)).isDirectory()).toBe(true);
    spool.close();
    expect(readdirSync(parent)).toEqual([]);
  });

  it('clears what a dead process left, and nothing else', async () => {
    const living = join(parent, `revix-spool-${identityToken(ownIdentity())}`);
    const dead = join(parent, `revix-spool-${identityToken({ ...ownIdentity(), pid: 2 ** 30 })}`);
    for (const folder of [living, dead, join(parent, 'other')]) mkdirSync(folder);
    await spool.take(inPieces(pattern(mebibyte), 65_536));
    expect([living, dead, join(parent, 'other')].map((folder) => existsSync(folder))).toEqual([true, false, true]);
  });
});
