import type { CallContext, ProcessState } from '../backends/backend.js';
import type { Clock, ClockTimer } from '../base/clock.js';
import { Fault } from '../base/fault.js';

/** How a program ended. */
export interface ExitedProgram {
  /** Signed 32-bit, as the guest gave it. */
  readonly exitCode: number;
  /** By the clock of the guest. */
  readonly startTime: Date;
  readonly endTime: Date;
  readonly elapsedMs: number;
}

interface Waiter {
  readonly pid: number;
  readonly resolve: (exited: ExitedProgram) => void;
  readonly reject: (reason: unknown) => void;
}

/** Asks the guest for the states of several processes at once. */
type Poll = (pids: readonly number[], call: CallContext) => Promise<ReadonlyMap<number, ProcessState>>;

/** Delay before the first look at a new program. */
const firstPollMs = 10;
/** Share of its time that a program may be looked at too late, as long as that is less than the usual delay. */
const shortLatenessShare = 0.5;
/** Delay that is long enough for a program that has run longer; VIX itself looked once a second. */
const usualPollMs = 1000;
/** Share of its time that a long-running program may be looked at too late. */
const latenessShare = 0.1;
/** Longest delay between two looks. The guest keeps an exit code for five minutes, so none is missed. */
const longestPollMs = 5000;

/**
 * Waits for programs of one guest. However many are awaited, there is one poll at a time for all of them, often at
 * first and then less and less so.
 */
export class ProgramWatcher {
  readonly #poll: Poll;
  readonly #clock: Clock;
  readonly #waiters = new Set<Waiter>();
  /** When the newest program was first waited for: the longer it runs, the less often it is looked at. */
  #sinceMs = 0;
  #timer: ClockTimer | undefined = undefined;
  /** When the next look is due, by the clock. */
  #dueMs = Number.POSITIVE_INFINITY;
  #polling: AbortController | undefined = undefined;

  constructor(poll: Poll, clock: Clock) {
    this.#poll = poll;
    this.#clock = clock;
  }

  /** @throws Fault `exit-code-lost`, what the poll throws, or the signal's reason. */
  wait(pid: number, signal: AbortSignal): Promise<ExitedProgram> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) {
        reject(signal.reason);
        return;
      }
      const leave = (): void => {
        this.#waiters.delete(waiter);
        signal.removeEventListener('abort', onAbort);
        if (this.#waiters.size === 0) this.#stop();
      };
      const onAbort = (): void => {
        leave();
        reject(signal.reason);
      };
      const waiter: Waiter = {
        pid,
        resolve: (exited) => {
          leave();
          resolve(exited);
        },
        reject: (reason) => {
          leave();
          reject(reason);
        },
      };
      signal.addEventListener('abort', onAbort, { once: true });
      this.#waiters.add(waiter);
      this.#sinceMs = this.#clock.monotonic();
      this.#arm();
    });
  }

  #arm(): void {
    if (this.#polling !== undefined || this.#waiters.size === 0) return;
    const nowMs = this.#clock.monotonic();
    const elapsedMs = nowMs - this.#sinceMs;
    const fitting = Math.max(Math.min(elapsedMs * shortLatenessShare, usualPollMs), elapsedMs * latenessShare);
    const delayMs = Math.min(Math.max(fitting, firstPollMs), longestPollMs);
    const dueMs = nowMs + delayMs;
    // A look is never put off, or programs that come all the time would keep all of them waiting.
    if (dueMs >= this.#dueMs) return;
    this.#timer?.cancel();
    this.#dueMs = dueMs;
    this.#timer = this.#clock.after(delayMs, () => void this.#look());
  }

  #stop(): void {
    this.#timer?.cancel();
    this.#dueMs = Number.POSITIVE_INFINITY;
    this.#polling?.abort();
  }

  async #look(): Promise<void> {
    this.#dueMs = Number.POSITIVE_INFINITY;
    const asked = [...this.#waiters];
    const polling = new AbortController();
    this.#polling = polling;
    const call: CallContext = { signal: polling.signal, clock: this.#clock, progress: () => undefined };
    try {
      const states = await this.#poll([...new Set(asked.map((waiter) => waiter.pid))], call);
      for (const waiter of asked) this.#settle(waiter, states.get(waiter.pid) ?? { state: 'gone' });
    } catch (error) {
      // A passing trouble is met again at the next look; the job's own end is what limits the wait.
      const isPassing = error instanceof Fault && error.retryable !== 'no';
      if (!isPassing) for (const waiter of asked) if (this.#waiters.has(waiter)) waiter.reject(error);
    } finally {
      this.#polling = undefined;
      this.#arm();
    }
  }

  #settle(waiter: Waiter, state: ProcessState): void {
    if (!this.#waiters.has(waiter)) return;
    if (state.state === 'exited') {
      waiter.resolve({
        exitCode: state.exitCode | 0,
        startTime: state.startTime,
        endTime: state.endTime,
        elapsedMs: Math.max(0, state.endTime.getTime() - state.startTime.getTime()),
      });
    } else if (state.state === 'gone') {
      const message =
        `the guest no longer knows process ${waiter.pid}, so its exit code is lost: Tools forgets an ` +
        'ended process after five minutes, and all of them when it restarts or the machine goes back to a snapshot';
      waiter.reject(new Fault('exit-code-lost', message));
    }
  }
}
