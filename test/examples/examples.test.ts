import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, '..', '..');
const transcripts = join(here, 'transcripts');
const run = promisify(execFile);

/** Every example starts a process of its own; on a loaded machine that takes its time. */
const timeoutMs = 60_000;

/** Names below a folder, without their extension, with forward slashes on every system. */
function namesIn(folder: string, extension: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(extension))
    .map((name) => name.slice(0, -extension.length).replaceAll('\\', '/'))
    .toSorted();
}

/** All but what several programs share. */
const examples = namesIn(join(root, 'examples'), '.ts').filter((name) => !name.includes('/support/'));

/**
 * What truly varies: where the temporary directory is, the size of a picture that shows the time, the port of a
 * simulator, and the number in the name of a guest's temporary file.
 */
function normalised(output: string, temporary: string): string {
  return output
    .replaceAll(temporary, '<temp>')
    .replaceAll('<temp>\\', '<temp>/')
    .replaceAll(/\d+ bytes of PNG/g, '<n> bytes of PNG')
    .replaceAll(/127\.0\.0\.1:\d+/g, '127.0.0.1:<port>')
    .replaceAll(/(?<=\bvmware|-vmware)\d+/g, '<n>');
}

const noHandlesLeft = /^handles left beside the host: 0$|^ +0 handles live, of [1-9]/m;

describe('the examples', () => {
  let temporary: string;

  beforeAll(() => {
    temporary = mkdtempSync(join(tmpdir(), 'revix-examples-'));
  });

  afterAll(() => {
    rmSync(temporary, { recursive: true, force: true });
  });

  async function runExample(name: string): Promise<{ stdout: string; stderr: string }> {
    const script = join(root, 'build', 'examples', `${name}.js`);
    if (!existsSync(script)) throw new Error(`${script} is missing: build with \`npm run build\``);
    const { REVIX_CONFIG: _, ...environment } = process.env;
    const env = { ...environment, TMPDIR: temporary, TEMP: temporary, TMP: temporary };
    // A process that ends with another exit code than 0 rejects, with its output in the message.
    return run(process.execPath, [script], { cwd: temporary, env, timeout: timeoutMs });
  }

  it.concurrent.for(examples)(
    '%s prints its transcript, leaves no handle, and ends well',
    { timeout: timeoutMs },
    async (name, test) => {
      const { stdout, stderr } = await runExample(name);
      expect(stderr).toBe('');
      // Those of vSphere's own methods have no handles.
      const ending = name.startsWith('vsphere/') ? /^(?:Successfully|Temporary file was)/m : noHandlesLeft;
      expect(stdout).toMatch(ending);
      expect(stdout).not.toContain('leaked');
      await test.expect(normalised(stdout, temporary)).toMatchFileSnapshot(join(transcripts, `${name}.txt`));
    },
  );

  it('have transcripts, and there are no others', () => {
    expect(namesIn(transcripts, '.txt')).toEqual(examples);
  });

  it('leave nothing behind but the picture of the main job, which is a PNG', () => {
    expect(readdirSync(temporary)).toEqual(['revix-main-job-screen.png']);
    const picture = readFileSync(join(temporary, 'revix-main-job-screen.png'));
    expect(picture.subarray(1, 4).toString('latin1')).toBe('PNG');
  });

  const codeOf = (name: string): string => {
    const source = readFileSync(join(root, 'examples', `${name}.ts`), 'utf8');
    return source.slice(source.indexOf('*/'));
  };
  const blocking = examples.filter((name) => /from 'revix\/(?:\w+\/)?sync'/.test(codeOf(name)));

  it.each(blocking)('%s has no await', (name) => {
    expect(codeOf(name)).not.toMatch(/\bawait\b|\basync\b|\bPromise\b|\.then\b/);
  });

  it('over the blocking door are those in sync, and one at least for each door of another shape', () => {
    expect(blocking.map((name) => name.split('/')[0])).toEqual(
      expect.arrayContaining(['sync', 'simple', 'com', 'virtual-server']),
    );
    expect(examples.filter((name) => name.startsWith('sync/') && !blocking.includes(name))).toEqual([]);
  });
});
