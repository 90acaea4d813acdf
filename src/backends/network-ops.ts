import type { CallContext } from './call-context.js';

/** A network card of a virtual machine. */
export interface NetworkAdapter {
  /** From 0. */
  readonly index: number;
  /** Name of the network of the host that it is on, such as `vmnet8` or `VM Network`. */
  readonly network: string;
  /** `00:50:56:80:01:02`; empty while it has none. */
  readonly mac: string;
}

/** Network cards of a virtual machine, which VIX knows nothing of. */
export interface NetworkAdapterOps {
  /** In the order of their numbers. */
  adapters(call: CallContext): Promise<readonly NetworkAdapter[]>;
  /** @returns number of the new card. @throws Fault `vm-running`, `not-found` for a network that there is not. */
  addAdapter(network: string, call: CallContext): Promise<number>;
  /** @throws Fault `not-found`, `vm-running`. */
  setAdapter(index: number, network: string, call: CallContext): Promise<void>;
  /** Those behind it move up. @throws Fault `not-found`, `vm-running`. */
  removeAdapter(index: number, call: CallContext): Promise<void>;
}

/** A network of the host. */
export interface HostNetwork {
  readonly name: string;
  readonly type: 'bridged' | 'hostOnly' | 'nat';
  readonly hasDhcp: boolean;
  /** null where the network is not the host's own. */
  readonly subnet: string | null;
  readonly mask: string | null;
}

/** A port of the host that a NAT network passes on to a guest. */
export interface PortForwarding {
  readonly protocol: 'tcp' | 'udp';
  readonly hostPort: number;
  readonly guestIp: string;
  readonly guestPort: number;
  readonly description: string;
}

/** Networks of a host, beyond what VIX knows. */
export interface HostNetworkOps {
  list(call: CallContext): Promise<readonly HostNetwork[]>;
}

/** The ports that the networks of a host pass on to guests. */
export interface PortForwardingOps {
  /** @throws Fault `not-found` for a network that there is not. */
  portForwardings(network: string, call: CallContext): Promise<readonly PortForwarding[]>;
  /** Replaces the one of the same port. @throws Fault `not-found`, `invalid-argument`. */
  setPortForwarding(network: string, forwarding: PortForwarding, call: CallContext): Promise<void>;
  /** @throws Fault `not-found`. */
  deletePortForwarding(network: string, protocol: 'tcp' | 'udp', hostPort: number, call: CallContext): Promise<void>;
}
