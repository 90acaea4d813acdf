import { LinkedAbort } from '../../base/linked-abort.js';
import type { OutputChunk, RunResult } from './run-types.js';

/**
 * A program that runs in a guest. Iterate over it for what it prints, await `result` for its end. While somebody
 * iterates, the next piece is fetched when the last one was taken.
 */
export class RunningProgram implements AsyncIterable<OutputChunk>, AsyncDisposable {
  readonly #abort: LinkedAbort;
  readonly #keptBytes: number;
  #pid: number | undefined;
  #result: Promise<RunResult> | undefined;
  #queue: OutputChunk[] = [];
  #queuedBytes = 0;
  #isRead = false;
  #isOver = false;
  #wakeReader: () => void = () => undefined;
  #wakeWriter: () => void = () => undefined;
  #onBegin: () => void = () => undefined;

  /**
   * @param signal of the caller, which ends the program.
   * @param keptBytes output that is kept for whoever begins to iterate later.
   */
  constructor(signal: AbortSignal | undefined, keptBytes: number) {
    this.#abort = new LinkedAbort(signal);
    this.#keptBytes = keptBytes;
  }

  /** Ends the program when it is aborted. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** Process id in the guest. */
  get pid(): number {
    return this.#pid ?? 0;
  }

  /** How the program ended. @throws VixError as `guest.run`; `VIX_E_CANCELLED` when it was killed. */
  get result(): Promise<RunResult> {
    return this.#result ?? Promise.reject(new TypeError('the program was not started'));
  }

  /** Ends the program with all that it has started; resolves when it is gone. */
  async kill(): Promise<void> {
    this.#abort.abort(new Error('the program was killed'));
    await this.result.catch(() => undefined);
  }

  /** Kills the program if it still runs. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.kill();
  }

  /** What the program prints, to its end. Output can be iterated over once. @throws what `result` rejects with. */
  async *[Symbol.asyncIterator](): AsyncGenerator<OutputChunk> {
    this.#isRead = true;
    try {
      for (;;) {
        const chunk = this.#queue.shift();
        if (chunk !== undefined) {
          yield chunk;
          if (this.#queue.length === 0) this.#wakeWriter();
        } else if (this.#isOver) {
          await this.result;
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

  /** The program has begun. */
  begin(pid: number): void {
    this.#pid = pid;
    this.#onBegin();
  }

  /** Passes output on; resolves when the next piece may come. */
  async take(chunk: OutputChunk): Promise<void> {
    if (!this.#isRead && this.#queuedBytes + chunk.bytes.byteLength > this.#keptBytes) return;
    this.#queue.push(chunk);
    this.#queuedBytes += chunk.bytes.byteLength;
    this.#wakeReader();
    if (!this.#isRead) return;
    await new Promise<void>((resolve) => {
      this.#wakeWriter = resolve;
      this.signal.addEventListener('abort', () => resolve(), { once: true });
    });
  }

  /** Resolves when the program runs, or has ended already. @throws what the result rejects with before that. */
  async ready(result: Promise<RunResult>): Promise<this> {
    const over = (): void => {
      this.#isOver = true;
      this.#abort.release();
      this.#wakeReader();
    };
    this.#result = result;
    const ended = result.then(over, over);
    if (this.#pid === undefined) {
      await Promise.race([new Promise<void>((resolve) => (this.#onBegin = resolve)), ended]);
      if (this.#pid === undefined) await result;
    }
    return this;
  }

  #keepNothing(): void {
    this.#queue = [];
    this.#queuedBytes = Number.POSITIVE_INFINITY;
    this.#wakeWriter();
  }
}
