import type { EndpointKind } from '../endpoint-kind.js';
import type { Machine } from '../machines.js';
import type { Ref } from '../ref.js';
import type { PlacedMachines } from './placed-machines.js';

/** References of what every datacentre has one of. */
export interface DatacenterRefs {
  readonly datacenter: Ref<'Datacenter'>;
  readonly vmFolder: Ref<'Folder'>;
  readonly hostFolder: Ref<'Folder'>;
  readonly datastoreFolder: Ref<'Folder'>;
  readonly networkFolder: Ref<'Folder'>;
  readonly compute: Ref<'ClusterComputeResource' | 'ComputeResource'>;
  readonly host: Ref<'HostSystem'>;
  readonly pool: Ref<'ResourcePool'>;
  /** Mounts datastores on the host. */
  readonly datastoreSystem: Ref<'HostDatastoreSystem'>;
}

/** What a datastore lies on: disks of the host, what a file server gives out, or a folder of the host. */
export type Volume =
  | { readonly kind: 'vmfs' }
  | {
      readonly kind: 'nas';
      /** `NFS`, `NFS41` or `CIFS`. */
      readonly type: string;
      readonly remoteHost: string;
      readonly remotePath: string;
      readonly accessMode: 'readOnly' | 'readWrite';
    }
  | { readonly kind: 'local'; readonly path: string };

/** A datastore with the machines whose configuration lies in it, registered or not. */
export interface Datastore {
  readonly ref: Ref<'Datastore'>;
  readonly browser: Ref<'HostDatastoreBrowser'>;
  readonly name: string;
  readonly datacenter: Datacenter;
  readonly volume: Volume;
  readonly machines: PlacedMachines;
  /** Nothing new comes into being there meanwhile. */
  isInMaintenance: boolean;
  /** What it was put into. */
  pod: StoragePod | undefined;
}

/** Datastores that clients have put together, and how these would be balanced if they could fill up. */
export interface StoragePod {
  readonly ref: Ref<'StoragePod'>;
  readonly name: string;
  readonly datacenter: Datacenter;
  isDrsEnabled: boolean;
  behavior: 'manual' | 'automated';
}

export interface Network {
  readonly ref: Ref<'Network'>;
  readonly name: string;
  readonly datacenter: Datacenter;
}

/** A datacentre of the world with one host, on which all of its machines run. */
export class Datacenter {
  /** As the world calls it. */
  readonly name: string;
  /** As clients see it: an ESXi has a fixed name for its only one. */
  readonly shownName: string;
  readonly refs: DatacenterRefs;
  /** Name of its host in the network. */
  readonly hostName: string;
  readonly datastores = new Map<string, Datastore>();
  readonly pods = new Map<string, StoragePod>();
  readonly networks = new Map<string, Network>();
  /** The registered machines. */
  readonly machines = new Set<Machine>();

  /** @param number counts the datacentres of an endpoint from 1. */
  constructor(name: string, kind: EndpointKind, number: number) {
    this.name = name;
    this.shownName = kind === 'esx' ? 'ha-datacenter' : name;
    this.refs = kind === 'esx' ? esxRefs : vcenterRefs(number);
    this.hostName = kind === 'esx' ? 'localhost.localdomain' : `esx${number}.example.test`;
  }

  /** References of what lies in the folder of datastores: pods, and datastores that are in none. */
  get storageRefs(): readonly Ref[] {
    return [...[...this.pods.values()].map(({ ref }) => ref), ...this.datastoreRefs(undefined)];
  }

  /** References of the datastores in a pod, or in none. */
  datastoreRefs(pod: StoragePod | undefined): readonly Ref<'Datastore'>[] {
    return [...this.datastores.values()].flatMap((datastore) => (datastore.pod === pod ? datastore.ref : []));
  }

  /** References of the registered machines. */
  get machineRefs(): readonly Ref[] {
    return [...this.machines].flatMap(({ ref }) => ref ?? []);
  }
}

const esxRefs: DatacenterRefs = {
  datacenter: { type: 'Datacenter', value: 'ha-datacenter' },
  vmFolder: { type: 'Folder', value: 'ha-folder-vm' },
  hostFolder: { type: 'Folder', value: 'ha-folder-host' },
  datastoreFolder: { type: 'Folder', value: 'ha-folder-datastore' },
  networkFolder: { type: 'Folder', value: 'ha-folder-network' },
  compute: { type: 'ComputeResource', value: 'ha-compute-res' },
  host: { type: 'HostSystem', value: 'ha-host' },
  pool: { type: 'ResourcePool', value: 'ha-root-pool' },
  datastoreSystem: { type: 'HostDatastoreSystem', value: 'ha-datastoresystem' },
};

function vcenterRefs(number: number): DatacenterRefs {
  return {
    datacenter: { type: 'Datacenter', value: `datacenter-${number}` },
    vmFolder: { type: 'Folder', value: `group-v${number}` },
    hostFolder: { type: 'Folder', value: `group-h${number}` },
    datastoreFolder: { type: 'Folder', value: `group-s${number}` },
    networkFolder: { type: 'Folder', value: `group-n${number}` },
    compute: { type: 'ClusterComputeResource', value: `domain-c${number}` },
    host: { type: 'HostSystem', value: `host-${number}` },
    pool: { type: 'ResourcePool', value: `resgroup-${number}` },
    datastoreSystem: { type: 'HostDatastoreSystem', value: `datastoreSystem-${number}` },
  };
}
