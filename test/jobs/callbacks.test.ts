import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { settle } from '../../src/base/clock.js';
import { PropertyList } from '../../src/handles/property-list.js';
import type { Job } from '../../src/jobs/job.js';
import { firmCallback } from '../../src/jobs/job-events.js';
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
import { gate } from '../fixtures/gate.js';
import { HeldWork, RunnerRig } from '../fixtures/runner-rig.js';

function item(): PropertyList {
  const list = new PropertyList();
  list.add(VIX_PROPERTY_FOUND_ITEM_LOCATION, { type: 'string', value: '/a' });
  return list;
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

  it('keep the details of an item by a reference, and cannot destroy them', async () => {
    const rig = new RunnerRig();
    let kept: VixHandle | undefined;
    const job = rig.start({
      work: (context) => context.foundItem(item()),
      callback: (_, type, info) => {
        if (type !== VIX_EVENTTYPE_FIND_ITEM) return;
        rig.table.release(info);
        rig.table.addRef(info);
        rig.table.release(info);
        expect(rig.table.find(info)?.kind).toBe('propertyList');
        rig.table.addRef(info);
        kept = info;
      },
    });
    await rig.wait(job);
    expect([rig.callbackErrors, rig.table.counters().propertyList.live]).toEqual([[], 1]);
    rig.table.release(kept ?? 0);
    expect(rig.table.counters().propertyList.live).toBe(0);
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

  it('in a promise that a plain callback returns ends with the job, which waits no longer for that promise', async () => {
    const rig = new RunnerRig();
    const answers: number[] = [];
    const job = rig.start({
      work: (context) => context.progress(0),
      callback: (_, type) => {
        if (type !== VIX_EVENTTYPE_JOB_PROGRESS) return undefined;
        return settle().then(async () => answers.push(await rig.wait(job)));
      },
    });
    expect(await rig.wait(job)).toBe(VIX_OK);
    await settle();
    expect(answers).toEqual([VIX_OK]);
  });

  it.each([
    ['async', 'at once'],
    ['async', 'after an await'],
    ['plain', 'after an await'],
  ])('in a ring of callbacks that are %s and wait %s ends', async (kind, when) => {
    const rig = new RunnerRig();
    const answers: Record<string, number> = {};
    const jobs: Record<string, Job> = {};
    const start = (name: string, other: string): void => {
      const waitForOther = async (): Promise<void> => {
        if (when === 'after an await') await settle();
        const { [other]: job } = jobs;
        if (job !== undefined) answers[name] = await rig.wait(job);
      };
      const isFirst = (type: number): boolean => type === VIX_EVENTTYPE_JOB_PROGRESS;
      jobs[name] = rig.start({
        work: (context) => context.progress(0),
        callback:
          kind === 'async'
            ? async (_, type) => (isFirst(type) ? waitForOther() : undefined)
            : (_, type) => (isFirst(type) ? waitForOther() : undefined),
      });
    };
    start('a', 'b');
    start('b', 'c');
    start('c', 'a');
    for (const job of Object.values(jobs)) expect(await rig.wait(job)).toBe(VIX_OK);
    await settle();
    const refused = kind === 'async' ? VIX_E_UNFINISHED_JOB : VIX_OK;
    expect(answers).toEqual({ a: VIX_OK, b: VIX_OK, c: refused });
  });

  it('in a ring of an async callback and a plain one ends', async () => {
    const rig = new RunnerRig();
    const answers: number[] = [];
    const first: Job = rig.start({
      work: (context) => context.progress(0),
      callback: async (_, type) => {
        if (type !== VIX_EVENTTYPE_JOB_PROGRESS) return;
        const second = rig.start({
          work: (context) => context.progress(0),
          callback: () => settle().then(async () => answers.push(await rig.wait(first))),
        });
        answers.push(await rig.wait(second));
      },
    });
    expect(await rig.wait(first)).toBe(VIX_OK);
    await settle();
    expect(answers).toEqual([VIX_OK, VIX_OK, VIX_OK]);
  });

  it('for a job that a callback has started is not refused to others, nor to it for that job', async () => {
    const rig = new RunnerRig();
    const answers: number[] = [];
    const first: Job = rig.start({
      work: (context) => context.progress(0),
      callback: async (_, type) => {
        if (type !== VIX_EVENTTYPE_JOB_PROGRESS) return;
        // Nobody waits for this one, so its callback may wait for the first.
        rig.start({ work: () => undefined, callback: async () => answers.push(await rig.wait(first)) });
        await settle();
      },
    });
    expect(await rig.wait(first)).toBe(VIX_OK);
    await settle();
    expect(answers).toEqual([VIX_OK]);
  });

  it('lets a promise go only when it was not marked to end by itself', async () => {
    const rig = new RunnerRig();
    const held = gate();
    const job = rig.start({ work: (context) => context.progress(0), callback: firmCallback(() => held.opened) });
    await settle();
    let isWoken = false;
    const waiting = rig.wait(job).then(() => (isWoken = true));
    await settle(20);
    expect(isWoken).toBe(false);
    held.open();
    await waiting;
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
