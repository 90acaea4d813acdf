import { describe, expect, it, vi } from 'vitest';
import { settle } from '../../src/base/clock.js';
import { Fault } from '../../src/base/fault.js';
import { VixFailure } from '../../src/errors/vix-failure.js';
import { PropertyList } from '../../src/handles/property-list.js';
import { PumpChannel } from '../../src/jobs/event-channel.js';

import {
  VIX_E_CANCELLED,
  VIX_E_FAIL,
  VIX_E_FILE_NOT_FOUND,
  VIX_E_INVALID_ARG,
  VIX_E_UNFINISHED_JOB,
  VIX_EVENTTYPE_FIND_ITEM,
  VIX_EVENTTYPE_JOB_COMPLETED,
  VIX_EVENTTYPE_JOB_PROGRESS,
  VIX_OK,
  VIX_PROPERTY_FOUND_ITEM_LOCATION,
  VIX_PROPERTY_JOB_RESULT_HANDLE,
  VIX_PROPERTY_JOB_RESULT_ITEM_NAME,
} from '../../src/vix/names.js';
import { HeldWork, RunnerRig } from '../fixtures/runner-rig.js';

function item(location: string): PropertyList {
  const list = new PropertyList();
  list.add(VIX_PROPERTY_FOUND_ITEM_LOCATION, { type: 'string', value: location });
  return list;
}

