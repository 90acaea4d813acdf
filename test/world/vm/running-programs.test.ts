import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { FakeClock, settle } from '../../../src/base/clock.js';
import { GuestFileSystem } from '../../../src/world/guest/guest-file-system.js';
import { standardPrograms } from '../../../src/world/guest/guest-programs.js';
import type { ProgramContext } from '../../../src/world/guest/program.js';
import { openDirectoryStore } from '../../../src/world/store/directory-store.js';
import type { GuestPrograms } from '../../../src/world/vm/guest-runtime.js';
import { World } from '../../../src/world/world.js';
import { bootDelayMs, call, fault, location, oneVm, session } from '../world-fixture.js';

/** The small shell takes no time of its own, which no fake clock would wait for. */
const smallPrograms = (): GuestPrograms => standardPrograms({ shell: 'small' });

/** Standard programs, and one that waits and tells that it was stopped. */
function withWait(): { readonly programs: GuestPrograms; readonly stopped: () => number } {
  const programs = smallPrograms();
  let count = 0;
  programs.posix.add('/opt/wait', ({ signal }) => {
    return new Promise((_resolve, reject) => {
      signal.addEventListener('abort', () => {
        count += 1;
        reject(signal.reason);
      });
    });
  });
  return { programs, stopped: () => count };
}

describe('while a guest stands still', () => {
  const script = { path: '/bin/sh', arguments: `-c "sleep 2; echo on > /tmp/woke"` };

  it.each(['pause', 'suspend'] as const)('no script of it goes on: %s', async (how) => {
    const { clock, vm } = await oneVm({ power: 'on' }, { programs: smallPrograms() });
    const guest = session(vm);
    const pid = await guest.start(script, call());
    await settle();
    await clock.advance(1000);
    if (how === 'pause') await vm.power.pause(call());
    else await vm.power.suspend('hard', call());
    await clock.advance(100_000);
    if (how === 'pause') await vm.power.unpause(call());
    else await vm.power.on({ paused: false, showConsole: false }, call());
    await clock.advance(900);
    expect((await guest.poll([pid], call())).get(pid)).toEqual({ state: 'running' });
    await expect(guest.files.stat('/tmp/woke', call())).rejects.toMatchObject(fault('file-not-found'));
    await clock.advance(100);
    await settle();
    expect((await guest.poll([pid], call())).get(pid)).toMatchObject({ state: 'exited', exitCode: 0 });
    await guest.files.stat('/tmp/woke', call());
  });

  it('a program that computes waits at its next turn, and can be ended', async () => {
    const programs = smallPrograms();
    let turns = 0;
    programs.posix.add('/opt/busy', async (context) => {
      for (;;) {
        await context.turn();
        await settle(1);
        turns += 1;
      }
    });
    const { vm } = await oneVm({ power: 'on' }, { programs });
    await session(vm).start({ path: '/opt/busy', arguments: '' }, call());
    await settle();
    await vm.power.pause(call());
    await settle();
    const atPause = turns;
    await settle(20);
    expect(turns).toBe(atPause);
    await vm.power.unpause(call());
    await settle(20);
    expect(turns).toBeGreaterThan(atPause);
    await vm.power.pause(call());
    await vm.power.off('hard', call());
    await settle(20);
    const atEnd = turns;
    await settle(20);
    expect(turns).toBe(atEnd);
  });
});

