/**
 * examples/open-vm.ts over the blocking door: VixJob_Wait blocks as it does in C, and no line needs an `await`.
 * Usage: node build/examples/sync/open-vm.js [path of a .vmx file]
 */
import {
  Revix_DumpHandles,
  Vix_FreeBuffer,
  Vix_GetErrorText,
  Vix_GetProperties,
  Vix_Out,
  Vix_ReleaseHandle,
  VIX_API_VERSION,
  VIX_FAILED,
  VIX_INVALID_HANDLE,
  VIX_OK,
  VIX_PROPERTY_JOB_RESULT_HANDLE,
  VIX_PROPERTY_NONE,
  VIX_PROPERTY_VM_MEMORY_SIZE,
  VIX_PROPERTY_VM_NAME,
  VIX_PROPERTY_VM_NUM_VCPUS,
  VIX_PROPERTY_VM_VMX_PATHNAME,
  VIX_SERVICEPROVIDER_VMWARE_WORKSTATION,
  VixHost_Connect,
  VixHost_Disconnect,
  VixJob_Wait,
  VixVM_Open,
  type VixError,
} from 'revix/sync';

const vmxPath = process.argv[2] ?? '/vms/linux/linux.vmx';

function main(): VixError {
  let err: VixError = VIX_OK;
  const hostHandle = Vix_Out(VIX_INVALID_HANDLE);
  let jobHandle = VIX_INVALID_HANDLE;
  const vmHandle = Vix_Out(VIX_INVALID_HANDLE);
  const name = Vix_Out<string>();
  const path = Vix_Out<string>();
  const numCpus = Vix_Out<number>();
  const memorySize = Vix_Out<number>();

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
    err = VixJob_Wait(jobHandle, VIX_PROPERTY_JOB_RESULT_HANDLE, hostHandle, VIX_PROPERTY_NONE);
    if (VIX_FAILED(err)) break abort;

    Vix_ReleaseHandle(jobHandle);
    jobHandle = VixVM_Open(hostHandle.value, vmxPath, null, null);
    err = VixJob_Wait(jobHandle, VIX_PROPERTY_JOB_RESULT_HANDLE, vmHandle, VIX_PROPERTY_NONE);
    if (VIX_FAILED(err)) break abort;

    err = Vix_GetProperties(
      vmHandle.value,
      VIX_PROPERTY_VM_NAME,
      name,
      VIX_PROPERTY_VM_VMX_PATHNAME,
      path,
      VIX_PROPERTY_VM_NUM_VCPUS,
      numCpus,
      VIX_PROPERTY_VM_MEMORY_SIZE,
      memorySize,
      VIX_PROPERTY_NONE,
    );
    if (VIX_FAILED(err)) break abort;

    console.log(`opened ${path.value}`);
    console.log(`${name.value}: ${numCpus.value} CPU, ${memorySize.value} MB`);
    Vix_FreeBuffer(name.value);
    Vix_FreeBuffer(path.value);
  }

  if (VIX_FAILED(err)) console.error(`failed: ${Vix_GetErrorText(err, null)}`);
  Vix_ReleaseHandle(jobHandle);
  Vix_ReleaseHandle(vmHandle.value);
  console.log(`handles left beside the host: ${Revix_DumpHandles().length - 1}`);
  VixHost_Disconnect(hostHandle.value);
  return err;
}

process.exitCode = VIX_FAILED(main()) ? 1 : 0;
