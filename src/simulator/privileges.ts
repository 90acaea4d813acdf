import type { Ref } from './ref.js';

/** What anybody may do, without a login. */
export const anonymousPrivilege = 'System.Anonymous';

/** What methods need beside what the tables of the wire name for them. */
export const furtherPrivileges = [
  'Datastore.Browse',
  'Datastore.FileManagement',
  'Datastore.Move',
  'Folder.Delete',
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

/** What somebody may do on single objects, and on all below them. */
export interface ObjectPermission {
  /** Id on the wire: `vm-1`, `group-v1`, `datacenter-1`. */
  readonly object: string;
  /** Privileges, families like `VirtualMachine.Interact.*`, or `*`; empty: nothing. */
  readonly privileges: readonly string[];
}

/** What somebody may do: by the nearest permission on the way from an object to the root, else by their privileges. */
export class Rights {
  readonly #general: Privileges;
  readonly #byObject: ReadonlyMap<string, Privileges>;
  readonly #lineOf: (object: Ref) => readonly string[];
  readonly #mayLook: boolean;

  /** @param lineOf ids from an object up to the root; empty for what is no part of the inventory. */
  constructor(
    general: readonly string[],
    permissions: readonly ObjectPermission[],
    lineOf: (object: Ref) => readonly string[],
  ) {
    this.#general = new Privileges(general);
    this.#byObject = new Map(permissions.map(({ object, privileges }) => [object, new Privileges(privileges)]));
    this.#lineOf = lineOf;
    this.#mayLook = general.length > 0 || permissions.some(({ privileges }) => privileges.length > 0);
  }

  holds(privilege: string, object: Ref): boolean {
    const line = this.#byObject.size === 0 ? [] : this.#lineOf(object);
    const nearest = line.find((id) => this.#byObject.has(id));
    const held = (nearest === undefined ? undefined : this.#byObject.get(nearest)) ?? this.#general;
    if (held.includes(privilege)) return true;
    // Managers are no part of the inventory, and without a look at what is above nobody finds an object.
    return this.#mayLook && (privilege === 'System.View' || (privilege === 'System.Read' && line.length === 0));
  }
}

function matches(pattern: string, privilege: string): boolean {
  if (pattern === '*' || pattern === privilege) return true;
  return pattern.endsWith('.*') && privilege.startsWith(pattern.slice(0, -1));
}
