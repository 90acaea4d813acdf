import { describe, expect, it } from 'vitest';
import { Vix_Out } from '../../src/api/vix-out.js';
import type { Vix } from '../../src/api/vix.js';
import type { HostNetwork, NetworkAdapter, PortForwarding } from '../../src/backends/backend.js';
import { createMockBackend, InventoryBuilder } from '../../src/backends/mock/index.js';
import { createVix } from '../../src/compose/create-vix.js';
import {
  VIX_API_VERSION,
  VIX_CLONETYPE_FULL,
  VIX_E_INVALID_ARG,
  VIX_E_NOT_SUPPORTED_ON_HANDLE_TYPE,
  VIX_E_NOT_FOUND,
  VIX_E_NOT_SUPPORTED,
  VIX_E_VM_IS_RUNNING,
  VIX_E_VM_NOT_RUNNING,
  VIX_INVALID_HANDLE,
  VIX_OK,
  VIX_PROPERTY_JOB_RESULT_HANDLE,
  VIX_PROPERTY_NONE,
  VIX_PROPERTY_VM_NAME,
  VIX_SERVICEPROVIDER_DEFAULT,
  VIX_SERVICEPROVIDER_VMWARE_PLAYER,
} from '../../src/vix/names.js';
import type { VixError, VixHandle } from '../../src/vix/types.js';

const location = '/vms/one/one.vmx';

interface Rig {
  readonly vix: Vix;
  readonly host: VixHandle;
  readonly vm: VixHandle;
  readonly wait: (job: VixHandle) => Promise<VixError>;
}

async function open(power: 'on' | 'off' = 'off', provider = VIX_SERVICEPROVIDER_DEFAULT): Promise<Rig> {
  const inventory = new InventoryBuilder().vm({ name: 'one', location, power }).build();
  const vix = createVix({ backends: [createMockBackend({ inventory, powerDurationMs: 0 })], config: {} });
  const handleOf = async (job: VixHandle): Promise<VixHandle> => {
    const cell = Vix_Out(VIX_INVALID_HANDLE);
    expect(await vix.VixJob_Wait(job, VIX_PROPERTY_JOB_RESULT_HANDLE, cell, VIX_PROPERTY_NONE)).toBe(VIX_OK);
    return cell.value;
  };
  const host = await handleOf(
    vix.VixHost_Connect(VIX_API_VERSION, provider, null, 0, null, null, 0, VIX_INVALID_HANDLE, null, null),
  );
  const vm = await handleOf(vix.VixVM_Open(host, location, null, null));
  return { vix, host, vm, wait: (job) => vix.VixJob_Wait(job, VIX_PROPERTY_NONE) };
}

async function networksOfCards({ vix, vm }: Rig): Promise<string[]> {
  const cell = Vix_Out<readonly NetworkAdapter[]>();
  expect(await vix.Revix_GetNetworkAdapters(vm, cell)).toBe(VIX_OK);
  return cell.value.map(({ index, network }) => `${index} ${network}`);
}

describe('network cards', () => {
  it('are added, moved and removed', async () => {
    const rig = await open();
    const { vix, vm, wait } = rig;
    expect(await wait(vix.Revix_AddNetworkAdapter(vm, 'vmnet8', null, null))).toBe(VIX_OK);
    expect(await wait(vix.Revix_SetNetworkAdapter(vm, 0, 'vmnet1', null, null))).toBe(VIX_OK);
    expect(await networksOfCards(rig)).toEqual(['0 vmnet1', '1 vmnet8']);
    expect(await wait(vix.Revix_RemoveNetworkAdapter(vm, 0, null, null))).toBe(VIX_OK);
    expect(await networksOfCards(rig)).toEqual(['0 vmnet8']);
  });

  it('refuse what is not there, and a machine that is on', async () => {
    const off = await open();
    expect(await off.wait(off.vix.Revix_RemoveNetworkAdapter(off.vm, 1, null, null))).toBe(VIX_E_NOT_FOUND);
    expect(await off.wait(off.vix.Revix_AddNetworkAdapter(off.vm, '', null, null))).toBe(VIX_E_INVALID_ARG);
    const on = await open('on');
    expect(await on.wait(on.vix.Revix_AddNetworkAdapter(on.vm, 'vmnet8', null, null))).toBe(VIX_E_VM_IS_RUNNING);
    expect(await on.vix.Revix_GetNetworkAdapters(on.host, Vix_Out())).toBe(VIX_E_NOT_SUPPORTED_ON_HANDLE_TYPE);
  });
});

