/** A timer that was started on a clock. */
export interface ClockTimer {
  /** Stops the timer. Does nothing when it has fired or was stopped already. */
  cancel(): void;
  /** Lets the process end before the timer has fired, on a clock whose timers keep it alive. */
  unref?(): void;
}

/** Time as the engine and the world see it. Every wait goes through a clock, so a test can own time. */
export interface Clock {
  /** Milliseconds since 1970-01-01 UTC. */
  now(): number;
  /** Milliseconds since a moment of this clock's own. Goes on evenly when somebody sets the time: for spans and deadlines. */
  monotonic(): number;
  /** Calls `action` once after `delayMs` milliseconds; a delay below 0 counts as 0. Never calls it from inside. */
  after(delayMs: number, action: () => void): ClockTimer;
}

/** Longest delay that a platform timer takes; a longer one would fire at once. */
const longestPlatformDelayMs = 2 ** 31 - 1;

/** The machine's own clock. A pending timer keeps the process alive until `unref`. */
export class RealClock implements Clock {
  now(): number {
    return Date.now();
  }

  monotonic(): number {
    return performance.now();
  }

  after(delayMs: number, action: () => void): ClockTimer {
    let timer: NodeJS.Timeout;
    let keepsAlive = true;
    const arm = (remainingMs: number): void => {
      const step = Math.min(Math.max(0, remainingMs), longestPlatformDelayMs);
      timer = setTimeout(() => (remainingMs > step ? arm(remainingMs - step) : action()), step);
      if (!keepsAlive) timer.unref();
    };
    arm(delayMs);
    return {
      cancel: () => clearTimeout(timer),
      unref: () => {
        keepsAlive = false;
        timer.unref();
      },
    };
  }
}

interface FakeTimer {
  /** By `monotonic`. */
  readonly dueMs: number;
  readonly order: number;
  readonly action: () => void;
}

/** Turns of the event loop that count as "everything that could run has run" between two timers of a fake clock. */
const settleTurns = 3;

/** Lets pending promise reactions and immediates run. */
export async function settle(turns: number = settleTurns): Promise<void> {
  for (let turn = 0; turn < turns; turn += 1) {
    await new Promise<void>((resolve) => {
      setImmediate(resolve);
    });
  }
}

/** A clock that moves only when told to. */
export class FakeClock implements Clock {
  #elapsedMs = 0;
  /** What `now` is ahead of the time that has passed. */
  #offsetMs: number;
  #order = 0;
  readonly #timers = new Set<FakeTimer>();

  /** @param startMs first reading, milliseconds since 1970; by default 2026-01-01T00:00:00Z. */
  constructor(startMs: number = Date.UTC(2026, 0, 1)) {
    this.#offsetMs = startMs;
  }

  now(): number {
    return this.#offsetMs + this.#elapsedMs;
  }

  monotonic(): number {
    return this.#elapsedMs;
  }

  after(delayMs: number, action: () => void): ClockTimer {
    const timer: FakeTimer = { dueMs: this.#elapsedMs + Math.max(0, delayMs), order: (this.#order += 1), action };
    this.#timers.add(timer);
    return { cancel: () => void this.#timers.delete(timer) };
  }

  /** Number of timers that have not fired. */
  get pending(): number {
    return this.#timers.size;
  }

  /** Sets the time `ms` ahead, or back when below 0, as somebody who sets a machine's clock does: no timer notices. */
  set(ms: number): void {
    this.#offsetMs += ms;
  }

  /**
   * Moves time forward by `ms`, firing each timer at its own moment and letting the program react before the next.
   */
  async advance(ms: number): Promise<void> {
    const targetMs = this.#elapsedMs + ms;
    await settle();
    for (let next = this.#nextTimer(targetMs); next !== undefined; next = this.#nextTimer(targetMs)) {
      this.#elapsedMs = Math.max(this.#elapsedMs, next.dueMs);
      this.#timers.delete(next);
      next.action();
      await settle();
    }
    this.#elapsedMs = targetMs;
  }

  #nextTimer(latestMs: number): FakeTimer | undefined {
    let next: FakeTimer | undefined;
    for (const timer of this.#timers) {
      if (timer.dueMs > latestMs) continue;
      if (next === undefined || timer.dueMs < next.dueMs || (timer.dueMs === next.dueMs && timer.order < next.order)) {
        next = timer;
      }
    }
    return next;
  }
}

/** Waits `delayMs` on the clock. Rejects with the signal's reason as soon as the signal is aborted. */
export function sleep(clock: Clock, delayMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) {
      reject(signal.reason);
      return;
    }
    const onAbort = (): void => {
      timer.cancel();
      reject(signal?.reason);
    };
    const timer = clock.after(delayMs, () => {
      signal?.removeEventListener('abort', onAbort);
      resolve();
    });
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}
