import type {
  DatastoreCapability,
  DatastoreHostMount,
  DatastoreInfo,
  DatastoreSummary,
} from '../../backends/vsphere/vim/generated/types.js';
import type { Endpoint } from '../endpoint.js';
import { vimMethods, type ManagedKind, type MethodRequest } from '../managed-object.js';
import type { Ref } from '../ref.js';
import { VimFault } from '../vim-fault.js';
import type { Datastore, Volume } from './datacenter.js';
import { entityProperties } from './managed-entity.js';

export interface DatastoreTarget {
  readonly endpoint: Endpoint;
  readonly datastore: Datastore;
}

const gibibyte = 1024 ** 3;
/** Bytes of a datastore: each is as large as the next, and nothing fills it up. */
export const datastoreBytes = 1024 * gibibyte;
/** Bytes of a datastore that are free. */
export const freeBytes = 512 * gibibyte;

export const datastoreKind: ManagedKind<DatastoreTarget> = {
  type: 'Datastore',
  properties: {
    ...entityProperties<DatastoreTarget>({
      ref: ({ datastore }) => datastore.ref,
      name: ({ datastore }) => datastore.name,
      parent: ({ datastore }) => datastore.pod?.ref ?? datastore.datacenter.refs.datastoreFolder,
    }),
    browser: ({ datastore }) => datastore.browser,
    capability: (): DatastoreCapability => ({
      $type: 'DatastoreCapability',
      directoryHierarchySupported: true,
      rawDiskMappingsSupported: false,
      perFileThinProvisioningSupported: true,
      storageIORMSupported: false,
      nativeSnapshotSupported: false,
    }),
    host: ({ datastore }): readonly DatastoreHostMount[] => [
      {
        $type: 'DatastoreHostMount',
        key: datastore.datacenter.refs.host,
        mountInfo: {
          $type: 'HostMountInfo',
          path: mountPath(datastore),
          accessMode: datastore.volume.kind === 'nas' ? datastore.volume.accessMode : 'readWrite',
          mounted: true,
          accessible: true,
        },
      },
    ],
    info: ({ datastore, endpoint }): DatastoreInfo =>
      ({
        ...infoOf(datastore),
        name: datastore.name,
        url: `ds://${mountPath(datastore)}/`,
        freeSpace: freeBytes,
        maxFileSize: datastoreBytes,
        maxMemoryFileSize: datastoreBytes,
        timestamp: new Date(endpoint.clock.now()),
      }) as DatastoreInfo,
    summary: ({ datastore }): DatastoreSummary => ({
      $type: 'DatastoreSummary',
      datastore: datastore.ref,
      name: datastore.name,
      url: `ds://${mountPath(datastore)}/`,
      capacity: datastoreBytes,
      freeSpace: freeBytes,
      uncommitted: 0,
      accessible: true,
      multipleHostAccess: false,
      type: fileSystemOf(datastore.volume),
      maintenanceMode: datastore.isInMaintenance ? 'inMaintenance' : 'normal',
    }),
    vm: ({ datastore }) => [...datastore.machines].flatMap(({ ref }) => ref ?? []),
  },
  methods: vimMethods<DatastoreTarget>({
    DatastoreEnterMaintenanceMode: (target, request) => ({
      $type: 'StoragePlacementResult',
      task: maintenanceTask(target, request, 'DatastoreEnterMaintenanceMode', true),
    }),
    DatastoreExitMaintenanceMode_Task: (target, request) =>
      maintenanceTask(target, request, 'DatastoreExitMaintenanceMode_Task', false),
    DestroyDatastore: ({ endpoint, datastore }) => unmount(endpoint, datastore),
    // Whatever shows a datastore is looked up when somebody asks.
    RefreshDatastore: () => undefined,
    RefreshDatastoreStorageInfo: () => undefined,
  }),
};

/** Takes a datastore away. @throws VimFault `ResourceInUse` while registered machines lie there. */
export function unmount({ inventory }: Endpoint, datastore: Datastore): void {
  requireNoMachines(datastore);
  inventory.removeDatastore(datastore);
}

function maintenanceTask(
  { endpoint, datastore }: DatastoreTarget,
  { session }: Pick<MethodRequest, 'session'>,
  method: string,
  isInMaintenance: boolean,
): Ref<'Task'> {
  const { ref, name } = datastore;
  if (datastore.isInMaintenance === isInMaintenance) {
    const state = isInMaintenance ? 'in maintenance mode already' : 'not in maintenance mode';
    throw new VimFault({ $type: 'InvalidState' }, `The datastore '${name}' is ${state}.`);
  }
  return endpoint.tasks.start({ method, entity: ref, entityName: name, session }, async () => {
    if (isInMaintenance) requireNoMachines(datastore);
    datastore.isInMaintenance = isInMaintenance;
    endpoint.objects.changed({ ref, kind: 'modify' });
  });
}

/** A host would wait until somebody has moved the machines; here they can be moved nowhere. */
function requireNoMachines({ machines, name }: Datastore): void {
  const there = [...machines].filter(({ ref }) => ref !== undefined);
  if (there.length === 0) return;
  throw new VimFault(
    { $type: 'ResourceInUse', type: 'Datastore', name },
    `${there.length} machines lie in the datastore '${name}'. Unregister or destroy them first.`,
  );
}

function infoOf({ volume, name }: Datastore): Pick<DatastoreInfo, '$type'> & Readonly<Record<string, unknown>> {
  if (volume.kind === 'vmfs') return { $type: 'DatastoreInfo' };
  if (volume.kind === 'local') return { $type: 'LocalDatastoreInfo', path: volume.path };
  const { type, remoteHost, remotePath } = volume;
  const nas = { $type: 'HostNasVolume', type, name, capacity: datastoreBytes, remoteHost, remotePath };
  return { $type: 'NasDatastoreInfo', nas };
}

function fileSystemOf(volume: Volume): string {
  if (volume.kind === 'nas') return volume.type;
  return volume.kind === 'local' ? 'OTHER' : 'VMFS';
}

function mountPath({ ref }: Datastore): string {
  return `/vmfs/volumes/${ref.value}`;
}
