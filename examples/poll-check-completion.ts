/**
 * Asks again and again whether a job is done, instead of waiting for it: what programs with a progress display or a main
 * loop of their own did. Between two questions the program does something else; here it lets some time pass.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import {
  Revix_DumpHandles,
  Vix_GetErrorText,
  Vix_GetProperties,
  Vix_Out,
  Vix_ReleaseHandle,
  VIX_API_VERSION,
  VIX_FAILED,
  VIX_INVALID_HANDLE,
  VIX_OK,
  VIX_POWERSTATE_POWERED_ON,
  VIX_PROPERTY_JOB_RESULT_HANDLE,
  VIX_PROPERTY_NONE,
  VIX_PROPERTY_VM_POWER_STATE,
  VIX_SERVICEPROVIDER_VMWARE_WORKSTATION,
  VIX_VMPOWEROP_NORMAL,
  VixHost_Connect,
  VixHost_Disconnect,
  VixHost_OpenVM,
  VixJob_CheckCompletion,
  VixJob_GetError,
  VixVM_PowerOff,
  VixVM_PowerOn,
  VixVM_WaitForToolsInGuest,
  type VixError,
  type VixHandle,
} from 'revix';

/** Polls a job to its end. */
async function Poll(what: string, jobHandle: VixHandle): Promise<VixError> {
  const isCompleted = Vix_Out(false);

  for (;;) {
    const err = VixJob_CheckCompletion(jobHandle, isCompleted);
    // This says whether the question could be answered, and nothing of the operation.
    if (VIX_FAILED(err)) return err;
    if (isCompleted.value) break;
    await sleep(10);
  }
  console.log(`${what}: done`);
  return VixJob_GetError(jobHandle);
}

async function PrintPowerState(vmHandle: VixHandle): Promise<VixError> {
  const powerState = Vix_Out<number>();
  const err = await Vix_GetProperties(vmHandle, VIX_PROPERTY_VM_POWER_STATE, powerState, VIX_PROPERTY_NONE);
  if (VIX_FAILED(err)) return err;
  console.log(`  ${powerState.value & VIX_POWERSTATE_POWERED_ON ? 'on' : 'off'}`);
  return err;
}

async function main(): Promise<VixError> {
  let err: VixError = VIX_OK;
  const hostHandle = Vix_Out(VIX_INVALID_HANDLE);
  let jobHandle = VIX_INVALID_HANDLE;
  const vmHandle = Vix_Out(VIX_INVALID_HANDLE);

  abort: {
    jobHandle = VixHost_Connect(
      VIX_API_VERSION,
      VIX_SERVICEPROVIDER_VMWARE_WORKSTATION,
      null, // hostName
      0, // hostPort
      null, // userName
      null, // password
      0, // options
      VIX_INVALID_HANDLE, // propertyListHandle
      null, // callbackProc
      null, // clientData
    );
    err = await Poll('connect', jobHandle);
    if (VIX_FAILED(err)) break abort;
    err = await Vix_GetProperties(jobHandle, VIX_PROPERTY_JOB_RESULT_HANDLE, hostHandle, VIX_PROPERTY_NONE);
    if (VIX_FAILED(err)) break abort;
    Vix_ReleaseHandle(jobHandle);

    jobHandle = VixHost_OpenVM(hostHandle.value, '/vms/linux/linux.vmx', 0, VIX_INVALID_HANDLE, null, null);
    err = await Poll('open', jobHandle);
    if (VIX_FAILED(err)) break abort;
    err = await Vix_GetProperties(jobHandle, VIX_PROPERTY_JOB_RESULT_HANDLE, vmHandle, VIX_PROPERTY_NONE);
    if (VIX_FAILED(err)) break abort;
    Vix_ReleaseHandle(jobHandle);

    jobHandle = VixVM_PowerOn(vmHandle.value, VIX_VMPOWEROP_NORMAL, VIX_INVALID_HANDLE, null, null);
    err = await Poll('power on', jobHandle);
    if (VIX_FAILED(err)) break abort;
    Vix_ReleaseHandle(jobHandle);
    err = await PrintPowerState(vmHandle.value);
    if (VIX_FAILED(err)) break abort;

    jobHandle = VixVM_WaitForToolsInGuest(vmHandle.value, 300, null, null);
    err = await Poll('wait for Tools', jobHandle);
    if (VIX_FAILED(err)) break abort;
    Vix_ReleaseHandle(jobHandle);

    jobHandle = VixVM_PowerOff(vmHandle.value, VIX_VMPOWEROP_NORMAL, null, null);
    err = await Poll('power off', jobHandle);
    if (VIX_FAILED(err)) break abort;
    Vix_ReleaseHandle(jobHandle);

    // A machine that is off cannot be powered off; the poll ends all the same, and the error is in the job.
    jobHandle = VixVM_PowerOff(vmHandle.value, VIX_VMPOWEROP_NORMAL, null, null);
    console.log(`  the error: ${Vix_GetErrorText(await Poll('power off again', jobHandle), null)}`);
  }

  if (VIX_FAILED(err)) console.error(`failed: ${Vix_GetErrorText(err, null)}`);
  Vix_ReleaseHandle(jobHandle);
  Vix_ReleaseHandle(vmHandle.value);
  console.log(`handles left beside the host: ${Revix_DumpHandles().length - 1}`);
  VixHost_Disconnect(hostHandle.value);
  return err;
}

process.exitCode = VIX_FAILED(await main()) ? 1 : 0;
