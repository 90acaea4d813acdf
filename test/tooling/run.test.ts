import { describe, expect, it } from 'vitest';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { TempProject } from './temp-project.js';

/** Stands for vitest: prints its arguments and reports the same totals each time. */
const fakeVitest = `
import { writeFileSync } from 'node:fs';
console.log('vitest ' + process.argv.slice(2).filter((arg) => !arg.startsWith('--reporter')).join(' '));
const totals = { passed: 3, failed: 0, skipped: 1 };
if (!process.argv.includes('--crash')) writeFileSync(process.env.REVIX_TOTALS_FILE, JSON.stringify(totals));
if (process.argv.includes('--fail') || process.argv.includes('--crash')) process.exitCode = 1;
`;

const locked = { packages: { '': {}, 'node_modules/vitest': { version: '1.0.0', integrity: 'sha512-one' } } };
const installed = { packages: { 'node_modules/vitest': { version: '1.0.0', integrity: 'sha512-one' } } };

/** Stands for tsc: "compiles" each .ts file beside the configuration by copying it; the word `broken` is an error. */
const fakeCompiler = `
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
const option = (name) => process.argv[process.argv.indexOf(name) + 1];
const config = option('-p');
const folder = join(dirname(config), JSON.parse(readFileSync(config, 'utf8')).rootDir);
mkdirSync(option('--outDir'), { recursive: true });
for (const name of readdirSync(folder).filter((file) => file.endsWith('.ts'))) {
  const text = readFileSync(join(folder, name), 'utf8');
  if (text.includes('broken')) {
    console.log(join(folder, name) + '(1,14): error TS2322: it is broken');
    process.exitCode = 1;
  }
  writeFileSync(join(option('--outDir'), name.replace('.ts', '.js')), text);
}
`;

/** A project that is installed already. */
function tinyProject(): TempProject {
  const project = new TempProject({
    'package.json': '{ "name": "tiny", "type": "module", "exports": "./dist/index.js" }',
    'package-lock.json': JSON.stringify(locked),
    'tsconfig.build.json': '{ "rootDir": "src" }',
    'src/index.ts': 'export const answer = 42;\n',
    'examples/tsconfig.json': '{ "rootDir": "." }',
    'examples/main-job.ts': `import { answer } from 'tiny';\nconsole.log('the answer is', answer);\n`,
    'node_modules/.package-lock.json': JSON.stringify(installed),
    'node_modules/typescript/package.json': '{ "type": "module", "bin": { "tsc": "./tsc.js" } }',
    'node_modules/typescript/tsc.js': fakeCompiler,
    'node_modules/vitest/package.json': '{ "type": "module", "bin": { "vitest": "./vitest.mjs" } }',
    'node_modules/vitest/vitest.mjs': fakeVitest,
  });
  project.copyFromRepository('scripts/run.mjs');
  project.copyFromRepository('scripts/lib');
  return project;
}

