import type { CallContext, HostAbout, VmProperties } from '../backends/backend.js';
import type { Capability } from '../backends/capabilities.js';
import { propertyValue, type PropertyRead } from '../handles/property-list.js';
import type { Job } from '../jobs/job.js';
import {
  VIX_E_UNFINISHED_JOB,
  VIX_E_UNRECOGNIZED_PROPERTY,
  VIX_PROPERTY_GUEST_SHAREDFOLDERS_SHARES_PATH,
  VIX_PROPERTY_HOST_API_VERSION,
  VIX_PROPERTY_HOST_HOSTTYPE,
  VIX_PROPERTY_HOST_SOFTWARE_VERSION,
  VIX_PROPERTY_JOB_RESULT_ERROR_CODE,
  VIX_PROPERTY_JOB_RESULT_USER_MESSAGE,
  VIX_PROPERTY_SNAPSHOT_DESCRIPTION,
  VIX_PROPERTY_SNAPSHOT_DISPLAYNAME,
  VIX_PROPERTY_SNAPSHOT_IS_REPLAYABLE,
  VIX_PROPERTY_SNAPSHOT_POWERSTATE,
  VIX_PROPERTY_VM_GUESTOS,
  VIX_PROPERTY_VM_IN_VMTEAM,
  VIX_PROPERTY_VM_IS_RECORDING,
  VIX_PROPERTY_VM_IS_REPLAYING,
  VIX_PROPERTY_VM_IS_RUNNING,
  VIX_PROPERTY_VM_MEMORY_SIZE,
  VIX_PROPERTY_VM_NAME,
  VIX_PROPERTY_VM_NUM_VCPUS,
  VIX_PROPERTY_VM_POWER_STATE,
  VIX_PROPERTY_VM_READ_ONLY,
  VIX_PROPERTY_VM_SSL_ERROR,
  VIX_PROPERTY_VM_SUPPORTED_FEATURES,
  VIX_PROPERTY_VM_TOOLS_STATE,
  VIX_PROPERTY_VM_VMTEAM_PATHNAME,
  VIX_PROPERTY_VM_VMX_PATHNAME,
  VIX_TOOLSSTATE_NOT_INSTALLED,
  VIX_TOOLSSTATE_RUNNING,
  VIX_TOOLSSTATE_UNKNOWN,
  VIX_VM_SUPPORT_HARDWARE_UPGRADE,
  VIX_VM_SUPPORT_MULTIPLE_SNAPSHOTS,
  VIX_VM_SUPPORT_SHARED_FOLDERS,
  VIX_VM_SUPPORT_TOOLS_INSTALL,
} from '../vix/names.js';
import { powerBits } from './power-bits.js';
import type { FoundSnapshot, HostState, SnapshotState, VmState } from './handle-states.js';

/** Reads single properties of a handle, by id. */
export type PropertyReader = (id: number) => PropertyRead;

/** API version that the library of the last VIX releases reports for itself. */
const apiVersion = 19;

const toolsStates = {
  unknown: VIX_TOOLSSTATE_UNKNOWN,
  running: VIX_TOOLSSTATE_RUNNING,
  'not-installed': VIX_TOOLSSTATE_NOT_INSTALLED,
} as const;

/** What the host must offer for each feature, and what of the machine itself counts. */
const features: readonly (readonly [bit: number, Capability, has?: (machine: VmProperties) => boolean])[] = [
  [VIX_VM_SUPPORT_SHARED_FOLDERS, 'sharedFolders'],
  [VIX_VM_SUPPORT_MULTIPLE_SNAPSHOTS, 'snapshots', ({ takesManySnapshots }) => takesManySnapshots],
  [VIX_VM_SUPPORT_TOOLS_INSTALL, 'toolsInstall'],
  [VIX_VM_SUPPORT_HARDWARE_UPGRADE, 'hardwareUpgrade'],
];

/** vSphere's name of a product holds its version, and its build. */
function softwareVersion({ product, version }: HostAbout): string {
  return product.includes(version) ? product : `${product} ${version}`;
}

type Readers<Source> = ReadonlyMap<number, (source: Source) => unknown>;

const hostReaders: Readers<HostState> = new Map<number, (host: HostState) => unknown>([
  [VIX_PROPERTY_HOST_HOSTTYPE, (host) => host.hostType],
  [VIX_PROPERTY_HOST_API_VERSION, () => apiVersion],
  [VIX_PROPERTY_HOST_SOFTWARE_VERSION, (host) => softwareVersion(host.link.about)],
]);

