import { describe, expect, it } from 'vitest';
import { required, startRig, taskResult, type TestClient } from './simulator-rig.js';
import type { Ref } from '../../src/backends/vsphere/soap/values.js';

const vm = { type: 'VirtualMachine', value: 'vm-1' } as const;
const inventory = { vms: [{ name: 'web', datacenter: 'Lab', location: '[store] web/web.vmx' }] };

async function managerOf(client: TestClient): Promise<Ref<'SessionManager'>> {
  return required((await client.content()).sessionManager);
}

describe('logging in', () => {
  it('takes the right name and password only', async () => {
    const { client: newClient, simulator } = await startRig({ inventory });
    const client = newClient();
    for (const [userName, password] of [
      ['user', 'wrong'],
      ['USER', 'pass'],
      ['', ''],
    ] as const) {
      await expect(client.login(userName, password)).rejects.toMatchObject({ fault: { $type: 'InvalidLogin' } });
      expect(client.cookie).toBeUndefined();
    }
    await expect(
      client.call(await managerOf(client), 'Login', { userName: 'user', password: 'pass', locale: '12' }),
    ).rejects.toMatchObject({ fault: { $type: 'InvalidLocale' } });
    await client.login();
    await expect(client.login()).rejects.toMatchObject({ fault: { $type: 'InvalidLogin' } });
    expect(simulator.world).toBeDefined();
  });

  it('takes the users of the inventory where none are named, and anybody where it has none', async () => {
    const named = await startRig({
      inventory: { ...inventory, hostUsers: [{ name: 'root', password: 'vmware' }] },
      users: [],
    });
    await expect(named.session('root', 'wrong')).rejects.toMatchObject({ fault: { $type: 'InvalidLogin' } });
    await named.session('root', 'vmware');
    const open = await startRig({ inventory, users: [] });
    await open.session('anybody', 'anything');
  });

  it('takes tokens that the simulator has given out, while they are good', async () => {
    const { client: newClient, simulator, clock } = await startRig({ inventory });
    const client = newClient();
    client.security = simulator.issueToken('user').reveal();
    const session = await client.call(await managerOf(client), 'LoginByToken', {});
    expect(session.userName).toBe('user');
    expect((await client.properties(vm, 'name'))['name']).toBe('web');
    const forger = newClient();
    forger.security = client.security.replace(/ID="[^"]+"/u, 'ID="_forged"');
    const forged = forger.call(await managerOf(forger), 'LoginByToken', {});
    await expect(forged).rejects.toMatchObject({ fault: { $type: 'InvalidLogin' } });
    await clock.advance(2 * 3_600_000);
    const late = newClient();
    late.security = client.security;
    await expect(late.call(await managerOf(late), 'LoginByToken', {})).rejects.toMatchObject({
      fault: { $type: 'InvalidLogin' },
    });
    expect(() => simulator.issueToken('nobody')).toThrow("There is no user 'nobody'");
  });

  it('hands a session on by a ticket that works once, and for a short time', async () => {
    const { client: newClient, session, clock } = await startRig({ inventory });
    const { client } = await session();
    const manager = await managerOf(client);
    const cloneTicket = await client.call(manager, 'AcquireCloneTicket', {});
    const other = newClient();
    const cloned = await other.call(manager, 'CloneSession', { cloneTicket });
    expect(cloned.userName).toBe('user');
    expect(cloned.key).not.toBe((await client.properties(manager, 'currentSession.key'))['currentSession.key']);
    const again = newClient().call(manager, 'CloneSession', { cloneTicket });
    await expect(again).rejects.toMatchObject({ fault: { $type: 'InvalidLogin' } });
    const stale = await client.call(manager, 'AcquireCloneTicket', {});
    await clock.advance(5 * 60_000);
    const late = newClient().call(manager, 'CloneSession', { cloneTicket: stale });
    await expect(late).rejects.toMatchObject({ fault: { $type: 'InvalidLogin' } });
  });
});

