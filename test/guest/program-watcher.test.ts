import { describe, expect, it } from 'vitest';
import type { CallContext, ProcessState } from '../../src/backends/backend.js';
import { FakeClock, settle } from '../../src/base/clock.js';
import { Fault } from '../../src/base/fault.js';
import { gate } from '../fixtures/gate.js';
import { ProgramWatcher, type ExitedProgram } from '../../src/guest/program-watcher.js';

const running: ProcessState = { state: 'running' };
const gone: ProcessState = { state: 'gone' };

function exited(exitCode: number, elapsedMs: number = 0): ProcessState {
  return { state: 'exited', exitCode, startTime: new Date(1000), endTime: new Date(1000 + elapsedMs) };
}

class Guest {
  readonly clock = new FakeClock();
  readonly states = new Map<number, ProcessState>();
  readonly polls: { readonly pids: readonly number[]; readonly atMs: number; readonly signal: AbortSignal }[] = [];
  trouble: Error | undefined = undefined;
  answer: (() => Promise<void>) | undefined = undefined;
  readonly watcher = new ProgramWatcher(async (toAsk, call: CallContext) => {
    const pids = toAsk();
    this.polls.push({ pids, atMs: this.clock.now() - this.startMs, signal: call.signal });
    call.progress(1);
    await this.answer?.();
    if (this.trouble !== undefined) throw this.trouble;
    return new Map(pids.map((pid) => [pid, this.states.get(pid) ?? gone]));
  }, this.clock);
  readonly startMs = this.clock.now();

  wait(pid: number, signal: AbortSignal = new AbortController().signal): Promise<ExitedProgram> {
    return this.watcher.wait(pid, signal);
  }
}

