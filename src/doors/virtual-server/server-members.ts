import { hostname } from 'node:os';
import {
  VIX_FIND_REGISTERED_VMS,
  VIX_INVALID_HANDLE,
  VIX_OK,
  VIX_PROPERTY_FOUND_ITEM_LOCATION,
  VIX_PROPERTY_HOST_SOFTWARE_VERSION,
  VIX_PROPERTY_JOB_RESULT_HANDLE,
  VIX_PROPERTY_JOB_RESULT_ITEM_NAME,
  VIX_VMDELETE_DISK_FILES,
} from '../../vix/names.js';
import { withoutUserInfo } from '../../base/secret.js';
import { readEach, readProperties } from '../door-calls.js';
import type { Flow } from '../flow.js';
import { hostOf, lookAt, result, work } from './engine.js';
import { VMVMState } from './enumerations.js';
import { hresultOf, VirtualServerError } from './hresults.js';
import { known, method, missingMethod, missingProperty, readOnly, type MemberTable } from './member.js';
import { virtualNetworks } from './network-members.js';
import { CollectionState, MachineState, requireState, type ServerState, type TaskState } from './states.js';

/** Members of `IVMVirtualServer`. */
export const serverMembers = {
  FindVirtualMachine: method('VixHost_FindItems', findVirtualMachine),
  RegisterVirtualMachine: method('VixHost_RegisterVM', registerVirtualMachine),
  UnregisterVirtualMachine: method('VixHost_UnregisterVM', unregisterVirtualMachine),
  DeleteVirtualMachine: method('VixVM_Delete', deleteVirtualMachine),
  GetVirtualMachineFiles: method('VixHost_FindItems', machineFiles),
  VirtualMachines: readOnly('VixHost_FindItems', virtualMachines),
  VirtualNetworks: readOnly('Revix_GetHostNetworks', virtualNetworks),
  Tasks: known('VixJob_CheckCompletion', tasksOf),
  Name: known(null, ({ target }: ServerState) => nameOf(target.hostName)),
  Version: readOnly('Vix_GetProperties', version),
  CreateVirtualMachine: missingMethod,
  GetVirtualNetworkFiles: missingMethod,
  GetHardDiskFiles: missingMethod,
  GetDVDFiles: missingMethod,
  GetFloppyDiskFiles: missingMethod,
  GetHardDisk: missingMethod,
  CreateDynamicVirtualHardDisk: missingMethod,
  CreateFixedVirtualHardDisk: missingMethod,
  CreateDifferencingVirtualHardDisk: missingMethod,
  CreateHostDriveVirtualHardDisk: missingMethod,
  GetConfigurationValue: missingMethod,
  SetConfigurationValue: missingMethod,
  RemoveConfigurationValue: missingMethod,
  AttachScriptToEvent: missingMethod,
  FetchScriptByEvent: missingMethod,
  RemoveScriptFromEvent: missingMethod,
  SupportDrivers: missingProperty,
  UpTime: missingProperty,
  ProductID: missingProperty,
  HostInfo: missingProperty,
  AvailableSystemCapacity: missingProperty,
  DefaultVMConfigurationPath: missingProperty,
  SearchPaths: missingProperty,
  MinimumMemoryPerVM: missingProperty,
  MaximumMemoryPerVM: missingProperty,
  SuggestedMaximumMemoryPerVM: missingProperty,
  Security: missingProperty,
  VSScriptsEnabled: missingProperty,
  VMScriptsEnabled: missingProperty,
} as const satisfies MemberTable<ServerState>;

