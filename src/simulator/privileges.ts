/** What anybody may do, without a login. */
export const anonymousPrivilege = 'System.Anonymous';

/** Privileges that no role can take away from somebody who is logged in. */
const ofEverySession: ReadonlySet<string> = new Set([anonymousPrivilege, 'System.Read', 'System.View']);

/** What a session may do. Patterns are names, families like `VirtualMachine.GuestOperations.*`, or `*`. */
export class Privileges {
  readonly patterns: readonly string[];

  constructor(patterns: readonly string[]) {
    this.patterns = patterns;
  }

  includes(privilege: string): boolean {
    return ofEverySession.has(privilege) || this.patterns.some((pattern) => matches(pattern, privilege));
  }
}

function matches(pattern: string, privilege: string): boolean {
  if (pattern === '*' || pattern === privilege) return true;
  return pattern.endsWith('.*') && privilege.startsWith(pattern.slice(0, -1));
}
