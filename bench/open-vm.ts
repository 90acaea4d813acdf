import {
  createVix,
  Vix_Out,
  VIX_API_VERSION,
  VIX_INVALID_HANDLE,
  VIX_PROPERTY_JOB_RESULT_HANDLE,
  VIX_PROPERTY_NONE,
  VIX_SERVICEPROVIDER_DEFAULT,
  type Vix,
  type VixHandle,
} from 'revix';
import { idleBackend } from './idle-backend.js';

/** VIX functions over the idle backend, with a connected host. */
export async function connectIdle(): Promise<{ readonly vix: Vix; readonly host: VixHandle }> {
  const vix = createVix({ backends: [idleBackend], config: {} });
  const host = Vix_Out<VixHandle>();
  const job = vix.VixHost_Connect(
    VIX_API_VERSION,
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
  await vix.VixJob_Wait(job, VIX_PROPERTY_JOB_RESULT_HANDLE, host, VIX_PROPERTY_NONE);
  vix.Vix_ReleaseHandle(job);
  return { vix, host: host.value };
}

/** Opens a virtual machine of the idle backend. */
export async function openIdle(vix: Vix, host: VixHandle, path: string): Promise<VixHandle> {
  const vm = Vix_Out<VixHandle>();
  const job = vix.VixVM_Open(host, path, null, null);
  await vix.VixJob_Wait(job, VIX_PROPERTY_JOB_RESULT_HANDLE, vm, VIX_PROPERTY_NONE);
  vix.Vix_ReleaseHandle(job);
  return vm.value;
}
