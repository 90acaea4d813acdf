import { isThenable } from '../../base/is-thenable.js';
import type { VixEventProc } from '../../jobs/job-events.js';
import { VIX_EVENTTYPE_JOB_COMPLETED, VIX_INVALID_HANDLE } from '../../vix/names.js';
import type { VixHandle } from '../../vix/types.js';
import type { EngineEvent } from './messages.js';

interface Registration {
  readonly callback: VixEventProc;
  readonly clientData: unknown;
  /** The job that calls it, as soon as that is known. */
  job: VixHandle | undefined;
}

/** An event on its way to the program; one that no engine sent has no number. */
type QueuedEvent = Omit<EngineEvent, 'kind' | 'event'> & { readonly event: number | undefined };

/** What the queue tells its owner. */
export interface CallbackHooks {
  /** A callback is finished with an event. */
  readonly onHandled: (event: number) => void;
  /** A callback threw or rejected. */
  readonly onFailed: (error: unknown, job: VixHandle) => void;
}

/** The program's callbacks and the events that wait for them. Events are delivered in the order of their arrival. */
export class CallbackQueue {
  readonly #hooks: CallbackHooks;
  readonly #registered = new Map<number, Registration>();
  readonly #waiting: QueuedEvent[] = [];
  readonly #running: QueuedEvent[] = [];
  #last = 0;

  constructor(hooks: CallbackHooks) {
    this.#hooks = hooks;
  }

  /** Number of callbacks that can still be called. */
  get live(): number {
    return this.#registered.size;
  }

  get hasWaiting(): boolean {
    return this.#waiting.length > 0;
  }

  /** Events whose callbacks are on the stack, outermost first. */
  get running(): readonly number[] {
    return this.#running.flatMap(({ event }) => event ?? []);
  }

  /** Keeps a callback until its job has completed. @returns its number. */
  readonly keep = (callback: VixEventProc, clientData: unknown): number => {
    this.#last += 1;
    this.#registered.set(this.#last, { callback, clientData, job: undefined });
    return this.#last;
  };

  /** Says which job a callback belongs to; without one the callback is forgotten. */
  bind(callback: number, job: unknown): void {
    const registration = this.#registered.get(callback);
    if (registration === undefined) return;
    if (typeof job === 'number' && job !== VIX_INVALID_HANDLE) registration.job = job as VixHandle;
    else this.#registered.delete(callback);
  }

  /** Adds an event at the end. */
  add(event: EngineEvent): void {
    this.#waiting.push(event);
  }

  /** Delivers all that waits, also what is added meanwhile. */
  deliver(): void {
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) this.#call(next);
  }

  /** The engine is gone: every job that has not completed does so now, so that no program waits for ever. */
  completeAll(): void {
    const announced = new Set(
      this.#waiting.flatMap(({ type, callback }) => (type === VIX_EVENTTYPE_JOB_COMPLETED ? callback : [])),
    );
    for (const [callback, { job }] of this.#registered) {
      if (announced.has(callback)) continue;
      if (job === undefined) {
        // The call that was to start the job has failed, and the program knows of no job.
        this.#registered.delete(callback);
        continue;
      }
      const type = VIX_EVENTTYPE_JOB_COMPLETED;
      this.#waiting.push({ event: undefined, callback, job, type, info: VIX_INVALID_HANDLE });
    }
  }

  #call(queued: QueuedEvent): void {
    const { callback, event, job, type, info } = queued;
    const registration = this.#registered.get(callback);
    if (type === VIX_EVENTTYPE_JOB_COMPLETED) this.#registered.delete(callback);
    this.#running.push(queued);
    try {
      const outcome = registration?.callback(job, type, info, registration.clientData);
      if (isThenable(outcome)) Promise.resolve(outcome).catch((error: unknown) => this.#hooks.onFailed(error, job));
    } catch (error) {
      this.#hooks.onFailed(error, job);
    } finally {
      this.#running.pop();
    }
    if (event !== undefined) this.#hooks.onHandled(event);
  }
}
