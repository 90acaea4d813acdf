import { RealClock } from '../../base/clock.js';
import type { Timeline } from '../../base/timeline.js';
import type { BackendModule, CallContext, ConnectTarget, HostLink } from '../backend.js';
import { atProcessEnd } from './at-process-end.js';
import type { ClientTarget } from './client/connect-client.js';
import type { VsphereClient } from './client/vsphere-client.js';
import { possibleCapabilities } from './capabilities.js';
import type { ConnectionPool } from './connection-pool.js';
import { checkOptions, type VsphereOptions } from './settings.js';

/** The backend, with vSphere's own methods beside the contract. */
export interface VsphereBackend extends BackendModule {
  /**
   * Logs in for vSphere's own methods. VIX connections over this backend to the same host as the same user share the
   * login. @throws Fault.
   */
  client(target: ClientTarget): Promise<VsphereClient>;
}

/**
 * Makes a backend for vCenter and ESXi. It answers for the provider `vi-server`, and for `workstation-shared` where the
 * host is given as a URL.
 *
 * @throws Fault `invalid-argument` for options that are not in order.
 */
export function createVsphereBackend(options: VsphereOptions = {}): VsphereBackend {
  checkOptions(options);
  const clock = options.clock ?? new RealClock();
  let pool: ConnectionPool | undefined;
  let timeline: Timeline | undefined;
  let forgetEnd: (() => void) | undefined;
  const usePool = async (): Promise<ConnectionPool> => {
    // Most programs of a process never talk to a vSphere; they need not load what that takes.
    const { ConnectionPool: Pool } = await import('./connection-pool.js');
    if (pool === undefined) {
      const made = (pool = new Pool(clock, timeline));
      // A program that ends without disconnecting would leave its session to vCenter for half an hour.
      forgetEnd = atProcessEnd(() => void made.close());
    }
    return pool;
  };
  return {
    name: 'vsphere',
    capabilities: possibleCapabilities,
    claims: (target) => (isOurs(target) ? 'accept' : 'decline'),
    async connect(target: ConnectTarget, call: CallContext): Promise<HostLink> {
      const { connectHost } = await import('./connect-host.js');
      return connectHost(await usePool(), options, target, call);
    },
    traceTo: (to) => {
      timeline = to;
    },
    async client(target) {
      const { connectClient } = await import('./client/connect-client.js');
      return connectClient(await usePool(), clock, options, target);
    },
    async close() {
      forgetEnd?.();
      await pool?.close();
    },
  };
}

function isOurs({ provider, hostName }: ConnectTarget): boolean {
  if (provider === 'vi-server') return true;
  return provider === 'workstation-shared' && hostName !== null && /^https?:\/\//i.test(hostName.trim());
}
