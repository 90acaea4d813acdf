import { setMaxListeners } from 'node:events';
import type { Capability } from '../../backends/capabilities.js';
import type { CallContext } from '../../backends/backend.js';
import { requireCapability, startHostJob, startVmJob, type VixCallback } from '../../api/start-job.js';
import { runtimeOf, type Vix } from '../../api/vix.js';
import type { HostEntry, RuntimePayloads, VixRuntime, VmEntry } from '../../api/vix-runtime.js';
import { Fault } from '../../base/fault.js';
import { untilAborted } from '../../base/until-aborted.js';
import { defaultVix } from '../../compose/default-vix.js';
import { VixFailure } from '../../errors/vix-failure.js';
import type { HandleEntry } from '../../handles/handle-table.js';
import { describeJob, type Job } from '../../jobs/job.js';
import type { LaneUse } from '../../jobs/lane.js';
import { VIX_E_CANCELLED, VIX_EVENTTYPE_JOB_PROGRESS, VIX_OK } from '../../vix/names.js';
import type { VixHandle } from '../../vix/types.js';
import { checkTimeout, usualTimeoutMs, type CallOptions, type ProgressOptions } from './call-options.js';
import { vixErrorFrom, VixError } from './vix-error.js';

/** Starts a job with a callback. */
type StartJob = (callback: VixCallback) => VixHandle;

/** What a handle of a kind stands for. */
type EntryOf<Kind extends 'host' | 'vm'> = HandleEntry<Kind, RuntimePayloads[Kind]>;

/** How long a call may take. */
interface TimeLimit {
  readonly timeoutMs?: number;
  /** The work takes as long as it takes, unless the call itself limits it. */
  readonly isUnlimited?: boolean;
}

/** How work on a virtual machine is done. */
export interface VmWorkOptions {
  readonly operation: string;
  readonly capability?: Capability;
  /** How it takes the lane of the machine; absent: it does not. */
  readonly lane?: LaneUse;
  /** The work takes as long as it takes, unless the call itself limits it. */
  readonly isUnlimited?: boolean;
}

/** Runs the calls of the client as jobs, over one set of VIX functions. */
export class Engine {
  readonly vix: Vix;
  readonly runtime: VixRuntime;
  readonly #timeoutMs: number;

  /** @param timeoutMs time limit of calls for which nobody says one. */
  constructor(vix: Vix = defaultVix(), timeoutMs: number = usualTimeoutMs) {
    const runtime = runtimeOf(vix);
    if (runtime === undefined) {
      throw new Fault('invalid-argument', 'the option vix is no set of functions that createVix() has made');
    }
    this.vix = vix;
    this.runtime = runtime;
    this.#timeoutMs = checkTimeout(timeoutMs);
  }

