import { longestFrame, ProtocolError } from './protocol.js';

const lengthBytes = 4;
const nothing = Buffer.alloc(0);

/** Cuts a stream of bytes into the bodies of frames, wherever the stream is cut into chunks. */
export class FrameSplitter {
  readonly #limit: number;
  #rest: Buffer = nothing;
  /** Chunks of a long frame, joined when it is whole: joining each time would take quadratic time. */
  #chunks: Buffer[] = [];
  #missing = 0;

  /** @param limit most bytes that a body may have. */
  constructor(limit: number = longestFrame) {
    this.#limit = limit;
  }

  /** Whether the stream may end here. */
  get isBetweenFrames(): boolean {
    return this.#rest.length === 0 && this.#chunks.length === 0;
  }

  /** Takes a chunk and gives each body that is whole by now. @throws ProtocolError for a length that cannot be. */
  *push(chunk: Buffer): Generator<Buffer> {
    if (this.#chunks.length > 0 && chunk.length < this.#missing) {
      this.#chunks.push(chunk);
      this.#missing -= chunk.length;
      return;
    }
    let stream = this.#join(chunk);
    while (stream.length >= lengthBytes) {
      const length = stream.readUInt32LE(0);
      if (length === 0 || length > this.#limit) {
        throw new ProtocolError(`a frame says that it has ${length} bytes; it may have 1 to ${this.#limit}`);
      }
      const end = lengthBytes + length;
      if (stream.length < end) {
        this.#chunks = [stream];
        this.#missing = end - stream.length;
        return;
      }
      const body = stream.subarray(lengthBytes, end);
      stream = stream.subarray(end);
      yield body;
    }
    this.#rest = stream;
  }

  #join(chunk: Buffer): Buffer {
    const before = this.#chunks.length > 0 ? this.#chunks : this.#rest.length > 0 ? [this.#rest] : [];
    this.#chunks = [];
    this.#rest = nothing;
    this.#missing = 0;
    return before.length === 0 ? chunk : Buffer.concat([...before, chunk]);
  }
}
