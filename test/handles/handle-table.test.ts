import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FakeClock } from '../../src/base/clock.js';
import { handleTypes, type HandleKind } from '../../src/handles/handle-kind.js';
import { HandleTable, type HandleEntry, type HandlePayload } from '../../src/handles/handle-table.js';
import { VIX_E_INVALID_HANDLE, VIX_E_NOT_SUPPORTED_ON_HANDLE_TYPE } from '../../src/vix/names.js';

type Payloads = Record<HandleKind, HandlePayload>;

const handleKinds = Object.keys(handleTypes) as HandleKind[];

class Recorder implements HandlePayload {
  destroyed = 0;
  killed = 0;
  isSpared = false;

  onDestroy(): void {
    this.destroyed += 1;
  }

  onKill(): boolean {
    this.killed += 1;
    return this.isSpared;
  }
}

function newTable(lastHandle?: number): HandleTable<Payloads> {
  return new HandleTable<Payloads>(new FakeClock(), lastHandle);
}

function addWithRef(table: HandleTable<Payloads>, kind: HandleKind, owner?: HandleEntry): HandleEntry {
  const entry = table.add(kind, new Recorder(), 'Test', owner);
  table.addRef(entry.handle);
  return entry;
}

describe('handle kinds', () => {
  it('have the numbers of the header', () => {
    expect(handleTypes).toEqual({ host: 2, vm: 3, job: 6, snapshot: 7, propertyList: 9 });
  });
});

