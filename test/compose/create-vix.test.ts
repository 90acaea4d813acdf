import { expect, it } from 'vitest';
import { createVix } from '../../src/compose/create-vix.js';

const asOptions = (value: unknown): Parameters<typeof createVix>[0] => value as Parameters<typeof createVix>[0];

it.each<[unknown, RegExp]>([
  [null, /options of createVix: they must be an object/],
  [{ clok: 1 }, /clok is no option; there are backends, .*, jobTimeLimitMs/],
  [{ jobTimelimitMs: 100 }, /jobTimelimitMs is no option/],
  [{ toString: 1 }, /toString is no option/],
  [{ backends: [5] }, /backends must be a list of backends/],
  [{ backends: {} }, /backends must be a list of backends/],
  [{ clock: {} }, /clock must be a clock/],
  [{ mock: 'lab.yaml' }, /mock must be an object/],
  [{ config: 5 }, /config must be a path or an object/],
  [{ jobTimeLimitMs: 0 }, /jobTimeLimitMs is 0; give a number of milliseconds above 0/],
  [{ jobTimeLimitMs: Number.NaN }, /jobTimeLimitMs is NaN/],
  [{ jobTimeLimitMs: '5', clok: 1 }, /jobTimeLimitMs is 5.*; clok is no option/],
])('refuses %o', (options, message) => {
  expect(() => createVix(asOptions(options))).toThrow(message);
});

it('takes an option that is undefined for one that is left out', () => {
  expect(() => createVix(asOptions({ clock: undefined, jobTimeLimitMs: undefined }))).not.toThrow();
});
