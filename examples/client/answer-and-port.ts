/**
 * A port that moves on piece by piece: handles of the C-shaped functions become objects and back, a question is answered by
 * a policy, and a program that never ends is given up.
 */
import {
  createVix,
  Vix_Out,
  VIX_API_VERSION,
  VIX_INVALID_HANDLE,
  VIX_PROPERTY_JOB_RESULT_HANDLE,
  VIX_PROPERTY_NONE,
  VIX_PROPERTY_VM_NAME,
  VIX_SERVICEPROVIDER_VMWARE_WORKSTATION,
  type VixHandle,
} from 'revix';
import { hostOf, VixError, type Host } from 'revix/client';
import { createMockBackend } from 'revix/mock';

const vix = createVix({ backends: [createMockBackend()] });

/** As the program had it all along. */
async function oldConnect(): Promise<VixHandle> {
  const provider = VIX_SERVICEPROVIDER_VMWARE_WORKSTATION;
  const job = vix.VixHost_Connect(VIX_API_VERSION, provider, null, 0, null, null, 0, VIX_INVALID_HANDLE, null, null);
  const host = Vix_Out(VIX_INVALID_HANDLE);
  await vix.VixJob_Wait(job, VIX_PROPERTY_JOB_RESULT_HANDLE, host, VIX_PROPERTY_NONE);
  vix.Vix_ReleaseHandle(job);
  return host.value;
}

async function answerQuestion(host: Host): Promise<void> {
  await using vm = await host.openVm('[datastore2] question/question.vmx');
  await vm.powerOn({
    onQuestion: ({ text, choices }) => {
      console.log(`asked: ${text}`);
      console.log(`choices: ${choices.join(', ')}`);
      return 'I moved it';
    },
  });
  const name = Vix_Out('');
  await vix.Vix_GetProperties(vm.handle, VIX_PROPERTY_VM_NAME, name, VIX_PROPERTY_NONE);
  console.log(`${name.value} is ${(await vm.properties()).power.phase}`);
}

async function giveUp(host: Host): Promise<void> {
  await using vm = await host.openVm('[datastore1] web/web.vmx');
  await vm.waitForTools();
  await using guest = await vm.login({ userName: 'root', password: 'password' });
  try {
    await guest.run('/bin/sleep', ['1000000'], { timeoutMs: 300 });
  } catch (error) {
    if (!(error instanceof VixError)) throw error;
    console.log(error.message);
  }
  let sleeping = 0;
  for await (const { commandLine } of guest.processes()) if (commandLine.includes('sleep')) sleeping += 1;
  console.log(`still sleeping in the guest: ${sleeping}`);
}

async function newPart(handle: VixHandle): Promise<void> {
  await using host = hostOf(handle, { vix });
  for await (const { name } of host.vms({ isRunning: true })) console.log(`runs: ${name}`);
  await answerQuestion(host);
  await giveUp(host);
}

const handle = await oldConnect();
await newPart(handle);
console.log(`handles left beside the host: ${vix.Revix_DumpHandles().length - 1}`);
vix.VixHost_Disconnect(handle);
await vix.Revix_Close();
