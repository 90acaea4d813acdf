import { Fault } from '../../../base/fault.js';
import type { CallSignal, VsphereConnection } from '../connection.js';
import { type Properties, propertiesOf, type PropertyPath } from '../properties.js';
import type { Ref } from '../soap/values.js';
import type { VirtualDeviceBackingInfo, VirtualEthernetCard } from '../vim/generated/types.js';
import { plainName } from './names.js';

/** A network that machines can be on. */
export interface Network {
  readonly ref: Ref;
  readonly name: string;
  readonly values: Properties;
}

/** What tells a network apart, by its type: one of a host, of a distributed switch, and of NSX. */
const pathsByType: Readonly<Record<string, readonly PropertyPath[]>> = {
  Network: ['name'],
  DistributedVirtualPortgroup: ['name', 'key', 'config.distributedVirtualSwitch', 'config.uplink'],
  OpaqueNetwork: ['name', 'summary.opaqueNetworkId', 'summary.opaqueNetworkType'],
};

/**
 * The networks that an object knows of, in the order of the server: those of a machine, of a host or of a datacentre.
 * Uplinks of switches, which no machine can be on, are left out.
 */
export async function networksOf(
  connection: VsphereConnection,
  object: Ref,
  call: CallSignal,
): Promise<readonly Network[]> {
  const refs = (await connection.properties(object, ['network'], call)).get('network') ?? [];
  const found = new Map<string, Network>();
  // Type by type: what is said of a type counts for those below it, too.
  for (const [type, pathSet] of Object.entries(pathsByType)) {
    const objectSet = refs.filter((ref) => ref.type === type).map((obj) => ({ obj }));
    if (objectSet.length === 0) continue;
    for await (const page of connection.retrieve({ propSet: [{ type, pathSet }], objectSet }, call)) {
      for (const { obj: ref, ...rest } of page) {
        const values = propertiesOf(rest);
        const name = plainName(values.get('name') ?? '');
        if (name !== '' && values.get('config.uplink') !== true) found.set(ref.value, { ref, name, values });
      }
    }
  }
  return refs.flatMap(({ value }) => found.get(value) ?? []);
}

/** What puts a card on a network. */
export async function backingFor(
  connection: VsphereConnection,
  { ref, name, values }: Network,
  call: CallSignal,
): Promise<VirtualDeviceBackingInfo> {
  const networkId = values.get('summary.opaqueNetworkId');
  if (networkId !== undefined) {
    return {
      $type: 'VirtualEthernetCardOpaqueNetworkBackingInfo',
      opaqueNetworkId: networkId,
      opaqueNetworkType: values.get('summary.opaqueNetworkType') ?? '',
    };
  }
  const portgroupKey = values.get('key');
  if (portgroupKey === undefined) {
    const network = ref as Ref<'Network'>;
    return { $type: 'VirtualEthernetCardNetworkBackingInfo', deviceName: values.get('name') ?? name, network };
  }
  const owner = values.get('config.distributedVirtualSwitch');
  const switchUuid = owner === undefined ? undefined : (await connection.properties(owner, ['uuid'], call)).get('uuid');
  if (switchUuid === undefined) {
    throw new Fault(
      'host-permission',
      `The switch of the network '${name}' cannot be read. Ask for the right to see it.`,
    );
  }
  return { $type: 'VirtualEthernetCardDistributedVirtualPortBackingInfo', port: { switchUuid, portgroupKey } };
}

/** Name of the network that a card is on; empty where it is on none that can be seen. */
export function networkNameOf({ backing }: VirtualEthernetCard, networks: readonly Network[]): string {
  const named = (test: (values: Properties) => boolean): string =>
    networks.find(({ values }) => test(values))?.name ?? '';
  switch (backing?.$type) {
    case 'VirtualEthernetCardNetworkBackingInfo':
      return plainName(backing.deviceName);
    case 'VirtualEthernetCardDistributedVirtualPortBackingInfo':
      return named((values) => values.get('key') === backing.port.portgroupKey);
    case 'VirtualEthernetCardOpaqueNetworkBackingInfo':
      return named((values) => values.get('summary.opaqueNetworkId') === backing.opaqueNetworkId);
    default:
      return '';
  }
}
