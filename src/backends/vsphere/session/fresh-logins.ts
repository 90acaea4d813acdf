import type { Clock } from '../../../base/clock.js';

/** A machine whose guest managers refuse a fresh login, or a login that the server refuses, is not tried again for so long. */
const memoryMs = 600_000;
/** A login is fresh for so long: where that one is refused, the next one would be, too. */
const freshMs = 60_000;

/**
 * Whether a new login may help where the guest managers of a machine refuse one that lives. They were seen to do so with
 * sessions of some age; they also do where the user may not act in the guest of that machine, however fresh the login.
 */
export class FreshLogins {
  readonly #clock: Clock;
  /** When one was last made for this reason; by the monotonic clock, as all here. */
  #madeMs = Number.NEGATIVE_INFINITY;
  /** When the server last refused one. */
  #refusedMs = Number.NEGATIVE_INFINITY;
  /** When one was last of no use, by machine. */
  readonly #uselessMs = new Map<string, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  mayHelp(machine: string): boolean {
    const nowMs = this.#clock.monotonic();
    const lastMs = Math.max(this.#refusedMs, this.#uselessMs.get(machine) ?? Number.NEGATIVE_INFINITY);
    return nowMs - lastMs >= memoryMs && nowMs - this.#madeMs >= freshMs;
  }

  made(): void {
    this.#madeMs = this.#clock.monotonic();
  }

  refused(): void {
    this.#refusedMs = this.#clock.monotonic();
  }

  uselessFor(machine: string): void {
    this.#uselessMs.set(machine, this.#clock.monotonic());
  }
}
