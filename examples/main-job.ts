/**
 * The main job: a test-lab script as such programs were written for VIX in C, ported line by line. It finds the virtual
 * machines, powers one on, works in its guest, takes a snapshot, reverts to it, looks at the screen, and powers off.
 */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import {
  Revix_Close,
  Revix_CountHandles,
  Revix_DumpHandles,
  Revix_GetJobMessage,
  Vix_FreeBuffer,
  Vix_GetErrorText,
  Vix_GetProperties,
  Vix_Out,
  Vix_ReleaseHandle,
  VIX_API_VERSION,
  VIX_CAPTURESCREENFORMAT_PNG,
  VIX_EVENTTYPE_FIND_ITEM,
  VIX_FAILED,
  VIX_FILE_ATTRIBUTES_DIRECTORY,
  VIX_FIND_REGISTERED_VMS,
  VIX_INVALID_HANDLE,
  VIX_POWERSTATE_POWERED_ON,
  VIX_POWERSTATE_TOOLS_RUNNING,
  VIX_PROPERTY_FOUND_ITEM_LOCATION,
  VIX_PROPERTY_JOB_RESULT_FILE_FLAGS,
  VIX_PROPERTY_JOB_RESULT_FILE_SIZE,
  VIX_PROPERTY_JOB_RESULT_GUEST_PROGRAM_EXIT_CODE,
  VIX_PROPERTY_JOB_RESULT_HANDLE,
  VIX_PROPERTY_JOB_RESULT_ITEM_NAME,
  VIX_PROPERTY_JOB_RESULT_PROCESS_ID,
  VIX_PROPERTY_JOB_RESULT_PROCESS_OWNER,
  VIX_PROPERTY_JOB_RESULT_SCREEN_IMAGE_DATA,
  VIX_PROPERTY_NONE,
  VIX_PROPERTY_VM_NAME,
  VIX_PROPERTY_VM_POWER_STATE,
  VIX_SERVICEPROVIDER_VMWARE_WORKSTATION,
  VIX_SNAPSHOT_INCLUDE_MEMORY,
  VIX_VMPOWEROP_NORMAL,
  VixHost_Connect,
  VixHost_Disconnect,
  VixHost_FindItems,
  VixHost_OpenVM,
  VixJob_GetNthProperties,
  VixJob_GetNumProperties,
  VixJob_Wait,
  VixVM_CaptureScreenImage,
  VixVM_CopyFileFromGuestToHost,
  VixVM_CopyFileFromHostToGuest,
  VixVM_CreateSnapshot,
  VixVM_ListDirectoryInGuest,
  VixVM_ListProcessesInGuest,
  VixVM_LoginInGuest,
  VixVM_PowerOff,
  VixVM_PowerOn,
  VixVM_RevertToSnapshot,
  VixVM_RunProgramInGuest,
  VixVM_RunScriptInGuest,
  VixVM_WaitForToolsInGuest,
  type VixError,
  type VixHandle,
} from 'revix';

const vmxPath = '/vms/linux/linux.vmx';
const guestUser = 'user';
const guestPassword = 'password';
/** Stays after the end, so that a person can look at it. */
const screenPath = resolve('revix-main-job-screen.png');

let host = VIX_INVALID_HANDLE;
let vm = VIX_INVALID_HANDLE;
let snapshot = VIX_INVALID_HANDLE;

function say(line: string): void {
  console.log(line);
}

/** Ends the program with the reason, as a C program would `goto abort`. */
function check(err: VixError, job: VixHandle, doing: string): void {
  if (!VIX_FAILED(err)) return;
  throw new Error(`${doing}: ${Vix_GetErrorText(err, null)} (error ${err})\n  ${Revix_GetJobMessage(job)}`);
}

/** Waits for a job that yields nothing, and releases it. */
async function finish(job: VixHandle, doing: string): Promise<void> {
  const err = await VixJob_Wait(job, VIX_PROPERTY_NONE);
  check(err, job, doing);
  Vix_ReleaseHandle(job);
}

function onItem(_job: VixHandle, eventType: number, moreEventInfo: VixHandle): Promise<void> | void {
  if (eventType !== VIX_EVENTTYPE_FIND_ITEM) return;
  return printItem(moreEventInfo);
}

async function printItem(moreEventInfo: VixHandle): Promise<void> {
  const location = Vix_Out<string>();
  const err = await Vix_GetProperties(moreEventInfo, VIX_PROPERTY_FOUND_ITEM_LOCATION, location, VIX_PROPERTY_NONE);
  if (VIX_FAILED(err)) return;
  say(`    ${location.value}`);
  Vix_FreeBuffer(location.value);
}

