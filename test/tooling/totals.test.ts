import { describe, expect, it } from 'vitest';
import { TempProject } from './temp-project.js';

/** A project that is installed and has nothing to build, with the real vitest. */
function projectWithTests(tests: Readonly<Record<string, string>>): TempProject {
  const project = new TempProject({
    'package.json': '{ "type": "module" }',
    'package-lock.json': '{ "packages": {} }',
    'node_modules/.package-lock.json': '{ "packages": {} }',
    ...tests,
  });
  project.copyFromRepository('vitest.config.ts');
  project.copyFromRepository('scripts/run.mjs');
  project.copyFromRepository('scripts/lib');
  project.linkPackage('vitest');
  return project;
}

const prelude = `import { describe, expect, it } from 'vitest';\n`;

describe('the totals line', () => {
  it('counts tests, files that do not load, and errors outside any test', async () => {
    const project = projectWithTests({
      'test/mixed.test.ts': `${prelude}
        it('passes', () => expect(1).toBe(1));
        it.skip('is left out', () => {});
        it.fails('fails on purpose', () => expect(1).toBe(2));
        describe('inner', () => it('fails', () => expect(1).toBe(2)));`,
      'test/does-not-load.test.ts': `import './missing.js';`,
      'test/stray-error.test.ts': `${prelude}
        it('leaves an error behind', async () => {
          void Promise.reject(new Error('stray'));
          await new Promise((resolve) => setImmediate(resolve));
        });`,
    });
    const { exitCode, stdout } = await project.run('scripts/run.mjs', 'test');
    expect(stdout).toMatch(/\n3 passed, 3 failed, 1 skipped\n$/);
    expect(stdout).toMatch(/Tests .*1 failed/);
    expect(exitCode).toBe(1);
  });

  it('stands at the end of a run of one folder too', async () => {
    const project = projectWithTests({
      'test/one/a.test.ts': `${prelude}it('a', () => expect(1).toBe(1));`,
      'test/two/b.test.ts': `${prelude}it('b', () => expect(1).toBe(2));`,
    });
    const { exitCode, stdout } = await project.run('scripts/run.mjs', 'test', 'test/one');
    expect(stdout).toMatch(/\n1 passed, 0 failed, 0 skipped\n$/);
    expect(exitCode).toBe(0);
  });
});
