import { describe, expect, it } from 'vitest';
import type { Ref } from '../../src/backends/vsphere/soap/values.js';
import type { StorageDrsPodConfigSpec } from '../../src/backends/vsphere/vim/generated/types.js';
import { required, startRig, taskResult } from './simulator-rig.js';

const inventory = {
  vms: [
    { name: 'web', location: '[ds1] web/web.vmx', datacenter: 'DC0' },
    { name: 'far', location: '[ds1] far/far.vmx', datacenter: 'DC1' },
  ],
};
const folder: Ref<'Folder'> = { type: 'Folder', value: 'group-s1' };
const [ds1, far] = ['datastore-1', 'datastore-2'].map((value): Ref<'Datastore'> => ({ type: 'Datastore', value }));

async function onePod() {
  const rig = await startRig({ inventory });
  const { client, content } = await rig.session();
  const done = (task: Promise<Ref>) => task.then((ref) => taskResult(client, ref));
  const pod = await client.call(folder, 'CreateStoragePod', { name: 'pod' });
  const view = async (container: Ref<'Folder'>) => {
    const made = await client.call(required(content.viewManager), 'CreateContainerView', {
      container,
      recursive: true,
    });
    return (await client.properties(made, 'view'))['view'];
  };
  return {
    ...rig,
    client,
    content,
    pod,
    view,
    move: (to: Ref<'Folder' | 'StoragePod'>, ...list: Ref<'Datastore'>[]) =>
      done(client.call(to, 'MoveIntoFolder_Task', { list })),
    configure: (podConfigSpec: StorageDrsPodConfigSpec) =>
      done(
        client.call(required(content.storageResourceManager), 'ConfigureStorageDrsForPod_Task', {
          pod,
          spec: { podConfigSpec },
          modify: true,
        }),
      ),
    destroy: () => done(client.call(pod, 'Destroy_Task', {})),
  };
}

describe('a pod of datastores', () => {
  it('stands between its datastores and their folder, for walks, views and searches', async () => {
    const { client, content, pod, move, view, destroy, defects } = await onePod();
    await move(pod, required(ds1));
    expect(await client.properties(pod, 'childEntity', 'parent', 'summary.capacity')).toEqual({
      childEntity: [ds1],
      parent: folder,
      'summary.capacity': 1024 ** 4,
    });
    expect((await client.properties(required(ds1), 'parent'))['parent']).toEqual(pod);
    expect((await client.properties(folder, 'childEntity'))['childEntity']).toEqual([pod]);
    expect(await view(folder)).toEqual([pod, ds1]);
    const search = { inventoryPath: 'DC0/datastore/pod/ds1' };
    expect(await client.call(required(content.searchIndex), 'FindByInventoryPath', search)).toEqual(ds1);
    await expect(destroy()).rejects.toMatchObject({ fault: { $type: 'ResourceInUse' } });
    await move(folder, required(ds1));
    expect((await client.properties(required(ds1), 'parent'))['parent']).toEqual(folder);
    await destroy();
    expect(await view(folder)).toEqual([ds1]);
    await expect(client.properties(pod, 'name')).rejects.toMatchObject({ fault: { $type: 'ManagedObjectNotFound' } });
    expect(defects).toEqual([]);
  });

  it('refuses what it cannot be', async () => {
    const { client, pod, move, configure } = await onePod();
    const duplicate = { fault: { $type: 'DuplicateName', object: pod } };
    await expect(client.call(folder, 'CreateStoragePod', { name: 'pod' })).rejects.toMatchObject(duplicate);
    const vmFolder: Ref<'Folder'> = { type: 'Folder', value: 'group-v1' };
    const notSupported = { fault: { $type: 'NotSupported' } };
    await expect(client.call(vmFolder, 'CreateStoragePod', { name: 'a' })).rejects.toMatchObject(notSupported);
    await expect(move(vmFolder, required(ds1))).rejects.toMatchObject(notSupported);
    await expect(move(pod, required(far))).rejects.toMatchObject({ fault: { invalidProperty: 'list' } });
    await expect(configure({ loadBalanceInterval: 60 })).rejects.toMatchObject(notSupported);
    await expect(configure({ defaultVmBehavior: 'never' })).rejects.toMatchObject({
      fault: { invalidProperty: 'spec.podConfigSpec.defaultVmBehavior' },
    });
  });
});
