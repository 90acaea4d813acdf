import type { Clock, ClockTimer } from '../../base/clock.js';

interface GuestTimer {
  readonly action: () => void;
  /** By the clock outside; meaningless while the guest stands still. */
  dueMs: number;
  /** What is left of the delay; counts while the guest stands still. */
  remainingMs: number;
  outer: ClockTimer | undefined;
}

/** The clock that the programs of a guest live by. It stands still while the guest is paused or suspended. */
export class GuestClock implements Clock {
  readonly #outer: Clock;
  readonly #timers = new Set<GuestTimer>();
  #stoodAtMs: number | undefined;
  #going: { readonly promise: Promise<void>; readonly resolve: () => void } | undefined;

  constructor(outer: Clock) {
    this.#outer = outer;
  }

  now(): number {
    return this.#stoodAtMs ?? this.#outer.now();
  }

  monotonic(): number {
    return this.#outer.monotonic();
  }

  after(delayMs: number, action: () => void): ClockTimer {
    const timer: GuestTimer = { action, dueMs: 0, remainingMs: Math.max(0, delayMs), outer: undefined };
    this.#timers.add(timer);
    if (this.#stoodAtMs === undefined) this.#arm(timer);
    return {
      cancel: () => {
        this.#timers.delete(timer);
        timer.outer?.cancel();
      },
    };
  }

  /** @param atMs when the guest's time stopped, ms since 1970; undefined: it goes on. */
  stand(atMs: number | undefined): void {
    if (atMs === this.#stoodAtMs) return;
    if (this.#stoodAtMs === undefined && atMs !== undefined) {
      this.#going = goingSoon();
      for (const timer of this.#timers) {
        timer.outer?.cancel();
        timer.remainingMs = Math.max(0, timer.dueMs - atMs);
      }
    }
    this.#stoodAtMs = atMs;
    if (atMs !== undefined) return;
    this.#going?.resolve();
    this.#going = undefined;
    for (const timer of this.#timers) this.#arm(timer);
  }

  /** Resolves when the guest's time goes on; undefined while it does. */
  standstill(): Promise<void> | undefined {
    return this.#going?.promise;
  }

  #arm(timer: GuestTimer): void {
    timer.dueMs = this.#outer.now() + timer.remainingMs;
    timer.outer = this.#outer.after(timer.remainingMs, () => {
      this.#timers.delete(timer);
      timer.action();
    });
  }
}

function goingSoon(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve = (): void => undefined;
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
