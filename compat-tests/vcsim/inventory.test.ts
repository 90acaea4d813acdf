import {
  VIX_CLONETYPE_FULL,
  VIX_E_HOST_USER_PERMISSIONS,
  VIX_E_NET_HTTP_SSL_SECURITY,
  VIX_E_SNAPSHOT_NONUNIQUE_NAME,
  VIX_E_SNAPSHOT_NOTFOUND,
  VIX_E_VM_IS_RUNNING,
  VIX_E_VM_NOT_FOUND,
  VIX_E_VM_NOT_RUNNING,
  VIX_FIND_RUNNING_VMS,
  VIX_INVALID_HANDLE,
  VIX_OK,
  VIX_POWERSTATE_POWERED_OFF,
  VIX_POWERSTATE_POWERED_ON,
  VIX_POWERSTATE_SUSPENDED,
  VIX_PROPERTY_JOB_RESULT_VM_VARIABLE_STRING,
  VIX_PROPERTY_VM_MEMORY_SIZE,
  VIX_PROPERTY_VM_NUM_VCPUS,
  VIX_PROPERTY_VM_POWER_STATE,
  VIX_SERVICEPROVIDER_VMWARE_VI_SERVER,
  VIX_SNAPSHOT_REMOVE_CHILDREN,
  VIX_VMDELETE_DISK_FILES,
  VIX_VM_GUEST_VARIABLE,
  type VixHandle,
  Vix_Out,
} from 'revix';
import { connectVsphere } from 'revix/vsphere';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lacks } from '../support/counterpart.js';
import { startVcsim, type Vcsim } from '../support/vcsim.js';
import { VixRun } from '../support/vix-run.js';

const stateBits = VIX_POWERSTATE_POWERED_OFF | VIX_POWERSTATE_POWERED_ON | VIX_POWERSTATE_SUSPENDED;

