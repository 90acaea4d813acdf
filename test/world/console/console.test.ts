import { inflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { glyph, glyphHeight } from '../../../src/world/console/console-font.js';
import type { ConsoleScreen } from '../../../src/world/console/console-screen.js';
import { renderScreen } from '../../../src/world/console/render-screen.js';

const screen: ConsoleScreen = {
  look: 'text',
  title: 'Linux   host   tty1',
  status: 'On since today',
  lines: ['first'],
  nowMs: 0,
  hostName: 'host',
};

interface Chunk {
  readonly type: string;
  readonly data: Buffer;
}

function chunksOf(png: Uint8Array): readonly Chunk[] {
  const bytes = Buffer.from(png);
  const chunks: Chunk[] = [];
  for (let at = 8; at < bytes.length;) {
    const length = bytes.readUInt32BE(at);
    chunks.push({ type: bytes.toString('latin1', at + 4, at + 8), data: bytes.subarray(at + 8, at + 8 + length) });
    at += length + 12;
  }
  return chunks;
}

/** Rows of pixels of a picture without filters. */
function rowsOf(png: Uint8Array): readonly Buffer[] {
  const packed = chunksOf(png).find(({ type }) => type === 'IDAT')?.data ?? Buffer.alloc(0);
  const plain = inflateSync(packed);
  return Array.from({ length: 400 }, (_, y) => plain.subarray(y * 641 + 1, (y + 1) * 641));
}

describe('the picture of a console', () => {
  it('is a PNG of 640 by 400 pixels with an index into a palette for each', () => {
    const png = renderScreen(screen, { isCompressed: true });
    const chunks = chunksOf(png);
    expect(chunks.map(({ type }) => type)).toEqual(['IHDR', 'PLTE', 'IDAT', 'IEND']);
    const header = chunks[0]?.data ?? Buffer.alloc(13);
    expect([header.readUInt32BE(0), header.readUInt32BE(4), header[8], header[9]]).toEqual([640, 400, 8, 3]);
    const colours = (chunks[1]?.data.length ?? 0) / 3;
    expect(Math.max(...rowsOf(png).map((row) => Math.max(...row)))).toBeLessThan(colours);
  });

  it('shows the same with and without compression', () => {
    const [small, large] = [true, false].map((isCompressed) => renderScreen(screen, { isCompressed }));
    expect(small?.length).toBeLessThan(10_000);
    const pixels = (png: Uint8Array | undefined): Buffer => Buffer.concat([...rowsOf(png ?? new Uint8Array())]);
    expect(pixels(small).equals(pixels(large))).toBe(true);
  });

  it('keeps the newest lines in view, wraps long ones, and puts the cursor behind the last', () => {
    const lines = Array.from({ length: 100 }, (_, index) => `line ${index}`);
    const full = (last: string): Buffer =>
      Buffer.concat([...rowsOf(renderScreen({ ...screen, lines: [...lines, last] }, { isCompressed: true }))]);
    expect(full('the end').equals(full('another end'))).toBe(false);
    const wrapped = rowsOf(renderScreen({ ...screen, lines: ['x'.repeat(200)] }, { isCompressed: true }));
    const inked = wrapped.map((row) => row.some((pixel) => pixel !== 0));
    expect(inked.lastIndexOf(true)).toBeGreaterThan(4 * glyphHeight + 2 * glyphHeight);
  });

  it('has a window and a task bar on a desktop', () => {
    const rows = rowsOf(renderScreen({ ...screen, look: 'desktop' }, { isCompressed: true }));
    expect(rows[0]?.[0]).not.toBe(0);
    expect(rows[399]?.[320]).not.toBe(rows[0]?.[0]);
    expect(rows[200]?.[320]).toBe(0);
  });
});

describe('the font', () => {
  it('has a shape of its own for each character that can be typed', () => {
    const characters = Array.from({ length: 95 }, (_, index) => String.fromCharCode(32 + index));
    const shapes = new Set(characters.map((character) => glyph(character).join()));
    expect(shapes.size).toBe(95);
    expect(glyph('é')).toEqual(glyph('中'));
    expect(shapes.has(glyph('é').join())).toBe(false);
  });
});
