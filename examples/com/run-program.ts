/**
 * A C# program over the interop assembly of VixCOM, ported: it starts a virtual machine, copies a file into its guest,
 * runs a program and reads its exit code and what it has left. Each wait is awaited.
 */
import { writeFileSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Revix_DumpHandles } from 'revix';
import { Constants, VixLib, Vix_Out, type IHost, type IJob, type IVM } from 'revix/com';

const lib = new VixLib();

/** Waits for a job and closes it, as the wrapper classes of C# did. Gives what was asked for. */
async function wait(what: string, job: IJob, ...properties: number[]): Promise<unknown[]> {
  const results = Vix_Out<unknown>();
  const err = properties.length === 0 ? await job.WaitWithoutResults() : await job.Wait(properties, results);
  job.Close();
  if (lib.ErrorIndicatesFailure(err))
    throw new Error(`${what}: ${lib.GetErrorText(err, null)} (${lib.ErrorCode(err)})`);
  return Array.isArray(results.value) ? results.value : [];
}

const provider = Constants.VIX_SERVICEPROVIDER_VMWARE_WORKSTATION;
const connected = lib.Connect(Constants.VIX_API_VERSION, provider, null, 0, null, null, 0, null, null);
const [host] = (await wait('Connect', connected, Constants.VIX_PROPERTY_JOB_RESULT_HANDLE)) as [IHost];
const opened = host.OpenVM('/vms/windows/windows.vmx', null);
const [vm] = (await wait('OpenVM', opened, Constants.VIX_PROPERTY_JOB_RESULT_HANDLE)) as [IVM];

await wait('PowerOn', vm.PowerOn(Constants.VIX_VMPOWEROP_NORMAL, null, null));
await wait('WaitForToolsInGuest', vm.WaitForToolsInGuest(300, null));
await wait('LoginInGuest', vm.LoginInGuest('Administrator', 'password', 0, null));

const hostFile = join(tmpdir(), 'revix-com-example.txt');
writeFileSync(hostFile, 'three\r\none\r\ntwo\r\n');
await wait('CopyFileFromHostToGuest', vm.CopyFileFromHostToGuest(hostFile, 'C:\\words.txt', 0, null, null));

const [processId, exitCode] = await wait(
  'RunProgramInGuest',
  vm.RunProgramInGuest('C:\\Windows\\System32\\cmd.exe', '/c sort C:\\words.txt > C:\\sorted.txt', 0, null, null),
  Constants.VIX_PROPERTY_JOB_RESULT_PROCESS_ID,
  Constants.VIX_PROPERTY_JOB_RESULT_GUEST_PROGRAM_EXIT_CODE,
);
console.log(`the program ${typeof processId === 'number' && processId > 0 ? 'had a process id' : 'had none'}`);
console.log(`it ended with ${String(exitCode)}`);

await wait('CopyFileFromGuestToHost', vm.CopyFileFromGuestToHost('C:\\sorted.txt', hostFile, 0, null, null));
console.log(readFileSync(hostFile, 'utf8').trim().split(/\s+/).join(' '));
rmSync(hostFile);

try {
  await wait('DeleteFileInGuest', vm.DeleteFileInGuest('C:\\missing.txt', null));
} catch (error) {
  console.log(error instanceof Error ? error.message : String(error));
}

await wait('PowerOff', vm.PowerOff(Constants.VIX_VMPOWEROP_NORMAL, null));
vm.Close();
console.log(`handles left beside the host: ${Revix_DumpHandles().length - 1}`);
host.Disconnect();
