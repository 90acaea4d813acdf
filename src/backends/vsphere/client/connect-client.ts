import process from 'node:process';
import { Secret, withoutUserInfo } from '../../../base/secret.js';
import type { Clock } from '../../../base/clock.js';
import type { ConnectionPool } from '../connection-pool.js';
import { sdkUrl } from '../endpoint.js';
import { loginOf } from '../session/login.js';
import { readSettings, type VsphereOptions } from '../settings.js';
import type { SecretText } from '../soap/values.js';
import { translated } from '../translated.js';
import { contextOf, type CallOptions } from './call-options.js';
import { VsphereClient } from './vsphere-client.js';

/** Where and as whom to log in. */
export interface ClientTarget extends CallOptions {
  /** `https://vcenter.example/sdk`; a bare name will do. */
  readonly url: string;
  /** Absent with a clone ticket or a token as password. */
  readonly userName?: string | undefined;
  /** Or a clone ticket, or a token: see `VsphereOptions.login`. */
  readonly password: SecretText;
}

/**
 * Logs in, or shares the login of others with the same host, user and options.
 *
 * @param closed what to do after the client was closed. @throws Fault.
 */
export async function connectClient(
  pool: ConnectionPool,
  clock: Clock,
  options: VsphereOptions,
  target: ClientTarget,
  closed?: () => Promise<void>,
): Promise<VsphereClient> {
  const { url: address, userName = null, password } = target;
  const url = sdkUrl(address);
  const settings = readSettings(options, {}, process.cwd());
  pool.warnIfInsecure(url, settings);
  const secret = typeof password === 'string' ? new Secret(password) : password;
  const login = loginOf({ userName, password: secret }, settings.login);
  const context = { doing: 'connecting to', to: withoutUserInfo(url.href) };
  const lease = await translated(context, () => pool.lease(url, login, settings, contextOf(clock, target)));
  return new VsphereClient(lease, closed);
}
