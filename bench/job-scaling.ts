import {
  createVix,
  Vix_Out,
  VIX_INVALID_HANDLE,
  VIX_PROPERTY_JOB_RESULT_HANDLE,
  VIX_PROPERTY_NONE,
  VIX_SERVICEPROVIDER_DEFAULT,
  VIX_VM_CONFIG_RUNTIME_ONLY,
  type Vix,
  type VixHandle,
} from 'revix';
import { createMockBackend } from 'revix/mock';
import type { Figure } from './figure.js';
import { connectIdle, openIdle } from './open-vm.js';
import { ratios } from './ratio.js';

const manyJobs = 10_000;
const fewJobs = 100;
const jobsPerVm = 10;
const vmCount = manyJobs / jobsPerVm;

type StartJob = (vm: VixHandle) => VixHandle;

/**
 * Time per job of 10,000 jobs in flight together on 1,000 VMs, against 100 jobs on 10 of them, and then the next 10: as
 * many on each VM, and in all the same VMs. Once as programs see it, over the mock host, and once with jobs that do
 * nothing, where the garbage collector is what costs.
 */
export async function measureScaling(): Promise<Figure[]> {
  return [
    { what: 'time per job on the mock host, 10,000 / 100 in flight', value: await overMock(), unit: 'x', goal: 1.3 },
    { what: 'time per empty job, 10,000 / 100 in flight', value: await overIdle(), unit: 'x', goal: null },
  ];
}

async function overMock(): Promise<number> {
  const inventory = { vms: [{ name: 'vm{n}', location: '[lab] vm{n}/vm{n}.vmx', count: vmCount }] };
  const vix = createVix({ backends: [createMockBackend({ inventory })], config: {} });
  const connection = vix.VixHost_Connect(
    -1,
    VIX_SERVICEPROVIDER_DEFAULT,
    null,
    0,
    null,
    null,
    0,
    VIX_INVALID_HANDLE,
    null,
    null,
  );
  const cell = Vix_Out<VixHandle>();
  await vix.VixJob_Wait(connection, VIX_PROPERTY_JOB_RESULT_HANDLE, cell, VIX_PROPERTY_NONE);
  const host = cell.value;
  const vms: VixHandle[] = [];
  for (let number = 1; number <= vmCount; number += 1) {
    const job = vix.VixVM_Open(host, `[lab] vm${number}/vm${number}.vmx`, null, null);
    await vix.VixJob_Wait(job, VIX_PROPERTY_JOB_RESULT_HANDLE, cell, VIX_PROPERTY_NONE);
    vms.push(cell.value);
  }
  return scaling(vix, vms, (vm) => vix.VixVM_ReadVariable(vm, VIX_VM_CONFIG_RUNTIME_ONLY, 'guestOS', 0, null, null));
}

async function overIdle(): Promise<number> {
  const { vix, host } = await connectIdle();
  const vms: VixHandle[] = [];
  for (let index = 0; index < vmCount; index += 1) vms.push(await openIdle(vix, host, `/vms/${index}.vmx`));
  return scaling(vix, vms, (vm) => vix.VixVM_PowerOn(vm, 0, VIX_INVALID_HANDLE, null, null));
}

async function scaling(vix: Vix, vms: readonly VixHandle[], start: StartJob): Promise<number> {
  const [ratio = Number.NaN] = await ratios(
    {
      // As many jobs in both, so that both meet the same garbage collector.
      few: async (times) => {
        for (let time = 0; time < times; time += 1) {
          for (let done = 0; done < vmCount; done += fewJobs / jobsPerVm) {
            await inFlight(vix, vms.slice(done, done + fewJobs / jobsPerVm), start);
          }
        }
      },
      many: async (times) => {
        for (let time = 0; time < times; time += 1) await inFlight(vix, vms, start);
      },
    },
    [['many', 'few']],
    25,
    2,
  );
  await vix.Revix_Close();
  return ratio;
}

async function inFlight(vix: Vix, vms: readonly VixHandle[], start: StartJob): Promise<void> {
  const jobs: VixHandle[] = [];
  for (let round = 0; round < jobsPerVm; round += 1) for (const vm of vms) jobs.push(start(vm));
  for (const job of jobs) {
    await vix.VixJob_Wait(job, VIX_PROPERTY_NONE);
    vix.Vix_ReleaseHandle(job);
  }
}
