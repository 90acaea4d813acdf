import { createVix as createAsyncVix, VIX_PROPERTY_NONE, VIX_PROPERTY_VM_NUM_VCPUS, Vix_Out } from 'revix';
import {
  createVix as createSyncVix,
  VIX_API_VERSION,
  VIX_INVALID_HANDLE,
  VIX_PROPERTY_JOB_RESULT_HANDLE,
  VIX_SERVICEPROVIDER_DEFAULT,
  type VixHandle,
} from 'revix/sync';
import type { Figure } from './figure.js';
import { ratios } from './ratio.js';

const path = '/vms/linux/linux.vmx';

/** A property read over the mock host: blocking, through the engine's thread, against the same read awaited. */
export async function measureBlocking(): Promise<Figure[]> {
  const vix = createAsyncVix({ config: {} });
  const sync = createSyncVix({ config: {} });
  const cell = Vix_Out<VixHandle>();
  const connection = [
    VIX_API_VERSION,
    VIX_SERVICEPROVIDER_DEFAULT,
    null,
    0,
    null,
    null,
    0,
    VIX_INVALID_HANDLE,
  ] as const;

  await vix.VixJob_Wait(
    vix.VixHost_Connect(...connection, null, null),
    VIX_PROPERTY_JOB_RESULT_HANDLE,
    cell,
    VIX_PROPERTY_NONE,
  );
  await vix.VixJob_Wait(
    vix.VixVM_Open(cell.value, path, null, null),
    VIX_PROPERTY_JOB_RESULT_HANDLE,
    cell,
    VIX_PROPERTY_NONE,
  );
  const vm = cell.value;
  sync.VixJob_Wait(
    sync.VixHost_Connect(...connection, null, null),
    VIX_PROPERTY_JOB_RESULT_HANDLE,
    cell,
    VIX_PROPERTY_NONE,
  );
  sync.VixJob_Wait(
    sync.VixVM_Open(cell.value, path, null, null),
    VIX_PROPERTY_JOB_RESULT_HANDLE,
    cell,
    VIX_PROPERTY_NONE,
  );
  const blockingVm = cell.value;

  const cpus = Vix_Out<number>();
  const [blocking = Number.NaN] = await ratios(
    {
      awaited: async (times) => {
        for (let time = 0; time < times; time += 1) {
          await vix.Vix_GetProperties(vm, VIX_PROPERTY_VM_NUM_VCPUS, cpus, VIX_PROPERTY_NONE);
        }
      },
      blocking: (times) => {
        for (let time = 0; time < times; time += 1) {
          sync.Vix_GetProperties(blockingVm, VIX_PROPERTY_VM_NUM_VCPUS, cpus, VIX_PROPERTY_NONE);
        }
        return Promise.resolve();
      },
    },
    [['blocking', 'awaited']],
    300,
  );
  sync.Revix_Close();
  await vix.Revix_Close();
  return [{ what: 'blocking property read / the same read awaited', value: blocking, unit: 'x', goal: null }];
}
