import type { GuestCustomization, NicSettings } from '../../backend.js';
import type { CustomizationAdapterMapping, CustomizationSpec } from '../vim/generated/types.js';

/** What vSphere is told for a customization of a running Linux guest, the only kind that it customizes while it runs. */
export function customizationSpecOf({
  hostName,
  domain = '',
  dnsServers,
  nics,
}: GuestCustomization): CustomizationSpec {
  return {
    identity: {
      $type: 'CustomizationLinuxPrep',
      hostName: { $type: 'CustomizationFixedName', name: hostName },
      domain,
    },
    globalIPSettings: dnsServers === undefined ? {} : { dnsServerList: dnsServers },
    ...(nics === undefined ? {} : { nicSettingMap: nics.map(mappingOf) }),
  };
}

function mappingOf(nic: NicSettings): CustomizationAdapterMapping {
  if (nic === 'dhcp') return { adapter: { ip: { $type: 'CustomizationDhcpIpGenerator' } } };
  const { address, prefixLength, gateway } = nic;
  return {
    adapter: {
      ip: { $type: 'CustomizationFixedIp', ipAddress: address },
      subnetMask: maskOf(prefixLength),
      ...(gateway === undefined ? {} : { gateway: [gateway] }),
    },
  };
}

/** `255.255.255.0` for 24. */
function maskOf(prefixLength: number): string {
  const bits = '1'.repeat(prefixLength).padEnd(32, '0');
  return [0, 8, 16, 24].map((start) => Number.parseInt(bits.slice(start, start + 8), 2)).join('.');
}
