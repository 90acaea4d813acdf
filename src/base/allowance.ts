import type { Clock } from './clock.js';

/** A span of time that is being used up. It does not mind when somebody sets the time of day. */
export class Allowance {
  #isOver = false;
  readonly #timer: { cancel(): void };

  constructor(clock: Clock, ms: number) {
    const timer = clock.after(ms, () => (this.#isOver = true));
    timer.unref?.();
    this.#timer = timer;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** Stops the clock; to be called when the span does not matter any more. */
  end(): void {
    this.#timer.cancel();
  }
}
