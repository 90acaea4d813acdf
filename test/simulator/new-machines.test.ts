import { describe, expect, it } from 'vitest';
import type { Ref } from '../../src/backends/vsphere/soap/values.js';
import type {
  VirtualMachineConfigInfo,
  VirtualMachineConfigSpec,
} from '../../src/backends/vsphere/vim/generated/types.js';
import { startRig, taskResult } from './simulator-rig.js';

const folder: Ref<'Folder'> = { type: 'Folder', value: 'group-v1' };
const pool: Ref<'ResourcePool'> = { type: 'ResourcePool', value: 'resgroup-1' };
const vm: Ref<'VirtualMachine'> = { type: 'VirtualMachine', value: 'vm-1' };

async function rig(privileges?: readonly string[]) {
  const users = [{ name: 'user', password: 'pass', ...(privileges === undefined ? {} : { privileges }) }];
  const started = await startRig({ inventory: { vms: [{ name: 'web', location: '[store] web/web.vmx' }] }, users });
  const { client, content } = await started.session();
  const run = (task: Promise<Ref>) => task.then((ref) => taskResult(client, ref));
  return {
    ...started,
    client,
    content,
    run,
    create: (config: VirtualMachineConfigSpec) => run(client.call(folder, 'CreateVM_Task', { config, pool })),
    machines: async () => ((await client.properties(folder, 'childEntity'))['childEntity'] as Ref[]).length,
  };
}

/** As govc and Ansible write it: the controller of the disk has a key that only the specification knows. */
const spec: VirtualMachineConfigSpec = {
  name: 'new',
  guestId: 'ubuntu64Guest',
  numCPUs: 2,
  memoryMB: 512,
  firmware: 'bios',
  version: 'vmx-19',
  flags: { diskUuidEnabled: false },
  files: { vmPathName: '[store]' },
  extraConfig: [{ key: 'guestinfo.role', value: 'front' }],
  deviceChange: [
    {
      operation: 'add',
      device: { $type: 'ParaVirtualSCSIController', key: -101, busNumber: 0, sharedBus: 'noSharing' },
    },
    {
      operation: 'add',
      fileOperation: 'create',
      device: {
        $type: 'VirtualDisk',
        key: -102,
        controllerKey: -101,
        unitNumber: 0,
        capacityInKB: 1024,
        backing: { $type: 'VirtualDiskFlatVer2BackingInfo', fileName: '', diskMode: 'persistent' },
      },
    },
    {
      operation: 'add',
      device: {
        $type: 'VirtualVmxnet3',
        key: -103,
        backing: { $type: 'VirtualEthernetCardNetworkBackingInfo', deviceName: 'VM Network' },
      },
    },
  ],
};

describe('a new machine', () => {
  it('is what its specification says, and runs', async () => {
    const { client, run, create, clock } = await rig();
    const made = (await create(spec)) as Ref<'VirtualMachine'>;
    const config = (await client.properties(made, 'config'))['config'] as VirtualMachineConfigInfo;
    expect(config).toMatchObject({
      name: 'new',
      version: 'vmx-19',
      guestId: 'ubuntu64Guest',
      files: { vmPathName: '[store] new/new.vmx' },
      hardware: { numCPU: 2, memoryMB: 512 },
    });
    expect(config.hardware.device).toEqual(
      expect.arrayContaining([
        expect.objectContaining({
          $type: 'VirtualDisk',
          capacityInKB: 1024,
          backing: expect.objectContaining({ fileName: '[store] new/new.vmdk' }),
        }),
        expect.objectContaining({ $type: 'VirtualVmxnet3' }),
      ]),
    );
    await run(client.call(made, 'PowerOnVM_Task', {}));
    await clock.advance(60_000);
    expect(await client.properties(made, 'guest.guestOperationsReady')).toEqual({ 'guest.guestOperationsReady': true });
  });

  it('has neither disks nor network cards that nobody asked for', async () => {
    const { client, create } = await rig();
    const made = (await create({ name: 'bare', files: { vmPathName: '[store] other/bare.vmx' } })) as Ref;
    expect(await client.properties(made, 'summary.config')).toMatchObject({
      'summary.config': { numVirtualDisks: 0, numEthernetCards: 0, vmPathName: '[store] other/bare.vmx' },
    });
  });

  it.each<[string, VirtualMachineConfigSpec, object]>([
    ['without a name', { files: { vmPathName: '[store]' } }, { $type: 'InvalidName' }],
    ['without a place', { name: 'new' }, { $type: 'InvalidVmConfig', property: 'config.files.vmPathName' }],
    ['in no datastore', { ...spec, files: { vmPathName: '[moon]' } }, { $type: 'InvalidDatastore', name: 'moon' }],
    ['where one is', { ...spec, files: { vmPathName: '[store] web/web.vmx' } }, { $type: 'FileAlreadyExists' }],
    ['with what is not to be had', { ...spec, firmware: 'efi' }, { $type: 'NotSupported' }],
    [
      'with a device that is not to be had',
      { ...spec, deviceChange: [{ operation: 'add', device: { $type: 'VirtualFloppy', key: -1 } }] },
      { $type: 'NotSupported' },
    ],
  ])('is refused %s, and nothing is left', async (_what, wrong, fault) => {
    const { create, machines, simulator } = await rig();
    await expect(create(wrong)).rejects.toMatchObject({ fault });
    expect(await machines()).toBe(1);
    expect(await simulator.world.store.ids()).toHaveLength(1);
  });

  it('needs a privilege', async () => {
    const { create } = await rig(['VirtualMachine.Interact.*']);
    await expect(create(spec)).rejects.toMatchObject({
      fault: { $type: 'NoPermission', object: folder, privilegeId: 'VirtualMachine.Inventory.Create' },
    });
  });
});

describe('moving a machine', () => {
  it('is done where it is there already, and else refused', async () => {
    const { client, run } = await rig();
    const datastore: Ref<'Datastore'> = { type: 'Datastore', value: 'datastore-1' };
    const host: Ref<'HostSystem'> = { type: 'HostSystem', value: 'host-1' };
    await run(client.call(vm, 'RelocateVM_Task', { spec: { datastore, host, pool } }));
    await run(client.call(vm, 'MigrateVM_Task', { host, pool, priority: 'defaultPriority' }));
    const elsewhere = { spec: { datastore: { ...datastore, value: 'datastore-2' } } };
    await expect(run(client.call(vm, 'RelocateVM_Task', elsewhere))).rejects.toMatchObject({
      fault: { $type: 'NotSupported' },
      message: expect.stringContaining('spec.datastore'),
    });
    const running = { host, priority: 'defaultPriority', state: 'poweredOn' } as const;
    await expect(run(client.call(vm, 'MigrateVM_Task', running))).rejects.toMatchObject({
      fault: { $type: 'InvalidPowerState', existingState: 'poweredOff' },
    });
  });
});
