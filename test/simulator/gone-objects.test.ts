import { expect, it } from 'vitest';
import { ref } from '../../src/backends/vsphere/soap/values.js';
import type { ObjectContent } from '../../src/backends/vsphere/vim/generated/types.js';
import { required, startRig } from './simulator-rig.js';

const machine = (name: string) => ({ name, datacenter: 'Lab', location: `[store] ${name}/${name}.vmx` });

function named(objects: readonly ObjectContent[] = []): readonly unknown[] {
  return objects.map(({ propSet = [] }) => propSet[0]?.val);
}

it('objects that are gone are left out of an answer where the client says so, and make it fail where not', async () => {
  const rig = await startRig({ inventory: { vms: [machine('web'), machine('db')] } });
  const { client, content } = await rig.session();
  const collector = content.propertyCollector;
  const objectSet = ['vm-2', 'vm-99', 'vm-1'].map((value) => ({ obj: ref('VirtualMachine', value) }));
  const spec = { propSet: [{ type: 'VirtualMachine', pathSet: ['name'] }], objectSet };
  const specSet = [{ ...spec, reportMissingObjectsInResults: true }];
  const options = { maxObjects: 1 };
  const first = required(await client.call(collector, 'RetrievePropertiesEx', { specSet, options }));
  const next = await client.call(collector, 'ContinueRetrievePropertiesEx', { token: required(first.token) });
  expect([named(first.objects), named(next.objects), next.token]).toEqual([['db'], ['web'], undefined]);
  expect(named(await client.call(collector, 'RetrieveProperties', { specSet }))).toEqual(['db', 'web']);
  await expect(client.call(collector, 'RetrievePropertiesEx', { specSet: [spec], options })).rejects.toMatchObject({
    fault: { $type: 'ManagedObjectNotFound', obj: ref('VirtualMachine', 'vm-99') },
  });
});
