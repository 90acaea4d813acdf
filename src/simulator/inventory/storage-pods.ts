import type {
  PodStorageDrsEntry,
  StorageDrsPodConfigSpec,
  StoragePodSummary,
} from '../../backends/vsphere/vim/generated/types.js';
import type { Endpoint } from '../endpoint.js';
import { invalidArgument } from '../fields.js';
import { managed, vimMethods, type ManagedKind, type MethodRequest } from '../managed-object.js';
import type { Ref } from '../ref.js';
import { VimFault } from '../vim-fault.js';
import type { StoragePod } from './datacenter.js';
import { datastoreBytes, freeBytes } from './datastore-kind.js';
import { folderKind, type FolderTarget } from './inventory-kinds.js';
import { plainName } from './wire-name.js';

const behaviors = ['manual', 'automated'] as const;
/** Settings of a pod that change; nothing here balances datastores, so it has no others. */
const settable: ReadonlySet<string> = new Set(['$type', 'enabled', 'defaultVmBehavior']);

export interface PodTarget extends FolderTarget {
  readonly pod: StoragePod;
}

/** A pod as what clients walk. */
export function podTarget(endpoint: Endpoint, pod: StoragePod): PodTarget {
  const { ref, name, datacenter } = pod;
  return {
    endpoint,
    pod,
    ref,
    name,
    parent: datacenter.refs.datastoreFolder,
    childType: ['Datastore'],
    children: () => datacenter.datastoreRefs(pod),
  };
}

/** Datastores that clients have put together, which they call a datastore cluster. */
export const podKind: ManagedKind<PodTarget> = {
  type: 'StoragePod',
  properties: {
    ...folderKind.properties,
    podStorageDrsEntry: ({ pod }): PodStorageDrsEntry => ({
      $type: 'PodStorageDrsEntry',
      storageDrsConfig: {
        podConfig: { enabled: pod.isDrsEnabled, ioLoadBalanceEnabled: false, defaultVmBehavior: pod.behavior },
      },
    }),
    summary: ({ pod }): StoragePodSummary => {
      const { length } = pod.datacenter.datastoreRefs(pod);
      return { name: pod.name, capacity: length * datastoreBytes, freeSpace: length * freeBytes };
    },
  },
  methods: vimMethods<PodTarget>({
    Destroy_Task: (target, { session }) => {
      const { endpoint, pod, ref, name } = target;
      session.requirePrivilege('Folder.Delete', ref);
      const spec = { method: 'Destroy_Task', entity: ref, entityName: name, session };
      return endpoint.tasks.start(spec, async () => {
        const left = pod.datacenter.datastoreRefs(pod).length;
        if (left > 0) {
          const fault = { $type: 'ResourceInUse', type: 'StoragePod', name };
          throw new VimFault(fault, `'${name}' holds ${left} datastores. Move them out first.`);
        }
        endpoint.inventory.removePod(pod);
      });
    },
    MoveIntoFolder_Task: (target, request) => moveDatastores(target, request, target.pod),
  }),
};

/** What the folder of datastores can do. */
export const storageFolderMethods = vimMethods<FolderTarget>({
  CreateStoragePod: (folder, { args }) => {
    const { endpoint, ref } = folder;
    const datacenter = endpoint.inventory.datacenterOf(ref);
    if (datacenter === undefined || ref.value !== datacenter.refs.datastoreFolder.value) throw noDatastores(folder);
    const name = plainName(args.name);
    if (name.trim() === '') throw new VimFault({ $type: 'InvalidName', name }, 'A datastore cluster needs a name.');
    const known = datacenter.pods.get(name) ?? datacenter.datastores.get(name);
    if (known === undefined) return endpoint.inventory.addPod(datacenter, name).ref;
    const fault = { $type: 'DuplicateName', name: args.name, object: known.ref };
    throw new VimFault(fault, `The folder has a '${name}' already.`);
  },
  MoveIntoFolder_Task: (folder, request) => {
    const refs = folder.endpoint.inventory.datacenterOf(folder.ref)?.refs;
    if (folder.ref.value !== refs?.datastoreFolder.value) throw noDatastores(folder);
    return moveDatastores(folder, request, undefined);
  },
});

