import { sleep, type Clock, type ClockTimer } from '../../base/clock.js';
import { Fault } from '../../base/fault.js';
import type { GuestFileSystem } from '../guest/guest-file-system.js';
import { recordAccounts } from '../guest/guest-accounts.js';
import { GuestClock } from '../guest/guest-clock.js';
import { ProcessTable, type GuestProcessState } from '../guest/process-table.js';
import type { GuestAccounts, GuestProcessView, GuestRegistry, GuestUser, GuestVariables } from '../guest/program.js';
import type { ProgramRegistry } from '../guest/program-registry.js';
import {
  ProgramRunner,
  type ChildStart,
  type GuestHost,
  type ProgramLimits,
  type ProgramStart,
  type StartedProgram,
} from '../guest/program-runner.js';
import { recordRegistry } from '../guest/windows/registry.js';
import { addConsoleLines, promptOf } from './console-lines.js';
import { phaseWords, startTransition } from './power-state.js';
import { readVariable, requireVariableName } from './guest-variables.js';
import { toolsVersionText } from './tools.js';
import type { GuestRecord, RegistryKeyRecord, VmRecord } from './vm-record.js';
import type { GuestRunning, VmScope } from './vm-scope.js';
import type { VmState } from './vm-store.js';
import { WrittenThrough } from './written-through.js';

/** Executables of guests, by family of the operating system. */
export interface GuestPrograms {
  readonly posix: ProgramRegistry;
  readonly windows: ProgramRegistry;
}

type State = VmState<GuestFileSystem>;

/**
 * How often a runtime whose machine other processes may change looks whether they ended its programs, in milliseconds.
 */
const lookMs = 1000;

/** The guests that run programs in this process. */
export class GuestRuntimes implements GuestRunning {
  readonly #runtimes = new Map<string, GuestRuntime>();
  readonly #programs: GuestPrograms;
  readonly #limits: Partial<ProgramLimits>;

  constructor(programs: GuestPrograms, limits: Partial<ProgramLimits> = {}) {
    this.#programs = programs;
    this.#limits = limits;
  }

