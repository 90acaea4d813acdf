import { Allowance } from '../../../base/allowance.js';
import { type Clock, sleep } from '../../../base/clock.js';
import { jittered } from '../../../base/jitter.js';
import { LinkedAbort } from '../../../base/linked-abort.js';
import { settledWithin } from '../../../base/settled-within.js';
import { untilAborted } from '../../../base/until-aborted.js';
import type { CallContext } from '../../backend.js';
import { isVimError } from '../errors/vim-error.js';
import { HttpFailure } from '../http/http-failure.js';
import type { Session } from '../session/session.js';
import type { VsphereSettings } from '../settings.js';
import { refKey, type Ref } from '../soap/values.js';
import type { ArgsOf, MethodName, RefFor, ResultOf } from '../vim/vim-call.js';
import { findStarted } from './lost-start.js';
import type { PropertyHub } from './property-hub.js';
import { taskOutcome, taskProgress } from './task-outcome.js';
import { waitFor } from './wait-for.js';

/** Methods that start a task. */
export type TaskMethod = {
  [Method in MethodName]: ResultOf<Method> extends Ref<'Task'> ? Method : never;
}[MethodName];

/** Pauses before another attempt on a busy machine: they double up to the longest. */
const firstPauseMs = 250;
const longestPauseMs = 5000;
/** A state that forbids an operation may pass, like that of a guest operation, or last: it is waited for not as long. */
const longestStateMs = 10_000;

/** How long the end of a connection waits for cancels under way: as long as for its logout. */
const cancelMs = 5000;

/** Tasks that are remembered as known: more than a server keeps among the recent ones. */
const mostKnown = 1000;

/** Runs methods that start tasks, to their ends. */
export class TaskRunner {
  readonly #session: Session;
  readonly #hub: PropertyHub;
  readonly #clock: Clock;
  readonly #settings: VsphereSettings;
  /** The latest tasks whose starts were answered, by key. */
  readonly #known = new Set<string>();
  /** Cancels under way, and aborted starts whose tasks are to be cancelled. */
  readonly #cancelling = new Set<Promise<void>>();

  constructor(session: Session, hub: PropertyHub, clock: Clock, settings: VsphereSettings) {
    this.#session = session;
    this.#hub = hub;
    this.#clock = clock;
    this.#settings = settings;
  }

  /**
   * Starts a task and waits for its end, as `runToEnd` does.
   * @param entity what the task works on, where that is not the object of the call.
   */
  run<Method extends TaskMethod>(
    self: RefFor<Method>,
    method: Method,
    args: ArgsOf<Method>,
    call: CallContext,
    entity?: Ref,
  ): Promise<unknown> {
    return this.runToEnd(() => this.start(self, method, args, call.signal, entity), call);
  }

