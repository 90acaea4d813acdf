/** Bytes that are handed on at a time: fewer and larger writes to a disk. */
const pieceBytes = 1024 * 1024;

/** Pieces that may wait for their reader before the network is told to wait. */
const mostWaiting = 3;

interface Piece {
  readonly buffer: Buffer;
  readonly size: number;
}

/**
 * The bytes of a download between the network, which brings them in small pieces, and a reader who takes them in large
 * ones. Its few buffers are used again and again: new ones would be more than the collector takes away in time.
 */
export class DownloadBuffer {
  readonly #free: Buffer[] = [];
  readonly #waiting: Piece[] = [];
  #filling: Buffer | undefined;
  #filled = 0;
  #end: { readonly failure?: { readonly reason: unknown } } | undefined;
  #wake: (() => void) | undefined;

  /** Whether the network should wait. */
  get isFull(): boolean {
    return this.#waiting.length >= mostWaiting;
  }

  /** Takes in bytes, which are copied. */
  add(bytes: Uint8Array): void {
    for (let taken = 0; taken < bytes.byteLength;) {
      const buffer = (this.#filling ??= this.#free.pop() ?? Buffer.allocUnsafeSlow(pieceBytes));
      const part = bytes.subarray(taken, taken + pieceBytes - this.#filled);
      buffer.set(part, this.#filled);
      this.#filled += part.byteLength;
      taken += part.byteLength;
      if (this.#filled === pieceBytes) this.#handOn();
    }
  }

  /** No more bytes come. */
  end(): void {
    if (this.#filled > 0) this.#handOn();
    this.#finish({});
  }

  /** No more bytes come, and the reader gets the reason once he has what came before. */
  fail(reason: unknown): void {
    this.#finish({ failure: { reason } });
  }

  /**
   * The pieces, to be read once. Each holds its bytes until the next is asked for.
   * @param onTaken called whenever there is room again.
   */
  async *pieces(onTaken: () => void): AsyncGenerator<Uint8Array> {
    for (;;) {
      const piece = this.#waiting.shift();
      if (piece !== undefined) {
        onTaken();
        yield piece.size === pieceBytes ? piece.buffer : piece.buffer.subarray(0, piece.size);
        this.#free.push(piece.buffer);
      } else if (this.#end === undefined) {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      } else {
        if (this.#end.failure !== undefined) throw this.#end.failure.reason;
        return;
      }
    }
  }

  #handOn(): void {
    if (this.#filling === undefined) return;
    this.#waiting.push({ buffer: this.#filling, size: this.#filled });
    this.#filling = undefined;
    this.#filled = 0;
    this.#wake?.();
  }

  #finish(end: { readonly failure?: { readonly reason: unknown } }): void {
    this.#end ??= end;
    this.#wake?.();
  }
}
