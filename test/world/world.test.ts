import { describe, expect, it } from 'vitest';
import { FakeClock } from '../../src/base/clock.js';
import { Secret } from '../../src/base/secret.js';
import { defaultInventory } from '../../src/world/inventory/default-inventory.js';
import { World, type VmListing } from '../../src/world/world.js';
import { call, messageOf, fault, hard, oneVm } from './world-fixture.js';

async function listed(world: World, filter: 'running' | 'registered'): Promise<VmListing[]> {
  const items: VmListing[] = [];
  for await (const item of world.list(filter)) items.push(item);
  return items;
}

describe('finding machines', () => {
  it('goes by exact case, and says so', async () => {
    const world = await World.create({ clock: new FakeClock(), inventory: defaultInventory });
    const upper = await world.find('[datastore2] Case/vm.vmx');
    const lower = await world.find('[datastore2] case/vm.vmx');
    expect(upper.id).not.toBe(lower.id);
    const message = await messageOf(world.find('[datastore2] CASE/vm.vmx'), 'vm-not-found');
    expect(message).toContain('[datastore2] Case/vm.vmx');
  });

  it('calls one path in two datacentres ambiguous unless the path names one', async () => {
    const world = await World.create({ clock: new FakeClock(), inventory: defaultInventory });
    const message = await messageOf(world.find('[shared] twin/twin.vmx'), 'vm-ambiguous');
    expect(message).toContain("'[Lab/shared] twin/twin.vmx'");
    expect(message).toContain("'[Office/shared] twin/twin.vmx'");
    const [inLab, inOffice] = [
      await world.find('[Lab/shared] twin/twin.vmx'),
      await world.find('[Office/shared] twin/twin.vmx'),
    ];
    expect(inLab.id).not.toBe(inOffice.id);
    expect((await inLab.properties(call())).location).toBe('[Lab/shared] twin/twin.vmx');
    await expect(world.find('[Nowhere/shared] twin/twin.vmx')).rejects.toMatchObject(fault('vm-not-found'));
  });

  it('takes UUIDs, other spacing, and every location that it lists', async () => {
    const world = await World.create({ clock: new FakeClock(), inventory: defaultInventory });
    const all = await listed(world, 'registered');
    expect(all).toHaveLength(defaultInventory.vms.length);
    for (const { id, location } of all) {
      const vm = await world.find(location);
      expect(vm.id).toBe(id);
      const { uuid } = await vm.record();
      for (const form of [uuid, `uuid:${uuid.toUpperCase()}`, uuid.replaceAll('-', '')]) {
        expect((await world.find(form)).id).toBe(id);
      }
    }
    expect((await world.find('[datastore1]web/web.vmx')).id).toBe((await world.find('[datastore1] web/web.vmx')).id);
    await expect(world.find('no location')).rejects.toMatchObject(fault('vm-not-found'));
    await expect(world.find('[] x.vmx')).rejects.toMatchObject(fault('vm-not-found'));
  });

  it('reads no machine twice, however many there are', async () => {
    const world = await World.create({
      clock: new FakeClock(),
      inventory: { vms: [{ name: 'vm{n}', location: '[ds] vm{n}/vm{n}.vmx', count: 1000 }] },
    });
    let reads = 0;
    const read = world.store.read.bind(world.store);
    world.store.read = (id, view) => {
      reads += 1;
      return read(id, view);
    };
    expect((await (await world.find('[ds] vm500/vm500.vmx')).record()).name).toBe('vm500');
    await world.find('[ds] vm999/vm999.vmx');
    expect(reads).toBe(1000 + 1);
    expect(await listed(world, 'registered')).toHaveLength(1000);
    expect(reads).toBe(1000 + 1);
  });
});

describe('the inventory of the host', () => {
  it('takes machines in and out, but no running one', async () => {
    const { world, vm } = await oneVm({ isRegistered: false });
    expect(await listed(world, 'registered')).toEqual([]);
    await world.register('[ds] vm/vm.vmx');
    await world.register('[ds] vm/vm.vmx');
    expect(await listed(world, 'registered')).toHaveLength(1);
    await vm.power.on(hard, call());
    await expect(world.unregister('[ds] vm/vm.vmx')).rejects.toMatchObject(fault('vm-running'));
    await vm.power.off('hard', call());
    await world.unregister('[ds] vm/vm.vmx');
    await world.unregister('[ds] vm/vm.vmx');
    await world.unregister('[ds] none/none.vmx');
    await expect(world.register('[ds] none/none.vmx')).rejects.toMatchObject(fault('not-found'));
    expect(await listed(world, 'registered')).toEqual([]);
  });

  it('tells which machines run: suspended ones do not, paused ones do', async () => {
    const power = ['off', 'on', 'paused', 'suspended'] as const;
    const vms = power.map((state) => ({ name: state, location: `[ds] ${state}.vmx`, power: state }));
    const world = await World.create({ clock: new FakeClock(), inventory: { vms } });
    expect((await listed(world, 'running')).map(({ name }) => name)).toEqual(['on', 'paused']);
  });
});

describe('a world', () => {
  it('has two machines at one place only in different datacentres, and never at one local path', async () => {
    const clock = new FakeClock();
    const twice = (location: string, other: string): Promise<World> => {
      const vms = [
        { name: 'a', location, datacenter: 'A' },
        { name: 'b', location, datacenter: other },
      ];
      return World.create({ clock, inventory: { vms } });
    };
    await twice('[ds] x.vmx', 'B');
    await expect(twice('[ds] x.vmx', 'A')).rejects.toMatchObject(fault('invalid-argument'));
    await expect(twice('/vms/x.vmx', 'B')).rejects.toMatchObject(fault('invalid-argument'));
    await expect(twice('nowhere', 'B')).rejects.toMatchObject(fault('invalid-argument'));
  });

  it('tells of changes until nobody listens', async () => {
    const { world, vm } = await oneVm();
    const heard: string[] = [];
    const stop = world.onChange((id) => heard.push(id));
    await vm.power.on(hard, call());
    expect(new Set(heard)).toEqual(new Set([vm.id]));
    stop();
    const count = heard.length;
    await vm.power.off('hard', call());
    expect(heard).toHaveLength(count);
  });

  it('checks host users where its inventory names some', async () => {
    const inventory = { hostUsers: [{ name: 'admin', password: 'right' }], vms: [] };
    const world = await World.create({ clock: new FakeClock(), inventory });
    world.checkHostUser(null, null);
    world.checkHostUser('admin', new Secret('right'));
    for (const [user, password] of [
      ['admin', new Secret('wrong')],
      ['admin', null],
      ['other', new Secret('right')],
    ] as const) {
      const message = await messageOf(async () => world.checkHostUser(user, password), 'host-permission');
      expect(message).not.toContain('wrong');
    }
    (await World.create({ clock: new FakeClock() })).checkHostUser('anybody', null);
  });
});

describe('an encrypted machine', () => {
  it('opens with its password only', async () => {
    const { vm } = await oneVm({ encryptionPassword: 'secret' });
    await expect(vm.unlock(null)).rejects.toMatchObject(fault('vm-needs-key'));
    await expect(vm.unlock(new Secret(''))).rejects.toMatchObject(fault('vm-needs-key'));
    await expect(vm.unlock(new Secret('Secret'))).rejects.toMatchObject(fault('vm-wrong-key'));
    await vm.unlock(new Secret('secret'));
    await (await oneVm()).vm.unlock(new Secret('whatever'));
    expect(JSON.stringify(await vm.record())).not.toContain('"secret"');
  });
});
