/**
 * A watchdog: lists the processes of a guest, kills those of a given name, and lists them again. To have something to
 * kill it starts three of them, without waiting for their end.
 */
import {
  Revix_DumpHandles,
  Vix_FreeBuffer,
  Vix_GetErrorText,
  Vix_Out,
  Vix_ReleaseHandle,
  VIX_API_VERSION,
  VIX_FAILED,
  VIX_INVALID_HANDLE,
  VIX_OK,
  VIX_PROPERTY_JOB_RESULT_HANDLE,
  VIX_PROPERTY_JOB_RESULT_ITEM_NAME,
  VIX_PROPERTY_JOB_RESULT_PROCESS_COMMAND,
  VIX_PROPERTY_JOB_RESULT_PROCESS_ID,
  VIX_PROPERTY_JOB_RESULT_PROCESS_OWNER,
  VIX_PROPERTY_NONE,
  VIX_RUNPROGRAM_RETURN_IMMEDIATELY,
  VIX_SERVICEPROVIDER_VMWARE_WORKSTATION,
  VixHost_Connect,
  VixHost_Disconnect,
  VixHost_OpenVM,
  VixJob_GetNthProperties,
  VixJob_GetNumProperties,
  VixJob_Wait,
  VixVM_KillProcessInGuest,
  VixVM_ListProcessesInGuest,
  VixVM_LoginInGuest,
  VixVM_RunProgramInGuest,
  type VixError,
  type VixHandle,
} from 'revix';

const victim = process.argv[2] ?? 'sleep';

async function StartSleep(vmHandle: VixHandle, seconds: number): Promise<VixError> {
  const pid = Vix_Out(0);
  const jobHandle = VixVM_RunProgramInGuest(
    vmHandle,
    '/bin/sleep',
    String(seconds),
    VIX_RUNPROGRAM_RETURN_IMMEDIATELY,
    VIX_INVALID_HANDLE, // propertyListHandle
    null, // callbackProc
    null, // clientData
  );
  const err = await VixJob_Wait(jobHandle, VIX_PROPERTY_JOB_RESULT_PROCESS_ID, pid, VIX_PROPERTY_NONE);
  Vix_ReleaseHandle(jobHandle);
  if (!VIX_FAILED(err)) console.log(`started process ${pid.value}`);
  return err;
}

/** Prints the process table, and puts the ids of the processes to kill into the list. */
async function ListProcesses(vmHandle: VixHandle, victims: number[]): Promise<VixError> {
  const jobHandle = VixVM_ListProcessesInGuest(vmHandle, 0, null, null);
  let err = await VixJob_Wait(jobHandle, VIX_PROPERTY_NONE);
  const num = VIX_FAILED(err) ? 0 : VixJob_GetNumProperties(jobHandle, VIX_PROPERTY_JOB_RESULT_ITEM_NAME);

  for (let i = 0; i < num; i++) {
    const name = Vix_Out<string>();
    const pid = Vix_Out<number>();
    const owner = Vix_Out<string>();
    const command = Vix_Out<string>();
    err = VixJob_GetNthProperties(
      jobHandle,
      i,
      VIX_PROPERTY_JOB_RESULT_ITEM_NAME,
      name,
      VIX_PROPERTY_JOB_RESULT_PROCESS_ID,
      pid,
      VIX_PROPERTY_JOB_RESULT_PROCESS_OWNER,
      owner,
      VIX_PROPERTY_JOB_RESULT_PROCESS_COMMAND,
      command,
      VIX_PROPERTY_NONE,
    );
    if (VIX_FAILED(err)) break;
    console.log(`  ${String(pid.value).padStart(5)} ${owner.value} ${name.value} <${command.value}>`);
    if (name.value === victim) victims.push(pid.value);
    Vix_FreeBuffer(name.value);
    Vix_FreeBuffer(owner.value);
    Vix_FreeBuffer(command.value);
  }

  Vix_ReleaseHandle(jobHandle);
  return err;
}

async function KillProcess(vmHandle: VixHandle, pid: number): Promise<VixError> {
  const jobHandle = VixVM_KillProcessInGuest(vmHandle, pid, 0, null, null);
  const err = await VixJob_Wait(jobHandle, VIX_PROPERTY_NONE);
  Vix_ReleaseHandle(jobHandle);
  console.log(`kill ${pid}: ${Vix_GetErrorText(err, null)}`);
  return err;
}

async function main(): Promise<VixError> {
  let err: VixError = VIX_OK;
  const hostHandle = Vix_Out(VIX_INVALID_HANDLE);
  let jobHandle = VIX_INVALID_HANDLE;
  const vmHandle = Vix_Out(VIX_INVALID_HANDLE);
  const victims: number[] = [];

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
    err = await VixJob_Wait(jobHandle, VIX_PROPERTY_JOB_RESULT_HANDLE, hostHandle, VIX_PROPERTY_NONE);
    if (VIX_FAILED(err)) break abort;
    Vix_ReleaseHandle(jobHandle);

    jobHandle = VixHost_OpenVM(hostHandle.value, '[datastore1] web/web.vmx', 0, VIX_INVALID_HANDLE, null, null);
    err = await VixJob_Wait(jobHandle, VIX_PROPERTY_JOB_RESULT_HANDLE, vmHandle, VIX_PROPERTY_NONE);
    if (VIX_FAILED(err)) break abort;
    Vix_ReleaseHandle(jobHandle);

    jobHandle = VixVM_LoginInGuest(vmHandle.value, 'user', 'password', 0, null, null);
    err = await VixJob_Wait(jobHandle, VIX_PROPERTY_NONE);
    if (VIX_FAILED(err)) break abort;

    for (const seconds of [600, 601, 602]) {
      err = await StartSleep(vmHandle.value, seconds);
      if (VIX_FAILED(err)) break abort;
    }

    console.log('before:');
    err = await ListProcesses(vmHandle.value, victims);
    if (VIX_FAILED(err)) break abort;

    for (const pid of victims) {
      err = await KillProcess(vmHandle.value, pid);
      if (VIX_FAILED(err)) break abort;
    }

    console.log('after:');
    err = await ListProcesses(vmHandle.value, []);
    if (VIX_FAILED(err)) break abort;

    // What must fail: a process that is gone, and one of somebody else.
    await KillProcess(vmHandle.value, victims[0] ?? 0);
    await KillProcess(vmHandle.value, 604);
  }

  if (VIX_FAILED(err)) console.error(`failed: ${Vix_GetErrorText(err, null)}`);
  Vix_ReleaseHandle(jobHandle);
  Vix_ReleaseHandle(vmHandle.value);
  console.log(`handles left beside the host: ${Revix_DumpHandles().length - 1}`);
  VixHost_Disconnect(hostHandle.value);
  return err;
}

process.exitCode = VIX_FAILED(await main()) ? 1 : 0;
