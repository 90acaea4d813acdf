import { Vix_Out } from '../../api/vix-out.js';
import {
  VIX_FIND_RUNNING_VMS,
  VIX_INVALID_HANDLE,
  VIX_PROPERTY_FOUND_ITEM_LOCATION,
  VIX_PROPERTY_JOB_RESULT_FILE_FLAGS,
  VIX_PROPERTY_JOB_RESULT_FILE_MOD_TIME,
  VIX_PROPERTY_JOB_RESULT_FILE_SIZE,
  VIX_PROPERTY_JOB_RESULT_GUEST_OBJECT_EXISTS,
  VIX_PROPERTY_JOB_RESULT_GUEST_PROGRAM_ELAPSED_TIME,
  VIX_PROPERTY_JOB_RESULT_GUEST_PROGRAM_EXIT_CODE,
  VIX_PROPERTY_JOB_RESULT_HANDLE,
  VIX_PROPERTY_JOB_RESULT_ITEM_NAME,
  VIX_PROPERTY_JOB_RESULT_PROCESS_BEING_DEBUGGED,
  VIX_PROPERTY_JOB_RESULT_PROCESS_COMMAND,
  VIX_PROPERTY_JOB_RESULT_PROCESS_ID,
  VIX_PROPERTY_JOB_RESULT_PROCESS_OWNER,
  VIX_PROPERTY_JOB_RESULT_PROCESS_START_TIME,
  VIX_PROPERTY_JOB_RESULT_SCREEN_IMAGE_DATA,
  VIX_PROPERTY_JOB_RESULT_SCREEN_IMAGE_SIZE,
  VIX_PROPERTY_JOB_RESULT_SHARED_FOLDER_COUNT,
  VIX_PROPERTY_JOB_RESULT_SHARED_FOLDER_FLAGS,
  VIX_PROPERTY_JOB_RESULT_SHARED_FOLDER_HOST,
  VIX_PROPERTY_JOB_RESULT_VM_VARIABLE_STRING,
  VIX_PROPERTY_NONE,
  VIX_RUNPROGRAM_RETURN_IMMEDIATELY,
} from '../../vix/names.js';
import type { VixError, VixHandle, VixPropertyID } from '../../vix/types.js';
import { callPlain, readProperties, runJob, type DoorVix, type JobParameters } from '../door-calls.js';
import type { Flow } from '../flow.js';
import {
  answerOf,
  items,
  justError,
  ofJob,
  ofJobWith,
  ofOut,
  ofPlain,
  record,
  records,
  values,
  type Answer,
  type SimpleMember,
} from './member.js';

const resultHandle = values(VIX_PROPERTY_JOB_RESULT_HANDLE);
const objectExists = values(VIX_PROPERTY_JOB_RESULT_GUEST_OBJECT_EXISTS);
const foundPaths = items(VIX_PROPERTY_FOUND_ITEM_LOCATION);

const programInfo = record({
  PROCESS_ID: VIX_PROPERTY_JOB_RESULT_PROCESS_ID,
  ELAPSED_TIME: VIX_PROPERTY_JOB_RESULT_GUEST_PROGRAM_ELAPSED_TIME,
  EXIT_CODE: VIX_PROPERTY_JOB_RESULT_GUEST_PROGRAM_EXIT_CODE,
});

const startedInfo = record({ PROCESS_ID: VIX_PROPERTY_JOB_RESULT_PROCESS_ID });

/** A function that answers with what became of a program; of one that is not awaited only the process id is known. */
function ofProgram<Name extends 'VixVM_RunProgramInGuest' | 'VixVM_RunScriptInGuest'>(
  reaches: Name,
): SimpleMember<JobParameters<Name>, Answer<[info: ProgramInfo]>, 'waits'> {
  return {
    reaches,
    kind: 'waits',
    run(vix, ...args) {
      const options: unknown = args[3];
      const isAwaited = typeof options !== 'number' || (options & VIX_RUNPROGRAM_RETURN_IMMEDIATELY) === 0;
      return runJob<Answer<[info: ProgramInfo]>>(vix, reaches, args, isAwaited ? programInfo : startedInfo);
    },
  };
}

/** What became of a program. */
export interface ProgramInfo {
  PROCESS_ID?: number | undefined;
  /** Seconds. */
  ELAPSED_TIME?: number | undefined;
  EXIT_CODE?: number | undefined;
}

