import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FrameSplitter } from '../../src/bindings/frame-splitter.js';
import { ProtocolError } from '../../src/bindings/protocol.js';
import { FrameWriter, notUtf8, readValues, type WireValue } from '../../src/bindings/wire-values.js';

const scalar: fc.Arbitrary<WireValue> = fc.oneof(
  fc.constant(null),
  fc.boolean(),
  fc.maxSafeInteger(),
  fc.constantFrom(0, -1, 2 ** 31, -(2 ** 31), 2 ** 32, -(2 ** 32), 2 ** 53 - 1, -(2 ** 53) + 1),
  fc.bigInt(-(2n ** 63n), -(2n ** 53n)),
  fc.bigInt(2n ** 53n, 2n ** 63n - 1n),
  fc.string({ unit: 'grapheme', maxLength: 200 }),
  fc.uint8Array({ maxLength: 200 }),
);
const value: fc.Arbitrary<WireValue> = fc.oneof(scalar, fc.array(fc.oneof(scalar, fc.array(scalar))));
const frame = fc.record({ kind: fc.constantFrom('C', 'R', 'V'), values: fc.array(value, { maxLength: 6 }) });

type Frame = { readonly kind: string; readonly values: readonly WireValue[] };

function write(frames: readonly Frame[]): Buffer {
  const writer = new FrameWriter();
  for (const { kind, values } of frames) writer.frame(kind, values);
  return writer.take();
}

/** Cuts bytes at the given places, as a stream may. */
function chunks(bytes: Buffer, cuts: readonly number[]): Buffer[] {
  const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).toSorted((a, b) => a - b), bytes.length];
  return places.slice(1).map((end, index) => bytes.subarray(places[index], end));
}

/** Whether bytes are whole values; what is none must be refused as such and not fail in another way. */
function isReadable(bytes: Buffer): boolean {
  try {
    readValues(bytes);
    return true;
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    return false;
  }
}

function split(stream: readonly Buffer[], limit?: number): Frame[] {
  const splitter = new FrameSplitter(limit);
  const bodies = stream.flatMap((chunk) => [...splitter.push(chunk)].map((body) => Buffer.from(body)));
  expect(splitter.isBetweenFrames).toBe(true);
  return bodies.map((body) => ({ kind: body.toString('latin1', 0, 1), values: readValues(body.subarray(1)) }));
}

describe('frames', () => {
  it('come out as they went in, however the stream is cut', () => {
    fc.assert(
      fc.property(fc.array(frame, { maxLength: 5 }), fc.array(fc.nat(), { maxLength: 12 }), (frames, cuts) => {
        expect(split(chunks(write(frames), cuts))).toEqual(frames);
      }),
      { numRuns: 300 },
    );
  });

  it('may be long and come in many small chunks', () => {
    const blob = new Uint8Array(3_000_000).fill(7);
    const bytes = write([
      { kind: 'R', values: [1, blob] },
      { kind: 'R', values: [2] },
    ]);
    const small = Array.from({ length: Math.ceil(bytes.length / 1000) }, (_, index) =>
      bytes.subarray(index * 1000, (index + 1) * 1000),
    );
    const [first, second] = split(small);
    expect(Buffer.compare(first?.values[1] as Uint8Array, blob)).toBe(0);
    expect(second).toEqual({ kind: 'R', values: [2] });
  });

  it('hold what they say and no more: a body has 1 to the most bytes', () => {
    const lengths = [0, 17, 2 ** 32 - 1];
    for (const length of lengths) {
      const head = Buffer.alloc(4);
      head.writeUInt32LE(length);
      expect(() => [...new FrameSplitter(16).push(head)]).toThrow(ProtocolError);
    }
    expect(split([write([{ kind: 'A', values: [5] }])], 10)).toEqual([{ kind: 'A', values: [5] }]);
  });
});

describe('values', () => {
  it('may be any bytes: they are read whole or refused, and refused for nothing else', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
        expect(typeof isReadable(Buffer.from(bytes))).toBe('boolean');
      }),
      { numRuns: 2000 },
    );
  });

  it('are read whole or refused when a byte of a good frame is changed or the end is missing', () => {
    fc.assert(
      fc.property(fc.array(value, { minLength: 1, maxLength: 5 }), fc.nat(), fc.nat(255), (values, place, byte) => {
        const body = Buffer.from(write([{ kind: 'C', values }]).subarray(5));
        const at = place % body.length;
        expect(isReadable(body)).toBe(true);
        expect(typeof isReadable(body.subarray(0, at))).toBe('boolean');
        expect(typeof isReadable(Buffer.from(body.with(at, byte)))).toBe('boolean');
      }),
      { numRuns: 1000 },
    );
  });

  it('that are nested too deep or count too much are refused before they take memory', () => {
    const list = (count: number) => [0x6c, count & 255, (count >> 8) & 255, (count >> 16) & 255, (count >>> 24) & 255];
    const deep = Buffer.from([...list(1), ...list(1), ...list(1), ...list(1), 0x6e]);
    expect(() => readValues(deep)).toThrow('nested more than 3 deep');
    expect(() => readValues(Buffer.from(list(2 ** 32 - 1)))).toThrow('more than its frame has bytes');
  });

  it('that are no UTF-8 arrive as a text that no function takes', () => {
    expect(readValues(Buffer.from([0x73, 2, 0, 0, 0, 0xc3, 0x28]))).toEqual([notUtf8]);
  });

  it('must be integers where they are numbers; a frame with another number is left out whole', () => {
    const writer = new FrameWriter();
    expect(() => writer.frame('R', [1, 'text', 0.5])).toThrow('0.5 is no integer');
    expect(writer.isEmpty).toBe(true);
  });
});
