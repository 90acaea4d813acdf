/**
 * What only a person at the host could do, done by the test itself: a power-on waits for the answer to a dialog, and the
 * world behind the backend gives it.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import {
  createVix,
  Vix_Out,
  VIX_API_VERSION,
  VIX_INVALID_HANDLE,
  VIX_POWERSTATE_BLOCKED_ON_MSG,
  VIX_PROPERTY_JOB_RESULT_HANDLE,
  VIX_PROPERTY_NONE,
  VIX_PROPERTY_VM_POWER_STATE,
  VIX_SERVICEPROVIDER_VMWARE_WORKSTATION,
  VIX_VMPOWEROP_NORMAL,
  type VixHandle,
} from 'revix';
import { createMockBackend } from 'revix/mock';

const backend = createMockBackend({ questions: 'wait' });
const vix = createVix({ backends: [backend] });
const location = '[datastore2] question/question.vmx';

async function resultHandle(jobHandle: VixHandle): Promise<VixHandle> {
  const handle = Vix_Out(VIX_INVALID_HANDLE);
  const err = await vix.VixJob_Wait(jobHandle, VIX_PROPERTY_JOB_RESULT_HANDLE, handle, VIX_PROPERTY_NONE);
  if (err !== 0) throw new Error(vix.Revix_GetJobMessage(jobHandle));
  vix.Vix_ReleaseHandle(jobHandle);
  return handle.value;
}

const provider = VIX_SERVICEPROVIDER_VMWARE_WORKSTATION;
const host = await resultHandle(
  vix.VixHost_Connect(VIX_API_VERSION, provider, null, 0, null, null, 0, VIX_INVALID_HANDLE, null, null),
);
const vm = await resultHandle(vix.VixHost_OpenVM(host, location, 0, VIX_INVALID_HANDLE, null, null));

const powerOn = vix.VixVM_PowerOn(vm, VIX_VMPOWEROP_NORMAL, VIX_INVALID_HANDLE, null, null);
const power = Vix_Out(0);
while ((power.value & VIX_POWERSTATE_BLOCKED_ON_MSG) === 0) {
  await sleep(5);
  await vix.Vix_GetProperties(vm, VIX_PROPERTY_VM_POWER_STATE, power, VIX_PROPERTY_NONE);
}

const machine = await (await backend.world()).find(location);
const question = await machine.questions.pending();
console.log(`asked: ${question?.text ?? 'nothing'}`);
console.log(`choices: ${question?.choices.join(', ') ?? 'none'}`);
await machine.questions.answer('I moved it', {
  signal: new AbortController().signal,
  progress: () => undefined,
});

const err = await vix.VixJob_Wait(powerOn, VIX_PROPERTY_NONE);
console.log(`powered on: ${vix.Vix_GetErrorText(err, null)}`);

vix.Vix_ReleaseHandle(powerOn);
vix.Vix_ReleaseHandle(vm);
console.log(`handles left beside the host: ${vix.Revix_DumpHandles().length - 1}`);
await vix.Revix_Close();
