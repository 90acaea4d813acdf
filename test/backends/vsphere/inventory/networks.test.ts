import { expect, it } from 'vitest';
import type { VsphereConnection } from '../../../../src/backends/vsphere/connection.js';
import { backingFor, networkNameOf, networksOf } from '../../../../src/backends/vsphere/inventory/networks.js';
import type { Ref } from '../../../../src/backends/vsphere/soap/values.js';
import type { VirtualEthernetCard } from '../../../../src/backends/vsphere/vim/generated/types.js';

const call = { signal: new AbortController().signal };

function ref<Type extends string>(type: Type, value: string): Ref<Type> {
  return { type, value };
}

const host = ref('HostSystem', 'host-1');
const standard = ref('Network', 'network-1');
const distributed = ref('DistributedVirtualPortgroup', 'dvportgroup-1');
const uplinks = ref('DistributedVirtualPortgroup', 'dvportgroup-2');
const opaque = ref('OpaqueNetwork', 'network-o1');
const hidden = ref('Network', 'network-2');
const dvSwitch = ref('DistributedVirtualSwitch', 'dvs-1');

type Values = Readonly<Record<string, unknown>>;

const objects = new Map<string, Values>([
  ['host-1', { network: [uplinks, distributed, opaque, standard, hidden] }],
  ['network-1', { name: 'Lab %2f 1' }],
  ['dvportgroup-1', { name: 'Office', key: 'dvportgroup-1', 'config.distributedVirtualSwitch': dvSwitch }],
  ['dvportgroup-2', { name: 'Uplinks', key: 'dvportgroup-2', 'config.uplink': true }],
  ['network-o1', { name: 'Segment', 'summary.opaqueNetworkId': 'id', 'summary.opaqueNetworkType': 'nsx' }],
  ['network-2', {}],
  ['dvs-1', { uuid: '50 1c' }],
]);

/** As far as networks are read over it: a server that knows the objects above. */
const connection = {
  properties: async ({ value }: Ref) => new Map(Object.entries(objects.get(value) ?? {})),
  async *retrieve({ propSet, objectSet }: Parameters<VsphereConnection['retrieve']>[0]) {
    const paths = propSet.flatMap(({ pathSet = [] }) => pathSet);
    yield objectSet.map(({ obj }) => ({
      obj,
      propSet: Object.entries(objects.get(obj.value) ?? {})
        .filter(([name]) => paths.includes(name))
        .map(([name, val]) => ({ name, val })),
    }));
  },
} as unknown as VsphereConnection;

it('lists networks of every kind in the order of the server, and neither uplinks nor what may not be seen', async () => {
  const networks = await networksOf(connection, host, call);
  expect(networks.map(({ name }) => name)).toEqual(['Office', 'Segment', 'Lab / 1']);
});

it('puts a card on each kind of network, and finds the network again that a card is on', async () => {
  const networks = await networksOf(connection, host, call);
  const backings = await Promise.all(networks.map((network) => backingFor(connection, network, call)));
  expect(backings).toEqual([
    {
      $type: 'VirtualEthernetCardDistributedVirtualPortBackingInfo',
      port: { switchUuid: '50 1c', portgroupKey: 'dvportgroup-1' },
    },
    {
      $type: 'VirtualEthernetCardOpaqueNetworkBackingInfo',
      opaqueNetworkId: 'id',
      opaqueNetworkType: 'nsx',
    },
    { $type: 'VirtualEthernetCardNetworkBackingInfo', deviceName: 'Lab %2f 1', network: standard },
  ]);
  const cards = backings.map((backing, key): VirtualEthernetCard => ({ $type: 'VirtualE1000e', key, backing }));
  expect(cards.map((card) => networkNameOf(card, networks))).toEqual(['Office', 'Segment', 'Lab / 1']);
  expect(networkNameOf({ $type: 'VirtualE1000e', key: 4 }, networks)).toBe('');
});

it('says which right is missing where the switch of a network cannot be read', async () => {
  const [office] = await networksOf(connection, host, call);
  if (office === undefined) throw new Error('there is no network');
  const blind = { properties: async () => new Map() } as unknown as VsphereConnection;
  await expect(backingFor(blind, office, call)).rejects.toMatchObject({
    kind: 'host-permission',
    message: expect.stringContaining("network 'Office'") as string,
  });
});
