import { describe, expect, it } from 'vitest';
import type { Ref } from '../../src/backends/vsphere/soap/values.js';
import type {
  VirtualDevice,
  VirtualDeviceConfigSpec,
  VirtualDisk,
  VirtualVmxnet3,
} from '../../src/backends/vsphere/vim/generated/types.js';
import type { InventoryVm } from '../../src/world/inventory/inventory-schema.js';
import { required, startRig, taskResult } from './simulator-rig.js';

const vm: Ref<'VirtualMachine'> = { type: 'VirtualMachine', value: 'vm-1' };
const browser: Ref<'HostDatastoreBrowser'> = { type: 'HostDatastoreBrowser', value: 'datastoreBrowser-datastore-1' };
const gib = 1024 * 1024;

async function oneVm(options: Partial<InventoryVm> = {}, privileges?: readonly string[]) {
  const users = [{ name: 'user', password: 'pass', ...(privileges === undefined ? {} : { privileges }) }];
  const vms = [{ name: 'web', location: '[store] web/web.vmx', ...options }];
  const rig = await startRig({ inventory: { vms }, users });
  const { client } = await rig.session();
  const run = (task: Promise<Ref>) => task.then((ref) => taskResult(client, ref));
  const devices = async (): Promise<readonly VirtualDevice[]> => {
    const values = await client.properties(vm, 'config.hardware.device');
    return values['config.hardware.device'] as VirtualDevice[];
  };
  return {
    ...rig,
    client,
    run,
    change: (...deviceChange: VirtualDeviceConfigSpec[]) =>
      run(client.call(vm, 'ReconfigVM_Task', { spec: { deviceChange } })),
    disks: async () => {
      const disks = (await devices()).filter((device): device is VirtualDisk => device.$type === 'VirtualDisk');
      return disks.map(({ key, unitNumber, capacityInKB, backing }) => {
        const file = backing !== undefined && 'fileName' in backing ? backing.fileName : undefined;
        return { key, unitNumber, capacityInKB, file };
      });
    },
    nics: async () => (await devices()).filter((device): device is VirtualVmxnet3 => device.$type === 'VirtualVmxnet3'),
    files: async (folder = '[store] web') => {
      const search = client.call(browser, 'SearchDatastore_Task', { datastorePath: folder });
      const result = (await run(search)) as { readonly file?: readonly { readonly path: string }[] };
      return (result.file ?? []).map(({ path }) => path);
    },
  };
}

function disk(more: Partial<VirtualDisk> = {}, fileName = '[store]'): VirtualDisk {
  return {
    $type: 'VirtualDisk',
    key: -1,
    controllerKey: 1000,
    unitNumber: -1,
    capacityInKB: gib,
    backing: { $type: 'VirtualDiskFlatVer2BackingInfo', fileName, diskMode: 'persistent' },
    ...more,
  };
}

const first = { key: 2000, unitNumber: 0, capacityInKB: 20 * gib, file: '[store] web/web.vmdk' };
const second = { key: 2001, unitNumber: 1, capacityInKB: gib, file: '[store] web/web_1.vmdk' };