interface VmSource {
  readonly vm: VmState;
  readonly now: VmProperties;
}

const vmReaders: Readers<VmSource> = new Map<number, (source: VmSource) => unknown>([
  [VIX_PROPERTY_VM_NUM_VCPUS, ({ now }) => now.cpuCount],
  [VIX_PROPERTY_VM_VMX_PATHNAME, ({ vm, now }) => vm.host.payload.paths.toProgram(now.location)],
  [VIX_PROPERTY_VM_VMTEAM_PATHNAME, () => ''],
  [VIX_PROPERTY_VM_MEMORY_SIZE, ({ now }) => now.memoryMb],
  [VIX_PROPERTY_VM_READ_ONLY, ({ now }) => now.isReadOnly],
  [VIX_PROPERTY_VM_NAME, ({ now }) => now.name],
  [VIX_PROPERTY_VM_GUESTOS, ({ now }) => now.guestOs],
  [VIX_PROPERTY_VM_IN_VMTEAM, () => false],
  [VIX_PROPERTY_VM_POWER_STATE, ({ now }) => powerBits(now.power)],
  [VIX_PROPERTY_VM_TOOLS_STATE, ({ now }) => toolsStates[now.tools]],
  [VIX_PROPERTY_VM_IS_RUNNING, ({ now }) => now.power.isOn],
  [VIX_PROPERTY_VM_SUPPORTED_FEATURES, supportedFeatures],
  [VIX_PROPERTY_VM_IS_RECORDING, ({ now }) => now.isRecording],
  [VIX_PROPERTY_VM_IS_REPLAYING, ({ now }) => now.isReplaying],
  [VIX_PROPERTY_VM_SSL_ERROR, ({ now }) => now.hasTlsError],
  [VIX_PROPERTY_GUEST_SHAREDFOLDERS_SHARES_PATH, ({ now }) => now.sharedFoldersPath ?? undefined],
]);

const snapshotReaders: Readers<FoundSnapshot> = new Map<number, (found: FoundSnapshot) => unknown>([
  [VIX_PROPERTY_SNAPSHOT_DISPLAYNAME, ({ node }) => node.name],
  [VIX_PROPERTY_SNAPSHOT_DESCRIPTION, ({ node }) => node.description],
  [VIX_PROPERTY_SNAPSHOT_POWERSTATE, ({ node }) => powerBits(node.power)],
  [VIX_PROPERTY_SNAPSHOT_IS_REPLAYABLE, ({ node }) => node.isReplayable],
]);

/** Properties of a host. */
export function hostProperties(host: HostState): PropertyReader {
  return readFrom(hostReaders, host);
}

/** Properties of a virtual machine, as they are now. */
export async function vmProperties(vm: VmState, call: CallContext): Promise<PropertyReader> {
  return readFrom(vmReaders, { vm, now: await vm.link.properties(call) });
}

/** Properties of a snapshot, as they are now. @throws VixFailure `VIX_E_SNAPSHOT_NOTFOUND` when it was removed. */
export async function snapshotProperties(snapshot: SnapshotState, call: CallContext): Promise<PropertyReader> {
  return readFrom(snapshotReaders, await snapshot.find(call));
}

/**
 * Results of a job, the index-th instance of each. The error code can be read of every job that is done, the message
 * of every one that failed.
 */
export function jobProperties(job: Job, index: number = 0): PropertyReader {
  return (id) => {
    if (!job.isDone) return VIX_E_UNFINISHED_JOB;
    if (id === VIX_PROPERTY_JOB_RESULT_ERROR_CODE) return propertyValue(id, job.error);
    if (id === VIX_PROPERTY_JOB_RESULT_USER_MESSAGE && job.failure !== undefined) {
      return propertyValue(id, job.failure.message);
    }
    return job.results?.get(id, index) ?? VIX_E_UNRECOGNIZED_PROPERTY;
  };
}

function readFrom<Source>(readers: Readers<Source>, source: Source): PropertyReader {
  return (id) => {
    const value = readers.get(id)?.(source);
    return value === undefined ? VIX_E_UNRECOGNIZED_PROPERTY : propertyValue(id, value);
  };
}

function supportedFeatures({ vm, now }: VmSource): number {
  const { capabilities } = vm.host.payload.link;
  return features
    .filter(([, capability, has]) => capabilities.has(capability) && has?.(now) !== false)
    .reduce((bits, [bit]) => bits | bit, 0);
}