  start(scope: VmScope, state: State, spec: ProgramStart, user: GuestUser): number {
    let runtime = this.#runtimes.get(scope.id);
    if (runtime === undefined) {
      runtime = new GuestRuntime(scope, state, this.#programs, this.#limits);
      this.#runtimes.set(scope.id, runtime);
    }
    return runtime.begin(state, spec, user);
  }

  table(scope: VmScope, record: VmRecord): ProcessTable {
    const { frozenAtMs, bootCount } = record.power;
    const { clock } = scope;
    const standing: Clock = {
      now: () => frozenAtMs ?? clock.now(),
      monotonic: () => clock.monotonic(),
      after: (delayMs, action) => clock.after(delayMs, action),
    };
    return new ProcessTable(record.guest, {
      clock: standing,
      bootCount,
      isAlive: (runnerPid) =>
        runnerPid === process.pid ? this.#runsInThisProcess(scope, record) : isProcessAlive(runnerPid),
    });
  }

  kill(id: string, pid: number): void {
    this.#runtimes.get(id)?.stop(pid);
  }

  stop(id: string): void {
    this.#runtimes.get(id)?.stopAll();
    this.#runtimes.delete(id);
  }

  freshLines(id: string): readonly string[] {
    return this.#runtimes.get(id)?.freshLines ?? [];
  }

  changed(id: string, state: State): void {
    const runtime = this.#runtimes.get(id);
    if (runtime === undefined) return;
    if (runtime.belongsTo(state.record)) runtime.see(state);
    else this.stop(id);
  }

  throwTrouble(id: string): void {
    this.#runtimes.get(id)?.throwTrouble();
  }

  async close(): Promise<void> {
    const runtimes = [...this.#runtimes.values()];
    for (const runtime of runtimes) runtime.stopAll();
    await Promise.all(runtimes.map((runtime) => runtime.idle()));
    this.#runtimes.clear();
  }

  /**
   * Whether what is said to run in this process does. Another world of this process may run it; but a process before
   * this one may have had the same id, and what that one left unfinished is older than this process.
   */
  #runsInThisProcess({ id, clock }: VmScope, record: VmRecord): boolean {
    if (this.#runtimes.get(id)?.isBusy === true) return true;
    const sinceMs = clock.now() - process.uptime() * 1000;
    return record.guest.processes.some(
      ({ runnerPid, endMs, startMs }) => runnerPid === process.pid && endMs === null && startMs >= sinceMs,
    );
  }
}

/** One guest whose programs run here, during one boot. */
class GuestRuntime implements GuestHost {
  readonly clock: GuestClock;
  readonly programs: ProgramRegistry;
  readonly #scope: VmScope;
  readonly #bootCount: number;
  readonly #runner: ProgramRunner;
  /** Processes whose end is not kept yet, with what they have printed. */
  readonly #unfinished = new Map<number, string[]>();
  readonly #later = new Set<Promise<void>>();
  readonly #registry = this.#writtenThrough(({ guest }) => guest.registry);
  readonly #accounts = this.#writtenThrough(({ guest }) => guest);
  readonly #guestVariables = this.#writtenThrough(({ guestVariables }) => guestVariables);
  readonly variables: GuestVariables = {
    get: (name) => {
      const { record } = this.#state;
      return readVariable({ ...record, guestVariables: this.#guestVariables.part }, name, this.#scope.clock.now());
    },
    set: (name, value) => {
      requireVariableName(name);
      this.#guestVariables.change((variables) => {
        variables[name] = value;
      });
    },
  };
  #state: State;
  #trouble: unknown;
  #nextLook: ClockTimer | undefined;
  #isStopped = false;

  constructor(scope: VmScope, state: State, programs: GuestPrograms, limits: Partial<ProgramLimits>) {
    this.#scope = scope;
    this.#state = state;
    this.#bootCount = state.record.power.bootCount;
    this.clock = new GuestClock(scope.clock);
    this.programs = programs[state.record.guest.family];
    this.#runner = new ProgramRunner(this, limits);
  }

  get files(): GuestFileSystem {
    return this.#state.files;
  }

  /** Whether programs run here, or have ended and that is not kept yet. */
  get isBusy(): boolean {
    return this.#unfinished.size > 0;
  }

  get freshLines(): readonly string[] {
    return [...this.#unfinished.values()].flat();
  }

  belongsTo(record: VmRecord): boolean {
    const { phase, bootCount } = record.power;
    const isUp = phase === 'on' || phase === 'suspending' || phase === 'suspended' || phase === 'resuming';
    return isUp && bootCount === this.#bootCount;
  }

  /** Takes over the newest state: the guest stands still as it says, and programs that somebody ended there end. */
  see(state: State): void {
    this.#state = state;
    const { power, guest } = state.record;
    this.clock.stand(power.frozenAtMs);
    const running = new Set(this.#runner.running);
    for (const { pid, endMs } of guest.processes) if (endMs !== null && running.has(pid)) this.#runner.kill(pid);
  }

  /** In an update of the machine. */
  begin(state: State, spec: ProgramStart, user: GuestUser): number {
    this.throwTrouble();
    this.#state = state;
    this.clock.stand(state.record.power.frozenAtMs);
    const started = this.#runner.start(spec, user, this.#table());
    addConsoleLines(state.record, [`${promptOf(state.record.guest, user)}${started.record.commandLine}`]);
    this.#follow(started);
    return started.pid;
  }

  start(child: ChildStart, user: GuestUser): Promise<number> {
    return this.#scope.update((state) => {
      if (!this.belongsTo(state.record)) throw this.#isOver(state.record);
      this.#state = state;
      const started = this.#runner.startChild(child, user, this.#table());
      this.#follow(started);
      return started.pid;
    });
  }

  standstill(): Promise<void> | undefined {
    return this.clock.standstill();
  }

  readonly requestPower = (change: 'off' | 'reset'): void => {
    this.#keep(this.#changePower(change));
  };

  stop(pid: number): void {
    this.#runner.kill(pid);
  }

  stopAll(): void {
    this.#isStopped = true;
    this.#stopLooking();
    this.#runner.killAll();
  }

  async idle(): Promise<void> {
    while (this.#later.size > 0) await Promise.all(this.#later);
  }

  throwTrouble(): void {
    if (this.#trouble === undefined) return;
    const cause = this.#trouble;
    this.#trouble = undefined;
    throw new Fault('internal', `The end of a program of '${this.#state.record.name}' could not be kept.`, { cause });
  }

  guest(): Readonly<GuestRecord> {
    return this.#state.record.guest;
  }

  processes(): readonly GuestProcessView[] {
    return this.#table().list();
  }

  state(pid: number): GuestProcessState {
    return this.#table().state(pid);
  }

  kill(pid: number, user: GuestUser): void {
    this.#table().checkKill(pid, user);
    this.#runner.kill(pid);
    this.#keep(
      this.#scope.update(({ record }) => {
        const table = this.#scope.services.guests.table(this.#scope, record);
        // The program may have come to its own end before this update had its turn.
        if (this.belongsTo(record) && table.state(pid).state === 'running') table.kill(pid, user);
      }),
    );
  }

  registry(user: GuestUser): GuestRegistry | undefined {
    if (this.#registry.part === null) return undefined;
    const viewer = { user, nowMs: () => this.clock.now() };
    const over = (root: RegistryKeyRecord | null): GuestRegistry => {
      if (root === null) throw new Fault('guest-os-unsupported', 'The guest has no registry any more.');
      return recordRegistry(root, viewer);
    };
    const seen = (): GuestRegistry => over(this.#registry.part);
    const change = (apply: (registry: GuestRegistry) => void): void =>
      this.#registry.change((root) => apply(over(root)));
    return {
      keys: (path) => seen().keys(path),
      key: (path) => seen().key(path),
      values: (path) => seen().values(path),
      createKey: (path, options) => change((registry) => registry.createKey(path, options)),
      deleteKey: (path, options) => change((registry) => registry.deleteKey(path, options)),
      setValue: (path, value) => change((registry) => registry.setValue(path, value)),
      deleteValue: (path, name) => change((registry) => registry.deleteValue(path, name)),
    };
  }

  accounts(user: GuestUser): GuestAccounts {
    const change = (apply: (accounts: GuestAccounts) => void): void =>
      this.#accounts.change((guest) => apply(recordAccounts(guest, user)));
    return {
      list: () => recordAccounts(this.#accounts.part, user).list(),
      add: (name, password) => change((accounts) => accounts.add(name, password)),
      setPassword: (name, password) => change((accounts) => accounts.setPassword(name, password)),
      setAdministrator: (name, is) => change((accounts) => accounts.setAdministrator(name, is)),
      remove: (name) => change((accounts) => accounts.remove(name)),
    };
  }

  toolsVersion(): string {
    const { version } = this.#state.record.tools;
    return version === null ? '' : toolsVersionText(version);
  }

  onOutput(pid: number, line: string): void {
    this.#unfinished.get(pid)?.push(line);
  }

  #table(): ProcessTable {
    return this.#scope.services.guests.table(this.#scope, this.#state.record);
  }

  #follow({ pid, done }: StartedProgram): void {
    if (done === undefined) return;
    this.#unfinished.set(pid, []);
    this.#keep(done.then((exitCode) => this.#finish(pid, exitCode)));
    if (this.#nextLook === undefined && this.#scope.services.store.isPrivate !== true) this.#lookLater();
  }

  /** Another process that shares the store may have ended programs, or the machine: nobody tells of that. */
  #lookLater(): void {
    this.#nextLook = this.#scope.clock.after(lookMs, () => this.#keep(this.#look()));
  }

  #stopLooking(): void {
    this.#nextLook?.cancel();
    this.#nextLook = undefined;
  }

  async #look(): Promise<void> {
    this.#nextLook = undefined;
    if (!this.isBusy || this.#isStopped) return;
    const { services, id } = this.#scope;
    try {
      services.guests.changed(id, await this.#scope.read((state) => state));
    } catch (error) {
      if (error instanceof Fault && error.kind === 'vm-not-found') services.guests.stop(id);
      throw error;
    }
    if (this.isBusy && !this.#isStopped && this.#nextLook === undefined) this.#lookLater();
  }

  async #changePower(change: 'off' | 'reset'): Promise<void> {
    const { clock, services } = this.#scope;
    const { transitionMs } = services;
    await this.#scope.update(({ record }) => {
      // Somebody else may have been faster.
      if (!this.belongsTo(record) || record.power.phase !== 'on') return;
      const phase = change === 'off' ? 'powering-off' : 'resetting';
      startTransition(record, phase, { nowMs: clock.now(), durationMs: transitionMs });
    });
    await sleep(clock, transitionMs);
    // What has ended by time alone is written down, so that a listener hears of it.
    await this.#scope.update(() => undefined);
  }

