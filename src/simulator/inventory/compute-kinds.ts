import type {
  ComputeResourceSummary,
  HostConfigInfo,
  HostConfigManager,
  HostHardwareInfo,
  HostListSummary,
  HostRuntimeInfo,
  ResourceAllocationInfo,
  ResourceConfigSpec,
  ResourcePoolRuntimeInfo,
  ResourcePoolSummary,
  VirtualNicManagerNetConfig,
} from '../../backends/vsphere/vim/generated/types.js';
import { createHash } from 'node:crypto';
import { aboutInfo } from '../about-info.js';
import type { ManagedKind } from '../managed-object.js';
import type { Datacenter } from './datacenter.js';
import type { DatacenterTarget } from './inventory-kinds.js';
import { entityProperties } from './managed-entity.js';

const cpuCores = 16;
const cpuThreads = 32;
const cpuMhz = 2400;
const memoryBytes = 256 * 1024 ** 3;
const memoryMb = memoryBytes / 1024 ** 2;
/** A host has been up since before any of its machines. */
const uptimeMs = 30 * 24 * 3_600_000;

const computeSummary = {
  totalCpu: cpuCores * cpuMhz,
  totalMemory: memoryBytes,
  numCpuCores: cpuCores,
  numCpuThreads: cpuThreads,
  effectiveCpu: cpuCores * cpuMhz,
  effectiveMemory: memoryMb,
  numHosts: 1,
  numEffectiveHosts: 1,
  overallStatus: 'green',
} as const;

/** A cluster of one host, or the compute resource that an ESXi is. */
export const computeKind: ManagedKind<DatacenterTarget> = {
  type: 'ComputeResource',
  properties: {
    ...entityProperties<DatacenterTarget>({
      ref: ({ datacenter }) => datacenter.refs.compute,
      name: ({ datacenter, endpoint }) => (endpoint.kind === 'esx' ? datacenter.hostName : 'cluster'),
      parent: ({ datacenter }) => datacenter.refs.hostFolder,
    }),
    datastore: ({ datacenter }) => [...datacenter.datastores.values()].map(({ ref }) => ref),
    host: ({ datacenter }) => [datacenter.refs.host],
    network: ({ datacenter }) => [...datacenter.networks.values()].map(({ ref }) => ref),
    resourcePool: ({ datacenter }) => datacenter.refs.pool,
    summary: ({ endpoint }): ComputeResourceSummary =>
      endpoint.kind === 'esx'
        ? { $type: 'ComputeResourceSummary', ...computeSummary }
        : { $type: 'ClusterComputeResourceSummary', ...computeSummary, currentFailoverLevel: 0, numVmotions: 0 },
  },
  methods: {},
};

export const hostKind: ManagedKind<DatacenterTarget> = {
  type: 'HostSystem',
  properties: {
    ...entityProperties<DatacenterTarget>({
      ref: ({ datacenter }) => datacenter.refs.host,
      name: ({ datacenter }) => datacenter.hostName,
      parent: ({ datacenter }) => datacenter.refs.compute,
    }),
    config: (target): HostConfigInfo => ({
      $type: 'HostConfigInfo',
      host: target.datacenter.refs.host,
      product: aboutInfo('esx', ''),
      ...(target.endpoint.address === undefined
        ? {}
        : { virtualNicManagerInfo: { netConfig: [managementNic(target.endpoint.address.host)] } }),
    }),
    configManager: ({ datacenter }): HostConfigManager => ({
      $type: 'HostConfigManager',
      datastoreSystem: datacenter.refs.datastoreSystem,
    }),
    datastore: ({ datacenter }) => [...datacenter.datastores.values()].map(({ ref }) => ref),
    hardware: (target): HostHardwareInfo => ({
      $type: 'HostHardwareInfo',
      systemInfo: { vendor: vendor, model, uuid: hostUuid(target.datacenter) },
      cpuInfo: { numCpuPackages: 2, numCpuCores: cpuCores, numCpuThreads: cpuThreads, hz: cpuMhz * 1_000_000 },
      cpuPkg: [],
      memorySize: memoryBytes,
      smcPresent: false,
    }),
    network: ({ datacenter }) => [...datacenter.networks.values()].map(({ ref }) => ref),
    runtime: hostRuntime,
    summary: (target): HostListSummary => ({
      $type: 'HostListSummary',
      host: target.datacenter.refs.host,
      hardware: {
        vendor,
        model,
        uuid: hostUuid(target.datacenter),
        memorySize: memoryBytes,
        cpuModel: 'Simulated CPU @ 2.40GHz',
        cpuMhz,
        numCpuPkgs: 2,
        numCpuCores: cpuCores,
        numCpuThreads: cpuThreads,
        numNics: 1,
        numHBAs: 1,
      },
      runtime: hostRuntime(target),
      config: {
        name: target.datacenter.hostName,
        port: target.endpoint.address?.port ?? 443,
        ...(target.endpoint.address === undefined ? {} : { sslThumbprint: target.endpoint.address.hostThumbprintSha1 }),
        product: aboutInfo('esx', ''),
        vmotionEnabled: false,
        faultToleranceEnabled: false,
      },
      quickStats: { overallCpuUsage: 0, overallMemoryUsage: 0, uptime: uptimeMs / 1000 },
      overallStatus: 'green',
      rebootRequired: false,
    }),
    vm: ({ datacenter }) => datacenter.machineRefs,
  },
  methods: {},
};

