import { adoptMachine } from '../../world/inventory/adopt-machine.js';
import { recordFromVmx } from '../../world/store/vmx-record.js';
import { VmxDocument } from '../../world/store/vmx-file.js';
import { stableId } from '../../world/vm/clone.js';
import type { Endpoint } from '../endpoint.js';
import type { Datastore } from '../inventory/datacenter.js';
import { formatDatastorePath, type DatastorePath } from '../inventory/datastore-path.js';
import { treeOf } from './datastore-trees.js';

/**
 * Makes a machine of a configuration file that a client has put into a datastore; its guest is a fresh one.
 * @returns whether there was such a file.
 * @throws Fault `vm-config-unreadable` with the line that cannot be used.
 */
export async function adoptConfiguration(
  endpoint: Endpoint,
  datastore: Datastore,
  place: DatastorePath,
): Promise<boolean> {
  const tree = treeOf(endpoint, datastore);
  const entry = await tree.stat(place.path);
  if (entry?.kind !== 'file' || !entry.name.toLowerCase().endsWith('.vmx')) return false;
  const location = formatDatastorePath(place);
  const datacenter = datastore.datacenter.name;
  const document = VmxDocument.parse((await tree.read(place.path)).bytes(), location);
  const id = stableId('vm', datacenter, location);
  const found = recordFromVmx(document, { id, datacenter, location, fileName: location });
  const { record, files } = adoptMachine({ ...found, isRegistered: false });
  await endpoint.world.add(record, files);
  return true;
}
