import { describe, expect, it } from 'vitest';
import { settle } from '../../src/base/clock.js';
import { immediateChannel, PumpChannel } from '../../src/jobs/event-channel.js';
import { VIX_EVENTTYPE_JOB_COMPLETED, VIX_EVENTTYPE_JOB_PROGRESS, VIX_OK } from '../../src/vix/names.js';
import { HeldWork, RunnerRig } from '../fixtures/runner-rig.js';

describe('the immediate channel', () => {
  it('runs everything at once', () => {
    const order: number[] = [];
    immediateChannel.post(() => order.push(1));
    immediateChannel.pump();
    immediateChannel.beginWait();
    immediateChannel.post(() => order.push(2));
    immediateChannel.endWait();
    expect(order).toEqual([1, 2]);
  });
});

describe('a pump channel', () => {
  it('runs nothing before it is pumped, then everything in order', () => {
    const channel = new PumpChannel(new Set());
    const order: number[] = [];
    for (const number of [1, 2, 3]) channel.post(() => order.push(number));
    expect(order).toEqual([]);
    channel.pump();
    expect(order).toEqual([1, 2, 3]);
    channel.pump();
    expect(order).toEqual([1, 2, 3]);
  });

  it('runs what is pending when a wait begins, and everything at once until the last wait ends', () => {
    const channel = new PumpChannel(new Set());
    const order: number[] = [];
    channel.post(() => order.push(1));
    channel.beginWait();
    channel.beginWait();
    expect(order).toEqual([1]);
    channel.endWait();
    channel.post(() => order.push(2));
    expect(order).toEqual([1, 2]);
    channel.endWait();
    channel.post(() => order.push(3));
    expect(order).toEqual([1, 2]);
  });

  it('keeps the order when an action pumps or posts', () => {
    const channel = new PumpChannel(new Set());
    const order: string[] = [];
    channel.post(() => {
      order.push('1 in');
      channel.post(() => order.push('3'));
      channel.pump();
      order.push('1 out');
    });
    channel.post(() => order.push('2'));
    channel.pump();
    expect(order).toEqual(['1 in', '1 out', '2', '3']);
  });
});

describe('a job in pump mode', () => {
  it('works on by itself, but tells nobody before it is pumped', async () => {
    const rig = new RunnerRig();
    const channel = new PumpChannel(new Set());
    const types: number[] = [];
    const job = rig.start({
      work: (context) => context.progress(0),
      channel,
      callback: (_, type) => types.push(type),
    });
    await settle();
    expect([types, job.isFinished, job.isDone]).toEqual([[], true, false]);
    channel.pump();
    expect(types).toEqual([VIX_EVENTTYPE_JOB_PROGRESS, VIX_EVENTTYPE_JOB_COMPLETED]);
    expect([job.isDone, job.error]).toEqual([true, VIX_OK]);
  });

  it('needs no pump while somebody waits, and needs it again after that', async () => {
    const rig = new RunnerRig();
    const channel = new PumpChannel(new Set());
    const held = new HeldWork();
    const job = rig.start({ work: held.work, channel });
    const waiting = rig.wait(job);
    await settle();
    held.succeed();
    expect(await waiting).toBe(VIX_OK);
    const next = rig.start({ work: () => undefined, channel });
    await settle();
    expect(next.isDone).toBe(false);
    channel.pump();
    expect(next.isDone).toBe(true);
  });

  it('is done at once for a wait that finds it finished, and asks for no pump after that', async () => {
    const rig = new RunnerRig();
    const channel = new PumpChannel(new Set());
    const job = rig.start({ work: () => undefined, channel });
    await settle();
    let isWoken = false;
    expect(job.wait(() => (isWoken = true))).toBe(VIX_OK);
    expect(isWoken).toBe(true);
    const later = rig.start({ work: () => undefined, channel });
    await settle();
    expect(later.isDone).toBe(false);
  });

  it('gives back its wait when several waited', async () => {
    const rig = new RunnerRig();
    const channel = new PumpChannel(new Set());
    const held = new HeldWork();
    const job = rig.start({ work: held.work, channel });
    const waits = [rig.wait(job), rig.wait(job)];
    await settle();
    held.succeed();
    expect(await Promise.all(waits)).toEqual([VIX_OK, VIX_OK]);
    const later = rig.start({ work: () => undefined, channel });
    await settle();
    expect(later.isDone).toBe(false);
  });
});
