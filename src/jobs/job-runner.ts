import { EventEmitter } from 'eventemitter3';
import type { Clock } from '../base/clock.js';
import { toVixFailure, VixFailure } from '../errors/vix-failure.js';
import type { HandleEntry, HandlePayload, HandleTable } from '../handles/handle-table.js';
import type { HandleKind } from '../handles/handle-kind.js';
import { PropertyList } from '../handles/property-list.js';
import { VIX_E_CANCELLED, VIX_EVENTTYPE_FIND_ITEM } from '../vix/names.js';
import type { VixHandle } from '../vix/types.js';
import { immediateChannel, type EventChannel } from './event-channel.js';
import { describeJob, Job, type JobContext, type JobHost, type JobPlan } from './job.js';
import { JobEvents, type VixEventProc } from './job-events.js';
import type { JobTrace } from './job-trace.js';
import type { Lane } from './lane.js';
import { StartPace } from './start-pace.js';

/** Handle tables that the runner can work with: jobs and property lists are its own, the rest is the caller's. */
export type JobPayloads = Record<HandleKind, HandlePayload> & { job: Job; propertyList: ListPayload };

/** A property list with a handle of its own: made by the program, or the details of an event. */
export interface ListPayload extends HandlePayload {
  readonly list: PropertyList;
}

export interface JobOptions extends JobPlan {
  /** VIX function that starts the job. */
  readonly call: string;
  /** Entry that the job hangs on: the host; its end cancels the job. */
  readonly owner?: HandleEntry | undefined;
  /** Entries that must live as long as the job runs. */
  readonly uses?: HandleEntry | undefined;
  /** What the job works on, for messages. */
  readonly target?: string | undefined;
  readonly channel?: EventChannel | undefined;
  readonly callback?: VixEventProc | null | undefined;
  readonly clientData?: unknown;
}

interface RunnerEvents {
  callbackFailed: [error: unknown, job: VixHandle];
  /** Something failed that no job waits for, such as tidying up after one. */
  backgroundFailed: [error: unknown];
}

/** How long the async callbacks of a job may go on after its host was disconnected before they are left alone. */
const callbackGraceMs = 10_000;

/** Starts jobs and sees them to their end: exactly one completion each, on a later turn than the start. */
export class JobRunner implements JobHost {
  /** For traces and diagnosis; nothing in the engine depends on who listens. */
  readonly events = new EventEmitter<RunnerEvents>();
  readonly #table: HandleTable<JobPayloads>;
  readonly #clock: Clock;
  readonly #timeLimitMs: number | undefined;
  readonly #pace = new StartPace<Job>((job) => this.#run(job));

  /**
   * @param timeLimitMs every job that takes longer ends with `VIX_E_CANCELLED`; absent: no limit, as in VIX.
   * @param trace draws every job; absent: nobody wants to see them.
   */
  constructor(
    table: HandleTable<JobPayloads>,
    clock: Clock,
    timeLimitMs?: number,
    readonly trace?: JobTrace,
  ) {
    this.#table = table;
    this.#clock = clock;
    this.#timeLimitMs = timeLimitMs;
  }

  /** Starts a job. @returns its handle, with one reference for the program. */
  start(options: JobOptions): VixHandle {
    const { call, callback, channel = immediateChannel, uses } = options;
    const isHeard = callback !== null && callback !== undefined;
    const events = isHeard ? new JobEvents(this.#reportCallbackError, channel) : undefined;
    const job = new Job(call, options.target ?? '', channel, events, this);
    const entry = this.#table.add('job', job, call, options.owner);
    job.entry = entry;
    job.plan = options;
    entry.refs = 1;
    entry.holds = 1;
    if (isHeard) events?.listen(entry.handle, this.trace?.callback(callback, job) ?? callback, options.clientData);
    this.trace?.started(job);
    if (uses !== undefined) {
      this.#table.hold(uses);
      job.uses = uses;
    }
    if (this.#timeLimitMs !== undefined) this.#limit(job, this.#timeLimitMs);
    this.#pace.enter(job);
    return entry.handle;
  }

  onFinished(job: Job): void {
    this.trace?.finished(job);
    if (job.uses !== undefined) this.#table.drop(job.uses);
  }

  onDelivered(job: Job): void {
    job.limit?.cancel();
    if (job.entry !== undefined) this.#table.drop(job.entry);
  }

  onKilled(job: Job): void {
    job.limit?.cancel();
    job.limit = this.#clock.after(callbackGraceMs, () => job.events?.abandon());
  }

  cancelled(job: Job): VixFailure {
    return new VixFailure(VIX_E_CANCELLED, `${describeJob(job)}: the host was disconnected before the operation ended`);
  }

  releaseResults(results: PropertyList): void {
    for (const handle of results.handles()) {
      const entry = this.#table.find(handle);
      if (entry !== undefined) this.#table.drop(entry);
    }
  }

  #run(job: Job): void {
    const { plan } = job;
    // What the work closes over must not live as long as the job's handle.
    job.plan = undefined;
    if (plan === undefined || job.isFinished) return;
    if (plan.lane === undefined) this.#work(job, plan);
    else this.#workInLane(job, plan, plan.lane);
  }

  /** The lane is free for the next job as soon as this one ends, also when its work never answers. */
  #workInLane(job: Job, plan: JobPlan, lane: Lane): void {
    this.trace?.queued(job);
    lane.enter(plan.laneUse ?? 'exclusive', (leave) => {
      if (!job.isFinished) this.#work(job, plan);
      job.onFinish(leave);
    });
  }

