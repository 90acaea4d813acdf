import { RealClock } from '../../../base/clock.js';
import { checkOptions, type VsphereOptions } from '../settings.js';
import { UsedPool } from '../used-pool.js';
import type { ClientTarget } from './connect-client.js';
import type { VsphereClient } from './vsphere-client.js';

/**
 * Logs in at a vCenter or ESXi host. A program that also has VIX connections there takes `createVsphereBackend` and its
 * `client`, which shares their login.
 *
 * @returns a client whose connections end when it is closed.
 * @throws Fault that names what is wrong with the address, the certificate or the login.
 */
export async function connectVsphere(target: ClientTarget & VsphereOptions): Promise<VsphereClient> {
  const { url, userName, password, signal, ...options } = target;
  checkOptions(options);
  const clock = options.clock ?? new RealClock();
  const pool = new UsedPool(clock);
  const { connectClient } = await import('./connect-client.js');
  try {
    return await connectClient(await pool.use(), clock, options, { url, userName, password, signal }, () =>
      pool.close(),
    );
  } catch (error) {
    // Whoever gave up does not wait for that, too.
    void pool.close();
    throw error;
  }
}
