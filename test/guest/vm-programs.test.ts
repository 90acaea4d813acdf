import { describe, expect, it } from 'vitest';
import type { ProcessState } from '../../src/backends/backend.js';
import { FakeClock } from '../../src/base/clock.js';
import { Fault } from '../../src/base/fault.js';
import { VmPrograms, type LoginPoll } from '../../src/guest/vm-programs.js';
import { gate } from '../fixtures/gate.js';

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
  const says: Record<string, () => ReadonlyMap<number, ProcessState> | Promise<ReadonlyMap<number, ProcessState>>> = {};
  /** What the requests of a login wait for before they go out. */
  const turns: Record<string, Promise<unknown>> = {};
  const login = (name: string): LoginPoll => {
    return async (toAsk) => {
      await turns[name];
      const pids = toAsk();
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
  return { clock, programs, states, says, turns, asked, one, other, wait, looks };
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

it('is for all that have come until the request goes out', async () => {
  const { clock, states, turns, asked, one, other, wait } = rig();
  const turn = gate();
  turns['one'] = turn.opened;
  const waits = [wait(1, one)];
  await clock.advance(10);
  waits.push(wait(2, one), wait(3, other));
  for (const pid of [1, 2, 3]) states.set(pid, ended(pid));
  turn.open();
  expect(await Promise.all(waits.slice(0, 2))).toMatchObject([{ exitCode: 1 }, { exitCode: 2 }]);
  expect(asked).toEqual(['one 1 2 3']);
  await clock.advance(5000);
  expect(await waits[2]).toMatchObject({ exitCode: 3 });
  expect(clock.pending).toBe(0);
});

it('tells the states of no program to one that has come after it under the same number', async () => {
  const { clock, states, says, turns, one, other, wait, looks } = rig();
  const turn = gate();
  turns['other'] = turn.opened;
  says['one'] = () => new Map([[1, ended(9)]]);
  const waits = [wait(1, one), wait(2, other)];
  await clock.advance(10);
  // The one login has told of the number, and the other waits for its turn to ask.
  const newer = wait(1, other);
  delete says['one'];
  states.set(1, ended(4)).set(2, ended(5));
  turn.open();
  await looks();
  expect(await Promise.all([...waits, newer])).toMatchObject([
    { kind: 'exit-code-lost' },
    { exitCode: 5 },
    { exitCode: 4 },
  ]);
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

describe('a number that the guest has used again', () => {
  const lost = { kind: 'exit-code-lost', message: expect.stringMatching(/number 1 .*another program/) };

  it.each(['one', 'other'] as const)(
    'ends the wait for the older program, whose exit code is lost: %s',
    async (login) => {
      const { clock, states, wait, looks, ...logins } = rig();
      const older = wait(1, logins.one);
      await looks();
      const newer = wait(1, logins[login]);
      expect(await older).toMatchObject(lost);
      expect(await looks()).toEqual([`${login} 1`]);
      states.set(1, ended(4));
      await looks();
      expect(await newer).toMatchObject({ exitCode: 4 });
      expect(clock.pending).toBe(0);
    },
  );

  it('ends the wait for the older program also where nobody waits for the newer one', async () => {
    const { clock, programs, one, wait } = rig();
    const older = wait(1, one);
    programs.started(1);
    expect(await older).toMatchObject(lost);
    expect(clock.pending).toBe(0);
  });

  it('ends the wait for the older program also while the guest is asked for it', async () => {
    const { clock, states, says, one, other, wait, looks } = rig();
    const answer = gate();
    says['one'] = async () => {
      await answer.opened;
      return new Map([
        [1, ended(9)],
        [2, running],
      ]);
    };
    const waits = [wait(1, one), wait(2, one)];
    await clock.advance(10);
    const newer = wait(1, other);
    delete says['one'];
    answer.open();
    await looks();
    states.set(1, ended(4)).set(2, ended(5));
    await looks();
    await looks();
    expect(await Promise.all([...waits, newer])).toMatchObject([lost, { exitCode: 5 }, { exitCode: 4 }]);
  });

  it('is awaited no more when the wait for the newer program is given up', async () => {
    const { clock, programs, states, one, other, wait, looks } = rig();
    const older = wait(1, one);
    const stop = new AbortController();
    const newer = programs.wait(1, other, stop.signal).catch((error: unknown) => error);
    expect(await older).toMatchObject(lost);
    const enough = new Error('enough');
    stop.abort(enough);
    expect(await newer).toBe(enough);
    expect(clock.pending).toBe(0);
    const third = wait(1, one);
    expect(await looks()).toEqual(['one 1']);
    states.set(1, ended(4));
    await looks();
    expect(await third).toMatchObject({ exitCode: 4 });
  });
});
