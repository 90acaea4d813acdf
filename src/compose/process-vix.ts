import type { Vix } from '../api/vix.js';
import { defaultVix } from './default-vix.js';

/**
 * A function of the one runtime that the exported functions share, as all of a C program shares one library. The
 * runtime is made at the first call.
 */
function bound<Name extends keyof Vix>(name: Name): Vix[Name] {
  const call = (...args: never[]): unknown => {
    const target: (...targetArgs: never[]) => unknown = defaultVix()[name];
    return target(...args);
  };
  return call as Vix[Name];
}

export const Vix_GetErrorText: Vix['Vix_GetErrorText'] = bound('Vix_GetErrorText');
export const Vix_ReleaseHandle: Vix['Vix_ReleaseHandle'] = bound('Vix_ReleaseHandle');
export const Vix_AddRefHandle: Vix['Vix_AddRefHandle'] = bound('Vix_AddRefHandle');
export const Vix_GetHandleType: Vix['Vix_GetHandleType'] = bound('Vix_GetHandleType');
export const Vix_GetProperties: Vix['Vix_GetProperties'] = bound('Vix_GetProperties');
export const Vix_GetPropertyType: Vix['Vix_GetPropertyType'] = bound('Vix_GetPropertyType');
export const VixPropertyList_AllocPropertyList: Vix['VixPropertyList_AllocPropertyList'] = bound(
  'VixPropertyList_AllocPropertyList',
);
export const Vix_FreeBuffer: Vix['Vix_FreeBuffer'] = bound('Vix_FreeBuffer');
export const Vix_PumpEvents: Vix['Vix_PumpEvents'] = bound('Vix_PumpEvents');
export const VixJob_Wait: Vix['VixJob_Wait'] = bound('VixJob_Wait');
export const VixJob_CheckCompletion: Vix['VixJob_CheckCompletion'] = bound('VixJob_CheckCompletion');
export const VixJob_GetError: Vix['VixJob_GetError'] = bound('VixJob_GetError');
export const VixJob_GetNumProperties: Vix['VixJob_GetNumProperties'] = bound('VixJob_GetNumProperties');
export const VixJob_GetNthProperties: Vix['VixJob_GetNthProperties'] = bound('VixJob_GetNthProperties');
export const VixHost_Connect: Vix['VixHost_Connect'] = bound('VixHost_Connect');
export const VixHost_Disconnect: Vix['VixHost_Disconnect'] = bound('VixHost_Disconnect');
export const VixHost_RegisterVM: Vix['VixHost_RegisterVM'] = bound('VixHost_RegisterVM');
export const VixHost_UnregisterVM: Vix['VixHost_UnregisterVM'] = bound('VixHost_UnregisterVM');
export const VixHost_FindItems: Vix['VixHost_FindItems'] = bound('VixHost_FindItems');
export const VixHost_OpenVM: Vix['VixHost_OpenVM'] = bound('VixHost_OpenVM');
export const VixVM_Open: Vix['VixVM_Open'] = bound('VixVM_Open');
export const VixVM_Delete: Vix['VixVM_Delete'] = bound('VixVM_Delete');
export const VixVM_Clone: Vix['VixVM_Clone'] = bound('VixVM_Clone');
export const VixVM_UpgradeVirtualHardware: Vix['VixVM_UpgradeVirtualHardware'] = bound('VixVM_UpgradeVirtualHardware');
export const VixVM_PowerOn: Vix['VixVM_PowerOn'] = bound('VixVM_PowerOn');
export const VixVM_PowerOff: Vix['VixVM_PowerOff'] = bound('VixVM_PowerOff');
export const VixVM_Reset: Vix['VixVM_Reset'] = bound('VixVM_Reset');
export const VixVM_Suspend: Vix['VixVM_Suspend'] = bound('VixVM_Suspend');
export const VixVM_Pause: Vix['VixVM_Pause'] = bound('VixVM_Pause');
export const VixVM_Unpause: Vix['VixVM_Unpause'] = bound('VixVM_Unpause');
export const VixVM_WaitForToolsInGuest: Vix['VixVM_WaitForToolsInGuest'] = bound('VixVM_WaitForToolsInGuest');
export const VixVM_InstallTools: Vix['VixVM_InstallTools'] = bound('VixVM_InstallTools');
export const VixVM_ReadVariable: Vix['VixVM_ReadVariable'] = bound('VixVM_ReadVariable');
export const VixVM_WriteVariable: Vix['VixVM_WriteVariable'] = bound('VixVM_WriteVariable');
export const VixVM_EnableSharedFolders: Vix['VixVM_EnableSharedFolders'] = bound('VixVM_EnableSharedFolders');
export const VixVM_GetNumSharedFolders: Vix['VixVM_GetNumSharedFolders'] = bound('VixVM_GetNumSharedFolders');
export const VixVM_GetSharedFolderState: Vix['VixVM_GetSharedFolderState'] = bound('VixVM_GetSharedFolderState');
export const VixVM_SetSharedFolderState: Vix['VixVM_SetSharedFolderState'] = bound('VixVM_SetSharedFolderState');
export const VixVM_AddSharedFolder: Vix['VixVM_AddSharedFolder'] = bound('VixVM_AddSharedFolder');
export const VixVM_RemoveSharedFolder: Vix['VixVM_RemoveSharedFolder'] = bound('VixVM_RemoveSharedFolder');
export const VixVM_CaptureScreenImage: Vix['VixVM_CaptureScreenImage'] = bound('VixVM_CaptureScreenImage');
export const VixVM_GetNumRootSnapshots: Vix['VixVM_GetNumRootSnapshots'] = bound('VixVM_GetNumRootSnapshots');
export const VixVM_GetRootSnapshot: Vix['VixVM_GetRootSnapshot'] = bound('VixVM_GetRootSnapshot');
export const VixVM_GetCurrentSnapshot: Vix['VixVM_GetCurrentSnapshot'] = bound('VixVM_GetCurrentSnapshot');
export const VixVM_GetNamedSnapshot: Vix['VixVM_GetNamedSnapshot'] = bound('VixVM_GetNamedSnapshot');
export const VixVM_RemoveSnapshot: Vix['VixVM_RemoveSnapshot'] = bound('VixVM_RemoveSnapshot');
export const VixVM_RevertToSnapshot: Vix['VixVM_RevertToSnapshot'] = bound('VixVM_RevertToSnapshot');
export const VixVM_CreateSnapshot: Vix['VixVM_CreateSnapshot'] = bound('VixVM_CreateSnapshot');
export const VixSnapshot_GetNumChildren: Vix['VixSnapshot_GetNumChildren'] = bound('VixSnapshot_GetNumChildren');
export const VixSnapshot_GetChild: Vix['VixSnapshot_GetChild'] = bound('VixSnapshot_GetChild');
export const VixSnapshot_GetParent: Vix['VixSnapshot_GetParent'] = bound('VixSnapshot_GetParent');
export const VixVM_BeginRecording: Vix['VixVM_BeginRecording'] = bound('VixVM_BeginRecording');
export const VixVM_EndRecording: Vix['VixVM_EndRecording'] = bound('VixVM_EndRecording');
export const VixVM_BeginReplay: Vix['VixVM_BeginReplay'] = bound('VixVM_BeginReplay');
export const VixVM_EndReplay: Vix['VixVM_EndReplay'] = bound('VixVM_EndReplay');
export const VixVM_LoginInGuest: Vix['VixVM_LoginInGuest'] = bound('VixVM_LoginInGuest');
export const VixVM_LogoutFromGuest: Vix['VixVM_LogoutFromGuest'] = bound('VixVM_LogoutFromGuest');
export const VixVM_RunProgramInGuest: Vix['VixVM_RunProgramInGuest'] = bound('VixVM_RunProgramInGuest');
export const VixVM_ListProcessesInGuest: Vix['VixVM_ListProcessesInGuest'] = bound('VixVM_ListProcessesInGuest');
export const VixVM_KillProcessInGuest: Vix['VixVM_KillProcessInGuest'] = bound('VixVM_KillProcessInGuest');
export const VixVM_RunScriptInGuest: Vix['VixVM_RunScriptInGuest'] = bound('VixVM_RunScriptInGuest');
export const VixVM_OpenUrlInGuest: Vix['VixVM_OpenUrlInGuest'] = bound('VixVM_OpenUrlInGuest');
export const VixVM_CopyFileFromHostToGuest: Vix['VixVM_CopyFileFromHostToGuest'] = bound(
  'VixVM_CopyFileFromHostToGuest',
);
export const VixVM_CopyFileFromGuestToHost: Vix['VixVM_CopyFileFromGuestToHost'] = bound(
  'VixVM_CopyFileFromGuestToHost',
);
export const VixVM_DeleteFileInGuest: Vix['VixVM_DeleteFileInGuest'] = bound('VixVM_DeleteFileInGuest');
export const VixVM_FileExistsInGuest: Vix['VixVM_FileExistsInGuest'] = bound('VixVM_FileExistsInGuest');
export const VixVM_RenameFileInGuest: Vix['VixVM_RenameFileInGuest'] = bound('VixVM_RenameFileInGuest');
export const VixVM_CreateTempFileInGuest: Vix['VixVM_CreateTempFileInGuest'] = bound('VixVM_CreateTempFileInGuest');
export const VixVM_GetFileInfoInGuest: Vix['VixVM_GetFileInfoInGuest'] = bound('VixVM_GetFileInfoInGuest');
export const VixVM_ListDirectoryInGuest: Vix['VixVM_ListDirectoryInGuest'] = bound('VixVM_ListDirectoryInGuest');
export const VixVM_CreateDirectoryInGuest: Vix['VixVM_CreateDirectoryInGuest'] = bound('VixVM_CreateDirectoryInGuest');
export const VixVM_DeleteDirectoryInGuest: Vix['VixVM_DeleteDirectoryInGuest'] = bound('VixVM_DeleteDirectoryInGuest');
export const VixVM_DirectoryExistsInGuest: Vix['VixVM_DirectoryExistsInGuest'] = bound('VixVM_DirectoryExistsInGuest');
export const Revix_GetJobMessage: Vix['Revix_GetJobMessage'] = bound('Revix_GetJobMessage');
export const Revix_GetJobProgress: Vix['Revix_GetJobProgress'] = bound('Revix_GetJobProgress');
export const Revix_ReadToolsReport: Vix['Revix_ReadToolsReport'] = bound('Revix_ReadToolsReport');
export const Revix_SetTimeSync: Vix['Revix_SetTimeSync'] = bound('Revix_SetTimeSync');
export const Revix_GetNetworkAdapters: Vix['Revix_GetNetworkAdapters'] = bound('Revix_GetNetworkAdapters');
export const Revix_AddNetworkAdapter: Vix['Revix_AddNetworkAdapter'] = bound('Revix_AddNetworkAdapter');
export const Revix_SetNetworkAdapter: Vix['Revix_SetNetworkAdapter'] = bound('Revix_SetNetworkAdapter');
export const Revix_RemoveNetworkAdapter: Vix['Revix_RemoveNetworkAdapter'] = bound('Revix_RemoveNetworkAdapter');
export const Revix_GetHostNetworks: Vix['Revix_GetHostNetworks'] = bound('Revix_GetHostNetworks');
export const Revix_CancelJob: Vix['Revix_CancelJob'] = bound('Revix_CancelJob');
export const Revix_GetErrorMessage: Vix['Revix_GetErrorMessage'] = bound('Revix_GetErrorMessage');
export const Revix_DumpHandles: Vix['Revix_DumpHandles'] = bound('Revix_DumpHandles');
export const Revix_CountHandles: Vix['Revix_CountHandles'] = bound('Revix_CountHandles');
export const Revix_OnDiagnostic: Vix['Revix_OnDiagnostic'] = bound('Revix_OnDiagnostic');
export const Revix_Close: Vix['Revix_Close'] = bound('Revix_Close');
