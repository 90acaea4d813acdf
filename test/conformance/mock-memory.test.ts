import { afterAll, describe, expect, it } from 'vitest';
import { CallRecord, runConformance } from '../../src/testing/index.js';
import { functions, type VixFunctionName } from '../../src/vix/functions.js';
import { errorsOutOfReach } from './errors-out-of-reach.js';
import { mockTarget } from './mock-target.js';

const record = new CallRecord();
const skipped: string[] = [];

describe('mock in memory', () => {
  const onSkipped = ({ name }: { readonly name: string }, reason: string): void => void skipped.push(name, reason);
  runConformance({ describe, it, afterAll }, (roles) => mockTarget(roles), { record, onSkipped });
});

describe('the run over the mock in memory', () => {
  const names = Object.keys(functions) as VixFunctionName[];

  it('skipped nothing but what needs files of disks', () => {
    expect(skipped).toEqual([
      'delete: the disks of a deleted machine go with it, or stay as they were',
      'the target does not offer diskFiles',
    ]);
  });

  it('called each of the 73 functions', () => {
    expect(names.filter((name) => record.functions.has(name))).toHaveLength(73);
  });

  it('met each error that the page of a function names, but for those that are out of reach', () => {
    const unmet = names.flatMap((name) => {
      const met = record.errorsOf(name);
      const errors: readonly string[] = functions[name].errors;
      return errors.filter((error) => !met.has(error)).map((error) => `${name} ${error}`);
    });
    const outOfReach = errorsOutOfReach.flatMap(({ errors }) => errors.map(([name, error]) => `${name} ${error}`));
    expect(unmet.sort()).toEqual(outOfReach.sort());
  });
});
