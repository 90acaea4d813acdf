import {
  VIX_INSTALLTOOLS_MOUNT_TOOLS_INSTALLER,
  VIX_INVALID_HANDLE,
  VIX_PROPERTY_JOB_RESULT_GUEST_PROGRAM_EXIT_CODE,
  VIX_PROPERTY_JOB_RESULT_VM_VARIABLE_STRING,
  VIX_PROPERTY_VM_NAME,
  VIX_VM_GUEST_VARIABLE,
  VIX_VMPOWEROP_FROM_GUEST,
} from '../../vix/names.js';
import type { Flow } from '../flow.js';
import { lookAt, machineProperty, requireRunning, result, startTask, toolsReport, work } from './engine.js';
import { VMVMState } from './enumerations.js';
import { VirtualServerError } from './hresults.js';
import { method, readOnly, settable, type MemberTable } from './member.js';
import type { GuestState, MachineState, TaskState } from './states.js';

/** How much of the expected heartbeats is seen, by the colour that a host shows. */
const percentages: ReadonlyMap<string, number> = new Map([
  ['green', 100],
  ['yellow', 50],
  ['red', 0],
]);

/** Members of `IVMGuestOS` and `IVMGuestOS2`. */
export const guestMembers = {
  ExecuteCommand: method('VixVM_RunProgramInGuest', executeCommand),
  InstallAdditions: method('VixVM_InstallTools', installAdditions),
  SetParameter: method('VixVM_WriteVariable', setParameter),
  GetParameter: method('VixVM_ReadVariable', getParameter),
  Shutdown: method('VixVM_PowerOff', shutdown),
  AdditionsVersion: readOnly('Revix_ReadToolsReport', ({ machine }: GuestState) => additionsVersion(machine)),
  CanShutdown: readOnly('Vix_GetProperties', canShutdown),
  HeartbeatPercentage: readOnly('Revix_ReadToolsReport', heartbeat),
  IsHeartbeating: readOnly('Revix_ReadToolsReport', function* (guest: GuestState): Flow<boolean> {
    return (yield* heartbeat(guest)) > 0;
  }),
  IsHostTimeSyncEnabled: settable('Revix_SetTimeSync', isTimeSynced, setTimeSync),
  OSName: readOnly('Revix_ReadToolsReport', ({ machine }: GuestState) => told(machine, 'osName')),
  ComputerName: readOnly('Revix_ReadToolsReport', function* ({ machine }: GuestState): Flow<string> {
    yield* requireAwake(machine);
    return yield* told(machine, 'hostName');
  }),
} as const satisfies MemberTable<GuestState>;

/**
 * Runs a program in the guest and waits for its end. The original has this member without a signature, and did nothing.
 *
 * @returns the exit code of the program.
 */
function* executeCommand(
  { machine }: GuestState,
  program: string,
  commandLine: string | null,
  userName: string,
  password: string | null,
): Flow<number> {
  const { server, handle } = machine;
  const { isPaused, hasAdditions } = yield* requireRunning(machine);
  if (isPaused) throw paused(machine);
  if (!hasAdditions) throw noAdditions(machine);
  yield* work(server, 'VixVM_LoginInGuest', [handle, userName, password, 0]);
  const args = [handle, program, commandLine, 0, VIX_INVALID_HANDLE] as const;
  const exitCode = result(VIX_PROPERTY_JOB_RESULT_GUEST_PROGRAM_EXIT_CODE);
  try {
    return yield* work(server, 'VixVM_RunProgramInGuest', args, exitCode);
  } finally {
    yield* logOut(machine);
  }
}

/** How the program went is what counts, also where the guest has meanwhile ended the login by itself. */
function* logOut({ server, handle }: MachineState): Flow<void> {
  try {
    yield* work(server, 'VixVM_LogoutFromGuest', [handle]);
  } catch (error) {
    if (!(error instanceof VirtualServerError)) throw error;
  }
}

/** Puts the installer into the drive; the guest takes it from there. */
function* installAdditions({ machine }: GuestState): Flow<void> {
  const { server, handle } = machine;
  yield* requireRunning(machine);
  yield* work(server, 'VixVM_InstallTools', [handle, VIX_INSTALLTOOLS_MOUNT_TOOLS_INSTALLER, null]);
}

