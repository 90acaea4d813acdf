import type { Ref } from '../../../backends/vsphere/soap/values.js';
import type { LoggedIn } from '../checks/host/login.js';
import { type NeededPrivilege, neededPrivileges } from '../needed-privileges.js';

/**
 * The needed privileges that a session lacks on something in the inventory; undefined where the host cannot tell.
 * @param sessionKey public name of the session.
 */
export async function missingPrivileges(
  { client }: LoggedIn,
  entity: Ref,
  sessionKey: string,
  signal: AbortSignal,
): Promise<readonly NeededPrivilege[] | undefined> {
  const { authorizationManager } = client.content;
  if (authorizationManager === undefined) return undefined;
  const privId = neededPrivileges.map(({ privilege }) => privilege);
  const args = { entity: [entity as Ref<'ManagedEntity'>], sessionId: sessionKey, privId };
  const answer = await client.call(authorizationManager, 'HasPrivilegeOnEntities', args, { signal });
  const held = new Set(
    (answer ?? []).flatMap(({ privAvailability }) =>
      (privAvailability ?? []).filter(({ isGranted }) => isGranted).map(({ privId: granted }) => granted),
    ),
  );
  return neededPrivileges.filter(({ privilege }) => !held.has(privilege));
}

/** One line for each, with what it is for. */
export function privilegeLines(missing: readonly NeededPrivilege[]): readonly string[] {
  const width = Math.max(0, ...missing.map(({ privilege }) => privilege.length));
  return missing.map(({ privilege, for: use }) => `${privilege.padEnd(width)}  ${use}`);
}
