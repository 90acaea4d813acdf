import * as processVix from '../sync/process-vix.js';
import type { SyncVix } from '../sync/sync-vix.js';
import { blockingSimple, type BlockingSimple } from './simple.js';

/** The functions over a set of blocking VIX functions of its own, as `createVix` of `revix/sync` makes it. */
export function createSimple(vix: SyncVix): BlockingSimple {
  return blockingSimple(vix);
}

// The functions over the one engine of the process, which `revix/sync` exports the C-shaped functions of.
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
} = blockingSimple(processVix);

export type { BlockingSimple } from './simple.js';
export * from '../../vix/names.js';
export type { VixError, VixHandle, VixPropertyID } from '../../vix/types.js';
