import { describe, expect, it } from 'vitest';
import { FakeClock } from '../../../src/base/clock.js';
import { GuestClock } from '../../../src/world/guest/guest-clock.js';

describe('the clock of a guest', () => {
  it('goes with the clock outside', async () => {
    const outer = new FakeClock();
    const clock = new GuestClock(outer);
    const fired: string[] = [];
    clock.after(-5, () => fired.push('at once'));
    clock.after(100, () => fired.push('later'));
    clock.after(100, () => fired.push('never')).cancel();
    await outer.advance(99);
    expect(fired).toEqual(['at once']);
    await outer.advance(1);
    expect(fired).toEqual(['at once', 'later']);
    expect(clock.now()).toBe(outer.now());
    expect(outer.pending).toBe(0);
    expect(clock.standstill()).toBeUndefined();
  });

  it('stands still, and then takes up what was left of each delay', async () => {
    const outer = new FakeClock();
    const clock = new GuestClock(outer);
    const startMs = outer.now();
    const fired: string[] = [];
    clock.after(100, () => fired.push('old'));
    await outer.advance(60);
    clock.stand(outer.now());
    clock.after(10, () => fired.push('new'));
    clock.after(10, () => fired.push('never')).cancel();
    let isGoing = false;
    void clock.standstill()?.then(() => (isGoing = true));
    await outer.advance(5000);
    expect({ fired, isGoing, now: clock.now() }).toEqual({ fired: [], isGoing: false, now: startMs + 60 });
    clock.stand(undefined);
    await outer.advance(10);
    expect({ fired, isGoing }).toEqual({ fired: ['new'], isGoing: true });
    await outer.advance(29);
    expect(fired).toEqual(['new']);
    await outer.advance(1);
    expect(fired).toEqual(['new', 'old']);
  });

  it('takes a standstill that it hears of late as it was', async () => {
    const outer = new FakeClock();
    const clock = new GuestClock(outer);
    let isDone = false;
    clock.after(100, () => (isDone = true));
    const stoodAtMs = outer.now();
    await outer.advance(90);
    clock.stand(stoodAtMs);
    clock.stand(undefined);
    await outer.advance(99);
    expect(isDone).toBe(false);
    await outer.advance(1);
    expect(isDone).toBe(true);
  });
});
