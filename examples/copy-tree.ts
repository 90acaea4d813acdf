/**
 * Copies a directory tree into a guest, lets the guest change it, and copies it back: how build farms and test
 * laboratories moved their work in and out.
 */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, sep } from 'node:path';
import {
  Revix_DumpHandles,
  Vix_FreeBuffer,
  Vix_GetErrorText,
  Vix_Out,
  Vix_ReleaseHandle,
  VIX_API_VERSION,
  VIX_FAILED,
  VIX_FILE_ATTRIBUTES_DIRECTORY,
  VIX_INVALID_HANDLE,
  VIX_OK,
  VIX_PROPERTY_JOB_RESULT_FILE_FLAGS,
  VIX_PROPERTY_JOB_RESULT_FILE_SIZE,
  VIX_PROPERTY_JOB_RESULT_HANDLE,
  VIX_PROPERTY_JOB_RESULT_ITEM_NAME,
  VIX_PROPERTY_NONE,
  VIX_SERVICEPROVIDER_VMWARE_WORKSTATION,
  VixHost_Connect,
  VixHost_Disconnect,
  VixHost_OpenVM,
  VixJob_GetNthProperties,
  VixJob_GetNumProperties,
  VixJob_Wait,
  VixVM_CopyFileFromGuestToHost,
  VixVM_CopyFileFromHostToGuest,
  VixVM_DeleteDirectoryInGuest,
  VixVM_ListDirectoryInGuest,
  VixVM_LoginInGuest,
  VixVM_RunScriptInGuest,
  type VixError,
  type VixHandle,
} from 'revix';

const guestDirectory = '/home/user/site';
const hostDirectory = mkdtempSync(join(tmpdir(), 'revix-copy-tree-'));

function MakeTree(): void {
  const tree = join(hostDirectory, 'site');
  mkdirSync(join(tree, 'css'), { recursive: true });
  mkdirSync(join(tree, 'logs'));
  writeFileSync(join(tree, 'index.html'), '<h1>Grüße</h1>\n');
  writeFileSync(join(tree, 'css', 'main.css'), 'h1 { color: teal }\n');
  writeFileSync(join(tree, 'pixels.bin'), Buffer.from(Array.from({ length: 256 }, (_, byte) => byte)));
}

/** Lists a directory of the guest, and each directory in it. */
async function ListTree(vmHandle: VixHandle, path: string): Promise<VixError> {
  const jobHandle = VixVM_ListDirectoryInGuest(vmHandle, path, 0, null, null);
  let err = await VixJob_Wait(jobHandle, VIX_PROPERTY_NONE);
  const num = VIX_FAILED(err) ? 0 : VixJob_GetNumProperties(jobHandle, VIX_PROPERTY_JOB_RESULT_ITEM_NAME);

  for (let i = 0; i < num && !VIX_FAILED(err); i++) {
    const name = Vix_Out<string>();
    const size = Vix_Out<number>();
    const flags = Vix_Out<number>();
    err = VixJob_GetNthProperties(
      jobHandle,
      i,
      VIX_PROPERTY_JOB_RESULT_ITEM_NAME,
      name,
      VIX_PROPERTY_JOB_RESULT_FILE_SIZE,
      size,
      VIX_PROPERTY_JOB_RESULT_FILE_FLAGS,
      flags,
      VIX_PROPERTY_NONE,
    );
    if (VIX_FAILED(err)) break;
    if (flags.value & VIX_FILE_ATTRIBUTES_DIRECTORY) {
      console.log(`  ${path}/${name.value}/`);
      err = await ListTree(vmHandle, `${path}/${name.value}`);
    } else {
      console.log(`  ${path}/${name.value} ${size.value}`);
    }
    Vix_FreeBuffer(name.value);
  }

  Vix_ReleaseHandle(jobHandle);
  return err;
}

/** Waits for a job that yields nothing, and releases it. */
async function Finish(jobHandle: VixHandle): Promise<VixError> {
  const err = await VixJob_Wait(jobHandle, VIX_PROPERTY_NONE);
  Vix_ReleaseHandle(jobHandle);
  return err;
}

function PrintCopy(): void {
  const tree = join(hostDirectory, 'copy');
  for (const entry of readdirSync(tree, { recursive: true, encoding: 'utf8' }).toSorted()) {
    if (/\.\w+$/.test(entry)) console.log(`  ${entry.replaceAll(sep, '/')} ${readFileSync(join(tree, entry)).length}`);
    else console.log(`  ${entry.replaceAll(sep, '/')}/`);
  }
  console.log(`  index.html: ${readFileSync(join(tree, 'index.html'), 'utf8').trimEnd()}`);
  const sameBytes = readFileSync(join(tree, 'pixels.bin')).equals(readFileSync(join(hostDirectory, 'site/pixels.bin')));
  console.log(`  pixels.bin: ${sameBytes ? 'the same bytes' : 'DIFFERENT BYTES'}`);
}

async function main(): Promise<VixError> {
  let err: VixError = VIX_OK;
  const hostHandle = Vix_Out(VIX_INVALID_HANDLE);
  let jobHandle = VIX_INVALID_HANDLE;
  const vmHandle = Vix_Out(VIX_INVALID_HANDLE);
  const site = join(hostDirectory, 'site');
  const copy = join(hostDirectory, 'copy');
  const script = 'sed -i s/h1/h2/g index.html\necho started > logs/web.log\nrm css/main.css\n';

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

    err = await Finish(VixVM_LoginInGuest(vmHandle.value, 'user', 'password', 0, null, null));
    if (VIX_FAILED(err)) break abort;

    const vm = vmHandle.value;
    MakeTree();
    err = await Finish(VixVM_CopyFileFromHostToGuest(vm, site, guestDirectory, 0, VIX_INVALID_HANDLE, null, null));
    if (VIX_FAILED(err)) break abort;
    console.log('in the guest:');
    err = await ListTree(vm, guestDirectory);
    if (VIX_FAILED(err)) break abort;

    const change = `cd ${guestDirectory}\n${script}`;
    err = await Finish(VixVM_RunScriptInGuest(vm, '/bin/sh', change, 0, VIX_INVALID_HANDLE, null, null));
    if (VIX_FAILED(err)) break abort;

    err = await Finish(VixVM_CopyFileFromGuestToHost(vm, guestDirectory, copy, 0, VIX_INVALID_HANDLE, null, null));
    if (VIX_FAILED(err)) break abort;
    console.log('back on the host, after a script of the guest:');
    PrintCopy();

    err = await Finish(VixVM_DeleteDirectoryInGuest(vm, guestDirectory, 0, null, null));
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
