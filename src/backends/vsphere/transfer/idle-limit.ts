import type { Clock, ClockTimer } from '../../../base/clock.js';

/**
 * Ends a transfer that stands still. A transfer may take hours, so it has no limit as a whole: what counts is how long
 * no byte has moved. Aborts its signal also when the caller's is aborted, with the caller's reason.
 */
export class IdleLimit {
  readonly #stop = new AbortController();
  readonly #clock: Clock;
  readonly #idleMs: number;
  readonly #reason: () => Error;
  readonly #caller: AbortSignal;
  readonly #onAbort = (): void => this.#stop.abort(this.#caller.reason);
  #timer: ClockTimer | undefined;
  #movedMs: number;

  constructor(clock: Clock, idleMs: number, caller: AbortSignal, reason: () => Error) {
    this.#clock = clock;
    this.#idleMs = idleMs;
    this.#reason = reason;
    this.#caller = caller;
    this.#movedMs = clock.monotonic();
    if (caller.aborted) this.#onAbort();
    else caller.addEventListener('abort', this.#onAbort, { once: true });
    this.#arm(idleMs);
  }

  get signal(): AbortSignal {
    return this.#stop.signal;
  }

  /** Tells that something has moved. */
  moved(): void {
    this.#movedMs = this.#clock.monotonic();
  }

  /** Ends the watch. Idempotent. */
  end(): void {
    this.#timer?.cancel();
    this.#caller.removeEventListener('abort', this.#onAbort);
  }

  /** One timer for many movements: it looks at the end of each span how long ago the last one was. */
  #arm(delayMs: number): void {
    this.#timer = this.#clock.after(delayMs, () => {
      const leftMs = this.#movedMs + this.#idleMs - this.#clock.monotonic();
      if (leftMs > 0) this.#arm(leftMs);
      else this.#stop.abort(this.#reason());
    });
  }
}
