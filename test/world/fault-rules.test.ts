import { describe, expect, it } from 'vitest';
import { FakeClock } from '../../src/base/clock.js';
import { FaultRules, type FaultRule, type FaultTarget } from '../../src/world/fault-rules.js';
import { call, messageOf, hard, oneVm, passing, session } from './world-fixture.js';

const target: FaultTarget = { operation: 'power.on', vm: { name: 'vm', location: '[ds] vm/vm.vmx' } };
const effect = { error: 'busy' } as const;

async function struck(rules: FaultRules, at: FaultTarget = target): Promise<boolean> {
  return rules.strike(at, new FakeClock(), new AbortController().signal).then(
    () => false,
    () => true,
  );
}

describe('fault rules', () => {
  it.each<[FaultRule, boolean]>([
    [{ operation: '*', effect }, true],
    [{ operation: 'power.on', effect }, true],
    [{ operation: 'power.*', effect }, true],
    [{ operation: 'guest.*', effect }, false],
    [{ operation: 'power.off', effect }, false],
    [{ operation: '*', vm: 'vm', effect }, true],
    [{ operation: '*', vm: '[ds] vm/vm.vmx', effect }, true],
    [{ operation: '*', vm: '*', effect }, true],
    [{ operation: '*', vm: 'other', effect }, false],
  ])('%j strikes its operations only', async (rule, isStruck) => {
    expect(await struck(new FaultRules([rule]))).toBe(isStruck);
  });

  it('for one machine spares operations of the host', async () => {
    expect(await struck(new FaultRules([{ operation: '*', vm: 'vm', effect }]), { operation: 'connect' })).toBe(false);
  });

  it('strikes as often as it counts, and can be listed and removed', async () => {
    const rules = new FaultRules();
    const id = rules.add({ operation: '*', count: 2, effect });
    expect([await struck(rules), await struck(rules), await struck(rules)]).toEqual([true, true, false]);
    expect(rules.list()).toEqual([{ id, rule: { operation: '*', count: 2, effect }, hits: 2 }]);
    const always = rules.add({ operation: '*', effect });
    expect(await struck(rules)).toBe(true);
    expect([rules.remove(always), rules.remove(always)]).toEqual([true, false]);
    expect(await struck(rules)).toBe(false);
    rules.clear();
    expect(rules.isEmpty).toBe(true);
  });

  it('strikes by chance, the same calls for the same seed', async () => {
    const hits = async (seed: number): Promise<boolean[]> => {
      const rules = new FaultRules([{ operation: '*', probability: 0.3, seed, effect }]);
      const outcome: boolean[] = [];
      for (let round = 0; round < 200; round += 1) outcome.push(await struck(rules));
      return outcome;
    };
    const first = await hits(7);
    expect(await hits(7)).toEqual(first);
    expect(await hits(8)).not.toEqual(first);
    const share = first.filter(Boolean).length / first.length;
    expect(share).toBeGreaterThan(0.2);
    expect(share).toBeLessThan(0.4);
  });

  it.each<[Partial<FaultRule>, string]>([
    [{ operation: 'power.onn' as 'power.on' }, 'power.onn'],
    [{ operation: 'nothing.*' }, 'nothing.*'],
    [{ count: 0 }, 'count'],
    [{ count: 1.5 }, 'count'],
    [{ probability: 2 }, 'probability'],
    [{ probability: Number.NaN }, 'probability'],
    [{ effect: { error: 'bussy' } as never }, "effect.error: unknown kind of fault; did you mean 'busy'?"],
    [{ effect: undefined as never }, 'effect: expected one of { delayMs }'],
    [{ effect: { delay: 3 } as never }, 'effect: expected one of { delayMs }'],
    [{ effect: { delayMs: '3' } as never }, 'effect.delayMs: expected a number'],
    [{ effect: { delayMs: Number.NaN } }, 'effect.delayMs: expected a number'],
    [{ effect: { delayMs: -1 } }, 'effect.delayMs: must be at least 0'],
    [{ vms: 'web' } as never, "vms: unknown key; did you mean 'vm'?"],
  ])('refuses %j', async (change, named) => {
    const message = await messageOf(
      async () => new FaultRules([{ operation: '*', effect, ...change }]),
      'invalid-argument',
    );
    expect(message).toContain(named);
  });
});

describe('faults of a world', () => {
  it('delay, fail and swallow operations while it runs', async () => {
    const { clock, world, vm } = await oneVm();
    world.faults.add({ operation: 'power.on', count: 1, effect: { error: 'vm-host-memory', message: 'No room.' } });
    expect(await messageOf(vm.power.on(hard, call()), 'vm-host-memory')).toBe('No room.');
    const slow = world.faults.add({ operation: 'power.on', effect: { delayMs: 500 } });
    const startMs = clock.now();
    const on = vm.power.on(hard, call()).then(() => clock.now());
    expect(await passing(clock, on, 1000)).toBe(startMs + 500);
    world.faults.remove(slow);
    world.faults.add({ operation: 'guest.validate', vm: 'vm', effect: { never: true } });
    const caller = new AbortController();
    const never = session(vm).validate(call(caller.signal));
    await clock.advance(1e7);
    caller.abort(new Error('enough'));
    await expect(never).rejects.toThrow('enough');
  });
});
