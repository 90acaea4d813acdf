import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { FakeClock, sleep } from '../../../src/base/clock.js';
import { hasEnded, identityToken, ownIdentity, parseToken } from '../../../src/world/store/process-identity.js';
import { ProcessLocks } from '../../../src/world/store/process-lock.js';
import { failureOf, temporaryDirectory } from './sample-vm.js';

const own = ownIdentity();

/** Stands in the name of a waiter for when it came: long ago. */
const stamp = '000000000';

function deadPid(): number {
  return spawnSync(process.execPath, ['-e', '0']).pid;
}

/** Puts a lock there as its holder would have left it. */
function leaveLock(folder: string, token: string): void {
  mkdirSync(join(folder, 'vm.lock'));
  writeFileSync(join(folder, 'vm.lock', token), '');
}

describe('the identity of a process', () => {
  it('survives being written as a name', () => {
    expect(parseToken(identityToken(own))).toEqual(own);
    expect(identityToken(own)).not.toBe(identityToken(own));
    expect(parseToken('notes.txt')).toBeUndefined();
  });

  it('tells the dead from the living, and judges nobody whom it cannot see', () => {
    expect(hasEnded(own, own)).toBe(false);
    expect(hasEnded({ ...own, pid: deadPid() }, own)).toBe(true);
    // The number is in use again, by a process that started later.
    expect(hasEnded({ ...own, start: '1' }, own)).toBe(own.start !== '0');
    // The machine has been restarted since.
    expect(hasEnded({ ...own, boot: 'beef' }, { ...own, boot: 'cafe' })).toBe(true);
    expect(hasEnded({ ...own, pid: deadPid(), machine: 'beef', boot: 'beef' }, own)).toBe(false);
    expect(hasEnded({ ...own, pid: deadPid(), pidNamespace: 'beef' }, own)).toBe(false);
  });
});