describe('devices', () => {
  it('are connected on a running machine only', async () => {
    const { vix, vm, wait } = await open('on');
    expect(await wait(vix.Revix_SetDeviceConnected(vm, 'Ethernet0', false, null, null))).toBe(VIX_OK);
    expect(await wait(vix.Revix_SetDeviceConnected(vm, 'ethernet1', true, null, null))).toBe(VIX_E_NOT_FOUND);
    expect(await wait(vix.Revix_SetDeviceConnected(vm, 'sound', true, null, null))).toBe(VIX_E_NOT_FOUND);
    expect(await wait(vix.Revix_TypeKeystrokes(vm, 'root\n', null, null))).toBe(VIX_OK);
    const off = await open();
    expect(await off.wait(off.vix.Revix_TypeKeystrokes(off.vm, 'x', null, null))).toBe(VIX_E_VM_NOT_RUNNING);
  });
});

describe('networks of the host', () => {
  it('pass ports on', async () => {
    const { vix, host, wait } = await open();
    const networks = Vix_Out<readonly HostNetwork[]>();
    expect(await vix.Revix_GetHostNetworks(host, networks)).toBe(VIX_OK);
    expect(networks.value.map(({ name }) => name)).toEqual(['vmnet0', 'vmnet1', 'vmnet8']);
    const web: PortForwarding = {
      protocol: 'tcp',
      hostPort: 8080,
      guestIp: '192.168.3.9',
      guestPort: 80,
      description: '',
    };
    expect(await wait(vix.Revix_SetPortForwarding(host, 'vmnet8', web, null, null))).toBe(VIX_OK);
    expect(await wait(vix.Revix_SetPortForwarding(host, 'vmnet8', { ...web, guestPort: 81 }, null, null))).toBe(VIX_OK);
    const found = Vix_Out<readonly PortForwarding[]>();
    expect(await vix.Revix_GetPortForwardings(host, 'vmnet8', found)).toBe(VIX_OK);
    expect(found.value).toMatchObject([{ hostPort: 8080, guestPort: 81 }]);
    expect(await wait(vix.Revix_DeletePortForwarding(host, 'vmnet8', 'tcp', 8080, null, null))).toBe(VIX_OK);
    expect(await wait(vix.Revix_DeletePortForwarding(host, 'vmnet8', 'tcp', 8080, null, null))).toBe(VIX_E_NOT_FOUND);
  });

  it.each<[string, Partial<PortForwarding>, VixError]>([
    ['vmnet9', {}, VIX_E_NOT_FOUND],
    ['vmnet0', {}, VIX_E_INVALID_ARG],
    ['vmnet8', { hostPort: 0 }, VIX_E_INVALID_ARG],
    ['vmnet8', { guestPort: 70_000 }, VIX_E_INVALID_ARG],
    ['vmnet8', { guestIp: 'nowhere' }, VIX_E_INVALID_ARG],
    ['vmnet8', { protocol: 'icmp' as never }, VIX_E_INVALID_ARG],
  ])('on %s refuse %j', async (network, wrong, error) => {
    const { vix, host, wait } = await open();
    const web: PortForwarding = { protocol: 'tcp', hostPort: 1, guestIp: '192.168.3.9', guestPort: 1, description: '' };
    expect(await wait(vix.Revix_SetPortForwarding(host, network, { ...web, ...wrong }, null, null))).toBe(error);
  });
});

it('a host without all that says so', async () => {
  const { vix, host, vm, wait } = await open('off', VIX_SERVICEPROVIDER_VMWARE_PLAYER);
  expect(await vix.Revix_GetNetworkAdapters(vm, Vix_Out())).toBe(VIX_E_NOT_SUPPORTED);
  expect(await vix.Revix_GetHostNetworks(host, Vix_Out())).toBe(VIX_E_NOT_SUPPORTED);
  expect(await wait(vix.Revix_TypeKeystrokes(vm, 'x', null, null))).toBe(VIX_E_NOT_SUPPORTED);
});

it('a clone gets the name in its property list', async () => {
  const { vix, host, vm, wait } = await open();
  const list = Vix_Out(VIX_INVALID_HANDLE);
  vix.VixPropertyList_AllocPropertyList(host, list, VIX_PROPERTY_VM_NAME, 'another', VIX_PROPERTY_NONE);
  const job = vix.VixVM_Clone(vm, 0, VIX_CLONETYPE_FULL, '/vms/two/two.vmx', 0, list.value, null, null);
  const clone = Vix_Out(VIX_INVALID_HANDLE);
  expect(await vix.VixJob_Wait(job, VIX_PROPERTY_JOB_RESULT_HANDLE, clone, VIX_PROPERTY_NONE)).toBe(VIX_OK);
  const name = Vix_Out<string>();
  expect(await vix.Vix_GetProperties(clone.value, VIX_PROPERTY_VM_NAME, name, VIX_PROPERTY_NONE)).toBe(VIX_OK);
  expect(name.value).toBe('another');
  expect(vix.Revix_GetJobProgress(job)).toBe(100);
  expect(vix.Revix_GetJobProgress(host)).toBe(0);
  expect(await wait(job)).toBe(VIX_OK);
});
