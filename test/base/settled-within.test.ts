import { expect, it } from 'vitest';
import { FakeClock } from '../../src/base/clock.js';
import { deferred } from '../../src/base/deferred.js';
import { settledWithin } from '../../src/base/settled-within.js';

it('waits for work in whatever way it ends, and leaves no timer', async () => {
  const clock = new FakeClock();
  await settledWithin(clock, 1000, Promise.resolve('well'));
  await settledWithin(clock, 1000, Promise.reject(new Error('badly')));
  expect([clock.monotonic(), clock.pending]).toEqual([0, 0]);
});

it('waits no longer than it may for work that does not end', async () => {
  const clock = new FakeClock();
  const waiting = settledWithin(clock, 1000, deferred<undefined>().promise);
  await clock.advance(1000);
  await expect(waiting).resolves.toBeUndefined();
});