describe('locks between processes', () => {
  it('let one in at a time, and all in the end', async () => {
    const folder = temporaryDirectory();
    const clock = new FakeClock();
    leaveLock(folder, identityToken({ ...own, pid: deadPid() }));
    let inside = 0;
    let most = 0;
    let done = 0;
    const work = Array.from({ length: 40 }, async () => {
      await new ProcessLocks(folder, clock, 30_000).hold('vm', 'It', async () => {
        inside += 1;
        most = Math.max(most, inside);
        for (let turn = 0; turn < 3; turn += 1) await Promise.resolve();
        inside -= 1;
        done += 1;
      });
    });
    while (done < work.length) await clock.advance(100);
    await Promise.all(work);
    expect(most).toBe(1);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('give up on a holder that keeps it, and name it', async () => {
    const folder = temporaryDirectory();
    const clock = new FakeClock();
    const locks = new ProcessLocks(folder, clock, 30_000);
    let release = (): void => undefined;
    const holding = locks.hold('vm', 'It', () => new Promise<void>((resolve) => (release = resolve)));
    const waiting = new ProcessLocks(folder, clock, 30_000).hold('vm', '[ds] a/a.vmx', async () => 'in');
    const failure = failureOf(waiting);
    await clock.advance(29_000);
    expect(readdirSync(folder)).toHaveLength(2);
    await clock.advance(5000);
    expect(await failure).toMatchObject({
      kind: 'busy',
      message: expect.stringContaining(`[ds] a/a.vmx is in use by process ${process.pid}`),
    });
    expect(readdirSync(folder)).toEqual(['vm.lock']);
    release();
    await holding;
    expect(readdirSync(folder)).toEqual([]);
  });

  it('wait on while holders come and go, however long the queue is', async () => {
    const folder = temporaryDirectory();
    const clock = new FakeClock();
    const done: number[] = [];
    const work = Array.from({ length: 16 }, async (_, index) => {
      // Each holds it for most of a deadline.
      await new ProcessLocks(folder, clock, 1000).hold('vm', 'It', () => sleep(clock, 900));
      done.push(index);
    });
    const failure = failureOf(Promise.all(work));
    while (done.length < work.length) await clock.advance(100);
    expect(String(await failure)).toContain('resolved');
  });

  it('let in first who came first, though many ask', async () => {
    const folder = temporaryDirectory();
    const clock = new FakeClock();
    const places: number[] = [];
    let turns = 0;
    const work: Promise<void>[] = [];
    for (let place = 0; place < 16; place += 1) {
      const hold = new ProcessLocks(folder, clock, 30_000).hold('vm', 'It', async () => {
        await sleep(clock, 600);
        places.push(Math.abs((turns += 1) - 1 - place));
      });
      work.push(hold);
      await clock.advance(1);
    }
    while (turns < work.length) await clock.advance(100);
    await Promise.all(work);
    // At random it would be a third of the queue.
    expect(places.reduce((sum, off) => sum + off, 0) / places.length).toBeLessThan(3);
  });

  it('do not touch the lock of a process that cannot be judged', async () => {
    const folder = temporaryDirectory();
    const clock = new FakeClock();
    const token = identityToken({ ...own, pid: deadPid(), machine: 'beef', boot: 'beef' });
    leaveLock(folder, token);
    const waiting = new ProcessLocks(folder, clock, 1000).hold('vm', 'It', async () => 'in');
    const failure = failureOf(waiting);
    await clock.advance(5000);
    expect(String(await failure)).toContain('of another machine or container');
    expect(readdirSync(join(folder, 'vm.lock'))).toEqual([token]);
  });

  it('are free again after an error, and when the process ends in the middle', async () => {
    const folder = temporaryDirectory();
    const locks = new ProcessLocks(folder, new FakeClock(), 1000);
    const failing = locks.hold('vm', 'It', async () => {
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    expect(readdirSync(folder)).toEqual([]);
    const dist = new URL('../../../dist/', import.meta.url);
    const child = spawnSync(
      process.execPath,
      [
        '--input-type=module',
        '-e',
        `import { RealClock } from '${new URL('base/clock.js', dist).href}';
        import { ProcessLocks } from '${new URL('world/store/process-lock.js', dist).href}';
        const locks = new ProcessLocks(process.argv[1], new RealClock(), 1000);
        await locks.hold('vm', 'It', async () => process.exit(3));`,
        folder,
      ],
      { cwd: fileURLToPath(dist), encoding: 'utf8' },
    );
    expect([child.status, child.stderr]).toEqual([3, '']);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('sweep away what dead waiters left', async () => {
    const folder = temporaryDirectory();
    const dead = { ...own, pid: deadPid() };
    leaveLock(folder, identityToken(dead));
    mkdirSync(join(folder, `vm.lock.wait.${stamp}.${identityToken(dead)}`));
    mkdirSync(join(folder, `other.lock.wait.${stamp}.${identityToken(own)}`));
    await new ProcessLocks(folder, new FakeClock(), 1000).hold('vm', 'It', async () => undefined);
    expect(readdirSync(folder)).toEqual([expect.stringMatching(/^other\.lock\.wait\./)]);
  });

  it('do not let dead waiters stand in front of the queue', async () => {
    const folder = temporaryDirectory();
    const clock = new FakeClock();
    const dead = `vm.lock.wait.${stamp}.${identityToken({ ...own, pid: deadPid() })}`;
    mkdirSync(join(folder, dead));
    const locks = new ProcessLocks(folder, clock, 30_000);
    const holding = locks.hold('vm', 'It', () => sleep(clock, 500));
    const waiting = new ProcessLocks(folder, clock, 30_000).hold('vm', 'It', async () => 'in');
    await clock.advance(400);
    expect(readdirSync(folder)).not.toContain(dead);
    await clock.advance(1000);
    expect([await holding, await waiting]).toEqual([undefined, 'in']);
  });
});
