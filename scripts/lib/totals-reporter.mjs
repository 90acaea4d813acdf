import { writeFileSync } from 'node:fs';

/** A vitest reporter that writes the totals of a run to the file that REVIX_TOTALS_FILE names. */
export default class TotalsReporter {
  /**
   * A file that does not load and an error outside any test count as failures of their own: without that, a run
   * that fails could close with "0 failed".
   */
  onTestRunEnd(testModules, unhandledErrors) {
    const totals = { passed: 0, failed: unhandledErrors.length, skipped: 0 };
    for (const module of testModules) {
      totals.failed += module.errors().length;
      for (const suite of module.children.allSuites()) totals.failed += suite.errors().length;
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        totals[state === 'pending' ? 'skipped' : state] += 1;
      }
    }
    writeFileSync(process.env.REVIX_TOTALS_FILE, JSON.stringify(totals));
  }
}
