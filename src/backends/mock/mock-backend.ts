import { hostname } from 'node:os';
import { Fault } from '../../base/fault.js';
import type { World } from '../../world/world.js';
import type { BackendModule, CallContext, ConnectTarget, HostLink, ProviderName } from '../backend.js';
import { checkOptions } from './check-options.js';
import { MockHost } from './mock-host.js';
import { allCapabilities, products } from './products.js';
import { Worlds, type MockOptions } from './worlds.js';

/** The mock host as a backend. */
export interface MockBackend extends BackendModule {
  /**
   * The world behind the backend: its faults, its machines, and what nobody can do through VIX, like answering a
   * question. Made on first use, like for a first connection.
   */
  world(): Promise<World>;
}

/** Providers that the mock answers for without being named in the configuration. */
const claimedProviders: ReadonlySet<ProviderName> = new Set(['default', 'server', 'workstation', 'player']);

const localNames: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '::1']);

/**
 * Makes a backend whose datacentre lives in memory, or in a directory.
 *
 * It answers for the local providers, and for any provider that the configuration maps to the backend `mock`; what it
 * offers is narrowed to what the provider's product could do. Finding registered machines works for all. Options of a
 * configuration entry may name an `inventory` and a `directory`.
 * @throws Fault `invalid-argument` for options that are not in order.
 */
export function createMockBackend(options: MockOptions = {}): MockBackend {
  checkOptions(options);
  const worlds = new Worlds(options);
  return {
    name: 'mock',
    capabilities: allCapabilities,
    claims: (target) => (claimedProviders.has(target.provider) ? 'accept' : 'decline'),
    connect: (target, call) => connect(worlds, target, call),
    world: () => worlds.get({ settings: {} }),
    close: () => worlds.close(),
  };
}

/** @throws Fault `host-permission`, `host-remote-only-local`, `invalid-argument`. */
async function connect(worlds: Worlds, target: ConnectTarget, call: CallContext): Promise<HostLink> {
  call.signal.throwIfAborted();
  const product = products[target.provider];
  if (product.isLocalOnly && target.hostName !== null && !isThisMachine(target.hostName)) {
    throw new Fault(
      'host-remote-only-local',
      `The provider ${target.provider} reaches only this machine, not '${target.hostName}'. Give no host name.`,
    );
  }
  const world = await worlds.get(target);
  await world.begin('connect', call);
  world.checkHostUser(target.userName, target.password);
  return new MockHost(world, product);
}

function isThisMachine(name: string): boolean {
  return localNames.has(name.toLowerCase()) || name.toLowerCase() === hostname().toLowerCase();
}