describe('scripts/run.mjs', () => {
  it('builds on the first run, not on the second, and again after a change', async () => {
    const project = tinyProject();
    const first = await project.run('scripts/run.mjs', 'build');
    expect(first).toEqual({ exitCode: 0, stdout: '', stderr: 'Building the library ...\nBuilding examples ...\n' });
    expect(project.read('dist/index.js')).toContain('42');

    expect(await project.run('scripts/run.mjs', 'build')).toEqual({ exitCode: 0, stdout: '', stderr: '' });

    project.write('src/index.ts', 'export const answer = 43;\n');
    const third = await project.run('scripts/run.mjs', 'build');
    expect(third.stderr).toBe('Building the library ...\nBuilding examples ...\n');
    expect(project.read('dist/index.js')).toContain('43');
  });

  it('rebuilds only what a change concerns, and drops the output of a source file that is gone', async () => {
    const project = tinyProject();
    await project.run('scripts/run.mjs', 'build');
    project.write('examples/second.ts', 'export const second = 2;\n');
    expect((await project.run('scripts/run.mjs', 'build')).stderr).toBe('Building examples ...\n');
    expect(existsSync(join(project.root, 'build/examples/second.js'))).toBe(true);
    project.remove('examples/second.ts');
    await project.run('scripts/run.mjs', 'build');
    expect(existsSync(join(project.root, 'build/examples/second.js'))).toBe(false);
    expect(existsSync(join(project.root, 'build/examples/main-job.js'))).toBe(true);
  });

  it('passes arguments on to the tests and closes with the totals', async () => {
    const { exitCode, stdout } = await tinyProject().run('scripts/run.mjs', 'test', 'test/handles', '-t', 'a b');
    expect(stdout).toBe('vitest run test/handles -t a b\n3 passed, 0 failed, 1 skipped\n');
    expect(exitCode).toBe(0);
  });

  it('ends as the tests end, and claims no totals when there are none', async () => {
    const project = tinyProject();
    const failing = await project.run('scripts/run.mjs', 'test', '--fail');
    expect(failing.exitCode).toBe(1);
    expect(failing.stdout).toMatch(/\n3 passed, 0 failed, 1 skipped\n$/);

    const crashing = await project.run('scripts/run.mjs', 'test', '--crash');
    expect(crashing.exitCode).toBe(1);
    expect(crashing.stdout).toBe('vitest run --crash\n');
    expect(crashing.stderr).toBe('vitest ended with code 1 before it had run the tests. See its output above.\n');
  });

  it('runs the main job', async () => {
    const { exitCode, stdout } = await tinyProject().run('scripts/run.mjs', 'start');
    expect(stdout).toBe('the answer is 42\n');
    expect(exitCode).toBe(0);
  });

  it('shows why a build failed, ends non-zero and keeps the last good build', async () => {
    const project = tinyProject();
    await project.run('scripts/run.mjs', 'build');
    project.write('src/index.ts', 'broken');
    for (const attempt of ['first', 'second']) {
      const { exitCode, stdout, stderr } = await project.run('scripts/run.mjs', 'test');
      expect(exitCode, attempt).toBe(1);
      expect(stdout, attempt).toBe('');
      expect(stderr, attempt).toContain(`${join('src', 'index.ts')}(1,14): error TS2322: it is broken\n`);
      expect(stderr, attempt).toContain('Building the library failed (tsc -p tsconfig.build.json)');
    }
    expect(project.read('dist/index.js')).toContain('42');
    expect(existsSync(join(project.root, 'dist.draft'))).toBe(false);
  });

  it('lets two runs at the same time build once', async () => {
    const project = tinyProject();
    const runs = await Promise.all([1, 2, 3].map(() => project.run('scripts/run.mjs', 'start')));
    expect(runs.map(({ exitCode, stdout }) => ({ exitCode, stdout }))).toEqual(
      Array.from({ length: 3 }, () => ({ exitCode: 0, stdout: 'the answer is 42\n' })),
    );
    expect(runs.filter(({ stderr }) => stderr.includes('Building the library ...'))).toHaveLength(1);
    expect(existsSync(join(project.root, 'build/prepare.lock'))).toBe(false);
  });

  it('takes over the lock of a run that died', async () => {
    const project = tinyProject();
    const { stdout: deadPid } = await project.run('-p', 'process.pid');
    project.write('build/prepare.lock', deadPid);
    expect((await project.run('scripts/run.mjs', 'start')).stdout).toBe('the answer is 42\n');
  });

  it('names the commands when one is unknown', async () => {
    const { exitCode, stderr } = await tinyProject().run('scripts/run.mjs', 'tset');
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/^No such command: tset\. There are: start, test, build, .*\.\n$/);
  });
});

describe('installing', () => {
  const npm = `
    import { writeFileSync } from 'node:fs';
    console.log('npm ' + process.argv.slice(2).join(' '));
    if (process.env.NPM_FAILS) { console.error('npm error code E404 no-such-package'); process.exit(7); }
    writeFileSync('node_modules/.package-lock.json', ${JSON.stringify(JSON.stringify(installed))});
  `;
  const withNpm = (project: TempProject): string => {
    project.write('fake/npm-cli.js', npm);
    return join(project.root, 'fake/npm-cli.js');
  };

  it.each([
    ['nothing is installed', {}],
    ['another version is installed', { 'node_modules/vitest': { version: '0.9.0', integrity: 'sha512-old' } }],
  ])('installs once when %s', async (_case, packages) => {
    const project = tinyProject();
    const npm_execpath = withNpm(project);
    project.write('node_modules/.package-lock.json', JSON.stringify({ packages }));
    const first = await project.runWith({ npm_execpath }, 'scripts/run.mjs', 'build');
    expect(first.stderr).toMatch(/^Installing dependencies \.\.\.\nBuilding/);
    expect(first.stdout).toBe('');
    const second = await project.runWith({ npm_execpath }, 'scripts/run.mjs', 'build');
    expect(second).toEqual({ exitCode: 0, stdout: '', stderr: '' });
  });

  it('does without packages for other platforms', async () => {
    const project = tinyProject();
    const packages = { ...locked.packages, 'node_modules/@vitest/windows': { version: '1.0.0', optional: true } };
    project.write('package-lock.json', JSON.stringify({ packages }));
    expect((await project.run('scripts/run.mjs', 'build')).stderr).not.toContain('Installing');
  });

  it('shows the whole output of npm and the next step when it fails', async () => {
    const project = tinyProject();
    const npm_execpath = withNpm(project);
    project.remove('node_modules/.package-lock.json');
    const { exitCode, stdout, stderr } = await project.runWith(
      { npm_execpath, NPM_FAILS: '1' },
      'scripts/run.mjs',
      'start',
    );
    expect(exitCode).toBe(1);
    expect(stdout).toBe('');
    expect(stderr).toContain('npm ci --no-audit');
    expect(stderr).toContain('npm error code E404 no-such-package');
    expect(stderr).toContain('npm ci ended with code 7');
    expect(stderr).toContain('then run the command again');
  });
});