describe('a session', () => {
  it('ends when nobody uses it, on the clock of the endpoint', async () => {
    const { session, clock } = await startRig({ inventory, sessionTimeoutMs: 60_000 });
    const { client } = await session();
    for (let call = 0; call < 3; call += 1) {
      await clock.advance(59_000);
      await client.properties(vm, 'name');
    }
    await clock.advance(61_000);
    await expect(client.properties(vm, 'name')).rejects.toMatchObject({ fault: { $type: 'NotAuthenticated' } });
    await client.login();
    await client.properties(vm, 'name');
  });

  it('is seen and ended by those who may', async () => {
    const { session } = await startRig({
      inventory,
      users: [
        { name: 'user', password: 'pass' },
        { name: 'guest', password: 'pass', privileges: ['System.View'] },
      ],
    });
    const [admin, guest] = [(await session()).client, (await session('guest')).client];
    const manager = await managerOf(admin);
    const { sessionList } = await admin.properties(manager, 'sessionList');
    const keys = Object.fromEntries(
      (sessionList as { userName: string; key: string }[]).map(({ userName, key }) => [userName, key]),
    );
    const guestKey = required(keys['guest']);
    expect(await admin.call(manager, 'SessionIsActive', { sessionID: guestKey, userName: 'guest' })).toBe(true);
    await expect(guest.call(manager, 'TerminateSession', { sessionId: [guestKey] })).rejects.toMatchObject({
      fault: { $type: 'NoPermission', privilegeId: 'Sessions.TerminateSession', object: manager },
    });
    const own = admin.call(manager, 'TerminateSession', { sessionId: [required(keys['user'])] });
    await expect(own).rejects.toMatchObject({ fault: { $type: 'InvalidArgument' } });
    await admin.call(manager, 'TerminateSession', { sessionId: [guestKey] });
    await expect(guest.properties(vm, 'name')).rejects.toMatchObject({ fault: { $type: 'NotAuthenticated' } });
    const none = admin.call(manager, 'TerminateSession', { sessionId: [guestKey] });
    await expect(none).rejects.toMatchObject({ fault: { $type: 'NotFound' } });
    expect(await admin.call(manager, 'SessionIsActive', { sessionID: guestKey, userName: 'guest' })).toBe(false);
  });

  it('may what its user may: methods, arguments and settings need their privileges', async () => {
    const privileges = ['VirtualMachine.Interact.PowerOn', 'VirtualMachine.Config.Annotation'];
    const { session } = await startRig({ inventory, users: [{ name: 'user', password: 'pass', privileges }] });
    const { client, content } = await session();
    await client.call(vm, 'PowerOnVM_Task', {});
    await client.call(vm, 'ReconfigVM_Task', { spec: { annotation: 'mine' } });
    const refusals: [Promise<unknown>, string, Ref][] = [
      [client.call(vm, 'PowerOffVM_Task', {}), 'VirtualMachine.Interact.PowerOff', vm],
      [
        client.call(vm, 'CreateSnapshot_Task', { name: 's', memory: false, quiesce: false }),
        'VirtualMachine.State.CreateSnapshot',
        vm,
      ],
      [
        client.call(vm, 'ReconfigVM_Task', { spec: { annotation: 'mine', memoryMB: 8 } }),
        'VirtualMachine.Config.Memory',
        vm,
      ],
      [client.call(vm, 'Rename_Task', { newName: 'x' }), 'VirtualMachine.Config.Rename', vm],
      [client.call(vm, 'Destroy_Task', {}), 'VirtualMachine.Inventory.Delete', vm],
    ];
    for (const [refused, privilegeId, object] of refusals) {
      await expect(refused).rejects.toMatchObject({ fault: { $type: 'NoPermission', privilegeId, object } });
    }
    const authorization = required(content.authorizationManager);
    const key = (await client.properties(required(content.sessionManager), 'currentSession.key'))['currentSession.key'];
    expect(
      await client.call(authorization, 'HasPrivilegeOnEntity', {
        entity: vm,
        sessionId: String(key),
        privId: ['VirtualMachine.Interact.PowerOn', 'VirtualMachine.Interact.PowerOff', 'System.View'],
      }),
    ).toEqual([true, false, true]);
    const { roleList } = await client.properties(authorization, 'roleList');
    expect(roleList).toEqual(
      expect.arrayContaining([
        expect.objectContaining({
          name: 'user',
          privilege: ['System.Anonymous', 'System.Read', 'System.View', ...privileges].sort(),
        }),
      ]),
    );
  });
});

