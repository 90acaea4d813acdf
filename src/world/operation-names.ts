/** Every operation of the world that a fault rule can name. */
export const operationNames = [
  'connect',
  'findVms',
  'openVm',
  'registerVm',
  'unregisterVm',
  'properties',
  'guestReport',
  'settings.change',
  'power.on',
  'power.off',
  'power.reset',
  'power.suspend',
  'power.pause',
  'power.unpause',
  'tools.waitUntilRunning',
  'tools.install',
  'lifecycle.delete',
  'lifecycle.clone',
  'lifecycle.upgradeHardware',
  'snapshots.tree',
  'snapshots.create',
  'snapshots.revert',
  'snapshots.remove',
  'variables.readGuestVariable',
  'variables.writeGuestVariable',
  'variables.readConfig',
  'variables.writeConfig',
  'sharedFolders.setEnabled',
  'sharedFolders.list',
  'sharedFolders.add',
  'sharedFolders.update',
  'sharedFolders.remove',
  'recording.beginRecording',
  'recording.endRecording',
  'recording.beginReplay',
  'recording.endReplay',
  'guest.validate',
  'guest.start',
  'guest.poll',
  'guest.processes',
  'guest.kill',
  'guest.readEnvironment',
  'guest.writeEnvironment',
  'guest.captureScreen',
  'guest.openUrl',
  'guest.files.list',
  'guest.files.stat',
  'guest.files.setAttributes',
  'guest.files.makeDirectory',
  'guest.files.deleteFile',
  'guest.files.deleteDirectory',
  'guest.files.move',
  'guest.files.createTempFile',
  'guest.files.createTempDirectory',
  'guest.files.read',
  'guest.files.write',
  'guest.registry.keys',
  'guest.registry.createKey',
  'guest.registry.deleteKey',
  'guest.registry.values',
  'guest.registry.setValue',
  'guest.registry.deleteValue',
] as const;

export type OperationName = (typeof operationNames)[number];

/** One operation, a family (`guest.*`), or all of them (`*`). */
export type OperationPattern = OperationName | `${string}.*` | '*';

/** Whether a text names operations. */
export function isOperationPattern(text: unknown): text is OperationPattern {
  if (typeof text !== 'string') return false;
  if (text === '*' || operationNames.some((name) => name === text)) return true;
  return text.endsWith('.*') && operationNames.some((name) => name.startsWith(text.slice(0, -1)));
}
