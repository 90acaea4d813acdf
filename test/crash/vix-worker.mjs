// A VIX program over a mock host in a directory, which works until it has done all it was told, or is killed.
// Takes a job as JSON on its input: directory, hostFolder (a folder of its own), script (operations). Prints a line when
// it is ready, and one for each operation whose job has told it is done.
import { readFileSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import {
  createVix,
  VIX_API_VERSION,
  VIX_INVALID_HANDLE,
  VIX_PROPERTY_JOB_RESULT_HANDLE,
  VIX_PROPERTY_NONE,
  VIX_SERVICEPROVIDER_DEFAULT,
  VIX_SNAPSHOT_INCLUDE_MEMORY,
  VIX_SNAPSHOT_REMOVE_CHILDREN,
  VIX_VM_GUEST_VARIABLE,
  Vix_Out,
} from '../../dist/index.js';
import { createMockBackend } from '../../dist/backends/mock/index.js';

const { directory, hostFolder, script } = JSON.parse(readFileSync(0, 'utf8'));
const vix = createVix({ backends: [createMockBackend({ directory })], config: {} });
const none = VIX_INVALID_HANDLE;

/** Waits for a job. */
async function done(job, ...cells) {
  const error = await vix.VixJob_Wait(job, ...cells, VIX_PROPERTY_NONE);
  if (error !== 0) throw new Error(vix.Revix_GetErrorMessage(job));
  vix.Vix_ReleaseHandle(job);
}

async function handleOf(job) {
  const cell = Vix_Out();
  await done(job, VIX_PROPERTY_JOB_RESULT_HANDLE, cell);
  return cell.value;
}

async function snapshotOf(vm, name) {
  const cell = Vix_Out();
  const error = await vix.VixVM_GetNamedSnapshot(vm, name, cell);
  if (error !== 0) throw new Error(vix.Revix_GetErrorMessage(vm));
  return cell.value;
}

const hands = {
  on: (vm) => vix.VixVM_PowerOn(vm, 0, none, null, null),
  off: (vm) => vix.VixVM_PowerOff(vm, 0, null, null),
  variable: (vm, { text }) => vix.VixVM_WriteVariable(vm, VIX_VM_GUEST_VARIABLE, 'crash', text, 0, null, null),
  async copy(vm, { path, text }) {
    const source = join(hostFolder, 'source');
    writeFileSync(source, text);
    await done(vix.VixVM_WaitForToolsInGuest(vm, 0, null, null));
    await done(vix.VixVM_LoginInGuest(vm, 'user', 'password', 0, null, null));
    return vix.VixVM_CopyFileFromHostToGuest(vm, source, path, 0, none, null, null);
  },
  snapshot: (vm, { name, hasMemory }) =>
    vix.VixVM_CreateSnapshot(vm, name, null, hasMemory ? VIX_SNAPSHOT_INCLUDE_MEMORY : 0, none, null, null),
  revert: async (vm, { name }) => vix.VixVM_RevertToSnapshot(vm, await snapshotOf(vm, name), 0, none, null, null),
  remove: async (vm, { name, withChildren }) =>
    vix.VixVM_RemoveSnapshot(
      vm,
      await snapshotOf(vm, name),
      withChildren ? VIX_SNAPSHOT_REMOVE_CHILDREN : 0,
      null,
      null,
    ),
};

writeSync(1, 'ready\n');
const host = await handleOf(
  vix.VixHost_Connect(VIX_API_VERSION, VIX_SERVICEPROVIDER_DEFAULT, null, 0, null, null, 0, none, null, null),
);
const vms = new Map();
for (const [index, operation] of script.entries()) {
  const { op, vm: name } = operation;
  if (!vms.has(name)) vms.set(name, await handleOf(vix.VixVM_Open(host, `[crash] ${name}/${name}.vmx`, null, null)));
  await done(await hands[op](vms.get(name), operation));
  writeSync(1, `${index}\n`);
}
await vix.Revix_Close();
