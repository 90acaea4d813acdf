import { describe, expect, it } from 'vitest';
import { IdleLimit } from '../../../../src/backends/vsphere/transfer/idle-limit.js';
import { FakeClock } from '../../../../src/base/clock.js';

function rig() {
  const clock = new FakeClock();
  const caller = new AbortController();
  const stalled = new Error('stalled');
  const limit = new IdleLimit(clock, 60_000, caller.signal, () => stalled);
  return { clock, caller, stalled, limit };
}

describe('IdleLimit', () => {
  it.each([0, -86_400_000, 86_400_000])(
    'ends what has not moved for a minute, the clock set by %i ms',
    async (byMs) => {
      const { clock, limit, stalled } = rig();
      await clock.advance(50_000);
      limit.moved();
      clock.set(byMs);
      await clock.advance(59_000);
      expect(limit.signal.aborted).toBe(false);
      await clock.advance(1000);
      expect(limit.signal.reason).toBe(stalled);
    },
  );

  it('passes the abort of its caller on, and leaves no timer behind', () => {
    const { clock, caller, limit } = rig();
    caller.abort(new Error('enough'));
    expect(limit.signal.reason).toEqual(new Error('enough'));
    limit.end();
    expect(clock.pending).toBe(0);
  });
});
