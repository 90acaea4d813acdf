import type { CallContext } from '../backends/backend.js';
import type { ClockTimer } from '../base/clock.js';
import type { VixFailure } from '../errors/vix-failure.js';
import type { HandleEntry, HandlePayload } from '../handles/handle-table.js';
import type { PropertyList } from '../handles/property-list.js';
import {
  VIX_E_UNFINISHED_JOB,
  VIX_EVENTTYPE_JOB_COMPLETED,
  VIX_EVENTTYPE_JOB_PROGRESS,
  VIX_INVALID_HANDLE,
  VIX_OK,
} from '../vix/names.js';
import type { VixError, VixHandle } from '../vix/types.js';
import type { EventChannel } from './event-channel.js';
import { type AsyncCall, type JobEventHooks, type JobEvents, presentCall } from './job-events.js';
import type { Lane, LaneUse } from './lane.js';
import { later } from './later.js';

/** What the work of a job is given. */
export interface JobContext extends CallContext {
  /** Results so far; made on first use, visible to the program when the job is done. */
  readonly results: PropertyList;
  /** Adds the values to the results and reports them with a FIND_ITEM event. */
  foundItem(item: PropertyList): void;
}

/** The work of a job. It may end at once or with a promise; what it throws becomes the job's error. */
export type JobWork = (context: JobContext) => Promise<void> | void;

/** What a job is to do, and how. */
export interface JobPlan {
  readonly work: JobWork;
  /** The whole job runs in this lane, as this kind of work. */
  readonly lane?: Lane | undefined;
  readonly laneUse?: LaneUse | undefined;
}

/** What a job needs from the runner that owns it. */
export interface JobHost {
  /** Lets go of what a job worked on. */
  onFinished(job: Job): void;
  /** Lets go of the hold on a job that has told everybody. */
  onDelivered(job: Job): void;
  /** The host of a job with listeners was disconnected: they get a last while to end what they are busy with. */
  onKilled(job: Job): void;
  /** The failure of a job whose host was disconnected. */
  cancelled(job: Job): VixFailure;
  /** Releases the handles that a job's results hold. */
  releaseResults(results: PropertyList): void;
}

/** Wakes somebody who waits for a job, and tells the error that the job ended with. */
type Wake = (error: VixError) => void;

/**
 * One asynchronous operation. Lifetime: running, then finishing (the outcome is known, earlier events are still being
 * delivered), then done (results readable, completion event goes out), then delivered (waiters wake). It goes through
 * these once; whoever finishes it first decides the outcome.
 */
export class Job implements HandlePayload, JobEventHooks {
  /** Set by the runner right after construction, before anything else can see the job. */
  entry: HandleEntry<'job', Job> | undefined = undefined;
  failure: VixFailure | undefined = undefined;
  /** What the job is to do; undefined once it has started. */
  plan: JobPlan | undefined = undefined;
  /** What must live as long as the job runs. */
  uses: HandleEntry | undefined = undefined;
  /** Runs out when the job has taken too long. */
  limit: ClockTimer | undefined = undefined;
  #state: 'running' | 'finishing' | 'done' | 'delivered' = 'running';
  #results: PropertyList | undefined = undefined;
  #fractionDone = 0;
  #isKilled = false;
  #abort: AbortController | undefined = undefined;
  #waiter: Wake | undefined = undefined;
  #moreWaiters: Wake[] | undefined = undefined;
  #onFinish: (() => void)[] | undefined = undefined;

  constructor(
    /** VIX function that started the job. */
    readonly call: string,
    /** What it works on, for messages: a VM's location, a host's name. */
    readonly target: string,
    readonly channel: EventChannel,
    /** Present when somebody listens. */
    readonly events: JobEvents | undefined,
    readonly host: JobHost,
  ) {}

  get handle(): VixHandle {
    return this.entry?.handle ?? VIX_INVALID_HANDLE;
  }

  /** Whether the outcome is decided: further results, events and failures are ignored. */
  get isFinished(): boolean {
    return this.#state !== 'running';
  }

  /** Whether the program sees the job as complete. */
  get isDone(): boolean {
    return this.#state === 'done' || this.#state === 'delivered';
  }

  /** Error of the operation; `VIX_E_UNFINISHED_JOB` before it is done. */
  get error(): VixError {
    if (!this.isDone) return VIX_E_UNFINISHED_JOB;
    return this.failure?.code ?? VIX_OK;
  }

  /** Result properties; undefined before the job is done, and when it failed. */
  get results(): PropertyList | undefined {
    return this.isDone ? this.#results : undefined;
  }

