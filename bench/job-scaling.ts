import { VIX_INVALID_HANDLE, VIX_PROPERTY_NONE, type Vix, type VixHandle } from 'revix';
import { connectIdle, openIdle } from './open-vm.js';
import type { Figure } from './figure.js';
import { ratios } from './ratio.js';

const manyJobs = 10_000;
const fewJobs = 100;
const jobsPerVm = 10;

/** Time per job of 10,000 jobs in flight together on 1,000 VMs, against 100 jobs on 10 of them: as many on each VM. */
export async function measureScaling(): Promise<Figure[]> {
  const { vix, host } = await connectIdle();
  const vms = await Promise.all(
    Array.from({ length: manyJobs / jobsPerVm }, (_, index) => openIdle(vix, host, `/vms/${index}.vmx`)),
  );
  const [ratio = Number.NaN] = await ratios(
    {
      // As many jobs in both, so that both meet the same garbage collector.
      few: async () => {
        for (let done = 0; done < manyJobs; done += fewJobs) await inFlight(vix, vms, fewJobs);
      },
      many: () => inFlight(vix, vms, manyJobs),
    },
    [['many', 'few']],
    20,
  );
  await vix.Revix_Close();
  return [{ what: 'time per job, 10,000 in flight / 100 in flight', value: ratio, unit: 'x', goal: 1.3 }];
}

async function inFlight(vix: Vix, vms: readonly VixHandle[], count: number): Promise<void> {
  const jobs: VixHandle[] = [];
  const vmCount = count / jobsPerVm;
  for (let index = 0; index < count; index += 1) {
    const vm = vms[index % vmCount] ?? VIX_INVALID_HANDLE;
    jobs.push(vix.VixVM_PowerOn(vm, 0, VIX_INVALID_HANDLE, null, null));
  }
  for (const job of jobs) {
    await vix.VixJob_Wait(job, VIX_PROPERTY_NONE);
    vix.Vix_ReleaseHandle(job);
  }
}
