import { firmCallback, type VixEventProc } from '../jobs/job-events.js';
import { VIX_EVENTTYPE_JOB_COMPLETED } from '../vix/names.js';
import type { VixHandle } from '../vix/types.js';

/** An event for a callback of a program in another thread or process. */
export interface RemoteEvent {
  /** Number under which the program says that its callback has ended. */
  readonly event: number;
  /** Number under which the program knows its function. */
  readonly callback: number;
  readonly job: VixHandle;
  readonly type: number;
  readonly info: VixHandle;
}

interface Unfinished {
  readonly sent: RemoteEvent;
  readonly ended: Promise<void>;
  readonly end: () => void;
}

/** Resolves on a later turn of the event loop: what the end of one event sets free needs a turn to come out. */
const turn = (): Promise<void> => new Promise(setImmediate);

/**
 * Takes the events of jobs to a program in another thread or process, and lets each job go on when the program says
 * that its callback has ended.
 */
export class EventCourier {
  readonly #send: (event: RemoteEvent) => void;
  readonly #unfinished = new Map<number, Unfinished>();
  #onFinished: (() => void)[] = [];
  #lastEvent = 0;
  #pumped: Unfinished[] | undefined = undefined;
  #isAbandoned = false;

  /** @param send hands an event to the program; it must not throw. */
  constructor(send: (event: RemoteEvent) => void) {
    this.#send = send;
  }

  /** The function that stands for a callback of the program. It ends when that callback has ended. */
  readonly callbackOf = (callback: number): VixEventProc =>
    firmCallback((job, type, info) => {
      if (this.#isAbandoned) return undefined;
      this.#lastEvent += 1;
      const sent = { event: this.#lastEvent, callback, job, type, info };
      const { promise: ended, resolve: end } = withResolvers();
      const unfinished = { sent, ended, end };
      this.#unfinished.set(sent.event, unfinished);
      this.#pumped?.push(unfinished);
      this.#send(sent);
      return ended;
    });

  /** The program says that the callback is finished with an event. Unknown numbers are ignored. */
  finish(event: number): void {
    const unfinished = this.#unfinished.get(event);
    if (unfinished === undefined) return;
    this.#unfinished.delete(event);
    unfinished.end();
    const waiting = this.#onFinished;
    this.#onFinished = [];
    for (const wake of waiting) wake();
  }

  /**
   * Whether a callback that is on the stack of a call keeps the job from ending, so that the call could wait for it
   * only for ever.
   *
   * @param within events whose callbacks are on the stack of the call.
   */
  isHeldUp(job: unknown, within: readonly number[]): boolean {
    return within.some((event) => {
      const sent = this.#unfinished.get(event)?.sent;
      return sent?.job === job && sent?.type !== VIX_EVENTTYPE_JOB_COMPLETED;
    });
  }

  /**
   * Resolves when the program has finished with the completion of a job; undefined when it is not busy with it, or when
   * the call that asks is part of that.
   *
   * @param within events whose callbacks are on the stack of the call.
   */
  completionFinished(job: unknown, within: readonly number[]): Promise<void> | undefined {
    for (const { sent, ended } of this.#unfinished.values()) {
      if (sent.job === job && sent.type === VIX_EVENTTYPE_JOB_COMPLETED && !within.includes(sent.event)) return ended;
    }
    return undefined;
  }

  /** Resolves when the program has finished with every event, save those whose callbacks wait for this very call. */
  async allFinished(within: readonly number[]): Promise<void> {
    for (;;) {
      await turn();
      if ([...this.#unfinished.keys()].every((event) => within.includes(event))) return;
      await new Promise<void>((resolve) => this.#onFinished.push(resolve));
    }
  }

  /**
   * Pumps, and resolves when the callbacks that this set off have ended. The next event of a job comes out only after
   * its last one has ended, so it takes several rounds to pump what was pending.
   *
   * @param action pumps the engine once.
   */
  async pump(action: () => void): Promise<void> {
    const jobs = new Set<VixHandle>();
    for (let isContinued = true; isContinued;) {
      const sent = this.#collect(action);
      await Promise.all(sent.map(({ ended }) => ended));
      await turn();
      isContinued = sent.length > 0 && (jobs.size === 0 || sent.some(({ sent: { job } }) => jobs.has(job)));
      for (const { sent: event } of sent) jobs.add(event.job);
    }
  }

  /** Nobody takes events any more: lets every job go on, now and later. */
  abandon(): void {
    this.#isAbandoned = true;
    for (const event of [...this.#unfinished.keys()]) this.finish(event);
  }

  #collect(action: () => void): readonly Unfinished[] {
    const outer = this.#pumped;
    const sent: Unfinished[] = [];
    this.#pumped = sent;
    try {
      action();
    } finally {
      this.#pumped = outer;
    }
    return sent;
  }
}

function withResolvers(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve: () => void = () => undefined;
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
