import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import type { TraceEvent } from '../../src/base/timeline.js';
import { HelperProcess } from '../bindings/helper-process.js';
import { spansOf } from './trace-rig.js';

interface Ended {
  readonly code: number | null;
  readonly signal: string | null;
  readonly stderr: string;
}

/** Runs a program in a process of its own. @param door what it imports, below `dist`. */
function run(door: string, body: string, env: Readonly<Record<string, string>>): Promise<Ended> {
  const address = new URL(`../../dist/${door}`, import.meta.url).href;
  const source = `import * as vix from ${JSON.stringify(address)};\n${body}`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', source], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  return new Promise((resolve) => {
    child.on('close', (code, signal) => resolve({ code, signal, stderr }));
  });
}

const connect = 'vix.VixHost_Connect(-1, vix.VIX_SERVICEPROVIDER_DEFAULT, null, 0, null, null, 0, 0, null, null)';

it('leaves the whole trace of a process that is killed', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'revix-trace-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  const file = join(directory, 'trace.json');
  const body = `await vix.VixJob_Wait(${connect}, 0); ${connect}; process.kill(process.pid, 'SIGKILL');`;
  const { code } = await run('index.js', body, { REVIX_TRACE: file });
  expect(code).not.toBe(0);
  const events = JSON.parse(`${readFileSync(file, 'utf8').replace(/,\s*$/, '')}]`) as TraceEvent[];
  const jobs = spansOf(events).filter(({ name }) => name === 'VixHost_Connect');
  expect(jobs.map(({ args }) => args['error'])).toEqual(['VIX_OK', undefined]);
});

it('is an error of vmrun that names the file, when the trace cannot be written', async () => {
  const home = mkdtempSync(join(tmpdir(), 'revix-trace-'));
  onTestFinished(() => rmSync(home, { recursive: true }));
  const file = join(home, 'missing', 'trace.json');
  const program = fileURLToPath(new URL('../../dist/bin/vmrun.cjs', import.meta.url));
  const env = { ...process.env, REVIX_HOME: home, REVIX_TRACE: file };
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, 'list'], { env, encoding: 'utf8' });
  expect(stdout + stderr).toContain(`Error: the trace cannot be written to ${file}: `);
  expect(stdout + stderr).toContain('name another file');
  // As a shell sees -1.
  expect(status).toBe(process.platform === 'win32' ? 0xffff_ffff : 255);
});

const leak = /^revix: 2 handles were not released:\n1: job, 1 reference, made by VixHost_Connect \d+ s ago\n2: host, /;

it('prints at exit what a program of either door has not released, and nothing for one that closes', async () => {
  const env = { REVIX_LEAKS: '1' };
  const [awaited, blocking, closed] = await Promise.all([
    run('index.js', `await vix.VixJob_Wait(${connect}, 0);`, env),
    run('doors/sync/index.js', `vix.VixJob_Wait(${connect}, 0);`, env),
    run('index.js', `await vix.VixJob_Wait(${connect}, 0); await vix.Revix_Close();`, env),
  ]);
  expect(awaited).toMatchObject({ code: 0, stderr: expect.stringMatching(leak) as string });
  expect(blocking).toMatchObject({ code: 0, stderr: expect.stringMatching(leak) as string });
  expect(closed).toMatchObject({ code: 0, stderr: '' });
});

it('prints what a program of the native library has not released', async () => {
  const helper = new HelperProcess('stdio', `process.env.REVIX_LEAKS = '1';`);
  await helper.greet();
  const [job] = await helper.ask('VixHost_Connect', [-1, 1, null, 0, null, null, 0, 0, null, null]);
  await helper.ask('VixJob_Wait', [Number(job), []]);
  helper.hangUp();
  expect((await helper.ended).errors).toMatch(leak);
});
