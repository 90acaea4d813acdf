import { afterAll, describe, it } from 'vitest';
import { runConformance } from '../../src/testing/index.js';
import { mockTarget } from './mock-target.js';

describe('mock in memory', () => {
  runConformance({ describe, it, afterAll }, (roles) => mockTarget(roles));
});
