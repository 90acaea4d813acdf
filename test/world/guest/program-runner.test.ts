import { describe, expect, it } from 'vitest';
import { settle } from '../../../src/base/clock.js';
import { standardPrograms } from '../../../src/world/guest/guest-programs.js';
import { posixPrograms } from '../../../src/world/guest/posix/posix-programs.js';
import { ProgramRegistry } from '../../../src/world/guest/program-registry.js';
import type { ProgramContext } from '../../../src/world/guest/program.js';
import { faultOf, TestGuest } from './guest-fixture.js';

const bare = (): TestGuest => new TestGuest(new ProgramRegistry('posix'));

describe('starting a program', () => {
  it('gives it its guest and nothing else', async () => {
    const guest = bare();
    let seen: ProgramContext | undefined;
    guest.programs.add('/opt/tool', async (context) => {
      seen = context;
      context.files.write('/tmp/made', 'x');
      context.writeStdout(Buffer.from('é\r\nsecond'));
      context.writeStderr('problem\n');
      return 256 + 7;
    });
    const started = guest.begin({ path: '"/opt/tool"', arguments: 'a  b', environment: { EXTRA: '1' } });
    expect(started.record).toMatchObject({
      name: 'tool',
      owner: 'ann',
      commandLine: '/opt/tool a  b',
      runnerPid: process.pid,
      endsAtMs: null,
    });
    expect(guest.runner.running).toEqual([started.pid]);
    expect(await started.done).toBe(7);
    expect(guest.runner.running).toEqual([]);
    expect(guest.table.state(started.pid)).toMatchObject({ state: 'exited', exitCode: 7 });
    expect(guest.lines).toEqual(['é', 'secondproblem']);
    expect(guest.as('root').stat('/tmp/made').owner).toBe('ann');
    expect(seen).toMatchObject({
      path: '/opt/tool',
      arguments: 'a  b',
      pid: started.pid,
      workingDirectory: '/home/ann',
      hostName: 'guest-1',
      ipAddress: '10.0.0.5',
    });
    expect(Object.fromEntries(seen?.environment ?? [])).toMatchObject({ HOME: '/home/ann', USER: 'ann', EXTRA: '1' });
    expect(Object.values(Object.fromEntries(seen?.environment ?? []))).not.toContain(process.env['PATH']);
    expect(() => seen?.files.read('/tmp/made')).toThrow('over');
    expect(guest.clock.pending).toBe(0);
  });

  it('gives it no other variables than those of the start, when these are all', async () => {
    const guest = bare();
    let seen: Record<string, string> = {};
    guest.programs.add('/opt/tool', async ({ environment }) => {
      seen = Object.fromEntries(environment);
      return 0;
    });
    const spec = { path: '/opt/tool', arguments: '', environment: { ONLY: '1' }, isEnvironmentWhole: true };
    const started = guest.begin(spec);
    expect(started.record.isWatched).toBe(true);
    expect(await started.done).toBe(0);
    expect(seen).toEqual({ ONLY: '1' });
  });

  it.each<readonly [string, string]>([
    ['relative/tool', 'invalid-argument'],
    ['', 'invalid-argument'],
    ['/opt/none', 'file-not-found'],
    ['/etc/passwd/tool', 'not-a-directory'],
    ['/tmp', 'guest-permission'],
    ['/etc/passwd', 'guest-permission'],
    ['/root/tool', 'guest-permission'],
    ['/tmp/foreign', 'program-not-started'],
    ['/tmp/orphan', 'program-not-started'],
  ])('refuses %j with %s', (path, kind) => {
    const guest = bare();
    guest.as('root').write('/tmp/foreign', Uint8Array.of(0, 1, 2), { mode: 0o755 });
    guest.as('root').write('/tmp/orphan', '#!/usr/bin/nothing\n', { mode: 0o755 });
    expect(faultOf(() => guest.begin({ path, arguments: '' }))).toBe(kind);
    expect(guest.table.list()).toEqual([]);
  });

  it('checks the working directory', () => {
    const guest = bare();
    guest.programs.add('/opt/tool', async () => 0);
    const start = (workingDirectory: string): unknown =>
      guest.begin({ path: '/opt/tool', arguments: '', workingDirectory });
    expect(faultOf(() => start('/none'))).toBe('file-not-found');
    expect(faultOf(() => start('/etc/passwd'))).toBe('not-a-directory');
    expect(faultOf(() => start('tmp'))).toBe('invalid-argument');
  });

  it('finds a behaviour by path, by link, by what the file was made as, and by file name', async () => {
    const guest = bare();
    guest.programs
      .add('/usr/bin/ls', async () => 1)
      .add('cat', async () => 2)
      .add('setup.bin', async () => 3);
    const root = guest.as('root');
    root.link('/usr/bin/ls', '/opt/link');
    root.write('/opt/copy', root.read('/usr/bin/cat'), { mode: 0o755 });
    root.write('/opt/setup.bin', Uint8Array.of(0, 1), { mode: 0o755 });
    root.write('/opt/cat', '#!/opt/setup.bin\n', { mode: 0o755 });
    const codes = [];
    for (const path of ['/bin/ls', '/opt/link', '/opt/copy', '/opt/setup.bin', '/opt/cat']) {
      codes.push((await guest.run({ path, arguments: '' })).exitCode);
    }
    expect(codes).toEqual([1, 1, 2, 3, 3]);
  });

  it('runs a script by its interpreter', async () => {
    const guest = bare();
    const seen: string[] = [];
    guest.programs.add('/usr/bin/perl', async (context) => {
      seen.push(context.arguments);
      return 0;
    });
    guest.as('ann').write('/tmp/a b.pl', '#! /usr/bin/perl -w\nprint 1;\n', { mode: 0o755 });
    await guest.run({ path: '/tmp/a b.pl', arguments: 'x "y z"' });
    expect(seen).toEqual(['-w \'/tmp/a b.pl\' x "y z"']);
  });

  it('reports what a program throws, and ends it with 1', async () => {
    const guest = bare();
    guest.programs.add('/opt/broken', () => {
      throw new Error('out of luck');
    });
    expect(await guest.run({ path: '/opt/broken', arguments: '' })).toEqual({
      exitCode: 1,
      output: 'broken: out of luck',
    });
  });

  it('lets a program run others inside it, with streams of its choice', async () => {
    const guest = bare();
    guest.programs.add('/opt/inner', async (context) => {
      context.writeStdout(`${Buffer.from(context.stdin).toString()} ${context.arguments} ${context.workingDirectory}`);
      return 5;
    });
    guest.programs.add('/opt/outer', async (context) => {
      let output = '';
      const code = await context.run('/opt/inner', 'args', {
        stdin: Buffer.from('in'),
        workingDirectory: '/tmp',
        writeStdout: (text) => {
          output += String(text);
        },
      });
      context.writeStdout(`${output} ${code}\n`);
      await context.run('/opt/none', '');
      return 0;
    });
    const { exitCode, output } = await guest.run({ path: '/opt/outer', arguments: '' });
    expect(output).toContain('in args /tmp 5\nouter: There is no "/opt/none"');
    expect(exitCode).toBe(1);
  });

  it('ends programs that start themselves over and over', async () => {
    const guest = bare();
    guest.programs.add('/opt/self', async (context) => context.run('/opt/self', ''));
    const { output } = await guest.run({ path: '/opt/self', arguments: '' });
    expect(output).toContain('too deep');
  });
});

