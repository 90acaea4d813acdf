/**
 * A mock host on a clock that moves only when told to: five minutes of boot pass at once, and a time limit expires
 * exactly when it should.
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
import { createMockBackend, FakeClock, InventoryBuilder } from 'revix/mock';

const clock = new FakeClock(Date.UTC(2026, 0, 1));
const inventory = new InventoryBuilder().linux('slow', { tools: { bootDelayMs: 300_000 } }).build();
const vix = createVix({ clock, backends: [createMockBackend({ clock, inventory })] });

/** Lets a job run its course while the clock goes on, a second at a time. */
async function drive(jobHandle: VixHandle): Promise<number> {
  const isDone = Vix_Out(false);
  for (;;) {
    vix.VixJob_CheckCompletion(jobHandle, isDone);
    if (isDone.value) return vix.VixJob_GetError(jobHandle);
    await clock.advance(1000);
  }
}

async function resultHandle(jobHandle: VixHandle): Promise<VixHandle> {
  await drive(jobHandle);
  const handle = Vix_Out(VIX_INVALID_HANDLE);
  await vix.VixJob_Wait(jobHandle, VIX_PROPERTY_JOB_RESULT_HANDLE, handle, VIX_PROPERTY_NONE);
  vix.Vix_ReleaseHandle(jobHandle);
  return handle.value;
}

async function timed(what: string, jobHandle: VixHandle): Promise<void> {
  const startMs = clock.now();
  const err = await drive(jobHandle);
  const seconds = Math.round((clock.now() - startMs) / 1000);
  console.log(`${what}: error ${err} after about ${seconds} s of the clock`);
  vix.Vix_ReleaseHandle(jobHandle);
}

const provider = VIX_SERVICEPROVIDER_VMWARE_WORKSTATION;
const host = await resultHandle(
  vix.VixHost_Connect(VIX_API_VERSION, provider, null, 0, null, null, 0, VIX_INVALID_HANDLE, null, null),
);
const vm = await resultHandle(vix.VixHost_OpenVM(host, '[datastore1] slow/slow.vmx', 0, 0, null, null));

await timed('power on', vix.VixVM_PowerOn(vm, VIX_VMPOWEROP_NORMAL, VIX_INVALID_HANDLE, null, null));
await timed('wait for Tools, at most 60 s', vix.VixVM_WaitForToolsInGuest(vm, 60, null, null));
await timed('wait for Tools, at most 600 s', vix.VixVM_WaitForToolsInGuest(vm, 600, null, null));
console.log(`the clock shows ${new Date(clock.now()).toISOString().slice(0, 16)}`);

vix.Vix_ReleaseHandle(vm);
console.log(`handles left beside the host: ${vix.Revix_DumpHandles().length - 1}`);
await vix.Revix_Close();
