import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { VixCallback } from '../../src/api/start-job.js';
import { settle } from '../../src/base/clock.js';
import { Fault } from '../../src/base/fault.js';
import {
  VIX_E_INVALID_ARG,
  VIX_E_OBJECT_IS_BUSY,
  VIX_E_VM_NOT_FOUND,
  VIX_EVENTTYPE_JOB_COMPLETED,
  VIX_INVALID_HANDLE,
  VIX_OK,
  VIX_PROPERTY_JOB_RESULT_HANDLE,
  VIX_PROPERTY_NONE,
  VIX_PROPERTY_VM_NAME,
} from '../../src/vix/names.js';
import type { VixHandle } from '../../src/vix/types.js';
import type { FakeCall } from '../fixtures/fake-control.js';
import { isJob, VixModel, type CallbackAction, type JobThing, type Target, type Thing } from '../fixtures/vix-model.js';
import { labPath, VixRig } from '../fixtures/vix-rig.js';

/** Runs are the same each time; another seed can be tried with REVIX_SEED. A failure prints its seed and path. */
const seed = Number(process.env['REVIX_SEED'] ?? 20_260_101);
const runs = 500;

const locations = [labPath, '/vms/b.vmx'];
const missing = '/vms/missing.vmx';

/** What a random number picks: any handle that the program ever saw, or one that never was. */
const pick = fc.noBias(fc.nat({ max: 1000 }));
const ending = fc.constantFrom('ok', 'ok', 'ok', 'fail', 'pending', 'deaf');
/** Whether the program takes the result handle at once, as most programs do. */
const take = fc.constantFrom(true, true, false);
const callback = fc.option(fc.record({ kind: fc.constantFrom('release-self', 'open', 'disconnect', 'throw'), pick }), {
  nil: undefined,
  freq: 1,
});

const command = fc.oneof(
  { weight: 2, arbitrary: fc.record({ do: fc.constant('connect'), ending, callback, take }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('open'),
      pick,
      location: fc.noBias(fc.nat({ max: 2 })),
      ending,
      callback,
      take,
    }),
  },
  { weight: 5, arbitrary: fc.record({ do: fc.constant('work'), pick, ending, callback }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('answer'), pick, isGood: fc.boolean() }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constant('read'), pick }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('wait'), pick }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('name'), pick }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constant('release'), pick }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('addRef'), pick }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('disconnect'), pick }) },
);

/** Every program begins like this, so that most of what follows has something to work on. */
const opening: readonly Command[] = [
  { do: 'connect', ending: 'ok', callback: undefined, take: true },
  { do: 'open', pick: 1, location: 0, ending: 'ok', callback: undefined, take: true },
];

type Command = typeof command extends fc.Arbitrary<infer T> ? T : never;
type CallbackPlan = { readonly kind: string; readonly pick: number } | undefined;

class Run {
  readonly rig = new VixRig();
  readonly model = new VixModel();
  /** Everything that the program has had a handle of. */
  readonly seen: (Thing & { handle: number })[] = [];
  readonly pending: { readonly job: JobThing; readonly call: FakeCall }[] = [];
  readonly waits: {
    readonly answer: Promise<number>;
    readonly refused: number | undefined;
    readonly target: Target;
  }[] = [];
  readonly completions = new Map<number, number>();
  expectedCompletions = 0;

  constructor() {
    this.rig.backend.add('/vms/b.vmx');
    this.rig.control.always('power.reset', new Fault('busy', 'not now'));
    this.rig.control.always('power.suspend', 'pending');
    this.rig.control.always('power.pause', 'deaf');
  }

  /** The thing behind a random number, and its handle. Every seventh is a handle that nobody ever had. */
  choose(number: number): [Target, VixHandle] {
    if (number % 7 === 0 || this.seen.length === 0) {
      const foreign = [0, -1, 4_000_000, Number.NaN, 0.5][number % 5] ?? 0;
      return [undefined, foreign as VixHandle];
    }
    const thing = this.seen[number % this.seen.length];
    return [thing, (thing?.handle ?? 0) as VixHandle];
  }

  /** A thing of one kind if there is one, so that most calls get what they want. */
  chooseOf(kind: Thing['kind'], number: number): [Target, VixHandle] {
    const fitting = this.seen.filter((thing) => thing.kind === kind);
    if (number % 9 === 0 || fitting.length === 0) return this.choose(number);
    const thing = fitting[number % fitting.length];
    return [thing, (thing?.handle ?? 0) as VixHandle];
  }

