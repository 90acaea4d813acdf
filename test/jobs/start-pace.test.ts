import { describe, expect, it } from 'vitest';
import { settle } from '../../src/base/clock.js';
import { StartPace } from '../../src/jobs/start-pace.js';

describe('the pace of starts', () => {
  it('starts nothing inside the call, and a few before the next turn', async () => {
    const pace = new StartPace();
    const order: number[] = [];
    for (let index = 0; index < 10; index += 1) pace.enter(() => order.push(index));
    expect(order).toEqual([]);
    await Promise.resolve();
    expect(order).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  it('spreads many over turns, in order, also those that come meanwhile', async () => {
    const pace = new StartPace();
    const order: number[] = [];
    for (let index = 0; index < 1000; index += 1) {
      pace.enter(() => {
        order.push(index);
        if (index === 100) pace.enter(() => order.push(1000));
      });
    }
    await Promise.resolve();
    expect(order.length).toBeLessThan(100);
    await settle(40);
    expect(order).toEqual(Array.from({ length: 1001 }, (_, index) => index));
  });
});
