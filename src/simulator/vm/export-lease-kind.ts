import { createHash } from 'node:crypto';
import type {
  HttpNfcLeaseDeviceUrl,
  HttpNfcLeaseInfo,
  HttpNfcLeaseManifestEntry,
} from '../../backends/vsphere/vim/generated/types.js';
import type { Endpoint } from '../endpoint.js';
import { managed, vimMethods, type ManagedKind } from '../managed-object.js';
import type { Ref } from '../ref.js';
import { localized, VimFault } from '../vim-fault.js';
import { diskImage } from './disk-image.js';
import type { ExportLease, LeasedDisk } from './export-leases.js';
import { exportPrefix } from './export-route.js';
import { vmDisks } from './vm-disks.js';
import type { VmView } from './vm-view.js';

/** Lends the disks that a machine has, or had when a snapshot was taken. @returns the lease, which is ready. */
export function lendDisks(view: VmView): Ref<'HttpNfcLease'> {
  const { endpoint, record, ref } = view;
  const disks = vmDisks(view).map(({ key, capacityBytes }, number): LeasedDisk => ({
    key: `/${ref.value}/VirtualDisk:${key}`,
    name: `disk-${number}.vmdk`,
    capacityBytes,
    hardwareVersion: record.hardwareVersion,
  }));
  return endpoint.leases.open(ref, disks).ref;
}

interface LeaseTarget {
  readonly endpoint: Endpoint;
  readonly lease: ExportLease;
}

const leaseKind: ManagedKind<LeaseTarget> = {
  type: 'HttpNfcLease',
  properties: {
    capabilities: () => ({ pullModeSupported: false, corsSupported: false }),
    error: ({ lease }) => (lease.error === undefined ? undefined : localized(lease.error)),
    info: ({ lease, endpoint }) => (lease.state === 'ready' ? infoOf(lease, endpoint) : undefined),
    initializeProgress: () => 100,
    mode: () => 'pushOrGet',
    state: ({ lease }) => lease.state,
    transferProgress: ({ lease }) => lease.percent,
  },
  methods: vimMethods<LeaseTarget>({
    HttpNfcLeaseGetManifest: ({ lease }) => {
      // Also of a lease that has ended well: clients ask for it last.
      if (lease.state !== 'done') lease.requireReady();
      return lease.disks.filter(({ name }) => lease.fetched.has(name)).map(manifestEntry);
    },
    HttpNfcLeaseComplete: (target) => changed(target, () => target.lease.end()),
    HttpNfcLeaseAbort: (target, { args }) => {
      const { fault, localizedMessage = 'The client has given up.' } = args.fault ?? {};
      const error = new VimFault({ $type: 'RequestCanceled', ...fault }, localizedMessage);
      changed(target, () => target.lease.end(error));
    },
    HttpNfcLeaseProgress: (target, { args }) => changed(target, () => target.lease.tell(args.percent)),
  }),
};

/** Lets clients find leases, as long as these are remembered. */
export function addExportLeases(endpoint: Endpoint): void {
  endpoint.objects.addSource(leaseKind.type, {
    find: async ({ value }) => {
      const lease = endpoint.leases.byId(value);
      if (lease === undefined) return undefined;
      return managed(lease.ref, leaseKind, { endpoint, lease }, lease.state === 'ready' ? lease.endsAtMs : undefined);
    },
  });
}

function changed({ endpoint, lease }: LeaseTarget, change: () => void): void {
  change();
  endpoint.objects.changed({ ref: lease.ref, kind: 'modify' });
}

function infoOf(lease: ExportLease, { address, clock }: Endpoint): HttpNfcLeaseInfo {
  const { ref, entity, disks, endsAtMs } = lease;
  const capacityBytes = disks.reduce((sum, disk) => sum + disk.capacityBytes, 0);
  return {
    $type: 'HttpNfcLeaseInfo',
    lease: ref,
    entity,
    totalDiskCapacityInKB: Math.ceil(capacityBytes / 1024),
    leaseTimeout: Math.ceil((endsAtMs - clock.now()) / 1000),
    deviceUrl: disks.map((disk): HttpNfcLeaseDeviceUrl => ({
      key: disk.key,
      importKey: '',
      url: `${address?.transferOrigin ?? 'https://*'}${exportPrefix}/${ref.value}/${disk.name}`,
      sslThumbprint: address?.hostThumbprintSha1 ?? '',
      disk: true,
      targetId: disk.name,
      fileSize: diskImage(disk).length,
    })),
  };
}

function manifestEntry(disk: LeasedDisk): HttpNfcLeaseManifestEntry {
  const bytes = diskImage(disk);
  return {
    $type: 'HttpNfcLeaseManifestEntry',
    key: disk.key,
    sha1: createHash('sha1').update(bytes).digest('hex'),
    size: bytes.length,
    disk: true,
    capacity: disk.capacityBytes,
    populatedSize: 0,
  };
}
