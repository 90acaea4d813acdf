import type { CallContext } from '../backends/backend.js';
import { untilAborted } from '../base/until-aborted.js';
import { VixFailure } from '../errors/vix-failure.js';
import { VIX_E_CANCELLED } from '../vix/names.js';
import { RecentMessages } from './recent-messages.js';
import { withTimeLimit } from './time-limit.js';
import type { BackendRegistry } from '../backends/registry.js';
import type { Clock } from '../base/clock.js';
import type { Timeline } from '../base/timeline.js';
import { HandleTable, type HandleEntry } from '../handles/handle-table.js';
import { JobRunner, type ListPayload } from '../jobs/job-runner.js';
import { JobTrace } from '../jobs/job-trace.js';
import type { Job } from '../jobs/job.js';
import type { PumpChannel } from '../jobs/event-channel.js';
import type { HostState, SnapshotState, VmState } from './handle-states.js';

/** What the handles of a runtime stand for. */
export interface RuntimePayloads {
  host: HostState;
  vm: VmState;
  job: Job;
  snapshot: SnapshotState;
  propertyList: ListPayload;
}

export type HostEntry = HandleEntry<'host', HostState>;
export type VmEntry = HandleEntry<'vm', VmState>;
export type SnapshotEntry = HandleEntry<'snapshot', SnapshotState>;

/** What a runtime is made of. */
export interface RuntimeParts {
  readonly registry: BackendRegistry;
  readonly clock: Clock;
  /** Time limit of every job and every read, in milliseconds; absent: none, as in VIX. */
  readonly jobTimeLimitMs?: number | undefined;
  /** Number before the first handle; absent: 0. */
  readonly lastHandle?: number;
  /** Where jobs, callbacks and waits are drawn; absent: nowhere. */
  readonly timeline?: Timeline | undefined;
}

/**
 * Everything that one set of VIX functions works on: handles, jobs, backends, time. Runtimes of one process share
 * nothing.
 */
export class VixRuntime {
  readonly clock: Clock;
  readonly registry: BackendRegistry;
  readonly table: HandleTable<RuntimePayloads>;
  readonly runner: JobRunner;
  /** Why calls failed that have no job to tell it. */
  readonly messages = new RecentMessages();
  /** Channels of connections in event-pump mode that have something to deliver. */
  readonly unpumped = new Set<PumpChannel>();
  readonly #timeLimitMs: number | undefined;
  readonly #ending = new Set<Promise<void>>();

  constructor(parts: RuntimeParts) {
    this.clock = parts.clock;
    this.#timeLimitMs = parts.jobTimeLimitMs;
    this.registry = parts.registry;
    this.table = new HandleTable<RuntimePayloads>(parts.clock, parts.lastHandle);
    const trace = parts.timeline === undefined ? undefined : new JobTrace(parts.timeline);
    this.runner = new JobRunner(this.table, parts.clock, parts.jobTimeLimitMs, trace);
  }

  /** Tells diagnosis about a failure that reaches no program. */
  readonly report = (error: unknown): void => {
    this.runner.reportBackground(error);
  };

  /**
   * Asks a backend something outside of any job, under the time limit that jobs have.
   *
   * @param signal ends the read early: the connection's.
   * @throws VixFailure `VIX_E_CANCELLED` when the time is over; the signal's reason; what the backend throws.
   */
  read<T>(signal: AbortSignal, ask: (call: CallContext) => Promise<T>): Promise<T> {
    const call: CallContext = { signal, clock: this.clock, progress: () => undefined };
    const limitMs = this.#timeLimitMs;
    if (limitMs === undefined) return untilAborted(() => ask(call), signal);
    const message = `the host did not answer within the time limit of ${limitMs} ms`;
    return withTimeLimit(call, limitMs, new VixFailure(VIX_E_CANCELLED, message), ask);
  }

  /** Lets something end in the background; `close` waits for it. @returns its end, which never rejects. */
  endInBackground(ending: Promise<void>): Promise<void> {
    const settled = ending.catch(this.report).finally(() => this.#ending.delete(settled));
    this.#ending.add(settled);
    return settled;
  }

  /** Disconnects every host, waits until their sessions are closed, and closes the backends. */
  async close(): Promise<void> {
    for (const { handle } of this.table.dump()) {
      const entry = this.table.find(handle);
      if (entry !== undefined) this.table.kill(entry);
    }
    await this.settled();
    await this.registry.close();
  }

  /** Waits until all sessions that are being closed are closed. */
  async settled(): Promise<void> {
    while (this.#ending.size > 0) await Promise.all(this.#ending);
  }
}
