/**
 * A mock host that is built in code, with executables of one's own in its guests: a test double for the tool that the
 * program under test starts in the guest.
 */
import {
  createVix,
  Vix_Out,
  VIX_API_VERSION,
  VIX_INVALID_HANDLE,
  VIX_PROPERTY_JOB_RESULT_GUEST_PROGRAM_EXIT_CODE,
  VIX_PROPERTY_JOB_RESULT_HANDLE,
  VIX_PROPERTY_NONE,
  VIX_SERVICEPROVIDER_VMWARE_WORKSTATION,
  type VixHandle,
} from 'revix';
import { createMockBackend, InventoryBuilder, standardPrograms, type GuestProgram } from 'revix/mock';

const inventory = new InventoryBuilder()
  .linux('builder', { power: 'on', guest: { files: [{ path: '/src/main.c', text: 'int main() {}\n' }] } })
  .windows('tester', { power: 'on' })
  .build();

/** A compiler that refuses what does not exist, and otherwise writes a file beside its input. */
const compiler: GuestProgram = async (context) => {
  const source = context.arguments.trim();
  if (!context.files.exists(source)) {
    context.writeStderr(`cc: ${source}: no such file\n`);
    return 1;
  }
  context.files.write(`${source}.o`, `compiled by ${context.user.name} on ${context.hostName}\n`);
  context.writeStdout(`compiled ${source}\n`);
  return 0;
};

/** A test runner that reports through the registry. */
const testRunner: GuestProgram = async (context) => {
  context.registry?.createKey('HKLM\\Software\\Tests');
  context.registry?.setValue('HKLM\\Software\\Tests', { name: 'Passed', type: 'REG_DWORD', data: 12 });
  return 42;
};

const programs = standardPrograms();
programs.posix.add('/usr/bin/cc', compiler);
programs.windows.add('C:\\Tests\\run.exe', testRunner);

const vix = createVix({ backends: [createMockBackend({ inventory, programs })] });

async function resultHandle(jobHandle: VixHandle): Promise<VixHandle> {
  const handle = Vix_Out(VIX_INVALID_HANDLE);
  const err = await vix.VixJob_Wait(jobHandle, VIX_PROPERTY_JOB_RESULT_HANDLE, handle, VIX_PROPERTY_NONE);
  if (err !== 0) throw new Error(vix.Revix_GetJobMessage(jobHandle));
  vix.Vix_ReleaseHandle(jobHandle);
  return handle.value;
}

async function run(vm: VixHandle, program: string, args: string): Promise<void> {
  const exitCode = Vix_Out<number>();
  const job = vix.VixVM_RunProgramInGuest(vm, program, args, 0, VIX_INVALID_HANDLE, null, null);
  const id = VIX_PROPERTY_JOB_RESULT_GUEST_PROGRAM_EXIT_CODE;
  const err = await vix.VixJob_Wait(job, id, exitCode, VIX_PROPERTY_NONE);
  console.log(err === 0 ? `${program} ${args}: exit code ${exitCode.value}` : vix.Revix_GetJobMessage(job));
  vix.Vix_ReleaseHandle(job);
}

async function openAndLogIn(host: VixHandle, path: string, user: string): Promise<VixHandle> {
  const vm = await resultHandle(vix.VixHost_OpenVM(host, path, 0, VIX_INVALID_HANDLE, null, null));
  const job = vix.VixVM_LoginInGuest(vm, user, 'password', 0, null, null);
  await vix.VixJob_Wait(job, VIX_PROPERTY_NONE);
  vix.Vix_ReleaseHandle(job);
  return vm;
}

const provider = VIX_SERVICEPROVIDER_VMWARE_WORKSTATION;
const host = await resultHandle(
  vix.VixHost_Connect(VIX_API_VERSION, provider, null, 0, null, null, 0, VIX_INVALID_HANDLE, null, null),
);

const builder = await openAndLogIn(host, '[datastore1] builder/builder.vmx', 'root');
await run(builder, '/usr/bin/cc', '/src/main.c');
await run(builder, '/usr/bin/cc', '/src/other.c');
await run(builder, '/bin/sh', `-c 'cc /src/main.c | grep -q compiled && grep root /src/main.c.o'`);
await run(builder, '/usr/bin/ld', '');

const tester = await openAndLogIn(host, '[datastore1] tester/tester.vmx', 'Administrator');
await run(tester, 'C:\\Tests\\run.exe', '');
await run(tester, 'C:\\Windows\\System32\\cmd.exe', '/c reg query HKLM\\Software\\Tests /v Passed | find "0xc"');

vix.Vix_ReleaseHandle(builder);
vix.Vix_ReleaseHandle(tester);
console.log(`handles left beside the host: ${vix.Revix_DumpHandles().length - 1}`);
await vix.Revix_Close();
