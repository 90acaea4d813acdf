import { hostNetworks } from '../../world/host-networks.js';
import type { World } from '../../world/world.js';
import type { CallContext, HostNetwork, HostNetworkOps, PortForwarding, PortForwardingOps } from '../backend.js';

/** The networks of a world's host. */
export class MockNetworks implements HostNetworkOps, PortForwardingOps {
  readonly #world: World;

  constructor(world: World) {
    this.#world = world;
  }

  async list(call: CallContext): Promise<readonly HostNetwork[]> {
    await this.#world.begin('networks.list', call);
    return hostNetworks;
  }

  async portForwardings(network: string, call: CallContext): Promise<readonly PortForwarding[]> {
    await this.#world.begin('networks.portForwardings', call);
    return this.#world.networks.portForwardings(network);
  }

  async setPortForwarding(network: string, forwarding: PortForwarding, call: CallContext): Promise<void> {
    await this.#world.begin('networks.setPortForwarding', call);
    await this.#world.networks.setPortForwarding({ network, ...forwarding });
  }

  async deletePortForwarding(
    network: string,
    protocol: 'tcp' | 'udp',
    hostPort: number,
    call: CallContext,
  ): Promise<void> {
    await this.#world.begin('networks.deletePortForwarding', call);
    await this.#world.networks.deletePortForwarding({ network, protocol, hostPort });
  }
}