const resourceManagerKind: ManagedKind<Endpoint> = {
  type: 'StorageResourceManager',
  properties: {},
  methods: vimMethods<Endpoint>({
    ConfigureStorageDrsForPod_Task: (endpoint, { args, session }) => {
      const pods = endpoint.inventory.datacenters.flatMap((datacenter) => [...datacenter.pods.values()]);
      const pod = pods.find(({ ref }) => ref.value === args.pod.value);
      if (pod === undefined) {
        const fault = { $type: 'ManagedObjectNotFound', obj: args.pod };
        throw new VimFault(fault, `There is no datastore cluster ${args.pod.value}.`);
      }
      const { podConfigSpec = {}, ...others } = args.spec;
      requireSettable(podConfigSpec, others);
      const { enabled = pod.isDrsEnabled, defaultVmBehavior } = podConfigSpec;
      const behavior = behaviorOf(defaultVmBehavior) ?? pod.behavior;
      const spec = { method: 'ConfigureStorageDrsForPod_Task', entity: pod.ref, entityName: pod.name, session };
      return endpoint.tasks.start(spec, async () => {
        pod.isDrsEnabled = enabled;
        pod.behavior = behavior;
        endpoint.objects.changed({ ref: pod.ref, kind: 'modify' });
      });
    },
  }),
};

/** Puts in the manager of what datastores are put together to. */
export function addStorageResourceManager(endpoint: Endpoint): void {
  const value = endpoint.kind === 'esx' ? 'ha-storage-resource-manager' : 'StorageResourceManager';
  const ref = { type: resourceManagerKind.type, value };
  endpoint.addManager('storageResourceManager', managed(ref, resourceManagerKind, endpoint));
}

/** @param pod undefined: out of every pod. */
function moveDatastores(
  { endpoint, ref, name }: FolderTarget,
  { args, session }: MethodRequest<{ readonly list: readonly Ref[] }>,
  pod: StoragePod | undefined,
): Ref<'Task'> {
  const moved = args.list.map((item) => {
    const datastore = endpoint.inventory.datastoreOf(item);
    if (datastore === undefined || datastore.datacenter !== endpoint.inventory.datacenterOf(ref)) {
      throw invalidArgument('list', `${item.type} ${item.value} is no datastore of the same datacenter`);
    }
    session.requirePrivilege('Datastore.Move', datastore.ref);
    return datastore;
  });
  const spec = { method: 'MoveIntoFolder_Task', entity: ref, entityName: name, session };
  return endpoint.tasks.start(spec, async () => {
    for (const datastore of moved) endpoint.inventory.moveDatastore(datastore, pod);
  });
}

/** @throws VimFault `NotSupported` that names a setting which changes nothing here. */
function requireSettable(podSpec: StorageDrsPodConfigSpec, others: object): void {
  const asked = [...Object.keys(podSpec), ...Object.keys(others)].find((name) => !settable.has(name));
  if (asked === undefined) return;
  throw new VimFault({ $type: 'NotSupported' }, `A datastore cluster of the simulator has no setting '${asked}'.`);
}

function behaviorOf(text: string | undefined): StoragePod['behavior'] | undefined {
  const found = behaviors.find((behavior) => behavior === text);
  if (text === undefined || text === '' || found !== undefined) return found;
  throw invalidArgument('spec.podConfigSpec.defaultVmBehavior', `expected ${behaviors.join(' or ')}`);
}

function noDatastores({ name }: FolderTarget): VimFault {
  return new VimFault({ $type: 'NotSupported' }, `The folder '${name}' holds no datastores.`);
}
