import { isUtf8 } from 'node:buffer';
import { deepestList, ProtocolError, tags } from './protocol.js';

/**
 * What a frame is made of. An integer that a number cannot hold exactly arrives as a bigint. A string that is not valid
 * UTF-8 arrives as `notUtf8`.
 */
export type WireValue = null | boolean | number | bigint | string | Uint8Array | readonly WireValue[];

/** Stands for a string that was not UTF-8: as wrong as that for every function, which answers with its own error. */
export const notUtf8 = '\uD800';

const code = (letter: string): number => letter.charCodeAt(0);
const nullTag = code(tags.null);
const trueTag = code(tags.true);
const falseTag = code(tags.false);
const integerTag = code(tags.integer);
const stringTag = code(tags.string);
const blobTag = code(tags.blob);
const listTag = code(tags.list);

const firstSize = 4096;
const twoTo32 = 2 ** 32;

/** Writes frames one after the other into a buffer that grows. */
export class FrameWriter {
  #buffer: Buffer = Buffer.allocUnsafe(firstSize);
  #at = 0;

  /** Whether nothing was written since the last `take`. */
  get isEmpty(): boolean {
    return this.#at === 0;
  }

  /** Adds a frame. @throws TypeError for a number that is no integer; then nothing is added. */
  frame(kind: string, values: readonly WireValue[]): void {
    const start = this.#at;
    try {
      this.#room(5);
      this.#buffer[start + 4] = code(kind);
      this.#at = start + 5;
      for (const value of values) this.#value(value);
    } catch (error) {
      this.#at = start;
      throw error;
    }
    this.#buffer.writeUInt32LE(this.#at - start - 4, start);
  }

  /** The frames so far. The writer starts anew. */
  take(): Buffer {
    const taken = this.#buffer.subarray(0, this.#at);
    this.#buffer = Buffer.allocUnsafe(firstSize);
    this.#at = 0;
    return taken;
  }

  #room(bytes: number): void {
    const needed = this.#at + bytes;
    if (needed <= this.#buffer.length) return;
    const larger = Buffer.allocUnsafe(Math.max(needed, this.#buffer.length * 2));
    this.#buffer.copy(larger, 0, 0, this.#at);
    this.#buffer = larger;
  }

  #value(value: WireValue): void {
    if (value === null) this.#tag(nullTag);
    else if (typeof value === 'boolean') this.#tag(value ? trueTag : falseTag);
    else if (typeof value === 'number' || typeof value === 'bigint') this.#integer(value);
    else if (typeof value === 'string') this.#string(value);
    else if (value instanceof Uint8Array) this.#blob(value);
    else {
      this.#tagAndCount(listTag, value.length);
      for (const item of value) this.#value(item);
    }
  }

  #tag(tag: number): void {
    this.#room(1);
    this.#buffer[this.#at] = tag;
    this.#at += 1;
  }

  #tagAndCount(tag: number, count: number): void {
    this.#room(5);
    this.#buffer[this.#at] = tag;
    this.#buffer.writeUInt32LE(count, this.#at + 1);
    this.#at += 5;
  }

  #integer(value: number | bigint): void {
    if (typeof value === 'number' && !Number.isInteger(value)) throw new TypeError(`${value} is no integer`);
    this.#room(9);
    this.#buffer[this.#at] = integerTag;
    if (typeof value === 'number' && Number.isSafeInteger(value)) {
      const high = Math.floor(value / twoTo32);
      this.#buffer.writeUInt32LE(value - high * twoTo32, this.#at + 1);
      this.#buffer.writeInt32LE(high, this.#at + 5);
    } else {
      this.#buffer.writeBigInt64LE(BigInt.asIntN(64, BigInt(value)), this.#at + 1);
    }
    this.#at += 9;
  }

  #string(value: string): void {
    const bytes = Buffer.byteLength(value);
    this.#tagAndCount(stringTag, bytes);
    this.#room(bytes);
    this.#buffer.write(value, this.#at, 'utf8');
    this.#at += bytes;
  }

  #blob(value: Uint8Array): void {
    this.#tagAndCount(blobTag, value.byteLength);
    this.#room(value.byteLength);
    this.#buffer.set(value, this.#at);
    this.#at += value.byteLength;
  }
}

/** The values of one frame body, without its kind. @throws ProtocolError for anything but whole values. */
export function readValues(body: Buffer): WireValue[] {
  const reader = new ValueReader(body);
  const values: WireValue[] = [];
  while (!reader.isAtEnd) values.push(reader.value(0));
  return values;
}

class ValueReader {
  readonly #body: Buffer;
  #at = 0;

  constructor(body: Buffer) {
    this.#body = body;
  }

  get isAtEnd(): boolean {
    return this.#at === this.#body.length;
  }

  value(depth: number): WireValue {
    const at = this.#take(1);
    const tag = this.#body[at];
    switch (tag) {
      case nullTag:
        return null;
      case trueTag:
        return true;
      case falseTag:
        return false;
      case integerTag:
        return this.#integer();
      case stringTag: {
        const bytes = this.#bytes();
        return isUtf8(bytes) ? bytes.toString('utf8') : notUtf8;
      }
      case blobTag:
        return new Uint8Array(this.#bytes());
      case listTag:
        return this.#list(depth);
      default:
        throw new ProtocolError(`byte ${at} of a frame is ${tag}, which is the tag of no type`);
    }
  }

  #take(bytes: number): number {
    const at = this.#at;
    if (bytes > this.#body.length - at) {
      throw new ProtocolError(`a frame of ${this.#body.length} bytes ends within a value, which begins at byte ${at}`);
    }
    this.#at = at + bytes;
    return at;
  }

  #integer(): number | bigint {
    const at = this.#take(8);
    const value = this.#body.readInt32LE(at + 4) * twoTo32 + this.#body.readUInt32LE(at);
    return Number.isSafeInteger(value) ? value : this.#body.readBigInt64LE(at);
  }

  #bytes(): Buffer {
    const count = this.#body.readUInt32LE(this.#take(4));
    const at = this.#take(count);
    return this.#body.subarray(at, at + count);
  }

  #list(depth: number): WireValue[] {
    if (depth >= deepestList) throw new ProtocolError(`a list is nested more than ${deepestList} deep`);
    const at = this.#take(4);
    const count = this.#body.readUInt32LE(at);
    // Each value takes a byte at least, so a false count cannot ask for much memory.
    if (count > this.#body.length - this.#at) {
      throw new ProtocolError(`a list says at byte ${at} that it has ${count} values, more than its frame has bytes`);
    }
    const list: WireValue[] = [];
    for (let index = 0; index < count; index += 1) list.push(this.value(depth + 1));
    return list;
  }
}
