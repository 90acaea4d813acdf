import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runNode, StepFailure, toolPath } from './process.mjs';

/**
 * Runs vitest once and closes with the line `N passed, N failed, N skipped`, which CI reads.
 * @param {string} root
 * @param {readonly string[]} args passed to vitest as they are
 * @returns {Promise<number>} vitest's exit code
 */
export async function runTests(root, args) {
  const folder = mkdtempSync(join(tmpdir(), 'revix-tests-'));
  const totalsFile = join(folder, 'totals.json');
  try {
    const { exitCode } = await runNode(
      [
        toolPath(root, 'vitest'),
        'run',
        // Naming a reporter replaces the default one, so it is named again, unless the caller chose another.
        ...(args.some((arg) => arg.startsWith('--reporter')) ? [] : ['--reporter=default']),
        `--reporter=${join(root, 'scripts', 'lib', 'totals-reporter.mjs')}`,
        ...args,
      ],
      { cwd: root, env: { ...process.env, REVIX_TOTALS_FILE: totalsFile } },
    );
    if (!existsSync(totalsFile)) {
      throw new StepFailure(`vitest ended with code ${exitCode} before it had run the tests. See its output above.`);
    }
    const { passed, failed, skipped } = JSON.parse(readFileSync(totalsFile, 'utf8'));
    console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
    return exitCode;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
