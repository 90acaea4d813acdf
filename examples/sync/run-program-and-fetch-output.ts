/**
 * examples/run-program-and-fetch-output.ts over the blocking door: the same lines without any `await`.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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
  VIX_PROPERTY_JOB_RESULT_GUEST_PROGRAM_EXIT_CODE,
  VIX_PROPERTY_JOB_RESULT_HANDLE,
  VIX_PROPERTY_JOB_RESULT_ITEM_NAME,
  VIX_PROPERTY_NONE,
  VIX_SERVICEPROVIDER_VMWARE_WORKSTATION,
  VixHost_Connect,
  VixHost_Disconnect,
  VixHost_OpenVM,
  VixJob_Wait,
  VixVM_CopyFileFromGuestToHost,
  VixVM_CreateTempFileInGuest,
  VixVM_DeleteFileInGuest,
  VixVM_LoginInGuest,
  VixVM_RunProgramInGuest,
  VixVM_WaitForToolsInGuest,
  type VixError,
  type VixHandle,
} from 'revix/sync';

const hostDirectory = mkdtempSync(join(tmpdir(), 'revix-run-program-'));

/** Runs one command line of cmd.exe and prints its output and exit code. */
function RunAndPrint(vmHandle: VixHandle, command: string): VixError {
  let err: VixError = VIX_OK;
  let jobHandle = VIX_INVALID_HANDLE;
  const tempFile = Vix_Out<string>();
  const exitCode = Vix_Out(-1);
  const hostFile = join(hostDirectory, 'output.txt');

  abort: {
    jobHandle = VixVM_CreateTempFileInGuest(vmHandle, 0, VIX_INVALID_HANDLE, null, null);
    err = VixJob_Wait(jobHandle, VIX_PROPERTY_JOB_RESULT_ITEM_NAME, tempFile, VIX_PROPERTY_NONE);
    if (VIX_FAILED(err)) break abort;
    Vix_ReleaseHandle(jobHandle);

    jobHandle = VixVM_RunProgramInGuest(
      vmHandle,
      'C:\\Windows\\System32\\cmd.exe',
      `/c (${command}) > "${tempFile.value}" 2>&1`,
      0, // options: wait for its end
      VIX_INVALID_HANDLE, // propertyListHandle
      null, // callbackProc
      null, // clientData
    );
    err = VixJob_Wait(jobHandle, VIX_PROPERTY_JOB_RESULT_GUEST_PROGRAM_EXIT_CODE, exitCode, VIX_PROPERTY_NONE);
    if (VIX_FAILED(err)) break abort;
    Vix_ReleaseHandle(jobHandle);

    jobHandle = VixVM_CopyFileFromGuestToHost(vmHandle, tempFile.value, hostFile, 0, VIX_INVALID_HANDLE, null, null);
    err = VixJob_Wait(jobHandle, VIX_PROPERTY_NONE);
    if (VIX_FAILED(err)) break abort;
    Vix_ReleaseHandle(jobHandle);

    jobHandle = VixVM_DeleteFileInGuest(vmHandle, tempFile.value, null, null);
    err = VixJob_Wait(jobHandle, VIX_PROPERTY_NONE);
    if (VIX_FAILED(err)) break abort;

    console.log(`> ${command}`);
    for (const line of readFileSync(hostFile, 'utf8').trimEnd().split('\r\n')) console.log(`  ${line}`);
    console.log(`  exit code ${exitCode.value}`);
  }

  Vix_FreeBuffer(tempFile.value);
  Vix_ReleaseHandle(jobHandle);
  return err;
}

function main(): VixError {
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
    err = VixJob_Wait(jobHandle, VIX_PROPERTY_JOB_RESULT_HANDLE, hostHandle, VIX_PROPERTY_NONE);
    if (VIX_FAILED(err)) break abort;
    Vix_ReleaseHandle(jobHandle);

    jobHandle = VixHost_OpenVM(hostHandle.value, '[datastore1] build/build.vmx', 0, VIX_INVALID_HANDLE, null, null);
    err = VixJob_Wait(jobHandle, VIX_PROPERTY_JOB_RESULT_HANDLE, vmHandle, VIX_PROPERTY_NONE);
    if (VIX_FAILED(err)) break abort;
    Vix_ReleaseHandle(jobHandle);

    jobHandle = VixVM_WaitForToolsInGuest(vmHandle.value, 300, null, null);
    err = VixJob_Wait(jobHandle, VIX_PROPERTY_NONE);
    if (VIX_FAILED(err)) break abort;
    Vix_ReleaseHandle(jobHandle);

    jobHandle = VixVM_LoginInGuest(vmHandle.value, 'Administrator', 'password', 0, null, null);
    err = VixJob_Wait(jobHandle, VIX_PROPERTY_NONE);
    if (VIX_FAILED(err)) break abort;

    err = RunAndPrint(vmHandle.value, 'whoami');
    if (VIX_FAILED(err)) break abort;
    err = RunAndPrint(vmHandle.value, 'dir /b /ad C:\\Users');
    if (VIX_FAILED(err)) break abort;
    err = RunAndPrint(vmHandle.value, '(for /l %i in (1,1,3) do @echo step %i) & exit 7');
    if (VIX_FAILED(err)) break abort;
    err = RunAndPrint(vmHandle.value, 'type C:\\no-such-file.txt');
  }

  if (VIX_FAILED(err)) console.error(`failed: ${Vix_GetErrorText(err, null)}`);
  Vix_ReleaseHandle(jobHandle);
  Vix_ReleaseHandle(vmHandle.value);
  console.log(`handles left beside the host: ${Revix_DumpHandles().length - 1}`);
  VixHost_Disconnect(hostHandle.value);
  return err;
}

const err = main();
rmSync(hostDirectory, { recursive: true });
process.exitCode = VIX_FAILED(err) ? 1 : 0;
