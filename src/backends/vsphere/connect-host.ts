import { resolve } from 'node:path';
import { withoutUserInfo } from '../../base/secret.js';
import type { CallContext, ConnectTarget, HostLink } from '../backend.js';
import type { ConnectionPool } from './connection-pool.js';
import { sdkUrl } from './endpoint.js';
import { verifiedBySystem } from './http/tls-policy.js';
import { loginOf } from './session/login.js';
import { readSettings, type VsphereOptions } from './settings.js';
import { translated } from './translated.js';
import { VsphereHost } from './vsphere-host.js';

/** Connects to the host of a target. @throws Fault. */
export async function connectHost(
  pool: ConnectionPool,
  options: VsphereOptions,
  target: ConnectTarget,
  call: CallContext,
): Promise<HostLink> {
  const url = sdkUrl(target.hostName);
  const read = readSettings(options, target.settings, resolve(target.settingsDirectory ?? '.'), target.settingsSource);
  const isUnverified = read.tls.kind === 'insecure' && target.verifyTls;
  const tls = isUnverified ? verifiedBySystem : read.tls;
  // Only a hook asks: without one, programs that differ in nothing else share their session.
  const mustVerify = target.verifyTls && read.rewriteTransferUrl !== undefined;
  const settings = { ...read, tls, mustVerify };
  pool.warnIfInsecure(url, settings);
  const login = loginOf(target, settings.login);
  const context = { doing: 'connecting to', to: withoutUserInfo(url.href) };
  const lease = await translated(context, () => pool.lease(url, login, settings, call));
  return new VsphereHost(lease);
}
