import assert from 'node:assert/strict';
import type { DiagnosticEvent, Vix } from '../api/vix.js';
import { Vix_Out } from '../api/vix-out.js';
import { functions, type VixFunctionName } from '../vix/functions.js';
import { errorName } from '../vix/lookup.js';
import {
  VIX_API_VERSION,
  VIX_INVALID_HANDLE,
  VIX_OK,
  VIX_PROPERTY_JOB_RESULT_HANDLE,
  VIX_PROPERTY_NONE,
  VIX_PROPERTY_VM_ENCRYPTION_PASSWORD,
} from '../vix/names.js';
import type { VixError, VixHandle } from '../vix/types.js';
import { CallRecord } from './call-record.js';
import { checkEvents, checkResults } from './job-checks.js';
import { Outcome, type SeenEvent } from './outcome.js';
import { elapse, settle } from './settle.js';
import type { ConformanceTarget, TargetConnection, TargetVm, VmRole } from './target.js';

type FunctionTable = typeof functions;

/** C names of the functions that start a job. */
export type JobFunctionName = {
  [Name in keyof FunctionTable]: FunctionTable[Name]['call'] extends 'job' ? Name : never;
}[keyof FunctionTable];

/** Arguments of such a function without its last two: the callback and its data, which the bench gives. */
type JobArguments<Name extends JobFunctionName> =
  Parameters<Vix[Name]> extends [...infer Head, unknown, unknown] ? Head : never;

/** How often `until` looks before it gives up. */
const mostLooks = 100;

/**
 * The workbench of one case: a connection to the target, and calls that check on the way what must hold for every job.
 * At the end each reference that the case was handed is given back, and nothing may be left.
 */
export class Bench {
  readonly target: ConformanceTarget;
  readonly vix: Vix;
  /** The first connection. */
  host: VixHandle = VIX_INVALID_HANDLE;
  readonly #record: CallRecord;
  readonly #kept: VixHandle[] = [];
  readonly #hosts = new Set<VixHandle>();
  #diagnostics: DiagnosticEvent[] = [];

