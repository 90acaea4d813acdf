import { Secret } from '../../base/secret.js';
import { plainCertificate } from '../guest/certificate.js';
import { familyOf, osNameOf } from '../guest/guest-os-names.js';
import { defaultEnvironment, defaultRegistry, firstProgramPid } from '../guest/guest-os.js';
import { formatLocation, parseNewLocation } from '../location.js';
import { stableId } from '../vm/clone.js';
import { sealPassword } from '../vm/encryption.js';
import { currentHardwareVersion } from '../vm/lifecycle.js';
import { currentToolsVersion, freeze, startTransition } from '../vm/power-state.js';
import type { GuestAliasRecord, GuestRecord, SnapshotRecord, VmRecord } from '../vm/vm-record.js';
import { defaultDiskSizeBytes, usersOf } from './guest-defaults.js';
import type { CheckedVm, InventorySnapshot } from './inventory-schema.js';
import { nicsOf } from './nics-of.js';

/** What `tools: false` stands for. */
const withoutTools: Exclude<NonNullable<CheckedVm['tools']>, false> = { version: null };
/** Datacentre of a machine whose inventory names none. */
const defaultDatacenter = 'Datacenter';
/** How long a machine that is on at the beginning has been on. */
const uptimeMs = 3_600_000;
const snapshotAgeMs = 86_400_000;
const snapshotSpacingMs = 60_000;

/**
 * The record of a machine as an inventory describes it.
 * @param number counts the machines of the inventory from 1; it goes into the guest's address.
 * @throws Fault `invalid-argument` for a location that is none.
 */
export async function newMachine(vm: CheckedVm, number: number, nowMs: number): Promise<VmRecord> {
  const { datacenter, location } = placeOf(vm);
  const guestOs = vm.guestOs ?? 'ubuntu-64';
  const tools = vm.tools === false ? withoutTools : (vm.tools ?? {});
  const guest = newGuest(vm, guestOs, number, nowMs);
  const record: VmRecord = {
    id: stableId('vm', datacenter, location),
    uuid: vm.uuid ?? stableId('bios', datacenter, location),
    instanceUuid: vm.instanceUuid ?? stableId('instance', datacenter, location),
    name: vm.name,
    datacenter,
    location,
    guestOs,
    cpuCount: vm.cpuCount ?? 1,
    memoryMb: vm.memoryMb ?? 1024,
    hardwareVersion: vm.hardwareVersion ?? currentHardwareVersion,
    isRegistered: vm.isRegistered ?? true,
    isTemplate: vm.isTemplate ?? false,
    isReadOnly: vm.isReadOnly ?? false,
    encryption: vm.encryptionPassword === undefined ? null : await sealPassword(new Secret(vm.encryptionPassword)),
    power: { phase: 'off', isPaused: false, bootedAtMs: null, bootCount: 0 },
    tools: {
      version: tools.version === undefined ? currentToolsVersion : tools.version,
      bootDelayMs: tools.bootDelayMs ?? 300,
      scriptsDelayMs: tools.scriptsDelayMs ?? 0,
      isInstallerMounted: false,
      ...(tools.hasImage === undefined ? {} : { hasImage: tools.hasImage }),
      ...(tools.drive === undefined ? {} : { drive: tools.drive }),
    },
    question: null,
    questionAtPowerOn: vm.questionAtPowerOn ?? null,
    powerOnRefusal: vm.powerOnRefusal ?? null,
    config: { ...(vm.annotation === undefined ? {} : { annotation: vm.annotation }), ...vm.config },
    runtimeConfig: {},
    guestVariables: {},
    sharedFolders: {
      isEnabled: (vm.sharedFolders ?? []).length > 0,
      folders: (vm.sharedFolders ?? []).map((folder) => ({ isWritable: false, ...folder })),
    },
    snapshots: [],
    currentSnapshotId: null,
    recording: { state: 'idle', snapshotId: null },
    linkedTo: null,
    guest,
    customization: null,
    consoleLines: [],
  };
  addSnapshots(record, vm.snapshots ?? [], nowMs);
  enterPower(record, vm.power ?? 'off', nowMs);
  if (tools.heartbeat !== undefined && tools.heartbeat !== 'green') record.tools.heartbeat = tools.heartbeat;
  return record;
}

/** Where a machine lies. @throws Fault `invalid-argument` for a location that is none. */
export function placeOf(vm: Pick<CheckedVm, 'datacenter' | 'location'>): Pick<VmRecord, 'datacenter' | 'location'> {
  const parsed = parseNewLocation(vm.location);
  const named = parsed.kind === 'datastore' ? parsed.datacenter : null;
  return { datacenter: vm.datacenter ?? named ?? defaultDatacenter, location: formatLocation(parsed) };
}

