import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';

/**
 * Processes that work on one machine at once; more of them run apart, in `npm run test:crash`. With 200 some are told
 * that the machine is busy.
 */
const processCount = process.env['REVIX_WHOLE_PROOF'] === undefined ? 6 : 32;
const program = fileURLToPath(new URL('../../dist/bin/vmrun.cjs', import.meta.url));

const directory = realpathSync(mkdtempSync(join(tmpdir(), 'revix-vmrun-many-')));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

interface Ending {
  readonly status: number | null;
  readonly output: string;
}

function newMachine(name: string): string {
  const folder = join(directory, name);
  mkdirSync(folder);
  const path = join(folder, `${name}.vmx`);
  writeFileSync(path, `displayName = "${name}"\nguestOS = "ubuntu-64"\n`);
  return path;
}

/** Runs a command; with a delay it is killed after so long, unless it has ended. */
function run(args: readonly string[], killAfterMs?: number): Promise<Ending> {
  const child = spawn(process.execPath, [program, ...args], {
    env: { ...process.env, REVIX_HOME: join(directory, 'home') },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data: Buffer) => (output += data.toString()));
  const timer = killAfterMs === undefined ? undefined : setTimeout(() => child.kill('SIGKILL'), killAfterMs);
  return new Promise((resolve) => {
    child.on('close', (status) => {
      clearTimeout(timer);
      resolve({ status, output });
    });
  });
}

async function snapshotsOf(machine: string): Promise<readonly string[]> {
  const { status, output } = await run(['listSnapshots', machine]);
  const [header, ...names] = output.trimEnd().split('\n');
  expect([status, header]).toEqual([0, `Total snapshots: ${names.length}`]);
  return names;
}

const names = Array.from({ length: processCount }, (_, index) => `snapshot ${index}`);
const longestMs = 540_000;

describe(`${processCount} processes of vmrun at once on one machine`, () => {
  it('lose nothing that one of them has done', { timeout: longestMs }, async () => {
    const machine = newMachine('many');
    const endings = await Promise.all(names.map((name) => run(['snapshot', machine, name])));
    expect(endings).toEqual(names.map(() => ({ status: 0, output: '' })));
    expect((await snapshotsOf(machine)).toSorted()).toEqual(names.toSorted());
  });

  it('lose nothing that was acknowledged when some are killed', { timeout: longestMs }, async () => {
    const machine = newMachine('killed');
    const started = Date.now();
    await run(['snapshot', machine, 'first']);
    // As long as all of them may take, so that the kills spread over their work on any machine.
    const horizonMs = (Date.now() - started) * processCount;
    const endings = await Promise.all(
      names.map((name, index) =>
        run(['snapshot', machine, name], index % 2 === 0 ? Math.random() * horizonMs : undefined),
      ),
    );
    const kept = await snapshotsOf(machine);
    const done = names.filter((_, index) => endings[index]?.status === 0);
    expect(done.filter((name) => !kept.includes(name))).toEqual([]);
    expect(endings.filter(({ status }) => status !== 0 && status !== null)).toEqual([]);
    expect(new Set(kept).size).toBe(kept.length);
    expect((await run(['snapshot', machine, 'after'])).status).toBe(0);
  });
});
