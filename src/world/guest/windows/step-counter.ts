import type { ProgramContext } from '../program.js';

/** Commands, statements and rounds of loops that one run of a script may take. */
export const defaultStepLimit = 500_000;

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
  readonly #context: Pick<ProgramContext, 'turn'>;
  #count = 0;

  constructor(limit: number, context: Pick<ProgramContext, 'turn'>) {
    this.#limit = limit;
    this.#context = context;
  }

  /** @throws LimitReached, or the reason of the aborted signal. */
  async step(): Promise<void> {
    await this.#context.turn();
    this.#count += 1;
    if (this.#count > this.#limit) throw new LimitReached(`The script was stopped after ${this.#limit} steps.`);
  }
}
