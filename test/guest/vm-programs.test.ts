import { expect, it } from 'vitest';
import type { ProcessState } from '../../src/backends/backend.js';
import { FakeClock } from '../../src/base/clock.js';
import { Fault } from '../../src/base/fault.js';
import { VmPrograms, type LoginPoll } from '../../src/guest/vm-programs.js';

const running: ProcessState = { state: 'running' };
const ended = (exitCode: number): ProcessState => {
  return { state: 'exited', exitCode, startTime: new Date(0), endTime: new Date(1000) };
};

/** A guest with two logins, and what each was asked for. */
function rig() {
  const clock = new FakeClock();
  const programs = new VmPrograms(clock);
  const states = new Map<number, ProcessState>();
  const asked: string[] = [];
  /** What a login is told in place of the states. */
  const says: Record<string, () => ReadonlyMap<number, ProcessState>> = {};
  const login = (name: string): LoginPoll => {
    return async (pids) => {
      asked.push(`${name} ${pids.join(' ')}`);
      return says[name]?.() ?? new Map(pids.flatMap((pid) => [[pid, states.get(pid) ?? { state: 'gone' }] as const]));
    };
  };
  const [one, other] = [login('one'), login('other')];
  const wait = (pid: number, poll: LoginPoll) => {
    states.set(pid, running);
    return programs.wait(pid, poll, new AbortController().signal).catch((error: unknown) => error);
  };
  const looks = async (): Promise<string[]> => {
    asked.length = 0;
    await clock.advance(5000);
    return [...new Set(asked)];
  };
  return { clock, programs, states, says, one, other, wait, looks };
}

it('is one look for all logins', async () => {
  const { clock, states, one, other, wait, looks } = rig();
  const waits = [wait(1, one), wait(2, other), wait(3, one)];
  expect(await looks()).toEqual(['one 1 2 3']);
  states.set(1, ended(4)).set(3, ended(6));
  await looks();
  expect(await looks()).toEqual(['other 2']);
  states.set(2, ended(5));
  await looks();
  expect(await Promise.all(waits)).toMatchObject([{ exitCode: 4 }, { exitCode: 5 }, { exitCode: 6 }]);
  expect(clock.pending).toBe(0);
});

it('is a look of its own for a program that the other login is not shown', async () => {
  const { states, says, one, other, wait, looks } = rig();
  says['one'] = () => new Map([[1, running]]);
  const waits = [wait(1, one), wait(2, other)];
  await looks();
  expect(await looks()).toEqual(['one 1', 'other 2']);
  states.set(2, ended(5));
  await looks();
  says['one'] = () => new Map([[1, ended(4)]]);
  await looks();
  expect(await Promise.all(waits)).toMatchObject([{ exitCode: 4 }, { exitCode: 5 }]);
});

it('goes on for the others when a login is refused, and tells of it those who have it', async () => {
  const { states, says, one, other, wait, looks } = rig();
  says['one'] = () => {
    throw new Fault('guest-login-refused', 'no');
  };
  const waits = [wait(1, one), wait(2, other)];
  await looks();
  states.set(2, ended(5));
  await looks();
  expect(await Promise.all(waits)).toMatchObject([{ kind: 'guest-login-refused' }, { exitCode: 5 }]);
});

it('tells each login of its own program that is gone', async () => {
  const { states, one, other, wait, looks } = rig();
  const waits = [wait(1, one), wait(2, other)];
  states.clear();
  await looks();
  expect(await Promise.all(waits)).toMatchObject([{ kind: 'exit-code-lost' }, { kind: 'exit-code-lost' }]);
});

it('ends the waits of all logins for a number that the guest has used again', async () => {
  const { states, one, other, wait, looks } = rig();
  const waits = [wait(1, one), wait(1, other)];
  expect(await looks()).toEqual(['other 1']);
  states.set(1, ended(4));
  await looks();
  expect(await Promise.all(waits)).toMatchObject([{ exitCode: 4 }, { exitCode: 4 }]);
});

it('goes on for a number when one of two waits for it is given up', async () => {
  const { clock, programs, states, one, other, wait } = rig();
  const waiting = wait(1, one);
  const stop = new AbortController();
  const givenUp = programs.wait(1, other, stop.signal).catch((error: unknown) => error);
  stop.abort(new Error('enough'));
  await givenUp;
  await clock.advance(5000);
  states.set(1, ended(4));
  await clock.advance(5000);
  expect(await waiting).toMatchObject({ exitCode: 4 });
});