describe('a program that asks for a change of power', () => {
  const asking = (change: 'off' | 'reset'): GuestPrograms => {
    const programs = smallPrograms();
    programs.posix.add('/opt/ask', async ({ requestPower, signal }: ProgramContext) => {
      requestPower?.(change);
      return new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason), { once: true });
      });
    });
    return programs;
  };

  it('powers its machine off, and whoever waits for a program there is told', async () => {
    const { clock, vm, world } = await oneVm({ power: 'on' }, { programs: asking('off'), transitionMs: 10 });
    const guest = session(vm);
    const sleeper = await guest.start({ path: '/bin/sh', arguments: '-c "sleep 100"' }, call());
    await guest.start({ path: '/opt/ask', arguments: '' }, call());
    let changes = 0;
    world.onChange(() => (changes += 1));
    await clock.advance(1);
    const isOver = { ...fault('vm-not-running'), retryable: 'no' };
    await expect(guest.poll([sleeper], call())).rejects.toMatchObject(isOver);
    await clock.advance(9);
    expect((await vm.record()).power.phase).toBe('off');
    expect(changes).toBeGreaterThanOrEqual(2);
    await expect(guest.poll([sleeper], call())).rejects.toMatchObject(isOver);
    expect(clock.pending).toBe(0);
    await world.close();
  });

  it('resets it', async () => {
    const { clock, vm } = await oneVm({ power: 'on' }, { programs: asking('reset') });
    const guest = session(vm);
    const { bootCount } = (await vm.record()).power;
    const pid = await guest.start({ path: '/opt/ask', arguments: '' }, call());
    await clock.advance(bootDelayMs);
    expect((await vm.record()).power).toMatchObject({ phase: 'on', bootCount: bootCount + 1 });
    expect((await guest.poll([pid], call())).get(pid)).toEqual({ state: 'gone' });
  });

  it.each<readonly [guestOs: string, path: string, args: string, change: 'off' | 'reset']>([
    ['ubuntu-64', '/sbin/shutdown', '-h now', 'off'],
    ['ubuntu-64', '/sbin/reboot', '', 'reset'],
    ['windows9-64', 'C:\\Windows\\System32\\shutdown.exe', '/s /t 0', 'off'],
    ['windows9-64', 'C:\\Windows\\System32\\cmd.exe', '/c shutdown /r /t 0', 'reset'],
  ])('is also one of the system: %s, %s %s', async (guestOs, path, args, change) => {
    const { clock, vm } = await oneVm({ power: 'on', guestOs }, { programs: smallPrograms() });
    const { bootCount } = (await vm.record()).power;
    const [administrator] = (await vm.record()).guest.users.filter((user) => user.isAdministrator || user.id === 0);
    await session(vm, administrator?.name).start({ path, arguments: args }, call());
    await settle(20);
    await clock.advance(1);
    const { power } = await vm.record();
    expect([power.phase, power.bootCount]).toEqual(change === 'off' ? ['off', bootCount] : ['on', bootCount + 1]);
  });

  it('can wait for its machine to come back where somebody suspended it', async () => {
    const { clock, vm } = await oneVm({ power: 'on' }, { programs: smallPrograms() });
    const guest = session(vm);
    const pid = await guest.start({ path: '/bin/sleep', arguments: '10' }, call());
    await vm.power.suspend('hard', call());
    await clock.advance(1);
    await expect(guest.poll([pid], call())).rejects.toMatchObject({ retryable: 'when-state-changes' });
  });
});

describe('a program that another one starts', () => {
  it('outlives it, and ends with the power', async () => {
    const { programs, stopped } = withWait();
    programs.posix.add('/opt/parent', async (context) => {
      await context.start('/opt/wait', '');
      return 0;
    });
    const { clock, vm } = await oneVm({ power: 'on' }, { programs });
    const guest = session(vm);
    const pid = await guest.start({ path: '/opt/parent', arguments: '' }, call());
    await clock.advance(10);
    expect((await guest.poll([pid], call())).get(pid)).toMatchObject({ state: 'exited', exitCode: 0 });
    const [child] = (await guest.processes(call())).slice(-1);
    expect(child).toMatchObject({ name: 'wait', owner: 'user', commandLine: '/opt/wait' });
    await vm.power.off('hard', call());
    await settle(20);
    expect(stopped()).toBe(1);
  });
});

describe('over a directory that two worlds share', () => {
  async function twoWorlds(): Promise<{
    readonly clock: FakeClock;
    readonly own: World;
    readonly other: World;
    readonly stopped: () => number;
  }> {
    const directory = mkdtempSync(join(tmpdir(), 'revix-programs-'));
    const clock = new FakeClock();
    const { programs, stopped } = withWait();
    const open = async (): Promise<World> => {
      const store = await openDirectoryStore<GuestFileSystem>(directory, {
        clock,
        createFiles: ({ guest }) =>
          new GuestFileSystem({ family: guest.family, clock, diskSizeBytes: guest.diskSizeBytes }),
      });
      const inventory = { vms: [{ name: 'vm', location, tools: { bootDelayMs }, power: 'on' as const }] };
      return World.create({ clock, programs, store, inventory, transitionMs: 0 });
    };
    const [own, other] = [await open(), await open()];
    onTestFinished(async () => {
      await own.close();
      await other.close();
      rmSync(directory, { recursive: true, force: true });
    });
    return { clock, own, other, stopped };
  }

  /** Lets work with real files go on until it has led to something. */
  async function until(condition: () => boolean): Promise<void> {
    while (!condition()) await settle();
  }

  it.each(['power-off', 'kill'] as const)('a program ends a second after somebody else ended it: %s', async (how) => {
    const { clock, own, other, stopped } = await twoWorlds();
    const pid = await session(await own.find(location)).start({ path: '/opt/wait', arguments: '' }, call());
    const there = await other.find(location);
    if (how === 'power-off') await there.power.off('hard', call());
    else await session(there).kill(pid, call());
    await clock.advance(999);
    expect(stopped()).toBe(0);
    await clock.advance(1);
    await until(() => stopped() === 1);
    await until(() => clock.pending === 0);
  });

  it('a program ends when somebody else deletes its machine', async () => {
    const { clock, own, other, stopped } = await twoWorlds();
    await session(await own.find(location)).start({ path: '/opt/wait', arguments: '' }, call());
    const there = await other.find(location);
    await there.power.off('hard', call());
    await there.lifecycle.delete({ keepDisks: false }, call());
    await clock.advance(1000);
    await until(() => stopped() === 1);
    expect(stopped()).toBe(1);
  });
});
