import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

/** Processes that work in one directory at once; all 200 run apart, in `npm run test:whole`. */
const processCount = 200;
const program = fileURLToPath(new URL('../../dist/bin/vmrun.cjs', import.meta.url));

const directory = realpathSync(mkdtempSync(join(tmpdir(), 'revix-vmrun-many-')));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

interface Ending {
  readonly status: number | null;
  readonly output: string;
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

async function answer(...args: readonly string[]): Promise<string> {
  const { status, output } = await run(args);
  expect([status, output]).toEqual([0, expect.not.stringContaining('Error')]);
  return output;
}

function machineAt(name: string): string {
  return join(directory, name, `${name}.vmx`);
}

/** All work on these: one runs, one is off. */
const [on, off] = [machineAt('on'), machineAt('off')];

beforeAll(async () => {
  for (const path of [on, off]) {
    mkdirSync(dirname(path));
    writeFileSync(path, 'guestOS = "ubuntu-64"\n');
  }
  await answer('start', on, 'nogui');
  await answer('getGuestIPAddress', on, '-wait');
});

const user = ['-gu', 'user', '-gp', 'password'];

/** A kind of work that many may do at once without being in each other's way. */
interface Work {
  readonly name: string;
  args(name: string): readonly string[];
  /** The names of those whose work is there, and maybe others. */
  done(): Promise<readonly string[]>;
  /** What vmrun says where the work has been done before. */
  readonly refusal: string;
}

async function linesOf(...args: readonly string[]): Promise<string[]> {
  return (await answer(...args)).trimEnd().split('\n').slice(1);
}

const works: readonly Work[] = [
  {
    name: 'snapshot',
    args: (name) => ['snapshot', off, name],
    done: () => linesOf('listSnapshots', off),
    refusal: 'exists',
  },
  {
    name: 'createDirectoryInGuest',
    args: (name) => [...user, 'createDirectoryInGuest', on, `/home/user/${name}`],
    done: () => linesOf(...user, 'listDirectoryInGuest', on, '/home/user'),
    refusal: 'exists',
  },
  {
    name: 'clone',
    args: (name) => ['clone', off, machineAt(name), 'full'],
    done: async () => (await linesOf('listRegisteredVM')).map((path) => basename(path, '.vmx')),
    refusal: 'One of the parameters was invalid',
  },
];

/** Both tests together: VMware allows no deeper chain of snapshots than 32. */
const mostSnapshots = 14;

function jobsNamed(prefix: string) {
  return Array.from({ length: processCount }, (_, index) => ({
    name: `${prefix} ${index}`,
    kind: index < processCount / 3 && index < mostSnapshots ? 0 : 1 + (index % 2),
  }));
}

const longestMs = 590_000;

describe(`${processCount} processes of vmrun at once in one directory`, () => {
  it('lose nothing that one of them has done', { timeout: longestMs }, async () => {
    const jobs = jobsNamed('kept');
    const endings = await Promise.all(jobs.map(({ name, kind }) => run(works[kind]?.args(name) ?? [])));
    expect(endings).toEqual(jobs.map(() => ({ status: 0, output: '' })));
    for (const [kind, work] of works.entries()) {
      const names = jobs.filter((job) => job.kind === kind).map(({ name }) => name);
      expect(await work.done(), work.name).toEqual(expect.arrayContaining(names));
    }
  });

  it('lose nothing that was acknowledged when some are killed', { timeout: longestMs }, async () => {
    const jobs = jobsNamed('torn');
    const started = Date.now();
    await answer(...user, 'createDirectoryInGuest', on, '/home/user/first');
    // As long as all of them may take, so that the kills spread over their work on any machine.
    const horizonMs = (Date.now() - started) * processCount;
    const endings = await Promise.all(
      jobs.map(async ({ name, kind }, index) => {
        const killAfterMs = index % 4 < 2 ? Math.random() * horizonMs : undefined;
        return { name, kind, ...(await run(works[kind]?.args(name) ?? [], killAfterMs)) };
      }),
    );
    expect(endings.filter(({ status }) => status !== 0 && status !== null)).toEqual([]);
    for (const [kind, work] of works.entries()) {
      const found = await work.done();
      const own = endings.filter((ending) => ending.kind === kind);
      const acknowledged = own.filter(({ status }) => status === 0).map(({ name }) => name);
      expect(found, work.name).toEqual(expect.arrayContaining(acknowledged));
      expect(new Set(found).size, work.name).toBe(found.length);
      // What was killed has either been done or can be done now.
      const killed = own.filter(({ status }) => status === null).slice(0, processCount / 6);
      for (const { name } of killed) {
        const again = await run(work.args(name));
        const refused = { status: 255, output: expect.stringContaining(work.refusal) };
        const isDoneNow = again.status === 0 && !found.includes(name);
        expect(again, name).toEqual(isDoneNow ? { status: 0, output: '' } : refused);
        // A clone that was killed at its end is whole, and listed once it is opened.
        if (work.name === 'clone') await answer('listSnapshots', machineAt(name));
      }
      expect(await work.done(), work.name).toEqual(expect.arrayContaining(killed.map(({ name }) => name)));
    }
  });
});
