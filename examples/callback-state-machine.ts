/**
 * A program that never waits: each job that completes calls back, and the callback starts the next job. Graphical
 * programs and servers were built this way, with one such machine for each virtual machine that they looked after.
 */
import {
  Revix_DumpHandles,
  Vix_GetErrorText,
  Vix_GetProperties,
  Vix_Out,
  Vix_ReleaseHandle,
  VIX_API_VERSION,
  VIX_EVENTTYPE_JOB_COMPLETED,
  VIX_FAILED,
  VIX_INVALID_HANDLE,
  VIX_OK,
  VIX_PROPERTY_JOB_RESULT_ERROR_CODE,
  VIX_PROPERTY_JOB_RESULT_GUEST_PROGRAM_EXIT_CODE,
  VIX_PROPERTY_JOB_RESULT_HANDLE,
  VIX_PROPERTY_NONE,
  VIX_SERVICEPROVIDER_VMWARE_WORKSTATION,
  VIX_VMPOWEROP_NORMAL,
  VixHost_Connect,
  VixHost_Disconnect,
  VixHost_OpenVM,
  VixVM_LoginInGuest,
  VixVM_PowerOff,
  VixVM_PowerOn,
  VixVM_RunProgramInGuest,
  VixVM_WaitForToolsInGuest,
  type VixError,
  type VixEventType,
  type VixHandle,
  type VixOut,
} from 'revix';

type State =
  | 'CONNECTING'
  | 'OPENING'
  | 'POWERING_ON'
  | 'WAITING_FOR_TOOLS'
  | 'LOGGING_IN'
  | 'RUNNING'
  | 'POWERING_OFF'
  | 'DONE';

/** What C programs kept in a struct and handed over as client data. */
interface Machine {
  state: State;
  hostHandle: VixOut<VixHandle>;
  vmHandle: VixOut<VixHandle>;
  err: VixError;
}

/** Called for every event of every job of the machine. */
async function OnEvent(
  jobHandle: VixHandle,
  eventType: VixEventType,
  _moreEventInfo: VixHandle,
  clientData: unknown,
): Promise<void> {
  const machine = clientData as Machine;
  const err = Vix_Out<VixError>();

  if (VIX_EVENTTYPE_JOB_COMPLETED !== eventType) {
    return;
  }
  await Vix_GetProperties(jobHandle, VIX_PROPERTY_JOB_RESULT_ERROR_CODE, err, VIX_PROPERTY_NONE);
  machine.err = err.value;
  if (!VIX_FAILED(machine.err)) {
    machine.err = await Advance(machine, jobHandle);
  }
  Vix_ReleaseHandle(jobHandle);
  if (VIX_FAILED(machine.err) || machine.state === 'DONE') {
    Finish(machine);
  }
}

/** Takes the result of the job that completed, and starts the next one. */
async function Advance(machine: Machine, jobHandle: VixHandle): Promise<VixError> {
  let err: VixError = VIX_OK;
  const exitCode = Vix_Out(-1);
  const { hostHandle, vmHandle } = machine;

  console.log(`${machine.state}: done`);
  switch (machine.state) {
    case 'CONNECTING':
      err = await Vix_GetProperties(jobHandle, VIX_PROPERTY_JOB_RESULT_HANDLE, hostHandle, VIX_PROPERTY_NONE);
      if (VIX_FAILED(err)) break;
      machine.state = 'OPENING';
      VixHost_OpenVM(hostHandle.value, '/vms/linux/linux.vmx', 0, VIX_INVALID_HANDLE, OnEvent, machine);
      break;

    case 'OPENING':
      err = await Vix_GetProperties(jobHandle, VIX_PROPERTY_JOB_RESULT_HANDLE, vmHandle, VIX_PROPERTY_NONE);
      if (VIX_FAILED(err)) break;
      machine.state = 'POWERING_ON';
      VixVM_PowerOn(vmHandle.value, VIX_VMPOWEROP_NORMAL, VIX_INVALID_HANDLE, OnEvent, machine);
      break;

    case 'POWERING_ON':
      machine.state = 'WAITING_FOR_TOOLS';
      VixVM_WaitForToolsInGuest(vmHandle.value, 300, OnEvent, machine);
      break;

    case 'WAITING_FOR_TOOLS':
      machine.state = 'LOGGING_IN';
      VixVM_LoginInGuest(vmHandle.value, 'user', 'password', 0, OnEvent, machine);
      break;

    case 'LOGGING_IN':
      machine.state = 'RUNNING';
      VixVM_RunProgramInGuest(vmHandle.value, '/bin/grep', 'root /etc/passwd', 0, VIX_INVALID_HANDLE, OnEvent, machine);
      break;

    case 'RUNNING':
      err = await Vix_GetProperties(
        jobHandle,
        VIX_PROPERTY_JOB_RESULT_GUEST_PROGRAM_EXIT_CODE,
        exitCode,
        VIX_PROPERTY_NONE,
      );
      if (VIX_FAILED(err)) break;
      console.log(`  exit code ${exitCode.value}`);
      machine.state = 'POWERING_OFF';
      VixVM_PowerOff(vmHandle.value, VIX_VMPOWEROP_NORMAL, OnEvent, machine);
      break;

    case 'POWERING_OFF':
      machine.state = 'DONE';
      break;

    case 'DONE':
      break;
  }
  return err;
}

function Finish(machine: Machine): void {
  if (VIX_FAILED(machine.err)) {
    console.error(`${machine.state}: failed: ${Vix_GetErrorText(machine.err, null)}`);
    process.exitCode = 1;
  }
  Vix_ReleaseHandle(machine.vmHandle.value);
  // The engine itself keeps the job while its callback runs; what counts is what this program still refers to.
  const left = Revix_DumpHandles().filter(({ kind, refs }) => kind !== 'host' && refs > 0);
  console.log(`handles left beside the host: ${left.length}`);
  VixHost_Disconnect(machine.hostHandle.value);
}

const machine: Machine = {
  state: 'CONNECTING',
  hostHandle: Vix_Out(VIX_INVALID_HANDLE),
  vmHandle: Vix_Out(VIX_INVALID_HANDLE),
  err: VIX_OK,
};
VixHost_Connect(
  VIX_API_VERSION,
  VIX_SERVICEPROVIDER_VMWARE_WORKSTATION,
  null, // hostName
  0, // hostPort
  null, // userName
  null, // password
  0, // options
  VIX_INVALID_HANDLE, // propertyListHandle
  OnEvent,
  machine,
);
console.log('main: the first job is under way');
