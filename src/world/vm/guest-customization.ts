import { Fault } from '../../base/fault.js';
import type { GuestFileSystem } from '../guest/guest-file-system.js';
import { leasedAddresses, withPrefix } from '../guest/nics.js';
import type { GuestUser } from '../guest/program.js';
import { recordRegistry } from '../guest/windows/registry.js';
import type { CustomizationRecord, CustomizationSpec, VmRecord } from './vm-record.js';
import type { VmState } from './vm-store.js';

/** How long the guest works on its customization, ms of its own time. */
const durationMs = 100;

const systemUser: Readonly<Record<'posix' | 'windows', GuestUser>> = {
  posix: { name: 'root', id: 0, group: 'root', home: '/root', isAdministrator: true },
  windows: { name: 'SYSTEM', id: 0, group: 'SYSTEM', home: 'C:\\Windows', isAdministrator: true },
};

/** Sets when a customization begins that waits for this boot: as soon as Tools is up. */
export function scheduleCustomization(record: VmRecord, bootedAtMs: number): void {
  const { customization, tools } = record;
  if (customization?.state !== 'pending') return;
  if (tools.version === null) {
    fail(customization, bootedAtMs, 'Tools is not installed, which would do it');
    return;
  }
  customization.beginsAtMs = bootedAtMs + tools.bootDelayMs;
}

/** Whether `advanceCustomization` would change the record. */
export function isCustomizationDue(record: VmRecord, nowMs: number): boolean {
  const { customization, power } = record;
  const { beginsAtMs } = customization ?? {};
  if (power.phase !== 'on' || power.frozenAtMs !== undefined || beginsAtMs === undefined) return false;
  return nowMs >= (customization?.state === 'running' ? beginsAtMs + durationMs : beginsAtMs);
}

/** Whether the files of the guest are to change now: see `writeCustomizedFiles`. */
export function areCustomizedFilesDue(record: VmRecord, nowMs: number): boolean {
  const { customization } = record;
  if (customization?.areFilesDue === true) return true;
  return isCustomizationDue(record, nowMs) && nowMs >= (customization?.beginsAtMs ?? nowMs) + durationMs;
}

/** Brings a customization that time drives up to a moment. */
export function advanceCustomization(record: VmRecord, nowMs: number): void {
  const { customization } = record;
  const { beginsAtMs } = customization ?? {};
  if (customization === null || beginsAtMs === undefined || !isCustomizationDue(record, nowMs)) return;
  customization.state = 'running';
  customization.startedAtMs = beginsAtMs;
  if (nowMs < beginsAtMs + durationMs) return;
  changeGuest(record, customization.spec, nowMs);
  customization.state = 'succeeded';
  customization.endedAtMs = beginsAtMs + durationMs;
  customization.areFilesDue = true;
  delete customization.beginsAtMs;
}

/** How long a customization that runs goes on, ms, as far as one can tell; 0: none runs, or it is over. */
export function msUntilCustomized({ customization, power }: VmRecord, nowMs: number): number {
  if (customization?.state !== 'running') return 0;
  if (power.frozenAtMs !== undefined) return Number.POSITIVE_INFINITY;
  return Math.max(1, (customization.beginsAtMs ?? nowMs) + durationMs - nowMs);
}

/** Breaks off a customization that runs; what it has not changed yet stays as it was. */
export function abortCustomization({ customization }: VmRecord, atMs: number): void {
  if (customization?.state !== 'running') return;
  fail(customization, atMs, 'it was broken off');
  delete customization.beginsAtMs;
}

/** The guest went off: what had not begun waits for the next boot. */
export function interruptCustomization(record: VmRecord, atMs: number | null): void {
  const { customization } = record;
  if (customization === null) return;
  if (customization.state === 'running') fail(customization, atMs, 'the machine went off meanwhile');
  delete customization.beginsAtMs;
}

/** To the guest, no time has passed while it stood still. */
export function delayCustomization(record: VmRecord, ms: number): void {
  const { customization } = record;
  if (customization?.beginsAtMs !== undefined) customization.beginsAtMs += ms;
}

/** Writes the new host name where the guest's files have the old one; in an update only. */
export function writeCustomizedFiles(state: VmState<GuestFileSystem>): void {
  const { customization, guest } = state.record;
  if (customization?.areFilesDue !== true) return;
  delete customization.areFilesDue;
  const user = state.files.as(systemUser[guest.family]);
  const write = (path: string, text: string): void => {
    if (user.exists(path)) user.write(path, text);
  };
  try {
    if (guest.family === 'posix') {
      const names = guest.domain === '' ? guest.hostName : `${guest.hostName}.${guest.domain} ${guest.hostName}`;
      write('/etc/hostname', `${guest.hostName}\n`);
      write('/etc/hosts', `127.0.0.1 localhost\n127.0.1.1 ${names}\n`);
    } else {
      write('C:\\Windows\\System32\\drivers\\etc\\hosts', `127.0.0.1 localhost ${guest.hostName}\r\n`);
    }
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    fail(customization, customization.endedAtMs, `its files could not be written: ${error.message}`);
  }
}

function fail(customization: CustomizationRecord, atMs: number | null, reason: string): void {
  customization.state = 'failed';
  customization.error = `The customization failed: ${reason}.`;
  customization.startedAtMs ??= atMs;
  customization.endedAtMs = atMs ?? customization.startedAtMs;
}

function changeGuest({ guest }: VmRecord, spec: CustomizationSpec, nowMs: number): void {
  const { hostName, domain, dnsServers, nics = [] } = spec;
  if (domain !== undefined) guest.domain = domain;
  if (dnsServers !== undefined) guest.dnsServers = [...dnsServers];
  for (const [index, change] of nics.entries()) {
    const nic = guest.nics[index];
    if (nic === undefined || change === null) continue;
    nic.isDhcp = change.addresses === 'dhcp';
    nic.addresses =
      change.addresses === 'dhcp'
        ? leasedAddresses(nic.mac)
        : change.addresses.map((address) => withPrefix(address) ?? address);
    nic.gateway = change.gateway ?? null;
  }
  if (hostName === undefined) return;
  guest.hostName = hostName;
  if (guest.registry === null) return;
  const registry = recordRegistry(guest.registry, { user: systemUser.windows, nowMs: () => nowMs });
  const system = 'HKLM\\SYSTEM\\CurrentControlSet';
  for (const [key, name, data] of [
    [`${system}\\Control\\ComputerName\\ComputerName`, 'ComputerName', hostName.toUpperCase()],
    [`${system}\\Services\\Tcpip\\Parameters`, 'Hostname', hostName],
  ] as const) {
    registry.setValue(key, { name, type: 'REG_SZ', data });
  }
}
