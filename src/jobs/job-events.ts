import { EventEmitter } from 'eventemitter3';
import { asyncScope } from '../base/async-scope.js';
import { isThenable } from '../base/is-thenable.js';
import type { VixHandle } from '../vix/types.js';
import type { EventChannel } from './event-channel.js';

/**
 * A callback of the program, as C declares it. It may be async: the next event of the job and the waiters wait for it.
 * For a promise that a function returns which is not `async` they do so until somebody begins to wait for the job.
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

/** One call of a callback that is an async function. */
export interface AsyncCall {
  /** Events of the jobs that it waits for. */
  readonly waits: JobEvents[];
}

/** The async callback on whose behalf code runs; undefined inside any other callback. */
const callScope = asyncScope<AsyncCall | undefined>();

/** The call of an async callback that the present code belongs to; it may have ended. */
export function presentCall(): AsyncCall | undefined {
  return callScope.getStore();
}

const firm = new WeakSet<VixEventProc>();

/**
 * Marks a callback whose promise is sure to end without the job: delivery waits for it whoever else waits for the job.
 * @returns the callback.
 */
export function firmCallback(callback: VixEventProc): VixEventProc {
  firm.add(callback);
  return callback;
}

/** Makes what stands in for a callback count as the same kind of callback. */
export function asKindOf(callback: VixEventProc, standIn: VixEventProc): VixEventProc {
  const like: VixEventProc = isAsyncFunction(callback) ? async (...args) => await standIn(...args) : standIn;
  return firm.has(callback) ? firmCallback(like) : like;
}

/** What the next event waits for: a call of an async callback, or the promise that another callback has returned. */
interface Hold {
  readonly by: AsyncCall | 'firm promise' | 'promise';
}

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
  const { callback, events, job } = this;
  try {
    // Only here: following every await is too dear for callbacks that do not await.
    if (isAsyncFunction(callback)) {
      callAsync(this, type, info);
      return;
    }
    const outcome =
      callScope.getStore() === undefined
        ? callback(job, type, info, this.clientData)
        : callScope.run(undefined, () => callback(job, type, info, this.clientData));
    if (!isThenable(outcome)) return;
    const hold = events.hold(firm.has(callback) ? 'firm promise' : 'promise');
    events.holdUntil(outcome, job, hold);
  } catch (error) {
    events.report(error, job);
  }
}

function callAsync({ events, job, callback, clientData }: Listener, type: number, info: VixHandle): void {
  const running: AsyncCall = { waits: [] };
  // Before the call: it may wait for another job before its first await.
  const hold = events.hold(running);
  const outcome = callScope.run(running, () => callback(job, type, info, clientData));
  events.holdUntil(Promise.resolve(outcome), job, hold);
}

function isAsyncFunction(callback: object & { readonly [Symbol.toStringTag]?: unknown }): boolean {
  return callback[Symbol.toStringTag] === 'AsyncFunction';
}

/** Delivers the events of one job to its listeners, one event at a time and in order. */
export class JobEvents extends EventEmitter<{ event: [type: number, info: VixHandle] }> {
  readonly report: CallbackErrorReporter;
  readonly #channel: EventChannel;
  #waiting: JobEvent[] | undefined = undefined;
  /** What the next event waits for. */
  #holds: Set<Hold> | undefined = undefined;
  /** Those of the event that is held. */
  #held: JobEventHooks | undefined = undefined;
  #isBusy = false;
  #isAbandoned = false;
  #isOnStack = false;

  /** @param channel carries the event after an async callback, so that in pump mode none comes outside a pump. */
  constructor(report: CallbackErrorReporter, channel: EventChannel) {
    super();
    this.report = report;
    this.#channel = channel;
  }

  /** Whether a listener is on the stack of the present code, so that a wait from there can be told from any other. */
  get isInsideCallback(): boolean {
    return this.#isOnStack;
  }

  /**
   * Whether delivery cannot go on before `waiter` ends: a listener is in that call, or in one that waits for a job which
   * is held up by it in turn.
   */
  isHeldUpBy(waiter: AsyncCall): boolean {
    return this.#withThoseWaitedFor().some((events) => events.#calls.includes(waiter));
  }

  /**
   * Somebody begins to wait for the job. It may be a listener whose promise is awaited here, or for which that listener
   * waits: nobody can tell where a promise was made. So no such promise is awaited any longer.
   */
  letGo(): void {
    // Nearly always, and every wait comes here.
    if (this.#holds === undefined) return;
    for (const events of this.#withThoseWaitedFor()) events.#endPromises();
  }

  /** These events, those of the jobs that calls of their listeners wait for, and so on. */
  #withThoseWaitedFor(): readonly JobEvents[] {
    const found = new Set<JobEvents>([this]);
    // A set takes in more while it is gone through.
    for (const events of found) for (const { waits } of events.#calls) for (const waited of waits) found.add(waited);
    return [...found];
  }

  /** The calls of async callbacks that delivery waits for. */
  get #calls(): readonly AsyncCall[] {
    return [...(this.#holds ?? [])].flatMap(({ by }) => (typeof by === 'string' ? [] : [by]));
  }

  #endPromises(): void {
    for (const hold of this.#holds ?? []) {
      if (hold.by === 'promise') void Promise.resolve().then(() => this.#end(hold));
    }
  }

  /** Adds a listener; it is called with every later event, and with `job` as the handle. */
  listen(job: VixHandle, callback: VixEventProc, clientData: unknown): void {
    this.on('event', call, new Listener(this, job, callback, clientData));
  }

  /** Holds the next event back, until `holdUntil` says for how long. */
  hold(by: Hold['by']): Hold {
    const hold: Hold = { by };
    (this.#holds ??= new Set()).add(hold);
    return hold;
  }

  /** Ends a hold when a callback has ended. */
  holdUntil(outcome: PromiseLike<unknown>, job: VixHandle, hold: Hold): void {
    void Promise.resolve(outcome)
      .catch((error: unknown) => this.report(error, job))
      .then(() => this.#end(hold));
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
    if (this.#holds !== undefined && !this.#isAbandoned) {
      this.#held = hooks;
      return false;
    }
    this.#holds = undefined;
    hooks.afterDelivery();
    return true;
  }

  /** Leaves out the events that wait, save those with these hooks. The present one goes on. */
  dropAllBut(hooks: JobEventHooks): void {
    const dropped = this.#waiting?.filter((event) => event.hooks !== hooks) ?? [];
    this.#waiting = this.#waiting?.filter((event) => event.hooks === hooks);
    for (const event of dropped) event.hooks.afterDelivery();
  }

  /** Stops waiting for async callbacks, the present one included: the job is over, whether they end or not. */
  abandon(): void {
    this.#isAbandoned = true;
    this.#goOn();
  }

  #end(hold: Hold): void {
    if (this.#holds?.delete(hold) === true && this.#holds.size === 0) this.#goOn();
  }

  #goOn(): void {
    const hooks = this.#held;
    if (hooks === undefined) return;
    this.#held = undefined;
    this.#holds = undefined;
    hooks.afterDelivery();
    const next = this.#waiting?.shift();
    if (next === undefined) this.#isBusy = false;
    else this.#channel.post(() => this.#deliverNow(next.type, next.info, next.hooks));
  }
}
