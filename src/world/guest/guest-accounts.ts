import { Fault } from '../../base/fault.js';
import type { GuestRecord } from '../vm/vm-record.js';
import { findUser, userOf } from './guest-users.js';
import type { GuestAccounts, GuestUser } from './program.js';

/** What is asked of a guest's record. */
type AccountsRecord = Pick<GuestRecord, 'family' | 'users' | 'aliases' | 'hostName'>;

const firstUserId = 1000;

/** Forms of names: what both families take of their own. */
const nameForms = {
  posix: /^[a-z_][a-z0-9_-]{0,31}$/u,
  // As Windows has it: no more than 20 characters, none of its separators, and not dots and blanks alone.
  windows: /^(?![. ]+$)[^"/\\[\]:;|=,+*?<>@\u0000-\u001f]{1,20}$/u,
} as const;

/** The accounts over a guest's record, which it changes in place, in the name of a user. */
export function recordAccounts(guest: AccountsRecord, user: GuestUser): GuestAccounts {
  const isWindows = guest.family === 'windows';
  const requireAdministrator = (): void => {
    if (user.isAdministrator || (!isWindows && user.id === 0)) return;
    throw new Fault('guest-permission', `The guest user "${user.name}" may not change accounts.`, { guestError: 5 });
  };
  const found = (name: string): GuestRecord['users'][number] => {
    const known = findUser(guest, name);
    const record = guest.users.find((each) => each.name === known?.name);
    if (record === undefined) throw new Fault('not-found', `The guest has no user "${name}".`);
    return record;
  };
  return {
    list: () => guest.users.map(userOf),
    add: (name, password) => {
      requireAdministrator();
      if (!nameForms[guest.family].test(name)) {
        throw new Fault('invalid-name', `"${name}" cannot name a user of the guest.`);
      }
      if (findUser(guest, name) !== undefined) {
        throw new Fault('already-exists', `The guest has a user "${name}" already.`);
      }
      guest.users.push({
        name,
        password,
        id: Math.max(firstUserId - 1, ...guest.users.map(({ id }) => id)) + 1,
        group: isWindows ? 'Users' : name,
        home: isWindows ? `C:\\Users\\${name}` : `/home/${name}`,
        isAdministrator: false,
      });
    },
    setPassword: (name, password) => {
      requireAdministrator();
      found(name).password = password;
    },
    setAdministrator: (name, isAdministrator) => {
      requireAdministrator();
      const record = found(name);
      record.isAdministrator = isAdministrator;
      if (isWindows) record.group = isAdministrator ? 'Administrators' : 'Users';
    },
    remove: (name) => {
      requireAdministrator();
      const record = found(name);
      guest.users = guest.users.filter((each) => each !== record);
      guest.aliases = guest.aliases.filter(({ userName }) => userName !== record.name);
    },
  };
}
