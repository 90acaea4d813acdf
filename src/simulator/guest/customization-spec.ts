import { isIPv4 } from 'node:net';
import type { CustomizationSpec, VmRecord } from '../../world/vm/vm-record.js';
import type { Fields } from '../fields.js';
import { VimFault } from '../vim-fault.js';

type Nic = NonNullable<CustomizationSpec['nics']>[number];

/** Which family of guests a kind of identity is for; the others go with both. */
const familyOfIdentity: Readonly<Record<string, 'posix' | 'windows'>> = {
  CustomizationLinuxPrep: 'posix',
  CustomizationCloudinitPrep: 'posix',
  CustomizationSysprep: 'windows',
  CustomizationSysprepText: 'windows',
};

/** A name that the host makes up where the client leaves that to it: a base and a number that is free. */
const madeUpNumberRange = 10_000;

/**
 * What a client's CustomizationSpec makes of a guest. A text for sysprep is not looked into.
 * @throws VimFault `CustomizationFault` for a guest of another family; `InvalidArgument`.
 */
export function customizationOf(spec: Fields, record: VmRecord): CustomizationSpec {
  const identity = spec.object('identity');
  const family = familyOfIdentity[identity.type];
  if (family === undefined) throw spec.invalid('identity', `there is no ${identity.type || 'untyped identity'}`);
  if (family !== record.guest.family) {
    throw new VimFault(
      { $type: 'CustomizationFault' },
      `The guest of '${record.name}' cannot be customized by a ${identity.type}.`,
    );
  }
  const global = spec.object('globalIPSettings');
  const maps = spec.objects('nicSettingMap');
  const adapters = maps.map((map) => map.object('adapter'));
  const dnsServers = [global, ...adapters].flatMap((holder) => holder.texts('dnsServerList'));
  return {
    ...identityOf(identity, record),
    ...(dnsServers.length === 0 ? {} : { dnsServers: [...new Set(dnsServers)] }),
    ...(maps.length === 0 ? {} : { nics: nicsOf(maps, record) }),
  };
}

function identityOf(identity: Fields, record: VmRecord): Pick<CustomizationSpec, 'hostName' | 'domain'> {
  switch (identity.type) {
    case 'CustomizationLinuxPrep':
      return { ...hostNameOf(identity, 'hostName', record), domain: identity.text('domain') };
    case 'CustomizationSysprep': {
      const domain = identity.object('identification').optionalText('joinDomain');
      const name = hostNameOf(identity.object('userData'), 'computerName', record);
      return { ...name, ...(domain === undefined ? {} : { domain }) };
    }
    case 'CustomizationCloudinitPrep': {
      const [, hostName] =
        /^[\s{,]*["']?(?:local-)?hostname["']?\s*:\s*["']?([A-Za-z\d-]+)/mu.exec(identity.text('metadata')) ?? [];
      return hostName === undefined ? {} : { hostName };
    }
    default:
      return {};
  }
}

function hostNameOf(holder: Fields, field: string, record: VmRecord): { readonly hostName: string } {
  const name = holder.object(field);
  switch (name.type) {
    case 'CustomizationFixedName':
      return { hostName: name.text('name') };
    case 'CustomizationVirtualMachineName':
      return { hostName: record.name };
    case 'CustomizationPrefixName':
      return { hostName: `${name.text('base')}-${Math.floor(Math.random() * madeUpNumberRange)}` };
    default:
      throw holder.invalid(field, `a ${name.type || 'name without type'} needs somebody who answers`);
  }
}

/** Cards are meant by their hardware address where it is given, else by their order. */
function nicsOf(maps: readonly Fields[], { guest }: VmRecord): readonly Nic[] {
  const nics: Nic[] = guest.nics.map(() => null);
  for (const [index, map] of maps.entries()) {
    const mac = map.optionalText('macAddress')?.toLowerCase();
    const place = mac === undefined ? index : guest.nics.findIndex((nic) => nic.mac.toLowerCase() === mac);
    if (place < 0) throw map.invalid('macAddress', 'the guest has no such network card');
    nics[place] = nicOf(map.object('adapter'));
  }
  return nics;
}

function nicOf(adapter: Fields): Nic {
  const ip = adapter.object('ip');
  const [gateway] = adapter.texts('gateway');
  const more = gateway === undefined ? {} : { gateway };
  switch (ip.type) {
    case 'CustomizationDhcpIpGenerator':
      return { addresses: 'dhcp', ...more };
    case 'CustomizationFixedIp': {
      const mask = adapter.optionalText('subnetMask');
      const suffix = mask === undefined ? '' : `/${prefixOf(adapter, mask)}`;
      return { addresses: [ip.text('ipAddress') + suffix], ...more };
    }
    default:
      throw adapter.invalid('ip', `a ${ip.type || 'generator without type'} needs somebody who answers`);
  }
}

/** Length of the prefix that an IPv4 mask like `255.255.255.0` stands for. */
function prefixOf(adapter: Fields, mask: string): number {
  const bits = mask
    .split('.')
    .map((byte) => Number(byte).toString(2).padStart(8, '0'))
    .join('');
  if (!isIPv4(mask) || !/^1*0*$/u.test(bits)) throw adapter.invalid('subnetMask', `'${mask}' is no mask`);
  return bits.indexOf('0') === -1 ? bits.length : bits.indexOf('0');
}
