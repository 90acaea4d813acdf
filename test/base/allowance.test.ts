import { describe, expect, it } from 'vitest';
import { Allowance } from '../../src/base/allowance.js';
import { FakeClock, RealClock } from '../../src/base/clock.js';

describe('an allowance', () => {
  it('is over when its time has passed', async () => {
    const clock = new FakeClock();
    const allowance = new Allowance(clock, 1000);
    await clock.advance(999);
    expect(allowance.isOver).toBe(false);
    await clock.advance(1);
    expect(allowance.isOver).toBe(true);
  });

  it('leaves no timer when it is ended', () => {
    const clock = new FakeClock();
    new Allowance(clock, 1000).end();
    expect(clock.pending).toBe(0);
  });

  it('keeps no process alive on the clock of the machine', () => {
    const timers = (): number => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
    const before = timers();
    const allowance = new Allowance(new RealClock(), 60_000);
    expect(timers()).toBe(before);
    allowance.end();
  });
});
