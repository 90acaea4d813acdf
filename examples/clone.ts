/**
 * Makes a full and a linked clone of a prepared virtual machine, runs the linked one for a moment, and deletes both: how
 * test laboratories got a fresh machine for each test.
 */
import {
  Revix_DumpHandles,
  Vix_FreeBuffer,
  Vix_GetErrorText,
  Vix_GetProperties,
  Vix_Out,
  Vix_ReleaseHandle,
  VIX_API_VERSION,
  VIX_CLONETYPE_FULL,
  VIX_CLONETYPE_LINKED,
  VIX_FAILED,
  VIX_INVALID_HANDLE,
  VIX_OK,
  VIX_PROPERTY_JOB_RESULT_HANDLE,
  VIX_PROPERTY_NONE,
  VIX_PROPERTY_VM_IS_RUNNING,
  VIX_PROPERTY_VM_NAME,
  VIX_PROPERTY_VM_VMX_PATHNAME,
  VIX_SERVICEPROVIDER_VMWARE_WORKSTATION,
  VIX_VMDELETE_DISK_FILES,
  VIX_VMPOWEROP_NORMAL,
  VixHost_Connect,
  VixHost_Disconnect,
  VixHost_OpenVM,
  VixJob_Wait,
  VixVM_Clone,
  VixVM_CreateSnapshot,
  VixVM_Delete,
  VixVM_PowerOff,
  VixVM_PowerOn,
  type VixError,
  type VixHandle,
} from 'revix';

const vmxPath = '/vms/linux/linux.vmx';

async function PrintVM(vmHandle: VixHandle): Promise<VixError> {
  const name = Vix_Out<string>();
  const path = Vix_Out<string>();
  const isRunning = Vix_Out<boolean>();
  const err = await Vix_GetProperties(
    vmHandle,
    VIX_PROPERTY_VM_NAME,
    name,
    VIX_PROPERTY_VM_VMX_PATHNAME,
    path,
    VIX_PROPERTY_VM_IS_RUNNING,
    isRunning,
    VIX_PROPERTY_NONE,
  );
  if (VIX_FAILED(err)) return err;
  console.log(`  ${name.value} at ${path.value}, ${isRunning.value ? 'running' : 'not running'}`);
  Vix_FreeBuffer(name.value);
  Vix_FreeBuffer(path.value);
  return err;
}

async function main(): Promise<VixError> {
  let err: VixError = VIX_OK;
  const hostHandle = Vix_Out(VIX_INVALID_HANDLE);
  let jobHandle = VIX_INVALID_HANDLE;
  const vmHandle = Vix_Out(VIX_INVALID_HANDLE);
  const snapshotHandle = Vix_Out(VIX_INVALID_HANDLE);
  const fullHandle = Vix_Out(VIX_INVALID_HANDLE);
  const linkedHandle = Vix_Out(VIX_INVALID_HANDLE);

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

    jobHandle = VixHost_OpenVM(hostHandle.value, vmxPath, 0, VIX_INVALID_HANDLE, null, null);
    err = await VixJob_Wait(jobHandle, VIX_PROPERTY_JOB_RESULT_HANDLE, vmHandle, VIX_PROPERTY_NONE);
    if (VIX_FAILED(err)) break abort;
    Vix_ReleaseHandle(jobHandle);

    console.log('full clone of the present state:');
    jobHandle = VixVM_Clone(
      vmHandle.value,
      VIX_INVALID_HANDLE, // snapshotHandle
      VIX_CLONETYPE_FULL,
      '/vms/clones/full.vmx',
      0, // options
      VIX_INVALID_HANDLE, // propertyListHandle
      null, // callbackProc
      null, // clientData
    );
    err = await VixJob_Wait(jobHandle, VIX_PROPERTY_JOB_RESULT_HANDLE, fullHandle, VIX_PROPERTY_NONE);
    if (VIX_FAILED(err)) break abort;
    Vix_ReleaseHandle(jobHandle);
    err = await PrintVM(fullHandle.value);
    if (VIX_FAILED(err)) break abort;

    console.log('linked clone of a snapshot:');
    jobHandle = VixVM_CreateSnapshot(vmHandle.value, 'golden', 'for clones', 0, VIX_INVALID_HANDLE, null, null);
    err = await VixJob_Wait(jobHandle, VIX_PROPERTY_JOB_RESULT_HANDLE, snapshotHandle, VIX_PROPERTY_NONE);
    if (VIX_FAILED(err)) break abort;
    Vix_ReleaseHandle(jobHandle);
    jobHandle = VixVM_Clone(
      vmHandle.value,
      snapshotHandle.value,
      VIX_CLONETYPE_LINKED,
      '/vms/clones/linked.vmx',
      0, // options
      VIX_INVALID_HANDLE, // propertyListHandle
      null, // callbackProc
      null, // clientData
    );
    err = await VixJob_Wait(jobHandle, VIX_PROPERTY_JOB_RESULT_HANDLE, linkedHandle, VIX_PROPERTY_NONE);
    if (VIX_FAILED(err)) break abort;
    Vix_ReleaseHandle(jobHandle);

    jobHandle = VixVM_PowerOn(linkedHandle.value, VIX_VMPOWEROP_NORMAL, VIX_INVALID_HANDLE, null, null);
    err = await VixJob_Wait(jobHandle, VIX_PROPERTY_NONE);
    if (VIX_FAILED(err)) break abort;
    Vix_ReleaseHandle(jobHandle);
    err = await PrintVM(linkedHandle.value);
    if (VIX_FAILED(err)) break abort;
    jobHandle = VixVM_PowerOff(linkedHandle.value, VIX_VMPOWEROP_NORMAL, null, null);
    err = await VixJob_Wait(jobHandle, VIX_PROPERTY_NONE);
    if (VIX_FAILED(err)) break abort;
    Vix_ReleaseHandle(jobHandle);

    for (const clone of [linkedHandle.value, fullHandle.value]) {
      jobHandle = VixVM_Delete(clone, VIX_VMDELETE_DISK_FILES, null, null);
      err = await VixJob_Wait(jobHandle, VIX_PROPERTY_NONE);
      if (VIX_FAILED(err)) break abort;
      Vix_ReleaseHandle(jobHandle);
    }

    // What was deleted cannot be opened any more.
    jobHandle = VixHost_OpenVM(hostHandle.value, '/vms/clones/full.vmx', 0, VIX_INVALID_HANDLE, null, null);
    console.log(
      `deleted, then opened again: ${Vix_GetErrorText(await VixJob_Wait(jobHandle, VIX_PROPERTY_NONE), null)}`,
    );
  }

  if (VIX_FAILED(err)) console.error(`failed: ${Vix_GetErrorText(err, null)}`);
  Vix_ReleaseHandle(jobHandle);
  Vix_ReleaseHandle(linkedHandle.value);
  Vix_ReleaseHandle(fullHandle.value);
  Vix_ReleaseHandle(snapshotHandle.value);
  Vix_ReleaseHandle(vmHandle.value);
  console.log(`handles left beside the host: ${Revix_DumpHandles().length - 1}`);
  VixHost_Disconnect(hostHandle.value);
  return err;
}

process.exitCode = VIX_FAILED(await main()) ? 1 : 0;