describe('a job', () => {
  it('completes on a later turn, also when its work has nothing to do', async () => {
    const rig = new RunnerRig();
    const order: string[] = [];
    const job = rig.start({
      work: () => void order.push('work'),
      callback: (_, type) => order.push(`event ${type}`),
    });
    order.push('started');
    expect([job.isFinished, job.isDone, job.error]).toEqual([false, false, VIX_E_UNFINISHED_JOB]);
    expect(await rig.wait(job)).toBe(VIX_OK);
    expect(order).toEqual(['started', 'work', `event ${VIX_EVENTTYPE_JOB_COMPLETED}`]);
  });

  it('has one reference of the program and one hold of the engine while it runs', async () => {
    const rig = new RunnerRig();
    const held = new HeldWork();
    const job = rig.start({ work: held.work });
    await settle();
    expect([job.entry?.refs, job.entry?.holds, job.handle]).toEqual([1, 1, 1]);
    held.succeed();
    await rig.wait(job);
    expect([job.entry?.refs, job.entry?.holds]).toEqual([1, 0]);
    rig.table.release(job.handle);
    expect(rig.table.size).toBe(0);
  });

  it('shows nothing of its results before it is done', async () => {
    const rig = new RunnerRig();
    const held = new HeldWork();
    const job = rig.start({ work: held.work });
    await settle();
    held.context?.results.add(VIX_PROPERTY_JOB_RESULT_ITEM_NAME, { type: 'string', value: 'a' });
    expect(job.results).toBeUndefined();
    held.succeed();
    await rig.wait(job);
    expect(job.results?.get(VIX_PROPERTY_JOB_RESULT_ITEM_NAME)).toEqual({ type: 'string', value: 'a' });
  });

  it('tells how far it is, 0 before anything is known of it', async () => {
    const rig = new RunnerRig();
    const held = new HeldWork();
    const job = rig.start({ work: held.work });
    expect(job.fractionDone).toBe(0);
    await settle();
    held.context?.progress(0.25);
    expect(job.fractionDone).toBe(0.25);
    held.succeed();
    await rig.wait(job);
  });

  it('without results has none', async () => {
    const rig = new RunnerRig();
    const job = rig.start({ work: () => undefined });
    await rig.wait(job);
    expect([job.results, job.failure, job.error]).toEqual([undefined, undefined, VIX_OK]);
  });

  it.each<[string, unknown, number, string]>([
    ['a fault', new Fault('file-not-found', 'there is no /a'), VIX_E_FILE_NOT_FOUND, 'there is no /a'],
    ['a failure', new VixFailure(VIX_E_INVALID_ARG, 'parameter x'), VIX_E_INVALID_ARG, 'parameter x'],
    ['an error', new TypeError('broken'), VIX_E_FAIL, 'broken'],
    ['a string', 'oops', VIX_E_FAIL, 'oops'],
    ['undefined', undefined, VIX_E_FAIL, 'undefined'],
  ])('ends with the code of %s, thrown or rejected', async (_, thrown, code, words) => {
    const rig = new RunnerRig();
    const sync = rig.start({
      target: '/vms/a.vmx',
      work: () => {
        throw thrown;
      },
    });
    const rejected = rig.start({ work: () => Promise.reject(thrown) });
    expect(await rig.wait(sync)).toBe(code);
    expect(await rig.wait(rejected)).toBe(code);
    expect([sync.error, rejected.error]).toEqual([code, code]);
    expect(sync.failure?.message).toMatch(/^VixVM_Test on \/vms\/a\.vmx: /);
    expect(sync.failure?.message).toContain(words);
    expect(rejected.failure?.message).toMatch(/^VixVM_Test: /);
    expect(rejected.failure?.message).not.toContain(' on ');
    expect([sync.results, rejected.results]).toEqual([undefined, undefined]);
  });

  it('keeps what was thrown as the cause of its failure', async () => {
    const rig = new RunnerRig();
    const fault = new Fault('busy', 'later');
    const ofFault = rig.start({ work: () => Promise.reject(fault) });
    const failure = new VixFailure(VIX_E_INVALID_ARG, 'bad');
    const ofFailure = rig.start({ work: () => Promise.reject(failure) });
    await rig.wait(ofFault);
    await rig.wait(ofFailure);
    expect([ofFault.failure?.cause, ofFailure.failure?.cause]).toEqual([fault, failure]);
  });

  it('ends once: whoever ends it first decides', async () => {
    const rig = new RunnerRig();
    const held = new HeldWork();
    let completions = 0;
    const job = rig.start({ work: held.work, callback: () => (completions += 1) });
    await settle();
    expect(job.fail(new VixFailure(VIX_E_CANCELLED, 'first'))).toBe(true);
    expect(job.fail(new VixFailure(VIX_E_FAIL, 'second'))).toBe(false);
    expect(job.succeed(undefined)).toBe(false);
    held.succeed();
    await settle();
    expect([job.error, job.failure?.message, completions]).toEqual([VIX_E_CANCELLED, 'first', 1]);
    expect(await rig.wait(job)).toBe(VIX_E_CANCELLED);
  });

  it('ignores a failure that comes after the success', async () => {
    const rig = new RunnerRig();
    const job = rig.start({ work: () => undefined });
    await rig.wait(job);
    expect(job.fail(new VixFailure(VIX_E_FAIL, 'late'))).toBe(false);
    expect([job.error, job.failure]).toEqual([VIX_OK, undefined]);
  });

  it('never starts its work when it has ended before its turn', async () => {
    const rig = new RunnerRig();
    const held = new HeldWork();
    const job = rig.start({ work: held.work });
    job.fail(new VixFailure(VIX_E_CANCELLED, 'early'));
    await settle();
    expect([held.isStarted, await rig.wait(job)]).toEqual([false, VIX_E_CANCELLED]);
  });

  it('aborts its signal when it fails, with the failure as reason, and not when it succeeds', async () => {
    const rig = new RunnerRig();
    const [failing, fine] = [new HeldWork(), new HeldWork()];
    const job = rig.start({ work: failing.work });
    const other = rig.start({ work: fine.work });
    await settle();
    const signal = failing.context?.signal;
    const fineSignal = fine.context?.signal;
    expect([signal?.aborted, failing.context?.signal === signal]).toEqual([false, true]);
    const failure = new VixFailure(VIX_E_CANCELLED, 'stop');
    job.fail(failure);
    fine.succeed();
    await rig.wait(other);
    expect([signal?.aborted, signal?.reason, fineSignal?.aborted]).toEqual([true, failure, false]);
    expect(other.signal.aborted).toBe(false);
  });

  it('hands an aborted signal to work that asks for it only after the end', async () => {
    const rig = new RunnerRig();
    const held = new HeldWork();
    const job = rig.start({ work: held.work });
    await settle();
    const failure = new VixFailure(VIX_E_CANCELLED, 'stop');
    job.fail(failure);
    const signal = held.context?.signal;
    expect([signal?.aborted, signal?.reason]).toEqual([true, failure]);
    expect(held.context?.signal).toBe(signal);
  });

  it('runs what waits for its end at once when it has ended already', async () => {
    const rig = new RunnerRig();
    const held = new HeldWork();
    const job = rig.start({ work: held.work });
    const order: string[] = [];
    job.onFinish(() => order.push('first'));
    job.onFinish(() => order.push('second'));
    await settle();
    expect(order).toEqual([]);
    held.succeed();
    await rig.wait(job);
    job.onFinish(() => order.push('third'));
    expect(order).toEqual(['first', 'second', 'third']);
  });

  it('keeps what it uses alive until it ends', async () => {
    const rig = new RunnerRig();
    const held = new HeldWork();
    const vm = rig.table.add('vm', {}, 'VixVM_Open');
    rig.table.addRef(vm.handle);
    const job = rig.start({ work: held.work, uses: vm });
    rig.table.release(vm.handle);
    await settle();
    expect([vm.isDestroyed, vm.holds]).toEqual([false, 1]);
    held.fail(new Fault('busy', 'no'));
    await rig.wait(job);
    expect(vm.isDestroyed).toBe(true);
  });

  it('gives its work the clock', async () => {
    const rig = new RunnerRig();
    const held = new HeldWork();
    rig.start({ work: held.work });
    await settle();
    expect(held.context?.clock).toBe(rig.clock);
  });
});