describe('disks', () => {
  it('are added with new files, grow, and go with or without their files', async () => {
    const { change, disks, files, client } = await oneVm({ power: 'on' });
    expect(await disks()).toEqual([first]);
    await change({ operation: 'add', fileOperation: 'create', device: disk() });
    expect(await disks()).toEqual([first, second]);
    expect(await client.properties(vm, 'summary.config.numVirtualDisks')).toEqual({
      'summary.config.numVirtualDisks': 2,
    });
    await change({ operation: 'edit', device: disk({ key: 2001, capacityInKB: 3 * gib }) });
    expect(await disks()).toEqual([first, { ...second, capacityInKB: 3 * gib }]);
    await change({ operation: 'remove', device: disk({ key: 2001 }) });
    expect(await disks()).toEqual([first]);
    expect(await files()).toContain('web_1.vmdk');
    await change({ operation: 'add', device: disk({}, '[store] web/web_1.vmdk') });
    expect(await disks()).toEqual([first, { ...second, capacityInKB: 3 * gib }]);
    await change({ operation: 'remove', fileOperation: 'destroy', device: disk({ key: 2001 }) });
    expect(await disks()).toEqual([first]);
    expect(await files()).not.toContain('web_1.vmdk');
  });

  it('that were removed stay when their machine is destroyed, and the others go with it', async () => {
    const { change, disks, files, client, run } = await oneVm();
    const create = { operation: 'add', fileOperation: 'create' } as const;
    await change({ ...create, device: disk() }, { ...create, device: disk({}, '[store] web/data.vmdk') });
    await change(
      { operation: 'remove', device: disk({ key: 2000 }) },
      { operation: 'remove', device: disk({ key: 2002 }) },
    );
    expect(await disks()).toEqual([second]);
    await run(client.call(vm, 'Destroy_Task', {}));
    expect(await files()).toEqual(['data.vmdk', 'web.vmdk']);
  });

  it('may hang on another disk, as large as that one', async () => {
    const { change, disks } = await oneVm();
    const create = { operation: 'add', fileOperation: 'create' } as const;
    await change({ ...create, device: disk({ capacityInKB: 2 * gib }, '[store] web/base.vmdk') });
    await change({ operation: 'remove', device: disk({ key: 2001 }) });
    const parent = (fileName: string) => ({
      $type: 'VirtualDiskFlatVer2BackingInfo' as const,
      fileName: '[store]',
      diskMode: 'persistent',
      parent: { $type: 'VirtualDiskFlatVer2BackingInfo' as const, fileName, diskMode: 'persistent' },
    });
    await change({ ...create, device: disk({ capacityInKB: 0, backing: parent('[store] web/base.vmdk') }) });
    expect(await disks()).toEqual([first, { ...second, capacityInKB: 2 * gib }]);
    const lost = disk({ capacityInKB: 0, backing: parent('[store] web/none.vmdk') });
    await expect(change({ ...create, device: lost })).rejects.toMatchObject({ fault: { $type: 'FileNotFound' } });
  });

  it('may all be removed', async () => {
    const { change, disks, files, client, run } = await oneVm();
    await change({ operation: 'remove', device: disk({ key: 2000 }) });
    expect(await disks()).toEqual([]);
    await run(client.call(vm, 'Destroy_Task', {}));
    expect(await files()).toEqual(['web.vmdk']);
  });

  it('come along with a clone as files of its own', async () => {
    const { change, client, run } = await oneVm();
    await change({ operation: 'add', fileOperation: 'create', device: disk() });
    const folder: Ref<'Folder'> = { type: 'Folder', value: 'group-v1' };
    const spec = { location: {}, powerOn: false, template: false };
    const clone = (await run(client.call(vm, 'CloneVM_Task', { folder, name: 'copy', spec }))) as Ref;
    const { layout } = (await client.properties(clone, 'layout')) as {
      layout: { readonly disk: readonly { readonly diskFile: readonly string[] }[] };
    };
    expect(layout.disk.flatMap(({ diskFile }) => diskFile)).toEqual([
      '[store] copy/copy.vmdk',
      '[store] copy/copy_1.vmdk',
    ]);
    const summary = await client.properties(clone, 'summary.storage.committed');
    expect(summary['summary.storage.committed']).toBe(21 * gib * 1024);
  });

  it.each<[string, VirtualDeviceConfigSpec, object]>([
    [
      'a key that no disk has',
      { operation: 'remove', device: disk({ key: 2009 }) },
      { $type: 'InvalidDeviceSpec', deviceIndex: 0 },
    ],
    [
      'another controller',
      { operation: 'add', fileOperation: 'create', device: disk({ controllerKey: 200 }) },
      { $type: 'InvalidController', controllerKey: 200 },
    ],
    [
      'a unit that is taken',
      { operation: 'add', fileOperation: 'create', device: disk({ unitNumber: 0 }) },
      { $type: 'InvalidDeviceSpec', property: 'virtualDeviceSpec.device.unitNumber' },
    ],
    [
      'no capacity',
      { operation: 'add', fileOperation: 'create', device: disk({ capacityInKB: 0 }) },
      { $type: 'InvalidDeviceSpec', property: 'virtualDeviceSpec.device.capacityInKB' },
    ],
    ['a smaller capacity', { operation: 'edit', device: disk({ key: 2000 }) }, { $type: 'InvalidDeviceSpec' }],
    [
      'a file that is there',
      { operation: 'add', fileOperation: 'create', device: disk({}, '[store] web/web.vmdk') },
      { $type: 'FileAlreadyExists', file: '[store] web/web.vmdk' },
    ],
    [
      'a file that is not there',
      { operation: 'add', device: disk({}, '[store] web/none.vmdk') },
      { $type: 'FileNotFound', file: '[store] web/none.vmdk' },
    ],
    [
      'an unknown datastore',
      { operation: 'add', fileOperation: 'create', device: disk({}, '[moon]') },
      { $type: 'InvalidDatastore', name: 'moon' },
    ],
    [
      'another kind of device',
      { operation: 'add', device: { $type: 'VirtualFloppy', key: -1 } },
      { $type: 'NotSupported' },
    ],
  ])('cannot be changed with %s, and then nothing is', async (_what, wrong, fault) => {
    const { run, client, disks } = await oneVm();
    const deviceChange = [wrong];
    const spec = { annotation: 'changed', deviceChange };
    await expect(run(client.call(vm, 'ReconfigVM_Task', { spec }))).rejects.toMatchObject({ fault });
    expect(await disks()).toEqual([first]);
    expect(await client.properties(vm, 'config.annotation')).toEqual({ 'config.annotation': '' });
  });

  it('need privileges of their own', async () => {
    const { change } = await oneVm({}, ['VirtualMachine.Config.AddNewDisk']);
    await change({ operation: 'add', fileOperation: 'create', device: disk() });
    await expect(change({ operation: 'remove', device: disk({ key: 2000 }) })).rejects.toMatchObject({
      fault: { $type: 'NoPermission', object: vm, privilegeId: 'VirtualMachine.Config.RemoveDisk' },
    });
  });
});

describe('network cards', () => {
  const card = (key: number): VirtualVmxnet3 => ({
    $type: 'VirtualVmxnet3',
    key,
    backing: { $type: 'VirtualEthernetCardNetworkBackingInfo', deviceName: 'VM Network' },
  });

  it('are added and removed while the machine is off', async () => {
    const { change, nics } = await oneVm();
    await change({ operation: 'add', device: card(-1) });
    const [before, added] = await nics();
    await change({ operation: 'remove', device: card(required(before).key) });
    expect((await nics()).map(({ macAddress }) => macAddress)).toEqual([required(added).macAddress]);
  });

  it('need a network that is there and a machine that is off', async () => {
    const { change } = await oneVm();
    const lost = {
      ...card(-1),
      backing: { $type: 'VirtualEthernetCardNetworkBackingInfo', deviceName: 'moon' } as const,
    };
    await expect(change({ operation: 'add', device: lost })).rejects.toMatchObject({
      fault: { $type: 'InvalidDeviceSpec', property: 'virtualDeviceSpec.device.backing' },
    });
    const { change: changeOn } = await oneVm({ power: 'on' });
    await expect(changeOn({ operation: 'add', device: card(-1) })).rejects.toMatchObject({
      fault: { $type: 'InvalidPowerState', existingState: 'poweredOn' },
    });
  });
});