describe('permissions on objects', () => {
  const power = ['VirtualMachine.Interact.PowerOn'];
  const machine = (value: string) => ({ type: 'VirtualMachine', value }) as const;
  const lab = {
    vms: ['a', 'b', 'c'].map((name) => ({
      name,
      datacenter: name === 'c' ? 'East' : 'West',
      location: `[ds] ${name}/${name}.vmx`,
    })),
  };

  it('come down from what is above, and the nearest one holds', async () => {
    const permissions = [
      { object: 'datacenter-1', privileges: power },
      { object: 'vm-2', privileges: [] },
    ];
    const users = [{ name: 'user', password: 'pass', permissions }];
    const { session } = await startRig({ inventory: lab, users });
    const { client, content } = await session();
    await taskResult(client, await client.call(machine('vm-1'), 'PowerOnVM_Task', {}));
    for (const value of ['vm-2', 'vm-3']) {
      await expect(client.call(machine(value), 'PowerOnVM_Task', {})).rejects.toMatchObject({
        fault: { $type: 'NoPermission', object: machine(value), privilegeId: power[0] },
      });
    }
    const held = await client.call(required(content.authorizationManager), 'HasUserPrivilegeOnEntities', {
      entities: [machine('vm-1'), machine('vm-2')],
      userName: 'user',
      privId: power,
    });
    expect(held.map(({ privAvailability }) => privAvailability[0]?.isGranted)).toEqual([true, false]);
  });

  it.each([
    ['group-v1', 'VirtualMachine', 'vm-1'],
    ['group-h1', 'ClusterComputeResource', 'domain-c1'],
    ['group-h1', 'HostSystem', 'host-1'],
    ['group-h1', 'ResourcePool', 'resgroup-1'],
    ['domain-c1', 'HostSystem', 'host-1'],
    ['domain-c1', 'ResourcePool', 'resgroup-1'],
    ['host-1', 'HostDatastoreSystem', 'datastoreSystem-1'],
    ['group-s1', 'Datastore', 'datastore-1'],
    ['group-s1', 'HostDatastoreBrowser', 'datastoreBrowser-datastore-1'],
    ['datastore-1', 'HostDatastoreBrowser', 'datastoreBrowser-datastore-1'],
    ['group-n1', 'Network', 'network-1'],
    ['datacenter-1', 'Network', 'network-1'],
  ])('on %s hold for the %s below it', async (object, type, value) => {
    const permissions = [{ object, privileges: power }];
    const { session } = await startRig({ inventory: lab, users: [{ name: 'user', password: 'pass', permissions }] });
    const { client, content } = await session();
    const [held] = await client.call(required(content.authorizationManager), 'HasUserPrivilegeOnEntities', {
      entities: [{ type, value }],
      userName: 'user',
      privId: power,
    });
    expect(held?.privAvailability[0]?.isGranted).toBe(true);
  });

  it('on a datastore cluster hold for the datastores in it', async () => {
    const users = [
      { name: 'admin', password: 'pass' },
      { name: 'user', password: 'pass', permissions: [{ object: 'group-p1', privileges: power }] },
    ];
    const { session } = await startRig({ inventory: lab, users });
    const { client, content } = await session('admin');
    const datastore = { type: 'Datastore', value: 'datastore-1' } as const;
    const isGranted = async () => {
      const [held] = await client.call(required(content.authorizationManager), 'HasUserPrivilegeOnEntities', {
        entities: [datastore],
        userName: 'user',
        privId: power,
      });
      return held?.privAvailability[0]?.isGranted;
    };
    const folder = { type: 'Folder', value: 'group-s1' } as const;
    const pod = await client.call(folder, 'CreateStoragePod', { name: 'pod' });
    expect(await isGranted()).toBe(false);
    await taskResult(client, await client.call(pod, 'MoveIntoFolder_Task', { list: [datastore] }));
    expect(await isGranted()).toBe(true);
  });

  it('are told of an object, of what is above it too when that is asked for, and as roles', async () => {
    const permissions = [
      { object: 'datacenter-1', privileges: power },
      { object: 'vm-2', privileges: [] },
    ];
    const users = [
      { name: 'admin', password: 'pass' },
      { name: 'user', password: 'pass', permissions },
    ];
    const { session } = await startRig({ inventory: lab, users });
    const { client, content } = await session('admin', 'pass');
    const manager = required(content.authorizationManager);
    const { roleList } = await client.properties(manager, 'roleList');
    const roles = new Map((roleList as { roleId: number; name: string }[]).map(({ roleId, name }) => [roleId, name]));
    const told = async (entity: ReturnType<typeof machine>, inherited: boolean) => {
      const found = await client.call(manager, 'RetrieveEntityPermissions', { entity, inherited });
      return found.map(({ entity: on, principal, roleId }) => [principal, on?.value, roles.get(roleId)]);
    };
    const root = content.rootFolder.value;
    expect(await told(machine('vm-2'), false)).toEqual([['user', 'vm-2', 'user on vm-2']]);
    expect(await told(machine('vm-1'), false)).toEqual([]);
    expect(await told(machine('vm-1'), true)).toEqual([
      ['admin', root, 'Admin'],
      ['user', 'datacenter-1', 'user on datacenter-1'],
    ]);
    expect(await told(machine('vm-3'), true)).toEqual([['admin', root, 'Admin']]);
    const { permission } = await client.properties(machine('vm-2'), 'permission');
    expect(permission).toMatchObject([{ principal: 'user', entity: machine('vm-2'), group: false, propagate: true }]);
    const { client: other } = await session('user', 'pass');
    const roleOf = async (asker: typeof client, value: string): Promise<unknown> => {
      const { effectiveRole } = await asker.properties(machine(value), 'effectiveRole');
      return (effectiveRole as number[]).map((id) => roles.get(id));
    };
    expect(await roleOf(client, 'vm-2')).toEqual(['Admin']);
    expect(await roleOf(other, 'vm-1')).toEqual(['user on datacenter-1']);
    expect(await roleOf(other, 'vm-2')).toEqual(['user on vm-2']);
    expect(await roleOf(other, 'vm-3')).toEqual(['NoAccess']);
  });

  it('add to what a user may do everywhere', async () => {
    const permissions = [{ object: 'vm-1', privileges: power }];
    const users = [{ name: 'user', password: 'pass', privileges: ['System.Read'], permissions }];
    const { session } = await startRig({ inventory: lab, users });
    const { client } = await session();
    await taskResult(client, await client.call(machine('vm-1'), 'PowerOnVM_Task', {}));
    expect(await client.properties(machine('vm-2'), 'name')).toEqual({ name: 'b' });
    await expect(client.call(machine('vm-2'), 'PowerOnVM_Task', {})).rejects.toMatchObject({
      fault: { $type: 'NoPermission' },
    });
  });
});
