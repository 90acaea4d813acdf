import type { GuestRecord, GuestUserRecord } from '../vm/vm-record.js';
import type { CheckedVm } from './inventory-schema.js';

type Family = GuestRecord['family'];
type InventoryUser = NonNullable<NonNullable<CheckedVm['guest']>['users']>[number];

/** Users of a guest whose inventory names none. The password of each is `password`. */
const defaultUsers: Readonly<Record<Family, readonly InventoryUser[]>> = {
  posix: [
    { name: 'root', password: 'password' },
    { name: 'user', password: 'password' },
  ],
  windows: [
    { name: 'Administrator', password: 'password', isAdministrator: true },
    { name: 'user', password: 'password' },
  ],
};

const firstUserId = 1000;
export const defaultDiskSizeBytes = 20 * 1024 ** 3;

/** Complete accounts: homes, groups and numbers where the inventory leaves them open. */
export function usersOf(family: Family, users: readonly InventoryUser[] | undefined): GuestUserRecord[] {
  const accounts = users ?? defaultUsers[family];
  const taken = new Set(accounts.map(({ id }) => id));
  let nextId = firstUserId;
  const freeId = (): number => {
    while (taken.has(nextId)) nextId += 1;
    return nextId++;
  };
  return accounts.map((user) => {
    const isRoot = family === 'posix' && user.name === 'root';
    const id = user.id ?? (isRoot ? 0 : freeId());
    const isAdministrator = user.isAdministrator ?? (isRoot || id === 0 || user.name === 'Administrator');
    return {
      name: user.name,
      password: user.password,
      id,
      group: user.group ?? (family === 'posix' ? user.name : isAdministrator ? 'Administrators' : 'Users'),
      home: user.home ?? (isRoot ? '/root' : family === 'posix' ? `/home/${user.name}` : `C:\\Users\\${user.name}`),
      isAdministrator,
    };
  });
}