  #isOver({ name, power }: VmRecord): Fault {
    return new Fault('vm-not-running', `'${name}' is ${phaseWords[power.phase]}, so it starts no more programs.`);
  }

  /** Files first: who learns that a program has ended finds what it wrote, also after a crash. */
  async #finish(pid: number, exitCode: number): Promise<void> {
    try {
      await this.#scope.services.store.flushFiles(this.#scope.id);
      await this.#scope.update(({ record }) => {
        if (!this.belongsTo(record)) return;
        this.#scope.services.guests.table(this.#scope, record).end(pid, exitCode);
        addConsoleLines(record, this.#unfinished.get(pid) ?? []);
        this.#unfinished.set(pid, []);
      });
    } finally {
      // Only now: who looks while the end is being kept must still find that the program runs here.
      this.#unfinished.delete(pid);
      if (!this.isBusy) this.#stopLooking();
    }
  }

  /** A part of the record as the programs of this boot change it. */
  #writtenThrough<Part>(partOf: (record: VmRecord) => Part): WrittenThrough<Part> {
    return new WrittenThrough(
      () => partOf(this.#state.record),
      (change) =>
        this.#tracked(
          this.#scope.update(({ record }) => {
            if (this.belongsTo(record)) change(partOf(record));
          }),
        ),
    );
  }

  #keep(work: Promise<void>): void {
    void this.#tracked(work);
  }

  /** Settles when the work is done, whatever came of it; `idle` waits for it. */
  #tracked(work: Promise<void>): Promise<void> {
    const kept = work
      .catch((error: unknown) => {
        // A machine that was deleted meanwhile has nothing to keep.
        if (!(error instanceof Fault && error.kind === 'vm-not-found')) this.#trouble = error;
      })
      .finally(() => this.#later.delete(kept));
    this.#later.add(kept);
    return kept;
  }
}

/** Whether a process of this machine lives; one that may not be signalled does. */
function isProcessAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
