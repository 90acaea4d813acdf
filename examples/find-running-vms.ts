/**
 * Lists what runs on the local host. Each virtual machine comes as an event to a callback, and the count comes back
 * through the client data.
 */
import {
  Revix_DumpHandles,
  Vix_FreeBuffer,
  Vix_GetErrorText,
  Vix_GetProperties,
  Vix_Out,
  Vix_ReleaseHandle,
  VIX_API_VERSION,
  VIX_EVENTTYPE_FIND_ITEM,
  VIX_FAILED,
  VIX_FIND_RUNNING_VMS,
  VIX_INVALID_HANDLE,
  VIX_OK,
  VIX_PROPERTY_FOUND_ITEM_LOCATION,
  VIX_PROPERTY_JOB_RESULT_HANDLE,
  VIX_PROPERTY_NONE,
  VIX_SERVICEPROVIDER_VMWARE_WORKSTATION,
  VixHost_Connect,
  VixHost_Disconnect,
  VixHost_FindItems,
  VixJob_Wait,
  type VixError,
  type VixEventType,
  type VixHandle,
  type VixOut,
} from 'revix';

async function VixDiscoveryProc(
  _jobHandle: VixHandle,
  eventType: VixEventType,
  moreEventInfo: VixHandle,
  clientData: unknown,
): Promise<void> {
  const url = Vix_Out<string>();
  const count = clientData as VixOut<number>;

  // Other events of the job are none of our business.
  if (VIX_EVENTTYPE_FIND_ITEM !== eventType) {
    return;
  }
  const err = await Vix_GetProperties(moreEventInfo, VIX_PROPERTY_FOUND_ITEM_LOCATION, url, VIX_PROPERTY_NONE);
  if (VIX_FAILED(err)) {
    console.error(`an item without a location: ${Vix_GetErrorText(err, null)}`);
    return;
  }
  console.log(`found ${url.value}`);
  count.value += 1;
  Vix_FreeBuffer(url.value);
}

async function main(): Promise<VixError> {
  let err: VixError = VIX_OK;
  const hostHandle = Vix_Out(VIX_INVALID_HANDLE);
  let jobHandle = VIX_INVALID_HANDLE;
  const count = Vix_Out(0);

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
    console.log('looking for running virtual machines');
    jobHandle = VixHost_FindItems(
      hostHandle.value,
      VIX_FIND_RUNNING_VMS,
      VIX_INVALID_HANDLE, // searchCriteria
      -1, // timeout
      VixDiscoveryProc,
      count,
    );
    err = await VixJob_Wait(jobHandle, VIX_PROPERTY_NONE);
    if (VIX_FAILED(err)) break abort;

    console.log(`${count.value} running`);
  }

  if (VIX_FAILED(err)) console.error(`failed: ${Vix_GetErrorText(err, null)}`);
  Vix_ReleaseHandle(jobHandle);
  console.log(`handles left beside the host: ${Revix_DumpHandles().length - 1}`);
  VixHost_Disconnect(hostHandle.value);
  return err;
}

process.exitCode = VIX_FAILED(await main()) ? 1 : 0;
