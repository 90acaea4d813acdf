import { describe, expect, it } from 'vitest';
import { settle } from '../../src/base/clock.js';
import { VixFailure } from '../../src/errors/vix-failure.js';
import { Lane, type LaneUse } from '../../src/jobs/lane.js';
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

describe('the kinds of work in a lane', () => {
  /** Work that says when it starts, and ends when the test says so. */
  class Piece {
    isRunning = false;
    #leave: () => void = () => undefined;

    constructor(lane: Lane, use: LaneUse) {
      lane.enter(use, (leave) => {
        this.isRunning = true;
        this.#leave = leave;
      });
    }

    async end(): Promise<void> {
      this.endNow();
      await settle();
    }

    endNow(): void {
      this.isRunning = false;
      this.#leave();
    }
  }

  function running(pieces: readonly Piece[]): number[] {
    return pieces.flatMap((piece, index) => (piece.isRunning ? [index] : []));
  }

  it('are the same when the lane is free', () => {
    for (const use of ['exclusive', 'request', 'urgent'] as const) {
      expect(new Piece(new Lane(), use).isRunning).toBe(true);
    }
  });

  it('come in order, but urgent work before all that waits', async () => {
    const lane = new Lane();
    const uses = ['exclusive', 'request', 'exclusive', 'urgent', 'urgent', 'request'] as const;
    const pieces = uses.map((use) => new Piece(lane, use));
    const order: number[][] = [];
    for (let step = 0; step < pieces.length; step += 1) {
      await settle();
      const now = running(pieces);
      order.push(now);
      await pieces[now[0] ?? 0]?.end();
    }
    expect(order).toEqual([[0], [3], [4], [1], [2], [5]]);
  });

  it.each(['at once', 'after waiting'])('let urgent work run beside a request that came %s', async (how) => {
    const lane = new Lane();
    const before = how === 'at once' ? undefined : new Piece(lane, 'exclusive');
    const request = new Piece(lane, 'request');
    await before?.end();
    const urgent = new Piece(lane, 'urgent');
    const next = new Piece(lane, 'exclusive');
    expect([request, urgent, next].map((piece) => piece.isRunning)).toEqual([true, true, false]);
    await urgent.end();
    expect([request.isRunning, next.isRunning]).toEqual([true, false]);
    await request.end();
    expect(next.isRunning).toBe(true);
  });

  it.each(['at once', 'after waiting'])('keep others out until urgent work has ended as well (%s)', async (how) => {
    const lane = new Lane();
    const before = how === 'at once' ? undefined : new Piece(lane, 'exclusive');
    const request = new Piece(lane, 'request');
    await before?.end();
    const urgent = new Piece(lane, 'urgent');
    const next = new Piece(lane, 'exclusive');
    await request.end();
    expect([urgent.isRunning, next.isRunning]).toEqual([true, false]);
    await urgent.end();
    expect(next.isRunning).toBe(true);
    await next.end();
    expect(new Piece(lane, 'exclusive').isRunning).toBe(true);
  });

  it('leave a free lane behind, however it was used before', async () => {
    const lane = new Lane();
    const first = [new Piece(lane, 'exclusive'), new Piece(lane, 'request')];
    for (const piece of first) await piece.end();
    await new Piece(lane, 'request').end();
    const urgent = new Piece(lane, 'urgent');
    const next = new Piece(lane, 'exclusive');
    await settle();
    expect([urgent.isRunning, next.isRunning]).toEqual([true, false]);
    await urgent.end();
    expect(next.isRunning).toBe(true);
    await next.end();
    const again = [new Piece(lane, 'urgent'), new Piece(lane, 'exclusive')];
    expect(running(again)).toEqual([0]);
  });

  it('run beside one request after another, each time until both have ended', async () => {
    const lane = new Lane();
    for (let round = 0; round < 3; round += 1) {
      const request = new Piece(lane, 'request');
      const urgent = new Piece(lane, 'urgent');
      const next = new Piece(lane, 'request');
      const [first, second] = round % 2 === 0 ? [request, urgent] : [urgent, request];
      await first.end();
      expect([second.isRunning, next.isRunning]).toEqual([true, false]);
      await second.end();
      expect(next.isRunning).toBe(true);
      await next.end();
    }
  });

  it('do not collide in the moment between two turns', async () => {
    for (let turns = 0; turns < 12; turns += 1) {
      const lane = new Lane();
      const first = new Piece(lane, 'request');
      const queued = new Piece(lane, 'request');
      const next = new Piece(lane, 'exclusive');
      await first.end();
      queued.endNow();
      for (let turn = 0; turn < turns; turn += 1) await Promise.resolve();
      const urgent = new Piece(lane, 'urgent');
      await settle();
      const pieces = [next, urgent];
      for (let left = pieces.length; left > 0; left -= 1) {
        const now = running(pieces);
        expect(now, `after ${turns} turns`).toHaveLength(1);
        await pieces[now[0] ?? 0]?.end();
      }
      expect(new Piece(lane, 'exclusive').isRunning).toBe(true);
    }
  });

  it('never let two urgent pieces run at once, nor one beside exclusive work', async () => {
    const lane = new Lane();
    const request = new Piece(lane, 'request');
    const [first, second] = [new Piece(lane, 'urgent'), new Piece(lane, 'urgent')];
    const exclusive = new Piece(lane, 'exclusive');
    expect([first, second, exclusive].map((piece) => piece.isRunning)).toEqual([true, false, false]);
    await first.end();
    expect([second.isRunning, exclusive.isRunning]).toEqual([true, false]);
    await request.end();
    expect(exclusive.isRunning).toBe(false);
    await second.end();
    expect(exclusive.isRunning).toBe(true);
    const third = new Piece(lane, 'urgent');
    expect(third.isRunning).toBe(false);
    await exclusive.end();
    expect(third.isRunning).toBe(true);
  });
});
