import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { command, opening, RandomProgram } from '../fixtures/random-program.js';

/** Runs are the same each time; another seed can be tried with REVIX_SEED. A failure prints its seed and path. */
const seed = Number(process.env['REVIX_SEED'] ?? 20_260_101);
/** The whole number runs in `npm run test:whole`. */
const runs = process.env['REVIX_WHOLE_PROOF'] === undefined ? 150 : 500;

describe('random programs', () => {
  it(`behave as the model says (seed ${seed})`, { timeout: 60_000 }, async () => {
    const programs = fc.array(command, { minLength: 10, maxLength: 60, size: 'max' });
    let completed = 0;
    const property = fc.asyncProperty(programs, async (commands) => {
      const program = new RandomProgram();
      for (const item of [...opening, ...commands]) {
        await program.step(item);
        program.compare();
      }
      await program.finish();
      completed += 1;
    });
    await fc.assert(property, { numRuns: runs, seed });
    expect(completed).toBe(runs);
  });
});
