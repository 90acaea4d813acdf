import type { Clock } from '../../base/clock.js';
import { Fault } from '../../base/fault.js';
import type { GuestRecord, ProcessRecord } from '../vm/vm-record.js';
import type { GuestFamily } from './guest-path.js';
import type { GuestProcessView, GuestUser } from './program.js';

/** How long a guest remembers a process after its end, in milliseconds. */
export const exitMemoryMs = 300_000;

/** Exit code of a process that was killed or ran over a limit: 128 + SIGKILL, or STATUS_CONTROL_C_EXIT as signed. */
export const killedExitCode: Readonly<Record<GuestFamily, number>> = { posix: 137, windows: 0xc000013a | 0 };

/** Exit code where nobody can tell: a signal, or the death of the machine process that ran the program, ended it. */
const lostExitCode = -1;

/** System processes that nobody can end: without them there is no guest to talk to. */
const immortal = new Set(['vmtoolsd', 'vmtoolsd.exe', 'init', 'systemd', 'System']);

/** Names of the daemon of Tools. */
export const toolsNames: ReadonlySet<string> = new Set(['vmtoolsd', 'vmtoolsd.exe']);

/** `init`, and the process that Windows starts first. */
const firstPid: Readonly<Record<GuestFamily, number>> = { posix: 1, windows: 4 };

/** A process that runs, or that an operation started and that has ended a short time ago. */
export interface GuestProcessEntry extends GuestProcessView {
  /** Absent while it runs. */
  readonly end?: { readonly atMs: number; readonly exitCode: number };
}

export type GuestProcessState =
  | { readonly state: 'running' }
  | { readonly state: 'exited'; readonly exitCode: number; readonly startMs: number; readonly endMs: number }
  | { readonly state: 'gone' };

/** What a process starts with. */
export interface NewProcess {
  readonly name: string;
  readonly owner: string;
  readonly commandLine: string;
  /** Only for processes of the system with a number of tradition; others get the next free one. */
  readonly pid?: number;
  readonly isSystem?: boolean;
  readonly runnerPid?: number | null;
  readonly endsAtMs?: number | null;
  /** An operation from outside started it, so Tools tells of its end too. */
  readonly isWatched?: boolean;
  /** The process that starts it; absent: `init`, or the first process of Windows. */
  readonly parentPid?: number;
}

export interface ProcessTableOptions {
  readonly clock: Clock;
  /** The present boot; processes of another one are gone. */
  readonly bootCount: number;
  /** Whether the process of the machine outside that runs a program still lives. */
  readonly isAlive: (runnerPid: number) => boolean;
}

type ProcessData = Pick<GuestRecord, 'family' | 'processes' | 'nextPid'>;

/** The rules of a guest's process table, over its plain data. Reading calls leave the data as they are. */
export class ProcessTable {
  readonly #data: ProcessData;
  readonly #options: ProcessTableOptions;

  /** @param data a guest's record; for calls that change it, a draft of the store. */
  constructor(data: ProcessData, options: ProcessTableOptions) {
    this.#data = data;
    this.#options = options;
  }

  /** Enters a process and forgets what is long over. */
  add(process: NewProcess): ProcessRecord {
    this.#forget();
    const record: ProcessRecord = {
      pid: process.pid ?? this.#takePid(),
      name: process.name,
      owner: process.owner,
      commandLine: process.commandLine,
      startMs: this.#options.clock.now(),
      endMs: null,
      exitCode: null,
      isSystem: process.isSystem ?? false,
      runnerPid: process.runnerPid ?? null,
      endsAtMs: process.endsAtMs ?? null,
      bootCount: this.#options.bootCount,
      ...(process.isWatched === true ? { isWatched: true } : {}),
      ...(process.parentPid === undefined ? {} : { parentPid: process.parentPid }),
    };
    this.#data.processes.push(record);
    return record;
  }

