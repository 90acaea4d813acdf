import type { Endpoint } from '../endpoint.js';
import type { Datacenter, Datastore } from '../inventory/datacenter.js';
import type { PlacedMachine } from '../inventory/placed-machines.js';
import { isReadOnly } from './datastore-state.js';
import { DatastoreTree } from './datastore-tree.js';

/** The files of a datastore of an endpoint. */
export function treeOf({ world }: Endpoint, datastore: Datastore): DatastoreTree {
  const { name, datacenter, machines } = datastore;
  return new DatastoreTree({
    world,
    datacenter: datacenter.name,
    name,
    machines,
    users: () => machinesOf(datacenter),
    isReadOnly: isReadOnly(datastore),
  });
}

function* machinesOf({ datastores }: Datacenter): Generator<PlacedMachine> {
  for (const { machines } of datastores.values()) {
    for (const { id, location } of machines) yield { id, path: location };
  }
}
