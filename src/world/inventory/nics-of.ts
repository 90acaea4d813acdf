import { leasedAddresses, linkLocalAddress, macFrom, withPrefix } from '../guest/nics.js';
import type { NicRecord } from '../vm/vm-record.js';
import type { CheckedVm } from './inventory-schema.js';

const defaultNetwork = 'VM Network';

/**
 * The network cards of a machine. One that names none has one, with an address by its number.
 * @param number counts the machines of the inventory from 1.
 */
export function nicsOf({ location, guest = {} }: Pick<CheckedVm, 'location' | 'guest'>, number: number): NicRecord[] {
  const seed = (index: number): string => `${location} ${index}`;
  if (guest.nics === undefined) {
    const mac = macFrom(seed(0));
    const given = guest.ipAddresses;
    const addresses = given ?? [addressOf(number), linkLocalAddress(mac)];
    return [nicRecord({ mac, isDhcp: given === undefined, addresses })];
  }
  return guest.nics.map((nic, index) => {
    const mac = nic.mac === undefined ? macFrom(seed(index)) : plainMac(nic.mac);
    const isDhcp = nic.isDhcp ?? nic.addresses === undefined;
    return nicRecord({ ...nic, mac, isDhcp, addresses: nic.addresses ?? (isDhcp ? leasedAddresses(mac) : []) });
  });
}

type Given = Pick<NicRecord, 'mac' | 'isDhcp'> &
  Partial<Omit<NicRecord, 'addresses'>> & { readonly addresses: readonly string[] };

function nicRecord({ addresses, ...given }: Given): NicRecord {
  return {
    network: defaultNetwork,
    isConnected: true,
    gateway: null,
    ...given,
    addresses: addresses.map((address) => withPrefix(address) ?? address),
  };
}

/** `0050.5680.0102` and `00-50-56-80-01-02` as records keep it. */
function plainMac(text: string): string {
  return (text.toLowerCase().match(/[0-9a-f]{2}/gu) ?? []).join(':');
}

function addressOf(number: number): string {
  return `10.${(number >> 16) & 255}.${(number >> 8) & 255}.${number & 255}`;
}
