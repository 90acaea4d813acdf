import {
  VIX_PROPERTY_JOB_RESULT_VM_VARIABLE_STRING,
  VIX_PROPERTY_VM_MEMORY_SIZE,
  VIX_PROPERTY_VM_NAME,
  VIX_INVALID_HANDLE,
  VIX_VM_CONFIG_RUNTIME_ONLY,
  VIX_VMPOWEROP_NORMAL,
} from '../../vix/names.js';
import type { Flow } from '../flow.js';
import { lookAt, machineProperty, requireRunning, result, startTask, work, type MachinePhase } from './engine.js';
import { VMVMState } from './enumerations.js';
import { VirtualServerError } from './hresults.js';
import {
  failing,
  known,
  method,
  missingMethod,
  missingProperty,
  notImplemented,
  readOnly,
  settable,
  type MemberTable,
} from './member.js';
import { addNetworkAdapter, networkAdapters, removeNetworkAdapter } from './network-members.js';
import { GuestState, type MachineState, type TaskState } from './states.js';

/** Members of `IVMVirtualMachine`. */
export const machineMembers = {
  Startup: method('VixVM_PowerOn', function* (machine: MachineState): Flow<TaskState> {
    const { phase } = yield* lookAt(machine);
    if (phase !== VMVMState.TurnedOff && phase !== VMVMState.Saved) {
      throw new VirtualServerError('VM_E_VM_RUNNING', `the virtual machine ${machine.path} runs already`);
    }
    const doing = phase === VMVMState.Saved ? 'Restoring the virtual machine' : 'Starting the virtual machine';
    return startTask(machine, 'VixVM_PowerOn', [VIX_VMPOWEROP_NORMAL, VIX_INVALID_HANDLE], doing);
  }),
  TurnOff: method('VixVM_PowerOff', runningTask('VixVM_PowerOff', 'Turning off the virtual machine')),
  Save: method('VixVM_Suspend', runningTask('VixVM_Suspend', 'Saving the state of the virtual machine')),
  Reset: method('VixVM_Reset', runningTask('VixVM_Reset', 'Resetting the virtual machine')),
  Pause: method('VixVM_Pause', function* ({ server, handle }: MachineState): Flow<void> {
    yield* work(server, 'VixVM_Pause', [handle, 0, VIX_INVALID_HANDLE]);
  }),
  Resume: method('VixVM_Unpause', function* ({ server, handle }: MachineState): Flow<void> {
    yield* work(server, 'VixVM_Unpause', [handle, 0, VIX_INVALID_HANDLE]);
  }),
  State: readOnly('Vix_GetProperties', function* (machine: MachineState): Flow<MachinePhase> {
    return (yield* lookAt(machine)).phase;
  }),
  GuestOS: known(null, (machine: MachineState) => new GuestState(machine)),
  Name: settable(
    'Vix_GetProperties',
    (machine: MachineState) => machineProperty(machine, VIX_PROPERTY_VM_NAME),
    () => failing(notImplemented('a change of Name')),
  ),
  Memory: settable(
    'Vix_GetProperties',
    (machine: MachineState) => machineProperty(machine, VIX_PROPERTY_VM_MEMORY_SIZE),
    () => failing(notImplemented('a change of Memory')),
  ),
  File: known(null, ({ path }: MachineState) => path),
  ConfigID: readOnly('VixVM_ReadVariable', (machine: MachineState) => entry(machine, 'vc.uuid')),
  BIOSGUID: readOnly('VixVM_ReadVariable', (machine: MachineState) => entry(machine, 'uuid.bios')),
  Notes: settable(
    'VixVM_ReadVariable',
    (machine: MachineState) => entry(machine, 'annotation'),
    (machine: MachineState, notes: string) => setEntry(machine, 'annotation', notes),
  ),
  GetConfigurationValue: method('VixVM_ReadVariable', function* (machine: MachineState, key: string): Flow<string> {
    const value = yield* entry(machine, key);
    if (value === '') throw new VirtualServerError('VM_E_PREF_NOT_FOUND', `${machine.path} has no entry ${key}`);
    return value;
  }),
  SetConfigurationValue: method('VixVM_WriteVariable', (machine: MachineState, key: string, value: string) =>
    setEntry(machine, key, String(value)),
  ),
  RemoveConfigurationValue: method('VixVM_WriteVariable', (machine: MachineState, key: string) =>
    setEntry(machine, key, ''),
  ),
  NetworkAdapters: readOnly('Revix_GetNetworkAdapters', networkAdapters),
  AddNetworkAdapter: method('Revix_AddNetworkAdapter', addNetworkAdapter),
  RemoveNetworkAdapter: method('Revix_RemoveNetworkAdapter', removeNetworkAdapter),
  DiscardSavedState: method('Vix_GetProperties', discardSavedState),
  DiscardUndoDisks: missingMethod,
  MergeUndoDisks: missingMethod,
  AddHardDiskConnection: missingMethod,
  RemoveHardDiskConnection: missingMethod,
  AddDVDROMDrive: missingMethod,
  RemoveDVDROMDrive: missingMethod,
  AddSCSIController: missingMethod,
  RemoveSCSIController: missingMethod,
  SetAccountNameAndPassword: missingMethod,
  AttachScriptToEvent: missingMethod,
  FetchScriptByEvent: missingMethod,
  RemoveScriptFromEvent: missingMethod,
  Accountant: missingProperty,
  Display: missingProperty,
  Keyboard: missingProperty,
  Mouse: missingProperty,
  Undoable: missingProperty,
  UndoAction: missingProperty,
  AutoStartAtLaunch: missingProperty,
  AutoStartAtLaunchDelay: missingProperty,
  ShutdownActionOnQuit: missingProperty,
  RunAsDefinedAccount: missingProperty,
  SavedStateFilePath: missingProperty,
  ProcessorSpeed: missingProperty,
  AccountName: missingProperty,
  HasMMX: missingProperty,
  HasSSE: missingProperty,
  HasSSE2: missingProperty,
  Has3DNow: missingProperty,
  HardDiskConnections: missingProperty,
  DVDROMDrives: missingProperty,
  FloppyDrives: missingProperty,
  SCSIControllers: missingProperty,
  SerialPorts: missingProperty,
  ParallelPorts: missingProperty,
} as const satisfies MemberTable<MachineState>;

