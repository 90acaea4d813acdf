import { stableId } from '../../world/vm/clone.js';
import type { Datacenter } from '../inventory/datacenter.js';
import { formatDatastorePath, type DatastorePath } from '../inventory/datastore-path.js';

/** Who a disk is whose descriptor does not say so: it follows from its place. */
export function diskUuid({ name }: Datacenter, place: DatastorePath): string {
  return stableId('disk', name, formatDatastorePath(place));
}
