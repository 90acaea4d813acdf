import type { Datastore } from '../inventory/datacenter.js';
import { VimFault } from '../vim-fault.js';

/** Whether it is mounted for reading only. */
export function isReadOnly({ volume }: Datastore): boolean {
  return volume.kind === 'nas' && volume.accessMode === 'readOnly';
}

/**
 * Nothing new comes into being in a datastore that is in maintenance or cannot be written.
 * @throws VimFault `InvalidDatastoreState`, `NotSupported`.
 */
export function requireProvisioning(datastore: Datastore): void {
  const { name, isInMaintenance } = datastore;
  if (isInMaintenance) {
    const fault = { $type: 'InvalidDatastoreState', datastoreName: name };
    throw new VimFault(fault, `The datastore '${name}' is in maintenance mode. Take it out of that first.`);
  }
  if (isReadOnly(datastore)) {
    throw new VimFault({ $type: 'NotSupported' }, `The datastore '${name}' is mounted for reading only.`);
  }
}
