import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { helperPath, NativeBuild, programFolder, root, temporaryFolder, whyNotNative } from './native-build.js';

const run = promisify(execFile);

/** Compiling and starting processes takes its time on a loaded machine. */
const timeout = 120_000;

const programs = readdirSync(programFolder)
  .filter((name) => name.endsWith('.c'))
  .map((name) => name.slice(0, -2));

if (whyNotNative !== undefined) console.log(`The native library is not tested: ${whyNotNative}.`);

describe.skipIf(whyNotNative !== undefined)('programs in C, linked with -lvixAllProducts', { timeout }, () => {
  const build = new NativeBuild(temporaryFolder('native'));
  beforeAll(() => build.library(), timeout);

  it.for(programs)('%s prints what its port in TypeScript prints', { timeout }, async (name) => {
    const program = await build.program(join(programFolder, `${name}.c`), name, ['-std=gnu99']);
    const env = { ...process.env, REVIX_HELPER: helperPath, REVIX_CONFIG: '', TMPDIR: build.folder };
    const { stdout, stderr } = await run(program, [], { cwd: build.folder, env, timeout });
    expect(stderr).toBe('');
    const transcript = join(root, 'test', 'examples', 'transcripts', `${name}.txt`);
    expect(existsSync(transcript)).toBe(true);
    expect(stdout).toBe(readFileSync(transcript, 'utf8'));
  });

  it('leave nothing behind', () => {
    const names = new Set(programs);
    expect(readdirSync(build.folder).filter((name) => !names.has(name) && !name.startsWith('lib'))).toEqual([]);
  });
});
