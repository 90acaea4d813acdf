import { describe, expect, it } from 'vitest';
import { call, fault, hard, oneVm } from '../world-fixture.js';

describe('settings', () => {
  it('change a machine that is off, all at once', async () => {
    const { vm, world } = await oneVm({ config: { 'Svga.Present': 'TRUE' } });
    const entries = { 'svga.present': 'FALSE', 'guestinfo.role': 'db' };
    const change = { name: 'renamed', annotation: 'two\nlines', guestOs: 'debian12-64', cpuCount: 4, memoryMb: 2048 };
    await vm.settings.change({ ...change, config: entries }, call());
    const { name, guestOs, cpuCount, memoryMb, config } = await vm.record();
    expect({ name, guestOs, cpuCount, memoryMb }).toEqual({
      name: 'renamed',
      guestOs: 'debian12-64',
      cpuCount: 4,
      memoryMb: 2048,
    });
    expect(config).toEqual({ ...entries, annotation: 'two\nlines' });
    const listed: string[] = [];
    for await (const entry of world.list('registered')) listed.push(entry.name);
    expect(listed).toEqual(['renamed']);
  });

  it('remove an entry by an empty value', async () => {
    const { vm } = await oneVm({ annotation: 'old', config: { 'a.b': '1' } });
    await vm.settings.change({ annotation: '', config: { 'A.B': '' } }, call());
    expect((await vm.record()).config).toEqual({});
  });

  it('win over what was written at run time', async () => {
    const { vm } = await oneVm({ power: 'on' });
    await vm.variables.writeGuestVariable('role', 'web', call());
    await vm.variables.writeConfig('a.b', '1', call());
    await vm.settings.change({ config: { 'guestinfo.role': 'db', 'A.B': '2' } }, call());
    expect(await vm.variables.readGuestVariable('role', call())).toBe('db');
    expect(await vm.variables.readConfig('a.b', call())).toBe('2');
  });

  it('leave the hardware of a machine that runs alone, unless it may grow', async () => {
    const { vm } = await oneVm({ power: 'on', config: { 'mem.hotadd': 'true' } });
    for (const change of [{ cpuCount: 2 }, { guestOs: 'other' }, { memoryMb: 512, name: 'x' }]) {
      await expect(vm.settings.change(change, call())).rejects.toMatchObject(fault('vm-running'));
    }
    expect((await vm.record()).name).toBe('vm');
    await vm.settings.change({ memoryMb: 2048, cpuCount: 1, name: 'y' }, call());
    expect(await vm.record()).toMatchObject({ memoryMb: 2048, name: 'y' });
  });

  it.each([
    { name: ' ' },
    { name: 'n'.repeat(81) },
    { guestOs: '' },
    { cpuCount: 0 },
    { cpuCount: 1.5 },
    { memoryMb: Number.NaN },
    { config: { '': 'x' } },
    { config: { 'a=b': 'x' } },
    { config: { displayName: 'x' } },
  ])('refuse %j', async (change) => {
    const { vm } = await oneVm();
    const before = await vm.record();
    await expect(vm.settings.change(change, call())).rejects.toMatchObject(fault('invalid-argument'));
    expect(await vm.record()).toEqual(before);
  });

  it('come back with a snapshot, but for the name', async () => {
    const { vm } = await oneVm({ annotation: 'before' });
    const id = await vm.snapshots.create({ name: 's', description: '', includeMemory: false }, call());
    await vm.settings.change({ name: 'after', annotation: 'after', cpuCount: 8, memoryMb: 4096 }, call());
    await vm.snapshots.revert({ id, suppressPowerOn: false, showConsole: false }, call());
    expect(await vm.record()).toMatchObject({
      name: 'after',
      cpuCount: 1,
      memoryMb: 1024,
      config: { annotation: 'before' },
    });
  });
});

describe('the identity of a machine', () => {
  it('has two UUIDs, which a clone gets anew', async () => {
    const { vm, world } = await oneVm({ instanceUuid: '50000000-0000-4000-8000-000000000001' });
    const { uuid, instanceUuid } = await vm.record();
    expect(instanceUuid).toBe('50000000-0000-4000-8000-000000000001');
    expect(uuid).not.toBe(instanceUuid);
    expect(await vm.variables.readConfig('vc.uuid', call())).toBe(instanceUuid);
    const place = await vm.lifecycle.clone({ snapshotId: null, isLinked: false, destination: '[ds] c/c.vmx' }, call());
    const clone = await (await world.find(place)).record();
    expect(new Set([uuid, instanceUuid, clone.uuid, clone.instanceUuid]).size).toBe(4);
  });

  it('stays the same over restarts of the world', async () => {
    const [first, second] = [await oneVm(), await oneVm()];
    await first.vm.power.on(hard, call());
    expect((await first.vm.record()).instanceUuid).toBe((await second.vm.record()).instanceUuid);
  });
});
