import type { CallContext, GuestNic } from '../../backend.js';
import type { GuestNicInfo } from '../vim/generated/types.js';
import type { Machine } from './machine.js';

/** The network cards as Tools tells of them. */
export function guestNics(machine: Machine, call: CallContext): Promise<readonly GuestNic[]> {
  return machine.run('reading the addresses of', undefined, call, async () => {
    const values = await machine.properties(['guest.net'], call);
    return (values.get('guest.net') ?? []).map(nicOf);
  });
}

function nicOf({ macAddress = '', network = '', connected, ipConfig, ipAddress = [] }: GuestNicInfo): GuestNic {
  const known = ipConfig?.ipAddress?.map(({ ipAddress: address, prefixLength }) => ({ address, prefixLength }));
  const addresses = known ?? ipAddress.map((address) => ({ address, prefixLength: null }));
  return { mac: macAddress, network, isConnected: connected, addresses };
}