/** Every function of `VMware::Vix::Simple` by its name, as the reference lists them. */
export const simpleMembers = {
  HostConnect: ofJob('VixHost_Connect', resultHandle),
  HostDisconnect: ofPlain('VixHost_Disconnect', (vix, host: VixHandle): void => vix.VixHost_Disconnect(host)),
  HostOpenVM: ofJob('VixHost_OpenVM', resultHandle),
  VMOpen: ofJob('VixVM_Open', resultHandle),
  RegisterVM: ofJob('VixHost_RegisterVM', justError),
  UnregisterVM: ofJob('VixHost_UnregisterVM', justError),
  FindItems: ofJobWith(
    'VixHost_FindItems',
    (host: VixHandle, searchType: number, timeoutInSeconds: number) =>
      [host, searchType, VIX_INVALID_HANDLE, timeoutInSeconds] as const,
    foundPaths,
  ),
  FindRunningVMs: ofJobWith(
    'VixHost_FindItems',
    (host: VixHandle, timeoutInSeconds: number) =>
      [host, VIX_FIND_RUNNING_VMS, VIX_INVALID_HANDLE, timeoutInSeconds] as const,
    foundPaths,
  ),
  ReleaseHandle: ofPlain('Vix_ReleaseHandle', (vix, handle: VixHandle | 0): void => vix.Vix_ReleaseHandle(handle)),
  GetHandleType: ofPlain('Vix_GetHandleType', (vix, handle: VixHandle): number => vix.Vix_GetHandleType(handle)),
  GetErrorText: ofPlain('Vix_GetErrorText', (vix, error: VixError): string => vix.Vix_GetErrorText(error, null)),
  GetProperties: {
    reaches: 'Vix_GetProperties',
    kind: 'waits',
    run: readHandle,
  },
  AllocPropertyList: ofPlain('VixPropertyList_AllocPropertyList', allocate),
  VMPowerOn: ofJob('VixVM_PowerOn', justError),
  VMPowerOff: ofJob('VixVM_PowerOff', justError),
  VMReset: ofJob('VixVM_Reset', justError),
  VMSuspend: ofJob('VixVM_Suspend', justError),
  VMPause: ofJob('VixVM_Pause', justError),
  VMUnpause: ofJob('VixVM_Unpause', justError),
  VMDelete: ofJob('VixVM_Delete', justError),
  VMUpgradeVirtualHardware: ofJob('VixVM_UpgradeVirtualHardware', justError),
  VMInstallTools: ofJob('VixVM_InstallTools', justError),
  VMWaitForToolsInGuest: ofJob('VixVM_WaitForToolsInGuest', justError),
  VMLoginInGuest: ofJob('VixVM_LoginInGuest', justError),
  VMLogoutFromGuest: ofJob('VixVM_LogoutFromGuest', justError),
  VMRunProgramInGuest: ofJob('VixVM_RunProgramInGuest', justError),
  VMRunProgramInGuestEx: ofProgram('VixVM_RunProgramInGuest'),
  VMRunScriptInGuest: ofJob('VixVM_RunScriptInGuest', justError),
  VMRunScriptInGuestEx: ofProgram('VixVM_RunScriptInGuest'),
  VMListProcessesInGuest: ofJobWith(
    'VixVM_ListProcessesInGuest',
    // A sample of the reference leaves the options out.
    (vm: VixHandle, options: number = 0) => [vm, options] as const,
    records({
      PROCESS_NAME: VIX_PROPERTY_JOB_RESULT_ITEM_NAME,
      PROCESS_ID: VIX_PROPERTY_JOB_RESULT_PROCESS_ID,
      PROCESS_OWNER: VIX_PROPERTY_JOB_RESULT_PROCESS_OWNER,
      PROCESS_COMMAND: VIX_PROPERTY_JOB_RESULT_PROCESS_COMMAND,
      PROCESS_BEING_DEBUGGED: VIX_PROPERTY_JOB_RESULT_PROCESS_BEING_DEBUGGED,
      PROCESS_START_TIME: VIX_PROPERTY_JOB_RESULT_PROCESS_START_TIME,
    }),
  ),
  VMKillProcessInGuest: ofJob('VixVM_KillProcessInGuest', justError),
  VMOpenUrlInGuest: ofJob('VixVM_OpenUrlInGuest', justError),
  VMCopyFileFromHostToGuest: ofJob('VixVM_CopyFileFromHostToGuest', justError),
  VMCopyFileFromGuestToHost: ofJob('VixVM_CopyFileFromGuestToHost', justError),
  VMDeleteFileInGuest: ofJob('VixVM_DeleteFileInGuest', justError),
  VMFileExistsInGuest: ofJob('VixVM_FileExistsInGuest', objectExists),
  VMDirectoryExistsInGuest: ofJob('VixVM_DirectoryExistsInGuest', objectExists),
  VMRenameFileInGuest: ofJob('VixVM_RenameFileInGuest', justError),
  VMCreateTempFileInGuest: ofJob('VixVM_CreateTempFileInGuest', values(VIX_PROPERTY_JOB_RESULT_ITEM_NAME)),
  VMGetFileInfoInGuest: ofJob(
    'VixVM_GetFileInfoInGuest',
    // The text of the reference says MOD_TIME, its sample FILE_MOD_TIME.
    record({
      FILE_SIZE: VIX_PROPERTY_JOB_RESULT_FILE_SIZE,
      FILE_FLAGS: VIX_PROPERTY_JOB_RESULT_FILE_FLAGS,
      FILE_MOD_TIME: VIX_PROPERTY_JOB_RESULT_FILE_MOD_TIME,
      MOD_TIME: VIX_PROPERTY_JOB_RESULT_FILE_MOD_TIME,
    }),
  ),
  VMListDirectoryInGuest: ofJob(
    'VixVM_ListDirectoryInGuest',
    records({
      FILE_NAME: VIX_PROPERTY_JOB_RESULT_ITEM_NAME,
      FILE_SIZE: VIX_PROPERTY_JOB_RESULT_FILE_SIZE,
      FILE_ATTRIBUTES: VIX_PROPERTY_JOB_RESULT_FILE_FLAGS,
      FILE_MOD_TIME: VIX_PROPERTY_JOB_RESULT_FILE_MOD_TIME,
    }),
  ),
  VMCreateDirectoryInGuest: ofJob('VixVM_CreateDirectoryInGuest', justError),
  VMDeleteDirectoryInGuest: ofJob('VixVM_DeleteDirectoryInGuest', justError),
  VMReadVariable: ofJob('VixVM_ReadVariable', values(VIX_PROPERTY_JOB_RESULT_VM_VARIABLE_STRING)),
  VMWriteVariable: ofJob('VixVM_WriteVariable', justError),
  VMCaptureScreenImage: ofJob(
    'VixVM_CaptureScreenImage',
    values(VIX_PROPERTY_JOB_RESULT_SCREEN_IMAGE_SIZE, VIX_PROPERTY_JOB_RESULT_SCREEN_IMAGE_DATA),
  ),
  VMClone: ofJob('VixVM_Clone', resultHandle),
  VMCreateSnapshot: ofJob('VixVM_CreateSnapshot', resultHandle),
  VMRemoveSnapshot: ofJob('VixVM_RemoveSnapshot', justError),
  VMRevertToSnapshot: ofJob('VixVM_RevertToSnapshot', justError),
  VMGetNumRootSnapshots: ofOut('VixVM_GetNumRootSnapshots'),
  VMGetRootSnapshot: ofOut('VixVM_GetRootSnapshot'),
  VMGetCurrentSnapshot: ofOut('VixVM_GetCurrentSnapshot'),
  VMGetNamedSnapshot: ofOut('VixVM_GetNamedSnapshot'),
  SnapshotGetNumChildren: ofOut('VixSnapshot_GetNumChildren'),
  SnapshotGetChild: ofOut('VixSnapshot_GetChild'),
  SnapshotGetParent: ofOut('VixSnapshot_GetParent'),
  VMEnableSharedFolders: ofJob('VixVM_EnableSharedFolders', justError),
  VMGetNumSharedFolders: ofJob('VixVM_GetNumSharedFolders', values(VIX_PROPERTY_JOB_RESULT_SHARED_FOLDER_COUNT)),
  VMGetSharedFolderState: ofJob(
    'VixVM_GetSharedFolderState',
    values(
      VIX_PROPERTY_JOB_RESULT_SHARED_FOLDER_FLAGS,
      VIX_PROPERTY_JOB_RESULT_ITEM_NAME,
      VIX_PROPERTY_JOB_RESULT_SHARED_FOLDER_HOST,
    ),
  ),
  VMSetSharedFolderState: ofJob('VixVM_SetSharedFolderState', justError),
  VMAddSharedFolder: ofJob('VixVM_AddSharedFolder', justError),
  VMRemoveSharedFolder: ofJob('VixVM_RemoveSharedFolder', justError),
  VMBeginRecording: ofJob('VixVM_BeginRecording', resultHandle),
  VMEndRecording: ofJob('VixVM_EndRecording', justError),
  VMBeginReplay: ofJob('VixVM_BeginReplay', justError),
  VMEndReplay: ofJob('VixVM_EndReplay', justError),
} as const satisfies Record<string, SimpleMember<never, unknown>>;

/** Name of a function of the Simple door. */
export type SimpleName = keyof typeof simpleMembers;

/** Reads properties of any handle. The ids may end with `VIX_PROPERTY_NONE`; Perl needs no end. */
function* readHandle(
  vix: DoorVix,
  handle: VixHandle,
  ...ids: readonly VixPropertyID[]
): Flow<Answer<readonly unknown[]>> {
  const wanted = ids.at(-1) === VIX_PROPERTY_NONE ? ids.slice(0, -1) : ids;
  const [error, ...found] = yield* readProperties(vix, 'Vix_GetProperties', [handle], wanted);
  return answerOf(error, found);
}

function allocate(vix: DoorVix, handle: VixHandle | 0, ...list: readonly unknown[]): Answer<[list: VixHandle]> {
  const cell = Vix_Out<VixHandle>();
  return answerOf(callPlain(vix, 'VixPropertyList_AllocPropertyList', handle, cell, ...list), [cell.value]);
}
