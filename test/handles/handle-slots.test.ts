import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HandleSlots } from '../../src/handles/handle-slots.js';

interface Item {
  readonly handle: number;
}

describe('HandleSlots', () => {
  it('finds an item by exactly its number', () => {
    const slots = new HandleSlots<Item>();
    const item = { handle: 70 };
    slots.add(item);
    expect(slots.get(70)).toBe(item);
    for (const other of [0, 6, 69, 71, 134, -70, 70.5, 2 ** 32 + 70, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(slots.get(other)).toBeUndefined();
    }
  });

  it('finds nothing for what is no number', () => {
    const slots = new HandleSlots<Item>();
    slots.add({ handle: 1 });
    const values: unknown[] = ['1', 1n, true, null, undefined, Symbol('1'), { valueOf: () => 1 }, [1]];
    for (const value of values) expect(slots.get(value as number)).toBeUndefined();
  });

  it('does nothing for the removal of an item that is not there', () => {
    const slots = new HandleSlots<Item>();
    const item = { handle: 5 };
    slots.add(item);
    for (const other of [{ handle: 5 }, { handle: 6 }, { handle: 5000 }]) slots.delete(other);
    expect([slots.size, slots.get(5)]).toEqual([1, item]);
    slots.delete(item);
    slots.delete(item);
    expect([slots.size, slots.get(5)]).toEqual([0, undefined]);
  });

  it('agrees with a map, whatever is added and removed, also when numbers start over', () => {
    const action = fc.tuple(fc.boolean(), fc.integer({ min: 1, max: 200 }), fc.nat());
    fc.assert(
      fc.property(fc.array(action, { maxLength: 80 }), (actions) => {
        const allHandles = Array.from({ length: 302 }, (_, handle) => handle);
        const slots = new HandleSlots<Item>();
        const model = new Map<number, Item>();
        let last = 0;
        for (const [isAdded, step, pick] of actions) {
          if (isAdded) {
            last = ((last + step) % 300) + 1;
            if (model.has(last)) continue;
            const item = { handle: last };
            slots.add(item);
            model.set(last, item);
          } else {
            const item = [...model.values()][pick % Math.max(1, model.size)];
            if (item === undefined) continue;
            slots.delete(item);
            model.delete(item.handle);
          }
          expect(slots.size).toBe(model.size);
          expect(allHandles.filter((handle) => slots.get(handle) !== model.get(handle))).toEqual([]);
          const byNumber = (one: Item, other: Item): number => one.handle - other.handle;
          expect(slots.values().sort(byNumber)).toEqual([...model.values()].sort(byNumber));
        }
      }),
    );
  });
});
