import type { OutputChunk } from './run-types.js';

/** What a program has printed and nobody has taken yet. While somebody takes it, the next piece waits for the last one. */
export class OutputQueue {
  readonly #keptBytes: number;
  readonly #signal: AbortSignal;
  #chunks: OutputChunk[] = [];
  #bytes = 0;
  #isRead = false;
  #isOver = false;
  #wakeReader: () => void = () => undefined;
  #wakeWriter: () => void = () => undefined;

  /**
   * @param keptBytes output that is kept for whoever begins to read later.
   * @param signal lets go of whoever waits for a reader.
   */
  constructor(keptBytes: number, signal: AbortSignal) {
    this.#keptBytes = keptBytes;
    this.#signal = signal;
  }

  /** Resolves when the next piece may come. */
  async put(chunk: OutputChunk): Promise<void> {
    if (!this.#isRead && this.#bytes + chunk.bytes.byteLength > this.#keptBytes) return;
    this.#chunks.push(chunk);
    this.#bytes += chunk.bytes.byteLength;
    this.#wakeReader();
    if (!this.#isRead) return;
    await new Promise<void>((resolve) => {
      this.#wakeWriter = resolve;
      this.#signal.addEventListener('abort', () => resolve(), { once: true });
    });
  }

  /** Nothing more comes. */
  end(): void {
    this.#isOver = true;
    this.#wakeReader();
  }

  /** What was printed and will be. It can be read once. */
  async *read(): AsyncGenerator<OutputChunk> {
    this.#isRead = true;
    try {
      for (;;) {
        const chunk = this.#chunks.shift();
        if (chunk !== undefined) {
          yield chunk;
          if (this.#chunks.length === 0) this.#wakeWriter();
        } else if (this.#isOver) {
          return;
        } else {
          await new Promise<void>((resolve) => (this.#wakeReader = resolve));
        }
      }
    } finally {
      this.#isRead = false;
      this.#keepNothing();
    }
  }

  #keepNothing(): void {
    this.#chunks = [];
    this.#bytes = Number.POSITIVE_INFINITY;
    this.#wakeWriter();
  }
}
