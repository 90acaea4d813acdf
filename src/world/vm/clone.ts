import { createHash, randomUUID } from 'node:crypto';
import { leasedAddresses, macFrom } from '../guest/nics.js';
import { formatLocation, type parseNewLocation } from '../location.js';
import type { NicRecord, SnapshotRecord, VmRecord } from './vm-record.js';

/** What a clone is made of. */
export interface CloneSource {
  readonly record: VmRecord;
  /** State to clone, or null for the present one. */
  readonly snapshot: SnapshotRecord | null;
  readonly destination: ReturnType<typeof parseNewLocation>;
  /** Display name; undefined: by the destination. */
  readonly name: string | undefined;
}

/** The record of a clone: the source's hardware, configuration and guest, with an identity of its own, powered off. */
export function cloneRecord({ record, snapshot, destination, name }: CloneSource): VmRecord {
  const copy = structuredClone(record);
  const state = structuredClone(snapshot?.state ?? { ...copy, guest: copy.guest });
  const datacenter = destination.kind === 'datastore' ? destination.datacenter : null;
  const location = formatLocation(destination);
  const clone: VmRecord = {
    ...copy,
    id: randomUUID(),
    uuid: randomUUID(),
    instanceUuid: randomUUID(),
    name: name ?? nameOf(location),
    datacenter: datacenter ?? record.datacenter,
    location,
    hardwareVersion: state.hardwareVersion,
    cpuCount: state.cpuCount,
    memoryMb: state.memoryMb,
    isRegistered: true,
    isTemplate: false,
    isReadOnly: false,
    power: { phase: 'off', isPaused: false, bootedAtMs: null, bootCount: 0 },
    question: null,
    questionAtPowerOn: null,
    config: state.config,
    runtimeConfig: {},
    guestVariables: {},
    snapshots: [],
    currentSnapshotId: null,
    recording: { state: 'idle', snapshotId: null },
    linkedTo: null,
    guest: { ...state.guest, processes: [] },
    customization: null,
    consoleLines: [],
  };
  clone.tools.isInstallerMounted = false;
  delete clone.tools.installEndsAtMs;
  delete clone.tools.installAttempts;
  delete clone.tools.installError;
  delete clone.guest.toolsEnvironment;
  for (const nic of clone.guest.nics) renewCard(nic);
  return clone;
}

/** A copied machine is another one on the network. */
function renewCard(nic: NicRecord): void {
  nic.mac = macFrom(randomUUID());
  if (nic.isDhcp) nic.addresses = leasedAddresses(nic.mac);
}

/** Name of a machine by its configuration file: the file's own, without `.vmx`. */
function nameOf(location: string): string {
  const file = location.split(/[\\/]|\] /u).pop() ?? location;
  return file.replace(/\.vmx$/iu, '');
}

/** An identifier that a place always yields again, so that the same inventory has the same machines each time. */
export function stableId(purpose: string, datacenter: string, location: string): string {
  const hex = createHash('sha256')
    .update(JSON.stringify([purpose, datacenter, location]))
    .digest('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), `4${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`, hex.slice(20, 32)].join(
    '-',
  );
}
