/** What anybody may do, without a login. */
export const anonymousPrivilege = 'System.Anonymous';

/** What methods need beside what the tables of the wire name for them. */
export const furtherPrivileges = [
  'Datastore.Browse',
  'Datastore.FileManagement',
  'VirtualMachine.Config.AddExistingDisk',
  'VirtualMachine.Config.AddNewDisk',
  'VirtualMachine.Config.AddRemoveDevice',
  'VirtualMachine.Config.AdvancedConfig',
  'VirtualMachine.Config.Annotation',
  'VirtualMachine.Config.CPUCount',
  'VirtualMachine.Config.DiskExtend',
  'VirtualMachine.Config.EditDevice',
  'VirtualMachine.Config.Memory',
  'VirtualMachine.Config.RemoveDisk',
  'VirtualMachine.Config.Rename',
  'VirtualMachine.Config.Settings',
  'VirtualMachine.Inventory.Delete',
  'VirtualMachine.Provisioning.Clone',
  'VirtualMachine.Provisioning.Customize',
] as const;

/** Privileges that come with every other one. */
const alwaysIncluded: ReadonlySet<string> = new Set(['System.Read', 'System.View']);

/** What a session may do. Patterns are names, families like `VirtualMachine.GuestOperations.*`, or `*`. */
export class Privileges {
  readonly patterns: readonly string[];

  constructor(patterns: readonly string[]) {
    this.patterns = patterns;
  }

  includes(privilege: string): boolean {
    if (privilege === anonymousPrivilege) return true;
    if (alwaysIncluded.has(privilege)) return this.patterns.length > 0;
    return this.patterns.some((pattern) => matches(pattern, privilege));
  }
}

function matches(pattern: string, privilege: string): boolean {
  if (pattern === '*' || pattern === privilege) return true;
  return pattern.endsWith('.*') && privilege.startsWith(pattern.slice(0, -1));
}
