import { describe, expect, it } from 'vitest';
import type { Ref } from '../../../src/backends/vsphere/soap/values.js';
import { required, startRig, taskResult } from '../simulator-rig.js';

const inventory = {
  vms: [
    { name: 'web', location: '[ds1] web/web.vmx', datacenter: 'DC0', power: 'on' as const },
    { name: 'db', location: '[ds1] db/db.vmx', datacenter: 'DC0' },
    {
      name: 'far',
      location: '[ds2] far/far.vmx',
      datacenter: 'DC0',
      power: 'on' as const,
      config: { 'scsi0:0.present': 'TRUE', 'scsi0:0.fileName': '[ds1] disks/x.vmdk' },
    },
  ],
};
const users = [
  { name: 'user', password: 'pass' },
  { name: 'reader', password: 'pass', privileges: ['Datastore.Browse'] },
];
const datacenter: Ref<'Datacenter'> = { type: 'Datacenter', value: 'datacenter-1' };
const gib = 1024 * 1024;

async function start(userName?: string) {
  const rig = await startRig({ inventory, users });
  const { client, content } = await rig.session(userName);
  const manager = required(content.virtualDiskManager);
  const spec = {
    $type: 'FileBackedVirtualDiskSpec',
    diskType: 'thin',
    adapterType: 'lsiLogic',
    capacityKb: gib,
  } as const;
  return {
    ...rig,
    client,
    content,
    create: (name: string, more: { readonly diskType?: string; readonly capacityKb?: number } = {}) =>
      client
        .call(manager, 'CreateVirtualDisk_Task', { name, datacenter, spec: { ...spec, ...more } })
        .then((task) => taskResult(client, task)),
    extend: (name: string, newCapacityKb: number) =>
      client
        .call(manager, 'ExtendVirtualDisk_Task', { name, datacenter, newCapacityKb })
        .then((task) => taskResult(client, task)),
    uuid: (name: string) => client.call(manager, 'QueryVirtualDiskUuid', { name, datacenter }),
    setUuid: (name: string, uuid: string) => client.call(manager, 'SetVirtualDiskUuid', { name, datacenter, uuid }),
  };
}

const faulty = (fault: object) => expect.objectContaining({ fault: expect.objectContaining(fault) });

describe('the manager of disks', () => {
  it('says who a disk is, as the machine that has it does', async () => {
    const { uuid, setUuid, client, defects } = await start();
    const backing = async () => {
      const vm = { type: 'VirtualMachine', value: 'vm-2' } as const;
      const found = await client.properties(vm, 'config.hardware.device[2000].backing');
      return Object.values(found)[0];
    };
    expect(await backing()).toMatchObject({ uuid: await uuid('[ds1] db/db.vmdk'), thinProvisioned: true });
    await setUuid('[ds1] db/db.vmdk', '60 00 C2 90 11 11 22 22-33 33 44 44 55 55 66 66');
    expect(await uuid('[ds1] db/db.vmdk')).toBe('6000c290-1111-2222-3333-444455556666');
    expect(await backing()).toMatchObject({ uuid: '6000c290-1111-2222-3333-444455556666' });
    await expect(setUuid('[ds1] db/db.vmdk', 'none')).rejects.toEqual(
      faulty({ $type: 'InvalidArgument', invalidProperty: 'uuid' }),
    );
    await expect(uuid('[ds1] db/none.vmdk')).rejects.toEqual(faulty({ $type: 'FileNotFound' }));
    await expect(uuid('[ds1] db/db.vmx')).rejects.toEqual(faulty({ $type: 'FileFault' }));
    expect(defects).toEqual([]);
  });

  it('leaves the disk of a running machine alone that lies in another folder', async () => {
    const { client, content, create, extend, defects } = await start();
    const name = '[ds1] disks/x.vmdk';
    const files = required(content.fileManager);
    await client.call(files, 'MakeDirectory', { name: '[ds1] disks', datacenter });
    const manager = required(content.virtualDiskManager);
    const remove = (path: string) =>
      client
        .call(files, 'DeleteDatastoreFile_Task', { name: path, datacenter })
        .then((task) => taskResult(client, task));
    await taskResult(client, await client.call({ type: 'VirtualMachine', value: 'vm-3' }, 'PowerOffVM_Task', {}));
    await create(name);
    await taskResult(client, await client.call({ type: 'VirtualMachine', value: 'vm-3' }, 'PowerOnVM_Task', {}));
    await expect(extend(name, 2 * gib)).rejects.toEqual(faulty({ $type: 'FileLocked' }));
    const move = client.call(manager, 'MoveVirtualDisk_Task', {
      sourceName: name,
      destName: '[ds1] y.vmdk',
      sourceDatacenter: datacenter,
      destDatacenter: datacenter,
    });
    await expect(move.then((task) => taskResult(client, task))).rejects.toEqual(faulty({ $type: expect.any(String) }));
    await expect(remove(name)).rejects.toEqual(faulty({ $type: expect.any(String) }));
    await expect(remove('[ds1] disks')).rejects.toEqual(faulty({ $type: expect.any(String) }));
    await taskResult(client, await client.call({ type: 'VirtualMachine', value: 'vm-3' }, 'PowerOffVM_Task', {}));
    await extend(name, 2 * gib);
    await remove('[ds1] disks');
    expect(defects).toEqual([]);
  });

  it('refuses what cannot be, and says why', async () => {
    const { create, extend, setUuid } = await start();
    expect(await create('[ds1] db/a.vmdk')).toBe('[ds1] db/a.vmdk');
    await expect(create('[ds1] db/a.vmdk')).rejects.toEqual(faulty({ $type: 'FileAlreadyExists' }));
    await expect(create('[ds1] none/a.vmdk')).rejects.toEqual(faulty({ $type: 'FileNotFound' }));
    await expect(create('[none] a.vmdk')).rejects.toEqual(faulty({ $type: 'InvalidDatastore' }));
    await expect(create('[ds1] db/a.txt')).rejects.toEqual(faulty({ invalidProperty: 'name' }));
    for (const capacityKb of [0, 2 ** 40]) {
      await expect(create('[ds1] db/b.vmdk', { capacityKb })).rejects.toEqual(
        faulty({ invalidProperty: 'spec.capacityKb' }),
      );
    }
    await expect(create('[ds1] db/b.vmdk', { diskType: 'sparse2Gb' })).rejects.toEqual(
      faulty({ $type: 'NotSupported' }),
    );
    await expect(extend('[ds1] db/a.vmdk', 1)).rejects.toEqual(faulty({ invalidProperty: 'newCapacityKb' }));
    await expect(extend('[ds1] web/web.vmdk', 40 * gib)).rejects.toEqual(faulty({ $type: 'FileLocked' }));
    await expect(setUuid('[ds1] web/web.vmdk', '0'.repeat(32))).rejects.toEqual(faulty({ $type: 'FileLocked' }));
  });

  it('lets only look who may only look', async () => {
    const { uuid, setUuid, create } = await start('reader');
    expect(await uuid('[ds1] db/db.vmdk')).toMatch(/^[\da-f-]{36}$/u);
    const denied = faulty({ $type: 'NoPermission', privilegeId: 'Datastore.FileManagement' });
    await expect(setUuid('[ds1] db/db.vmdk', '0'.repeat(32))).rejects.toEqual(denied);
    await expect(create('[ds1] db/a.vmdk')).rejects.toEqual(denied);
  });
});
