import { isIPv4 } from 'node:net';
import { Fault } from '../base/fault.js';
import type { HostRecord, PortForwardingRecord } from './vm/host-record.js';
import type { VmStore } from './vm/vm-store.js';

/** A network of the host. */
export interface HostNetworkView {
  readonly name: string;
  readonly type: 'bridged' | 'hostOnly' | 'nat';
  readonly hasDhcp: boolean;
  /** null where the network is not the host's own. */
  readonly subnet: string | null;
  readonly mask: string | null;
}

/** The networks that a fresh installation of a desktop product makes. */
export const hostNetworks: readonly HostNetworkView[] = [
  { name: 'vmnet0', type: 'bridged', hasDhcp: false, subnet: null, mask: null },
  { name: 'vmnet1', type: 'hostOnly', hasDhcp: true, subnet: '172.16.11.0', mask: '255.255.255.0' },
  { name: 'vmnet8', type: 'nat', hasDhcp: true, subnet: '192.168.3.0', mask: '255.255.255.0' },
];

const largestPort = 65_535;

/** Networks of the host, and the ports that its NAT networks pass on. */
export class HostNetworks {
  readonly #store: Pick<VmStore, 'readHost' | 'updateHost'>;

  constructor(store: Pick<VmStore, 'readHost' | 'updateHost'>) {
    this.#store = store;
  }

  /** The port forwardings of a network, by protocol and port. @throws Fault `not-found`. */
  async portForwardings(network: string): Promise<readonly Omit<PortForwardingRecord, 'network'>[]> {
    const { name } = networkOf(network);
    const host = await this.#store.readHost();
    return host.portForwardings
      .filter((forwarding) => forwarding.network === name)
      .map(({ network: _network, ...forwarding }) => forwarding)
      .sort((one, other) => one.protocol.localeCompare(other.protocol) || one.hostPort - other.hostPort);
  }

  /** Sets a port forwarding; one of the same port is replaced. @throws Fault `not-found`, `invalid-argument`. */
  async setPortForwarding(forwarding: PortForwardingRecord): Promise<void> {
    const network = natNetworkOf(forwarding.network);
    requirePort(forwarding.hostPort);
    requirePort(forwarding.guestPort);
    if (!isIPv4(forwarding.guestIp)) {
      throw new Fault('invalid-argument', `'${forwarding.guestIp}' is no IPv4 address of a guest.`);
    }
    await this.#store.updateHost((host) => {
      remove(host, { ...forwarding, network: network.name });
      host.portForwardings.push({ ...forwarding, network: network.name });
    });
  }

  /** @throws Fault `not-found`. */
  async deletePortForwarding(
    forwarding: Pick<PortForwardingRecord, 'network' | 'protocol' | 'hostPort'>,
  ): Promise<void> {
    const network = natNetworkOf(forwarding.network);
    const { protocol, hostPort } = forwarding;
    await this.#store.updateHost((host) => {
      if (remove(host, { network: network.name, protocol, hostPort })) return;
      throw new Fault('not-found', `${network.name} passes on no ${protocol} port ${hostPort}.`);
    });
  }
}

function networkOf(name: string): HostNetworkView {
  const network = hostNetworks.find((candidate) => candidate.name === name.toLowerCase());
  if (network !== undefined) return network;
  const known = hostNetworks.map((candidate) => candidate.name).join(', ');
  throw new Fault('not-found', `The host has no network '${name}'; it has ${known}.`);
}

function natNetworkOf(name: string): HostNetworkView {
  const network = networkOf(name);
  if (network.type === 'nat') return network;
  throw new Fault('invalid-argument', `${network.name} is a ${network.type} network; only NAT networks pass ports on.`);
}

function requirePort(port: number): void {
  if (Number.isInteger(port) && port >= 1 && port <= largestPort) return;
  throw new Fault('invalid-argument', `${port} is no port; give a whole number from 1 to ${largestPort}.`);
}

/** @returns whether there was one. */
function remove(host: HostRecord, which: Pick<PortForwardingRecord, 'network' | 'protocol' | 'hostPort'>): boolean {
  const index = host.portForwardings.findIndex(
    ({ network, protocol, hostPort }) =>
      network === which.network && protocol === which.protocol && hostPort === which.hostPort,
  );
  if (index === -1) return false;
  host.portForwardings.splice(index, 1);
  return true;
}
