import { RealClock } from '../../base/clock.js';
import type { Timeline } from '../../base/timeline.js';
import type { BackendModule, CallContext, ConnectTarget, HostLink } from '../backend.js';
import type { ClientTarget } from './client/connect-client.js';
import type { VsphereClient } from './client/vsphere-client.js';
import { possibleCapabilities } from './capabilities.js';
import { checkOptions, type VsphereOptions } from './settings.js';
import { UsedPool } from './used-pool.js';

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
  const pool = new UsedPool(clock);
  let timeline: Timeline | undefined;
  return {
    name: 'vsphere',
    capabilities: possibleCapabilities,
    claims: (target) => (isOurs(target) ? 'accept' : 'decline'),
    async connect(target: ConnectTarget, call: CallContext): Promise<HostLink> {
      const { connectHost } = await import('./connect-host.js');
      return connectHost(await pool.use(timeline), options, target, call);
    },
    traceTo: (to) => {
      timeline = to;
    },
    async client(target) {
      const { connectClient } = await import('./client/connect-client.js');
      return connectClient(await pool.use(timeline), clock, options, target);
    },
    close: () => pool.close(),
  };
}

function isOurs({ provider, hostName }: ConnectTarget): boolean {
  if (provider === 'vi-server') return true;
  return provider === 'workstation-shared' && hostName !== null && /^https?:\/\//i.test(hostName.trim());
}
