import { isIP, isIPv4 } from 'node:net';
import type { GuestCustomization } from '../../backends/backend.js';
import { Fault } from '../../base/fault.js';

/** @throws Fault `invalid-argument` for what no guest could be given, before any guest is asked. */
export function checkCustomization({ hostName, dnsServers = [], nics = [] }: GuestCustomization): void {
  if (!/^[a-z\d](?:[a-z\d-]{0,61}[a-z\d])?$/iu.test(hostName)) {
    throw invalid('hostName', hostName, 'give 1 to 63 letters, digits and hyphens, without the domain');
  }
  for (const server of dnsServers) {
    if (isIP(server) === 0) throw invalid('dnsServers', server, 'give IP addresses');
  }
  for (const nic of nics) {
    if (nic === 'dhcp') continue;
    const { address, prefixLength, gateway } = nic;
    if (!isIPv4(address)) throw invalid('address', address, "give an IPv4 address, or 'dhcp' for the card");
    if (gateway !== undefined && !isIPv4(gateway)) throw invalid('gateway', gateway, 'give an IPv4 address');
    if (!Number.isInteger(prefixLength) || prefixLength < 1 || prefixLength > 32) {
      throw invalid('prefixLength', String(prefixLength), 'give a whole number from 1 to 32');
    }
  }
}

function invalid(name: string, value: string, advice: string): Fault {
  return new Fault('invalid-argument', `${name} is '${value}'; ${advice}`);
}