describe('a job that nobody holds any more', () => {
  it('finishes, calls back with a valid handle, and is gone after that', async () => {
    const rig = new RunnerRig();
    const held = new HeldWork();
    const seen: unknown[] = [];
    const job = rig.start({
      work: held.work,
      callback: (handle, type, info, data) => {
        seen.push([rig.table.find(handle)?.payload === job, type, info, data]);
        rig.table.release(handle);
      },
      clientData: 0,
    });
    rig.table.release(job.handle);
    rig.table.release(job.handle);
    await settle();
    expect(rig.table.size).toBe(1);
    held.succeed();
    await settle();
    expect(seen).toEqual([[true, VIX_EVENTTYPE_JOB_COMPLETED, 0, 0]]);
    expect(rig.table.size).toBe(0);
  });

  it('lives until an async callback has ended', async () => {
    const rig = new RunnerRig();
    let end = (): void => undefined;
    const job = rig.start({
      work: () => undefined,
      callback: () =>
        new Promise<void>((resolve) => {
          end = resolve;
        }),
    });
    rig.table.release(job.handle);
    await settle();
    expect(rig.table.find(job.handle)).toBe(job.entry);
    end();
    await settle();
    expect(rig.table.size).toBe(0);
  });
});

describe('result handles', () => {
  it('are held by the job and dropped with it', async () => {
    const rig = new RunnerRig();
    const vm = rig.table.add('vm', {}, 'VixVM_Open');
    rig.table.hold(vm);
    const job = rig.start({
      work: ({ results }) => results.add(VIX_PROPERTY_JOB_RESULT_HANDLE, { type: 'handle', value: vm.handle }),
    });
    await rig.wait(job);
    expect([vm.holds, vm.isDestroyed]).toEqual([1, false]);
    rig.table.addRef(vm.handle);
    rig.table.release(job.handle);
    expect([vm.holds, vm.refs, vm.isDestroyed]).toEqual([0, 1, false]);
    rig.table.release(vm.handle);
    expect(rig.table.size).toBe(0);
  });

  it('go with the job when nobody read them, and only once', async () => {
    const rig = new RunnerRig();
    const vm = rig.table.add('vm', {}, 'VixVM_Open');
    rig.table.hold(vm);
    rig.table.hold(vm);
    const job = rig.start({
      work: ({ results }) => results.add(VIX_PROPERTY_JOB_RESULT_HANDLE, { type: 'handle', value: vm.handle }),
    });
    await rig.wait(job);
    rig.table.release(job.handle);
    job.onDestroy();
    expect([vm.holds, job.results]).toEqual([1, undefined]);
  });

  it('are released when success comes after a cancel', async () => {
    const rig = new RunnerRig();
    const held = new HeldWork();
    const job = rig.start({ work: held.work });
    await settle();
    job.fail(new VixFailure(VIX_E_CANCELLED, 'stop'));
    const vm = rig.table.add('vm', {}, 'VixVM_Open');
    rig.table.hold(vm);
    held.context?.results.add(VIX_PROPERTY_JOB_RESULT_HANDLE, { type: 'handle', value: vm.handle });
    held.succeed();
    await settle();
    expect([vm.isDestroyed, job.results, job.error]).toEqual([true, undefined, VIX_E_CANCELLED]);
  });

  it.each(['throws', 'rejects'])('are released when the work %s after it has made them', async (how) => {
    const rig = new RunnerRig();
    const vm = rig.table.add('vm', {}, 'VixVM_Open');
    rig.table.hold(vm);
    const job = rig.start({
      work: ({ results }) => {
        results.add(VIX_PROPERTY_JOB_RESULT_HANDLE, { type: 'handle', value: vm.handle });
        if (how === 'rejects') return Promise.reject(new Fault('busy', 'no'));
        throw new Fault('busy', 'no');
      },
    });
    expect(await rig.wait(job)).toBe(5);
    expect([vm.isDestroyed, job.results]).toEqual([true, undefined]);
  });

  it('may be dead when the job goes', async () => {
    const rig = new RunnerRig();
    const vm = rig.table.add('vm', {}, 'VixVM_Open');
    rig.table.hold(vm);
    const job = rig.start({
      work: ({ results }) => results.add(VIX_PROPERTY_JOB_RESULT_HANDLE, { type: 'handle', value: vm.handle }),
    });
    await rig.wait(job);
    rig.table.kill(vm);
    rig.table.release(job.handle);
    expect(rig.table.size).toBe(0);
  });
});

