import type { Endpoint } from './endpoint.js';
import type { Ref } from './ref.js';
import type { Session } from './sessions.js';

/** Role of who may do everything, as vSphere numbers it. */
export const administratorRole = -1;
/** Role of who may do nothing. */
export const noAccessRole = -5;
/** Users whose privileges are named have a role of their own, numbered from here on. */
const firstOwnRole = 100;

/** Privileges of a user on an object and below it. */
export interface Grant {
  readonly userName: string;
  /** Id on the wire. */
  readonly object: string;
  /** undefined: everything. */
  readonly privileges: readonly string[] | undefined;
  readonly roleId: number;
  readonly roleName: string;
}

/** Who may do what and where. Named privileges make a role of their own. */
export function grants({ users, inventory }: Endpoint): readonly Grant[] {
  let next = firstOwnRole;
  const root = inventory.rootFolder.value;
  return users.flatMap(({ name, privileges, permissions = [] }) => {
    const everywhere = privileges !== undefined || permissions.length === 0 ? [{ object: root, privileges }] : [];
    return [...permissions, ...everywhere].map(({ object, privileges: held }): Grant => {
      const roleName = object === root ? name : `${name} on ${object}`;
      return {
        userName: name,
        object,
        privileges: held,
        roleId: held === undefined ? administratorRole : next++,
        roleName,
      };
    });
  });
}

/** The grant of each user on an object: with `inherited` the nearest one on the way up to the root. */
export function grantsOn(endpoint: Endpoint, entity: Ref, inherited: boolean): readonly Grant[] {
  const all = grants(endpoint);
  const line = inherited ? endpoint.inventory.lineOf(entity) : [entity.value];
  return endpoint.users.flatMap(({ name }) => {
    const own = line.flatMap((id) => all.filter(({ userName, object }) => userName === name && object === id));
    return own.slice(0, 1);
  });
}

/** Role that a session has on an object. */
export function roleOn(endpoint: Endpoint, entity: Ref, { userName, isAnonymous }: Session): number {
  if (isAnonymous) return noAccessRole;
  // Where no users are named, whoever logs in may do everything.
  if (endpoint.users.length === 0) return administratorRole;
  return grantsOn(endpoint, entity, true).find((grant) => grant.userName === userName)?.roleId ?? noAccessRole;
}