describe('ending a program', () => {
  const endless = (context: ProgramContext): Promise<number> => {
    void context.pid;
    return new Promise<number>(() => undefined);
  };

  it('kills one that does not listen', async () => {
    const guest = bare();
    guest.programs.add('/opt/endless', endless);
    const started = guest.begin({ path: '/opt/endless', arguments: '' });
    await settle();
    guest.kill(started.pid, guest.user('ann'));
    expect(await started.done).toBe(137);
    expect(guest.clock.pending).toBe(0);
    guest.runner.kill(started.pid);
  });

  it('ends one that is over its time', async () => {
    const guest = new TestGuest(new ProgramRegistry('posix'), { wallMs: 5000 });
    guest.programs.add('/opt/endless', endless);
    const started = guest.begin({ path: '/opt/endless', arguments: '' });
    await guest.clock.advance(4999);
    expect(guest.table.state(started.pid)).toEqual({ state: 'running' });
    await guest.clock.advance(1);
    expect(await started.done).toBe(137);
  });

  it('ends one that prints too much, even if it catches every error', async () => {
    const guest = new TestGuest(new ProgramRegistry('posix'), { outputBytes: 1000 });
    let attempts = 0;
    guest.programs.add('/opt/loud', async (context) => {
      for (; attempts < 100; attempts += 1) {
        try {
          context.writeStdout(`${'x'.repeat(99)}\n`);
        } catch {
          await settle();
        }
      }
      return 0;
    });
    const started = guest.begin({ path: '/opt/loud', arguments: '' });
    expect(await started.done).toBe(137);
    expect(guest.lines).toHaveLength(10);
  });

  it('ends everything at once', async () => {
    const guest = bare();
    guest.programs.add('/opt/endless', endless);
    const all = [1, 2, 3].map(() => guest.begin({ path: '/opt/endless', arguments: '' }));
    guest.runner.killAll();
    for (const { done } of all) expect(await done).toBe(137);
    expect(guest.runner.running).toEqual([]);
  });

  it('lets a killed program change nothing more', async () => {
    const guest = bare();
    guest.programs.add('/opt/late', async (context) => {
      await settle(10);
      context.files.write('/tmp/late', 'x');
      return 0;
    });
    const started = guest.begin({ path: '/opt/late', arguments: '' });
    guest.runner.kill(started.pid);
    await started.done;
    await settle(20);
    expect(guest.as('ann').exists('/tmp/late')).toBe(false);
  });
});

