import type { VsphereOptions } from '../settings.js';
import { createVsphereBackend } from '../vsphere-backend.js';
import type { ClientTarget } from './connect-client.js';
import type { VsphereClient } from './vsphere-client.js';

/**
 * Logs in at a vCenter or ESXi host. A program that also has VIX connections there takes `createVsphereBackend` and its
 * `client`, which shares their login.
 *
 * @throws Fault that names what is wrong with the address, the certificate or the login.
 */
export function connectVsphere(target: ClientTarget & VsphereOptions): Promise<VsphereClient> {
  const { url, userName, password, signal, ...options } = target;
  return createVsphereBackend(options).client({ url, userName, password, signal });
}
