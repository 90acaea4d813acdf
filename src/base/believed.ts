import type { Clock } from './clock.js';

/** What somebody was told, as long as it is believed. */
export class Believed<Value> {
  readonly #clock: Clock;
  readonly #ms: number;
  #told: { readonly value: Value; readonly sinceMs: number } | undefined;

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

  tell(value: Value): void {
    this.#told = { value, sinceMs: this.#clock.monotonic() };
  }

  forget(): void {
    this.#told = undefined;
  }
}
