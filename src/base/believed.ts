import type { Clock } from './clock.js';

/** What somebody was told, as long as it is believed. */
export class Believed<Value> {
  readonly #clock: Clock;
  readonly #ms: number;
  #told: { readonly value: Value; readonly sinceMs: number } | undefined;
  /** Counts questions, and what ends the worth of answers to earlier ones. */
  #count = 0;
  /** The question whose answer was told last, or the last time that all was forgotten. */
  #newest = 0;

  /** @param ms how long it is believed. */
  constructor(clock: Clock, ms: number) {
    this.#clock = clock;
    this.#ms = ms;
  }

  /** undefined where nothing was told, or too long ago. */
  get value(): Value | undefined {
    if (this.#told !== undefined && this.#clock.monotonic() - this.#told.sinceMs >= this.#ms) this.#told = undefined;
    return this.#told?.value;
  }

  /** How old it is; endless where there is nothing. */
  get ageMs(): number {
    return this.#told === undefined ? Number.POSITIVE_INFINITY : this.#clock.monotonic() - this.#told.sinceMs;
  }

  /**
   * To be called when somebody is asked. @returns to be called with the answer, which is as old as the question. It counts for
   * nothing when a newer one has come meanwhile, or all was forgotten.
   */
  ask(): (answer: Value) => void {
    const question = (this.#count += 1);
    const sinceMs = this.#clock.monotonic();
    return (value) => {
      if (question < this.#newest) return;
      this.#newest = question;
      this.#told = { value, sinceMs };
    };
  }

  forget(): void {
    this.#told = undefined;
    this.#newest = this.#count += 1;
  }
}
