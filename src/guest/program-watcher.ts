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

/** What a look at a program brings: its state, or why there will be none. */
export type ProgramLook = ProcessState | { readonly state: 'failed'; readonly reason: unknown };

/**
 * Asks the guest for the states of several processes at once. Which ones may be asked for as late as the request goes out: until
 * its turn comes, programs may be added. One that the answer leaves out was not looked at.
 */
type Poll = (pids: () => readonly number[], call: CallContext) => Promise<ReadonlyMap<number, ProgramLook>>;

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
/** Programs that come within so long of one another are one rush. */
const rushGapMs = usualPollMs / shortLatenessShare;
/** Share of its time that a rush may be looked at too late. */
const rushLatenessShare = 0.1;
/** Delay that is long enough however long a rush goes on: many looks at a guest make its Tools refuse all requests. */
const longestRushPollMs = 500;
/** Delay after a look that failed in passing; it doubles with each further one. */
const firstRetryMs = 250;
/** How long a guest may stay silent while its programs are awaited; a restart of Tools takes less. */
const graceMs = 120_000;

/** Looks that have failed in passing, one after another. */
interface Silence {
  readonly sinceMs: number;
  readonly retryMs: number;
}

/**
 * Waits for programs of one guest. However many are awaited, there is one poll at a time for all of them, often at
 * first and then less and less so, and seldom where the guest does not answer.
 */
export class ProgramWatcher {
  readonly #poll: Poll;
  readonly #clock: Clock;
  readonly #waiters = new Set<Waiter>();
  /** When the newest program was first waited for: the longer it runs, the less often it is looked at. */
  #sinceMs = 0;
  /** When the first of those was that came with no long gap up to the newest. */
  #rushSinceMs = 0;
  #silence: Silence | undefined = undefined;
  #timer: ClockTimer | undefined = undefined;
  /** When the next look is due, by the clock. */
  #dueMs = Number.POSITIVE_INFINITY;
  #polling: AbortController | undefined = undefined;

  constructor(poll: Poll, clock: Clock) {
    this.#poll = poll;
    this.#clock = clock;
  }

  /**
   * A poll that fails in passing is made again, for two minutes at most.
   *
   * @throws Fault `exit-code-lost`, what the poll throws, or the signal's reason.
   */
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
      const nowMs = this.#clock.monotonic();
      if (this.#waiters.size === 0 || nowMs - this.#sinceMs > rushGapMs) this.#rushSinceMs = nowMs;
      this.#sinceMs = nowMs;
      this.#waiters.add(waiter);
      this.#arm();
    });
  }

  /** Ends the waits for a program. */
  giveUp(pid: number, reason: unknown): void {
    for (const waiter of [...this.#waiters]) if (waiter.pid === pid) waiter.reject(reason);
  }

  #arm(): void {
    if (this.#polling !== undefined || this.#waiters.size === 0) return;
    const nowMs = this.#clock.monotonic();
    const delayMs = this.#delayMs(nowMs);
    const dueMs = nowMs + delayMs;
    // A look is never put off, or programs that come all the time would keep all of them waiting.
    if (dueMs >= this.#dueMs) return;
    this.#timer?.cancel();
    this.#dueMs = dueMs;
    this.#timer = this.#clock.after(delayMs, () => void this.#look());
  }

  #delayMs(nowMs: number): number {
    const elapsedMs = nowMs - this.#sinceMs;
    const fitting = Math.max(
      firstPollMs,
      Math.min(elapsedMs * shortLatenessShare, usualPollMs),
      elapsedMs * latenessShare,
      Math.min((nowMs - this.#rushSinceMs) * rushLatenessShare, longestRushPollMs),
      this.#silence?.retryMs ?? 0,
    );
    return Math.min(fitting, longestPollMs);
  }

  #stop(): void {
    this.#timer?.cancel();
    this.#dueMs = Number.POSITIVE_INFINITY;
    // How the guest was while others waited says nothing to those who come later.
    this.#silence = undefined;
    this.#polling?.abort();
  }

  async #look(): Promise<void> {
    this.#dueMs = Number.POSITIVE_INFINITY;
    const early = [...this.#waiters];
    /** Who waits for what was asked for. Who comes later waits for another program, also where it has the same number. */
    const asked = new Map<number, readonly Waiter[]>();
    const pids = (): readonly number[] => {
      const waited = new Map<number, Waiter[]>();
      for (const waiter of this.#waiters) {
        const others = waited.get(waiter.pid);
        if (others === undefined) waited.set(waiter.pid, [waiter]);
        else others.push(waiter);
      }
      for (const [pid, waiters] of waited) if (!asked.has(pid)) asked.set(pid, waiters);
      return [...waited.keys()];
    };
    const polling = new AbortController();
    this.#polling = polling;
    const call: CallContext = { signal: polling.signal, clock: this.#clock, progress: () => undefined };
    try {
      const looks = await this.#poll(pids, call);
      this.#silence = undefined;
      for (const [pid, look] of looks) for (const waiter of asked.get(pid) ?? []) this.#settle(waiter, look);
    } catch (error) {
      const end = polling.signal.aborted ? undefined : this.#endOf(error);
      if (end !== undefined) for (const waiter of early) if (this.#waiters.has(waiter)) waiter.reject(end);
    } finally {
      this.#polling = undefined;
      this.#arm();
    }
  }

  /** What a failed look ends the waits with; undefined for a trouble that may pass. */
  #endOf(error: unknown): unknown {
    if (!(error instanceof Fault) || error.retryable === 'no') return error;
    const nowMs = this.#clock.monotonic();
    const { sinceMs = nowMs, retryMs = firstRetryMs / 2 } = this.#silence ?? {};
    this.#silence = { sinceMs, retryMs: Math.min(retryMs * 2, longestPollMs) };
    if (nowMs - sinceMs < graceMs) return undefined;
    this.#silence = undefined;
    const message = `${error.message} It has been so for ${graceMs / 1000} seconds, so the wait ends.`;
    return new Fault(error.kind, message, {
      ...(error.vixCode === undefined ? {} : { vixCode: error.vixCode }),
      cause: error,
    });
  }

  #settle(waiter: Waiter, state: ProgramLook): void {
    if (!this.#waiters.has(waiter)) return;
    if (state.state === 'failed') {
      waiter.reject(state.reason);
    } else if (state.state === 'exited') {
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