  /**
   * Starts a job, sees it to its end, and takes what it results in before it is released.
   * @throws VixError.
   */
  async settle<T>(
    operation: string,
    options: ProgressOptions & TimeLimit,
    start: StartJob,
    take: (job: VixHandle) => Promise<T> | T,
  ): Promise<T> {
    const timeoutMs = this.timeLimit(operation, options);
    const { onProgress } = options;
    const handle = start(onProgress === undefined ? null : this.#tellProgress(onProgress));
    const entry = this.runtime.table.lookup(handle, 'job');
    if (typeof entry === 'number') throw vixErrorFrom(new Fault('internal', 'the job is gone'), operation, '');
    const job = entry.payload;
    const leave = this.limit(operation, options.signal, timeoutMs, (reason, cause) => {
      job.fail(new VixFailure(VIX_E_CANCELLED, `${describeJob(job)}: ${reason}`, cause));
    });
    try {
      await new Promise<void>((resolve, reject) => {
        const span = this.runtime.runner.trace?.wait(job);
        const refused = job.wait(() => {
          span?.end();
          resolve();
        });
        const message = 'a callback of a job cannot wait for this job; wait for it elsewhere';
        if (refused === VIX_OK) return;
        span?.end();
        reject(vixErrorFrom(new VixFailure(refused, message), operation, job.target));
      });
      if (job.failure !== undefined) throw failureOf(job, operation);
      return await take(handle);
    } finally {
      leave();
      this.vix.Vix_ReleaseHandle(handle);
    }
  }

  /** Does work on a host as a job. @throws VixError. */
  async onHost<T>(
    handle: VixHandle,
    operation: string,
    options: ProgressOptions,
    work: (host: HostEntry, call: CallContext) => Promise<T>,
  ): Promise<T> {
    const result: { value?: T } = {};
    const start = (): VixHandle =>
      startHostJob(
        this.runtime,
        handle,
        { call: operation, callback: null, clientData: null },
        {
          work: async (host, context) => {
            result.value = await work(host, withProgress(context, options));
          },
        },
      );
    return this.settle(operation, quiet(options), start, () => result.value as T);
  }

  /** Does work on a virtual machine as a job. @throws VixError. */
  async onVm<T>(
    handle: VixHandle,
    how: VmWorkOptions,
    options: ProgressOptions,
    work: (vm: VmEntry, call: CallContext) => Promise<T>,
  ): Promise<T> {
    const result: { value?: T } = {};
    const { operation, capability, lane, isUnlimited = false } = how;
    const start = (): VixHandle =>
      startVmJob(
        this.runtime,
        handle,
        { call: operation, callback: null, clientData: null },
        {
          capability,
          lane,
          work: async (vm, context) => {
            result.value = await work(vm, withProgress(context, options));
          },
        },
      );
    return this.settle(operation, { ...quiet(options), isUnlimited }, start, () => result.value as T);
  }

  /**
   * Waits for what is no job, which goes on when the wait is given up.
   * @throws VixError `VIX_E_CANCELLED`; what the work rejects with.
   */
  async within<T>(
    operation: string,
    target: string,
    options: CallOptions & TimeLimit,
    work: (signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const timeoutMs = this.timeLimit(operation, options);
    const abort = new AbortController();
    const leave = this.limit(operation, options.signal, timeoutMs, (reason, cause) => {
      abort.abort(vixErrorFrom(new VixFailure(VIX_E_CANCELLED, reason, cause), operation, target));
    });
    try {
      return await untilAborted(() => work(abort.signal), abort.signal);
    } finally {
      leave();
    }
  }

  /** What a live handle of a kind stands for. @throws VixError for any other. */
  entry<Kind extends 'host' | 'vm'>(handle: VixHandle, kind: Kind, operation: string): EntryOf<Kind> {
    const entry = this.runtime.table.lookup(handle, kind);
    if (typeof entry !== 'number') return entry;
    const message = `${String(handle)} is no live ${kind} handle of these VIX functions`;
    throw vixErrorFrom(new VixFailure(entry, message), operation, '');
  }

  /** @throws Fault `not-supported`. */
  require(host: HostEntry, capability: Capability): void {
    requireCapability(host, capability);
  }

  /** The time limit of a call, ms. @throws VixError for a time that is none. */
  timeLimit(operation: string, { timeoutMs, isUnlimited = false }: TimeLimit): number {
    try {
      return checkTimeout(timeoutMs ?? (isUnlimited ? Infinity : this.#timeoutMs));
    } catch (error) {
      throw vixErrorFrom(error, operation, '');
    }
  }

  /** Calls `end` when a call is to end early. @returns what stops that. */
  limit(
    operation: string,
    signal: AbortSignal | undefined,
    timeoutMs: number,
    end: (reason: string, cause: unknown) => void,
  ): () => void {
    const onAbort = (): void => end('the call was aborted by its signal', signal?.reason);
    if (signal?.aborted === true) onAbort();
    // One signal of the program may stand behind any number of calls, each of which leaves it: no leak to warn of.
    if (signal !== undefined) setMaxListeners(0, signal);
    signal?.addEventListener('abort', onAbort, { once: true });
    const expired = `${operation} took longer than its time limit of ${timeoutMs} ms, and was given up`;
    const timer = Number.isFinite(timeoutMs)
      ? this.runtime.clock.after(timeoutMs, () => end(expired, new Fault('timed-out', expired)))
      : undefined;
    return () => {
      timer?.cancel();
      signal?.removeEventListener('abort', onAbort);
    };
  }

  #tellProgress(onProgress: (fraction: number) => void): VixCallback {
    return (handle, eventType) => {
      const job = this.runtime.table.lookup(handle, 'job');
      const isProgress = eventType === VIX_EVENTTYPE_JOB_PROGRESS && typeof job !== 'number';
      if (isProgress) onProgress(job.payload.fractionDone);
    };
  }
}

/** Work that tells its progress itself needs no events for it. */
function quiet({ signal, timeoutMs }: CallOptions): CallOptions {
  return {
    ...(signal === undefined ? {} : { signal }),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
  };
}

function withProgress(context: CallContext, { onProgress }: ProgressOptions): CallContext {
  return {
    signal: context.signal,
    clock: context.clock,
    progress: (fraction) => {
      context.progress(fraction);
      onProgress?.(fraction);
    },
  };
}

/** The error of a failed job, under the name that its caller knows it by. */
function failureOf(job: Job, operation: string): VixError {
  const { failure, target } = job;
  const prefix = `${describeJob(job)}: `;
  const message = failure?.message ?? '';
  const reason = message.startsWith(prefix) ? message.slice(prefix.length) : message;
  return new VixError({
    code: failure?.code ?? VIX_E_CANCELLED,
    codeName: failure?.codeName ?? 'VIX_E_CANCELLED',
    operation,
    target,
    reason,
    cause: failure?.cause ?? failure,
  });
}
