import type { ResourceAllocationInfo, VirtualMachineConfigInfo } from '../../backends/vsphere/vim/generated/types.js';
import { createHash } from 'node:crypto';
import { apiGuestId } from './guest-ids.js';
import { isTimeSynced } from '../../world/vm/tools.js';
import { vmDevices } from './vm-devices.js';
import { folderOf, formatDatastorePath } from '../inventory/datastore-path.js';
import { placeOf, vmPathName, type VmView } from './vm-view.js';

/** Entries of the `.vmx` file that other properties show, in lower case. */
const shownElsewhere: ReadonlySet<string> = new Set(['annotation']);

export interface OptionValue {
  readonly $type: 'OptionValue';
  readonly key: string;
  readonly value: string;
}

/** The configuration entries in force, guest variables included, by their keys; the later ones hide the earlier. */
function extraConfig({ record }: VmView): readonly OptionValue[] {
  const variables = Object.entries(record.guestVariables).map(([name, value]) => [`guestinfo.${name}`, value] as const);
  const entries = [...Object.entries(record.config), ...Object.entries(record.runtimeConfig), ...variables];
  const byKey = new Map(entries.map(([key, value]) => [key.toLowerCase(), { key, value }]));
  return [...byKey]
    .filter(([key]) => !shownElsewhere.has(key))
    .map(([, { key, value }]): OptionValue => ({ $type: 'OptionValue', key, value }));
}

/** The notes that people keep with the machine. */
export function annotation({ record }: VmView): string {
  const key = Object.keys(record.config).find((name) => name.toLowerCase() === 'annotation');
  return key === undefined ? '' : (record.config[key] ?? '');
}

/** `vmx-21`. */
export function hardwareVersionName({ hardwareVersion }: Pick<VmView['record'], 'hardwareVersion'>): string {
  return `vmx-${String(hardwareVersion).padStart(2, '0')}`;
}

/** A text that differs after each change of the configuration, by which clients see that somebody else was quicker. */
export function changeVersion({ record }: VmView): string {
  const { name, guestOs, cpuCount, memoryMb, hardwareVersion, isTemplate, config } = record;
  const all = JSON.stringify([name, guestOs, cpuCount, memoryMb, hardwareVersion, isTemplate, config]);
  return createHash('sha1').update(all).digest('hex').slice(0, 16);
}

/** VirtualMachineConfigInfo. */
export function vmConfig(view: VmView): VirtualMachineConfigInfo {
  const { record, endpoint } = view;
  const directory = formatDatastorePath({ ...placeOf(view), path: `${folderOf(placeOf(view).path)}/` });
  return {
    $type: 'VirtualMachineConfigInfo',
    changeVersion: changeVersion(view),
    modified: new Date(endpoint.startedMs),
    name: view.record.name,
    guestFullName: record.guest.osName,
    version: hardwareVersionName(record),
    uuid: record.uuid,
    instanceUuid: record.instanceUuid,
    template: record.isTemplate,
    guestId: apiGuestId(record.guestOs),
    alternateGuestName: '',
    annotation: annotation(view),
    files: {
      vmPathName: vmPathName(view),
      snapshotDirectory: directory,
      suspendDirectory: directory,
      logDirectory: directory,
    },
    tools: {
      toolsVersion: record.tools.version ?? 0,
      afterPowerOn: true,
      afterResume: true,
      beforeGuestStandby: true,
      beforeGuestShutdown: true,
      toolsUpgradePolicy: 'manual',
      syncTimeWithHost: isTimeSynced(record),
    },
    flags: {
      disableAcceleration: false,
      enableLogging: true,
      useToe: false,
      runWithDebugInfo: false,
      monitorType: 'release',
      snapshotDisabled: false,
      snapshotLocked: false,
      diskUuidEnabled: false,
      snapshotPowerOffBehavior: 'powerOff',
      recordReplayEnabled: false,
    },
    defaultPowerOps: {
      powerOffType: 'soft',
      suspendType: 'hard',
      resetType: 'soft',
      defaultPowerOffType: 'soft',
      defaultSuspendType: 'hard',
      defaultResetType: 'soft',
      standbyAction: 'checkpoint',
    },
    hardware: {
      numCPU: record.cpuCount,
      numCoresPerSocket: 1,
      memoryMB: record.memoryMb,
      virtualICH7MPresent: false,
      virtualSMCPresent: false,
      device: vmDevices(view),
    },
    cpuAllocation: allocation(record.cpuCount * 1000),
    memoryAllocation: allocation(record.memoryMb * 10),
    memoryHotAddEnabled: isEntryTrue(record.config, 'mem.hotadd'),
    cpuHotAddEnabled: isEntryTrue(record.config, 'vcpu.hotadd'),
    cpuHotRemoveEnabled: false,
    latencySensitivity: { level: 'normal' },
    extraConfig: extraConfig(view),
    swapPlacement: 'inherit',
    bootOptions: { bootDelay: 0, enterBIOSSetup: false, bootRetryEnabled: false, bootRetryDelay: 10_000 },
    vAssertsEnabled: false,
    changeTrackingEnabled: false,
    firmware: 'bios',
    guestAutoLockEnabled: false,
    nestedHVEnabled: false,
    vPMCEnabled: false,
  };
}

/** Whether an entry of the configuration says TRUE. @param name in lower case. */
export function isEntryTrue(config: Readonly<Record<string, string>>, name: string): boolean {
  return Object.entries(config).some(([key, value]) => key.toLowerCase() === name && value.toLowerCase() === 'true');
}

function allocation(shares: number): ResourceAllocationInfo {
  return { reservation: 0, expandableReservation: false, limit: -1, shares: { shares, level: 'normal' } };
}