  #work(job: Job, plan: JobPlan): void {
    const context = new Context(job, this.#clock, this.#reportItem);
    this.trace?.working(job);
    try {
      const outcome = plan.work(context);
      if (outcome === undefined) job.succeed(context.takeResults());
      else this.#settle(job, context, outcome);
    } catch (thrown) {
      this.#failWork(job, thrown, context);
    }
  }

  #settle(job: Job, context: Context, outcome: Promise<void>): void {
    outcome.then(
      () => job.succeed(context.takeResults()),
      (thrown: unknown) => this.#failWork(job, thrown, context),
    );
  }

  #failWork(job: Job, thrown: unknown, context: Context): void {
    const results = context.takeResults();
    if (results !== undefined) this.releaseResults(results);
    this.#fail(job, thrown);
  }

  #fail(job: Job, thrown: unknown): void {
    const failure = toVixFailure(thrown);
    job.fail(new VixFailure(failure.code, `${describeJob(job)}: ${failure.message}`, failure.cause ?? failure));
  }

  #limit(job: Job, timeLimitMs: number): void {
    job.limit = this.#clock.after(timeLimitMs, () => {
      const message = `${describeJob(job)}: no answer within the time limit of ${timeLimitMs} ms; the job was cancelled`;
      // A job that has its outcome already waits for a callback that takes too long.
      if (!job.fail(new VixFailure(VIX_E_CANCELLED, message))) job.events?.abandon();
    });
  }

  readonly #reportItem = (job: Job, item: PropertyList): void => {
    if (job.events === undefined || job.isFinished) return;
    const entry = this.#table.add('propertyList', { list: item }, job.call, job.entry?.owner);
    this.#table.hold(entry);
    // A program that has taken a reference of its own goes on reading it after the callback.
    job.emit(VIX_EVENTTYPE_FIND_ITEM, entry.handle, () => this.#table.drop(entry));
  };

  readonly #reportCallbackError = (error: unknown, job: VixHandle): void => {
    if (this.events.emit('callbackFailed', error, job)) return;
    const entry = this.#table.find(job);
    process.emitWarning(`a callback of ${entry?.call ?? 'a job'} failed: ${String(error)}`, 'RevixWarning');
  };

  /** Tells diagnosis about a failure that no job waits for. */
  reportBackground(error: unknown): void {
    if (this.events.emit('backgroundFailed', error)) return;
    process.emitWarning(`work in the background failed: ${String(error)}`, 'RevixWarning');
  }
}

class Context implements JobContext {
  readonly clock: Clock;
  readonly #job: Job;
  readonly #reportItem: (job: Job, item: PropertyList) => void;
  #results: PropertyList | undefined = undefined;

  constructor(job: Job, clock: Clock, reportItem: (job: Job, item: PropertyList) => void) {
    this.#job = job;
    this.clock = clock;
    this.#reportItem = reportItem;
  }

  get signal(): AbortSignal {
    return this.#job.signal;
  }

  get results(): PropertyList {
    return (this.#results ??= new PropertyList());
  }

  progress(fraction: number): void {
    this.#job.progress(fraction);
  }

  foundItem(item: PropertyList): void {
    for (const id of new Set(item.ids)) {
      const value = item.get(id);
      if (typeof value !== 'number') this.results.add(id, value);
    }
    this.#reportItem(this.#job, item);
  }

  takeResults(): PropertyList | undefined {
    return this.#results;
  }
}
