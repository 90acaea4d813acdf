import { execFile, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { simpleMembers } from '../../src/doors/simple/members.js';
import { functions } from '../../src/vix/functions.js';
import { helperPath, root } from './native-build.js';

const run = promisify(execFile);
const timeout = 120_000;
const folder = join(root, 'native', 'perl');

/** Why the modules cannot be tested here; undefined where they can. */
const why =
  process.platform === 'win32'
    ? 'the Perl modules are tested where there are pipes and signals'
    : spawnSync('perl', ['-MTest::More', '-e', '1']).status === 0
      ? undefined
      : 'there is no Perl with its core modules';

/** What runs a test: `prove`, which is no part of the smallest Perl, or Perl itself; both end with an error when one fails. */
const runner =
  spawnSync('prove', ['--version']).status === 0
    ? { command: 'prove', passed: /^Result: PASS$/m }
    : { command: 'perl', passed: /^1\.\.\d+$/m };

if (why !== undefined) console.log(`skipped: the Perl modules: ${why}`);

describe.skipIf(why !== undefined)('the Perl modules', { timeout }, () => {
  const { REVIX_CONFIG: _, ...environment } = process.env;
  const env = { ...environment, REVIX_HELPER: helperPath, REVIX_NODE: process.execPath };
  const tests = readdirSync(join(folder, 't')).filter((name) => name.endsWith('.t'));

  it.each(tests)('pass %s', async (name) => {
    const { stdout } = await run(runner.command, ['-I', 'lib', join('t', name)], { cwd: folder, env, timeout });
    expect(stdout).toMatch(runner.passed);
  });

  it('export the functions of the Simple door', async () => {
    const script = 'use VMware::Vix::Simple; print join qq(\\n), sort @VMware::Vix::Simple::EXPORT';
    const { stdout } = await run('perl', ['-I', 'lib', '-e', script], { cwd: folder, env, timeout });
    expect(stdout.split('\n')).toEqual(Object.keys(simpleMembers).toSorted());
  });

  it('have every function with its C arguments', async () => {
    const packages = readdirSync(join(folder, 'lib', 'VMware', 'Vix', 'API')).map((name) =>
      name.slice(0, -'.pm'.length),
    );
    const uses = packages.map((name) => `use VMware::Vix::API::${name};`).join(' ');
    const names = packages.map(
      (name) =>
        `map({ qq(${name}::$_) } grep { defined &{"VMware::Vix::API::${name}::$_"} } keys %VMware::Vix::API::${name}::)`,
    );
    const { stdout } = await run('perl', ['-I', 'lib', '-e', `${uses} print join qq(\\n), ${names.join(', ')}`], {
      cwd: folder,
      env,
      timeout,
    });
    const prefixes = {
      API: 'Vix_',
      Host: 'VixHost_',
      VM: 'VixVM_',
      Job: 'VixJob_',
      Snapshot: 'VixSnapshot_',
      PropertyList: 'VixPropertyList_',
    };
    const found = stdout.split('\n').map((line) => {
      const [name = '', member = ''] = line.split('::');
      return `${prefixes[name as keyof typeof prefixes]}${member}`;
    });
    expect(found).toEqual(expect.arrayContaining(Object.keys(functions)));
  });

  it('use core modules only', () => {
    const files = readdirSync(join(folder, 'lib'), { recursive: true, encoding: 'utf8' });
    const texts = files
      .filter((name) => name.endsWith('.pm'))
      .map((name) => readFileSync(join(folder, 'lib', name), 'utf8'));
    const used = new Set(
      texts.flatMap((text) => [...text.matchAll(/^use ([A-Z]\w*(?:::\w+)*)/gm)].map(([, name = '']) => name)),
    );
    const own = [...used].filter((name) => !/^(?:Revix|VMware)::/.test(name));
    expect(own.toSorted()).toEqual(['Carp', 'Cwd', 'Exporter', 'File::Basename', 'File::Spec', 'IPC::Open2', 'POSIX']);
  });
});
