import { describe, expect, it } from 'vitest';
import { settle } from '../../src/base/clock.js';
import { VixFailure } from '../../src/errors/vix-failure.js';
import { Lane } from '../../src/jobs/lane.js';
import { VIX_E_CANCELLED, VIX_E_FAIL, VIX_OK } from '../../src/vix/names.js';
import { HeldWork, RunnerRig } from '../fixtures/runner-rig.js';

describe('a lane', () => {
  it('runs one piece of work at a time, in order', async () => {
    const rig = new RunnerRig();
    const lane = new Lane();
    const works = [new HeldWork(), new HeldWork(), new HeldWork()];
    const jobs = works.map((held) => rig.start({ work: held.work, lane }));
    for (const [index, held] of works.entries()) {
      await settle();
      expect(works.map((one) => one.isStarted)).toEqual(works.map((_, other) => other <= index));
      held.succeed();
    }
    expect(await Promise.all(jobs.map((job) => rig.wait(job)))).toEqual([VIX_OK, VIX_OK, VIX_OK]);
  });

  it('is free after work that fails, or that ends at once', async () => {
    const rig = new RunnerRig();
    const lane = new Lane();
    const jobs = [
      rig.start({
        lane,
        work: () => {
          throw new Error('now');
        },
      }),
      rig.start({ lane, work: () => Promise.reject(new Error('later')) }),
      rig.start({ lane, work: () => undefined }),
    ];
    expect(await Promise.all(jobs.map((job) => rig.wait(job)))).toEqual([VIX_E_FAIL, VIX_E_FAIL, VIX_OK]);
  });

  it('is free when the job in it is cancelled, though its work never answers', async () => {
    const rig = new RunnerRig();
    const lane = new Lane();
    const deaf = new HeldWork();
    const stuck = rig.start({ work: deaf.work, lane });
    const next = rig.start({ work: () => undefined, lane });
    await settle();
    expect(next.isDone).toBe(false);
    stuck.fail(new VixFailure(VIX_E_CANCELLED, 'stop'));
    expect(await rig.wait(next)).toBe(VIX_OK);
    expect([deaf.isStarted, stuck.error]).toEqual([true, VIX_E_CANCELLED]);
  });

  it('does not hold up work outside it', async () => {
    const rig = new RunnerRig();
    rig.start({ work: new HeldWork().work, lane: new Lane() });
    expect(await rig.wait(rig.start({ work: () => undefined, lane: new Lane() }))).toBe(VIX_OK);
    expect(await rig.wait(rig.start({ work: () => undefined }))).toBe(VIX_OK);
  });

  it('hands on values and errors of what runs in it', async () => {
    const lane = new Lane();
    const order: number[] = [];
    const first = lane.run(async () => {
      await settle(1);
      order.push(1);
      return 'a';
    });
    const second = lane.run(() => order.push(2));
    const third = lane.run(() => {
      throw new Error('x');
    });
    expect(await first).toBe('a');
    expect(await second).toBe(2);
    await expect(third).rejects.toThrow('x');
    expect(order).toEqual([1, 2]);
  });
});