  callbackFor(plan: CallbackPlan): [VixCallback, CallbackAction | undefined] {
    if (plan === undefined) return [null, undefined];
    const { vix } = this.rig;
    const [host, handle] = this.chooseOf('host', plan.pick);
    const location = locations[plan.pick % 2] ?? labPath;
    this.expectedCompletions += 1;
    const act = (job: VixHandle): void => {
      if (plan.kind === 'release-self') vix.Vix_ReleaseHandle(job);
      else if (plan.kind === 'disconnect') vix.VixHost_Disconnect(handle);
      else if (plan.kind === 'open') vix.VixVM_Open(handle, location, null, null);
      else throw new Error('a callback that fails');
    };
    const actions: Record<string, CallbackAction> = {
      'release-self': { kind: 'release-self' },
      disconnect: { kind: 'disconnect', host },
      open: { kind: 'open', host, location },
    };
    const proc = (job: VixHandle, type: number): void => {
      if (type !== VIX_EVENTTYPE_JOB_COMPLETED) return;
      this.completions.set(job, (this.completions.get(job) ?? 0) + 1);
      act(job);
    };
    return [proc, actions[plan.kind]];
  }

  track(job: JobThing, handle: number): void {
    job.handle = handle;
    this.seen.push(job as JobThing & { handle: number });
  }

  async step(item: Command): Promise<void> {
    const { rig, model } = this;
    const { vix, control } = rig;
    const pick = 'pick' in item ? item.pick : 0;
    switch (item.do) {
      case 'connect': {
        if (!('ending' in item)) return;
        const [proc, action] = this.callbackFor(item.callback);
        const isBad = item.ending === 'fail';
        if (item.ending === 'pending' || item.ending === 'deaf') control.once('connect', item.ending);
        const handle = vix.VixHost_Connect(-1, isBad ? 99 : 3, null, 0, null, null, 0, 0, proc, null);
        await settle();
        const job = model.connect(isBad ? VIX_E_INVALID_ARG : isHeld(item.ending) ? 'pending' : 'ok', action);
        this.track(job, handle);
        this.hold(job, 'connect', item.ending);
        if ('take' in item && item.take) this.read(job, handle);
        return;
      }
      case 'open': {
        if (!('location' in item)) return;
        const [target, handle] = this.chooseOf('host', pick);
        const [proc, action] = this.callbackFor(item.callback);
        const location = locations[item.location] ?? missing;
        const willRun = model.refusal(target, 'host') === undefined;
        if (willRun && isHeld(item.ending)) control.once('openVm', item.ending === 'deaf' ? 'deaf' : 'pending');
        if (willRun && item.ending === 'fail') control.once('openVm', new Fault('busy', 'not now'));
        const jobHandle = vix.VixVM_Open(handle, location, proc, null);
        await settle();
        const code = item.ending === 'fail' ? VIX_E_OBJECT_IS_BUSY : location === missing ? VIX_E_VM_NOT_FOUND : 'ok';
        const job = model.open(target, location, isHeld(item.ending) ? 'pending' : code, action);
        this.track(job, jobHandle);
        if (willRun) this.hold(job, 'openVm', item.ending);
        if (item.take) this.read(job, jobHandle);
        return;
      }
      case 'work': {
        if (!('ending' in item)) return;
        const [target, handle] = this.chooseOf('vm', pick);
        const [proc, action] = this.callbackFor(item.callback);
        const start = {
          ok: () => vix.VixVM_PowerOn(handle, 0, 0, proc, null),
          fail: () => vix.VixVM_Reset(handle, 0, proc, null),
          pending: () => vix.VixVM_Suspend(handle, 0, proc, null),
          deaf: () => vix.VixVM_Pause(handle, 0, 0, proc, null),
        }[item.ending as 'ok'];
        const jobHandle = start();
        await settle();
        const end = item.ending === 'fail' ? VIX_E_OBJECT_IS_BUSY : isHeld(item.ending) ? 'pending' : 'ok';
        this.track(model.exclusive(target, end, action), jobHandle);
        return;
      }
      case 'answer': {
        if (!('isGood' in item)) return;
        await this.answer(pick, item.isGood);
        return;
      }
      case 'read': {
        const [target, handle] = this.chooseOf('job', pick);
        this.read(target, handle);
        return;
      }
      case 'wait': {
        const [target, handle] = this.chooseOf('job', pick);
        const refused = model.refusal(target, 'job');
        this.waits.push({ answer: vix.VixJob_Wait(handle, VIX_PROPERTY_NONE), refused, target });
        return;
      }
      case 'name': {
        const [target, handle] = this.chooseOf('vm', pick);
        const expected = model.readName(target);
        const cell = { value: '' };
        const error = await vix.Vix_GetProperties(handle, VIX_PROPERTY_VM_NAME, cell, VIX_PROPERTY_NONE);
        expect(error, 'reading a name').toBe(expected);
        return;
      }
      case 'release': {
        const [target, handle] = this.choose(pick);
        vix.Vix_ReleaseHandle(handle);
        model.release(target);
        return;
      }
      case 'addRef': {
        const [target, handle] = this.choose(pick);
        vix.Vix_AddRefHandle(handle);
        model.addRef(target);
        return;
      }
      case 'disconnect': {
        const [target, handle] = this.chooseOf('host', pick);
        vix.VixHost_Disconnect(handle);
        await settle();
        model.disconnect(target);
      }
    }
  }