  /**
   * Starts a task and waits for its end, and tells how far it is. On a machine where something else runs it tries again
   * for a while. An abort ends the wait at once, and cancels the task on the server where that is possible.
   *
   * @param start starts it, by `start` of this object.
   * @param meanwhile ends the wait early when it resolves or rejects; the task is left alone then. It gets a signal that
   *   ends with the wait.
   * @returns the task's result; undefined for none, or when `meanwhile` was first.
   * @throws VimError for a task that fails, as for a call; the rest as `Session.call` does.
   */
  runToEnd(
    start: () => Promise<Ref<'Task'>>,
    call: CallContext,
    meanwhile?: (signal: AbortSignal) => Promise<void>,
  ): Promise<unknown> {
    return this.whileBusy(call, async () => this.#end(await start(), call, meanwhile));
  }

  /**
   * Starts a task. A start that is aborted under way is followed up: its task is cancelled. When the answer is lost, the
   * task is looked for on the server, so that what was carried out counts, and nothing is started twice.
   *
   * @param entity what the task works on, where that is not the object of the call.
   * @throws as `Session.call`; HttpFailure also where no task is to be seen after a lost answer.
   */
  async start<Method extends TaskMethod>(
    self: RefFor<Method>,
    method: Method,
    args: ArgsOf<Method>,
    signal: AbortSignal,
    entity: Ref = self,
  ): Promise<Ref<'Task'>> {
    signal.throwIfAborted();
    // The call goes on when it is aborted: nobody else would know the task.
    const starting = this.#started(self, method, args, entity);
    const followUp = (): void => this.#cancelSoon(starting);
    signal.addEventListener('abort', followUp, { once: true });
    try {
      return await untilAborted(() => starting, signal);
    } finally {
      signal.removeEventListener('abort', followUp);
    }
  }

  async #started<Method extends TaskMethod>(
    self: RefFor<Method>,
    method: Method,
    args: ArgsOf<Method>,
    entity: Ref,
  ): Promise<Ref<'Task'>> {
    const sentMs = this.#clock.monotonic();
    const task = await (this.#session.call(self, method, args) as Promise<Ref<'Task'>>).catch(
      async (error: unknown) => {
        if (!(error instanceof HttpFailure) || !error.mayHaveRun) throw error;
        const isKnown = (found: Ref<'Task'>): boolean => this.#known.has(refKey(found));
        const found = await findStarted(this.#session, this.#clock, { method, entity, sentMs }, isKnown).catch(
          () => undefined,
        );
        // What is known for sure is the first failure.
        if (found === undefined) throw error;
        return found;
      },
    );
    this.#known.add(refKey(task));
    for (const oldest of this.#known) {
      if (this.#known.size <= mostKnown) break;
      this.#known.delete(oldest);
    }
    return task;
  }

  /** Waits for the end of a task. @returns its result. */
  wait(task: Ref<'Task'>, call: CallContext): Promise<unknown> {
    return this.#end(task, call, undefined);
  }

  /** Asks the server to stop a task; a task that cannot be stopped, or has ended, stays as it is. Never rejects. */
  async cancel(task: Ref<'Task'>): Promise<void> {
    await this.#session.call(task, 'CancelTask', {}).catch(() => undefined);
  }

  /** Waits for the cancels that aborts have set off, 5 s at most. Never rejects. */
  settleCancels(): Promise<void> {
    return settledWithin(this.#clock, cancelMs, Promise.all(this.#cancelling));
  }

  /** Registered in the abort itself: the connection may be closed right after it. */
  #cancelSoon(starting: Promise<Ref<'Task'>>): void {
    const cancelling = starting
      .then((task) => this.cancel(task))
      .catch(() => undefined)
      .finally(() => this.#cancelling.delete(cancelling));
    this.#cancelling.add(cancelling);
  }

  /**
   * Does work again for as long as the server says that something else is under way on the same object, within the time
   * of the settings.
   */
  async whileBusy<T>(call: CallContext, work: () => Promise<T>): Promise<T> {
    let patience: { readonly busy: Allowance; readonly state: Allowance } | undefined;
    let pauseMs = firstPauseMs;
    try {
      for (;;) {
        try {
          return await work();
        } catch (error) {
          const isState = isVimError(error, 'InvalidState');
          if (!isState && !isVimError(error, 'TaskInProgress', 'ConcurrentAccess')) throw error;
          const { busyMs } = this.#settings;
          patience ??= {
            busy: new Allowance(this.#clock, busyMs),
            state: new Allowance(this.#clock, Math.min(busyMs, longestStateMs)),
          };
          if (patience[isState ? 'state' : 'busy'].isOver) throw error;
          await sleep(this.#clock, jittered(pauseMs), call.signal);
          pauseMs = Math.min(pauseMs * 2, longestPauseMs);
        }
      }
    } finally {
      patience?.busy.end();
      patience?.state.end();
    }
  }

  async #end(
    task: Ref<'Task'>,
    call: CallContext,
    meanwhile: ((signal: AbortSignal) => Promise<void>) | undefined,
  ): Promise<unknown> {
    const stop = new LinkedAbort(call.signal);
    const cancel = (): void => this.#cancelSoon(Promise.resolve(task));
    if (call.signal.aborted) cancel();
    else call.signal.addEventListener('abort', cancel, { once: true });
    try {
      const ended = waitFor(
        this.#hub,
        task,
        (values) => {
          const progress = taskProgress(values);
          if (progress !== undefined) call.progress(progress);
          return taskOutcome(values);
        },
        stop.signal,
      );
      const first = await (meanwhile === undefined ? ended : Promise.race([ended, meanwhile(stop.signal)]));
      return first?.result;
    } finally {
      call.signal.removeEventListener('abort', cancel);
      // Whoever lost the race has nobody to tell any more.
      stop.abort('the task has ended');
      stop.release();
    }
  }
}
