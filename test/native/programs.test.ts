import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  commandOf,
  helperPath,
  NativeBuild,
  programFolder,
  root,
  temporaryFolder,
  whyNotNative,
} from './native-build.js';

const run = promisify(execFile);

/** Compiling and starting processes takes its time on a loaded machine. */
const timeout = 120_000;

const programs = readdirSync(programFolder)
  .filter((name) => name.endsWith('.c'))
  .map((name) => name.slice(0, -2));

const sourceOf = (name: string): string => join(programFolder, `${name}.c`);
const transcriptOf = (name: string): string =>
  readFileSync(join(root, 'test', 'examples', 'transcripts', `${name}.txt`), 'utf8');

// compat-tests/native/programs.test.ts builds each program in every way, and runs it over vSphere too.
describe.skipIf(whyNotNative !== undefined)('programs in C', { timeout }, () => {
  const build = new NativeBuild(temporaryFolder('native'));
  const built = new Set<string>();
  beforeAll(() => build.library(), timeout);

  async function outcome(program: string): Promise<{ stdout: string; stderr: string }> {
    built.add(basename(program));
    const helper = { REVIX_HELPER: helperPath, REVIX_CONFIG: '' };
    const env = { ...process.env, ...helper, TMPDIR: build.folder, LD_LIBRARY_PATH: build.folder };
    return run(...commandOf(program), { cwd: build.folder, env, timeout });
  }

  it.for(programs)('%s prints what its port in TypeScript prints', { timeout }, async (name) => {
    const program = await build.program(sourceOf(name), name, ['-std=gnu99']);
    expect(await outcome(program)).toEqual({ stdout: transcriptOf(name), stderr: '' });
  });

  it('print the same as programs in C++', { timeout }, async () => {
    const program = await build.program(sourceOf('find-running-vms'), 'in-c++', ['-x', 'c++', '-std=gnu++98']);
    expect(await outcome(program)).toEqual({ stdout: transcriptOf('find-running-vms'), stderr: '' });
  });

  it.skipIf(process.platform !== 'linux')('print the same when they load the library', { timeout }, async () => {
    const program = await build.loadingProgram(sourceOf('find-running-vms'), 'loading', ['-std=gnu99']);
    expect(await outcome(program)).toEqual({ stdout: transcriptOf('find-running-vms'), stderr: '' });
  });

  it('leave nothing behind', () => {
    expect(readdirSync(build.folder).filter((name) => !built.has(name) && !name.startsWith('lib'))).toEqual([]);
  });
});