  private constructor(target: ConformanceTarget, record: CallRecord) {
    this.target = target;
    this.#record = record;
    this.vix = record.watch(target.vix);
    target.vix.Revix_OnDiagnostic((event) => this.#diagnostics.push(event));
  }

  /** Runs a case on a target, and checks afterwards that it leaks nothing. */
  static async with(
    target: ConformanceTarget,
    run: (bench: Bench) => Promise<void>,
    record: CallRecord = new CallRecord(),
  ): Promise<void> {
    const bench = new Bench(target, record);
    try {
      bench.host = await bench.connect();
      await run(bench);
      bench.#checkNothingLeaks();
    } finally {
      bench.releaseAll();
      for (const host of bench.#hosts) target.vix.VixHost_Disconnect(host);
    }
    assert.deepEqual(
      bench.live(),
      { host: 0, vm: 0, job: 0, snapshot: 0, propertyList: 0 },
      'handles after disconnect',
    );
    await bench.#checkNothingGoesOn();
    assert.deepEqual(bench.#diagnostics, [], 'failures that reached no program');
  }

  /** The target's machine for a role that the case declares. */
  vm(role: VmRole): TargetVm {
    const vm = this.target.vms[role];
    assert.ok(vm !== undefined, `the case uses the role ${role} without declaring it`);
    return vm;
  }

  /** Connects once more. The connection ends with the case at the latest. */
  async connect(options: number = 0, connection: TargetConnection = this.target.connection): Promise<VixHandle> {
    const { hostType, hostName, hostPort, userName, password } = connection;
    const args = [VIX_API_VERSION, hostType, hostName, hostPort, userName, password, options, 0] as const;
    const outcome = await this.ok('VixHost_Connect', ...args);
    const host = Vix_Out<VixHandle>();
    const error = await this.vix.VixJob_Wait(outcome.job, VIX_PROPERTY_JOB_RESULT_HANDLE, host, VIX_PROPERTY_NONE);
    assert.equal(errorName(error), 'VIX_OK', 'reading the host handle');
    this.#hosts.add(host.value);
    return host.value;
  }

  disconnect(host: VixHandle): void {
    this.#hosts.delete(host);
    this.vix.VixHost_Disconnect(host);
  }

  /** Opens the machine of a role. */
  async open(role: VmRole, host: VixHandle = this.host): Promise<VixHandle> {
    const { location, encryptionPassword } = this.vm(role);
    const list = encryptionPassword === undefined ? VIX_INVALID_HANDLE : this.passwordList(encryptionPassword);
    return (await this.ok('VixHost_OpenVM', host, location, 0, list)).handle();
  }

  /** A property list with an encryption password. */
  passwordList(password: string): VixHandle {
    const list = Vix_Out<VixHandle>();
    const id = VIX_PROPERTY_VM_ENCRYPTION_PASSWORD;
    this.equal(this.vix.VixPropertyList_AllocPropertyList(this.host, list, id, password, VIX_PROPERTY_NONE), VIX_OK);
    return this.keep(list.value);
  }

  /** Notes a reference that the case was handed, to be given back at the end. */
  keep(handle: VixHandle): VixHandle {
    this.#kept.push(handle);
    return handle;
  }

  /** Runs a job to its end; it must succeed. */
  async ok<Name extends JobFunctionName>(call: Name, ...args: JobArguments<Name>): Promise<Outcome> {
    return (await this.attempt(call, args)).is(VIX_OK);
  }

  /** Runs a job to its end; it must fail with that error. */
  async fails<Name extends JobFunctionName>(
    expected: VixError,
    call: Name,
    ...args: JobArguments<Name>
  ): Promise<Outcome> {
    return (await this.attempt(call, args)).is(expected);
  }

  /** Runs a job to its end, however it ends. Arguments may be anything. */
  async attempt(call: JobFunctionName, args: readonly unknown[]): Promise<Outcome> {
    const begun = this.begin(call, args);
    return begun.end();
  }

  /** Starts a job; the checks that hold for every job follow at its end. */
  begin(call: JobFunctionName, args: readonly unknown[]): { readonly job: VixHandle; end(): Promise<Outcome> } {
    const events: SeenEvent[] = [];
    const clientData = { call };
    const { vix } = this.target;
    const onEvent = (job: VixHandle, type: number, info: VixHandle, data: unknown): void => {
      const complete = Vix_Out(false);
      vix.VixJob_CheckCompletion(job, complete);
      const isComplete = complete.value;
      const infoType = vix.Vix_GetHandleType(info);
      events.push({ job, type, info, clientData: data, infoType, isComplete, error: vix.VixJob_GetError(job) });
    };
    const start: (...all: never[]) => VixHandle = this.vix[call];
    const job = this.keep(start(...([...args, onEvent, clientData] as never[])));
    assert.equal(events.length, 0, `${call}: a callback ran inside the call that started the job`);
    const end = async (): Promise<Outcome> => {
      const error = await this.settle(this.vix.VixJob_Wait(job, VIX_PROPERTY_NONE));
      this.#record.addError(call, error);
      const keep = (handle: VixHandle): VixHandle => this.keep(handle);
      const outcome = new Outcome({ call, job, error, events, vix, keep });
      checkEvents(outcome, functions[call], clientData);
      checkResults(outcome, functions[call], vix);
      return outcome;
    };
    return { job, end };
  }

  /** Calls a function with arguments that its types may forbid. */
  call(name: VixFunctionName, args: readonly unknown[]): unknown {
    const target: (...all: never[]) => unknown = this.vix[name];
    return target(...(args as never[]));
  }

  /** As `call`, for a function that returns an error or promises one. */
  async callForError(name: VixFunctionName, args: readonly unknown[]): Promise<VixError> {
    const error = await this.settle(Promise.resolve(this.call(name, args)));
    assert.equal(typeof error, 'number', `${name}: what it returns`);
    return error as VixError;
  }

  /** Calls any function that can tell an error; that of a function which starts a job is the job's. */
  async errorOf(name: VixFunctionName, args: readonly unknown[]): Promise<VixError> {
    if (functions[name].call !== 'job') return this.callForError(name, args);
    return (await this.attempt(name as JobFunctionName, args)).error;
  }

  /** Waits for something while the target's clock moves on. */
  settle<T>(promise: Promise<T>): Promise<T> {
    return settle(promise, this.target);
  }

  /** Asks again and again until there is an answer: for what may take effect a moment after its job is done. */
  async until<T>(what: string, ask: () => Promise<T | undefined | false>): Promise<T> {
    for (let attempt = 0; attempt < mostLooks; attempt += 1) {
      const answer = await ask();
      if (answer !== undefined && answer !== false) return answer;
      await elapse(this.target);
    }
    assert.fail(`it never came about that ${what}`);
  }

  /** Asserts an error value that a function returned. */
  equal(actual: VixError, expected: VixError, what: string = 'the returned error'): void {
    assert.equal(errorName(actual), errorName(expected), what);
  }

  /** Number of live handles by kind. */
  live(): Record<string, number> {
    const counters = Object.entries(this.target.vix.Revix_CountHandles());
    return Object.fromEntries(counters.map(([kind, { live }]) => [kind, live]));
  }

  /** Failures that reached no program so far; what a case takes does not count against it. */
  takeDiagnostics(): readonly DiagnosticEvent[] {
    const taken = this.#diagnostics;
    this.#diagnostics = [];
    return taken;
  }

  /** Gives back every reference that was handed out so far. */
  releaseAll(): void {
    for (const handle of this.#kept.splice(0)) this.vix.Vix_ReleaseHandle(handle);
  }

  /** Gives every reference back; then only the connections may be left. */
  #checkNothingLeaks(): void {
    this.releaseAll();
    const leaked = this.target.vix.Revix_DumpHandles().filter(({ kind }) => kind !== 'host');
    assert.deepEqual(leaked, [], 'handles left after every reference was released');
  }

  /** Whatever the backend was doing has ended, or ends soon: its signal was aborted. */
  async #checkNothingGoesOn(): Promise<void> {
    const { target } = this;
    for (let look = 0; look < mostLooks; look += 1) {
      if ((target.underWay?.() ?? []).length === 0) return;
      await elapse(target);
    }
    assert.deepEqual(target.underWay?.(), [], 'operations that go on after the disconnect');
  }
}
