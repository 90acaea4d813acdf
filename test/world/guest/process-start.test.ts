import { describe, expect, it } from 'vitest';
import { settle } from '../../../src/base/clock.js';
import { ProgramRegistry } from '../../../src/world/guest/program-registry.js';
import type { ProgramContext } from '../../../src/world/guest/program.js';
import { TestGuest } from './guest-fixture.js';

/** A guest whose program `/opt/main` does what the test says. */
function guestWith(main: (context: ProgramContext) => Promise<number>): TestGuest {
  const guest = new TestGuest(new ProgramRegistry('posix'));
  guest.programs.add('/opt/main', main);
  guest.programs.add('/opt/waits', async () => 0, { passive: (args) => (args === '' ? null : Number(args)) });
  guest.programs.add('/opt/child', async ({ arguments: args, workingDirectory, environment, writeStdout, stdin }) => {
    writeStdout(`${args} in ${workingDirectory} with ${environment.get('X') ?? 'none'} and ${stdin.length}\n`);
    return Number(args);
  });
  return guest;
}

const main = { path: '/opt/main', arguments: '' };

describe('a program that starts another as a process of its own', () => {
  it('gets its id at once, and may end first', async () => {
    const pids: number[] = [];
    const guest = guestWith(async (context) => {
      pids.push(
        await context.start('/opt/waits', '', { workingDirectory: '/tmp' }),
        await context.start('/opt/waits', '500'),
      );
      return 3;
    });
    expect(await guest.run(main)).toEqual({ exitCode: 3, output: '' });
    const [first = 0, second = 0] = pids;
    expect(guest.table.list().map(({ pid, name, owner }) => ({ pid, name, owner }))).toEqual([
      { pid: first, name: 'waits', owner: 'ann' },
      { pid: second, name: 'waits', owner: 'ann' },
    ]);
    await guest.clock.advance(500);
    expect(guest.table.state(first)).toEqual({ state: 'running' });
    expect(guest.table.state(second)).toMatchObject({ state: 'exited', exitCode: 0 });
    guest.kill(first, guest.user('ann'));
    expect(guest.table.list()).toEqual([]);
  });

  it('hands down its directory and variables, or others', async () => {
    const codes: (number | undefined)[] = [];
    const guest = guestWith(async (context) => {
      context.workingDirectory = '/etc';
      context.environment.set('X', 'mine');
      codes.push(await context.wait(await context.start('/opt/child', '4')));
      const other = { workingDirectory: '/tmp', environment: new Map([['X', 'other']]) };
      codes.push(await context.wait(await context.start('/opt/child', '5', other)));
      codes.push(await context.wait(4711));
      return 0;
    });
    const { output } = await guest.run(main);
    expect(output).toBe('4 in /etc with mine and 0\n5 in /tmp with other and 0');
    expect(codes).toEqual([4, 5, undefined]);
  });

  it('may take its output as long as it lives, and show it under another name', async () => {
    const taken: string[] = [];
    const pids: number[] = [];
    const guest = guestWith(async (context) => {
      const output = (data: Uint8Array | string, stream: string): void =>
        void taken.push(`${stream}: ${data.toString()}`);
      const shownAs = { name: 'other', commandLine: 'other -x' };
      pids.push(await context.start('/opt/slow', '', { output, shownAs }));
      await context.start('/opt/child', '1', { output });
      await settle();
      return 0;
    });
    guest.programs.add('/opt/slow', async ({ clock, writeStderr }) => {
      await new Promise<void>((resolve) => void clock.after(1000, resolve));
      writeStderr('late\n');
      return 0;
    });
    await guest.run(main);
    expect(guest.table.list()).toMatchObject([{ pid: pids[0], name: 'other', commandLine: 'other -x' }]);
    await guest.clock.advance(1000);
    expect(taken).toEqual(['stdout: 1 in /home/ann with none and 0\n']);
    expect(guest.lines).toEqual(['late']);
  });

  it('waits for one that only waits, and for one that is killed', async () => {
    const codes: (number | undefined)[] = [];
    const guest = guestWith(async (context) => {
      codes.push(await context.wait(await context.start('/opt/waits', '3000')));
      const pid = await context.start('/opt/waits', '');
      context.clock.after(2000, () => context.kill(pid));
      codes.push(await context.wait(pid));
      return 0;
    });
    const started = guest.begin(main);
    await guest.clock.advance(7000);
    expect(await started.done).toBe(0);
    expect(codes).toEqual([0, 137]);
  });

  it('fails as a start does', async () => {
    const guest = guestWith(async (context) => {
      await context.start('/opt/none', '');
      return 0;
    });
    expect((await guest.run(main)).output).toContain('There is no "/opt/none"');
  });

  it('is stopped when it does so without end', async () => {
    let count = 0;
    const guest = guestWith(async (context) => {
      count += 1;
      await context.start('/opt/main', '');
      return 0;
    });
    guest.begin(main);
    while (guest.runner.running.length > 0) await settle();
    expect(count).toBe(1001);
    expect(guest.lines.join()).toContain('Does it start itself?');
  });
});

describe('a turn', () => {
  it('lets others in while a program computes', async () => {
    let isKilled = false;
    const guest = guestWith(async (context) => {
      for (;;) await context.turn();
    });
    const started = guest.begin(main);
    await new Promise<void>((resolve) => {
      setImmediate(() => {
        isKilled = true;
        guest.kill(started.pid, guest.user('ann'));
        resolve();
      });
    });
    expect(await started.done).toBe(137);
    expect(isKilled).toBe(true);
  });
});
