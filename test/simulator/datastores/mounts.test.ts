import { describe, expect, it } from 'vitest';
import type { Ref } from '../../../src/backends/vsphere/soap/values.js';
import type { HostConfigManager } from '../../../src/backends/vsphere/vim/generated/types.js';
import { required, startRig, taskResult } from '../simulator-rig.js';

const inventory = { vms: [{ name: 'web', location: '[ds1] web/web.vmx', datacenter: 'DC0' }] };
const users = [
  { name: 'user', password: 'pass' },
  { name: 'reader', password: 'pass', privileges: ['Datastore.*'] },
];
const nas = { remoteHost: 'nas', remotePath: '/share', localPath: 'shared', accessMode: 'readWrite' };

async function start(kind: 'vcenter' | 'esx' = 'vcenter', userName?: string) {
  const rig = await startRig({ inventory, users, kind });
  const { client, content } = await rig.session(userName);
  const host: Ref = { type: 'HostSystem', value: kind === 'esx' ? 'ha-host' : 'host-1' };
  const { configManager } = await client.properties(host, 'configManager');
  const system = required((configManager as HostConfigManager).datastoreSystem);
  const mount = (more: Partial<typeof nas> & { type?: string } = {}) =>
    client.call(system, 'CreateNasDatastore', { spec: { ...nas, ...more } });
  return { ...rig, client, content, host, system, mount };
}

describe.each(['vcenter', 'esx'] as const)('datastores that clients mount on a %s', (kind) => {
  it('are there for everybody, and hold what they held before when they come back', async () => {
    const { simulator, client, content, host, system, mount, defects } = await start(kind);
    const datacenter: Ref<'Datacenter'> = {
      type: 'Datacenter',
      value: kind === 'esx' ? 'ha-datacenter' : 'datacenter-1',
    };
    const shared = await mount();
    for (const holder of [host, datacenter, system]) {
      expect((await client.properties(holder, 'datastore'))['datastore']).toContainEqual(shared);
    }
    expect(await client.properties(shared, 'summary.type', 'info.nas.remoteHost')).toEqual({
      'summary.type': 'NFS',
      'info.nas.remoteHost': 'nas',
    });
    const files = required(content.fileManager);
    await client.call(files, 'MakeDirectory', { name: '[shared] made', datacenter });
    await client.call(system, 'RemoveDatastore', { datastore: shared });
    await expect(client.properties(shared, 'name')).rejects.toMatchObject({
      fault: { $type: 'ManagedObjectNotFound' },
    });
    expect((await client.properties(host, 'datastore'))['datastore']).not.toContainEqual(shared);
    await mount({ accessMode: 'readOnly' });
    await expect(client.call(files, 'MakeDirectory', { name: '[shared] made', datacenter })).rejects.toMatchObject({
      fault: { $type: 'FileNotWritable' },
    });
    const authorization = `Basic ${Buffer.from('user:pass').toString('base64')}`;
    for (const [method, path, body] of [
      ['PUT', '/folder/made/new', 'x'],
      ['DELETE', '/folder/made', null],
    ] as const) {
      const url = new URL(`${path}?dcPath=${kind === 'esx' ? 'ha-datacenter' : 'DC0'}&dsName=shared`, simulator.url);
      const answer = await fetch(url, { method, body, headers: { authorization } });
      expect([method, answer.status, await answer.text()]).toEqual([method, 403, expect.stringContaining('reading')]);
    }
    expect(defects).toEqual([]);
  });
});

describe('a mount', () => {
  it('is refused where it cannot be', async () => {
    const { client, system, mount } = await start();
    const spec = (invalidProperty: string) => ({ fault: { $type: 'InvalidArgument', invalidProperty } });
    await expect(mount({ remoteHost: '' })).rejects.toMatchObject(spec('spec.remoteHost'));
    await expect(mount({ remotePath: ' ' })).rejects.toMatchObject(spec('spec.remotePath'));
    await expect(mount({ type: 'AFP' })).rejects.toMatchObject(spec('spec.type'));
    await expect(mount({ accessMode: 'both' })).rejects.toMatchObject(spec('spec.accessMode'));
    await expect(mount({ localPath: 'a]b' })).rejects.toMatchObject({ fault: { $type: 'InvalidName' } });
    await expect(mount({ localPath: 'ds1' })).rejects.toMatchObject({
      fault: { $type: 'DuplicateName', name: 'ds1', object: { value: 'datastore-1' } },
    });
    const ds1: Ref<'Datastore'> = { type: 'Datastore', value: 'datastore-1' };
    await expect(client.call(system, 'RemoveDatastore', { datastore: ds1 })).rejects.toMatchObject({
      fault: { $type: 'ResourceInUse', name: 'ds1' },
    });
    await expect(client.call(ds1, 'DestroyDatastore', {})).rejects.toMatchObject({ fault: { $type: 'ResourceInUse' } });
    const none: Ref<'Datastore'> = { type: 'Datastore', value: 'datastore-9' };
    await expect(client.call(system, 'RemoveDatastore', { datastore: none })).rejects.toMatchObject({
      fault: { $type: 'NotFound' },
    });
  });

  it('needs the privilege of the host', async () => {
    const { mount } = await start('vcenter', 'reader');
    await expect(mount()).rejects.toMatchObject({
      fault: { $type: 'NoPermission', privilegeId: 'Host.Config.Storage' },
    });
  });
});

describe('a datastore in maintenance', () => {
  it('takes no machine that comes into being, and no machine that is registered', async () => {
    const { client, mount, defects } = await start();
    const shared = await mount();
    const folder: Ref<'Folder'> = { type: 'Folder', value: 'group-v1' };
    const pool: Ref<'ResourcePool'> = { type: 'ResourcePool', value: 'resgroup-1' };
    const { task } = await client.call(shared, 'DatastoreEnterMaintenanceMode', {});
    await taskResult(client, required(task));
    expect(await client.properties(shared, 'summary.maintenanceMode')).toEqual({
      'summary.maintenanceMode': 'inMaintenance',
    });
    const refused = { fault: { $type: 'InvalidDatastoreState', datastoreName: 'shared' } };
    const config = { name: 'new', files: { vmPathName: '[shared]' } };
    await expect(client.call(folder, 'CreateVM_Task', { config, pool })).rejects.toMatchObject(refused);
    const path = '[shared] new/new.vmx';
    await expect(client.call(folder, 'RegisterVM_Task', { path, asTemplate: false, pool })).rejects.toMatchObject(
      refused,
    );
    await expect(client.call(shared, 'DatastoreEnterMaintenanceMode', {})).rejects.toMatchObject({
      fault: { $type: 'InvalidState' },
    });
    await taskResult(client, await client.call(shared, 'DatastoreExitMaintenanceMode_Task', {}));
    expect(await taskResult(client, await client.call(folder, 'CreateVM_Task', { config, pool }))).toMatchObject({
      type: 'VirtualMachine',
    });
    expect(defects).toEqual([]);
  });
});