describe('HandleTable', () => {
  it('numbers handles from 1 and tells invalid from wrong kind', () => {
    const table = newTable();
    const host = addWithRef(table, 'host');
    const vm = addWithRef(table, 'vm');
    expect([host.handle, vm.handle]).toEqual([1, 2]);
    expect(table.lookup(host.handle, 'host')).toBe(host);
    expect(table.lookup(host.handle, 'vm')).toBe(VIX_E_NOT_SUPPORTED_ON_HANDLE_TYPE);
    for (const bad of [0, -1, 3, 1.5, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(table.lookup(bad, 'host')).toBe(VIX_E_INVALID_HANDLE);
      expect(table.find(bad)).toBeUndefined();
    }
    expect(table.find(vm.handle)).toBe(vm);
  });

  it('destroys an entry with its last reference, once', () => {
    const table = newTable();
    const payload = new Recorder();
    const entry = table.add('vm', payload, 'Test');
    expect([entry.refs, entry.holds, entry.isDestroyed]).toEqual([0, 0, false]);
    table.addRef(entry.handle);
    table.addRef(entry.handle);
    table.release(entry.handle);
    expect([payload.destroyed, entry.refs]).toEqual([0, 1]);
    table.release(entry.handle);
    expect([payload.destroyed, entry.isDestroyed, table.size]).toEqual([1, true, 0]);
    table.release(entry.handle);
    table.addRef(entry.handle);
    table.drop(entry);
    table.kill(entry);
    expect([payload.destroyed, payload.killed, table.size]).toEqual([1, 0, 0]);
    expect(table.counters().vm).toEqual({ live: 0, created: 1 });
  });

  it('does nothing for the release of 0 and of unknown handles', () => {
    const table = newTable();
    const entry = addWithRef(table, 'job');
    for (const handle of [0, 99, -5, Number.NaN]) {
      table.release(handle);
      table.addRef(handle);
    }
    expect([entry.refs, table.size]).toEqual([1, 1]);
  });

  it('keeps an entry that the engine holds, whatever the program releases', () => {
    const table = newTable();
    const entry = addWithRef(table, 'job');
    table.hold(entry);
    table.hold(entry);
    table.release(entry.handle);
    table.release(entry.handle);
    expect([entry.refs, entry.holds, entry.isDestroyed]).toEqual([0, 2, false]);
    table.drop(entry);
    expect([entry.holds, entry.isDestroyed]).toEqual([1, false]);
    table.drop(entry);
    expect(entry.isDestroyed).toBe(true);
  });

  it('keeps an entry that the program still has when the engine lets go', () => {
    const table = newTable();
    const entry = addWithRef(table, 'vm');
    table.hold(entry);
    table.drop(entry);
    expect([entry.refs, entry.holds, entry.isDestroyed]).toEqual([1, 0, false]);
    table.drop(entry);
    expect([entry.holds, entry.isDestroyed]).toEqual([0, false]);
  });

  it('kills an entry with all that it owns, whatever references there are', () => {
    const table = newTable();
    const host = addWithRef(table, 'host');
    const vm = addWithRef(table, 'vm', host);
    const job = addWithRef(table, 'job', host);
    const stranger = addWithRef(table, 'vm');
    table.addRef(vm.handle);
    table.hold(job);
    table.kill(host);
    expect([host, vm, job].map((entry) => entry.isDestroyed)).toEqual([true, true, true]);
    expect(table.dump().map((line) => line.handle)).toEqual([stranger.handle]);
  });

  it('tells the payload of a kill, and destroys after it', () => {
    const table = newTable();
    const order: string[] = [];
    const entry = table.add(
      'vm',
      { onKill: () => order.push('kill') < 0, onDestroy: () => void order.push('destroy') },
      'Test',
    );
    table.kill(entry);
    expect(order).toEqual(['kill', 'destroy']);
  });

  it('spares what asks to live on until its holds are gone, and takes its references', () => {
    const table = newTable();
    const host = addWithRef(table, 'host');
    const payload = new Recorder();
    payload.isSpared = true;
    const job = table.add('job', payload, 'Test', host);
    table.addRef(job.handle);
    table.hold(job);
    table.kill(host);
    expect([host.isDestroyed, job.isDestroyed, job.refs, payload.killed]).toEqual([true, false, 0, 1]);
    table.release(job.handle);
    expect(job.isDestroyed).toBe(false);
    table.drop(job);
    expect([job.isDestroyed, payload.destroyed, table.size]).toEqual([true, 1, 0]);
  });

  it('destroys at once what asks to live on but is held by nobody', () => {
    const table = newTable();
    const payload = new Recorder();
    payload.isSpared = true;
    const job = table.add('job', payload, 'Test');
    table.addRef(job.handle);
    table.kill(job);
    expect([job.isDestroyed, payload.destroyed]).toEqual([true, 1]);
  });

  it('forgets a child that ended before its owner', () => {
    const table = newTable();
    const host = addWithRef(table, 'host');
    const payload = new Recorder();
    const vm = table.add('vm', payload, 'Test', host);
    table.addRef(vm.handle);
    expect(host.children()).toEqual([vm]);
    table.release(vm.handle);
    expect(host.children()).toEqual([]);
    table.kill(host);
    expect([payload.destroyed, payload.killed]).toEqual([1, 0]);
  });

  it('does not end the children with the last release of their owner', () => {
    const table = newTable();
    const host = addWithRef(table, 'host');
    const job = addWithRef(table, 'job', host);
    table.release(host.handle);
    expect([host.isDestroyed, job.isDestroyed]).toEqual([true, false]);
  });

  it('survives payloads that release and kill others while they are destroyed', () => {
    const table = newTable();
    const host = addWithRef(table, 'host');
    const second = table.add('vm', new Recorder(), 'Test', host);
    const first = table.add(
      'vm',
      {
        onDestroy: () => {
          table.drop(host);
          table.kill(second);
          table.kill(host);
        },
      },
      'Test',
      host,
    );
    table.hold(host);
    table.addRef(first.handle);
    table.addRef(second.handle);
    table.kill(host);
    expect([table.size, host.isDestroyed, first.isDestroyed, second.isDestroyed]).toEqual([0, true, true, true]);
  });

  it('does not use a number again, and starts over at 1 after the highest', () => {
    const table = newTable();
    const kept = addWithRef(table, 'host');
    const released = addWithRef(table, 'vm');
    table.release(released.handle);
    expect([kept.handle, released.handle, addWithRef(table, 'vm').handle]).toEqual([1, 2, 3]);

    const nearEnd = newTable(2 ** 31 - 3);
    const last = addWithRef(nearEnd, 'vm');
    const highest = addWithRef(nearEnd, 'vm');
    const one = addWithRef(nearEnd, 'vm');
    nearEnd.release(one.handle);
    const two = addWithRef(nearEnd, 'vm');
    expect([last, highest, one, two].map((entry) => entry.handle)).toEqual([2 ** 31 - 2, 2 ** 31 - 1, 1, 2]);
  });

  it('reports every live handle with the call that made it, oldest first', async () => {
    const clock = new FakeClock();
    const table = new HandleTable<Payloads>(clock);
    const host = table.add('host', new Recorder(), 'VixHost_Connect');
    table.addRef(host.handle);
    await clock.advance(2500);
    const vm = table.add('vm', new Recorder(), 'VixVM_Open', host);
    table.hold(vm);
    await clock.advance(1000);
    expect(table.dump()).toEqual([
      { handle: 1, kind: 'host', refs: 1, holds: 0, owner: null, call: 'VixHost_Connect', ageSeconds: 3 },
      { handle: 2, kind: 'vm', refs: 0, holds: 1, owner: 1, call: 'VixVM_Open', ageSeconds: 1 },
    ]);
  });

  it('lists the oldest first, also when numbers have started over in between', async () => {
    const clock = new FakeClock();
    const table = new HandleTable<Payloads>(clock, 2 ** 31 - 2);
    const handles: number[] = [];
    for (let count = 0; count < 3; count += 1) {
      handles.push(addWithRef(table, 'vm').handle);
      await clock.advance(1000);
    }
    expect(handles).toEqual([2 ** 31 - 1, 1, 2]);
    expect(table.dump().map((line) => [line.handle, line.ageSeconds])).toEqual(
      handles.map((handle, at) => [handle, 3 - at]),
    );
  });

  it('keeps the children of an owner in order, whichever end first', () => {
    const table = newTable();
    const host = addWithRef(table, 'host');
    const children = [1, 2, 3, 4].map(() => addWithRef(table, 'vm', host));
    const [first, second, third, fourth] = children;
    expect(host.children()).toEqual(children);
    for (const [ended, left] of [
      [second, [first, third, fourth]],
      [fourth, [first, third]],
      [first, [third]],
      [third, []],
    ] as const) {
      if (ended !== undefined) table.release(ended.handle);
      expect(host.children()).toEqual(left);
    }
    const late = addWithRef(table, 'vm', host);
    expect(host.children()).toEqual([late]);
  });

  it('measures the age in whole seconds, whenever the table was made', async () => {
    const clock = new FakeClock(999);
    const table = new HandleTable<Payloads>(clock);
    const entry = table.add('host', new Recorder(), 'Test');
    table.addRef(entry.handle);
    const ages: (number | undefined)[] = [];
    for (const passed of [0, 2, 997, 1, 999_000]) {
      await clock.advance(passed);
      ages.push(table.dump()[0]?.ageSeconds);
    }
    expect(ages).toEqual([0, 0, 0, 1, 1000]);
  });

  it('counts live and created handles by kind', () => {
    const table = newTable();
    const zero = { live: 0, created: 0 };
    expect(table.counters()).toEqual({ host: zero, vm: zero, job: zero, snapshot: zero, propertyList: zero });
    for (const kind of handleKinds) addWithRef(table, kind);
    const job = addWithRef(table, 'job');
    table.release(job.handle);
    const one = { live: 1, created: 1 };
    const expected = { host: one, vm: one, job: { live: 1, created: 2 }, snapshot: one, propertyList: one };
    const counters = table.counters();
    expect(counters).toEqual(expected);
    addWithRef(table, 'host');
    expect(counters).toEqual(expected);
  });

  it('agrees with a plain model under random operations', () => {
    const action = fc.tuple(
      fc.constantFrom('add', 'addRef', 'release', 'hold', 'drop', 'kill'),
      fc.nat({ max: 9 }),
      fc.boolean(),
    );
    fc.assert(
      fc.property(fc.array(action, { maxLength: 60 }), (actions) => {
        const table = newTable();
        const entries: HandleEntry[] = [];
        const model: { refs: number; holds: number; isAlive: boolean; owner: number | undefined }[] = [];
        const end = (index: number): void => {
          const item = model[index];
          if (item !== undefined && item.isAlive && item.refs === 0 && item.holds === 0) item.isAlive = false;
        };
        for (const [name, pick, isOwned] of actions) {
          if (name === 'add') {
            const owner = isOwned
              ? model.findIndex((item, at) => item.isAlive && item.owner === undefined && at >= 0)
              : -1;
            entries.push(table.add('vm', new Recorder(), 'Test', entries[owner]));
            model.push({ refs: 0, holds: 0, isAlive: true, owner: owner < 0 ? undefined : owner });
            continue;
          }
          const index = pick % Math.max(1, entries.length);
          const [entry, item] = [entries[index], model[index]];
          if (entry === undefined || item === undefined) continue;
          if (name === 'addRef') {
            table.addRef(entry.handle);
            if (item.isAlive) item.refs += 1;
          } else if (name === 'release') {
            table.release(entry.handle);
            if (item.isAlive && item.refs > 0) {
              item.refs -= 1;
              end(index);
            }
          } else if (name === 'hold' && item.isAlive) {
            table.hold(entry);
            item.holds += 1;
          } else if (name === 'drop' && item.isAlive && item.holds > 0) {
            table.drop(entry);
            item.holds -= 1;
            end(index);
          } else if (name === 'kill') {
            table.kill(entry);
            if (item.isAlive) for (const child of model) if (child.owner === index) child.isAlive = false;
            item.isAlive = false;
          }
          expect(entries.map((one) => !one.isDestroyed)).toEqual(model.map((one) => one.isAlive));
          const live = entries.filter((_, at) => model[at]?.isAlive === true);
          expect(table.dump().map((line) => [line.handle, line.refs, line.holds])).toEqual(
            live.map((one) => {
              const expected = model[entries.indexOf(one)];
              return [one.handle, expected?.refs, expected?.holds];
            }),
          );
          expect(table.counters().vm).toEqual({ live: live.length, created: entries.length });
          expect(table.size).toBe(live.length);
        }
      }),
      { numRuns: 300 },
    );
  });
});
