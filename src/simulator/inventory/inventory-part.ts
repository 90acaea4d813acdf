import { datastoreBrowserKind } from '../datastores/datastore-browser.js';
import type { Endpoint } from '../endpoint.js';
import { managed } from '../managed-object.js';
import { findVm, viewOf } from '../vm/vm-kind.js';
import { findSnapshotObject } from '../vm/vm-snapshot-methods.js';
import { computeKind, hostKind, poolKind } from './compute-kinds.js';
import type { Datacenter, Datastore, Network, StoragePod } from './datacenter.js';
import { folderMethods } from './folder-methods.js';
import { datastoreKind } from './datastore-kind.js';
import { hostDatastoresKind } from './host-datastores.js';
import { datacenterKind, folderKind, foldersOf, networkKind, rootFolder } from './inventory-kinds.js';
import { addStorageResourceManager, podKind, podTarget, storageFolderMethods } from './storage-pods.js';

export interface InventoryPartOptions {
  /** What the first datacentre is called in a world without machines. */
  readonly datacenter: string | undefined;
  /** Told of machines that cannot be looked at. */
  readonly onDefect: (error: unknown, where: string) => void;
}

/** Puts everything that clients walk into an endpoint, and keeps it as the world is. */
export async function addInventory(endpoint: Endpoint, { datacenter, onDefect }: InventoryPartOptions): Promise<void> {
  const { objects, inventory, world } = endpoint;
  objects.addSource('VirtualMachine', { find: (ref) => findVm(endpoint, ref) });
  objects.addSource('VirtualMachineSnapshot', { find: (ref) => findSnapshotObject(endpoint, ref, viewOf) });
  const folders = { ...folderKind, methods: { ...folderMethods, ...storageFolderMethods } };
  const root = rootFolder(endpoint);
  addStorageResourceManager(endpoint);
  endpoint.addManager('rootFolder', managed(root.ref, folders, root));
  const show = {
    datacenter: (shown: Datacenter): void => {
      const target = { endpoint, datacenter: shown };
      const { refs } = shown;
      objects.add(managed(refs.datacenter, datacenterKind, target));
      for (const folder of foldersOf(endpoint, shown)) objects.add(managed(folder.ref, folders, folder));
      objects.add(managed(refs.compute, { ...computeKind, type: refs.compute.type }, target));
      objects.add(managed(refs.host, hostKind, target));
      objects.add(managed(refs.pool, poolKind, target));
      objects.add(managed(refs.datastoreSystem, hostDatastoresKind, target));
    },
    datastore: (datastore: Datastore): void => {
      objects.add(managed(datastore.ref, datastoreKind, { endpoint, datastore }));
      objects.add(managed(datastore.browser, datastoreBrowserKind, { endpoint, datastore }));
    },
    network: (network: Network): void => {
      objects.add(managed(network.ref, networkKind, { endpoint, network }));
    },
    pod: (pod: StoragePod): void => {
      objects.add(managed(pod.ref, podKind, podTarget(endpoint, pod)));
    },
  };
  // Changes come while the first look is still under way, so they are heard of before it.
  const stop = world.onChange((id) => {
    inventory.refresh(id).catch((error: unknown) => onDefect(error, `the machine ${id}`));
  });
  endpoint.closed.addEventListener('abort', stop);
  await inventory.start(await world.store.ids(), show, datacenter);
}
