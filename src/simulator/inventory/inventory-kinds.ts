import type { NetworkSummary } from '../../backends/vsphere/vim/generated/types.js';
import type { Endpoint } from '../endpoint.js';
import type { ManagedKind } from '../managed-object.js';
import type { Ref } from '../ref.js';
import type { Datacenter, Network } from './datacenter.js';
import { entityProperties } from './managed-entity.js';

export interface FolderTarget {
  readonly endpoint: Endpoint;
  readonly ref: Ref<'Folder' | 'StoragePod'>;
  readonly name: string;
  readonly parent: Ref | undefined;
  readonly childType: readonly string[];
  children(): readonly Ref[];
}

export interface DatacenterTarget {
  readonly endpoint: Endpoint;
  readonly datacenter: Datacenter;
}

const vmFolderTypes = ['Folder', 'VirtualMachine', 'VirtualApp'];

/** The folders of a datacentre. */
export function foldersOf(endpoint: Endpoint, datacenter: Datacenter): readonly FolderTarget[] {
  const { refs, networks } = datacenter;
  const below = { endpoint, parent: refs.datacenter };
  return [
    { ...below, ref: refs.vmFolder, name: 'vm', childType: vmFolderTypes, children: () => datacenter.machineRefs },
    {
      ...below,
      ref: refs.hostFolder,
      name: 'host',
      childType: ['Folder', 'ComputeResource'],
      children: () => [refs.compute],
    },
    {
      ...below,
      ref: refs.datastoreFolder,
      name: 'datastore',
      childType: ['Folder', 'Datastore', 'StoragePod'],
      children: () => datacenter.storageRefs,
    },
    {
      ...below,
      ref: refs.networkFolder,
      name: 'network',
      childType: ['Folder', 'Network', 'DistributedVirtualSwitch'],
      children: () => refsOf(networks),
    },
  ];
}

/** The folder above all datacentres. */
export function rootFolder(endpoint: Endpoint): FolderTarget {
  const { inventory } = endpoint;
  return {
    endpoint,
    ref: inventory.rootFolder,
    name: inventory.kind === 'esx' ? 'ha-folder-root' : 'Datacenters',
    parent: undefined,
    childType: ['Folder', 'Datacenter'],
    children: () => inventory.datacenters.map(({ refs }) => refs.datacenter),
  };
}

export const folderKind: ManagedKind<FolderTarget> = {
  type: 'Folder',
  properties: {
    ...entityProperties<FolderTarget>({
      ref: ({ ref }) => ref,
      name: ({ name }) => name,
      parent: ({ parent }) => parent,
    }),
    childEntity: (folder) => folder.children(),
    childType: ({ childType }) => childType,
  },
  methods: {},
};

export const datacenterKind: ManagedKind<DatacenterTarget> = {
  type: 'Datacenter',
  properties: {
    ...entityProperties<DatacenterTarget>({
      ref: ({ datacenter }) => datacenter.refs.datacenter,
      name: ({ datacenter }) => datacenter.shownName,
      parent: ({ endpoint }) => endpoint.inventory.rootFolder,
    }),
    configuration: () => ({ $type: 'DatacenterConfigInfo' }),
    datastore: ({ datacenter }) => refsOf(datacenter.datastores),
    datastoreFolder: ({ datacenter }) => datacenter.refs.datastoreFolder,
    hostFolder: ({ datacenter }) => datacenter.refs.hostFolder,
    network: ({ datacenter }) => refsOf(datacenter.networks),
    networkFolder: ({ datacenter }) => datacenter.refs.networkFolder,
    vmFolder: ({ datacenter }) => datacenter.refs.vmFolder,
  },
  methods: {},
};

export interface NetworkTarget {
  readonly endpoint: Endpoint;
  readonly network: Network;
}

export const networkKind: ManagedKind<NetworkTarget> = {
  type: 'Network',
  properties: {
    ...entityProperties<NetworkTarget>({
      ref: ({ network }) => network.ref,
      name: ({ network }) => network.name,
      parent: ({ network }) => network.datacenter.refs.networkFolder,
    }),
    host: ({ network }) => [network.datacenter.refs.host],
    summary: ({ network }): NetworkSummary => ({
      $type: 'NetworkSummary',
      network: network.ref,
      name: network.name,
      accessible: true,
      ipPoolName: '',
    }),
    vm: () => [],
  },
  methods: {},
};

function refsOf(items: ReadonlyMap<string, { readonly ref: Ref }>): readonly Ref[] {
  return [...items.values()].map(({ ref }) => ref);
}
