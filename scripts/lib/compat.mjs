import { compatCounterparts, prepareCounterparts } from './counterparts.mjs';
import { runTests } from './tests.mjs';

/**
 * Runs the compat tests: Revix against programs that it did not write. A counterpart that is missing skips its tests,
 * and it is said why; on CI it fails them.
 * @param {string} root
 * @param {readonly string[]} args passed to vitest as they are
 * @returns {Promise<number>} vitest's exit code
 */
export async function runCompatTests(root, args) {
  await prepareCounterparts(root, compatCounterparts);
  return runTests(root, ['--config', 'compat-tests/vitest.config.ts', ...args]);
}
