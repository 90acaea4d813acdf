import { renameSync, rmSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Fault, type FaultKind } from '../../../src/base/fault.js';
import { FakeClock, RealClock } from '../../../src/base/clock.js';
import { GuestFileSystem } from '../../../src/world/guest/guest-file-system.js';
import { openDirectoryStore } from '../../../src/world/store/directory-store.js';
import { World } from '../../../src/world/world.js';
import { fault } from '../world-fixture.js';
import { temporaryDirectory } from './sample-vm.js';

/** A world that lives on while somebody works on its directory. */
async function longLived(): Promise<{ readonly world: World; readonly pathOf: (name: string) => string }> {
  const directory = temporaryDirectory();
  const clock = new FakeClock();
  const store = await openDirectoryStore(directory, {
    clock: new RealClock(),
    createFiles: ({ guest }) =>
      new GuestFileSystem({ family: guest.family, clock, diskSizeBytes: guest.diskSizeBytes }),
  });
  const vms = ['a', 'c'].map((name) => ({ name, location: `[ds] ${name}/${name}.vmx` }));
  const world = await World.create({ clock, store, inventory: { vms } });
  onTestFinished(() => world.close());
  const { datacenter } = await (await world.find('[ds] a/a.vmx')).record();
  return { world, pathOf: (name) => join(directory, datacenter, 'ds', name, 'a.vmx') };
}

async function locations(world: World): Promise<readonly string[]> {
  const found: string[] = [];
  for await (const { location } of world.list('registered')) found.push(location);
  return found;
}

describe('a machine whose folder somebody moves', () => {
  it('is found again when it comes back, also after a list without it', async () => {
    const { world, pathOf } = await longLived();
    const { id } = await world.find('[ds] a/a.vmx');
    const [here, away] = [dirname(pathOf('a')), join(temporaryDirectory(), 'away')];
    renameSync(here, away);
    expect(await locations(world)).toEqual(['[ds] c/c.vmx']);
    renameSync(away, here);
    expect((await world.find('[ds] a/a.vmx')).id).toBe(id);
  });

  it('goes by its new place in the list, and no longer by the old one', async () => {
    const { world, pathOf } = await longLived();
    const { id } = await world.find('[ds] a/a.vmx');
    renameSync(dirname(pathOf('a')), dirname(pathOf('b')));
    expect(await locations(world)).toEqual(['[ds] b/a.vmx', '[ds] c/c.vmx']);
    await expect(world.find('[ds] a/a.vmx')).rejects.toMatchObject(fault('vm-not-found'));
    expect((await world.find('[ds] b/a.vmx')).id).toBe(id);
  });

  it('is found at its new place, and no longer at the old one, without a list, too', async () => {
    const { world, pathOf } = await longLived();
    const { id } = await world.find('[ds] a/a.vmx');
    renameSync(dirname(pathOf('a')), dirname(pathOf('b')));
    await expect(world.find('[ds] a/a.vmx')).rejects.toMatchObject(fault('vm-not-found'));
    expect((await world.find('[ds] b/a.vmx')).id).toBe(id);
  });
});

describe('a machine that cannot be read', () => {
  it.skipIf(process.platform === 'win32')('fails the list when it lies behind a loop of links', async () => {
    const { world, pathOf } = await longLived();
    rmSync(pathOf('a'));
    symlinkSync('a.vmx', pathOf('a'));
    await expect(locations(world)).rejects.toThrow(`${pathOf('a')}: the host reports ELOOP`);
  });

  /** A world in whose list the first machine comes to this fault. */
  async function withFault(kind: FaultKind): Promise<World> {
    const { world } = await longLived();
    const { id } = await world.find('[ds] a/a.vmx');
    const readAll = world.store.readAll.bind(world.store);
    world.store.readAll = async (view) =>
      (await readAll(view)).map((look) => (look.id === id ? { id, fault: new Fault(kind, 'trouble') } : look));
    return world;
  }

  it.each<FaultKind>(['vm-not-found', 'vm-config-unreadable', 'file-access', 'not-a-file'])(
    'with %s is left out of the list',
    async (kind) => {
      expect(await locations(await withFault(kind))).toEqual(['[ds] c/c.vmx']);
    },
  );

  it.each<FaultKind>(['file-error', 'busy'])('with %s fails the list, which would be short', async (kind) => {
    await expect(locations(await withFault(kind))).rejects.toMatchObject(fault(kind));
  });

  it('for want of the right to does not hide the others, and says why when it is opened', async () => {
    const { world } = await longLived();
    const [, other] = await world.store.ids();
    const read = world.store.read.bind(world.store);
    world.store.read = (id, view) => {
      if (id !== other) throw new Fault('file-access', 'Cannot read it: permission denied.');
      return read(id, view);
    };
    const reader = await World.create({ clock: world.clock, store: world.store });
    expect((await reader.find('[ds] c/c.vmx')).id).toBe(other);
    await expect(reader.find('[ds] a/a.vmx')).rejects.toThrow(/cannot be read: .*permission denied/);
  });
});
