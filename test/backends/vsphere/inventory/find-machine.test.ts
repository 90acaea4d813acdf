import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createVsphereBackend } from '../../../../src/backends/vsphere/index.js';
import { createVix, type Vix, Vix_Out } from '../../../../src/index.js';
import { startSimulator, type Simulator } from '../../../../src/simulator/index.js';
import {
  VIX_INVALID_HANDLE,
  VIX_OK,
  VIX_PROPERTY_JOB_RESULT_HANDLE,
  VIX_PROPERTY_NONE,
  VIX_SERVICEPROVIDER_VMWARE_VI_SERVER,
} from '../../../../src/vix/names.js';
import { errorName } from '../../../../src/vix/lookup.js';
import type { VixHandle } from '../../../../src/vix/types.js';

const bios = '42110a3c-8f6e-4d52-b1f0-0c6d5e9a7b01';
const instance = '50110a3c-8f6e-4d52-b1f0-0c6d5e9a7b01';
const copied = '42110a3c-8f6e-4d52-b1f0-0c6d5e9a7b02';
const path = '[store] one/one.vmx';

describe('a machine', () => {
  let simulator: Simulator;
  let vix: Vix;
  let host: VixHandle;

  beforeAll(async () => {
    simulator = await startSimulator({
      inventory: {
        vms: [
          { name: 'one', datacenter: 'Lab', location: path, uuid: bios, instanceUuid: instance },
          { name: 'two', datacenter: 'Lab', location: '[store] two/two.vmx', uuid: copied },
          { name: 'copy of two', datacenter: 'Lab', location: '[store] copy/copy.vmx', uuid: copied },
        ],
      },
    });
    const tls = { thumbprint: simulator.thumbprint?.sha256 ?? '' };
    vix = createVix({ backends: [createVsphereBackend({ tls })], config: {} });
    const provider = VIX_SERVICEPROVIDER_VMWARE_VI_SERVER;
    const job = vix.VixHost_Connect(-1, provider, simulator.url, 0, 'u', 'p', 0, VIX_INVALID_HANDLE, null, null);
    ({ handle: host } = await end(job));
  });

  afterAll(async () => {
    await vix.Revix_Close();
    await simulator.close();
  });

  async function end(job: VixHandle) {
    const cell = Vix_Out<VixHandle>();
    const error = await vix.VixJob_Wait(job, VIX_PROPERTY_JOB_RESULT_HANDLE, cell, VIX_PROPERTY_NONE);
    return { error: errorName(error), handle: cell.value, message: vix.Revix_GetJobMessage(job) };
  }

  const open = (text: string) => end(vix.VixVM_Open(host, text, null, null));

  it.each([
    ['its UUID of the BIOS', bios],
    ['the same in capitals', bios.toUpperCase()],
    ['its UUID of the vCenter', instance],
    ['its path in the inventory', '/Lab/vm/one'],
    ['its path in the datacentre', '[Lab/store] one/one.vmx'],
  ])('is opened by %s as by its path', async (_, text) => {
    const { handle } = await open(path);
    expect(await open(text)).toMatchObject({ error: errorName(VIX_OK), handle });
  });

  it.each([path, bios, '[Lab/store] one/one.vmx'])(
    'that was registered anew is opened by %s under the handle that it has, which nobody has used since',
    async (text) => {
      const { handle } = await open(path);
      await simulator.world.unregister(path);
      await simulator.world.register(path);
      expect(await open(text)).toMatchObject({ error: errorName(VIX_OK), handle });
      vix.Vix_ReleaseHandle(handle);
      vix.Vix_ReleaseHandle(handle);
    },
  );

  it('whose UUID another one has, too, keeps a handle of its own', async () => {
    const two = await open('[store] two/two.vmx');
    const copy = await open('[store] copy/copy.vmx');
    expect(copy).toMatchObject({ error: errorName(VIX_OK) });
    expect(copy.handle).not.toBe(two.handle);
    expect(await open('[store] two/two.vmx')).toEqual(two);
  });

  it('whose UUID another one has, too, is ambiguous, and the message lists both', async () => {
    const { error, message } = await open(copied);
    expect(error).toBe('VIX_E_DUPLICATE_NAME');
    for (const each of ['[store] two/two.vmx', '[store] copy/copy.vmx', 'by its path']) expect(message).toContain(each);
  });

  it.each([
    ['42110a3c-8f6e-4d52-b1f0-0c6d5e9a7bff', 'No machine in the inventory has the UUID'],
    ['/Lab/vm/nobody', 'leads to nothing'],
    ['/Lab/vm', 'not to a machine'],
  ])('is not found by %s, and the message says why', async (text, why) => {
    const { error, message } = await open(text);
    expect([error, message]).toEqual(['VIX_E_VM_NOT_FOUND', expect.stringContaining(why)]);
  });
});
