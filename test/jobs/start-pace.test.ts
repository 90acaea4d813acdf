import { describe, expect, it, vi } from 'vitest';
import { settle } from '../../src/base/clock.js';
import { StartPace } from '../../src/jobs/start-pace.js';
import { collectGarbage } from '../fixtures/collect-garbage.js';

describe('the pace of starts', () => {
  it('starts nothing inside the call, and a few before the next turn', async () => {
    const pace = new StartPace<() => void>((start) => start());
    const order: number[] = [];
    for (let index = 0; index < 10; index += 1) pace.enter(() => order.push(index));
    expect(order).toEqual([]);
    await Promise.resolve();
    expect(order).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  it('starts 256 in one turn, however the calls are spread over it, and as many in each later one', async () => {
    let started = 0;
    const pace = new StartPace<null>(() => (started += 1));
    const seen: number[] = [];
    for (let index = 0; index < 250; index += 1) pace.enter(null);
    await Promise.resolve();
    seen.push(started);
    for (let index = 250; index < 800; index += 1) pace.enter(null);
    await Promise.resolve();
    seen.push(started);
    for (let turn = 0; turn < 4; turn += 1) {
      await settle(1);
      seen.push(started);
    }
    expect(seen).toEqual([250, 256, 512, 768, 800, 800]);
  });

  it('gives each turn its own share, also long after the first', async () => {
    let started = 0;
    const pace = new StartPace<null>(() => (started += 1));
    for (let round = 0; round < 3; round += 1) {
      for (let index = 0; index < 256; index += 1) pace.enter(null);
      await Promise.resolve();
      expect(started).toBe(256 * (round + 1));
      await settle();
    }
  });

  it('waits for one turn at a time, and for none when nothing is left', async () => {
    const real = setImmediate;
    const turn = (): Promise<void> => new Promise((resolve) => void real(resolve));
    const immediate = vi.spyOn(globalThis, 'setImmediate');
    try {
      let started = 0;
      const pace = new StartPace<null>(() => (started += 1));
      for (let index = 0; index < 600; index += 1) pace.enter(null);
      expect(immediate).toHaveBeenCalledTimes(1);
      for (let count = 0; count < 5; count += 1) await turn();
      expect(started).toBe(600);
      expect(immediate).toHaveBeenCalledTimes(2);
      pace.enter(null);
      expect(immediate).toHaveBeenCalledTimes(3);
    } finally {
      immediate.mockRestore();
    }
  });

  it('keeps the order of those that enter while others start', async () => {
    const order: string[] = [];
    const pace = new StartPace<string>((name) => {
      order.push(name);
      if (name.length < 3) pace.enter(`${name}+`);
    });
    for (const name of ['a', 'b']) pace.enter(name);
    await settle();
    expect(order).toEqual(['a', 'b', 'a+', 'b+', 'a++', 'b++']);
    pace.enter('late');
    await Promise.resolve();
    expect(order.at(-1)).toBe('late');
  });

  it('keeps nothing that has started', async () => {
    const pace = new StartPace<object>(() => undefined);
    // In a function of their own: what stands in a variable is alive.
    const enterThree = (): WeakRef<object>[] =>
      [1, 2, 3].map((number) => {
        const item = { number };
        pace.enter(item);
        return new WeakRef(item);
      });
    const weak = enterThree();
    await settle();
    collectGarbage();
    expect(weak.map((ref) => ref.deref())).toEqual([undefined, undefined, undefined]);
  });

  it('spreads many over turns, in order, also those that come meanwhile', async () => {
    const pace = new StartPace<() => void>((start) => start());
    const order: number[] = [];
    for (let index = 0; index < 1000; index += 1) {
      pace.enter(() => {
        order.push(index);
        if (index === 100) pace.enter(() => order.push(1000));
      });
    }
    await Promise.resolve();
    expect(order).toHaveLength(256);
    await settle(40);
    expect(order).toEqual(Array.from({ length: 1001 }, (_, index) => index));
  });
});
