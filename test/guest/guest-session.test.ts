import { describe, expect, it } from 'vitest';
import type { GuestOps, ProcessState } from '../../src/backends/backend.js';
import { FakeClock } from '../../src/base/clock.js';
import { GuestSession } from '../../src/guest/guest-session.js';
import { Lane } from '../../src/jobs/lane.js';

const ended: ProcessState = { state: 'exited', exitCode: 3, startTime: new Date(0), endTime: new Date(1000) };

/** A session over a guest whose programs have all ended, and the lane of its virtual machine. */
function session() {
  const clock = new FakeClock();
  const lane = new Lane();
  const polls: number[] = [];
  const ops = {
    poll: async (pids: readonly number[]) => {
      polls.push(clock.now());
      return new Map(pids.map((pid) => [pid, ended]));
    },
  } as unknown as GuestOps;
  const startMs = clock.now();
  const call = { signal: new AbortController().signal, clock, progress: () => undefined };
  const made = new GuestSession(ops, (request) => lane.run(request), clock);
  return { clock, lane, call, session: made, pollsAtMs: () => polls.map((atMs) => atMs - startMs) };
}

describe('a look at awaited programs', () => {
  it('waits for its turn', async () => {
    const rig = session();
    let free: (() => void) | undefined;
    void rig.lane.run(() => new Promise<void>((resolve) => (free = resolve)));
    const waiting = rig.session.waitForExit(1, rig.call);
    await rig.clock.advance(30_000);
    expect(rig.pollsAtMs()).toEqual([]);
    free?.();
    expect(await waiting).toMatchObject({ exitCode: 3, elapsedMs: 1000 });
    expect(rig.clock.pending).toBe(0);
  });

  it('goes beside a transfer that holds the turn longer than a minute, before the guest forgets the exit code', async () => {
    const rig = session();
    let free: (() => void) | undefined;
    const transfer = rig.lane.run(() => new Promise<void>((resolve) => (free = resolve)));
    const waiting = rig.session.waitForExit(1, rig.call);
    await rig.clock.advance(61_000);
    expect(await waiting).toMatchObject({ exitCode: 3, elapsedMs: 1000 });
    free?.();
    await transfer;
    await rig.clock.advance(1000);
    expect(rig.pollsAtMs()).toEqual([60_010]);
    expect(rig.clock.pending).toBe(0);
  });
});

it('reads a family that is in doubt before work that goes by it, and no other', async () => {
  const done: string[] = [];
  const ops = { readFamily: async () => void done.push('read') } as unknown as GuestOps;
  const clock = new FakeClock();
  const call = { signal: new AbortController().signal, clock, progress: () => undefined };
  const work = async (): Promise<number> => done.push('work');
  const over = (guest: GuestOps) => new GuestSession(guest, (request) => request(), clock);
  await over(ops).knowing(call, work);
  await over({} as unknown as GuestOps).knowing(call, work);
  expect(done).toEqual(['read', 'work', 'work']);
});