/** The guest of a machine, as fresh as its inventory makes it. */
export function newGuest(vm: CheckedVm, guestOs: string, number: number, nowMs: number): GuestRecord {
  const family = vm.guest?.family ?? familyOf(guestOs);
  const osName = vm.guest?.osName ?? osNameOf(guestOs);
  const hostName = vm.guest?.hostName ?? hostNameOf(vm.name, family);
  const users = usersOf(family, vm.guest?.users);
  return {
    family,
    osName,
    hostName,
    domain: vm.guest?.domain ?? '',
    dnsServers: [...(vm.guest?.dnsServers ?? [])],
    nics: nicsOf(vm, number),
    users,
    aliases: aliasesOf(vm.guest?.aliases ?? []),
    consoleUser: vm.guest?.consoleUser ?? null,
    disabledOperations: [...(vm.guest?.disabledOperations ?? [])],
    environment: { ...defaultEnvironment[family], ...vm.guest?.environment },
    services: (vm.guest?.processes ?? []).map((process) => ({
      name: process.name,
      owner: process.owner ?? (family === 'posix' ? 'root' : 'SYSTEM'),
      commandLine: process.commandLine ?? process.name,
      runsForMs: process.runsForMs ?? null,
    })),
    processes: [],
    nextPid: firstProgramPid,
    registry: family === 'windows' ? defaultRegistry({ hostName, osName, users }, nowMs) : null,
    diskSizeBytes: vm.guest?.diskSizeBytes ?? defaultDiskSizeBytes,
  };
}

type InventoryAlias = NonNullable<NonNullable<CheckedVm['guest']>['aliases']>[number];

function aliasesOf(given: readonly InventoryAlias[]): GuestAliasRecord[] {
  const aliases: GuestAliasRecord[] = [];
  for (const { user, certificate, subject = null, comment = '', isMapped = false } of given) {
    const plain = plainCertificate(certificate) ?? certificate;
    const added = { name: subject, comment, isMapped };
    const known = aliases.find((alias) => alias.userName === user && alias.certificate === plain);
    if (known === undefined) aliases.push({ userName: user, certificate: plain, subjects: [added] });
    else known.subjects.push(added);
  }
  return aliases;
}

function enterPower(record: VmRecord, power: NonNullable<CheckedVm['power']>, nowMs: number): void {
  if (power === 'off') return;
  startTransition(record, 'powering-on', { nowMs: nowMs - uptimeMs, durationMs: 0 });
  if (power === 'suspended') startTransition(record, 'suspending', { nowMs, durationMs: 0 });
  if (power === 'paused') {
    freeze(record, nowMs);
    record.power.isPaused = true;
  }
}

/** Adds the tree of snapshots, each as if it had been taken of the machine in that state; the last one is current. */
function addSnapshots(record: VmRecord, roots: readonly InventorySnapshot[], nowMs: number): void {
  let current: string | null = null;
  const add = (snapshot: InventorySnapshot, parentId: string | null): void => {
    const number = record.snapshots.length;
    const created = snapshotOf(record, snapshot, parentId, nowMs - snapshotAgeMs + number * snapshotSpacingMs);
    record.snapshots.push(created);
    if (current === null && snapshot.isCurrent === true) current = created.id;
    for (const child of snapshot.children ?? []) add(child, created.id);
  };
  for (const root of roots) add(root, null);
  record.currentSnapshotId = current ?? record.snapshots.at(-1)?.id ?? null;
}

function snapshotOf(
  record: VmRecord,
  snapshot: InventorySnapshot,
  parentId: string | null,
  createdAtMs: number,
): SnapshotRecord {
  const phase = snapshot.power ?? 'off';
  const moment = structuredClone(record);
  if (phase !== 'off') enterPower(moment, 'on', createdAtMs);
  const { config, hardwareVersion, cpuCount, memoryMb, guestVariables, guest } = moment;
  return {
    id: stableId(`snapshot ${record.snapshots.length}`, record.datacenter, record.location),
    number: record.snapshots.length + 1,
    name: snapshot.name,
    description: snapshot.description ?? '',
    parentId,
    createdAtMs,
    phase,
    hasMemory: phase !== 'off',
    isReplayable: false,
    state: { config, hardwareVersion, cpuCount, memoryMb, guestVariables, guest },
    ...(moment.power.bootedAtMs === null ? {} : { bootedAtMs: moment.power.bootedAtMs, frozenAtMs: createdAtMs }),
  };
}

/** Host names know letters, digits and hyphens; those of Windows are short and in capitals. */
function hostNameOf(name: string, family: 'posix' | 'windows'): string {
  const plain =
    name
      .toLowerCase()
      .replaceAll(/[^a-z0-9]+/gu, '-')
      .replaceAll(/^-|-$/gu, '') || 'guest';
  return family === 'windows' ? plain.slice(0, 15).toUpperCase() : plain;
}
