/**
 * Talks to a guest without a login: variables of the virtual machine and shared folders. Then, with a login, an
 * environment variable that programs of the guest see.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import {
  Revix_DumpHandles,
  Vix_FreeBuffer,
  Vix_GetErrorText,
  Vix_GetProperties,
  Vix_Out,
  Vix_ReleaseHandle,
  VIX_API_VERSION,
  VIX_FAILED,
  VIX_GUEST_ENVIRONMENT_VARIABLE,
  VIX_INVALID_HANDLE,
  VIX_OK,
  VIX_PROPERTY_GUEST_SHAREDFOLDERS_SHARES_PATH,
  VIX_PROPERTY_JOB_RESULT_GUEST_PROGRAM_EXIT_CODE,
  VIX_PROPERTY_JOB_RESULT_HANDLE,
  VIX_PROPERTY_JOB_RESULT_ITEM_NAME,
  VIX_PROPERTY_JOB_RESULT_SHARED_FOLDER_COUNT,
  VIX_PROPERTY_JOB_RESULT_SHARED_FOLDER_FLAGS,
  VIX_PROPERTY_JOB_RESULT_SHARED_FOLDER_HOST,
  VIX_PROPERTY_JOB_RESULT_VM_VARIABLE_STRING,
  VIX_PROPERTY_NONE,
  VIX_SERVICEPROVIDER_VMWARE_WORKSTATION,
  VIX_SHAREDFOLDER_WRITE_ACCESS,
  VIX_VM_CONFIG_RUNTIME_ONLY,
  VIX_VM_GUEST_VARIABLE,
  VixHost_Connect,
  VixHost_Disconnect,
  VixHost_OpenVM,
  VixJob_Wait,
  VixVM_AddSharedFolder,
  VixVM_EnableSharedFolders,
  VixVM_GetNumSharedFolders,
  VixVM_GetSharedFolderState,
  VixVM_LoginInGuest,
  VixVM_ReadVariable,
  VixVM_RemoveSharedFolder,
  VixVM_RunProgramInGuest,
  VixVM_SetSharedFolderState,
  VixVM_WriteVariable,
  type VixError,
  type VixHandle,
} from 'revix';

const hostDirectory = mkdtempSync(join(tmpdir(), 'revix-shared-'));

/** Waits for a job that yields nothing, and releases it. */
async function Finish(jobHandle: VixHandle): Promise<VixError> {
  const err = await VixJob_Wait(jobHandle, VIX_PROPERTY_NONE);
  Vix_ReleaseHandle(jobHandle);
  return err;
}

async function PrintVariable(vmHandle: VixHandle, variableType: number, name: string): Promise<VixError> {
  const value = Vix_Out<string>();
  const jobHandle = VixVM_ReadVariable(vmHandle, variableType, name, 0, null, null);
  const err = await VixJob_Wait(jobHandle, VIX_PROPERTY_JOB_RESULT_VM_VARIABLE_STRING, value, VIX_PROPERTY_NONE);
  Vix_ReleaseHandle(jobHandle);
  if (VIX_FAILED(err)) return err;
  console.log(`  ${name} = '${value.value}'`);
  Vix_FreeBuffer(value.value);
  return err;
}

async function PrintSharedFolders(vmHandle: VixHandle): Promise<VixError> {
  const count = Vix_Out(0);
  let jobHandle = VixVM_GetNumSharedFolders(vmHandle, null, null);
  let err = await VixJob_Wait(jobHandle, VIX_PROPERTY_JOB_RESULT_SHARED_FOLDER_COUNT, count, VIX_PROPERTY_NONE);
  Vix_ReleaseHandle(jobHandle);
  console.log(`  ${count.value} shared`);

  for (let i = 0; i < count.value && !VIX_FAILED(err); i++) {
    const name = Vix_Out<string>();
    const hostPath = Vix_Out<string>();
    const flags = Vix_Out<number>();
    jobHandle = VixVM_GetSharedFolderState(vmHandle, i, null, null);
    err = await VixJob_Wait(
      jobHandle,
      VIX_PROPERTY_JOB_RESULT_ITEM_NAME,
      name,
      VIX_PROPERTY_JOB_RESULT_SHARED_FOLDER_HOST,
      hostPath,
      VIX_PROPERTY_JOB_RESULT_SHARED_FOLDER_FLAGS,
      flags,
      VIX_PROPERTY_NONE,
    );
    Vix_ReleaseHandle(jobHandle);
    if (VIX_FAILED(err)) break;
    const access = flags.value & VIX_SHAREDFOLDER_WRITE_ACCESS ? 'read and write' : 'read only';
    const isOurs = hostPath.value === hostDirectory ? 'our directory' : basename(hostPath.value);
    console.log(`  ${name.value}: ${isOurs}, ${access}`);
  }
  return err;
}

