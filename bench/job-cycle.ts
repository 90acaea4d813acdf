import PQueue from 'p-queue';
import { VIX_INVALID_HANDLE, VIX_PROPERTY_NONE } from 'revix';
import { connectIdle, openIdle } from './open-vm.js';
import type { Figure } from './figure.js';
import { ratios } from './ratio.js';

/**
 * A full job cycle (start, run, callback, wait, release) against a bare queue add and a bare async call of the same
 * empty work: once for work that takes the lane of its VM, once for work that takes none.
 */
export async function measureJobs(): Promise<Figure[]> {
  const { vix, host } = await connectIdle();
  const vm = await openIdle(vix, host, '/vms/a.vmx');
  const queue = new PQueue({ concurrency: 1 });
  const emptyWork = async (): Promise<void> => {};
  const callback = (): void => {};
  const [lane = Number.NaN, noLane = Number.NaN] = await ratios(
    {
      call: async (times) => {
        for (let time = 0; time < times; time += 1) await emptyWork();
      },
      queue: async (times) => {
        for (let time = 0; time < times; time += 1) await queue.add(emptyWork);
      },
      lane: async (times) => {
        for (let time = 0; time < times; time += 1) {
          const job = vix.VixVM_PowerOn(vm, 0, VIX_INVALID_HANDLE, callback, null);
          await vix.VixJob_Wait(job, VIX_PROPERTY_NONE);
          vix.Vix_ReleaseHandle(job);
        }
      },
      noLane: async (times) => {
        for (let time = 0; time < times; time += 1) {
          const job = vix.VixVM_LogoutFromGuest(vm, callback, null);
          await vix.VixJob_Wait(job, VIX_PROPERTY_NONE);
          vix.Vix_ReleaseHandle(job);
        }
      },
    },
    [
      ['lane', 'queue'],
      ['noLane', 'call'],
    ],
    300,
  );
  await vix.Revix_Close();
  return [
    { what: 'full job cycle in a lane / bare PQueue.add', value: lane, unit: 'x', goal: 2 },
    { what: 'full job cycle without a lane / bare async call', value: noLane, unit: 'x', goal: 12 },
  ];
}