describe('programs that only wait', () => {
  it.each<readonly [string, string, number | null]>([
    ['/bin/sleep', '5', 5000],
    ['/bin/sleep', '1.5m', 90_000],
    ['/usr/bin/sleep', 'infinity', null],
  ])('POSIX: %s %s', (path, args, durationMs) => {
    const guest = new TestGuest(posixPrograms());
    const started = guest.begin({ path, arguments: args });
    expect(started.done).toBeUndefined();
    expect(started.record).toMatchObject({
      runnerPid: null,
      endsAtMs: durationMs === null ? null : guest.clock.now() + durationMs,
    });
    expect(guest.clock.pending).toBe(0);
  });

  it('POSIX: really runs a sleep with more to it', async () => {
    const guest = new TestGuest(posixPrograms(), { wallMs: 2000 });
    const started = guest.begin({ path: '/bin/sleep', arguments: '1; echo awake > /tmp/f' });
    // Only its time limit waits on the clock until the shell, which may take long to load, comes to the sleep.
    while (guest.clock.pending < 2) await settle(1);
    await guest.clock.advance(1100);
    expect(await started.done).toBe(0);
    expect(guest.as('ann').exists('/tmp/f')).toBe(true);
    expect((await guest.run({ path: '/bin/sleep', arguments: 'x' })).exitCode).toBe(1);
  });

  it.each<readonly [string, string, number | null]>([
    ['notepad.exe', 'C:\\file.txt', null],
    ['calc.exe', '', null],
    ['explorer.exe', '', null],
    ['winver.exe', '', null],
  ])('Windows: %s %s', (name, args, durationMs) => {
    const guest = new TestGuest(standardPrograms().windows);
    const started = guest.begin({ path: `C:\\Windows\\System32\\${name}`, arguments: args }, 'Ann');
    expect(started.done).toBeUndefined();
    expect(started.record.endsAtMs).toBe(durationMs);
    guest.kill(started.pid, guest.user('Ann'));
    expect(guest.table.state(started.pid)).toMatchObject({ state: 'exited', exitCode: -1073741510 });
  });
});

describe('Windows programs', () => {
  it('that ask the shell at the screen for a folder end at once', async () => {
    const guest = new TestGuest(standardPrograms().windows);
    expect(await guest.run({ path: 'C:\\Windows\\explorer.exe', arguments: 'C:\\Users' }, 'Ann')).toEqual({
      exitCode: 1,
      output: '',
    });
  });

  it('get their arguments as they are', async () => {
    const programs = new ProgramRegistry('windows');
    const guest = new TestGuest(programs);
    programs.add('C:\\Tools\\tool.exe', async (context) => {
      context.writeStdout(`${context.arguments}|${context.environment.get('USERPROFILE') ?? ''}`);
      return -5;
    });
    expect(await guest.run({ path: 'c:\\tools\\TOOL.exe', arguments: '"a b" > x' }, 'Ann')).toEqual({
      exitCode: -5,
      output: '"a b" > x|C:\\Users\\Ann',
    });
  });

  it('hand batch files to cmd.exe', async () => {
    const programs = new ProgramRegistry('windows');
    const guest = new TestGuest(programs);
    const seen: string[] = [];
    programs.add('cmd.exe', async (context) => {
      seen.push(`${context.path} ${context.arguments}`);
      return 0;
    });
    guest.as('Ann').write('C:\\Users\\Ann\\my job.bat', '@echo off\r\n');
    await guest.run({ path: 'C:\\Users\\Ann\\my job.bat', arguments: 'x' }, 'Ann');
    expect(seen).toEqual(['C:\\Windows\\System32\\cmd.exe /c ""C:\\Users\\Ann\\my job.bat" x"']);
    guest.as('Ann').write('C:\\Users\\Ann\\data.txt', 'text');
    expect(faultOf(() => guest.begin({ path: 'C:\\Users\\Ann\\data.txt', arguments: '' }, 'Ann'))).toBe(
      'program-not-started',
    );
  });

  it('set variables over those of another case', async () => {
    const programs = new ProgramRegistry('windows');
    const guest = new TestGuest(programs);
    programs.add('C:\\t.exe', async ({ environment, writeStdout }) => {
      writeStdout([...environment].filter(([name]) => name.toLowerCase() === 'path').join());
      return 0;
    });
    const { output } = await guest.run({ path: 'C:\\t.exe', arguments: '', environment: { PATH: 'C:\\x' } }, 'Ann');
    expect(output).toBe('Path,C:\\x');
  });
});