describe.skipIf(lacks('vcsim'))("a VIX program over VMware's simulator", () => {
  let vcsim: Vcsim;
  let run: VixRun;
  let host: VixHandle;

  beforeAll(async () => {
    vcsim = await startVcsim({ flags: ['-username', 'user', '-password', 'pass', '-vm', '4'] });
    run = new VixRun({ tls: { thumbprint: vcsim.thumbprint } });
    host = await run.connect(vcsim.url);
  });

  afterAll(async () => {
    await run.vix.Revix_Close();
    await vcsim.stop();
  });

  /** Each test has a machine of its own. */
  function open(number: number): Promise<VixHandle> {
    return run.open(host, `[LocalDS_0] DC0_H0_VM${number}/DC0_H0_VM${number}.vmx`);
  }

  async function powerOf(vm: VixHandle): Promise<number> {
    return (await run.integerOf(vm, VIX_PROPERTY_VM_POWER_STATE)) & stateBits;
  }

  it('is refused with a wrong password, and by a certificate that is not the pinned one', async () => {
    const connect = (vix: VixRun['vix'], password: string): VixHandle =>
      vix.VixHost_Connect(
        -1,
        VIX_SERVICEPROVIDER_VMWARE_VI_SERVER,
        vcsim.url,
        0,
        'user',
        password,
        0,
        VIX_INVALID_HANDLE,
        null,
        null,
      );
    expect(await run.error(connect(run.vix, 'wrong'))).toBe(VIX_E_HOST_USER_PERMISSIONS);
    const strict = new VixRun({});
    expect(await strict.error(connect(strict.vix, 'pass'))).toBe(VIX_E_NET_HTTP_SSL_SECURITY);
    const other = new VixRun({ tls: { thumbprint: vcsim.thumbprint.replaceAll(/[0-8]/g, '9') } });
    expect(await other.error(connect(other.vix, 'pass'))).toBe(VIX_E_NET_HTTP_SSL_SECURITY);
    await strict.vix.Revix_Close();
    await other.vix.Revix_Close();
  });

  it('finds machines: all, those that run, and one by its exact path', async () => {
    const vm = await open(0);
    await run.done(run.vix.VixVM_PowerOff(vm, 0, null, null));
    const all = await run.find(host);
    expect(all).toContain('[LocalDS_0] DC0_H0_VM0/DC0_H0_VM0.vmx');
    expect(all).toHaveLength(8);
    const running = await run.find(host, VIX_FIND_RUNNING_VMS);
    expect(running).not.toContain('[LocalDS_0] DC0_H0_VM0/DC0_H0_VM0.vmx');
    expect(running.length).toBeLessThan(all.length);
    for (const wrong of ['[LocalDS_0] dc0_h0_vm0/DC0_H0_VM0.vmx', '[LocalDS_9] a/a.vmx', '[LocalDS_0] a/a.vmx', 'a']) {
      expect(await run.error(run.vix.VixVM_Open(host, wrong, null, null)), wrong).toBe(VIX_E_VM_NOT_FOUND);
    }
    expect(await run.open(host, 'DC0/vm/DC0_H0_VM0')).toBe(vm);
  });

  it('opens a machine by the UUIDs of its BIOS and of the vCenter', async () => {
    const vm = await open(0);
    const tls = { thumbprint: vcsim.thumbprint };
    const client = await connectVsphere({ url: vcsim.url, userName: 'user', password: 'pass', tls });
    const { ref } = await client.findMachine('[LocalDS_0] DC0_H0_VM0/DC0_H0_VM0.vmx');
    const uuids = await client.properties(ref, ['config.uuid', 'config.instanceUuid']);
    await client.close();
    for (const path of ['config.uuid', 'config.instanceUuid'] as const) {
      expect(await run.open(host, uuids[path] ?? path), path).toBe(vm);
    }
  });

  it('reads properties', async () => {
    const vm = await open(1);
    expect(await run.integerOf(vm, VIX_PROPERTY_VM_NUM_VCPUS)).toBe(1);
    expect(await run.integerOf(vm, VIX_PROPERTY_VM_MEMORY_SIZE)).toBe(32);
    expect(await powerOf(vm)).toBe(VIX_POWERSTATE_POWERED_ON);
  });

  it('changes the power state, and is told when that cannot be', async () => {
    const vm = await open(1);
    const { vix } = run;
    expect(await run.error(vix.VixVM_PowerOn(vm, 0, VIX_INVALID_HANDLE, null, null))).toBe(VIX_E_VM_IS_RUNNING);
    await run.done(vix.VixVM_Suspend(vm, 0, null, null));
    expect(await powerOf(vm)).toBe(VIX_POWERSTATE_SUSPENDED);
    await run.done(vix.VixVM_PowerOn(vm, 0, VIX_INVALID_HANDLE, null, null));
    await run.done(vix.VixVM_Reset(vm, 0, null, null));
    expect(await powerOf(vm)).toBe(VIX_POWERSTATE_POWERED_ON);
    await run.done(vix.VixVM_PowerOff(vm, 0, null, null));
    expect(await powerOf(vm)).toBe(VIX_POWERSTATE_POWERED_OFF);
    for (const job of [vix.VixVM_PowerOff(vm, 0, null, null), vix.VixVM_Suspend(vm, 0, null, null)]) {
      expect(await run.error(job)).toBe(VIX_E_VM_NOT_RUNNING);
    }
  });

  it('takes, finds, reverts and removes snapshots', async () => {
    const vm = await open(2);
    const { vix } = run;
    const take = (name: string): Promise<VixHandle> =>
      run.handle(vix.VixVM_CreateSnapshot(vm, name, 'for a test', 0, VIX_INVALID_HANDLE, null, null));
    const base = await take('base');
    await take('twin');
    await take('twin');
    const found = Vix_Out<VixHandle>();
    expect(await vix.VixVM_GetNamedSnapshot(vm, 'base', found)).toBe(VIX_OK);
    expect(await vix.VixVM_GetNamedSnapshot(vm, 'base/twin/twin', found)).toBe(VIX_OK);
    expect(await vix.VixVM_GetNamedSnapshot(vm, 'twin', found)).toBe(VIX_E_SNAPSHOT_NONUNIQUE_NAME);
    expect(await vix.VixVM_GetNamedSnapshot(vm, 'none', found)).toBe(VIX_E_SNAPSHOT_NOTFOUND);
    await run.done(vix.VixVM_RevertToSnapshot(vm, base, 0, VIX_INVALID_HANDLE, null, null));
    await run.done(vix.VixVM_RemoveSnapshot(vm, base, VIX_SNAPSHOT_REMOVE_CHILDREN, null, null));
    const roots = Vix_Out<number>();
    expect(await vix.VixVM_GetNumRootSnapshots(vm, roots)).toBe(VIX_OK);
    expect(roots.value).toBe(0);
  });

  it('writes and reads variables of the guest', async () => {
    const vm = await open(2);
    const { vix } = run;
    const read = (): Promise<string> =>
      run.text(
        vix.VixVM_ReadVariable(vm, VIX_VM_GUEST_VARIABLE, 'token', 0, null, null),
        VIX_PROPERTY_JOB_RESULT_VM_VARIABLE_STRING,
      );
    expect(await read()).toBe('');
    await run.done(vix.VixVM_WriteVariable(vm, VIX_VM_GUEST_VARIABLE, 'token', 'a & <b> "c"', 0, null, null));
    expect(await read()).toBe('a & <b> "c"');
  });

  it('clones, takes out of the inventory, registers and deletes', async () => {
    const vm = await open(3);
    const { vix } = run;
    await run.done(vix.VixVM_PowerOff(vm, 0, null, null));
    const path = '[LocalDS_0] copy/copy.vmx';
    const copy = await run.handle(
      vix.VixVM_Clone(vm, VIX_INVALID_HANDLE, VIX_CLONETYPE_FULL, path, 0, VIX_INVALID_HANDLE, null, null),
    );
    expect(copy).not.toBe(vm);
    expect(await run.find(host)).toContain(path);
    vix.Vix_ReleaseHandle(copy);
    for (let twice = 0; twice < 2; twice += 1) await run.done(vix.VixHost_UnregisterVM(host, path, null, null));
    expect(await run.error(vix.VixVM_Open(host, path, null, null))).toBe(VIX_E_VM_NOT_FOUND);
    for (let twice = 0; twice < 2; twice += 1) await run.done(vix.VixHost_RegisterVM(host, path, null, null));
    const again = await run.open(host, path);
    await run.done(vix.VixVM_Delete(again, VIX_VMDELETE_DISK_FILES, null, null));
    expect(await run.find(host)).not.toContain(path);
  });
});
