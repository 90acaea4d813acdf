import { EventEmitter } from 'eventemitter3';
import type { VixHandle } from '../vix/types.js';

/**
 * A callback of the program, as C declares it. It may be async: the next event of the job and the waiters wait for it.
 */
export type VixEventProc = (
  handle: VixHandle,
  eventType: number,
  moreEventInfo: VixHandle,
  clientData: unknown,
) => unknown;

/** One event on its way to the listeners of a job. */
export interface JobEvent {
  /** `VIX_EVENTTYPE_*`. */
  readonly type: number;
  /** Property list with the details, or `VIX_INVALID_HANDLE`. */
  readonly info: VixHandle;
  /** What the listeners are still busy with. */
  readonly unfinished: Promise<unknown>[];
}

interface JobEventMap {
  event: [event: JobEvent];
}

/** Told about every callback that threw or rejected; nothing else happens to it. */
export type CallbackErrorReporter = (error: unknown, job: VixHandle) => void;

/** What happens around the delivery of an event. */
export interface JobEventHooks {
  /** Runs when all earlier events are delivered, right before this one. */
  readonly before?: () => void;
  /** Runs when every listener is finished with the event. */
  readonly after: () => void;
}

/** Delivers the events of one job to its listeners, one event at a time and in order. */
export class JobEvents {
  readonly #emitter = new EventEmitter<JobEventMap>();
  readonly #waiting: { readonly event: JobEvent; readonly hooks: JobEventHooks }[] = [];
  readonly #report: CallbackErrorReporter;
  #isBusy = false;
  #isOnStack = false;

  constructor(report: CallbackErrorReporter) {
    this.#report = report;
  }

  /** True while a listener is on the stack, so that a wait from inside it can be told from any other. */
  get isOnStack(): boolean {
    return this.#isOnStack;
  }

  /** Adds a listener; it is called with every later event, and with `job` as the handle. */
  listen(job: VixHandle, callback: VixEventProc, clientData: unknown): void {
    this.#emitter.on('event', (event) => {
      try {
        const outcome = callback(job, event.type, event.info, clientData);
        if (outcome instanceof Promise) event.unfinished.push(outcome.catch((error) => this.#report(error, job)));
      } catch (error) {
        this.#report(error, job);
      }
    });
  }

  /** Delivers an event after all earlier ones. */
  deliver(type: number, info: VixHandle, hooks: JobEventHooks): void {
    this.#waiting.push({ event: { type, info, unfinished: [] }, hooks });
    if (!this.#isBusy) this.#drain();
  }

  #drain(): void {
    this.#isBusy = true;
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
      const { event, hooks } = next;
      hooks.before?.();
      this.#isOnStack = true;
      this.#emitter.emit('event', event);
      this.#isOnStack = false;
      if (event.unfinished.length > 0) {
        void Promise.all(event.unfinished).then(() => {
          hooks.after();
          this.#drain();
        });
        return;
      }
      hooks.after();
    }
    this.#isBusy = false;
  }
}
