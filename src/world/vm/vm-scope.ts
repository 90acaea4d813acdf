import { sleep, type Clock, type ClockTimer } from '../../base/clock.js';
import type { FaultRules } from '../fault-rules.js';
import type { OperationName } from '../operation-names.js';
import type { ProcessTable } from '../guest/process-table.js';
import type { GuestUser } from '../guest/program.js';
import type { ProgramStart } from '../guest/program-runner.js';
import type { FileChange } from '../guest/guest-files.js';
import type { GuestFileSystem } from '../guest/guest-file-system.js';
import type { ContentSpool } from '../store/content-spool.js';
import type { WorldCall } from '../world-call.js';
import { areCustomizedFilesDue, writeCustomizedFiles } from './guest-customization.js';
import { presentRecord, settle } from './power-state.js';
import type { VmChanges } from './vm-changes.js';
import type { VmRecord } from './vm-record.js';
import type { VmState, VmStore } from './vm-store.js';

/** Whether a power-on that raises a question fails with it, or waits until somebody answers. */
export type QuestionPolicy = 'fail' | 'wait';

/** The programs of guests that run in this process. */
export interface GuestRunning {
  /**
   * Starts a program, in an update of its machine.
   * @returns its process id.
   * @throws Fault as `ProgramRunner.start`.
   */
  start(scope: VmScope, state: VmState<GuestFileSystem>, program: ProgramStart, user: GuestUser): number;
  /** The process table of a machine's present boot. While the guest stands still, so does the table's time. */
  table(scope: VmScope, record: VmRecord): ProcessTable;
  /** Stops what runs here for a process of a machine. */
  kill(id: string, pid: number): void;
  /** Ends all programs of a machine that run here, as a power cut does. */
  stop(id: string): void;
  /** Lines that running programs of a machine have printed and that its record does not hold yet. */
  freshLines(id: string): readonly string[];
  /** Tells of the newest state of a machine; programs of an earlier boot end. */
  changed(id: string, state: VmState<GuestFileSystem>): void;
  /** @throws what went wrong when the end of a program was to be kept. */
  throwTrouble(id: string): void;
  /** Stops everything and waits until what ended is kept. */
  close(): Promise<void>;
}

/** What the operations of all machines of a world share. */
export interface WorldServices {
  readonly store: VmStore<GuestFileSystem>;
  readonly clock: Clock;
  readonly faults: FaultRules;
  readonly changes: VmChanges;
  /** How long each change of power state takes, ms. */
  readonly transitionMs: number;
  readonly questions: QuestionPolicy;
  readonly guests: GuestRunning;
  /** Takes in what is sent to guests. */
  readonly spool: ContentSpool;
  /** @throws Fault `file-exists` when a machine lies at the record's place already. */
  requireFree(record: Pick<VmRecord, 'datacenter' | 'location'>): Promise<void>;
  /** Adds a machine to the world. @throws Fault `file-exists`. */
  add(record: VmRecord, files: Iterable<FileChange>): Promise<void>;
}

/** Longest time that a wait trusts to hear of changes: another process may change the store without notice. */
const longestUnwatchedMs = 500;

/** One virtual machine as its operations reach it: the record brought up to the present, and waits on the clock. */
export class VmScope {
  readonly id: string;
  readonly services: WorldServices;

  constructor(id: string, services: WorldServices) {
    this.id = id;
    this.services = services;
  }

  get clock(): Clock {
    return this.services.clock;
  }

  /** Every operation starts here: a call that was aborted ends, and the faults of the world strike. */
  async begin(operation: OperationName, call: WorldCall): Promise<void> {
    call.signal.throwIfAborted();
    const { faults, clock } = this.services;
    if (faults.isEmpty) return;
    const vm = await this.read(({ record }) => ({ name: record.name, location: record.location }));
    await faults.strike({ operation, vm }, clock, call.signal);
  }