describe('found items', () => {
  it('come as events with a list of their own, and stay on the job', async () => {
    const rig = new RunnerRig();
    const seen: unknown[] = [];
    const job = rig.start({
      work: async (context) => {
        context.foundItem(item('/a'));
        await settle(1);
        context.foundItem(item('/b'));
      },
      callback: (_, type, info) => {
        const list = rig.table.lookup(info, 'propertyList');
        const value = typeof list === 'number' ? list : list.payload.list.get(VIX_PROPERTY_FOUND_ITEM_LOCATION);
        seen.push([type, typeof value === 'number' ? value : value.value]);
      },
    });
    expect(await rig.wait(job)).toBe(VIX_OK);
    expect(seen).toEqual([
      [VIX_EVENTTYPE_FIND_ITEM, '/a'],
      [VIX_EVENTTYPE_FIND_ITEM, '/b'],
      [VIX_EVENTTYPE_JOB_COMPLETED, 1000],
    ]);
    expect(job.results?.count(VIX_PROPERTY_FOUND_ITEM_LOCATION)).toBe(2);
    expect(rig.table.counters().propertyList).toEqual({ live: 0, created: 2 });
  });

  it('make no handle when nobody listens', async () => {
    const rig = new RunnerRig();
    const job = rig.start({ work: (context) => context.foundItem(item('/a')) });
    await rig.wait(job);
    expect(rig.table.counters().propertyList.created).toBe(0);
    expect(job.results?.count(VIX_PROPERTY_FOUND_ITEM_LOCATION)).toBe(1);
  });

  it('are ignored once the job has ended', async () => {
    const rig = new RunnerRig();
    const held = new HeldWork();
    const types: number[] = [];
    const job = rig.start({ work: held.work, callback: (_, type) => types.push(type) });
    await settle();
    job.fail(new VixFailure(VIX_E_CANCELLED, 'stop'));
    held.context?.foundItem(item('/late'));
    held.context?.progress(1);
    await settle();
    expect(types).toEqual([VIX_EVENTTYPE_JOB_COMPLETED]);
    expect(rig.table.counters().propertyList.created).toBe(0);
  });

  it('carry several properties, the first of each id', async () => {
    const rig = new RunnerRig();
    const list = item('/a');
    list.add(VIX_PROPERTY_JOB_RESULT_ITEM_NAME, { type: 'string', value: 'lab' });
    list.add(VIX_PROPERTY_FOUND_ITEM_LOCATION, { type: 'string', value: 'second' });
    const job = rig.start({ work: (context) => context.foundItem(list) });
    await rig.wait(job);
    expect([...(job.results?.ids ?? [])]).toEqual([
      VIX_PROPERTY_FOUND_ITEM_LOCATION,
      VIX_PROPERTY_JOB_RESULT_ITEM_NAME,
    ]);
    expect(job.results?.get(VIX_PROPERTY_FOUND_ITEM_LOCATION)).toEqual({ type: 'string', value: '/a' });
  });
});

