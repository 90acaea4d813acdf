import { setImmediate as nextTurn } from 'node:timers/promises';

/** What the interpreter may use up before it ends a script. */
export interface CmdLimits {
  /** Commands and rounds of loops in one run. */
  readonly steps: number;
  /** Batches and labels that call each other. */
  readonly callDepth: number;
  /** Interpreters that run in each other. */
  readonly shellDepth: number;
}

export const defaultCmdLimits: CmdLimits = { steps: 500_000, callDepth: 300, shellDepth: 24 };

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