  /** Aborted when the job ends early. Made when first asked for: most jobs need none. */
  get signal(): AbortSignal {
    this.#abort ??= new AbortController();
    if (this.isFinished && this.failure !== undefined && !this.#abort.signal.aborted) this.#abort.abort(this.failure);
    return this.#abort.signal;
  }

  /** How far the operation was when it last told, 0 to 1. */
  get fractionDone(): number {
    return this.#fractionDone;
  }

  /** Reports progress to the listeners. @param fraction how far the operation is, 0 to 1. */
  progress(fraction: number): void {
    this.#fractionDone = fraction;
    this.emit(VIX_EVENTTYPE_JOB_PROGRESS, VIX_INVALID_HANDLE, () => undefined);
  }

  /** Sends an event to the listeners; `onDelivered` runs when they are finished, or at once when nobody listens. */
  emit(type: number, info: VixHandle, onDelivered: () => void): void {
    const { events } = this;
    if (events === undefined || this.isFinished) {
      onDelivered();
      return;
    }
    this.channel.post(() => {
      if (this.#isKilled) onDelivered();
      else events.deliver(type, info, { afterDelivery: onDelivered });
    });
  }

  /** Ends the job well. @returns false when it had ended already; then the results are released. */
  succeed(results: PropertyList | undefined): boolean {
    if (this.isFinished) {
      if (results !== undefined) this.host.releaseResults(results);
      return false;
    }
    this.#results = results;
    this.#finish();
    return true;
  }

  /** Ends the job with a failure, and aborts what it is doing. @returns false when it had ended already. */
  fail(failure: VixFailure): boolean {
    if (this.isFinished) return false;
    this.failure = failure;
    this.#finish();
    this.#abort?.abort(failure);
    return true;
  }

  /** Calls `action` as soon as the outcome is decided, at once when it is already. */
  onFinish(action: () => void): void {
    if (this.isFinished) action();
    else if (this.#onFinish === undefined) this.#onFinish = [action];
    else this.#onFinish.push(action);
  }

  /**
   * Calls `wake` once when the job is done and its callbacks have run; the results can be read in there. For a job that
   * is done already it is called at once, also from inside the job's own completion callback.
   *
   * @returns `VIX_E_UNFINISHED_JOB`, without waiting, when called from inside a callback that the job cannot end
   *   without, such as one of its own: such a wait could never end. `VIX_OK` otherwise.
   */
  wait(wake: Wake): VixError {
    if (this.isDone || this.events === undefined) return this.#addWaiter(wake);
    const call = presentCall();
    if (this.events.isInsideCallback || (call !== undefined && this.events.isHeldUpBy(call))) {
      return VIX_E_UNFINISHED_JOB;
    }
    this.events.letGo();
    return this.#addWaiter(call === undefined ? wake : noted(call, this.events, wake));
  }

  #addWaiter(wake: Wake): VixError {
    this.channel.beginWait();
    if (this.isDone) {
      this.channel.endWait();
      wake(this.error);
    } else if (this.#waiter === undefined) {
      this.#waiter = wake;
    } else {
      (this.#moreWaiters ??= []).push(wake);
    }
    return VIX_OK;
  }

  /**
   * The host is disconnected: a job that is not done is cancelled, also when its operation is over and only events were
   * left to deliver. Of its events only the completion comes now, on a later turn, and then the job is gone. No pump is
   * needed, since nobody can pump a dead host.
   */
  onKill(): boolean {
    if (this.#state === 'delivered') return false;
    this.#isKilled = true;
    if (this.#state === 'finishing') this.#replaceOutcome(this.host.cancelled(this));
    if (!this.fail(this.host.cancelled(this))) later(() => this.channel.close());
    if (this.events !== undefined) this.host.onKilled(this);
    return true;
  }

  onDestroy(): void {
    const results = this.#results;
    this.#results = undefined;
    if (results !== undefined) this.host.releaseResults(results);
  }

  #replaceOutcome(failure: VixFailure): void {
    const results = this.#results;
    this.#results = undefined;
    if (results !== undefined) this.host.releaseResults(results);
    this.failure = failure;
    this.events?.dropAllBut(this);
  }

  #finish(): void {
    this.#state = 'finishing';
    const actions = this.#onFinish;
    this.#onFinish = undefined;
    if (this.channel.isImmediate && !this.#isKilled) this.#complete();
    else this.#completeByChannel();
    // After the completion, so that work which waited for this job cannot overtake it.
    if (actions !== undefined) for (const action of actions) action();
    this.host.onFinished(this);
  }

  #completeByChannel(): void {
    if (!this.#isKilled) {
      this.channel.post(() => this.#complete());
      return;
    }
    later(() => {
      // Nobody can pump a dead host, so its earlier events go out now.
      this.channel.close();
      this.#complete();
    });
  }

  #complete(): void {
    const { events } = this;
    if (events !== undefined) {
      events.deliver(VIX_EVENTTYPE_JOB_COMPLETED, VIX_INVALID_HANDLE, this);
      return;
    }
    this.beforeDelivery();
    this.afterDelivery();
  }

  /** Everything before the completion event is delivered: from now on the program sees the job as complete. */
  beforeDelivery(): void {
    this.#state = 'done';
  }

  /** The completion event is delivered: waiters wake. */
  afterDelivery(): void {
    this.#state = 'delivered';
    const first = this.#waiter;
    if (first !== undefined) {
      const others = this.#moreWaiters;
      this.#waiter = undefined;
      this.#moreWaiters = undefined;
      this.#wake(first);
      if (others !== undefined) for (const other of others) this.#wake(other);
    }
    this.host.onDelivered(this);
  }

  #wake(wake: Wake): void {
    this.channel.endWait();
    wake(this.error);
  }
}

/** Keeps in mind that a callback waits for a job, until it wakes. */
function noted(call: AsyncCall, events: JobEvents, wake: Wake): Wake {
  call.waits.push(events);
  return (error) => {
    call.waits.splice(call.waits.indexOf(events), 1);
    wake(error);
  };
}

/** What a job does and on what, for messages. */
export function describeJob({ call, target }: Job): string {
  return target === '' ? call : `${call} on ${target}`;
}