/** Characters that no name of a virtual machine has. */
const forbidden = /[*?:<>/|\\"]/;

function requireName(name: string): void {
  if (typeof name !== 'string' || name === '') {
    throw new VirtualServerError('VM_E_CONFIG_NO_NAME', 'give the name of the virtual machine');
  }
  if (name.length > 256) {
    throw new VirtualServerError(
      'VM_E_CONFIG_NAME_TOO_LONG',
      `the name has ${name.length} characters; 256 are allowed`,
    );
  }
  if (forbidden.test(name)) {
    throw new VirtualServerError('VM_E_CONFIG_NAME_INVALID_CHAR', `the name ${name} holds one of * ? : < > / | \\ "`);
  }
}

/** What the host lists of a machine. */
type Listed = readonly [path: string, name: string];

/** The machines in the inventory. */
function* registeredMachines(server: ServerState): Flow<readonly Listed[]> {
  const host = yield* hostOf(server);
  const args = [host, VIX_FIND_REGISTERED_VMS, VIX_INVALID_HANDLE, -1] as const;
  return yield* work(server, 'VixHost_FindItems', args, function* (vix, job): Flow<readonly Listed[]> {
    const ids = [VIX_PROPERTY_FOUND_ITEM_LOCATION, VIX_PROPERTY_JOB_RESULT_ITEM_NAME] as const;
    const [, found] = yield* readEach(vix, job, ids);
    return found;
  });
}

/** Paths of the machines in the inventory. */
function* registeredPaths(server: ServerState): Flow<readonly string[]> {
  return (yield* registeredMachines(server)).map(([path]) => path);
}

function* open(server: ServerState, path: string): Flow<MachineState> {
  const host = yield* hostOf(server);
  const handle = yield* work(server, 'VixVM_Open', [host, path], result(VIX_PROPERTY_JOB_RESULT_HANDLE));
  return new MachineState(server, handle, path);
}

/** The same; null for a machine that may not be opened, and for one that has gone since it was found. */
function* openIfAllowed(server: ServerState, path: string): Flow<MachineState | null> {
  try {
    return yield* open(server, path);
  } catch (error) {
    const isOutOfSight =
      error instanceof VirtualServerError && (error.code === 'E_ACCESSDENIED' || error.code === 'VM_E_VM_UNKNOWN');
    if (isOutOfSight) return null;
    throw error;
  }
}

/** The machine of a name, whatever its case; null, as `S_FALSE` shows in a script, where there is none. */
function* findVirtualMachine(server: ServerState, name: string): Flow<MachineState | null> {
  requireName(name);
  const wanted = name.toLowerCase();
  for (const [path, listed] of yield* registeredMachines(server)) {
    if (listed.toLowerCase() !== wanted) continue;
    const machine = yield* openIfAllowed(server, path);
    if (machine !== null) return machine;
  }
  return null;
}

function* virtualMachines(server: ServerState): Flow<CollectionState<MachineState>> {
  const machines: MachineState[] = [];
  try {
    for (const path of yield* registeredPaths(server)) {
      const machine = yield* openIfAllowed(server, path);
      if (machine !== null) machines.push(machine);
    }
  } catch (error) {
    for (const machine of machines) server.owned.giveBack(machine, machine.handle);
    throw error;
  }
  return new CollectionState(machines);
}

/** @param path folder of the machine; with an empty name the path of its file. */
function* registerVirtualMachine(server: ServerState, name: string, path: string): Flow<MachineState> {
  if (name !== '') requireName(name);
  if (path === null || path === undefined) throw new VirtualServerError('E_POINTER', 'give the path of the machine');
  if (typeof path !== 'string') throw new VirtualServerError('E_INVALIDARG', 'the path of the machine is not a text');
  const file = name === '' ? path : `${path.replace(/[\\/]+$/, '')}/${name}.vmx`;
  if ((yield* registeredPaths(server)).includes(file)) {
    throw new VirtualServerError('E_ALREADY_EXISTS', `${file} is registered already`);
  }
  yield* work(server, 'VixHost_RegisterVM', [yield* hostOf(server), file]);
  return yield* open(server, file);
}

function* requireStopped(machine: MachineState): Flow<void> {
  requireState(machine, MachineState, 'a virtual machine');
  const { phase } = yield* lookAt(machine);
  if (phase === VMVMState.TurnedOff || phase === VMVMState.Saved) return;
  throw new VirtualServerError('VM_E_VM_RUNNING', `${machine.path} runs; turn it off first`);
}

function* unregisterVirtualMachine(server: ServerState, machine: MachineState): Flow<void> {
  yield* requireStopped(machine);
  yield* work(server, 'VixHost_UnregisterVM', [yield* hostOf(server), machine.path]);
}

function* deleteVirtualMachine(server: ServerState, machine: MachineState): Flow<void> {
  yield* requireStopped(machine);
  yield* work(server, 'VixVM_Delete', [machine.handle, VIX_VMDELETE_DISK_FILES]);
}

/** Paths of the registered machines. Files that are not registered can be found nowhere. */
function* machineFiles(
  server: ServerState,
  extraPaths: readonly string[] | null,
  excludeRegistered: boolean,
): Flow<readonly string[]> {
  if (excludeRegistered || (extraPaths ?? []).length > 0) {
    const message = 'no host behind Revix looks for machines that are not registered';
    throw new VirtualServerError('E_NOTIMPL', message);
  }
  return yield* registeredPaths(server);
}

function tasksOf(server: ServerState): CollectionState<TaskState> {
  return new CollectionState(server.tasks.underWay());
}

function nameOf(hostName: string | null | undefined): string {
  return hostName === null || hostName === undefined || hostName === '' ? hostname() : withoutUserInfo(hostName);
}

function* version(server: ServerState): Flow<string> {
  const host = yield* hostOf(server);
  const ids = [VIX_PROPERTY_HOST_SOFTWARE_VERSION] as const;
  const [error, text] = yield* readProperties(server.vix, 'Vix_GetProperties', [host], ids);
  if (error === VIX_OK) return text;
  throw new VirtualServerError(hresultOf(error), server.vix.Revix_GetErrorMessage(host));
}