const vendor = 'Revix';
const model = 'Simulated host';

/** UUID of a datacentre's host. The same each time. */
export function hostUuid(datacenter: Datacenter): string {
  const hex = createHash('sha256').update(`host ${datacenter.name}`).digest('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), `4${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`, hex.slice(20, 32)].join(
    '-',
  );
}

function hostRuntime({ endpoint }: DatacenterTarget): HostRuntimeInfo {
  return {
    $type: 'HostRuntimeInfo',
    connectionState: 'connected',
    powerState: 'poweredOn',
    inMaintenanceMode: false,
    bootTime: new Date(endpoint.startedMs - uptimeMs),
  };
}

/** The network card over which clients reach the host, as the transfer of guest files needs it. */
function managementNic(ipAddress: string): VirtualNicManagerNetConfig {
  const nic = {
    device: 'vmk0',
    key: 'management.key-vim.host.VirtualNic-vmk0',
    portgroup: 'Management Network',
    spec: { ip: { dhcp: false, ipAddress, subnetMask: '255.0.0.0' } },
  };
  return { nicType: 'management', multiSelectAllowed: true, candidateVnic: [nic], selectedVnic: [nic.key] };
}

export const poolKind: ManagedKind<DatacenterTarget> = {
  type: 'ResourcePool',
  properties: {
    ...entityProperties<DatacenterTarget>({
      ref: ({ datacenter }) => datacenter.refs.pool,
      name: () => 'Resources',
      parent: ({ datacenter }) => datacenter.refs.compute,
    }),
    config: ({ datacenter }): ResourceConfigSpec => ({
      $type: 'ResourceConfigSpec',
      entity: datacenter.refs.pool,
      cpuAllocation: allocation(cpuCores * cpuMhz),
      memoryAllocation: allocation(memoryMb),
    }),
    owner: ({ datacenter }) => datacenter.refs.compute,
    resourcePool: () => [],
    runtime: (): ResourcePoolRuntimeInfo => ({
      $type: 'ResourcePoolRuntimeInfo',
      cpu: usage(cpuCores * cpuMhz),
      memory: usage(memoryBytes),
      overallStatus: 'green',
    }),
    summary: ({ datacenter }): ResourcePoolSummary => ({
      $type: 'ResourcePoolSummary',
      name: 'Resources',
      config: {
        entity: datacenter.refs.pool,
        cpuAllocation: allocation(cpuCores * cpuMhz),
        memoryAllocation: allocation(memoryMb),
      },
      runtime: { cpu: usage(cpuCores * cpuMhz), memory: usage(memoryBytes), overallStatus: 'green' },
    }),
    vm: ({ datacenter }) => datacenter.machineRefs,
  },
  methods: {},
};

function allocation(reservation: number): ResourceAllocationInfo {
  return {
    reservation,
    expandableReservation: false,
    limit: reservation,
    shares: { shares: 4000, level: 'normal' },
  };
}

function usage(most: number) {
  return {
    reservationUsed: 0,
    reservationUsedForVm: 0,
    unreservedForPool: most,
    unreservedForVm: most,
    overallUsage: 0,
    maxUsage: most,
  };
}
