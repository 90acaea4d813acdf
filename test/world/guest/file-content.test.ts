import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { appendedContent, contentOf, emptyContent, textOf } from '../../../src/world/guest/file-content.js';

describe('file contents', () => {
  it('copies the bytes it is made of', () => {
    const bytes = Uint8Array.of(1, 2);
    const content = contentOf(bytes);
    bytes[0] = 9;
    expect([...content.bytes()]).toEqual([1, 2]);
  });

  it('holds text as UTF-8', () => {
    expect(contentOf('é').size).toBe(2);
    expect(textOf(contentOf('é €'))).toBe('é €');
    expect(emptyContent.size).toBe(0);
  });

  it('never changes when others grow from it', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(20), fc.uint8Array({ maxLength: 9 })), { maxLength: 40 }), (steps) => {
        const all = [{ content: emptyContent, bytes: new Array<number>() }];
        for (const [from, added] of steps) {
          const base = all[from % all.length] ?? { content: emptyContent, bytes: [] };
          all.push({ content: appendedContent(base.content, added), bytes: [...base.bytes, ...added] });
        }
        for (const { content, bytes } of all) expect([...content.bytes()]).toEqual(bytes);
      }),
    );
  });

  it('gives all bytes in pieces', async () => {
    const bytes = Uint8Array.from({ length: 600_000 }, (_value, at) => at % 251);
    let size = 0;
    for await (const chunk of contentOf(bytes).chunks()) {
      expect(chunk[0]).toBe(bytes[size]);
      size += chunk.length;
    }
    expect(size).toBe(600_000);
  });
});