/** What is saved can only be restored, as in VIX. */
function* discardSavedState(machine: MachineState): Flow<void> {
  const { phase } = yield* lookAt(machine);
  if (phase === VMVMState.Saved) throw notImplemented('DiscardSavedState of a machine that is saved');
  if (phase === VMVMState.TurnedOff) {
    throw new VirtualServerError('VM_E_VM_NO_SAVED_STATE', `the virtual machine ${machine.path} has no saved state`);
  }
  throw new VirtualServerError('VM_E_VM_RUNNING', `the virtual machine ${machine.path} runs`);
}

/** A method that a machine must run for, and that goes on as a task. */
function runningTask(name: 'VixVM_PowerOff' | 'VixVM_Suspend' | 'VixVM_Reset', doing: string) {
  return function* (machine: MachineState): Flow<TaskState> {
    yield* requireRunning(machine);
    return startTask(machine, name, [VIX_VMPOWEROP_NORMAL], doing);
  };
}

/** An entry of the configuration; empty where there is none. */
function entry({ server, handle }: MachineState, key: string): Flow<string> {
  const args = [handle, VIX_VM_CONFIG_RUNTIME_ONLY, key, 0] as const;
  return work(server, 'VixVM_ReadVariable', args, result(VIX_PROPERTY_JOB_RESULT_VM_VARIABLE_STRING));
}

function* setEntry({ server, handle }: MachineState, key: string, value: string): Flow<void> {
  yield* work(server, 'VixVM_WriteVariable', [handle, VIX_VM_CONFIG_RUNTIME_ONLY, key, value, 0]);
}
