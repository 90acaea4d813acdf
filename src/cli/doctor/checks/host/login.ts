import { VsphereClient } from '../../../../backends/vsphere/client/vsphere-client.js';
import { ConnectionPool } from '../../../../backends/vsphere/connection-pool.js';
import type { VsphereConnection } from '../../../../backends/vsphere/connection.js';
import { VimError } from '../../../../backends/vsphere/errors/vim-error.js';
import { HttpFailure } from '../../../../backends/vsphere/http/http-failure.js';
import { type Login, loginOf } from '../../../../backends/vsphere/session/login.js';
import { check, green, passedOver, trouble } from '../../check.js';
import { addressCheck } from './address.js';
import { apiCheck } from './api.js';
import { backendCheck } from './backend.js';
import { settingsCheck } from './settings.js';

/** A login that stays until the report is done. */
export interface LoggedIn {
  readonly client: VsphereClient;
  readonly connection: VsphereConnection;
}

/** Why a login was refused, in the words of the problems below; undefined: for a reason of its own. */
function problemOf(error: unknown, { kind }: Login) {
  if (error instanceof HttpFailure) return error.kind === 'unavailable' ? 'not-now' : undefined;
  if (!(error instanceof VimError)) return undefined;
  const { $type } = error.fault;
  if (/\bSSO\b|\bSTS\b|single sign-on|identity (?:provider|source)/i.test(error.message)) return 'sso';
  if (/\block(?:ed|out)\b/i.test(error.message)) return 'locked';
  switch ($type) {
    case 'PasswordExpired':
      return 'password-expired';
    case 'InvalidLogin':
      return ({ password: 'wrong-password', 'clone-ticket': 'spent-ticket', 'saml-token': 'refused-token' } as const)[
        kind
      ];
    case 'NoPermission':
      return 'no-permission';
    case 'LicenseExpired':
    case 'NotEnoughLicenses':
    case 'RestrictedVersion':
      return 'licence';
    default:
      return undefined;
  }
}

export const loginCheck = check({
  id: 'host.login',
  title: 'Login',
  looksAt: 'Whether the host takes the user, the clone ticket or the token. It is tried once, since accounts lock.',
  needs: { url: addressCheck, settings: settingsCheck, choice: backendCheck, api: apiCheck },
  problems: {
    incomplete: {
      status: 'red',
      cause: '{reason}',
      next: 'Give -u USER and -p PASSWORD, or user and password in the entry of the configuration.',
    },
    'wrong-password': {
      status: 'red',
      cause: 'The host refuses the user {user} with this password ({said}).',
      next:
        'Check name, domain (user@vsphere.local, DOMAIN\\user) and password in the web client of the host. A locked ' +
        'account looks the same: vCenter unlocks it after five minutes, ESXi after fifteen. Trying again and again locks it anew.',
    },
    'spent-ticket': {
      status: 'red',
      cause: 'The host refuses the clone ticket ({said}).',
      next: 'A ticket is good for one login and a short time: get a new one. If it was meant as a password, give the user with -u.',
    },
    'refused-token': {
      status: 'red',
      cause: 'The host refuses the token ({said}).',
      next: 'Get a new token from the single sign-on of this vCenter, and check the clocks: a token is good between two times only.',
    },
    'password-expired': {
      status: 'red',
      cause: 'The password of {user} has expired ({said}).',
      next: 'Set a new one in the web client, and where programs keep it.',
    },
    locked: {
      status: 'red',
      cause: 'The account of {user} is locked ({said}).',
      next: 'Wait until it unlocks itself, or have it unlocked; find the program that still logs in with an old password.',
    },
    'no-permission': {
      status: 'red',
      cause: 'The password is right, but {user} may not log in ({said}).',
      next: 'Give the user a role on something in the inventory. On ESXi look for lockdown mode, which lets only vCenter in.',
    },
    sso: {
      status: 'red',
      cause: 'The single sign-on of vCenter cannot answer ({said}).',
      next: 'Check its services (vmware-stsd, vmdird) and its identity sources; a local user of vsphere.local may still get in.',
    },
    licence: {
      status: 'red',
      cause: 'The licence of the host forbids the login ({said}).',
      next: 'Give the host a licence that is valid and allows the API.',
    },
    'not-now': {
      status: 'red',
      cause: 'The host answers, but takes no logins: {said}.',
      next: 'All its sessions may be taken by programs that do not log out, or its single sign-on is starting. Restart the programs, or wait.',
    },
    refused: {
      status: 'red',
      cause: 'The login failed: {said}.',
      next: 'The words are those of the host; its log vpxd.log (vCenter) or hostd.log (ESXi) says more.',
    },
  },
  run: async ({ url, settings, choice: { target } }, context) => {
    const { userName: user, password } = target;
    if (user === null && password === null) {
      return passedOver('no user was given: -u USER -p PASSWORD, or an entry in the configuration');
    }
    let login: Login;
    try {
      login = loginOf(target, settings.login);
    } catch (error) {
      return trouble('incomplete', { facts: { reason: context.said(error) } });
    }
    const { clock, signal } = context;
    const pool = new ConnectionPool(clock);
    context.atEnd(() => pool.close());
    try {
      const lease = await pool.lease(url, login, settings, { signal, clock, progress: () => undefined });
      const { connection } = lease;
      const client = new VsphereClient(lease);
      const value: LoggedIn = { client, connection };
      return green(`as ${connection.session.userName}`, value, {
        facts: { user: connection.session.userName, by: login.kind },
      });
    } catch (error) {
      signal.throwIfAborted();
      const facts = { user, by: login.kind, said: context.said(error).replace(/\.$/, '') };
      return trouble(problemOf(error, login) ?? 'refused', { facts });
    }
  },
});
