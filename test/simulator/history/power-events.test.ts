import { describe, expect, it } from 'vitest';
import { eventsBetween } from '../../../src/simulator/history/power-events.js';
import type { PowerPhase } from '../../../src/world/vm/vm-record.js';

/** What is told of a machine that was seen in two phases, without `Vm` and `Event`. */
function told(before: PowerPhase, now: PowerPhase, boots = 0): readonly string[] {
  const events = eventsBetween({ phase: before, bootCount: 1 }, { phase: now, bootCount: 1 + boots });
  return events.map(({ type }) => type.slice('Vm'.length, -'Event'.length));
}

/** What is told of a machine that comes into a phase. */
const endings: Readonly<Record<PowerPhase, string>> = {
  off: 'PoweredOff',
  'powering-on': 'Starting',
  on: 'PoweredOn',
  'powering-off': 'Stopping',
  resetting: 'Resetting',
  suspending: 'Suspending',
  suspended: 'Suspended',
  resuming: 'Resuming',
};

describe('the events of power', () => {
  it.each([
    ['off', 'powering-on', 0, ['Starting']],
    ['powering-on', 'on', 1, ['PoweredOn']],
    ['off', 'on', 1, ['Starting', 'PoweredOn']],
    ['powering-on', 'suspending', 1, ['PoweredOn', 'Suspending']],
    ['off', 'suspended', 1, ['Starting', 'PoweredOn', 'Suspending', 'Suspended']],
    ['powering-on', 'powering-off', 1, ['PoweredOn', 'Stopping']],
    ['powering-on', 'off', 1, ['PoweredOn', 'Stopping', 'PoweredOff']],
    ['powering-on', 'off', 0, ['Stopping', 'PoweredOff']],
    ['suspended', 'on', 0, ['Resuming', 'PoweredOn']],
    ['suspended', 'off', 0, ['Stopping', 'PoweredOff']],
    ['suspending', 'on', 0, ['Suspended', 'Resuming', 'PoweredOn']],
    ['resetting', 'on', 1, []],
    ['resetting', 'off', 1, ['Stopping', 'PoweredOff']],
    ['on', 'on', 1, ['Resetting']],
    ['on', 'on', 0, []],
  ] as const)('between %s and %s, with %i boots more', (before, now, boots, expected) => {
    expect(told(before, now, boots)).toEqual(expected);
  });

  it('lead from every phase to every other one in a few steps', () => {
    const phases = Object.keys(endings) as PowerPhase[];
    for (const before of phases) {
      for (const now of phases.filter((phase) => phase !== before)) {
        const way = told(before, now, 1);
        const isEndOfReset = before === 'resetting' && now === 'on';
        expect([before, now, way.at(-1)]).toEqual([before, now, isEndOfReset ? undefined : endings[now]]);
        expect(way.length).toBeLessThan(phases.length);
        expect(new Set(way).size).toBe(way.length);
      }
    }
  });
});
