/**
 * A host that fails on demand: each kind of fault rule, and what the program sees of it. Faults are data, so they may as
 * well stand in an inventory file.
 */
import {
  createVix,
  Vix_Out,
  VIX_API_VERSION,
  VIX_INVALID_HANDLE,
  VIX_PROPERTY_JOB_RESULT_HANDLE,
  VIX_PROPERTY_NONE,
  VIX_SERVICEPROVIDER_VMWARE_WORKSTATION,
  VIX_VMPOWEROP_NORMAL,
  type VixHandle,
} from 'revix';
import { createMockBackend, InventoryBuilder } from 'revix/mock';

const inventory = new InventoryBuilder()
  .linux('web', { power: 'on' })
  .linux('slow')
  .fault({ operation: 'power.on', vm: 'slow', effect: { delayMs: 60 } })
  .build();
const backend = createMockBackend({ inventory });
const vix = createVix({ backends: [backend] });
const { faults } = await backend.world();

async function resultHandle(jobHandle: VixHandle): Promise<VixHandle> {
  const handle = Vix_Out(VIX_INVALID_HANDLE);
  const err = await vix.VixJob_Wait(jobHandle, VIX_PROPERTY_JOB_RESULT_HANDLE, handle, VIX_PROPERTY_NONE);
  if (err !== 0) throw new Error(vix.Revix_GetJobMessage(jobHandle));
  vix.Vix_ReleaseHandle(jobHandle);
  return handle.value;
}

async function report(what: string, jobHandle: VixHandle): Promise<void> {
  const err = await vix.VixJob_Wait(jobHandle, VIX_PROPERTY_NONE);
  console.log(`${what}: ${err} ${vix.Vix_GetErrorText(err, null)}`);
  const message = vix.Revix_GetJobMessage(jobHandle);
  if (message !== '') console.log(`  ${message}`);
  vix.Vix_ReleaseHandle(jobHandle);
}

const connect = (): VixHandle =>
  vix.VixHost_Connect(VIX_API_VERSION, VIX_SERVICEPROVIDER_VMWARE_WORKSTATION, null, 0, null, null, 0, 0, null, null);

faults.add({ operation: 'connect', count: 1, effect: { error: 'host-unreachable' } });
await report('first connect', connect());
const host = await resultHandle(connect());

const slow = await resultHandle(vix.VixHost_OpenVM(host, '[datastore1] slow/slow.vmx', 0, 0, null, null));
const startMs = Date.now();
await report('delayed power on', vix.VixVM_PowerOn(slow, VIX_VMPOWEROP_NORMAL, VIX_INVALID_HANDLE, null, null));
console.log(`  took at least 60 ms: ${Date.now() - startMs >= 60}`);

const vm = await resultHandle(vix.VixHost_OpenVM(host, '[datastore1] web/web.vmx', 0, 0, null, null));
faults.add({ operation: 'guest.*', count: 1, effect: { error: 'tools-not-running', message: 'Tools crashed.' } });
await report('login, first', vix.VixVM_LoginInGuest(vm, 'user', 'password', 0, null, null));
await report('login, second', vix.VixVM_LoginInGuest(vm, 'user', 'password', 0, null, null));

const half = faults.add({ operation: 'guest.files.stat', probability: 0.5, seed: 7, effect: { error: 'busy' } });
let failures = 0;
for (let i = 0; i < 20; i++) {
  const job = vix.VixVM_FileExistsInGuest(vm, '/etc/passwd', null, null);
  if ((await vix.VixJob_Wait(job, VIX_PROPERTY_NONE)) !== 0) failures += 1;
  vix.Vix_ReleaseHandle(job);
}
console.log(`of 20 calls with a chance of one half ${failures} failed, each time the same ones`);
faults.remove(half);

faults.add({ operation: 'snapshots.create', effect: { never: true } });
const other = await resultHandle(connect());
const sameVm = await resultHandle(vix.VixHost_OpenVM(other, '[datastore1] slow/slow.vmx', 0, 0, null, null));
const stuck = vix.VixVM_CreateSnapshot(sameVm, 'stuck', null, 0, VIX_INVALID_HANDLE, null, null);
const waiting = report('never answered, until the disconnect', stuck);
vix.VixHost_Disconnect(other);
await waiting;

faults.add({ operation: 'guest.processes', effect: { dropConnection: true } });
await report('list processes', vix.VixVM_ListProcessesInGuest(vm, 0, null, null));
await report('anything after that', vix.VixVM_ListProcessesInGuest(vm, 0, null, null));

vix.Vix_ReleaseHandle(slow);
vix.Vix_ReleaseHandle(vm);
console.log(`handles left beside the host: ${vix.Revix_DumpHandles().length - 1}`);
await vix.Revix_Close();
