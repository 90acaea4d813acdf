import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FakeClock, RealClock } from '../../../src/base/clock.js';
import { GuestFileSystem } from '../../../src/world/guest/guest-file-system.js';
import type { Inventory } from '../../../src/world/inventory/inventory-schema.js';
import type { VmRecord } from '../../../src/world/vm/vm-record.js';
import { HostDisk } from '../../../src/world/store/host-disk.js';
import { openDirectoryStore } from '../../../src/world/store/directory-store.js';
import { World } from '../../../src/world/world.js';
import { FailingDisk } from './failing-disk.js';
import { temporaryDirectory } from './sample-vm.js';

const inventory: Inventory = {
  vms: [
    { name: 'plain', location: '[ds] plain/plain.vmx' },
    { name: 'saved', location: '[ds] saved/saved.vmx', snapshots: [{ name: 'base', children: [{ name: 'leaf' }] }] },
  ],
};

async function fill(directory: string, disk: HostDisk): Promise<World> {
  const clock = new FakeClock();
  const createFiles = ({ guest }: VmRecord): GuestFileSystem =>
    new GuestFileSystem({ family: guest.family, clock, diskSizeBytes: guest.diskSizeBytes });
  const store = await openDirectoryStore(directory, { clock: new RealClock(), disk, createFiles });
  return World.create({ clock, store, inventory });
}

/** Names of the machines, each with those of its snapshots. */
async function contents(world: World): Promise<readonly string[]> {
  const found: string[] = [];
  for await (const { location } of world.list('registered')) {
    const { name, snapshots } = await (await world.find(location)).record();
    found.push([name, ...snapshots.map((snapshot) => snapshot.name)].join(' '));
  }
  return found.sort();
}

const whole = ['plain', 'saved base leaf'];

describe('a directory that is filled from an inventory', () => {
  it('is filled to the end by the next process when the first one dies, wherever that is', async () => {
    const counted = new FailingDisk();
    await (await fill(temporaryDirectory(), counted)).store.close();
    expect(counted.steps).toBeGreaterThan(10);
    for (let step = 1; step <= counted.steps; step += 3) {
      const directory = temporaryDirectory();
      const dying = new FailingDisk();
      dying.failAt(step, 'crash');
      await expect(fill(directory, dying), `step ${step}`).rejects.toThrow('crashed');
      const world = await fill(directory, new HostDisk(new RealClock()));
      expect(await contents(world), `after step ${step}`).toEqual(whole);
      await world.store.close();
      expect(existsSync(join(directory, '.revix-filling'))).toBe(false);
    }
  }, 60_000);

  it('is filled by many processes at once, and each machine is there once', async () => {
    const directory = temporaryDirectory();
    const worlds = await Promise.all([1, 2, 3, 4].map(() => fill(directory, new HostDisk(new RealClock()))));
    for (const world of worlds) {
      expect(await contents(world)).toEqual(whole);
      await world.store.close();
    }
  });

  it('does not get back what was deleted', async () => {
    const directory = temporaryDirectory();
    const first = await fill(directory, new HostDisk(new RealClock()));
    const plain = await first.find('[ds] plain/plain.vmx');
    await first.store.delete(plain.id, { keepDisks: false });
    await first.store.close();
    const second = await fill(directory, new HostDisk(new RealClock()));
    expect(await contents(second)).toEqual(['saved base leaf']);
    await second.store.close();
  });
});
