import type { HostNasVolumeSpec } from '../../backends/vsphere/vim/generated/types.js';
import { invalidArgument } from '../fields.js';
import { vimMethods, type ManagedKind } from '../managed-object.js';
import { VimFault } from '../vim-fault.js';
import type { Datastore, Volume } from './datacenter.js';
import { unmount } from './datastore-kind.js';
import type { DatacenterTarget } from './inventory-kinds.js';
import { plainName } from './wire-name.js';

const nasTypes = ['NFS', 'NFS41', 'CIFS'];
const accessModes = ['readOnly', 'readWrite'] as const;

/** Mounts datastores on a host, and takes them away. */
export const hostDatastoresKind: ManagedKind<DatacenterTarget> = {
  type: 'HostDatastoreSystem',
  properties: {
    capabilities: () => ({
      nfsMountCreationRequired: false,
      nfsMountCreationSupported: true,
      localDatastoreSupported: true,
      vmfsExtentExpansionSupported: false,
    }),
    datastore: ({ datacenter }) => [...datacenter.datastores.values()].map(({ ref }) => ref),
  },
  methods: vimMethods<DatacenterTarget>({
    CreateLocalDatastore: (target, { args }) => {
      const { name, path } = args;
      if (path.trim() === '') throw invalidArgument('path', 'a local datastore lies in a folder of the host');
      return mount(target, name, { kind: 'local', path }).ref;
    },
    CreateNasDatastore: (target, { args }) => mount(target, args.spec.localPath, nasVolume(args.spec)).ref,
    // The host has no disks that are free.
    QueryAvailableDisksForVmfs: () => [],
    RemoveDatastore: ({ endpoint, datacenter }, { args }) => {
      const datastore = endpoint.inventory.datastoreOf(args.datastore);
      if (datastore?.datacenter !== datacenter) {
        throw new VimFault({ $type: 'NotFound' }, `The host has no datastore ${args.datastore.value}.`);
      }
      unmount(endpoint, datastore);
    },
  }),
};

/** @throws VimFault `InvalidName`, `DuplicateName`. */
function mount({ endpoint, datacenter }: DatacenterTarget, wireName: string, volume: Volume): Datastore {
  const name = plainName(wireName);
  if (name.trim() === '' || /[[\]]/u.test(name)) {
    throw new VimFault({ $type: 'InvalidName', name: wireName }, `'${wireName}' cannot be the name of a datastore.`);
  }
  const known = datacenter.datastores.get(name);
  if (known !== undefined) {
    const fault = { $type: 'DuplicateName', name: wireName, object: known.ref };
    throw new VimFault(fault, `The host has a datastore '${name}' already.`);
  }
  return endpoint.inventory.datastore(datacenter, name, volume);
}

function nasVolume({ remoteHost, remotePath, accessMode, type = 'NFS' }: HostNasVolumeSpec): Volume {
  if (remoteHost.trim() === '') throw invalidArgument('spec.remoteHost', 'it is empty');
  if (remotePath.trim() === '') throw invalidArgument('spec.remotePath', 'it is empty');
  if (!nasTypes.includes(type)) throw invalidArgument('spec.type', `expected ${nasTypes.join(', ')}`);
  const mode = accessModes.find((known) => known === accessMode);
  if (mode === undefined) throw invalidArgument('spec.accessMode', `expected ${accessModes.join(' or ')}`);
  return { kind: 'nas', type, remoteHost, remotePath, accessMode: mode };
}