describe('ProgramWatcher', () => {
  it('looks half of its time late at a short one, then once a second, at long ones a tenth, up to five seconds', async () => {
    const guest = new Guest();
    guest.states.set(1, running);
    const waiting = guest.wait(1);
    await guest.clock.advance(120_000);
    const looks = guest.polls.map((poll, index) => {
      const before = guest.polls[index - 1]?.atMs ?? 0;
      return { at: before, gap: poll.atMs - before };
    });
    expect(looks.slice(0, 5).map(({ gap }) => gap)).toEqual([10, 10, 10, 15, 22.5]);
    for (const { at, gap } of looks) {
      const late = at < 2000 ? Math.max(10, at / 2) : Math.max(1000, at / 10);
      expect(gap).toBeCloseTo(Math.min(late, 5000));
    }
    expect(looks.at(-1)?.gap).toBe(5000);
    guest.states.set(1, exited(3, 1234));
    await guest.clock.advance(5000);
    expect(await waiting).toMatchObject({ exitCode: 3, elapsedMs: 1234 });
    expect(guest.clock.pending).toBe(0);
  });

  it.each([
    { what: 'back', jumpMs: -3_600_000, mostLooks: 30 },
    { what: 'forward', jumpMs: 3_600_000, mostLooks: 6 },
  ])('goes on at its pace when somebody sets the clock $what an hour', async ({ jumpMs, mostLooks }) => {
    const clock = new FakeClock();
    let looks = 0;
    let state: ProcessState = running;
    const watcher = new ProgramWatcher(async (pids) => {
      looks += 1;
      return new Map(pids().map((pid) => [pid, state]));
    }, clock);
    const waiting = watcher.wait(1, new AbortController().signal);
    await clock.advance(30_000);
    clock.set(jumpMs);
    looks = 0;
    await clock.advance(20_000);
    expect(looks).toBeGreaterThan(1);
    expect(looks).toBeLessThanOrEqual(mostLooks);
    state = exited(7);
    await clock.advance(5000);
    expect(await waiting).toMatchObject({ exitCode: 7 });
  });

  it('asks once for all programs at each look, each pid once', async () => {
    const guest = new Guest();
    for (const pid of [1, 2, 3]) guest.states.set(pid, running);
    const waits = [guest.wait(1), guest.wait(2), guest.wait(3), guest.wait(3)];
    await guest.clock.advance(10);
    expect(guest.polls.map((poll) => poll.pids)).toEqual([[1, 2, 3]]);
    guest.states.set(2, exited(0));
    await guest.clock.advance(20);
    expect(await waits[1]).toMatchObject({ exitCode: 0, elapsedMs: 0 });
    guest.states.set(1, exited(1));
    guest.states.set(3, exited(-1));
    await guest.clock.advance(40);
    expect(guest.polls.at(-1)?.pids).toEqual([1, 3]);
    expect(await Promise.all([waits[0], waits[2], waits[3]])).toMatchObject([
      { exitCode: 1, elapsedMs: 0 },
      { exitCode: -1, elapsedMs: 0 },
      { exitCode: -1, elapsedMs: 0 },
    ]);
    expect(guest.clock.pending).toBe(0);
  });

  it('does not end the wait for a program that came after a look that fails', async () => {
    const guest = new Guest();
    guest.states.set(1, running).set(2, exited(5));
    const failing = gate();
    guest.answer = () => failing.opened;
    const first = guest.wait(1).catch((error: unknown) => error);
    await guest.clock.advance(10);
    const second = guest.wait(2);
    guest.trouble = new TypeError('no');
    failing.open();
    expect(await first).toBe(guest.trouble);
    guest.trouble = undefined;
    await guest.clock.advance(1000);
    expect(await second).toMatchObject({ exitCode: 5 });
  });

  it('looks soon again when another program comes', async () => {
    const guest = new Guest();
    guest.states.set(1, running);
    guest.states.set(2, exited(0));
    void guest.wait(1).catch(() => undefined);
    await guest.clock.advance(6000);
    const before = guest.polls.length;
    const waiting = guest.wait(2);
    await guest.clock.advance(10);
    expect(guest.polls.length).toBe(before + 1);
    expect((await waiting).exitCode).toBe(0);
  });

  it('is not kept from looking by programs that come all the time', async () => {
    const guest = new Guest();
    guest.states.set(0, exited(0));
    const first = guest.wait(0);
    let isOver = false;
    void first.then(() => (isOver = true));
    for (let pid = 1; pid <= 10; pid += 1) {
      guest.states.set(pid, running);
      void guest.wait(pid).catch(() => undefined);
      await guest.clock.advance(9);
    }
    expect(isOver).toBe(true);
  });

  it('looks less and less often while programs come all the time, and soon again after a while without one', async () => {
    const guest = new Guest();
    const start = async (pid: number): Promise<void> => {
      guest.states.set(pid, running);
      void guest.wait(pid).catch(() => undefined);
      await guest.clock.advance(20);
    };
    for (let pid = 1; pid <= 1000; pid += 1) await start(pid);
    const within = (fromMs: number, toMs: number): number =>
      guest.polls.filter(({ atMs }) => atMs >= fromMs && atMs < toMs).length;
    expect(within(0, 100)).toBeGreaterThanOrEqual(5);
    expect(within(1000, 2000)).toBeLessThanOrEqual(10);
    expect(within(10_000, 20_000)).toBeLessThanOrEqual(20);
    await guest.clock.advance(10_000);
    guest.states.set(2000, exited(4));
    const late = guest.wait(2000);
    const before = guest.polls.length;
    await guest.clock.advance(10);
    expect([(await late).exitCode, guest.polls.length - before]).toEqual([4, 1]);
  });

  const silence = new Fault('tools-not-running', 'silent', { retryable: 'when-state-changes', vixCode: 3016 });

  it('leaves a guest that cannot answer now more and more time, whoever comes meanwhile', async () => {
    const guest = new Guest();
    guest.trouble = silence;
    for (let pid = 1; pid <= 30; pid += 1) guest.states.set(pid, exited(pid));
    const waits = [guest.wait(1)];
    for (let pid = 2; pid <= 30; pid += 1) {
      await guest.clock.advance(1000);
      waits.push(guest.wait(pid));
    }
    expect(guest.polls.map(({ atMs }) => atMs)).toEqual([
      10, 260, 760, 1760, 3760, 7760, 12_760, 17_760, 22_760, 27_760,
    ]);
    guest.trouble = undefined;
    await guest.clock.advance(5000);
    expect((await Promise.all(waits)).map(({ exitCode }) => exitCode)).toEqual(waits.map((_, index) => index + 1));
  });

  it.each([0, -86_400_000, 86_400_000])(
    'waits through a silence of two minutes and no longer, with the clock set by %i ms meanwhile',
    async (byMs) => {
      const guest = new Guest();
      guest.trouble = silence;
      let isOver = false;
      const waiting = guest.wait(1).finally(() => (isOver = true));
      waiting.catch(() => undefined);
      await guest.clock.advance(1000);
      guest.clock.set(byMs);
      await guest.clock.advance(118_000);
      expect(isOver).toBe(false);
      await guest.clock.advance(7000);
      await expect(waiting).rejects.toMatchObject({
        kind: 'tools-not-running',
        retryable: 'no',
        vixCode: 3016,
        message: expect.stringContaining('120 seconds'),
      });
      expect(guest.clock.pending).toBe(0);
    },
  );

  it('forgets a silence that nobody waited through to its end', async () => {
    const guest = new Guest();
    guest.trouble = silence;
    const abort = new AbortController();
    const cancelled = guest.wait(1, abort.signal);
    await guest.clock.advance(60_000);
    abort.abort(new Error('enough'));
    await expect(cancelled).rejects.toThrow('enough');
    await guest.clock.advance(3_600_000);
    const ended = guest.wait(2);
    ended.catch(() => undefined);
    await guest.clock.advance(126_000);
    await expect(ended).rejects.toThrow('120 seconds');
    guest.states.set(3, exited(0));
    const last = guest.wait(3);
    await guest.clock.advance(60_000);
    guest.trouble = undefined;
    await guest.clock.advance(5000);
    expect((await last).exitCode).toBe(0);
  });

  it('never has two looks under way', async () => {
    const guest = new Guest();
    let open = (): void => undefined;
    guest.answer = () => new Promise((resolve) => (open = resolve));
    guest.states.set(1, exited(0));
    guest.states.set(2, exited(0));
    const first = guest.wait(1);
    await guest.clock.advance(10);
    const second = guest.wait(2);
    await guest.clock.advance(60_000);
    expect(guest.polls).toHaveLength(1);
    open();
    expect((await first).exitCode).toBe(0);
    guest.answer = undefined;
    await guest.clock.advance(5000);
    expect((await second).exitCode).toBe(0);
  });

  it('says so when the guest has forgotten a program', async () => {
    const guest = new Guest();
    guest.states.set(2, running);
    const unknown = guest.wait(1);
    const forgotten = guest.wait(2);
    guest.states.set(2, { state: 'gone' });
    const outcomes = Promise.allSettled([unknown, forgotten]);
    await guest.clock.advance(10);
    for (const [index, outcome] of (await outcomes).entries()) {
      const reason: unknown = outcome.status === 'rejected' ? outcome.reason : undefined;
      expect(reason instanceof Fault && reason.kind).toBe('exit-code-lost');
      expect(String(reason)).toContain(`process ${index + 1}`);
    }
  });

  it('cuts the exit code to 32 bits, and never has a negative time', async () => {
    const guest = new Guest();
    guest.states.set(1, exited(0xffff_ffff, -500));
    const waiting = guest.wait(1);
    await guest.clock.advance(10);
    expect(await waiting).toMatchObject({ exitCode: -1, elapsedMs: 0 });
  });

  it.each(['same-call', 'after-relogin', 'when-state-changes'] as const)(
    'goes on after trouble that is retryable (%s)',
    async (retryable) => {
      const guest = new Guest();
      guest.states.set(1, exited(7));
      guest.trouble = new Fault('busy', 'not now', { retryable });
      const waiting = guest.wait(1);
      await guest.clock.advance(2000);
      expect(guest.polls.length).toBeGreaterThan(2);
      guest.trouble = undefined;
      await guest.clock.advance(2000);
      expect((await waiting).exitCode).toBe(7);
    },
  );

  it.each([new Fault('vm-not-running', 'off'), new TypeError('broken')])(
    'ends every wait with trouble that is not (%s)',
    async (trouble) => {
      const guest = new Guest();
      guest.trouble = trouble;
      const outcomes = Promise.allSettled([guest.wait(1), guest.wait(2)]);
      await guest.clock.advance(10);
      expect((await outcomes).map((outcome) => outcome.status === 'rejected' && outcome.reason)).toMatchObject([
        trouble,
        trouble,
      ]);
      expect(guest.clock.pending).toBe(0);
    },
  );

  it('leaves one wait when its signal is aborted, and goes on for the others', async () => {
    const guest = new Guest();
    guest.states.set(1, running);
    guest.states.set(2, running);
    const abort = new AbortController();
    const leaving = guest.wait(1, abort.signal);
    const staying = guest.wait(2);
    await guest.clock.advance(10);
    abort.abort(new Error('enough'));
    await expect(leaving).rejects.toThrow('enough');
    guest.states.set(2, exited(0));
    await guest.clock.advance(20);
    expect(guest.polls.at(-1)?.pids).toEqual([2]);
    expect((await staying).exitCode).toBe(0);
  });

  it('stops its timer and its look when the last wait leaves', async () => {
    const guest = new Guest();
    guest.states.set(1, running);
    const early = new AbortController();
    const before = guest.wait(1, early.signal);
    early.abort(new Error('before the look'));
    await expect(before).rejects.toThrow('before the look');
    expect(guest.clock.pending).toBe(0);

    guest.answer = () => new Promise(() => undefined);
    const abort = new AbortController();
    const during = guest.wait(1, abort.signal);
    await guest.clock.advance(10);
    expect(guest.polls.at(-1)?.signal.aborted).toBe(false);
    abort.abort(new Error('in the look'));
    await expect(during).rejects.toThrow('in the look');
    expect([guest.polls.at(-1)?.signal.aborted, guest.clock.pending]).toEqual([true, 0]);
  });

  it('refuses at once a wait whose signal is aborted already', async () => {
    const guest = new Guest();
    await expect(guest.wait(1, AbortSignal.abort(new Error('too late')))).rejects.toThrow('too late');
    await settle();
    expect([guest.clock.pending, guest.polls]).toEqual([0, []]);
  });

  it('looks again for a wait that comes while an aborted look ends', async () => {
    const guest = new Guest();
    let fail: (error: Error) => void = () => undefined;
    guest.answer = () => new Promise((_, reject) => (fail = reject));
    const abort = new AbortController();
    const first = guest.wait(1, abort.signal);
    await guest.clock.advance(10);
    abort.abort(new Error('enough'));
    await expect(first).rejects.toThrow('enough');
    guest.answer = undefined;
    guest.states.set(2, exited(5));
    const second = guest.wait(2);
    fail(new Error('aborted'));
    await guest.clock.advance(20);
    expect((await second).exitCode).toBe(5);
  });
});
