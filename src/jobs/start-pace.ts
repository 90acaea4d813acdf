import { later } from './later.js';

/** Jobs that start in one turn of the event loop: a tenth of a millisecond of short ones. */
const startsPerTurn = 256;

/**
 * Spreads the starts of many jobs over turns of the event loop. What has started can then get on, and end, before the
 * rest takes memory, and neither timers nor sockets starve. Only starts are paced: a job that runs holds nothing up.
 */
export class StartPace<Item> {
  readonly #start: (item: Item) => void;
  /**
   * What has entered and not started, from `#next` to `#end`; that up to `#due` starts in this turn. The places before
   * are used again when all have started: an array that is emptied takes new memory with its next item.
   */
  readonly #items: (Item | undefined)[] = [];
  #next = 0;
  #due = 0;
  #end = 0;
  /** How many more may start in this turn. */
  #left = startsPerTurn;
  #isTurnAwaited = false;

  /** @param start starts one of those that entered; it must not throw. */
  constructor(start: (item: Item) => void) {
    this.#start = start;
  }

  /** Starts the item after the code that runs now, in the order of the calls. */
  enter(item: Item): void {
    this.#items[this.#end] = item;
    this.#end += 1;
    this.#admit();
    if (this.#isTurnAwaited) return;
    this.#isTurnAwaited = true;
    setImmediate(this.#turn);
  }

  /** Lets start what may start in this turn. */
  #admit(): void {
    while (this.#left > 0 && this.#due < this.#end) {
      this.#left -= 1;
      this.#due += 1;
      later(this.#startNext);
    }
  }

  readonly #startNext = (): void => {
    const item = this.#items[this.#next];
    this.#items[this.#next] = undefined;
    this.#next += 1;
    if (this.#next === this.#end) this.#reset();
    if (item !== undefined) this.#start(item);
  };

  #reset(): void {
    this.#next = 0;
    this.#due = 0;
    this.#end = 0;
    if (this.#items.length > startsPerTurn) this.#items.length = 0;
  }

  readonly #turn = (): void => {
    this.#left = startsPerTurn;
    this.#admit();
    this.#isTurnAwaited = this.#due < this.#end;
    if (this.#isTurnAwaited) setImmediate(this.#turn);
  };
}
