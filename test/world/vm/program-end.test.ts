import { expect, it } from 'vitest';
import { FakeClock, settle } from '../../../src/base/clock.js';
import { GuestFileSystem } from '../../../src/world/guest/guest-file-system.js';
import { standardPrograms } from '../../../src/world/guest/guest-programs.js';
import { MemoryStore } from '../../../src/world/vm/memory-store.js';
import type { VmState } from '../../../src/world/vm/vm-store.js';
import { World } from '../../../src/world/world.js';
import { call, session } from '../world-fixture.js';

/** A store that keeps a change at once but shows it late, as one does that has to write it to a disk. */
class LateStore extends MemoryStore<GuestFileSystem> {
  /** Turns of the event loop until a change shows. */
  static readonly delayTurns = 50;
  readonly #shown = new Map<string, VmState<GuestFileSystem>>();

  override async update<T>(id: string, change: (state: VmState<GuestFileSystem>) => T | Promise<T>): Promise<T> {
    const before = await super.read(id, (state) => ({ record: structuredClone(state.record), files: state.files }));
    this.#shown.set(id, before);
    try {
      const outcome = await super.update(id, change);
      await settle(LateStore.delayTurns);
      return outcome;
    } finally {
      this.#shown.delete(id);
    }
  }

  override async read<T>(id: string, view: (state: VmState<GuestFileSystem>) => T): Promise<T> {
    const shown = this.#shown.get(id);
    return shown === undefined ? super.read(id, view) : view(shown);
  }
}

it('a program runs until its end is kept, however long that takes', async () => {
  const clock = new FakeClock();
  const store = new LateStore(
    ({ guest }) => new GuestFileSystem({ family: guest.family, clock, diskSizeBytes: guest.diskSizeBytes }),
  );
  const inventory = { vms: [{ name: 'vm', location: '/vm.vmx', power: 'on' as const }] };
  const programs = standardPrograms({ shell: 'small' });
  let end = (): void => undefined;
  programs.posix.add(
    '/opt/five',
    () =>
      new Promise((resolve) => {
        end = () => resolve(5);
      }),
  );
  const world = await World.create({ inventory, store, clock, programs });
  const guest = session(await world.find('/vm.vmx'));
  const pid = await guest.start({ path: '/opt/five', arguments: '' }, call());
  // More time than this process has lived, so that the start of the program says nothing about who runs it.
  await clock.advance(86_400);
  end();
  const seen: unknown[] = [];
  for (let look = 0; look < 500 && seen.at(-1) !== 5; look += 1) {
    const state = (await guest.poll([pid], call())).get(pid);
    seen.push(state?.state === 'exited' ? state.exitCode : state?.state);
    await settle(1);
  }
  expect(new Set(seen)).toEqual(new Set(['running', 5]));
  await world.close();
});
