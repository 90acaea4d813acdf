import { Fault } from '../base/fault.js';
import type { VixOptions } from './vix-options.js';

type Check = (value: unknown) => string | undefined;

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

const object: Check = (value) => (isObject(value) ? undefined : 'must be an object');

/** What each option must be; a check gives what is wrong. */
const checks: Readonly<Record<keyof VixOptions, Check>> = {
  backends: (value) =>
    Array.isArray(value) && value.every(isBackend)
      ? undefined
      : 'must be a list of backends, such as createMockBackend() makes them',
  mock: object,
  vsphere: object,
  config: (value) => (typeof value === 'string' || isObject(value) ? undefined : 'must be a path or an object'),
  clock: (value) =>
    isObject(value) && typeof value['now'] === 'function' && typeof value['after'] === 'function'
      ? undefined
      : 'must be a clock, such as new FakeClock()',
  jobTimeLimitMs: (value) =>
    typeof value === 'number' && Number.isFinite(value) && value > 0
      ? undefined
      : `is ${String(value)}; give a number of milliseconds above 0, or leave it out`,
  trace: (value) =>
    (typeof value === 'string' && value !== '') || typeof value === 'function'
      ? undefined
      : 'must be the path of a file, or a function that takes the events',
};

/**
 * Checks the options of `createVix`, which plain JavaScript may get wrong.
 * @throws Fault `invalid-argument` naming every option that is wrong.
 */
export function checkVixOptions(options: unknown): void {
  if (!isObject(options)) throw invalid(['they must be an object']);
  const known: Readonly<Record<string, Check>> = checks;
  const problems = Object.entries(options).flatMap(([name, value]) => {
    const check = Object.hasOwn(known, name) ? known[name] : undefined;
    if (check === undefined) return [`${name} is no option; there are ${Object.keys(checks).join(', ')}`];
    const problem = value === undefined ? undefined : check(value);
    return problem === undefined ? [] : [`${name} ${problem}`];
  });
  if (problems.length > 0) throw invalid(problems);
}

function invalid(problems: readonly string[]): Fault {
  return new Fault('invalid-argument', `The options of createVix: ${problems.join('; ')}.`);
}

function isBackend(value: unknown): boolean {
  return isObject(value) && typeof value['claims'] === 'function' && typeof value['connect'] === 'function';
}
