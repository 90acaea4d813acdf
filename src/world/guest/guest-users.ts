import { Fault } from '../../base/fault.js';
import type { Secret } from '../../base/secret.js';
import type { GuestRecord, GuestUserRecord } from '../vm/vm-record.js';
import type { GuestUser } from './program.js';

/** What is asked of a guest's record. */
type Accounts = Pick<GuestRecord, 'family' | 'users' | 'hostName'>;

/** Names by which old programs asked for a login without an account; withdrawn by VMware. */
const pseudoUser = /^__vmware_vix_guest_.*__$/iu;

/**
 * The account of this name. On Windows the name ignores case and may carry a domain (`HOST\user`, `user@host`),
 * which is not checked: a mock guest knows only its own accounts.
 */
export function findUser(guest: Accounts, name: string): GuestUser | undefined {
  const record = findRecord(guest, name);
  return record === undefined ? undefined : userOf(record);
}

/**
 * Checks a login.
 * @throws Fault `guest-login-type` for the pseudo-users of old VIX, `guest-empty-password` on Windows,
 *   `guest-login-refused` for anything else that does not fit.
 */
export function checkLogin(guest: Accounts, name: string, password: Secret): GuestUser {
  if (pseudoUser.test(name)) {
    throw new Fault('guest-login-type', `The login "${name}" needs no account and is not supported; log in as a user.`);
  }
  const record = findRecord(guest, name);
  if (guest.family === 'windows' && password.isEmpty) {
    throw new Fault('guest-empty-password', `Windows refuses the login of "${name}" with an empty password.`);
  }
  if (record === undefined || password.reveal() !== record.password) {
    throw new Fault('guest-login-refused', `The guest refuses the login of "${name}"; check user name and password.`);
  }
  return userOf(record);
}

/** The account as programs see it: without its password. */
export function userOf(record: GuestUserRecord): GuestUser {
  const { name, id, group, home, isAdministrator } = record;
  return { name, id, group, home, isAdministrator };
}

function findRecord(guest: Accounts, name: string): GuestUserRecord | undefined {
  if (guest.family === 'posix') return guest.users.find((user) => user.name === name);
  const plain = name
    .replace(/^.*[\\/]/u, '')
    .replace(/@.*$/u, '')
    .toLowerCase();
  return guest.users.find((user) => user.name.toLowerCase() === plain);
}
