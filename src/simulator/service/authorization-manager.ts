import type {
  AuthorizationPrivilege,
  AuthorizationRole,
  EntityPrivilege,
  Permission,
} from '../../backends/vsphere/vim/generated/types.js';
import type { Schema } from '../../backends/vsphere/soap/schema.js';
import type { Endpoint } from '../endpoint.js';
import { administratorRole, grants, grantsOn, noAccessRole, type Grant } from '../grants.js';
import { managed, vimMethods, type ManagedKind } from '../managed-object.js';
import { furtherPrivileges, Privileges, type Rights } from '../privileges.js';
import type { Ref } from '../ref.js';
import { rightsOf, type EndpointUser } from '../sessions.js';
import { VimFault } from '../vim-fault.js';

const systemPrivileges = ['System.Anonymous', 'System.Read', 'System.View'];

/** Every privilege that something of this server needs. */
function knownPrivileges(schema: Schema): readonly string[] {
  const ofMethods = schema.methodNames().flatMap((name) => Object.values(schema.method(name)?.privileges ?? {}));
  const ofProperties = schema
    .managedTypeNames()
    .flatMap((type) =>
      [...(schema.managedType(type)?.properties.values() ?? [])].flatMap(({ privilege }) => privilege ?? []),
    );
  return [...new Set([...systemPrivileges, ...furtherPrivileges, ...ofMethods, ...ofProperties])].sort();
}

function privilegeList({ schema }: Endpoint): readonly AuthorizationPrivilege[] {
  return knownPrivileges(schema).map((privId) => {
    const parts = privId.split('.');
    return { privId, onParent: false, name: parts.at(-1) ?? privId, privGroupName: parts.slice(0, -1).join('.') };
  });
}

function role(roleId: number, name: string, label: string, privilege: readonly string[]): AuthorizationRole {
  const info = { $type: 'Description', label, summary: label } as const;
  return { roleId, system: roleId < 0, name, info, privilege: [...privilege] };
}

function roleList(endpoint: Endpoint): readonly AuthorizationRole[] {
  const all = knownPrivileges(endpoint.schema);
  const own = grants(endpoint).flatMap(({ privileges, roleId, roleName }) => {
    if (privileges === undefined) return [];
    const held = new Privileges(privileges);
    return role(
      roleId,
      roleName,
      `Role of ${roleName}`,
      all.filter((name) => held.includes(name)),
    );
  });
  return [
    role(administratorRole, 'Admin', 'Administrator', all),
    role(-2, 'ReadOnly', 'Read-only', systemPrivileges),
    role(noAccessRole, 'NoAccess', 'No access', []),
    ...own,
  ];
}

function permissionOf({ objects }: Endpoint, { userName, object, roleId }: Grant): Permission {
  // Machines come and go; all other objects stay.
  const entity = objects.refs().find(({ value }) => value === object) ?? { type: 'VirtualMachine', value: object };
  return { entity: entity as Permission['entity'], principal: userName, group: false, roleId, propagate: true };
}

function allPermissions(endpoint: Endpoint): readonly Permission[] {
  return grants(endpoint).map((grant) => permissionOf(endpoint, grant));
}

function privilegesOf(entities: readonly Ref[], held: Rights, names: readonly string[]): readonly EntityPrivilege[] {
  return entities.map((entity) => ({
    entity: entity as EntityPrivilege['entity'],
    privAvailability: names.map((privId) => ({ privId, isGranted: held.holds(privId, entity) })),
  }));
}

function userNamed({ users }: Endpoint, userName: string): Pick<EndpointUser, 'privileges' | 'permissions'> {
  const user = users.find(({ name }) => name === userName);
  if (user !== undefined || users.length === 0) return user ?? {};
  throw new VimFault({ $type: 'NotFound' }, `There is no user '${userName}'.`);
}

function heldBy({ sessions }: Endpoint, sessionId: string): Rights {
  const session = sessions.byKey(sessionId);
  if (session !== undefined) return session.rights;
  throw new VimFault({ $type: 'InvalidArgument', invalidProperty: 'sessionId' }, `There is no session '${sessionId}'.`);
}

const authorizationManagerKind: ManagedKind<Endpoint> = {
  type: 'AuthorizationManager',
  properties: {
    description: () => ({ privilege: [], privilegeGroup: [] }),
    privilegeList,
    roleList,
  },
  methods: vimMethods<Endpoint>({
    HasPrivilegeOnEntity: (endpoint, { args }) => {
      const held = heldBy(endpoint, args.sessionId);
      return (args.privId ?? []).map((name) => held.holds(name, args.entity));
    },
    HasPrivilegeOnEntities: (endpoint, { args }) =>
      privilegesOf(args.entity, heldBy(endpoint, args.sessionId), args.privId ?? []),
    HasUserPrivilegeOnEntities: (endpoint, { args }) => {
      const held = rightsOf(userNamed(endpoint, args.userName), (object) => endpoint.inventory.lineOf(object));
      return privilegesOf(args.entities, held, args.privId ?? []);
    },
    RetrieveAllPermissions: allPermissions,
    RetrieveEntityPermissions: (endpoint, { args }) =>
      grantsOn(endpoint, args.entity, args.inherited).map((grant) => permissionOf(endpoint, grant)),
    RetrieveRolePermissions: (endpoint, { args }) =>
      allPermissions(endpoint).filter(({ roleId }) => roleId === args.roleId),
  }),
};

/** Puts in the manager that tells who may do what. Rights are given when the simulator is started. */
export function addAuthorizationManager(endpoint: Endpoint): void {
  const value = endpoint.kind === 'esx' ? 'ha-authmgr' : 'AuthorizationManager';
  const ref = { type: 'AuthorizationManager', value } as const;
  endpoint.addManager('authorizationManager', managed(ref, authorizationManagerKind, endpoint));
}
