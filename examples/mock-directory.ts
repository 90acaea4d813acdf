/**
 * A mock host that is kept in a directory: one process powers a machine on and leaves a file in its guest; the next one
 * finds both. Then a person looks at the files.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, sep } from 'node:path';
import {
  createVix,
  Vix_Out,
  VIX_API_VERSION,
  VIX_INVALID_HANDLE,
  VIX_POWERSTATE_POWERED_ON,
  VIX_PROPERTY_JOB_RESULT_GUEST_OBJECT_EXISTS,
  VIX_PROPERTY_JOB_RESULT_HANDLE,
  VIX_PROPERTY_NONE,
  VIX_PROPERTY_VM_POWER_STATE,
  VIX_SERVICEPROVIDER_VMWARE_WORKSTATION,
  VIX_VMPOWEROP_NORMAL,
  type VixHandle,
} from 'revix';
import { createMockBackend, InventoryBuilder } from 'revix/mock';

const location = '[datastore1] web/web.vmx';

/** What each of the two processes does with the directory. */
async function work(directory: string): Promise<void> {
  const inventory = new InventoryBuilder().linux('web').build();
  const vix = createVix({ backends: [createMockBackend({ directory, inventory })] });

  async function resultHandle(jobHandle: VixHandle): Promise<VixHandle> {
    const handle = Vix_Out(VIX_INVALID_HANDLE);
    const err = await vix.VixJob_Wait(jobHandle, VIX_PROPERTY_JOB_RESULT_HANDLE, handle, VIX_PROPERTY_NONE);
    if (err !== 0) throw new Error(vix.Revix_GetJobMessage(jobHandle));
    vix.Vix_ReleaseHandle(jobHandle);
    return handle.value;
  }

  async function finish(jobHandle: VixHandle): Promise<void> {
    const err = await vix.VixJob_Wait(jobHandle, VIX_PROPERTY_NONE);
    if (err !== 0) throw new Error(vix.Revix_GetJobMessage(jobHandle));
    vix.Vix_ReleaseHandle(jobHandle);
  }

  const provider = VIX_SERVICEPROVIDER_VMWARE_WORKSTATION;
  const host = await resultHandle(
    vix.VixHost_Connect(VIX_API_VERSION, provider, null, 0, null, null, 0, VIX_INVALID_HANDLE, null, null),
  );
  const vm = await resultHandle(vix.VixHost_OpenVM(host, location, 0, VIX_INVALID_HANDLE, null, null));

  const power = Vix_Out<number>();
  await vix.Vix_GetProperties(vm, VIX_PROPERTY_VM_POWER_STATE, power, VIX_PROPERTY_NONE);
  const isOn = (power.value & VIX_POWERSTATE_POWERED_ON) !== 0;
  console.log(`  the machine is ${isOn ? 'on' : 'off'}`);
  if (!isOn) await finish(vix.VixVM_PowerOn(vm, VIX_VMPOWEROP_NORMAL, VIX_INVALID_HANDLE, null, null));
  await finish(vix.VixVM_WaitForToolsInGuest(vm, 300, null, null));
  await finish(vix.VixVM_LoginInGuest(vm, 'user', 'password', 0, null, null));

  const exists = Vix_Out<boolean>();
  const job = vix.VixVM_FileExistsInGuest(vm, '/home/user/note.txt', null, null);
  await vix.VixJob_Wait(job, VIX_PROPERTY_JOB_RESULT_GUEST_OBJECT_EXISTS, exists, VIX_PROPERTY_NONE);
  vix.Vix_ReleaseHandle(job);
  console.log(`  the note is ${exists.value ? 'there' : 'not there'}`);
  const script = 'echo hello > /home/user/note.txt';
  await finish(vix.VixVM_RunScriptInGuest(vm, '/bin/sh', script, 0, VIX_INVALID_HANDLE, null, null));

  vix.Vix_ReleaseHandle(vm);
  console.log(`handles left beside the host: ${vix.Revix_DumpHandles().length - 1}`);
  await vix.Revix_Close();
}

const [, thisFile = '', given] = process.argv;
if (given !== undefined) {
  await work(given);
} else {
  const directory = mkdtempSync(join(tmpdir(), 'revix-lab-'));
  for (const turn of ['first', 'second']) {
    console.log(`${turn} process:`);
    process.stdout.write(execFileSync(process.execPath, [thisFile, directory]));
  }

  console.log('in the directory:');
  const paths = readdirSync(directory, { recursive: true, encoding: 'utf8' }).filter((path) =>
    statSync(join(directory, path)).isFile(),
  );
  for (const path of paths.toSorted()) {
    console.log(`  ${path.replaceAll(sep, '/').replace(/files-\d+-[0-9a-f]+/, 'files-<n>')}`);
  }
  console.log('of the .vmx file:');
  const vmx = readFileSync(join(directory, 'Datacenter', 'datastore1', 'web', 'web.vmx'), 'utf8');
  for (const line of vmx.split('\n')) if (/^(displayName|guestOS|memsize)/.test(line)) console.log(`  ${line}`);
  rmSync(directory, { recursive: true });
}
