import { linkLocalAddress, macFrom, withPrefix } from '../guest/nics.js';
import type { FileAttributes } from '../guest/guest-files.js';
import type { GuestRecord, SnapshotRecord, SnapshotState, VmRecord } from '../vm/vm-record.js';
import { uuidFrom } from './vmx-record.js';

/**
 * The format of `state.json` that is written. It goes up with every change that makes older files lack something or
 * mean something else; `upgradedRecord` and `upgradedAttributes` then fill in what files of the older formats lack.
 *
 * 1. Guests had `ipAddresses` in the place of network cards. Versions of this format kept more and more of a machine, so
 *    each part that came later may be missing: instance UUID, customization, DNS, aliases, the processors and the memory
 *    that a snapshot brings back, the system attribute of files.
 * 2. All of these are there, but snapshots have no numbers.
 * 3. They have.
 */
export const stateFormat = 3;

type Added<Whole, Part extends keyof Whole> = Omit<Whole, Part> & { readonly [Key in Part]?: Whole[Key] };

type GuestRecord1 = Added<GuestRecord, 'domain' | 'dnsServers' | 'nics' | 'aliases'> & {
  readonly ipAddresses?: readonly string[];
};
type SnapshotState1 = Added<Omit<SnapshotState, 'guest'>, 'cpuCount' | 'memoryMb'> & { readonly guest: GuestRecord1 };
type SnapshotRecord1 = Omit<SnapshotRecord, 'state' | 'number'> & { readonly state: SnapshotState1 };

/** A record as format 1 may have it; one of format 2 is one as well. */
export type VmRecord1 = Added<Omit<VmRecord, 'guest' | 'snapshots'>, 'instanceUuid' | 'customization'> & {
  readonly guest: GuestRecord1;
  readonly snapshots: readonly SnapshotRecord1[];
};

/** The record in the present format. */
export function upgradedRecord(record: VmRecord1): VmRecord {
  const { id, location, cpuCount, memoryMb } = record;
  return {
    ...record,
    instanceUuid: record.instanceUuid ?? uuidFrom(`instance ${id}`),
    customization: record.customization ?? null,
    guest: upgradedGuest(record.guest, location),
    snapshots: record.snapshots.map((snapshot, index) => ({
      ...snapshot,
      number: index + 1,
      state: { cpuCount, memoryMb, ...snapshot.state, guest: upgradedGuest(snapshot.state.guest, location) },
    })),
  };
}

function upgradedGuest({ ipAddresses = [], ...guest }: GuestRecord1, location: string): GuestRecord {
  const mac = macFrom(`${location} 0`);
  const addresses = [...ipAddresses.flatMap((address) => withPrefix(address) ?? []), linkLocalAddress(mac)];
  const nic = { mac, network: 'VM Network', isConnected: true, isDhcp: false, addresses, gateway: null };
  return { domain: '', dnsServers: [], aliases: [], nics: [nic], ...guest };
}

/** Attributes of a guest file as a journal of any format may have them. */
export type StoredAttributes = Added<FileAttributes, 'isSystem'>;

/** The attributes with all of their parts. */
export function upgradedAttributes(attributes: StoredAttributes): FileAttributes {
  return { isSystem: false, ...attributes };
}