describe('progress', () => {
  it('comes as an event without details, before the completion', async () => {
    const rig = new RunnerRig();
    const seen: unknown[] = [];
    const job = rig.start({
      work: (context) => {
        context.progress(0.5);
        context.progress(1);
      },
      callback: (_, type, info) => seen.push([type, info]),
    });
    await rig.wait(job);
    expect(seen).toEqual([
      [VIX_EVENTTYPE_JOB_PROGRESS, 0],
      [VIX_EVENTTYPE_JOB_PROGRESS, 0],
      [VIX_EVENTTYPE_JOB_COMPLETED, 0],
    ]);
  });

  it('goes nowhere when nobody listens', async () => {
    const rig = new RunnerRig();
    const job = rig.start({ work: (context) => context.progress(0.5) });
    expect(await rig.wait(job)).toBe(VIX_OK);
  });
});

describe('the time limit', () => {
  it('ends a job by the clock, and names the limit', async () => {
    const rig = new RunnerRig(5000);
    const held = new HeldWork();
    const job = rig.start({ work: held.work, target: '/vms/a.vmx' });
    await rig.clock.advance(4999);
    expect([job.isDone, held.context?.signal.aborted]).toEqual([false, false]);
    await rig.clock.advance(1);
    expect([job.error, held.context?.signal.aborted]).toEqual([VIX_E_CANCELLED, true]);
    expect(job.failure?.message).toMatch(/VixVM_Test on \/vms\/a\.vmx.*5000 ms/);
  });

  it('leaves alone a job that is over and waits for the pump', async () => {
    const rig = new RunnerRig(5000);
    const channel = new PumpChannel(new Set());
    const job = rig.start({
      work: ({ results }) => results.add(VIX_PROPERTY_JOB_RESULT_ITEM_NAME, { type: 'string', value: 'a' }),
      channel,
    });
    await rig.clock.advance(6000);
    expect([job.isFinished, job.isDone, job.results]).toEqual([true, false, undefined]);
    channel.pump();
    expect([job.isDone, job.error, job.results?.count(VIX_PROPERTY_JOB_RESULT_ITEM_NAME)]).toEqual([true, VIX_OK, 1]);
  });

  it('leaves no timer behind', async () => {
    const rig = new RunnerRig(5000);
    const job = rig.start({ work: () => undefined });
    expect(rig.clock.pending).toBe(1);
    await rig.wait(job);
    expect(rig.clock.pending).toBe(0);
  });

  it('is absent by default', () => {
    const rig = new RunnerRig();
    rig.start({ work: new HeldWork().work });
    expect(rig.clock.pending).toBe(0);
  });
});

describe('without anybody who listens for trouble', () => {
  it('a callback that fails, and work in the background, give a warning of the process', async () => {
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    try {
      const rig = new RunnerRig();
      rig.runner.events.removeAllListeners();
      const job = rig.start({
        work: () => undefined,
        callback: () => {
          throw new Error('in a callback');
        },
      });
      expect(await rig.wait(job)).toBe(VIX_OK);
      rig.runner.reportBackground(new Error('in the background'));
      let fail: (error: Error) => void = () => undefined;
      const slow = rig.start({ work: () => undefined, callback: () => new Promise((_, reject) => (fail = reject)) });
      await settle();
      slow.events?.abandon();
      rig.table.release(slow.handle);
      fail(new Error('too late'));
      await settle();
      expect(warn.mock.calls.map(String)).toEqual([
        expect.stringMatching(/VixVM_Test.*in a callback.*RevixWarning/),
        expect.stringMatching(/in the background.*RevixWarning/),
        expect.stringMatching(/a job.*too late.*RevixWarning/),
      ]);
      expect(rig.callbackErrors).toEqual([]);
    } finally {
      warn.mockRestore();
    }
  });
});
