import { RealClock } from '../../base/clock.js';
import type { BackendModule, CallContext, ConnectTarget, HostLink } from '../backend.js';
import { possibleCapabilities } from './capabilities.js';
import type { ConnectionPool } from './connection-pool.js';
import { checkOptions, type VsphereOptions } from './settings.js';

/**
 * Makes a backend for vCenter and ESXi. It answers for the provider `vi-server`, and for `workstation-shared` where the
 * host is given as a URL.
 *
 * @throws Fault `invalid-argument` for options that are not in order.
 */
export function createVsphereBackend(options: VsphereOptions = {}): BackendModule {
  checkOptions(options);
  const clock = options.clock ?? new RealClock();
  let pool: ConnectionPool | undefined;
  return {
    name: 'vsphere',
    capabilities: possibleCapabilities,
    claims: (target) => (isOurs(target) ? 'accept' : 'decline'),
    async connect(target: ConnectTarget, call: CallContext): Promise<HostLink> {
      // Most programs of a process never talk to a vSphere; they need not load what that takes.
      const { ConnectionPool: Pool } = await import('./connection-pool.js');
      const { connectHost } = await import('./connect-host.js');
      pool ??= new Pool(clock);
      return connectHost(pool, options, target, call);
    },
    async close() {
      await pool?.close();
    },
  };
}

function isOurs({ provider, hostName }: ConnectTarget): boolean {
  if (provider === 'vi-server') return true;
  return provider === 'workstation-shared' && hostName !== null && /^https?:\/\//i.test(hostName.trim());
}
