import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { settle } from '../../src/base/clock.js';
import { PropertyList } from '../../src/handles/property-list.js';
import { immediateChannel, PumpChannel } from '../../src/jobs/event-channel.js';
import { JobEvents } from '../../src/jobs/job-events.js';
import {
  VIX_E_UNFINISHED_JOB,
  VIX_EVENTTYPE_FIND_ITEM,
  VIX_EVENTTYPE_JOB_COMPLETED,
  VIX_EVENTTYPE_JOB_PROGRESS,
  VIX_OK,
  VIX_PROPERTY_FOUND_ITEM_LOCATION,
  VIX_PROPERTY_JOB_RESULT_ITEM_NAME,
} from '../../src/vix/names.js';
import type { VixHandle } from '../../src/vix/types.js';
import { HeldWork, RunnerRig } from '../fixtures/runner-rig.js';

function item(): PropertyList {
  const list = new PropertyList();
  list.add(VIX_PROPERTY_FOUND_ITEM_LOCATION, { type: 'string', value: '/a' });
  return list;
}

/** A promise that the test settles. */
function gate(): { readonly opened: Promise<void>; readonly open: () => void; readonly fail: (error: Error) => void } {
  let open = (): void => undefined;
  let fail: (error: Error) => void = () => undefined;
  const opened = new Promise<void>((resolve, reject) => {
    open = resolve;
    fail = reject;
  });
  return { opened, open: () => open(), fail: (error) => fail(error) };
}

describe('callbacks', () => {
  it('see the results, and run before the waiters wake', async () => {
    const rig = new RunnerRig();
    const order: unknown[] = [];
    const job = rig.start({
      work: ({ results }) => results.add(VIX_PROPERTY_JOB_RESULT_ITEM_NAME, { type: 'string', value: 'a' }),
      callback: () => {
        const value = job.results?.get(VIX_PROPERTY_JOB_RESULT_ITEM_NAME);
        order.push(['callback', job.isDone, job.error, typeof value === 'object' ? value.value : value]);
      },
    });
    const waits = [1, 2].map((number) => rig.wait(job).then(() => order.push(`waiter ${number}`)));
    await Promise.all(waits);
    expect(order).toEqual([['callback', true, VIX_OK, 'a'], 'waiter 1', 'waiter 2']);
  });

  it('get the job, the event, its details and the client data as they are', async () => {
    const rig = new RunnerRig();
    for (const data of [0, null, undefined, '', Number.NaN, { a: 1 }, Symbol('x')]) {
      const seen: unknown[] = [];
      const job = rig.start({ work: () => undefined, callback: (...args) => seen.push(...args), clientData: data });
      await rig.wait(job);
      expect(seen).toEqual([job.handle, VIX_EVENTTYPE_JOB_COMPLETED, 0, data]);
    }
  });

  it('that are async hold back the next event and the waiters', async () => {
    const rig = new RunnerRig();
    const gates = [gate(), gate(), gate()];
    const order: string[] = [];
    let next = 0;
    const job = rig.start({
      work: (context) => {
        context.progress(0);
        context.progress(1);
      },
      callback: async (_, type) => {
        const mine = gates[next];
        next += 1;
        order.push(`event ${type}`);
        await mine?.opened;
        order.push(`end ${type}`);
      },
    });
    const waiting = rig.wait(job).then(() => order.push('waiter'));
    await settle();
    expect(order).toEqual([`event ${VIX_EVENTTYPE_JOB_PROGRESS}`]);
    expect([job.isFinished, job.isDone, job.error]).toEqual([true, false, VIX_E_UNFINISHED_JOB]);
    gates[0]?.open();
    await settle();
    expect(order).toHaveLength(3);
    gates[1]?.open();
    await settle();
    expect(order.at(-1)).toBe(`event ${VIX_EVENTTYPE_JOB_COMPLETED}`);
    expect([job.isDone, job.error]).toEqual([true, VIX_OK]);
    gates[2]?.open();
    await waiting;
    expect(order.slice(-2)).toEqual([`end ${VIX_EVENTTYPE_JOB_COMPLETED}`, 'waiter']);
  });

  it('keep the details of an item until an async callback has ended', async () => {
    const rig = new RunnerRig();
    const held = gate();
    let info = 0;
    const job = rig.start({
      work: (context) => context.foundItem(item()),
      callback: async (_, type, details) => {
        if (type !== VIX_EVENTTYPE_FIND_ITEM) return;
        info = details;
        await held.opened;
      },
    });
    await settle();
    expect(rig.table.find(info)?.kind).toBe('propertyList');
    held.open();
    await rig.wait(job);
    expect(rig.table.find(info)).toBeUndefined();
  });

  it('cannot keep or destroy the details of an item', async () => {
    const rig = new RunnerRig();
    const job = rig.start({
      work: (context) => context.foundItem(item()),
      callback: (_, type, info) => {
        if (type !== VIX_EVENTTYPE_FIND_ITEM) return;
        rig.table.release(info);
        rig.table.addRef(info);
        rig.table.release(info);
        expect(rig.table.find(info)?.kind).toBe('propertyList');
        rig.table.addRef(info);
      },
    });
    await rig.wait(job);
    expect([rig.callbackErrors, rig.table.counters().propertyList.live]).toEqual([[], 0]);
  });

  it.each([
    [
      'throws',
      () => {
        throw new Error('callback');
      },
    ],
    ['rejects', () => Promise.reject(new Error('callback'))],
  ])('that %s is reported and harms nothing', async (_, callback) => {
    const rig = new RunnerRig();
    const failed: unknown[] = [];
    rig.runner.events.on('callbackFailed', (error, job) => failed.push([error instanceof Error, job]));
    const job = rig.start({ work: (context) => context.progress(0), callback });
    expect(await rig.wait(job)).toBe(VIX_OK);
    expect(failed).toEqual([
      [true, job.handle],
      [true, job.handle],
    ]);
    expect(job.entry?.holds).toBe(0);
  });

  it('may start another job and wait for it', async () => {
    const rig = new RunnerRig();
    let inner: number | undefined;
    const job = rig.start({
      work: () => undefined,
      callback: async () => {
        inner = await rig.wait(rig.start({ work: () => undefined }));
      },
    });
    expect(await rig.wait(job)).toBe(VIX_OK);
    expect(inner).toBe(VIX_OK);
  });
});

