import { expect, it } from 'vitest';
import { FakeClock } from '../../../src/base/clock.js';
import { type AnyCheck, check, type Finding, green, passedOver, trouble } from '../../../src/cli/doctor/check.js';
import type { DoctorContext } from '../../../src/cli/doctor/doctor-context.js';
import { runChecks } from '../../../src/cli/doctor/run-checks.js';

const problems = {
  broken: { status: 'red', cause: '{what} is broken.', next: 'Mend {what}.' },
  odd: { status: 'yellow', cause: 'Odd.', next: 'Look.' },
} as const;

function contextOn(clock: FakeClock, signal = new AbortController().signal): DoctorContext {
  return { clock, signal, timeoutMs: 1000, said: String } as unknown as DoctorContext;
}

function plan(...checks: readonly AnyCheck[]) {
  return [{ section: 'here' as const, checks }];
}

function row(
  id: string,
  run: () => Finding<unknown, 'broken' | 'odd'>,
  needs: Readonly<Record<string, AnyCheck>> = {},
) {
  return check({ id, title: id, looksAt: '', needs, problems, run });
}

it('hands on what was found, and skips what rests on red, on skipped and on yellow without a value', async () => {
  const red = row('red', () => trouble('broken', { facts: { what: 'it' } }));
  const odd = row('odd', () => trouble('odd', { value: 7 }));
  const empty = row('empty', () => trouble('odd'));
  const nothing = row('nothing', () => passedOver('no time'));
  const well = check({
    id: 'well',
    title: 'well',
    looksAt: '',
    needs: { odd },
    run: ({ odd: value }) => green(String(value), undefined),
  });
  const afterRed = row('after red', () => green('', 0), { red });
  const afterThat = row('after that', () => green('', 0), { well, afterRed });
  const afterNothing = row('after nothing', () => green('', 0), { nothing });
  const afterEmpty = row('after empty', () => green('', 0), { empty });
  const all = plan(afterThat, afterNothing, afterEmpty, afterRed, well, red, odd, empty, nothing);
  const reports = await runChecks(all, contextOn(new FakeClock()));
  expect(reports.map(({ id, status, text }) => [id, status, text])).toEqual([
    ['after that', 'skipped', 'rests on "red" (red), which is red'],
    ['after nothing', 'skipped', 'no time'],
    ['after empty', 'skipped', 'rests on "empty" (empty), which is yellow'],
    ['after red', 'skipped', 'rests on "red" (red), which is red'],
    ['well', 'green', '7'],
    ['red', 'red', 'it is broken.'],
    ['odd', 'yellow', 'Odd.'],
    ['empty', 'yellow', 'Odd.'],
    ['nothing', 'skipped', 'no time'],
  ]);
  expect(reports[5]).toMatchObject({ problem: 'broken', next: 'Mend it.' });
});

it('runs side by side what rests on nothing, each with a deadline of its own', async () => {
  const clock = new FakeClock();
  const signals: AbortSignal[] = [];
  const hanging = (id: string) =>
    check({
      id,
      title: id,
      looksAt: '',
      run: (_, { signal }) => {
        signals.push(signal);
        return new Promise<Finding<undefined, never>>(() => undefined);
      },
    });
  const [one, other] = [hanging('one'), hanging('other')];
  const after = row('after', () => green('', 0), { one });
  const running = runChecks(plan(one, other, after), contextOn(clock));
  await clock.advance(999);
  expect(signals.map(({ aborted }) => aborted)).toEqual([false, false]);
  await clock.advance(1);
  const reports = await running;
  expect(reports.map(({ status, problem, elapsedMs }) => [status, problem, elapsedMs])).toEqual([
    ['red', 'timed-out', 1000],
    ['red', 'timed-out', 1000],
    ['skipped', null, 0],
  ]);
  expect(signals.map(({ aborted }) => aborted)).toEqual([true, true]);
  expect(clock.pending).toBe(0);
});

it('takes what is thrown for the cause', async () => {
  const failing = row('failing', () => {
    throw new Error('the sky fell');
  });
  const [report] = await runChecks(plan(failing), contextOn(new FakeClock()));
  expect(report).toMatchObject({ status: 'red', problem: 'failed', text: 'Error: the sky fell' });
});

it('ends at once when nobody wants it any more', async () => {
  const abort = new AbortController();
  const told: string[] = [];
  const first = row('first', () => green('', 0));
  const never = check({
    id: 'never',
    title: '',
    looksAt: '',
    needs: { first },
    run: () => new Promise<Finding<undefined, never>>(() => undefined),
  });
  const clock = new FakeClock();
  const running = runChecks(plan(first, never), contextOn(clock, abort.signal), ({ id }) => told.push(id));
  const ended = running.catch((error: unknown) => error);
  await clock.advance(1);
  abort.abort(new Error('enough'));
  expect(await ended).toEqual(new Error('enough'));
  expect(told).toEqual(['first']);
});
