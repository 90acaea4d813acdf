import { describe, expect, it } from 'vitest';
import { settle } from '../../src/base/clock.js';
import { PropertyList } from '../../src/handles/property-list.js';
import { PumpChannel } from '../../src/jobs/event-channel.js';
import type { Job } from '../../src/jobs/job.js';
import { Lane } from '../../src/jobs/lane.js';
import {
  VIX_E_CANCELLED,
  VIX_EVENTTYPE_FIND_ITEM,
  VIX_EVENTTYPE_JOB_COMPLETED,
  VIX_EVENTTYPE_JOB_PROGRESS,
  VIX_OK,
  VIX_PROPERTY_FOUND_ITEM_LOCATION,
  VIX_PROPERTY_JOB_RESULT_HANDLE,
} from '../../src/vix/names.js';
import { HeldWork, RunnerRig } from '../fixtures/runner-rig.js';

function item(): PropertyList {
  const list = new PropertyList();
  list.add(VIX_PROPERTY_FOUND_ITEM_LOCATION, { type: 'string', value: '/a' });
  return list;
}

describe('disconnecting the host of a job', () => {
  it('cancels a running one: signal, listeners and waiters learn it, on a later turn', async () => {
    const rig = new RunnerRig();
    const host = rig.addHost();
    const held = new HeldWork();
    const seen: unknown[] = [];
    const job = rig.start({
      work: held.work,
      owner: host,
      target: '/vms/a.vmx',
      callback: (handle, type) => seen.push([type, job.error, rig.table.find(handle) === job.entry]),
    });
    await settle();
    const { signal } = held.context ?? {};
    const waiting = rig.wait(job);
    rig.table.kill(host);
    expect([seen, signal?.aborted, job.isDone]).toEqual([[], true, false]);
    expect(await waiting).toBe(VIX_E_CANCELLED);
    expect(seen).toEqual([[VIX_EVENTTYPE_JOB_COMPLETED, VIX_E_CANCELLED, true]]);
    expect(job.failure?.message).toMatch(/VixVM_Test on \/vms\/a\.vmx.*disconnected/);
    await settle();
    expect(rig.table.size).toBe(0);
    held.succeed();
    await settle();
    expect(seen).toHaveLength(1);
  });

  it('cancels one that was only just started', async () => {
    const rig = new RunnerRig();
    const host = rig.addHost();
    const held = new HeldWork();
    const job = rig.start({ work: held.work, owner: host });
    const waiting = rig.wait(job);
    rig.table.kill(host);
    expect(await waiting).toBe(VIX_E_CANCELLED);
    expect([held.isStarted, rig.table.size]).toEqual([false, 0]);
  });

  it('cancels one that is queued in a lane, which then never starts', async () => {
    const rig = new RunnerRig();
    const host = rig.addHost();
    const lane = new Lane();
    const [first, second, third] = [new HeldWork(), new HeldWork(), new HeldWork()];
    const running = rig.start({ work: first.work, lane });
    const queued = rig.start({ work: second.work, lane, owner: host });
    const last = rig.start({ work: third.work, lane });
    await settle();
    const waiting = rig.wait(queued);
    rig.table.kill(host);
    expect(await waiting).toBe(VIX_E_CANCELLED);
    first.succeed();
    expect(await rig.wait(running)).toBe(VIX_OK);
    await settle();
    expect([second.isStarted, third.isStarted]).toEqual([false, true]);
    third.succeed();
    expect(await rig.wait(last)).toBe(VIX_OK);
  });

  it('cancels one whose operation is over while earlier events go out, and leaves out those that wait', async () => {
    const rig = new RunnerRig();
    const host = rig.addHost();
    let end = (): void => undefined;
    const types: number[] = [];
    const job = rig.start({
      work: (context) => {
        context.progress(0);
        context.foundItem(item());
      },
      owner: host,
      callback: async (_, type) => {
        types.push(type);
        if (type === VIX_EVENTTYPE_JOB_PROGRESS) await new Promise<void>((resolve) => (end = resolve));
      },
    });
    await settle();
    expect([job.isFinished, job.isDone]).toEqual([true, false]);
    const waiting = rig.wait(job);
    rig.table.kill(host);
    await settle();
    expect(types).toEqual([VIX_EVENTTYPE_JOB_PROGRESS]);
    end();
    expect(await waiting).toBe(VIX_E_CANCELLED);
    expect(job.results).toBeUndefined();
    expect(types).toEqual([VIX_EVENTTYPE_JOB_PROGRESS, VIX_EVENTTYPE_JOB_COMPLETED]);
    expect(rig.table.size).toBe(0);
  });

  it('lets the completion callback of a done one end', async () => {
    const rig = new RunnerRig();
    const host = rig.addHost();
    let end = (): void => undefined;
    const job = rig.start({
      work: () => undefined,
      owner: host,
      callback: () => new Promise<void>((resolve) => (end = resolve)),
    });
    await settle();
    expect(job.isDone).toBe(true);
    rig.table.kill(host);
    expect(rig.table.find(job.handle)).toBe(job.entry);
    end();
    await settle();
    expect(rig.table.size).toBe(0);
  });

  it('waits ten seconds for a callback that does not end, and no longer', async () => {
    const rig = new RunnerRig();
    const host = rig.addHost();
    const types: number[] = [];
    const job = rig.start({
      work: (context) => context.progress(0),
      owner: host,
      callback: (_, type) => {
        types.push(type);
        return new Promise<void>(() => undefined);
      },
    });
    await settle();
    rig.table.kill(host);
    await rig.clock.advance(9999);
    expect([job.isDone, types]).toEqual([false, [VIX_EVENTTYPE_JOB_PROGRESS]]);
    await rig.clock.advance(1);
    expect([job.isDone, types]).toEqual([true, [VIX_EVENTTYPE_JOB_PROGRESS, VIX_EVENTTYPE_JOB_COMPLETED]]);
    expect([rig.table.size, rig.clock.pending]).toEqual([0, 0]);
  });

  it('leaves no timer for a callback that ends in time', async () => {
    const rig = new RunnerRig(60_000);
    const host = rig.addHost();
    const job = rig.start({ work: new HeldWork().work, owner: host, callback: () => Promise.resolve() });
    await settle();
    rig.table.kill(host);
    expect(await rig.wait(job)).toBe(VIX_E_CANCELLED);
    expect([rig.table.size, rig.clock.pending]).toEqual([0, 0]);
  });

  it('ends one that has told everybody at once', async () => {
    const rig = new RunnerRig();
    const host = rig.addHost();
    const vm = rig.table.add('vm', {}, 'VixVM_Open');
    rig.table.hold(vm);
    const job = rig.start({
      work: ({ results }) => results.add(VIX_PROPERTY_JOB_RESULT_HANDLE, { type: 'handle', value: vm.handle }),
      owner: host,
    });
    await rig.wait(job);
    rig.table.kill(host);
    expect([job.entry?.isDestroyed, vm.isDestroyed, rig.table.size]).toEqual([true, true, 0]);
  });

  it('ends such a one even while the engine reads it', async () => {
    const rig = new RunnerRig();
    const host = rig.addHost();
    const job = rig.start({ work: () => undefined, owner: host });
    await rig.wait(job);
    if (job.entry !== undefined) rig.table.hold(job.entry);
    rig.table.kill(host);
    expect([job.entry?.isDestroyed, rig.table.size]).toEqual([true, 0]);
  });

  it('needs no timer for one without a callback', async () => {
    const rig = new RunnerRig();
    const host = rig.addHost();
    rig.start({ work: new HeldWork().work, owner: host });
    await settle();
    rig.table.kill(host);
    expect(rig.clock.pending).toBe(0);
  });

  it('from inside its own callback neither loses nor repeats an event', async () => {
    const rig = new RunnerRig();
    const host = rig.addHost();
    const types: number[] = [];
    const held = new HeldWork();
    const job = rig.start({
      work: (context) => {
        context.progress(0);
        return held.work(context);
      },
      owner: host,
      callback: (_, type) => {
        types.push(type);
        if (type === VIX_EVENTTYPE_JOB_PROGRESS) rig.table.kill(host);
      },
    });
    expect(await rig.wait(job)).toBe(VIX_E_CANCELLED);
    await settle();
    expect(types).toEqual([VIX_EVENTTYPE_JOB_PROGRESS, VIX_EVENTTYPE_JOB_COMPLETED]);
    expect(rig.table.size).toBe(0);
  });

  it('releases what the job uses', async () => {
    const rig = new RunnerRig();
    const host = rig.addHost();
    const vm = rig.table.add('vm', {}, 'VixVM_Open');
    rig.table.addRef(vm.handle);
    const held = new HeldWork();
    rig.start({ work: held.work, owner: host, uses: vm });
    await settle();
    rig.table.release(vm.handle);
    expect(vm.isDestroyed).toBe(false);
    rig.table.kill(host);
    expect(vm.isDestroyed).toBe(true);
  });
});