async function connect(): Promise<void> {
  const result = Vix_Out<VixHandle>();
  const job = VixHost_Connect(
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
  const err = await VixJob_Wait(job, VIX_PROPERTY_JOB_RESULT_HANDLE, result, VIX_PROPERTY_NONE);
  check(err, job, 'connect');
  host = result.value;
  Vix_ReleaseHandle(job);
}

async function open(): Promise<void> {
  const result = Vix_Out<VixHandle>();
  const job = VixHost_OpenVM(host, vmxPath, 0, VIX_INVALID_HANDLE, null, null);
  const err = await VixJob_Wait(job, VIX_PROPERTY_JOB_RESULT_HANDLE, result, VIX_PROPERTY_NONE);
  check(err, job, 'open');
  vm = result.value;
  Vix_ReleaseHandle(job);
}

async function printState(): Promise<void> {
  const name = Vix_Out<string>();
  const power = Vix_Out<number>();
  const err = await Vix_GetProperties(
    vm,
    VIX_PROPERTY_VM_NAME,
    name,
    VIX_PROPERTY_VM_POWER_STATE,
    power,
    VIX_PROPERTY_NONE,
  );
  check(err, VIX_INVALID_HANDLE, 'read properties');
  const isOn = (power.value & VIX_POWERSTATE_POWERED_ON) !== 0;
  const hasTools = (power.value & VIX_POWERSTATE_TOOLS_RUNNING) !== 0;
  const bits = `0x${power.value.toString(16)}`;
  say(`    ${name.value}: ${isOn ? 'on' : 'not on'}, Tools ${hasTools ? 'running' : 'not running'} (${bits})`);
}

async function runProgram(program: string, args: string): Promise<void> {
  const exitCode = Vix_Out<number>();
  const pid = Vix_Out<number>();
  const job = VixVM_RunProgramInGuest(vm, program, args, 0, VIX_INVALID_HANDLE, null, null);
  const err = await VixJob_Wait(
    job,
    VIX_PROPERTY_JOB_RESULT_PROCESS_ID,
    pid,
    VIX_PROPERTY_JOB_RESULT_GUEST_PROGRAM_EXIT_CODE,
    exitCode,
    VIX_PROPERTY_NONE,
  );
  check(err, job, 'run program');
  Vix_ReleaseHandle(job);
  say(`    process ${pid.value} ended with exit code ${exitCode.value}`);
}

async function runScript(text: string): Promise<void> {
  const exitCode = Vix_Out<number>();
  const job = VixVM_RunScriptInGuest(vm, '/bin/bash', text, 0, VIX_INVALID_HANDLE, null, null);
  const err = await VixJob_Wait(job, VIX_PROPERTY_JOB_RESULT_GUEST_PROGRAM_EXIT_CODE, exitCode, VIX_PROPERTY_NONE);
  check(err, job, 'run script');
  Vix_ReleaseHandle(job);
  say(`    ended with exit code ${exitCode.value}`);
}

async function listProcesses(): Promise<void> {
  const job = VixVM_ListProcessesInGuest(vm, 0, null, null);
  check(await VixJob_Wait(job, VIX_PROPERTY_NONE), job, 'list processes');
  const count = VixJob_GetNumProperties(job, VIX_PROPERTY_JOB_RESULT_ITEM_NAME);
  for (let index = 0; index < count; index += 1) {
    const name = Vix_Out<string>();
    const pid = Vix_Out<number>();
    const owner = Vix_Out<string>();
    VixJob_GetNthProperties(
      job,
      index,
      VIX_PROPERTY_JOB_RESULT_ITEM_NAME,
      name,
      VIX_PROPERTY_JOB_RESULT_PROCESS_ID,
      pid,
      VIX_PROPERTY_JOB_RESULT_PROCESS_OWNER,
      owner,
      VIX_PROPERTY_NONE,
    );
    say(`    ${String(pid.value).padStart(6)} ${owner.value.padEnd(10)} ${name.value}`);
  }
  Vix_ReleaseHandle(job);
}

async function listDirectory(path: string): Promise<void> {
  const job = VixVM_ListDirectoryInGuest(vm, path, 0, null, null);
  check(await VixJob_Wait(job, VIX_PROPERTY_NONE), job, 'list directory');
  const count = VixJob_GetNumProperties(job, VIX_PROPERTY_JOB_RESULT_ITEM_NAME);
  for (let index = 0; index < count; index += 1) {
    const name = Vix_Out<string>();
    const size = Vix_Out<number>();
    const flags = Vix_Out<number>();
    VixJob_GetNthProperties(
      job,
      index,
      VIX_PROPERTY_JOB_RESULT_ITEM_NAME,
      name,
      VIX_PROPERTY_JOB_RESULT_FILE_SIZE,
      size,
      VIX_PROPERTY_JOB_RESULT_FILE_FLAGS,
      flags,
      VIX_PROPERTY_NONE,
    );
    const isDirectory = (flags.value & VIX_FILE_ATTRIBUTES_DIRECTORY) !== 0;
    say(`    ${isDirectory ? '<dir>   ' : String(size.value).padStart(8)} ${name.value}`);
  }
  Vix_ReleaseHandle(job);
}

async function takeSnapshot(): Promise<void> {
  const result = Vix_Out<VixHandle>();
  const job = VixVM_CreateSnapshot(
    vm,
    'prepared',
    'after the setup script',
    VIX_SNAPSHOT_INCLUDE_MEMORY,
    VIX_INVALID_HANDLE,
    null,
    null,
  );
  const err = await VixJob_Wait(job, VIX_PROPERTY_JOB_RESULT_HANDLE, result, VIX_PROPERTY_NONE);
  check(err, job, 'take snapshot');
  snapshot = result.value;
  Vix_ReleaseHandle(job);
}

async function captureScreen(path: string): Promise<void> {
  const size = Vix_Out<number>();
  const data = Vix_Out<Uint8Array>();
  const job = VixVM_CaptureScreenImage(vm, VIX_CAPTURESCREENFORMAT_PNG, VIX_INVALID_HANDLE, null, null);
  const err = await VixJob_Wait(job, VIX_PROPERTY_JOB_RESULT_SCREEN_IMAGE_DATA, size, data, VIX_PROPERTY_NONE);
  check(err, job, 'capture screen');
  Vix_ReleaseHandle(job);
  await writeFile(path, data.value);
  Vix_FreeBuffer(data.value);
  say(`    ${size.value} bytes of PNG, kept as ${path}`);
}

async function main(directory: string): Promise<void> {
  say('1. Connect to the local host');
  await connect();

  say('2. Find the virtual machines, each by a callback');
  await finish(VixHost_FindItems(host, VIX_FIND_REGISTERED_VMS, VIX_INVALID_HANDLE, -1, onItem, null), 'find items');

  say(`3. Open ${vmxPath}`);
  await open();
  await printState();

  say('4. Power on and wait for Tools');
  await finish(VixVM_PowerOn(vm, VIX_VMPOWEROP_NORMAL, VIX_INVALID_HANDLE, null, null), 'power on');
  await finish(VixVM_WaitForToolsInGuest(vm, 300, null, null), 'wait for Tools');
  await printState();

  say(`5. Log in to the guest as ${guestUser}`);
  await finish(VixVM_LoginInGuest(vm, guestUser, guestPassword, 0, null, null), 'log in');

  say('6. Copy a file in');
  const input = join(directory, 'names.txt');
  await writeFile(input, 'pear\napple\nquince\n');
  const copyIn = VixVM_CopyFileFromHostToGuest(vm, input, '/tmp/names.txt', 0, VIX_INVALID_HANDLE, null, null);
  await finish(copyIn, 'copy in');

  say('7. Run a program: /usr/bin/sort /tmp/names.txt > /tmp/sorted.txt');
  await runProgram('/usr/bin/sort', '/tmp/names.txt > /tmp/sorted.txt');

  say('8. Run a script that counts the lines and ends with 3');
  await runScript('wc -l < /tmp/sorted.txt > /tmp/count.txt\nexit 3\n');

  say('9. Fetch the sorted file');
  const output = join(directory, 'sorted.txt');
  const copyOut = VixVM_CopyFileFromGuestToHost(vm, '/tmp/sorted.txt', output, 0, VIX_INVALID_HANDLE, null, null);
  await finish(copyOut, 'copy out');
  for (const line of (await readFile(output, 'utf8')).trimEnd().split('\n')) say(`    ${line}`);

  say('10. List the processes of the guest');
  await listProcesses();

  say('11. List /tmp');
  await listDirectory('/tmp');

  say('12. Take a snapshot with memory');
  await takeSnapshot();

  say('13. Delete the files, then revert: they are back');
  await runProgram('/bin/rm', '/tmp/names.txt /tmp/sorted.txt /tmp/count.txt');
  await finish(
    VixVM_RevertToSnapshot(vm, snapshot, VIX_VMPOWEROP_NORMAL, VIX_INVALID_HANDLE, null, null),
    'revert to snapshot',
  );
  await finish(VixVM_WaitForToolsInGuest(vm, 300, null, null), 'wait for Tools');
  await listDirectory('/tmp');

  say('14. Let a program print something, and capture the screen');
  await runProgram('/usr/bin/sort', '-r /tmp/names.txt');
  await captureScreen(screenPath);

  say('15. Power off');
  await finish(VixVM_PowerOff(vm, VIX_VMPOWEROP_NORMAL, null, null), 'power off');
  await printState();
}

const directory = await mkdtemp(join(tmpdir(), 'revix-main-job-'));
try {
  await main(directory);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
} finally {
  await rm(directory, { recursive: true, force: true });
}

say('16. Release everything, count what is left, and disconnect');
Vix_ReleaseHandle(snapshot);
Vix_ReleaseHandle(vm);
// To disconnect ends whatever was forgotten, so leaks show before it.
for (const { kind, handle, call } of Revix_DumpHandles()) {
  if (kind !== 'host') say(`    leaked: ${kind} ${handle}, made by ${call}`);
}
VixHost_Disconnect(host);
const counts = Object.values(Revix_CountHandles());
const live = counts.reduce((sum, { live: count }) => sum + count, 0);
const made = counts.reduce((sum, { created }) => sum + created, 0);
say(`    ${live} handles live, of ${made} made`);
await Revix_Close();
