/**
 * examples/event-pump.ts over the blocking door: the loop that pumps is a plain loop, and to sleep is to block.
 */
import {
  Revix_DumpHandles,
  Vix_FreeBuffer,
  Vix_GetErrorText,
  Vix_GetProperties,
  Vix_Out,
  Vix_PumpEvents,
  Vix_ReleaseHandle,
  VIX_API_VERSION,
  VIX_EVENTTYPE_FIND_ITEM,
  VIX_EVENTTYPE_JOB_COMPLETED,
  VIX_FAILED,
  VIX_FIND_RUNNING_VMS,
  VIX_HOSTOPTION_USE_EVENT_PUMP,
  VIX_INVALID_HANDLE,
  VIX_OK,
  VIX_PROPERTY_FOUND_ITEM_LOCATION,
  VIX_PROPERTY_JOB_RESULT_HANDLE,
  VIX_PROPERTY_NONE,
  VIX_PUMPEVENTOPTION_NONE,
  VIX_SERVICEPROVIDER_VMWARE_WORKSTATION,
  VixHost_Connect,
  VixHost_Disconnect,
  VixHost_FindItems,
  VixJob_CheckCompletion,
  VixJob_GetError,
  VixJob_GetNthProperties,
  VixJob_GetNumProperties,
  type VixError,
  type VixEventType,
  type VixHandle,
} from 'revix/sync';

let isPumping = false;

function sleep(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}

function OnEvent(jobHandle: VixHandle, eventType: VixEventType): void {
  const where = isPumping ? 'inside Vix_PumpEvents' : 'OUTSIDE Vix_PumpEvents';
  const url = Vix_Out<string>();

  if (VIX_EVENTTYPE_FIND_ITEM === eventType) {
    console.log(`${where}: an item`);
  }
  if (VIX_EVENTTYPE_JOB_COMPLETED === eventType) {
    console.log(`${where}: completed; the items are`);
    const num = VixJob_GetNumProperties(jobHandle, VIX_PROPERTY_FOUND_ITEM_LOCATION);
    for (let i = 0; i < num; i++) {
      const err = VixJob_GetNthProperties(jobHandle, i, VIX_PROPERTY_FOUND_ITEM_LOCATION, url, VIX_PROPERTY_NONE);
      if (VIX_FAILED(err)) return;
      console.log(`  ${url.value}`);
      Vix_FreeBuffer(url.value);
    }
  }
}

/** Pumps until a job is done. */
function PumpUntilDone(hostHandle: VixHandle, jobHandle: VixHandle): VixError {
  const isCompleted = Vix_Out(false);

  while (!isCompleted.value) {
    isPumping = true;
    Vix_PumpEvents(hostHandle, VIX_PUMPEVENTOPTION_NONE);
    isPumping = false;
    const err = VixJob_CheckCompletion(jobHandle, isCompleted);
    if (VIX_FAILED(err)) return err;
    sleep(1);
  }
  return VixJob_GetError(jobHandle);
}

function main(): VixError {
  let err: VixError = VIX_OK;
  const hostHandle = Vix_Out(VIX_INVALID_HANDLE);
  let jobHandle = VIX_INVALID_HANDLE;
  const isCompleted = Vix_Out(false);

  abort: {
    jobHandle = VixHost_Connect(
      VIX_API_VERSION,
      VIX_SERVICEPROVIDER_VMWARE_WORKSTATION,
      null, // hostName
      0, // hostPort
      null, // userName
      null, // password
      VIX_HOSTOPTION_USE_EVENT_PUMP,
      VIX_INVALID_HANDLE, // propertyListHandle
      null, // callbackProc
      null, // clientData
    );
    // There is no host handle to pump yet; the invalid one stands for all connections.
    err = PumpUntilDone(VIX_INVALID_HANDLE, jobHandle);
    if (VIX_FAILED(err)) break abort;
    err = Vix_GetProperties(jobHandle, VIX_PROPERTY_JOB_RESULT_HANDLE, hostHandle, VIX_PROPERTY_NONE);
    if (VIX_FAILED(err)) break abort;
    Vix_ReleaseHandle(jobHandle);
    console.log('connected');

    jobHandle = VixHost_FindItems(hostHandle.value, VIX_FIND_RUNNING_VMS, VIX_INVALID_HANDLE, -1, OnEvent, null);
    sleep(50);
    err = VixJob_CheckCompletion(jobHandle, isCompleted);
    if (VIX_FAILED(err)) break abort;
    console.log(`before the first pump the job is ${isCompleted.value ? 'done' : 'not done'}, and nothing was called`);

    err = PumpUntilDone(hostHandle.value, jobHandle);
  }

  if (VIX_FAILED(err)) console.error(`failed: ${Vix_GetErrorText(err, null)}`);
  Vix_ReleaseHandle(jobHandle);
  console.log(`handles left beside the host: ${Revix_DumpHandles().length - 1}`);
  VixHost_Disconnect(hostHandle.value);
  return err;
}

process.exitCode = VIX_FAILED(main()) ? 1 : 0;
