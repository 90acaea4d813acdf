import type { VixFunctionName } from '../../vix/functions.js';

/** The members of one interface: name -> the VIX function that it reaches. */
type ComInterface = Readonly<Record<string, VixFunctionName>>;

/**
 * Every member of VixCOM's interfaces whose signature is that of a VIX function: the handle is the object, client data
 * is left out, a callback is an `ICallback`, and a job is returned as an `IJob`. Those of later interfaces
 * (`IVM2`, `IHost2`, ...) are with the first.
 */
export const comMembers = {
  IVixLib: {
    Connect: 'VixHost_Connect',
    GetErrorText: 'Vix_GetErrorText',
  },
  IVixHandle: {
    GetHandleType: 'Vix_GetHandleType',
    GetProperties: 'Vix_GetProperties',
    GetPropertyType: 'Vix_GetPropertyType',
  },
  IJob: {
    Wait: 'VixJob_Wait',
    CheckCompletion: 'VixJob_CheckCompletion',
    GetError: 'VixJob_GetError',
    GetNumProperties: 'VixJob_GetNumProperties',
    GetNthProperties: 'VixJob_GetNthProperties',
  },
  ISnapshot: {
    GetNumChildren: 'VixSnapshot_GetNumChildren',
    GetChild: 'VixSnapshot_GetChild',
    GetParent: 'VixSnapshot_GetParent',
  },
  IHost: {
    OpenVM: 'VixVM_Open',
    Disconnect: 'VixHost_Disconnect',
    RegisterVM: 'VixHost_RegisterVM',
    UnregisterVM: 'VixHost_UnregisterVM',
    FindItems: 'VixHost_FindItems',
    PumpEvents: 'Vix_PumpEvents',
    OpenVMEx: 'VixHost_OpenVM',
  },
  IVM: {
    PowerOn: 'VixVM_PowerOn',
    PowerOff: 'VixVM_PowerOff',
    Reset: 'VixVM_Reset',
    Suspend: 'VixVM_Suspend',
    Delete: 'VixVM_Delete',
    WaitForToolsInGuest: 'VixVM_WaitForToolsInGuest',
    LoginInGuest: 'VixVM_LoginInGuest',
    LogoutFromGuest: 'VixVM_LogoutFromGuest',
    RunProgramInGuest: 'VixVM_RunProgramInGuest',
    ListProcessesInGuest: 'VixVM_ListProcessesInGuest',
    KillProcessInGuest: 'VixVM_KillProcessInGuest',
    RunScriptInGuest: 'VixVM_RunScriptInGuest',
    OpenUrlInGuest: 'VixVM_OpenUrlInGuest',
    CopyFileFromHostToGuest: 'VixVM_CopyFileFromHostToGuest',
    CopyFileFromGuestToHost: 'VixVM_CopyFileFromGuestToHost',
    DeleteFileInGuest: 'VixVM_DeleteFileInGuest',
    FileExistsInGuest: 'VixVM_FileExistsInGuest',
    RenameFileInGuest: 'VixVM_RenameFileInGuest',
    CreateTempFileInGuest: 'VixVM_CreateTempFileInGuest',
    ListDirectoryInGuest: 'VixVM_ListDirectoryInGuest',
    CreateDirectoryInGuest: 'VixVM_CreateDirectoryInGuest',
    DeleteDirectoryInGuest: 'VixVM_DeleteDirectoryInGuest',
    DirectoryExistsInGuest: 'VixVM_DirectoryExistsInGuest',
    ReadVariable: 'VixVM_ReadVariable',
    WriteVariable: 'VixVM_WriteVariable',
    GetNumRootSnapshots: 'VixVM_GetNumRootSnapshots',
    GetRootSnapshot: 'VixVM_GetRootSnapshot',
    GetCurrentSnapshot: 'VixVM_GetCurrentSnapshot',
    GetNamedSnapshot: 'VixVM_GetNamedSnapshot',
    RemoveSnapshot: 'VixVM_RemoveSnapshot',
    RevertToSnapshot: 'VixVM_RevertToSnapshot',
    CreateSnapshot: 'VixVM_CreateSnapshot',
    EnableSharedFolders: 'VixVM_EnableSharedFolders',
    GetNumSharedFolders: 'VixVM_GetNumSharedFolders',
    GetSharedFolderState: 'VixVM_GetSharedFolderState',
    SetSharedFolderState: 'VixVM_SetSharedFolderState',
    AddSharedFolder: 'VixVM_AddSharedFolder',
    RemoveSharedFolder: 'VixVM_RemoveSharedFolder',
    UpgradeVirtualHardware: 'VixVM_UpgradeVirtualHardware',
    InstallTools: 'VixVM_InstallTools',
    Pause: 'VixVM_Pause',
    Unpause: 'VixVM_Unpause',
    Clone: 'VixVM_Clone',
    BeginRecording: 'VixVM_BeginRecording',
    EndRecording: 'VixVM_EndRecording',
    BeginReplay: 'VixVM_BeginReplay',
    EndReplay: 'VixVM_EndReplay',
    GetFileInfoInGuest: 'VixVM_GetFileInfoInGuest',
    CaptureScreenImage: 'VixVM_CaptureScreenImage',
  },
} as const satisfies Record<string, ComInterface>;
