import { setImmediate as nextTurn } from 'node:timers/promises';

/** Commands, statements and rounds of loops that one run of a script may take. */
export const defaultStepLimit = 500_000;

/** Steps between two turns of the event loop. */
const stepsPerTurn = 256;

/** A script used up what it may. */
export class LimitReached extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'LimitReached';
  }
}

/** Counts the steps of one run, over all its parts, and lets the event loop live meanwhile. */
export class StepCounter {
  readonly #limit: number;
  readonly #signal: AbortSignal;
  #count = 0;

  constructor(limit: number, signal: AbortSignal) {
    this.#limit = limit;
    this.#signal = signal;
  }

  /** @throws LimitReached, or the reason of the aborted signal. */
  async step(): Promise<void> {
    this.#signal.throwIfAborted();
    this.#count += 1;
    if (this.#count > this.#limit) throw new LimitReached(`The script was stopped after ${this.#limit} steps.`);
    if (this.#count % stepsPerTurn === 0) {
      await nextTurn();
      this.#signal.throwIfAborted();
    }
  }
}