function* setParameter({ machine }: GuestState, name: string, value: string): Flow<void> {
  yield* requireParameters(machine, name);
  yield* work(machine.server, 'VixVM_WriteVariable', [machine.handle, VIX_VM_GUEST_VARIABLE, name, value, 0]);
}

/** What is unset reads as the empty string. The host fills in `VirtualMachineName` by itself. */
function* getParameter({ machine }: GuestState, name: string): Flow<string> {
  yield* requireParameters(machine, name);
  const { server, handle } = machine;
  const args = [handle, VIX_VM_GUEST_VARIABLE, name, 0] as const;
  const value = yield* work(server, 'VixVM_ReadVariable', args, result(VIX_PROPERTY_JOB_RESULT_VM_VARIABLE_STRING));
  if (value !== '' || name !== 'VirtualMachineName') return value;
  return yield* machineProperty(machine, VIX_PROPERTY_VM_NAME);
}

function* requireParameters(machine: MachineState, name: string): Flow<void> {
  if (typeof name !== 'string' || !/^[^\\]{1,255}$/s.test(name)) {
    const message = 'the name of a parameter has 1 to 255 characters and no backslash';
    throw new VirtualServerError('E_INVALIDARG', message);
  }
  const { hasAdditions } = yield* requireAwake(machine);
  if (!hasAdditions) throw noFeature(machine, 'parameters');
}

function* shutdown({ machine }: GuestState): Flow<TaskState> {
  const { hasAdditions } = yield* requireRunning(machine);
  if (!hasAdditions) throw noFeature(machine, 'shutdown');
  return startTask(machine, 'VixVM_PowerOff', [VIX_VMPOWEROP_FROM_GUEST], 'Shutting down the guest operating system');
}

function* additionsVersion(machine: MachineState): Flow<string> {
  const version = yield* toolsReport(machine, 'toolsVersion');
  if (version === '') throw noAdditions(machine);
  return version;
}

function* canShutdown({ machine }: GuestState): Flow<boolean> {
  yield* additionsVersion(machine);
  const { phase, hasAdditions } = yield* lookAt(machine);
  return phase === VMVMState.Running && hasAdditions;
}

function* heartbeat({ machine }: GuestState): Flow<number> {
  yield* requireRunning(machine);
  const percentage = percentages.get(yield* toolsReport(machine, 'heartbeat'));
  if (percentage === undefined) throw noAdditions(machine);
  return percentage;
}

function* isTimeSynced({ machine }: GuestState): Flow<boolean> {
  return (yield* toolsReport(machine, 'isTimeSynced')) === 'true';
}

function* setTimeSync({ machine }: GuestState, isEnabled: boolean): Flow<void> {
  const { phase } = yield* lookAt(machine);
  if (phase !== VMVMState.TurnedOff) {
    throw new VirtualServerError('VM_E_VM_RUNNING', `${machine.path} must be off for a change of time synchronization`);
  }
  yield* work(machine.server, 'Revix_SetTimeSync', [machine.handle, isEnabled]);
}

function* told(machine: MachineState, name: 'osName' | 'hostName'): Flow<string> {
  yield* requireRunning(machine);
  const text = yield* toolsReport(machine, name);
  if (text === '') throw noFeature(machine, name === 'osName' ? 'the name of the operating system' : 'a name');
  return text;
}

function* requireAwake(machine: MachineState): Flow<{ readonly hasAdditions: boolean }> {
  const { isPaused, hasAdditions } = yield* requireRunning(machine);
  if (isPaused) throw paused(machine);
  return { hasAdditions };
}

function paused({ path }: MachineState): VirtualServerError {
  return new VirtualServerError('VM_E_VM_PAUSED', `${path} is paused; resume it first`);
}

function noAdditions({ path }: MachineState): VirtualServerError {
  return new VirtualServerError(
    'VM_E_ADDITIONS_NOT_AVAIL',
    `VMware Tools does not run in ${path}; install it, or wait`,
  );
}

function noFeature({ path }: MachineState, what: string): VirtualServerError {
  const message = `VMware Tools in ${path} does not offer ${what} now; install it, or wait until it runs`;
  return new VirtualServerError('VM_E_ADDITIONS_FEATURE_NOT_AVAIL', message);
}
