import { describe, expect, it } from 'vitest';
import { EventCourier, type RemoteEvent } from '../../src/api/event-courier.js';
import { VIX_EVENTTYPE_FIND_ITEM, VIX_EVENTTYPE_JOB_COMPLETED, VIX_INVALID_HANDLE } from '../../src/vix/names.js';
import type { VixHandle } from '../../src/vix/types.js';

const jobA = 11 as VixHandle;
const jobB = 12 as VixHandle;
const turn = () => new Promise(setImmediate);

function courierWithLog() {
  const sent: RemoteEvent[] = [];
  const courier = new EventCourier((event) => sent.push(event));
  return { courier, sent };
}

describe('events on their way to another process', () => {
  it('carry the numbers of callback and job, and hold the job until the program has finished', async () => {
    const { courier, sent } = courierWithLog();
    let isEnded = false;
    const ended = Promise.resolve(courier.callbackOf(7)(jobA, VIX_EVENTTYPE_FIND_ITEM, VIX_INVALID_HANDLE, null));
    void ended.then(() => {
      isEnded = true;
    });
    expect(sent).toEqual([{ event: 1, callback: 7, job: jobA, type: VIX_EVENTTYPE_FIND_ITEM, info: 0 }]);
    courier.finish(99);
    await turn();
    expect(isEnded).toBe(false);
    courier.finish(1);
    await ended;
    expect(isEnded).toBe(true);
  });

  it('hold up their own job only, and not once it has completed', () => {
    const { courier } = courierWithLog();
    void courier.callbackOf(1)(jobA, VIX_EVENTTYPE_FIND_ITEM, VIX_INVALID_HANDLE, null);
    void courier.callbackOf(2)(jobB, VIX_EVENTTYPE_JOB_COMPLETED, VIX_INVALID_HANDLE, null);
    expect(courier.isHeldUp(jobA, [1, 2])).toBe(true);
    expect(courier.isHeldUp(jobB, [1, 2])).toBe(false);
    expect(courier.isHeldUp(jobA, [2])).toBe(false);
    courier.finish(1);
    expect(courier.isHeldUp(jobA, [1, 2])).toBe(false);
  });

  it('are all finished when only those are left that wait for the question', async () => {
    const { courier } = courierWithLog();
    void courier.callbackOf(1)(jobA, VIX_EVENTTYPE_FIND_ITEM, VIX_INVALID_HANDLE, null);
    void courier.callbackOf(2)(jobB, VIX_EVENTTYPE_FIND_ITEM, VIX_INVALID_HANDLE, null);
    let isFinished = false;
    const finished = courier.allFinished([1]).then(() => {
      isFinished = true;
    });
    await turn();
    await turn();
    expect(isFinished).toBe(false);
    courier.finish(2);
    await finished;
  });

  it('let every job go on when nobody takes them any more', async () => {
    const { courier, sent } = courierWithLog();
    const ended = courier.callbackOf(1)(jobA, VIX_EVENTTYPE_FIND_ITEM, VIX_INVALID_HANDLE, null);
    courier.abandon();
    await ended;
    expect(courier.callbackOf(1)(jobA, VIX_EVENTTYPE_JOB_COMPLETED, VIX_INVALID_HANDLE, null)).toBeUndefined();
    expect(sent).toHaveLength(1);
  });
});

describe('one pump', () => {
  /** Pending events of jobs, of which a pump sends the next one of each job, as the engine does. */
  function pumpOf(queues: readonly (readonly [VixHandle, number])[]) {
    const { courier, sent } = courierWithLog();
    const left = new Map(queues);
    let rounds = 0;
    const pump = () =>
      courier.pump(() => {
        rounds += 1;
        for (const [job, count] of left) {
          if (count === 0) continue;
          left.set(job, count - 1);
          void courier.callbackOf(1)(job, VIX_EVENTTYPE_FIND_ITEM, VIX_INVALID_HANDLE, null);
        }
      });
    return { courier, sent, pump, rounds: () => rounds };
  }

  it('delivers all that was pending, one event of a job after the other', async () => {
    const { courier, sent, pump } = pumpOf([
      [jobA, 3],
      [jobB, 1],
    ]);
    const over = pump().then(() => 'over');
    for (let next = 0; (await Promise.race([over, turn()])) !== 'over';) {
      const event = sent[next];
      if (event === undefined) continue;
      courier.finish(event.event);
      next += 1;
    }
    expect(sent.map(({ job }) => job)).toEqual([jobA, jobB, jobA, jobA]);
  });

  it('ends after one look when nothing was pending', async () => {
    const { pump, rounds } = pumpOf([]);
    await pump();
    expect(rounds()).toBe(1);
  });

  it('does not go on for ever when its callbacks start new jobs', async () => {
    const { courier } = courierWithLog();
    let nextJob = 100;
    await courier.pump(() => {
      nextJob += 1;
      void courier.callbackOf(1)(nextJob as VixHandle, VIX_EVENTTYPE_JOB_COMPLETED, VIX_INVALID_HANDLE, null);
      setImmediate(() => courier.finish(nextJob - 100));
    });
    expect(nextJob).toBe(102);
  });
});