  /** Looks at the present state, without changing it. @throws Fault `vm-not-found`. */
  async read<T>(view: (state: VmState<GuestFileSystem>) => T): Promise<T> {
    const seen = await this.services.store.read(this.id, (state) => {
      const nowMs = this.clock.now();
      if (areCustomizedFilesDue(state.record, nowMs)) return undefined;
      const record = presentRecord(state.record, nowMs);
      if (record === state.record) return { result: view(state) };
      return {
        result: view({
          record,
          get files() {
            return state.files;
          },
        }),
      };
    });
    if (seen !== undefined) return seen.result;
    // What a look at the files is to see must have been written.
    await this.update(() => undefined);
    return this.read(view);
  }

  /** Changes the present state; a change that throws leaves it as it was. @throws Fault `vm-not-found`. */
  async update<T>(change: (state: VmState<GuestFileSystem>) => T | Promise<T>): Promise<T> {
    const { store, guests } = this.services;
    const outcome = await store.update(this.id, async (state) => {
      settle(state.record, this.clock.now());
      writeCustomizedFiles(state);
      return { result: await change(state), state };
    });
    guests.changed(this.id, outcome.state);
    return outcome.result;
  }

  /** As `update`, after a change of power state that is under way has ended. */
  async updateWhenSettled<T>(call: WorldCall, change: (state: VmState<GuestFileSystem>) => T | Promise<T>): Promise<T> {
    for (;;) {
      call.signal.throwIfAborted();
      const outcome = await this.update<{ readonly waitMs: number } | { readonly result: T }>(async (state) => {
        const { transition } = state.record.power;
        if (transition !== undefined) return { waitMs: transition.endsAtMs - this.clock.now() };
        return { result: await change(state) };
      });
      if ('result' in outcome) return outcome.result;
      await sleep(this.clock, outcome.waitMs, call.signal);
    }
  }

  /** Starts a change of power state by `start` and sees it through. */
  async transition(call: WorldCall, start: (record: VmRecord) => void | Promise<void>): Promise<void> {
    await this.updateWhenSettled(call, ({ record }) => start(record));
    await this.seeThrough(call);
  }

  /** Waits out the change of power state that is under way, and keeps its outcome. */
  async seeThrough(call: WorldCall): Promise<void> {
    const endOf = ({ record }: VmState<GuestFileSystem>): number | undefined => record.power.transition?.endsAtMs;
    const endsAtMs = await this.read(endOf);
    // A timer of Node may fire a moment before the time of day has come so far.
    for (let nextMs = endsAtMs; nextMs !== undefined && nextMs === endsAtMs; nextMs = await this.read(endOf)) {
      await sleep(this.clock, nextMs - this.clock.now(), call.signal);
    }
    // What has ended by time alone, maybe before it could be read, is written down, so that a listener hears of it.
    await this.update(() => undefined);
  }

  /**
   * Calls the listener at every change of the machine, and every now and then, as time alone and other processes change it
   * without notice. @returns how to stop.
   */
  onChange(listener: () => void): () => void {
    const stop = this.services.changes.on(this.id, listener);
    const again = (): ClockTimer =>
      this.clock.after(longestUnwatchedMs, () => {
        timer = again();
        listener();
      });
    let timer = again();
    return () => {
      stop();
      timer.cancel();
    };
  }

  /** Waits until the machine changes, at most `longestMs`. Rejects with the signal's reason when it is aborted. */
  async untilChanged(longestMs: number, signal: AbortSignal): Promise<void> {
    const woken = new AbortController();
    const wake = (): void => woken.abort();
    const stop = this.services.changes.on(this.id, wake);
    signal.addEventListener('abort', wake, { once: true });
    try {
      signal.throwIfAborted();
      await sleep(this.clock, Math.min(longestMs, longestUnwatchedMs), woken.signal).catch((error: unknown) => {
        if (!woken.signal.aborted) throw error;
      });
      signal.throwIfAborted();
    } finally {
      stop();
      signal.removeEventListener('abort', wake);
    }
  }
}
