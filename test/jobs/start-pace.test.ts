import { describe, expect, it, vi } from 'vitest';
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

  it('starts 64 in one turn, however the calls are spread over it, and as many in each later one', async () => {
    const pace = new StartPace();
    let started = 0;
    const seen: number[] = [];
    for (let index = 0; index < 60; index += 1) pace.enter(() => (started += 1));
    await Promise.resolve();
    seen.push(started);
    for (let index = 60; index < 200; index += 1) pace.enter(() => (started += 1));
    await Promise.resolve();
    seen.push(started);
    for (let turn = 0; turn < 4; turn += 1) {
      await settle(1);
      seen.push(started);
    }
    expect(seen).toEqual([60, 64, 128, 192, 200, 200]);
  });

  it('gives each turn its own share, also long after the first', async () => {
    const pace = new StartPace();
    let started = 0;
    for (let round = 0; round < 3; round += 1) {
      for (let index = 0; index < 64; index += 1) pace.enter(() => (started += 1));
      await Promise.resolve();
      expect(started).toBe(64 * (round + 1));
      await settle();
    }
  });

  it('waits for one turn at a time, and for none when nothing is left', async () => {
    const real = setImmediate;
    const turn = (): Promise<void> => new Promise((resolve) => void real(resolve));
    const immediate = vi.spyOn(globalThis, 'setImmediate');
    try {
      const pace = new StartPace();
      let started = 0;
      for (let index = 0; index < 150; index += 1) pace.enter(() => (started += 1));
      expect(immediate).toHaveBeenCalledTimes(1);
      for (let count = 0; count < 5; count += 1) await turn();
      expect(started).toBe(150);
      expect(immediate).toHaveBeenCalledTimes(2);
      pace.enter(() => (started += 1));
      expect(immediate).toHaveBeenCalledTimes(3);
    } finally {
      immediate.mockRestore();
    }
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
