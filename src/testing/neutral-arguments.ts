import { Vix_Out } from '../api/vix-out.js';
import type { Capability } from '../backends/capabilities.js';
import { functions, type VixFunctionName } from '../vix/functions.js';
import type { FunctionRow } from '../vix/functions/function-row.js';
import {
  VIX_INVALID_HANDLE,
  VIX_PROPERTY_JOB_RESULT_ERROR_CODE,
  VIX_PROPERTY_NONE,
  VIX_SERVICEPROVIDER_DEFAULT,
} from '../vix/names.js';
import type { ParamKind, VixHandle } from '../vix/types.js';

/** The table of functions with its rows in their general form. */
export const functionRows: readonly (readonly [VixFunctionName, FunctionRow])[] = Object.entries<FunctionRow>(
  functions,
).map(([name, row]) => [name as VixFunctionName, row]);

/** An argument of each kind with which no function has anything to complain about, as far as that can be. */
const neutral: Readonly<Record<ParamKind, () => readonly unknown[]>> = {
  host: () => [VIX_INVALID_HANDLE],
  vm: () => [VIX_INVALID_HANDLE],
  job: () => [VIX_INVALID_HANDLE],
  snapshot: () => [VIX_INVALID_HANDLE],
  handle: () => [VIX_INVALID_HANDLE],
  propertyList: () => [VIX_INVALID_HANDLE],
  searchCriteria: () => [VIX_INVALID_HANDLE],
  int: () => [1],
  uint64: () => [999_999_999],
  bool: () => [true],
  string: () => ['/revix-neutral'],
  secret: () => ['secret'],
  error: () => [0],
  buffer: () => [null],
  callback: () => [],
  clientData: () => [],
  propertyId: () => [VIX_PROPERTY_JOB_RESULT_ERROR_CODE],
  outHandle: () => [Vix_Out<VixHandle>()],
  outInt: () => [Vix_Out<number>()],
  outBool: () => [Vix_Out<boolean>()],
  outPropertyType: () => [Vix_Out<number>()],
  propertyCells: () => [VIX_PROPERTY_NONE],
  propertyValues: () => [VIX_PROPERTY_NONE],
};

/** Values that a parameter needs whatever its kind says, by function. */
const special: Readonly<Partial<Record<VixFunctionName, Readonly<Record<string, unknown>>>>> = {
  VixHost_Connect: { hostType: VIX_SERVICEPROVIDER_DEFAULT, hostPort: 0, options: 0, hostName: null },
  VixVM_PowerOn: { powerOnOptions: 0 },
  VixVM_PowerOff: { powerOffOptions: 0 },
  VixVM_Reset: { resetOptions: 0 },
  VixVM_Suspend: { suspendOptions: 0 },
  VixVM_Delete: { deleteOptions: 2 },
  VixVM_Clone: { cloneType: 0 },
  VixVM_InstallTools: { options: 0, commandLineArgs: null },
  VixVM_LoginInGuest: { options: 0 },
  VixVM_OpenUrlInGuest: { url: 'https://example.com/' },
  VixVM_RunScriptInGuest: { interpreter: null },
};

/**
 * Arguments for a function, without callback and client data: neutral ones, except those that are named.
 *
 * @param named arguments by parameter name.
 */
export function argumentsFor(name: VixFunctionName, named: Readonly<Record<string, unknown>> = {}): unknown[] {
  const row: FunctionRow = functions[name];
  const given: Readonly<Record<string, unknown>> = { ...special[name], ...named };
  return Object.entries(row.params).flatMap(([parameter, kind]) =>
    parameter in given ? [given[parameter]] : neutral[kind](),
  );
}

/** Name of the first parameter of a function and its kind. */
export function firstParameter(row: FunctionRow): readonly [name: string, kind: ParamKind] | undefined {
  return Object.entries(row.params)[0];
}

/** The capability without which a function is refused, whatever its arguments are. */
export const functionCapabilities: Readonly<Partial<Record<VixFunctionName, Capability>>> = {
  VixHost_RegisterVM: 'registration',
  VixHost_UnregisterVM: 'registration',
  VixVM_PowerOn: 'power',
  VixVM_PowerOff: 'power',
  VixVM_Reset: 'power',
  VixVM_Suspend: 'suspend',
  VixVM_Pause: 'pause',
  VixVM_Unpause: 'pause',
  VixVM_Delete: 'delete',
  VixVM_Clone: 'clone',
  VixVM_UpgradeVirtualHardware: 'hardwareUpgrade',
  VixVM_WaitForToolsInGuest: 'guest',
  VixVM_InstallTools: 'toolsInstall',
  VixVM_LoginInGuest: 'guest',
  VixVM_LogoutFromGuest: 'guest',
  VixVM_GetNumRootSnapshots: 'snapshots',
  VixVM_GetRootSnapshot: 'snapshots',
  VixVM_GetCurrentSnapshot: 'snapshots',
  VixVM_GetNamedSnapshot: 'snapshots',
  VixVM_CreateSnapshot: 'snapshots',
  VixVM_RemoveSnapshot: 'snapshots',
  VixVM_RevertToSnapshot: 'snapshots',
  VixVM_EnableSharedFolders: 'sharedFolders',
  VixVM_GetNumSharedFolders: 'sharedFolders',
  VixVM_GetSharedFolderState: 'sharedFolders',
  VixVM_SetSharedFolderState: 'sharedFolders',
  VixVM_AddSharedFolder: 'sharedFolders',
  VixVM_RemoveSharedFolder: 'sharedFolders',
  VixVM_BeginRecording: 'recording',
  VixVM_EndRecording: 'recording',
  VixVM_BeginReplay: 'recording',
  VixVM_EndReplay: 'recording',
  ...Object.fromEntries(
    functionRows.filter(([, row]) => row.guestLogin === 'always').map(([name]) => [name, 'guest' as const]),
  ),
  VixVM_OpenUrlInGuest: 'openUrl',
  VixVM_CaptureScreenImage: 'screenshot',
};
