import { Vix_Out } from '../../../api/vix-out.js';
import type { HostNetwork, NetworkAdapter, PortForwarding } from '../../../backends/backend.js';
import { VIX_E_INVALID_ARG } from '../../../vix/names.js';
import { CommandFailure } from '../command-failure.js';
import { type Command, command, silent } from '../command.js';
import { choice, integer, optionalText, text, vm } from '../parameters.js';
import type { Session } from '../session.js';
import { tableText } from '../table-text.js';

const desktop = ['ws', 'fusion'] as const;
const adapterTypes = ['nat', 'bridged', 'hostOnly', 'custom'] as const;
const type = choice('type', adapterTypes);
const hostNetwork = optionalText('hostNetwork', 'HOST-NETWORK');
const index = integer('index', 'ADAPTER-INDEX');
const network = text('network', 'HOST-NETWORK');
const protocol = choice('protocol', ['tcp', 'udp']);
const hostPort = integer('hostPort', 'HOST-PORT');

async function networksOfHost(session: Session): Promise<readonly HostNetwork[]> {
  const cell = Vix_Out<readonly HostNetwork[]>();
  session.expect(await session.vix.Revix_GetHostNetworks(session.host, cell), session.host);
  return cell.value;
}

/** The network that an adapter of a type is on. @throws CommandFailure. */
async function networkFor(
  session: Session,
  wanted: (typeof adapterTypes)[number],
  named: string | undefined,
): Promise<string> {
  if (named !== undefined) return named;
  const found = (await networksOfHost(session)).find((candidate) => candidate.type === wanted);
  if (found !== undefined) return found.name;
  const message =
    wanted === 'custom' ? 'a custom adapter needs the name of its network' : `the host has no ${wanted} network`;
  throw new CommandFailure('command', VIX_E_INVALID_ARG, message);
}

/** The commands for network adapters and for the networks of the host. */
export const networkCommands: readonly Command[] = [
  command({
    name: 'listNetworkAdapters',
    section: 'networkAdapter',
    parameters: [vm],
    summary: 'list the network adapters of a VM',
    result: { adapters: [{ index: 'number', type: 'string', network: 'string', mac: 'string' }] },
    hostTypes: desktop,
    run: async (session) => {
      const cell = Vix_Out<readonly NetworkAdapter[]>();
      session.expect(await session.vix.Revix_GetNetworkAdapters(session.vm, cell), session.vm);
      const networks = await networksOfHost(session);
      const adapters = cell.value.map((adapter) => ({
        ...adapter,
        type: networks.find(({ name }) => name === adapter.network)?.type ?? 'custom',
      }));
      const rows = adapters.map((adapter) => [String(adapter.index), adapter.type, adapter.network]);
      const columns = [['INDEX', 7], ['TYPE', 13], ['VMNET']] as const;
      return { result: { adapters }, text: tableText('Total network adapters', columns, rows) };
    },
  }),
  command({
    name: 'addNetworkAdapter',
    section: 'networkAdapter',
    parameters: [vm, type, hostNetwork],
    summary: 'add a network adapter to a VM that is off',
    hostTypes: desktop,
    run: async (session, values) => {
      const name = await networkFor(session, values.type, values.hostNetwork);
      await session.finish(session.vix.Revix_AddNetworkAdapter(session.vm, name, null, null));
      return silent;
    },
  }),
  command({
    name: 'setNetworkAdapter',
    section: 'networkAdapter',
    parameters: [vm, index, type, hostNetwork],
    summary: 'put a network adapter of a VM that is off on another network',
    hostTypes: desktop,
    run: async (session, values) => {
      const name = await networkFor(session, values.type, values.hostNetwork);
      await session.finish(session.vix.Revix_SetNetworkAdapter(session.vm, values.index, name, null, null));
      return silent;
    },
  }),
  command({
    name: 'deleteNetworkAdapter',
    section: 'networkAdapter',
    parameters: [vm, index],
    summary: 'remove a network adapter of a VM that is off',
    hostTypes: desktop,
    run: async (session, values) => {
      await session.finish(session.vix.Revix_RemoveNetworkAdapter(session.vm, values.index, null, null));
      return silent;
    },
  }),
  command({
    name: 'listHostNetworks',
    section: 'hostNetwork',
    parameters: [],
    summary: 'list the networks of the host',
    result: {
      networks: [{ name: 'string', type: 'string', hasDhcp: 'boolean', subnet: 'string|null', mask: 'string|null' }],
    },
    hostTypes: desktop,
    run: async (session) => {
      const networks = await networksOfHost(session);
      const rows = networks.map((row) => [
        /\d+$/.exec(row.name)?.[0] ?? '',
        row.name,
        row.type,
        String(row.hasDhcp),
        row.subnet ?? 'empty',
        row.mask ?? 'empty',
      ]);
      const columns = [['INDEX', 7], ['NAME', 13], ['TYPE', 13], ['DHCP', 13], ['SUBNET', 17], ['MASK']] as const;
      return { result: { networks }, text: tableText('Total host networks', columns, rows) };
    },
  }),
  command({
    name: 'listPortForwardings',
    section: 'hostNetwork',
    parameters: [network],
    summary: 'list the ports that a network of the host passes on',
    result: {
      portForwardings: [
        { protocol: 'string', hostPort: 'number', guestIp: 'string', guestPort: 'number', description: 'string' },
      ],
    },
    hostTypes: desktop,
    run: async (session, values) => {
      const cell = Vix_Out<readonly PortForwarding[]>();
      session.expect(await session.vix.Revix_GetPortForwardings(session.host, values.network, cell), session.host);
      const portForwardings = cell.value;
      const rows = portForwardings.map((row, at) => [
        String(at),
        row.protocol,
        String(row.hostPort),
        row.guestIp,
        String(row.guestPort),
        row.description,
      ]);
      const columns = [
        ['INDEX', 7],
        ['PROTOCOL', 13],
        ['HOST PORT', 13],
        ['GUEST IP', 17],
        ['GUEST PORT', 17],
        ['DESCRIPTION'],
      ] as const;
      return { result: { portForwardings }, text: tableText('Total port forwardings', columns, rows) };
    },
  }),
  command({
    name: 'setPortForwarding',
    section: 'hostNetwork',
    parameters: [
      network,
      protocol,
      hostPort,
      text('guestIp', 'GUEST-IP'),
      integer('guestPort', 'GUEST-PORT'),
      optionalText('description', 'DESCRIPTION'),
    ],
    summary: 'let a network of the host pass a port on to a guest',
    hostTypes: desktop,
    run: async (session, { network: name, description = '', ...forwarding }) => {
      const set = { ...forwarding, description };
      await session.finish(session.vix.Revix_SetPortForwarding(session.host, name, set, null, null));
      return silent;
    },
  }),
  command({
    name: 'deletePortForwarding',
    section: 'hostNetwork',
    parameters: [network, protocol, hostPort],
    summary: 'end the passing on of a port',
    hostTypes: desktop,
    run: async (session, values) => {
      const { vix, host } = session;
      await session.finish(
        vix.Revix_DeletePortForwarding(host, values.network, values.protocol, values.hostPort, null, null),
      );
      return silent;
    },
  }),
];
