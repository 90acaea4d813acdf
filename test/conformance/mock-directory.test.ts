import { afterAll, describe, expect, it } from 'vitest';
import { runConformance } from '../../src/testing/index.js';
import { mockTarget } from './mock-target.js';

const skipped: string[] = [];

describe('mock in a directory', () => {
  const onSkipped = ({ name }: { readonly name: string }, reason: string): void => void skipped.push(name, reason);
  runConformance({ describe, it, afterAll }, (roles) => mockTarget(roles, { inDirectory: true }), { onSkipped });
});

describe('the run over the mock in a directory', () => {
  it('skipped nothing', () => {
    expect(skipped).toEqual([]);
  });
});
