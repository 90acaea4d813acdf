import { later } from './later.js';

/** Jobs that start in one turn of the event loop. */
const startsPerTurn = 64;

/**
 * Spreads the starts of many jobs over turns of the event loop. What has started can then get on, and end, before the
 * rest takes memory, and neither timers nor sockets starve. Only starts are paced: a job that runs holds nothing up.
 */
export class StartPace {
  #started = 0;
  #isTurnAwaited = false;
  readonly #waiting: (() => void)[] = [];
  /** Position of the next one in `#waiting`: shifting a long array costs its length. */
  #next = 0;

  /** Runs `start` on a later turn of this one's code, in the order of the calls. */
  enter(start: () => void): void {
    if (this.#started < startsPerTurn && this.#next === this.#waiting.length) {
      this.#started += 1;
      later(start);
    } else {
      this.#waiting.push(start);
    }
    if (this.#isTurnAwaited) return;
    this.#isTurnAwaited = true;
    setImmediate(this.#turn);
  }

  readonly #turn = (): void => {
    this.#isTurnAwaited = false;
    this.#started = 0;
    while (this.#started < startsPerTurn && this.#next < this.#waiting.length) {
      const start = this.#waiting[this.#next];
      this.#next += 1;
      this.#started += 1;
      if (start !== undefined) later(start);
    }
    if (this.#next === this.#waiting.length) {
      this.#waiting.length = 0;
      this.#next = 0;
      return;
    }
    this.#isTurnAwaited = true;
    setImmediate(this.#turn);
  };
}
