import type { CallOptions } from './call-options.js';
import type { OutputChunk, RunResult } from './run-types.js';

/** What a running program is made of. */
interface ProgramParts {
  readonly pid: number;
  readonly result: Promise<RunResult>;
  readonly output: () => AsyncGenerator<OutputChunk>;
  readonly kill: (options: CallOptions) => Promise<void>;
}

/**
 * A program that runs in a guest. Iterate over it for what it prints, await `result` for its end. While somebody
 * iterates, the next piece is fetched when the last one was taken.
 */
export class RunningProgram implements AsyncIterable<OutputChunk>, AsyncDisposable {
  readonly #parts: ProgramParts;

  constructor(parts: ProgramParts) {
    this.#parts = parts;
  }

  /** Process id in the guest. */
  get pid(): number {
    return this.#parts.pid;
  }

  /** How the program ended. Rejects with a VixError as `guest.run` does; `VIX_E_CANCELLED` when it was killed. */
  get result(): Promise<RunResult> {
    return this.#parts.result;
  }

  /**
   * Ends the program with all that it has started; resolves when it is gone.
   * @throws VixError `VIX_E_CANCELLED` when that takes too long; it goes on all the same.
   */
  kill(options: CallOptions = {}): Promise<void> {
    return this.#parts.kill(options);
  }

  /** Kills the program if it still runs. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.kill();
  }

  /** What the program prints, to its end. Output can be iterated over once. @throws what `result` rejects with. */
  async *[Symbol.asyncIterator](): AsyncGenerator<OutputChunk> {
    yield* this.#parts.output();
    await this.result;
  }
}