  /** Reads the result handle of a job. */
  read(target: Target, handle: VixHandle): void {
    const cell = { value: VIX_INVALID_HANDLE };
    const id = VIX_PROPERTY_JOB_RESULT_HANDLE;
    const error = this.rig.vix.VixJob_GetNthProperties(handle, 0, id, cell, VIX_PROPERTY_NONE);
    const [expected, result] = this.model.readResult(target);
    expect(error, 'reading a result').toBe(expected);
    if (result === undefined) return;
    if (result.handle === undefined) {
      result.handle = cell.value;
      this.seen.push(result as Thing & { handle: number });
    }
    expect(cell.value, 'one handle for one thing').toBe(result.handle);
  }

  /** Remembers the backend call that a job waits for. */
  hold(job: JobThing, operation: string, how: string): void {
    if (isHeld(how)) this.pending.push({ job, call: this.rig.control.last(operation) });
  }

  /** Lets one held backend call answer: of a connect, an open, or the work that is first in a lane. */
  async answer(number: number, isGood: boolean): Promise<void> {
    const held = this.rig.control.running.filter((call) => !call.signal.aborted);
    const call = held[number % Math.max(1, held.length)];
    if (call === undefined) return;
    const job = this.pending.find((one) => one.call === call)?.job ?? this.workOf(call);
    if (isGood) call.release();
    else call.fail(new Fault('busy', 'not now'));
    await settle();
    const isMissing = call.operation === 'openVm' && call.args[0] === missing;
    this.model.answer(job, isGood ? (isMissing ? VIX_E_VM_NOT_FOUND : VIX_OK) : VIX_E_OBJECT_IS_BUSY);
  }

  /** The job behind a held call on a virtual machine: the one that has run longest. */
  workOf(call: FakeCall): JobThing {
    const running = this.model.things.filter(
      (thing): thing is JobThing =>
        isJob(thing) && thing.error === undefined && thing.uses?.kind === 'vm' && isFirst(thing),
    );
    const held = this.rig.control.running.filter(
      (other) => !other.signal.aborted && other.operation.startsWith('power.'),
    );
    // Calls and jobs of one lane come in the same order; over all lanes the signal of the job tells.
    const job = running.find((one) => this.signalOf(one) === call.signal);
    if (job === undefined) throw new Error(`no job of the model waits for ${call.operation} (${held.length} held)`);
    return job;
  }

  signalOf(job: JobThing): AbortSignal | undefined {
    const entry = this.rig.runtime.table.lookup(job.handle ?? 0, 'job');
    return typeof entry === 'number' ? undefined : entry.payload.signal;
  }

  /** What lives, with which references, is what the model says. */
  compare(): void {
    const { model, rig } = this;
    const counters = rig.vix.Revix_CountHandles();
    expect({ host: counters.host.live, vm: counters.vm.live, job: counters.job.live }).toEqual({
      host: model.liveOf('host'),
      vm: model.liveOf('vm'),
      job: model.liveOf('job'),
    });
    const refs = new Map(rig.vix.Revix_DumpHandles().map((line) => [line.handle as number, line.refs]));
    for (const thing of this.seen) {
      expect(refs.get(thing.handle), `references of the ${thing.kind} ${thing.handle}`).toBe(
        thing.isAlive ? thing.refs : undefined,
      );
    }
  }

  async finish(): Promise<void> {
    await this.rig.vix.Revix_Close();
    await settle();
    // Callbacks of the jobs that were just cancelled may have started others.
    await this.rig.vix.Revix_Close();
    for (const thing of this.model.things) if (thing.kind === 'host') this.model.disconnect(thing);
    for (const thing of this.model.things) if (isJob(thing) && thing.error === undefined) this.model.answer(thing, 10);
    for (const { answer, refused, target } of this.waits) {
      expect(await answer, 'a wait').toBe(
        refused ?? (target !== undefined && isJob(target) ? target.error : undefined),
      );
    }
    for (const call of this.rig.control.running) call.release();
    await settle();
    expect(this.rig.vix.Revix_DumpHandles()).toEqual([]);
    expect(this.rig.control.running).toEqual([]);
    expect([...this.completions.values()].every((count) => count === 1)).toBe(true);
    expect(this.completions.size, 'jobs that told their callback').toBe(this.expectedCompletions);
    expect(this.rig.clock.pending).toBe(0);
    const links = this.rig.backend.links.map((link) => link.closed);
    expect(links).toEqual(links.map(() => 1));
  }
}

function isHeld(how: string): boolean {
  return how === 'pending' || how === 'deaf';
}

function isFirst(job: JobThing): boolean {
  if (job.uses?.kind !== 'vm') return false;
  return job.uses.lane.find((other) => other.error === undefined) === job;
}

describe('random programs', () => {
  it(`behave as the model says (seed ${seed})`, { timeout: 60_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(command, { minLength: 10, maxLength: 60, size: 'max' }), async (commands) => {
        const run = new Run();
        for (const item of [...opening, ...commands]) {
          await run.step(item);
          run.compare();
        }
        await run.finish();
      }),
      { numRuns: runs, seed, endOnFailure: false },
    );
  });
});
