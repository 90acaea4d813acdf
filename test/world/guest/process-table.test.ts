import { beforeEach, describe, expect, it } from 'vitest';
import { FakeClock } from '../../../src/base/clock.js';
import { systemProcesses } from '../../../src/world/guest/guest-os.js';
import { userOf } from '../../../src/world/guest/guest-users.js';
import { exitMemoryMs, killedExitCode, ProcessTable } from '../../../src/world/guest/process-table.js';
import type { GuestUser } from '../../../src/world/guest/program.js';
import type { GuestRecord } from '../../../src/world/vm/vm-record.js';
import { faultOf, guestRecord } from './guest-fixture.js';

describe('process table', () => {
  let clock = new FakeClock();
  let record: GuestRecord = guestRecord('posix');
  let dead = new Set<number>();

  const table = (bootCount = 1): ProcessTable =>
    new ProcessTable(record, { clock, bootCount, isAlive: (pid) => !dead.has(pid) });
  const user = (name: string): GuestUser => {
    const found = record.users.find((one) => one.name === name);
    if (found === undefined) throw new Error(name);
    return userOf(found);
  };
  const add = (owner: string, more: { runnerPid?: number; endsAtMs?: number } = {}): number =>
    table().add({ name: 'job', owner, commandLine: '/bin/job -x', ...more }).pid;

  beforeEach(() => {
    clock = new FakeClock();
    record = guestRecord('posix');
    dead = new Set();
  });

  it('lists what runs, by pid, and forgets an exit after five minutes', async () => {
    const startMs = clock.now();
    const [first, second] = [add('ann'), add('bob')];
    await clock.advance(1000);
    table().end(first, 3);
    expect(table().list()).toEqual([
      { pid: second, parentPid: 1, name: 'job', owner: 'bob', commandLine: '/bin/job -x', startMs },
    ]);
    const exited = { state: 'exited', exitCode: 3, startMs, endMs: startMs + 1000 };
    expect(table().state(first)).toEqual(exited);
    await clock.advance(exitMemoryMs - 1);
    expect(table().state(first)).toEqual(exited);
    await clock.advance(1);
    expect(table().state(first)).toEqual({ state: 'gone' });
    expect(record.processes).toHaveLength(2);
    add('ann');
    expect(record.processes.map(({ pid }) => pid)).toEqual([second, second + 1]);
    expect(table().state(9999)).toEqual({ state: 'gone' });
  });

  it('knows who started a process; an orphan is of init', () => {
    const shell = table().add({ name: 'sh', owner: 'ann', commandLine: 'sh' }).pid;
    const job = table().add({ name: 'job', owner: 'ann', commandLine: 'job', parentPid: shell }).pid;
    const parentOf = (pid: number): number | undefined =>
      table()
        .list()
        .find((process) => process.pid === pid)?.parentPid;
    expect([parentOf(shell), parentOf(job)]).toEqual([1, shell]);
    table().end(shell, 0);
    expect(parentOf(job)).toBe(1);
    record.family = 'windows';
    expect(parentOf(job)).toBe(shell);
  });

  it('tells of the end of what operations started, for five minutes', async () => {
    const started = table().add({ name: 'job', owner: 'ann', commandLine: 'job', isWatched: true }).pid;
    const other = add('bob');
    await clock.advance(1000);
    table().end(started, 3);
    table().end(other, 4);
    const running = add('ann');
    const end = { atMs: clock.now(), exitCode: 3 };
    const pids = (): readonly (readonly [number, unknown])[] =>
      table()
        .entries()
        .map((entry) => [entry.pid, entry.end]);
    expect(pids()).toEqual([
      [started, end],
      [running, undefined],
    ]);
    await clock.advance(exitMemoryMs);
    expect(pids()).toEqual([[running, undefined]]);
  });

  it('ends a process once', () => {
    const pid = add('ann');
    table().end(pid, 1);
    table().end(pid, 2);
    table().end(424242, 2);
    expect(table().state(pid)).toMatchObject({ state: 'exited', exitCode: 1 });
  });

  it('takes a program that only waits for ended when its time has come', async () => {
    const endsAtMs = clock.now() + 2000;
    const pid = add('ann', { endsAtMs });
    await clock.advance(1999);
    expect(table().state(pid)).toEqual({ state: 'running' });
    await clock.advance(1001);
    expect(table().state(pid)).toMatchObject({ state: 'exited', exitCode: 0, endMs: endsAtMs });
    expect(table().list()).toEqual([]);
    expect(faultOf(() => table().kill(pid, user('ann')))).toBe('no-such-process');
  });

  it('reports -1 for a program whose runner died', () => {
    const pid = add('ann', { runnerPid: 77 });
    expect(table().state(pid)).toEqual({ state: 'running' });
    dead.add(77);
    expect(table().state(pid)).toMatchObject({ state: 'exited', exitCode: -1 });
    expect(table().list()).toEqual([]);
    expect(record.processes[0]?.endMs).toBeNull();
  });

  it('knows nothing of an earlier boot', () => {
    const pid = add('ann');
    expect(table(2).state(pid)).toEqual({ state: 'gone' });
    expect(table(2).list()).toEqual([]);
    expect(faultOf(() => table(2).kill(pid, user('root')))).toBe('no-such-process');
    table(2).add({ name: 'new', owner: 'ann', commandLine: '' });
    expect(record.processes).toHaveLength(1);
    table(2).clear();
    expect(record.processes).toEqual([]);
  });

  it('lets a user kill the own processes, and root all but the system itself', () => {
    for (const process of systemProcesses({ family: 'posix', consoleUser: 'ann' })) table().add(process);
    const pid = add('ann');
    expect(faultOf(() => table().kill(pid, user('bob')))).toBe('guest-permission');
    expect(faultOf(() => table().checkKill(pid, user('ann')))).toBeUndefined();
    expect(table().state(pid)).toEqual({ state: 'running' });
    table().kill(pid, user('ann'));
    expect(table().state(pid)).toMatchObject({ state: 'exited', exitCode: killedExitCode.posix });
    expect(faultOf(() => table().kill(pid, user('ann')))).toBe('no-such-process');
    const named = new Map(
      table()
        .list()
        .map((process) => [process.name, process.pid]),
    );
    expect(faultOf(() => table().kill(named.get('vmtoolsd') ?? 0, user('root')))).toBe('guest-permission');
    expect(faultOf(() => table().kill(1, user('root')))).toBe('guest-permission');
    expect(faultOf(() => table().kill(named.get('sshd') ?? 0, user('ann')))).toBe('guest-permission');
    table().kill(named.get('sshd') ?? 0, user('root'));
    table().kill(named.get('bash') ?? 0, user('ann'));
  });

  it('counts Windows ids by four, and kills with the code of Windows', () => {
    record = guestRecord('windows');
    for (const process of systemProcesses({ family: 'windows', consoleUser: 'Ann' })) table().add(process);
    const [first, second] = [add('Ann'), add('Ann')];
    expect(second - first).toBe(4);
    table().kill(first, user('Admin'));
    expect(table().state(first)).toMatchObject({ exitCode: -1073741510 });
    expect(faultOf(() => table().kill(796, user('Admin')))).toBe('guest-permission');
    expect(
      table()
        .list()
        .map(({ name }) => name),
    ).toEqual(expect.arrayContaining(['System', 'lsass.exe', 'explorer.exe', 'vmtoolsd.exe']));
  });
});
