import { describe, expect, it } from 'vitest';
import type { InventoryVm } from '../../../src/world/inventory/inventory-schema.js';
import type { ObjectPermission } from '../../../src/simulator/privileges.js';
import { startRig } from '../simulator-rig.js';

/** A way to ask for resources over the wire. @param permissions of the user; without any everything may be done. */
async function resources(
  vms: InventoryVm[],
  permissions: readonly ObjectPermission[] = [],
): Promise<(path: string) => Promise<unknown>> {
  const users = [{ name: 'user', password: 'pass', permissions }];
  const { simulator } = await startRig({ inventory: { vms }, users });
  const { origin } = new URL(simulator.url);
  const authorization = `Basic ${Buffer.from('user:pass').toString('base64')}`;
  const opened = await fetch(`${origin}/api/session`, { method: 'POST', headers: { authorization } });
  expect(opened.status).toBe(201);
  const token = String(await opened.json());
  return async (path) => (await fetch(`${origin}${path}`, { headers: { 'vmware-api-session-id': token } })).json();
}

describe('the list of machines over the wire', () => {
  it('can be filtered by what they belong to', async () => {
    const get = await resources(
      ['east', 'west'].map((datacenter) => ({
        name: `${datacenter}1`,
        datacenter,
        location: `[ds1] ${datacenter}1/${datacenter}1.vmx`,
      })),
    );
    const list = async (query: string): Promise<unknown> => {
      const lines = await get(`/api/vcenter/vm?${query}`);
      return Array.isArray(lines) ? lines.map(({ name }) => name) : lines;
    };
    expect(await list('')).toEqual(['east1', 'west1']);
    expect(await list('datacenters=datacenter-2')).toEqual(['west1']);
    for (const filter of ['folders=group-v1', 'hosts=host-1', 'clusters=domain-c1', 'resource_pools=resgroup-1']) {
      expect(await list(filter)).toEqual(['east1']);
    }
    expect(await list('hosts=host-1&datacenters=datacenter-2')).toEqual([]);
  });

  it('leaves out those that are hidden from the user', async () => {
    const vms = ['a', 'b', 'c'].map((name) => ({ name, location: `[ds1] ${name}/${name}.vmx` }));
    const get = await resources(vms, [
      { object: 'datacenter-1', privileges: ['System.Read'] },
      { object: 'vm-2', privileges: [] },
    ]);
    expect(await get('/api/vcenter/vm')).toMatchObject([{ name: 'a' }, { name: 'c' }]);
    expect(await get('/api/vcenter/vm/vm-2')).toMatchObject({ error_type: 'UNAUTHORIZED' });
    expect(await get('/rest/vcenter/vm')).toMatchObject({ value: [{ name: 'a' }, { name: 'c' }] });
  });
});

describe('one machine over the wire', () => {
  const web: InventoryVm = {
    name: 'web',
    location: '[ds1] web/web.vmx',
    power: 'on',
    guestOs: 'ubuntu-64',
    cpuCount: 2,
    memoryMb: 2048,
    config: { 'vcpu.hotadd': 'TRUE' },
    guest: { nics: [{ mac: '00:50:56:80:00:01' }], diskSizeBytes: 1024 ** 3 },
  };

  it('tells what it is and what it is made of', async () => {
    const get = await resources([web]);
    expect(await get('/api/vcenter/vm/vm-1')).toMatchObject({
      name: 'web',
      guest_OS: 'UBUNTU_64',
      power_state: 'POWERED_ON',
      hardware: { version: 'VMX_21' },
      cpu: { count: 2, hot_add_enabled: true },
      memory: { size_MiB: 2048, hot_add_enabled: false },
      disks: { 2000: { type: 'SCSI', backing: { vmdk_file: '[ds1] web/web.vmdk' }, capacity: 1024 ** 3 } },
      nics: { 4000: { mac_address: '00:50:56:80:00:01', backing: { network: 'network-1' }, state: 'CONNECTED' } },
    });
    expect(await get('/rest/vcenter/vm/vm-1')).toMatchObject({
      value: { name: 'web', disks: [{ key: '2000', value: { label: 'Hard disk 1' } }] },
    });
  });

  it('is missing where there is none', async () => {
    const get = await resources([web]);
    expect(await get('/api/vcenter/vm/vm-9')).toMatchObject({ error_type: 'NOT_FOUND' });
  });
});
