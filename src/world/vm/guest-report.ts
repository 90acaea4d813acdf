import { parseNicAddress, primaryAddress, type NicAddress } from '../guest/nics.js';
import { toolsStart } from './power-state.js';
import type { VmRecord } from './vm-record.js';

/** A network card as Tools reports it. */
export interface NicReport {
  /** `00:50:56:80:01:02`. */
  readonly mac: string;
  /** Network of the host that the card is on. */
  readonly network: string;
  readonly isConnected: boolean;
  readonly isDhcp: boolean;
  readonly gateway: string | null;
  readonly addresses: readonly NicAddress[];
}

/** What Tools tells the host of a guest, without anybody's login. */
export interface GuestReport {
  readonly family: 'posix' | 'windows';
  /** Full name of the operating system that runs. */
  readonly osName: string;
  readonly hostName: string;
  /** DNS domain of the host name; empty: none. */
  readonly domain: string;
  readonly dnsServers: readonly string[];
  /** The address that the guest is known by, or null. */
  readonly ipAddress: string | null;
  readonly nics: readonly NicReport[];
}

/** A file system of a guest as Tools reports it. */
export interface GuestDisk {
  /** Where it is mounted: `/`, `C:\`. */
  readonly path: string;
  readonly capacityBytes: number;
  readonly freeBytes: number;
  readonly fileSystem: 'ext4' | 'NTFS';
}

/** What Tools reports at a moment; null while Tools does not run. */
export function guestReport(record: VmRecord, nowMs: number): GuestReport | null {
  if (toolsStart(record, nowMs).state !== 'running') return null;
  const { family, osName, hostName, domain, dnsServers, nics } = record.guest;
  const address = primaryAddress(nics);
  return {
    family,
    osName,
    hostName,
    domain,
    dnsServers,
    ipAddress: address === '' ? null : address,
    nics: nics.map(({ addresses, isConnected, ...nic }) => ({
      ...nic,
      isConnected,
      addresses: isConnected ? addresses.map(parseNicAddress) : [],
    })),
  };
}

/** The disks that Tools reports: one, with all files of the guest; null while Tools does not run. */
export function guestDisks(record: VmRecord, usedBytes: () => number, nowMs: number): readonly GuestDisk[] | null {
  if (toolsStart(record, nowMs).state !== 'running') return null;
  const { family, diskSizeBytes } = record.guest;
  return [
    {
      path: family === 'posix' ? '/' : 'C:\\',
      capacityBytes: diskSizeBytes,
      freeBytes: Math.max(0, diskSizeBytes - usedBytes()),
      fileSystem: family === 'posix' ? 'ext4' : 'NTFS',
    },
  ];
}
