import { describe, expect, it } from 'vitest';
import { currentHardwareVersion } from '../../../src/world/vm/lifecycle.js';
import type { VirtualMachine } from '../../../src/world/vm/virtual-machine.js';
import { bootDelayMs, call, contentOf, messageOf, fault, hard, oneVm, session, textOf } from '../world-fixture.js';

function clone(
  vm: VirtualMachine,
  destination: string,
  options: { isLinked?: boolean; snapshotId?: string | null } = {},
): Promise<string> {
  return vm.lifecycle.clone({ isLinked: false, snapshotId: null, ...options, destination }, call());
}

describe('cloning', () => {
  it('makes a machine of its own with the same files', async () => {
    const { clock, world, vm } = await oneVm({ power: 'on' });
    await session(vm).files.write('/tmp/mark', contentOf('from the source'), call());
    await vm.power.off('hard', call());
    const place = await clone(vm, '[ds] copy/copy.vmx');
    const copy = await world.find(place);
    const [source, made] = [await vm.record(), await copy.record()];
    expect(made).toMatchObject({ name: 'copy', location: '[ds] copy/copy.vmx', isRegistered: true, linkedTo: null });
    expect([made.id, made.uuid]).not.toEqual([source.id, source.uuid]);
    await copy.power.on(hard, call());
    await clock.advance(bootDelayMs);
    await session(copy).files.write('/tmp/other', contentOf('x'), call());
    expect(await textOf((await session(copy).files.read('/tmp/mark', call())).chunks)).toBe('from the source');
    await vm.power.on(hard, call());
    await clock.advance(bootDelayMs);
    await expect(session(vm).files.stat('/tmp/other', call())).rejects.toMatchObject(fault('file-not-found'));
    await vm.power.off('hard', call());
    await vm.lifecycle.delete({ keepDisks: false }, call());
    await copy.power.off('hard', call());
    await copy.power.on(hard, call());
  });

  it('clones a snapshot rather than the present state', async () => {
    const { clock, world, vm } = await oneVm({ power: 'on' });
    const files = session(vm).files;
    await files.write('/tmp/mark', contentOf('then'), call());
    const snapshotId = await vm.snapshots.create({ name: 's', description: '', includeMemory: true }, call());
    await files.write('/tmp/mark', contentOf('now'), call());
    await vm.power.off('hard', call());
    const copy = await world.find(await clone(vm, '/copies/copy.vmx', { snapshotId }));
    expect((await copy.properties(call())).power.phase).toBe('off');
    await copy.power.on(hard, call());
    await clock.advance(bootDelayMs);
    expect(await textOf((await session(copy).files.read('/tmp/mark', call())).chunks)).toBe('then');
  });

  it('makes the snapshot that a linked clone needs, and breaks with its parent', async () => {
    const { world, vm } = await oneVm();
    const copy = await world.find(await clone(vm, '[ds] linked/linked.vmx', { isLinked: true }));
    const { roots } = await vm.snapshots.tree(call());
    expect(roots).toHaveLength(1);
    await copy.power.on(hard, call());
    await copy.power.off('hard', call());
    await vm.snapshots.remove({ id: roots[0]?.id ?? '', removeChildren: false }, call());
    await expect(copy.power.on(hard, call())).rejects.toMatchObject(fault('vm-cannot-power-on'));
    await vm.lifecycle.delete({ keepDisks: false }, call());
    const message = await messageOf(copy.power.on(hard, call()), 'vm-cannot-power-on');
    expect(message).toContain('[Datacenter/ds] vm/vm.vmx');
  });

  it('needs a machine that stands still', async () => {
    const { vm } = await oneVm({ power: 'on' });
    const snapshotId = await vm.snapshots.create({ name: 's', description: '', includeMemory: false }, call());
    await expect(clone(vm, '[ds] a/a.vmx')).rejects.toMatchObject(fault('vm-running'));
    await expect(clone(vm, '[ds] a/a.vmx', { isLinked: true })).rejects.toMatchObject(fault('vm-running'));
    await clone(vm, '[ds] a/a.vmx', { isLinked: true, snapshotId });
    await vm.power.suspend('hard', call());
    await expect(clone(vm, '[ds] b/b.vmx', { isLinked: true })).rejects.toMatchObject(fault('vm-running'));
    await clone(vm, '[ds] b/b.vmx');
  });

  it('needs a free place', async () => {
    const { vm } = await oneVm();
    await expect(clone(vm, '[ds] vm/vm.vmx')).rejects.toMatchObject(fault('file-exists'));
    await clone(vm, '[Other/ds] vm/vm.vmx');
    await expect(clone(vm, 'relative/x.vmx')).rejects.toMatchObject(fault('invalid-argument'));
    await expect(clone(vm, '[ds] x/x.txt')).rejects.toMatchObject(fault('invalid-argument'));
    await expect(clone(vm, '[ds] c/c.vmx', { snapshotId: 'none' })).rejects.toMatchObject(fault('snapshot-not-found'));
    const outcomes = await Promise.allSettled([clone(vm, '[ds] d/d.vmx'), clone(vm, '[ds] d/d.vmx')]);
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect((await vm.snapshots.tree(call())).roots).toEqual([]);
  });
});

describe('deleting', () => {
  it('needs a machine that is off or suspended, which is gone afterwards', async () => {
    const { world, vm } = await oneVm({ power: 'on' });
    await expect(vm.lifecycle.delete({ keepDisks: false }, call())).rejects.toMatchObject(fault('vm-running'));
    await vm.power.suspend('hard', call());
    await vm.lifecycle.delete({ keepDisks: false }, call());
    await expect(vm.properties(call())).rejects.toMatchObject(fault('vm-not-found'));
    await expect(vm.power.on(hard, call())).rejects.toMatchObject(fault('vm-not-found'));
    await expect(world.find('[ds] vm/vm.vmx')).rejects.toMatchObject(fault('vm-not-found'));
  });
});

describe('upgrading the hardware', () => {
  it('works on a machine that is off, and does nothing where all is current', async () => {
    const { vm } = await oneVm({ hardwareVersion: 10, power: 'suspended' });
    await expect(vm.lifecycle.upgradeHardware(call())).rejects.toMatchObject(fault('vm-running'));
    await vm.power.on(hard, call());
    await vm.power.off('hard', call());
    await vm.lifecycle.upgradeHardware(call());
    await vm.lifecycle.upgradeHardware(call());
    expect((await vm.record()).hardwareVersion).toBe(currentHardwareVersion);
    expect(await vm.variables.readConfig('virtualHW.version', call())).toBe(String(currentHardwareVersion));
  });
});

describe('a template', () => {
  it('is made of a machine that is off, does not run, and becomes a machine again', async () => {
    const { vm } = await oneVm({ power: 'on' });
    await expect(vm.lifecycle.setTemplate(true, call())).rejects.toMatchObject(fault('vm-running'));
    await vm.power.off('hard', call());
    await vm.lifecycle.setTemplate(true, call());
    await expect(vm.power.on(hard, call())).rejects.toMatchObject(fault('vm-template'));
    await vm.lifecycle.setTemplate(false, call());
    await vm.power.on(hard, call());
    expect((await vm.record()).power.phase).toBe('on');
  });
});