describe('a wait', () => {
  it('answers at once for a job that is done, any number of times', async () => {
    const rig = new RunnerRig();
    const job = rig.start({ work: () => undefined });
    await rig.wait(job);
    let woken = 0;
    for (let count = 0; count < 3; count += 1) expect(job.wait(() => (woken += 1))).toBe(VIX_OK);
    expect(woken).toBe(3);
  });

  it('from inside a callback of the unfinished job is refused', async () => {
    const rig = new RunnerRig();
    const answers: unknown[] = [];
    const job = rig.start({
      work: (context) => context.progress(0),
      callback: () => {
        let isWoken = false;
        const refused = job.wait(() => (isWoken = true));
        answers.push([refused, isWoken]);
      },
    });
    expect(await rig.wait(job)).toBe(VIX_OK);
    expect(answers).toEqual([
      [VIX_E_UNFINISHED_JOB, false],
      [VIX_OK, true],
    ]);
  });

  it('after the synchronous part of a completion callback answers at once', async () => {
    const rig = new RunnerRig();
    let answer: number | undefined;
    const job = rig.start({
      work: () => undefined,
      callback: async () => {
        await settle();
        answer = await rig.wait(job);
      },
    });
    expect(await rig.wait(job)).toBe(VIX_OK);
    expect(answer).toBe(VIX_OK);
  });

  it('from inside an async callback of the unfinished job is refused also after an await', async () => {
    const rig = new RunnerRig();
    const answers: number[] = [];
    const job = rig.start({
      work: (context) => context.progress(0),
      callback: async () => {
        await settle();
        answers.push(await rig.wait(job));
      },
    });
    await settle(20);
    expect(answers).toEqual([VIX_E_UNFINISHED_JOB, VIX_OK]);
    expect(await rig.wait(job)).toBe(VIX_OK);
  });

  it('in a promise that a plain callback returns hangs no longer than the time limit', async () => {
    const rig = new RunnerRig(1000);
    const answers: number[] = [];
    const job = rig.start({
      work: (context) => context.progress(0),
      callback: (_, type) => {
        if (type !== VIX_EVENTTYPE_JOB_PROGRESS) return undefined;
        return settle().then(async () => answers.push(await rig.wait(job)));
      },
    });
    await rig.clock.advance(999);
    expect([job.isDone, answers]).toEqual([false, []]);
    await rig.clock.advance(1);
    await settle();
    expect([job.isDone, answers]).toEqual([true, [VIX_OK]]);
  });

  it('from inside an async callback is not refused for another job', async () => {
    const rig = new RunnerRig();
    const held = new HeldWork();
    const other = rig.start({ work: held.work, callback: async () => undefined });
    const answers: number[] = [];
    const job = rig.start({
      work: () => undefined,
      callback: async () => {
        await settle();
        answers.push(await rig.wait(other));
      },
    });
    await settle(20);
    expect([job.isDone, answers]).toEqual([true, []]);
    held.succeed();
    await settle();
    expect(answers).toEqual([VIX_OK]);
  });

  it('that an async callback leaves behind is not refused after its end', async () => {
    const rig = new RunnerRig();
    const held = new HeldWork();
    const later = gate();
    const answers: number[] = [];
    const job = rig.start({
      work: (context) => {
        context.progress(0);
        return held.work(context);
      },
      callback: async (_, type) => {
        if (type === VIX_EVENTTYPE_JOB_PROGRESS) {
          void later.opened.then(async () => answers.push(await rig.wait(job)));
        }
      },
    });
    await settle();
    later.open();
    await settle();
    expect(answers).toEqual([]);
    held.succeed();
    await rig.wait(job);
    await settle();
    expect(answers).toEqual([VIX_OK]);
  });

  it('outside callbacks is not refused while a callback is away', async () => {
    const rig = new RunnerRig();
    const held = gate();
    const job = rig.start({ work: (context) => context.progress(0), callback: () => held.opened });
    await settle();
    const waiting = rig.wait(job);
    held.open();
    expect(await waiting).toBe(VIX_OK);
  });
});

