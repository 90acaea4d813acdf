import { type Vix, Vix_Out, VIX_PROPERTY_NONE, type VixHandle } from 'revix';
import { connectIdle, openIdle } from './open-vm.js';
import type { Figure } from './figure.js';
import { heapBytes } from './heap-bytes.js';

const handleCount = 1_000_000;
const jobCount = 100_000;

/**
 * Heap that one live handle costs, with a million of them alive: of empty property lists, so that only the handle counts.
 * And what a finished job costs that nobody releases, with all that it keeps for who asks.
 */
export async function measureHandles(): Promise<Figure[]> {
  const { vix, host } = await connectIdle();
  const handle = await measured(handleCount, () => makeLists(vix, host));
  const vm = await openIdle(vix, host, '/vms/a.vmx');
  const job = await measured(jobCount, () => finishJobs(vix, vm));
  vix.VixHost_Disconnect(host);
  await vix.Revix_Close();
  return [
    { what: 'heap per live handle at 1,000,000', value: handle, unit: 'bytes', goal: 250 },
    { what: 'heap per finished job that is not released', value: job, unit: 'bytes', goal: null },
  ];
}

async function measured(count: number, make: () => Promise<void> | void): Promise<number> {
  const before = heapBytes();
  await make();
  return (heapBytes() - before) / count;
}

function makeLists(vix: Vix, host: VixHandle): void {
  const cell = Vix_Out<VixHandle>();
  for (let index = 0; index < handleCount; index += 1) {
    vix.VixPropertyList_AllocPropertyList(host, cell, VIX_PROPERTY_NONE);
  }
}

async function finishJobs(vix: Vix, vm: VixHandle): Promise<void> {
  for (let index = 0; index < jobCount; index += 1) {
    await vix.VixJob_Wait(vix.VixVM_LogoutFromGuest(vm, null, null), VIX_PROPERTY_NONE);
  }
}
