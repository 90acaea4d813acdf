import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { prepareCounterparts } from './counterparts.mjs';
import { runTests } from './tests.mjs';

/**
 * Runs the compat tests: Revix against programs that it did not write. A counterpart that is missing skips its tests,
 * and it is said why; on CI it fails them.
 * @param {string} root
 * @param {readonly string[]} args passed to vitest as they are
 * @returns {Promise<number>} vitest's exit code
 */
export async function runCompatTests(root, args) {
  const file = join(root, 'build', 'compat', 'counterparts.json');
  const counterparts = await prepareCounterparts(root);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, JSON.stringify(counterparts, null, 2));
  for (const [name, { missing }] of Object.entries(counterparts)) {
    if (missing !== undefined)
      console.log(`${process.env.CI === undefined ? 'skipped' : 'missing'}: ${name}: ${missing}`);
  }
  process.env.REVIX_COUNTERPARTS = file;
  return runTests(root, ['--config', 'compat-tests/vitest.config.ts', ...args]);
}