async function Work(vm: VixHandle): Promise<VixError> {
  console.log('variables of the virtual machine:');
  let err = await Finish(VixVM_WriteVariable(vm, VIX_VM_GUEST_VARIABLE, 'task', 'nightly build', 0, null, null));
  if (VIX_FAILED(err)) return err;
  err = await PrintVariable(vm, VIX_VM_GUEST_VARIABLE, 'task');
  if (VIX_FAILED(err)) return err;
  err = await PrintVariable(vm, VIX_VM_GUEST_VARIABLE, 'ip');
  if (VIX_FAILED(err)) return err;
  err = await PrintVariable(vm, VIX_VM_GUEST_VARIABLE, 'never-set');
  if (VIX_FAILED(err)) return err;
  err = await PrintVariable(vm, VIX_VM_CONFIG_RUNTIME_ONLY, 'displayName');
  if (VIX_FAILED(err)) return err;

  console.log('shared folders:');
  err = await Finish(VixVM_EnableSharedFolders(vm, true, 0, null, null));
  if (VIX_FAILED(err)) return err;
  err = await Finish(VixVM_AddSharedFolder(vm, 'results', hostDirectory, 0, null, null));
  if (VIX_FAILED(err)) return err;
  err = await PrintSharedFolders(vm);
  if (VIX_FAILED(err)) return err;
  err = await Finish(
    VixVM_SetSharedFolderState(vm, 'results', hostDirectory, VIX_SHAREDFOLDER_WRITE_ACCESS, null, null),
  );
  if (VIX_FAILED(err)) return err;
  err = await PrintSharedFolders(vm);
  if (VIX_FAILED(err)) return err;
  const sharesPath = Vix_Out<string>();
  err = await Vix_GetProperties(vm, VIX_PROPERTY_GUEST_SHAREDFOLDERS_SHARES_PATH, sharesPath, VIX_PROPERTY_NONE);
  if (VIX_FAILED(err)) return err;
  console.log(`  in the guest below ${sharesPath.value}`);
  err = await Finish(VixVM_RemoveSharedFolder(vm, 'results', 0, null, null));
  if (VIX_FAILED(err)) return err;
  err = await PrintSharedFolders(vm);
  if (VIX_FAILED(err)) return err;

  console.log('environment of the guest:');
  err = await Finish(VixVM_WriteVariable(vm, VIX_GUEST_ENVIRONMENT_VARIABLE, 'TASK', 'nightly', 0, null, null));
  console.log(`  without a login: ${Vix_GetErrorText(err, null)}`);
  err = await Finish(VixVM_LoginInGuest(vm, 'root', 'password', 0, null, null));
  if (VIX_FAILED(err)) return err;
  err = await Finish(VixVM_WriteVariable(vm, VIX_GUEST_ENVIRONMENT_VARIABLE, 'TASK', 'nightly', 0, null, null));
  if (VIX_FAILED(err)) return err;
  err = await PrintVariable(vm, VIX_GUEST_ENVIRONMENT_VARIABLE, 'TASK');
  if (VIX_FAILED(err)) return err;
  const exitCode = Vix_Out(-1);
  const jobHandle = VixVM_RunProgramInGuest(vm, '/bin/sh', `-c 'test "$TASK" = nightly'`, 0, 0, null, null);
  err = await VixJob_Wait(jobHandle, VIX_PROPERTY_JOB_RESULT_GUEST_PROGRAM_EXIT_CODE, exitCode, VIX_PROPERTY_NONE);
  Vix_ReleaseHandle(jobHandle);
  console.log(`  a program of the guest sees it: ${exitCode.value === 0 ? 'yes' : 'no'}`);
  return err;
}

async function main(): Promise<VixError> {
  let err: VixError = VIX_OK;
  const hostHandle = Vix_Out(VIX_INVALID_HANDLE);
  let jobHandle = VIX_INVALID_HANDLE;
  const vmHandle = Vix_Out(VIX_INVALID_HANDLE);

  abort: {
    jobHandle = VixHost_Connect(VIX_API_VERSION, VIX_SERVICEPROVIDER_VMWARE_WORKSTATION, '', 0, '', '', 0, 0, 0, null);
    err = await VixJob_Wait(jobHandle, VIX_PROPERTY_JOB_RESULT_HANDLE, hostHandle, VIX_PROPERTY_NONE);
    if (VIX_FAILED(err)) break abort;
    Vix_ReleaseHandle(jobHandle);

    jobHandle = VixHost_OpenVM(hostHandle.value, '[datastore1] web/web.vmx', 0, VIX_INVALID_HANDLE, null, null);
    err = await VixJob_Wait(jobHandle, VIX_PROPERTY_JOB_RESULT_HANDLE, vmHandle, VIX_PROPERTY_NONE);
    if (VIX_FAILED(err)) break abort;

    err = await Work(vmHandle.value);
  }

  if (VIX_FAILED(err)) console.error(`failed: ${Vix_GetErrorText(err, null)}`);
  Vix_ReleaseHandle(jobHandle);
  Vix_ReleaseHandle(vmHandle.value);
  console.log(`handles left beside the host: ${Revix_DumpHandles().length - 1}`);
  VixHost_Disconnect(hostHandle.value);
  return err;
}

const err = await main();
rmSync(hostDirectory, { recursive: true });
process.exitCode = VIX_FAILED(err) ? 1 : 0;
