/**
 * Prints the snapshot tree of a virtual machine as a snapshot manager shows it, then finds single snapshots: the current
 * one, its parent, one by its path, and one whose bare name two snapshots share.
 */
import {
  Revix_DumpHandles,
  Revix_GetErrorMessage,
  Vix_FreeBuffer,
  Vix_GetErrorText,
  Vix_GetProperties,
  Vix_Out,
  Vix_ReleaseHandle,
  VIX_API_VERSION,
  VIX_E_SNAPSHOT_NONUNIQUE_NAME,
  VIX_FAILED,
  VIX_INVALID_HANDLE,
  VIX_OK,
  VIX_POWERSTATE_POWERED_ON,
  VIX_PROPERTY_JOB_RESULT_HANDLE,
  VIX_PROPERTY_NONE,
  VIX_PROPERTY_SNAPSHOT_DESCRIPTION,
  VIX_PROPERTY_SNAPSHOT_DISPLAYNAME,
  VIX_PROPERTY_SNAPSHOT_POWERSTATE,
  VIX_SERVICEPROVIDER_VMWARE_WORKSTATION,
  VixHost_Connect,
  VixHost_Disconnect,
  VixHost_OpenVM,
  VixJob_Wait,
  VixSnapshot_GetChild,
  VixSnapshot_GetNumChildren,
  VixSnapshot_GetParent,
  VixVM_GetCurrentSnapshot,
  VixVM_GetNamedSnapshot,
  VixVM_GetNumRootSnapshots,
  VixVM_GetRootSnapshot,
  type VixError,
  type VixHandle,
} from 'revix';

const vmxPath = process.argv[2] ?? '[datastore1] snapshots/snapshots.vmx';

async function PrintSnapshot(label: string, snapshotHandle: VixHandle): Promise<VixError> {
  const name = Vix_Out<string>();
  const description = Vix_Out<string>();
  const powerState = Vix_Out<number>();
  const err = await Vix_GetProperties(
    snapshotHandle,
    VIX_PROPERTY_SNAPSHOT_DISPLAYNAME,
    name,
    VIX_PROPERTY_SNAPSHOT_DESCRIPTION,
    description,
    VIX_PROPERTY_SNAPSHOT_POWERSTATE,
    powerState,
    VIX_PROPERTY_NONE,
  );
  if (VIX_FAILED(err)) return err;
  const power = powerState.value & VIX_POWERSTATE_POWERED_ON ? ' [on]' : '';
  console.log(`${label}${name.value}${power}${description.value === '' ? '' : `: ${description.value}`}`);
  Vix_FreeBuffer(name.value);
  Vix_FreeBuffer(description.value);
  return err;
}

async function WalkChildren(parentHandle: VixHandle, depth: number): Promise<VixError> {
  const numChildren = Vix_Out(0);
  let err = await PrintSnapshot('  '.repeat(depth), parentHandle);
  if (VIX_FAILED(err)) return err;
  err = await VixSnapshot_GetNumChildren(parentHandle, numChildren);
  for (let i = 0; i < numChildren.value && !VIX_FAILED(err); i++) {
    const childHandle = Vix_Out(VIX_INVALID_HANDLE);
    err = await VixSnapshot_GetChild(parentHandle, i, childHandle);
    if (VIX_FAILED(err)) return err;
    err = await WalkChildren(childHandle.value, depth + 1);
    Vix_ReleaseHandle(childHandle.value);
  }
  return err;
}

async function WalkTree(vmHandle: VixHandle): Promise<VixError> {
  const numRoots = Vix_Out(0);
  let err = await VixVM_GetNumRootSnapshots(vmHandle, numRoots);
  for (let i = 0; i < numRoots.value && !VIX_FAILED(err); i++) {
    const rootHandle = Vix_Out(VIX_INVALID_HANDLE);
    err = await VixVM_GetRootSnapshot(vmHandle, i, rootHandle);
    if (VIX_FAILED(err)) return err;
    err = await WalkChildren(rootHandle.value, 0);
    Vix_ReleaseHandle(rootHandle.value);
  }
  return err;
}

async function main(): Promise<VixError> {
  let err: VixError = VIX_OK;
  const hostHandle = Vix_Out(VIX_INVALID_HANDLE);
  let jobHandle = VIX_INVALID_HANDLE;
  const vmHandle = Vix_Out(VIX_INVALID_HANDLE);
  const currentHandle = Vix_Out(VIX_INVALID_HANDLE);
  const parentHandle = Vix_Out(VIX_INVALID_HANDLE);
  const namedHandle = Vix_Out(VIX_INVALID_HANDLE);

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

    err = await WalkTree(vmHandle.value);
    if (VIX_FAILED(err)) break abort;

    err = await VixVM_GetCurrentSnapshot(vmHandle.value, currentHandle);
    if (VIX_FAILED(err)) break abort;
    err = await PrintSnapshot('current: ', currentHandle.value);
    if (VIX_FAILED(err)) break abort;

    err = await VixSnapshot_GetParent(currentHandle.value, parentHandle);
    if (VIX_FAILED(err)) break abort;
    err = await PrintSnapshot('its parent: ', parentHandle.value);
    if (VIX_FAILED(err)) break abort;

    err = await VixVM_GetNamedSnapshot(vmHandle.value, 'base/experiment/tested', namedHandle);
    if (VIX_FAILED(err)) break abort;
    err = await PrintSnapshot('base/experiment/tested: ', namedHandle.value);
    if (VIX_FAILED(err)) break abort;

    const shared = Vix_Out(VIX_INVALID_HANDLE);
    const sharedErr = await VixVM_GetNamedSnapshot(vmHandle.value, 'tested', shared);
    if (sharedErr === VIX_E_SNAPSHOT_NONUNIQUE_NAME) {
      console.log(`tested: ${Vix_GetErrorText(sharedErr, null)}`);
      console.log(Revix_GetErrorMessage(vmHandle.value));
    }
    Vix_ReleaseHandle(shared.value);
  }

  if (VIX_FAILED(err)) console.error(`failed: ${Vix_GetErrorText(err, null)}`);
  Vix_ReleaseHandle(namedHandle.value);
  Vix_ReleaseHandle(parentHandle.value);
  Vix_ReleaseHandle(currentHandle.value);
  Vix_ReleaseHandle(jobHandle);
  Vix_ReleaseHandle(vmHandle.value);
  console.log(`handles left beside the host: ${Revix_DumpHandles().length - 1}`);
  VixHost_Disconnect(hostHandle.value);
  return err;
}

process.exitCode = VIX_FAILED(await main()) ? 1 : 0;
