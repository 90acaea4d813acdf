/**
 * Methods that may be called again when nobody knows whether the first call was carried out: they read, or the second
 * call finds done what it asks for, or what the first one made is forgotten with the session.
 */
const repeatable: ReadonlySet<string> = new Set([
  'CancelTask',
  'CreateContainerView',
  'CreateListView',
  'CreatePropertyCollector',
  'CurrentTime',
  'DestroyPropertyCollector',
  'DestroyPropertyFilter',
  'DestroyView',
  'FindAllByUuid',
  'FindByDatastorePath',
  'FindByInventoryPath',
  'FindByUuid',
  'FindChild',
  'InitiateFileTransferFromGuest',
  'InitiateFileTransferToGuest',
  'ListFilesInGuest',
  'ListGuestAliases',
  'ListGuestMappedAliases',
  'ListProcessesInGuest',
  'ListRegistryKeysInGuest',
  'ListRegistryValuesInGuest',
  'ModifyListView',
  'ReadEnvironmentVariableInGuest',
  'RetrievePropertiesEx',
  'RetrieveServiceContent',
  'ValidateCredentialsInGuest',
]);

/** Methods that change a machine, its guest or what is registered: those that a free licence of ESXi refuses. */
const changing: ReadonlySet<string> = new Set([
  'AbortCustomization_Task',
  'AddGuestAlias',
  'AnswerVM',
  'ChangeFileAttributesInGuest',
  'CloneVM_Task',
  'CreateRegistryKeyInGuest',
  'CreateScreenshot_Task',
  'CreateSnapshot_Task',
  'CreateTemporaryDirectoryInGuest',
  'CreateTemporaryFileInGuest',
  'CustomizeGuest_Task',
  'DeleteDirectoryInGuest',
  'DeleteFileInGuest',
  'DeleteRegistryKeyInGuest',
  'DeleteRegistryValueInGuest',
  'Destroy_Task',
  'InitiateFileTransferToGuest',
  'MakeDirectoryInGuest',
  'MountToolsInstaller',
  'MoveDirectoryInGuest',
  'MoveFileInGuest',
  'PowerOffVM_Task',
  'PowerOnVM_Task',
  'RebootGuest',
  'ReconfigVM_Task',
  'RegisterVM_Task',
  'RemoveGuestAlias',
  'RemoveGuestAliasByCert',
  'RemoveSnapshot_Task',
  'ResetVM_Task',
  'RevertToSnapshot_Task',
  'SetRegistryValueInGuest',
  'ShutdownGuest',
  'StartGuestNetwork_Task',
  'StartProgramInGuest',
  'SuspendVM_Task',
  'TerminateProcessInGuest',
  'UnmountToolsInstaller',
  'UnregisterVM',
  'UpgradeTools_Task',
  'UpgradeVM_Task',
]);

/** Whether a method changes a machine, its guest or what is registered. */
export function isChanging(method: string): boolean {
  return changing.has(method);
}

/** Whether a method may be called again after a call whose fate is unknown. */
export function isRepeatable(method: string): boolean {
  return repeatable.has(method);
}