describe('a callback that returns a promise of its own kind', () => {
  it('is awaited, and reported when that rejects', async () => {
    const rig = new RunnerRig();
    const held = gate();
    // The promise of another realm is no instance of ours.
    const foreign: unknown = runInNewContext('Promise.resolve(held)', { held: held.opened });
    expect(foreign).not.toBeInstanceOf(Promise);
    const job = rig.start({ work: () => undefined, callback: () => foreign });
    let isWoken = false;
    const waiting = rig.wait(job).then(() => (isWoken = true));
    await settle();
    expect([job.isDone, isWoken]).toEqual([true, false]);
    held.fail(new Error('no'));
    await waiting;
    await settle();
    expect(rig.callbackErrors.map(String)).toEqual(['Error: no']);
  });
});

describe('JobEvents', () => {
  const handle = 1 as VixHandle;
  const none = 0 as VixHandle;

  it('calls every listener of an event, and waits for the slowest', async () => {
    const errors: unknown[] = [];
    const events = new JobEvents((error) => errors.push(error), immediateChannel);
    const [slow, slower] = [gate(), gate()];
    const order: string[] = [];
    events.listen(handle, () => slow.opened, null);
    events.listen(handle, () => slower.opened, null);
    events.deliver(1, none, { afterDelivery: () => order.push('after') });
    events.deliver(2, none, {
      beforeDelivery: () => order.push('before 2'),
      afterDelivery: () => order.push('after 2'),
    });
    slow.open();
    await settle();
    expect(order).toEqual([]);
    slower.fail(new Error('x'));
    await settle();
    expect(order).toEqual(['after', 'before 2', 'after 2']);
    expect(errors.map(String)).toEqual(['Error: x', 'Error: x']);
  });

  it('waits for the slowest also when it was called first', async () => {
    const events = new JobEvents(() => undefined, immediateChannel);
    const [slower, slow] = [gate(), gate()];
    let hasEnded = false;
    events.listen(handle, () => slower.opened, null);
    events.listen(handle, () => slow.opened, null);
    events.deliver(1, none, { afterDelivery: () => (hasEnded = true) });
    slow.open();
    await settle();
    expect(hasEnded).toBe(false);
    slower.open();
    await settle();
    expect(hasEnded).toBe(true);
  });

  it('is free again after an async callback, for events that come later', async () => {
    const events = new JobEvents(() => undefined, immediateChannel);
    const order: string[] = [];
    const held = gate();
    events.listen(handle, (_, type) => (type === 1 ? held.opened : undefined), null);
    const deliver = (type: number): void =>
      events.deliver(type, none, { afterDelivery: () => order.push(`after ${type}`) });
    deliver(1);
    deliver(2);
    held.open();
    await settle();
    expect(order).toEqual(['after 1', 'after 2']);
    deliver(3);
    expect(order.at(-1)).toBe('after 3');
    deliver(1);
    await settle();
    deliver(4);
    expect(order.slice(-2)).toEqual(['after 1', 'after 4']);
  });

  it('waits for no callback any more once it is abandoned', async () => {
    const events = new JobEvents(() => undefined, immediateChannel);
    const order: string[] = [];
    const held = gate();
    events.listen(handle, () => held.opened, null);
    const deliver = (type: number): void =>
      events.deliver(type, none, { afterDelivery: () => order.push(`after ${type}`) });
    deliver(1);
    deliver(2);
    expect(order).toEqual([]);
    events.abandon();
    expect(order).toEqual(['after 1', 'after 2']);
    deliver(3);
    expect(order).toEqual(['after 1', 'after 2', 'after 3']);
    events.abandon();
    held.open();
    await settle();
    expect(order).toEqual(['after 1', 'after 2', 'after 3']);
  });

  it('can be abandoned when nothing is under way', () => {
    const events = new JobEvents(() => undefined, immediateChannel);
    const types: number[] = [];
    events.listen(handle, (_, type) => types.push(type), null);
    events.abandon();
    events.deliver(1, none, { afterDelivery: () => undefined });
    expect(types).toEqual([1]);
  });

  it('delivers what a listener posts after the event that it is called for', () => {
    const events = new JobEvents(() => undefined, immediateChannel);
    const order: string[] = [];
    events.listen(
      handle,
      (_, type) => {
        order.push(`in ${type}`);
        if (type === 1) events.deliver(2, none, { afterDelivery: () => order.push('after 2') });
        order.push(`out ${type}`);
      },
      null,
    );
    events.deliver(1, none, { afterDelivery: () => order.push('after 1') });
    expect(order).toEqual(['in 1', 'out 1', 'after 1', 'in 2', 'out 2', 'after 2']);
    events.deliver(3, none, { afterDelivery: () => order.push('after 3') });
    expect(order.slice(-3)).toEqual(['in 3', 'out 3', 'after 3']);
  });

  it('goes on after an async callback only when the channel is pumped', async () => {
    const channel = new PumpChannel(new Set());
    const events = new JobEvents(() => undefined, channel);
    const order: number[] = [];
    events.listen(handle, async (_, type) => order.push(type), null);
    channel.post(() => events.deliver(1, none, { afterDelivery: () => order.push(-1) }));
    channel.post(() => events.deliver(2, none, { afterDelivery: () => order.push(-2) }));
    channel.pump();
    await settle();
    expect(order).toEqual([1, -1]);
    channel.pump();
    await settle();
    expect(order).toEqual([1, -1, 2, -2]);
  });

  it('knows whether the present code runs inside an async listener', async () => {
    const events = new JobEvents(() => undefined, immediateChannel);
    const seen: boolean[] = [];
    const held = gate();
    events.listen(
      handle,
      async () => {
        seen.push(events.isInsideCallback);
        await held.opened;
        seen.push(events.isInsideCallback);
      },
      null,
    );
    expect(events.isInsideCallback).toBe(false);
    events.deliver(1, none, { afterDelivery: () => seen.push(events.isInsideCallback) });
    expect(events.isInsideCallback).toBe(false);
    held.open();
    await settle();
    expect(seen).toEqual([true, true, false]);
  });
});

describe('work that is held', () => {
  it('keeps a waiter waiting', async () => {
    const rig = new RunnerRig();
    const held = new HeldWork();
    let isOver = false;
    const waiting = rig.wait(rig.start({ work: held.work })).then(() => (isOver = true));
    await settle();
    expect(isOver).toBe(false);
    held.succeed();
    await waiting;
    expect(isOver).toBe(true);
  });
});