  /** Notes the end of a process. Does nothing when it ended before or is unknown. */
  end(pid: number, exitCode: number): void {
    const record = this.#find(pid);
    if (record === undefined || this.#ending(record) !== undefined) return;
    record.endMs = this.#options.clock.now();
    record.exitCode = exitCode;
  }

  /** Ends every process, as power-off does: the table is empty afterwards. */
  clear(): void {
    this.#data.processes.length = 0;
  }

  /** Processes that run now, by pid. */
  list(): readonly GuestProcessView[] {
    return this.#data.processes
      .filter((record) => this.#isOfThisBoot(record) && this.#ending(record) === undefined)
      .map((record) => this.#view(record))
      .sort((left, right) => left.pid - right.pid);
  }

  /** What runs and, of what operations started, what has ended since `exitMemoryMs`; by pid. */
  entries(): readonly GuestProcessEntry[] {
    const sinceMs = this.#options.clock.now() - exitMemoryMs;
    return this.#data.processes
      .filter((record) => this.#isOfThisBoot(record))
      .map((record) => ({ record, ending: this.#ending(record) }))
      .filter(({ record, ending }) => ending === undefined || (record.isWatched === true && ending.endMs > sinceMs))
      .map(({ record, ending }) => {
        const view = this.#view(record);
        return ending === undefined ? view : { ...view, end: { atMs: ending.endMs, exitCode: ending.exitCode } };
      })
      .sort((left, right) => left.pid - right.pid);
  }

  state(pid: number): GuestProcessState {
    const record = this.#find(pid);
    if (record === undefined) return { state: 'gone' };
    const ending = this.#ending(record);
    if (ending === undefined) return { state: 'running' };
    if (ending.endMs + exitMemoryMs <= this.#options.clock.now()) return { state: 'gone' };
    return { state: 'exited', startMs: record.startMs, ...ending };
  }

  /** @throws Fault as `kill` would; changes nothing. */
  checkKill(pid: number, user: GuestUser): void {
    this.#killable(pid, user);
  }

  /**
   * Ends a process in the name of a user. The caller stops what runs it.
   * @throws Fault `no-such-process`; `guest-permission` for another user's process and for the Tools daemon.
   */
  kill(pid: number, user: GuestUser): void {
    const { isWatched } = this.#killable(pid, user);
    // Tools, which watches what it started, has no exit code for what a signal ended.
    const isSignalled = isWatched === true && this.#data.family === 'posix';
    this.end(pid, isSignalled ? lostExitCode : killedExitCode[this.#data.family]);
  }

  /** The daemon of Tools, which starts what operations from outside start; undefined while it does not run. */
  get toolsPid(): number | undefined {
    return this.#data.processes.find((record) => record.isSystem && toolsNames.has(record.name))?.pid;
  }

  #view(record: ProcessRecord): GuestProcessView {
    const { pid, name, owner, commandLine, startMs } = record;
    return { pid, parentPid: this.#parentOf(record), name, owner, commandLine, startMs };
  }

  #parentOf({ pid, parentPid }: ProcessRecord): number {
    const first = firstPid[this.#data.family];
    if (pid === first) return 0;
    if (parentPid === undefined) return first;
    // Only POSIX gives orphans to another parent; Windows goes on to name the one that has ended.
    if (this.#data.family === 'windows' || parentPid === 0) return parentPid;
    const parent = this.#find(parentPid);
    return parent === undefined || this.#ending(parent) !== undefined ? first : parentPid;
  }

  #killable(pid: number, user: GuestUser): ProcessRecord {
    const record = this.#find(pid);
    if (record === undefined || this.#ending(record) !== undefined) {
      throw new Fault('no-such-process', `No process with the id ${pid} runs in the guest.`);
    }
    const isImmortal = record.isSystem && immortal.has(record.name);
    const isOwn = record.owner === user.name && !record.isSystem;
    if (isImmortal || !(isOwn || user.isAdministrator || (this.#data.family === 'posix' && user.id === 0))) {
      throw new Fault(
        'guest-permission',
        `The guest user "${user.name}" may not end process ${pid} ("${record.name}" of "${record.owner}").`,
      );
    }
    return record;
  }

  #find(pid: number): ProcessRecord | undefined {
    return this.#data.processes.find((record) => record.pid === pid && this.#isOfThisBoot(record));
  }

  #isOfThisBoot(record: ProcessRecord): boolean {
    return record.bootCount === this.#options.bootCount;
  }

  /** How the process ended, also where nobody has noted it yet; undefined while it runs. */
  #ending(record: ProcessRecord): { readonly endMs: number; readonly exitCode: number } | undefined {
    if (record.endMs !== null) return { endMs: record.endMs, exitCode: record.exitCode ?? lostExitCode };
    const nowMs = this.#options.clock.now();
    if (record.endsAtMs !== null && record.endsAtMs <= nowMs) return { endMs: record.endsAtMs, exitCode: 0 };
    if (record.runnerPid !== null && !this.#options.isAlive(record.runnerPid)) {
      return { endMs: nowMs, exitCode: lostExitCode };
    }
    return undefined;
  }

  #forget(): void {
    const nowMs = this.#options.clock.now();
    this.#data.processes = this.#data.processes.filter((record) => {
      if (!this.#isOfThisBoot(record)) return false;
      const ending = this.#ending(record);
      if (ending === undefined) return true;
      record.endMs = ending.endMs;
      record.exitCode = ending.exitCode;
      return ending.endMs + exitMemoryMs > nowMs;
    });
  }

  #takePid(): number {
    const pid = this.#data.nextPid;
    this.#data.nextPid += this.#data.family === 'windows' ? 4 : 1;
    return pid;
  }
}