describe('disconnecting a host in pump mode', () => {
  function start(rig: RunnerRig): {
    readonly job: Job;
    readonly held: HeldWork;
    readonly types: number[];
    readonly kill: () => void;
  } {
    const host = rig.addHost();
    const held = new HeldWork();
    const types: number[] = [];
    const job = rig.start({
      work: (context) => {
        context.foundItem(item());
        context.progress(0);
        return held.work(context);
      },
      owner: host,
      channel: new PumpChannel(new Set()),
      callback: (_, type) => types.push(type),
    });
    return { job, held, types, kill: () => rig.table.kill(host) };
  }

  it('delivers the cancel of a running job without a pump, and no earlier events', async () => {
    const rig = new RunnerRig();
    const { job, types, kill } = start(rig);
    await settle();
    expect(types).toEqual([]);
    kill();
    expect(types).toEqual([]);
    await settle();
    expect(types).toEqual([VIX_EVENTTYPE_JOB_COMPLETED]);
    expect([job.error, rig.table.size]).toEqual([VIX_E_CANCELLED, 0]);
  });

  it('cancels a finished job whose completion is pending, and delivers that without a pump', async () => {
    const rig = new RunnerRig();
    const { job, held, types, kill } = start(rig);
    await settle();
    held.succeed();
    await settle();
    expect([types, job.isFinished, job.isDone]).toEqual([[], true, false]);
    kill();
    await settle();
    expect(types).toEqual([VIX_EVENTTYPE_JOB_COMPLETED]);
    expect([job.error, rig.table.size]).toEqual([VIX_E_CANCELLED, 0]);
  });

  it.each(['running', 'done'] as const)('goes on after an async callback of a %s job without a pump', async (state) => {
    const rig = new RunnerRig();
    const host = rig.addHost();
    const channel = new PumpChannel(new Set());
    const held = new HeldWork();
    const types: number[] = [];
    let end = (): void => undefined;
    const job = rig.start({
      work: (context) => {
        context.foundItem(item());
        return state === 'running' ? held.work(context) : undefined;
      },
      owner: host,
      channel,
      callback: (_, type) => {
        types.push(type);
        return new Promise<void>((resolve) => (end = resolve));
      },
    });
    await settle();
    channel.pump();
    if (state === 'done') {
      end();
      await settle();
      channel.pump();
    }
    expect(job.isDone).toBe(state === 'done');
    rig.table.kill(host);
    await settle();
    end();
    await settle();
    end();
    await settle();
    expect(types).toEqual([VIX_EVENTTYPE_FIND_ITEM, VIX_EVENTTYPE_JOB_COMPLETED]);
    expect([job.isDone, rig.table.size]).toEqual([true, 0]);
  });
});
