import type { GuestUserRecord } from '../vm/vm-record.js';

type Account = Pick<GuestUserRecord, 'name' | 'id' | 'group'>;

/** Accounts that a POSIX system brings along, each with a group of its name. */
const systemIds: ReadonlyMap<string, number> = new Map([
  ['root', 0],
  ['daemon', 1],
  ['bin', 2],
  ['sys', 3],
  ['adm', 4],
  ['mail', 8],
  ['www-data', 33],
  ['staff', 50],
  ['games', 60],
  ['users', 100],
]);
/** What Linux shows for a name without an account. */
const nobodyId = 65_534;
const nobody = 'nobody';

/** Group ids by name: a group has the id of the first user in it, as where each user has a group of the own. */
export function groupIds(users: readonly Account[]): ReadonlyMap<string, number> {
  const ids = new Map([['root', 0]]);
  for (const { group, id } of users) if (!ids.has(group)) ids.set(group, systemIds.get(group) ?? id);
  return ids;
}

/** POSIX id of a user by the name that files have; a number stands for itself. */
export function userIdOf(users: readonly Account[], name: string): number {
  return numberOf(name) ?? users.find((user) => user.name === name)?.id ?? systemIds.get(name) ?? nobodyId;
}

/** POSIX id of a group by the name that files have; a number stands for itself. */
export function groupIdOf(users: readonly Account[], name: string): number {
  return numberOf(name) ?? groupIds(users).get(name) ?? systemIds.get(name) ?? nobodyId;
}

/** The name by which files know a user: the number itself where no account has it. */
export function userNameOf(users: readonly Account[], id: number): string {
  return users.find((user) => user.id === id)?.name ?? nameIn(systemIds, id) ?? String(id);
}

/** The name by which files know a group: the number itself where no group has it. */
export function groupNameOf(users: readonly Account[], id: number): string {
  return nameIn(groupIds(users), id) ?? nameIn(systemIds, id) ?? String(id);
}

/** The name that a text means, which may be a number; undefined where there is no such user. */
export function knownUser(users: readonly Account[], text: string): string | undefined {
  const id = numberOf(text);
  if (id !== undefined) return userNameOf(users, id);
  return users.some(({ name }) => name === text) || systemIds.has(text) || text === nobody ? text : undefined;
}

/** The name that a text means, which may be a number; undefined where there is no such group. */
export function knownGroup(users: readonly Account[], text: string): string | undefined {
  const id = numberOf(text);
  if (id !== undefined) return groupNameOf(users, id);
  return groupIds(users).has(text) || systemIds.has(text) || text === nobody ? text : undefined;
}

function nameIn(ids: ReadonlyMap<string, number>, id: number): string | undefined {
  for (const [name, known] of ids) if (known === id) return name;
  return undefined;
}

function numberOf(name: string): number | undefined {
  return /^\d{1,10}$/u.test(name) ? Number(name) : undefined;
}
