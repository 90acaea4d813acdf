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

/** Methods that change a machine or what is registered: those that a free licence of ESXi refuses. */
const changing: ReadonlySet<string> = new Set([
  'CloneVM_Task',
  'CreateSnapshot_Task',
  'Destroy_Task',
  'MountToolsInstaller',
  'PowerOffVM_Task',
  'PowerOnVM_Task',
  'RebootGuest',
  'ReconfigVM_Task',
  'RegisterVM_Task',
  'RemoveSnapshot_Task',
  'ResetVM_Task',
  'RevertToSnapshot_Task',
  'ShutdownGuest',
  'SuspendVM_Task',
  'UnregisterVM',
  'UpgradeTools_Task',
  'UpgradeVM_Task',
]);

/** Whether a method changes a machine or what is registered. */
export function isChanging(method: string): boolean {
  return changing.has(method);
}

/** Whether a method may be called again after a call whose fate is unknown. */
export function isRepeatable(method: string): boolean {
  return repeatable.has(method);
}
