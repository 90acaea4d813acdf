import { EventEmitter } from 'eventemitter3';
import { asyncScope } from '../base/async-scope.js';
import { isThenable } from '../base/is-thenable.js';
import type { VixHandle } from '../vix/types.js';
import type { EventChannel } from './event-channel.js';

/**
 * A callback of the program, as C declares it. It may be async: the next event of the job and the waiters wait for it.
 */
export type VixEventProc = (
  handle: VixHandle,
  eventType: number,
  moreEventInfo: VixHandle,
  clientData: unknown,
) => unknown;

/** One event that waits until the earlier ones are delivered. */
interface JobEvent {
  /** `VIX_EVENTTYPE_*`. */
  readonly type: number;
  /** Property list with the details, or `VIX_INVALID_HANDLE`. */
  readonly info: VixHandle;
  readonly hooks: JobEventHooks;
}

/** What happens around the delivery of an event. */
export interface JobEventHooks {
  /** Runs when all earlier events are delivered, right before this one. */
  beforeDelivery?(): void;
  /** Runs when every listener is finished with the event. */
  afterDelivery(): void;
}

/** Told about every callback that threw or rejected; nothing else happens to it. */
export type CallbackErrorReporter = (error: unknown, job: VixHandle) => void;

/** One call of an async callback. */
interface AsyncCall {
  readonly events: JobEvents;
  isOver: boolean;
}

/** The async callback on whose behalf code runs. */
const callScope = asyncScope<AsyncCall>();

/** A listener of a job. A record and no closure: every job with a callback makes one. */
class Listener {
  constructor(
    readonly events: JobEvents,
    readonly job: VixHandle,
    readonly callback: VixEventProc,
    readonly clientData: unknown,
  ) {}
}

function call(this: Listener, type: number, info: VixHandle): void {
  const { callback } = this;
  try {
    // Only here: following every await is too dear for callbacks that do not await.
    if (isAsyncFunction(callback)) {
      callAsync(this, type, info);
      return;
    }
    const outcome = callback(this.job, type, info, this.clientData);
    if (isThenable(outcome)) this.events.awaitCallback(outcome, this.job);
  } catch (error) {
    this.events.report(error, this.job);
  }
}

function callAsync({ events, job, callback, clientData }: Listener, type: number, info: VixHandle): void {
  const running: AsyncCall = { events, isOver: false };
  const outcome = callScope.run(running, () => callback(job, type, info, clientData));
  const end = (): void => {
    running.isOver = true;
  };
  events.awaitCallback(Promise.resolve(outcome).finally(end), job);
}

function isAsyncFunction(callback: object & { readonly [Symbol.toStringTag]?: unknown }): boolean {
  return callback[Symbol.toStringTag] === 'AsyncFunction';
}

/** Delivers the events of one job to its listeners, one event at a time and in order. */
export class JobEvents extends EventEmitter<{ event: [type: number, info: VixHandle] }> {
  readonly report: CallbackErrorReporter;
  readonly #channel: EventChannel;
  #waiting: JobEvent[] | undefined = undefined;
  /** What the listeners of the present event are still busy with. */
  #unfinished: Promise<unknown>[] | undefined = undefined;
  #isBusy = false;
  /** Goes on without the listeners that are still busy. */
  #proceed: (() => void) | undefined = undefined;
  #isAbandoned = false;
  #isOnStack = false;

  /** @param channel carries the event after an async callback, so that in pump mode none comes outside a pump. */
  constructor(report: CallbackErrorReporter, channel: EventChannel) {
    super();
    this.report = report;
    this.#channel = channel;
  }

  /**
   * Whether the present code runs inside a listener, so that a wait from there can be told from any other. Of a listener
   * that is an async function also after its first `await`; of one that only returns a promise, up to its return.
   */
  get isInsideCallback(): boolean {
    if (this.#isOnStack) return true;
    if (!this.#isBusy) return false;
    const running = callScope.getStore();
    return running?.events === this && !running.isOver;
  }

  /** Adds a listener; it is called with every later event, and with `job` as the handle. */
  listen(job: VixHandle, callback: VixEventProc, clientData: unknown): void {
    this.on('event', call, new Listener(this, job, callback, clientData));
  }

  /** Holds the next event back until a callback has ended. */
  awaitCallback(outcome: PromiseLike<unknown>, job: VixHandle): void {
    (this.#unfinished ??= []).push(Promise.resolve(outcome).catch((error) => this.report(error, job)));
  }

  /** Delivers an event after all earlier ones. */
  deliver(type: number, info: VixHandle, hooks: JobEventHooks): void {
    if (this.#isBusy) (this.#waiting ??= []).push({ type, info, hooks });
    else this.#deliverNow(type, info, hooks);
  }

  /** Delivers an event, and then those that wait for it. */
  #deliverNow(type: number, info: VixHandle, hooks: JobEventHooks): void {
    this.#isBusy = true;
    let isOver = this.#tell(type, info, hooks);
    while (isOver) {
      const next = this.#waiting?.shift();
      if (next === undefined) {
        this.#isBusy = false;
        return;
      }
      isOver = this.#tell(next.type, next.info, next.hooks);
    }
  }

  /** @returns false when a listener is busy with the event for longer; delivery goes on when that one ends. */
  #tell(type: number, info: VixHandle, hooks: JobEventHooks): boolean {
    hooks.beforeDelivery?.();
    this.#isOnStack = true;
    this.emit('event', type, info);
    this.#isOnStack = false;
    const unfinished = this.#unfinished;
    this.#unfinished = undefined;
    if (unfinished !== undefined && !this.#isAbandoned) {
      this.#goOnAfter(unfinished, hooks);
      return false;
    }
    hooks.afterDelivery();
    return true;
  }

  /** Stops waiting for async callbacks, the present one included: the job is over, whether they end or not. */
  abandon(): void {
    this.#isAbandoned = true;
    this.#proceed?.();
  }

  #goOnAfter(unfinished: readonly Promise<unknown>[], hooks: JobEventHooks): void {
    const proceed = (): void => {
      if (this.#proceed !== proceed) return;
      this.#proceed = undefined;
      hooks.afterDelivery();
      const next = this.#waiting?.shift();
      if (next === undefined) this.#isBusy = false;
      else this.#channel.post(() => this.#deliverNow(next.type, next.info, next.hooks));
    };
    this.#proceed = proceed;
    void Promise.all(unfinished).then(proceed);
  }
}
