import * as processVix from '../../compose/process-vix.js';
import type { Vix } from '../../api/vix.js';
import { awaitedSimple, type Simple } from './simple.js';

/** The functions over a set of VIX functions of its own, as `createVix` makes it: same handles, same hosts. */
export function createSimple(vix: Vix): Simple {
  return awaitedSimple(vix);
}

// The functions over the one runtime of the process, which `revix` exports the C-shaped functions of.
export const {
  HostConnect,
  HostDisconnect,
  HostOpenVM,
  VMOpen,
  RegisterVM,
  UnregisterVM,
  FindItems,
  FindRunningVMs,
  ReleaseHandle,
  GetHandleType,
  GetErrorText,
  GetProperties,
  AllocPropertyList,
  VMPowerOn,
  VMPowerOff,
  VMReset,
  VMSuspend,
  VMPause,
  VMUnpause,
  VMDelete,
  VMUpgradeVirtualHardware,
  VMInstallTools,
  VMWaitForToolsInGuest,
  VMLoginInGuest,
  VMLogoutFromGuest,
  VMRunProgramInGuest,
  VMRunProgramInGuestEx,
  VMRunScriptInGuest,
  VMRunScriptInGuestEx,
  VMListProcessesInGuest,
  VMKillProcessInGuest,
  VMOpenUrlInGuest,
  VMCopyFileFromHostToGuest,
  VMCopyFileFromGuestToHost,
  VMDeleteFileInGuest,
  VMFileExistsInGuest,
  VMDirectoryExistsInGuest,
  VMRenameFileInGuest,
  VMCreateTempFileInGuest,
  VMGetFileInfoInGuest,
  VMListDirectoryInGuest,
  VMCreateDirectoryInGuest,
  VMDeleteDirectoryInGuest,
  VMReadVariable,
  VMWriteVariable,
  VMCaptureScreenImage,
  VMClone,
  VMCreateSnapshot,
  VMRemoveSnapshot,
  VMRevertToSnapshot,
  VMGetNumRootSnapshots,
  VMGetRootSnapshot,
  VMGetCurrentSnapshot,
  VMGetNamedSnapshot,
  SnapshotGetNumChildren,
  SnapshotGetChild,
  SnapshotGetParent,
  VMEnableSharedFolders,
  VMGetNumSharedFolders,
  VMGetSharedFolderState,
  VMSetSharedFolderState,
  VMAddSharedFolder,
  VMRemoveSharedFolder,
  VMBeginRecording,
  VMEndRecording,
  VMBeginReplay,
  VMEndReplay,
} = awaitedSimple(processVix);

export type { Simple } from './simple.js';
export * from '../../vix/names.js';
export type { VixError, VixHandle, VixPropertyID } from '../../vix/types.js';
