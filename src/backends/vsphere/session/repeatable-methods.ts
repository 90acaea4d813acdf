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

/** Whether a method may be called again after a call whose fate is unknown. */
export function isRepeatable(method: string): boolean {
  return repeatable.has(method);
}
