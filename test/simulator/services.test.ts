import { describe, expect, it } from 'vitest';
import type { Ref } from '../../src/backends/vsphere/soap/values.js';
import type { TaskInfo } from '../../src/backends/vsphere/vim/generated/types.js';
import { required, startRig, taskResult } from './simulator-rig.js';

const uuid = '564d1234-1111-2222-3333-444455556666';
const inventory = {
  vms: [
    {
      name: 'web/1',
      datacenter: 'Lab',
      location: '[store] web/web.vmx',
      uuid,
      power: 'on' as const,
      guest: { hostName: 'web1', ipAddresses: ['10.0.0.7', 'fe80::1'] },
    },
    { name: 'db', datacenter: 'Lab', location: '[fast] db/db.vmx' },
    { name: 'old', datacenter: 'Lab', location: '/vms/old/old.vmx' },
    { name: 'twin', datacenter: 'Office', location: '[store] web/web.vmx', uuid },
    { name: 'loose', datacenter: 'Lab', location: '[store] loose/loose.vmx', isRegistered: false },
  ],
};
const ref = <Type extends string>(type: Type, value: string): Ref<Type> => ({ type, value });
const [web, db, old, twin] = ['vm-1', 'vm-2', 'vm-3', 'vm-4'].map((value) => ref('VirtualMachine', value));
const [lab, office] = ['datacenter-1', 'datacenter-2'].map((value) => ref('Datacenter', value));
if (!web || !db || !old || !twin || !lab || !office) throw new Error('they are all there');

async function services() {
  const rig = await startRig({ inventory });
  const { client, content } = await rig.session();
  return { ...rig, client, content, index: required(content.searchIndex), views: required(content.viewManager) };
}

describe('the search index', () => {
  it('finds machines by their places, each in its own datacentre', async () => {
    const { client, index } = await services();
    const find = (datacenter: Ref<'Datacenter'>, path: string) =>
      client.call(index, 'FindByDatastorePath', { datacenter, path });
    expect(await find(lab, '[store] web/web.vmx')).toEqual(web);
    expect(await find(office, '[store] web/web.vmx')).toEqual(twin);
    expect(await find(lab, '[local] vms/old/old.vmx')).toEqual(old);
    expect(await find(lab, '[store] ./web/./web.vmx')).toEqual(web);
    await expect(find(lab, '[store] web/../web.vmx')).rejects.toMatchObject({
      fault: { $type: 'InvalidDatastorePath' },
    });
    expect(await find(lab, '[store] WEB/web.vmx')).toBeUndefined();
    expect(await find(lab, '[store] loose/loose.vmx')).toBeUndefined();
    expect(await find(lab, '[store]')).toBeUndefined();
    await expect(find(office, '[fast] db/db.vmx')).rejects.toMatchObject({
      fault: { $type: 'InvalidDatastore', name: 'fast' },
    });
    await expect(find(lab, 'store/web.vmx')).rejects.toMatchObject({ fault: { $type: 'InvalidDatastorePath' } });
    await expect(find(ref('Datacenter', 'datacenter-9'), '[store] a/a.vmx')).rejects.toMatchObject({
      fault: { $type: 'ManagedObjectNotFound' },
    });
  });

  it('finds objects by their names from the root on', async () => {
    const { client, index } = await services();
    const find = (inventoryPath: string) => client.call(index, 'FindByInventoryPath', { inventoryPath });
    expect(await find('Lab/vm/web%2f1')).toEqual(web);
    expect(await find('/Lab/vm/db')).toEqual(db);
    expect(await find('Lab')).toEqual(lab);
    expect(await find('Lab/host/cluster')).toEqual(ref('ClusterComputeResource', 'domain-c1'));
    expect(await find('Lab/datastore/fast')).toMatchObject({ type: 'Datastore' });
    expect(await find('Lab/vm/none/below')).toBeUndefined();
    expect(await client.call(index, 'FindChild', { entity: lab, name: 'vm' })).toEqual(ref('Folder', 'group-v1'));
  });

  it('finds machines by UUID, address and name in the network', async () => {
    const { client, index } = await services();
    const byUuid = (more: object) => client.call(index, 'FindAllByUuid', { uuid, vmSearch: true, ...more });
    expect(await byUuid({})).toEqual([web, twin]);
    expect(await byUuid({ datacenter: office })).toEqual([twin]);
    expect(await byUuid({ uuid: uuid.toUpperCase().replaceAll('-', ''), datacenter: lab })).toEqual([web]);
    expect(await client.call(index, 'FindByUuid', { uuid, vmSearch: true })).toEqual(web);
    const { 'config.instanceUuid': instance } = await client.properties(db, 'config.instanceUuid');
    expect(await byUuid({ uuid: instance, instanceUuid: true })).toEqual([db]);
    const { 'summary.hardware.uuid': host } = await client.properties(
      ref('HostSystem', 'host-2'),
      'summary.hardware.uuid',
    );
    expect(await byUuid({ uuid: host, vmSearch: false })).toEqual([ref('HostSystem', 'host-2')]);
    expect(await client.call(index, 'FindByIp', { ip: '10.0.0.7', vmSearch: true })).toEqual(web);
    expect(await client.call(index, 'FindAllByIp', { ip: 'FE80::1', vmSearch: true })).toEqual([web]);
    expect(await client.call(index, 'FindByDnsName', { dnsName: 'WEB1', vmSearch: true })).toEqual(web);
    expect(await client.call(index, 'FindByDnsName', { dnsName: 'db', vmSearch: true })).toBeUndefined();
  });
});

describe('views', () => {
  it('of the inventory show what is below the objects that are open', async () => {
    const { client, views, content } = await services();
    const view = await client.call(views, 'CreateInventoryView', {});
    const shown = async () => ((await client.properties(view, 'view'))['view'] as Ref[]).map(({ value }) => value);
    const folder = ref('Folder', 'group-v1');
    expect(await shown()).toEqual(['group-d1']);
    // What is open without being shown itself shows nothing.
    expect(await client.call(view, 'OpenInventoryViewFolder', { entity: [lab, folder] })).toEqual([]);
    expect(await shown()).toEqual(['group-d1']);
    const missing = ref('Folder', 'group-v9');
    const opened = { entity: [content.rootFolder, missing] };
    expect(await client.call(view, 'OpenInventoryViewFolder', opened)).toEqual([missing]);
    expect(await shown()).toEqual([
      ...['group-d1', 'datacenter-1', 'datacenter-2'],
      ...['group-v1', 'group-h1', 'group-s1', 'group-n1', 'vm-1', 'vm-2', 'vm-3'],
    ]);
    expect(await client.call(view, 'CloseInventoryViewFolder', { entity: [lab] })).toEqual([]);
    expect(await shown()).toEqual(['group-d1', 'datacenter-1', 'datacenter-2']);
    await client.call(view, 'DestroyView', {});
    await expect(shown()).rejects.toMatchObject({ fault: { $type: 'ManagedObjectNotFound' } });
  });

  it('hold what lies below a container, near or far, of the wanted types', async () => {
    const { client, views, content } = await services();
    const below = async (container: Ref, recursive: boolean, ...type: string[]) => {
      const view = await client.call(views, 'CreateContainerView', { container, recursive, type } as never);
      return ((await client.properties(view, 'view'))['view'] as Ref[]).map(({ value }) => value);
    };
    expect(await below(content.rootFolder, true, 'VirtualMachine')).toEqual(['vm-1', 'vm-2', 'vm-3', 'vm-4']);
    expect(await below(content.rootFolder, false)).toEqual(['datacenter-1', 'datacenter-2']);
    expect(await below(office, true, 'VirtualMachine', 'Datastore')).toEqual(['vm-4', 'datastore-4']);
    expect(await below(ref('HostSystem', 'host-1'), false)).toEqual(['vm-1', 'vm-2', 'vm-3']);
    expect(await below(ref('Folder', 'group-s1'), true)).toEqual(['datastore-1', 'datastore-2', 'datastore-3']);
    const wrong = (container: Ref, type: string) =>
      client.call(views, 'CreateContainerView', { container, recursive: true, type: [type] } as never);
    await expect(wrong(web, 'VirtualMachine')).rejects.toMatchObject({
      fault: { $type: 'InvalidArgument', invalidProperty: 'container' },
    });
    await expect(wrong(lab, 'Task')).rejects.toMatchObject({
      fault: { $type: 'InvalidArgument', invalidProperty: 'type' },
    });
    await expect(wrong(ref('Folder', 'group-v9'), 'VirtualMachine')).rejects.toMatchObject({
      fault: { $type: 'ManagedObjectNotFound' },
    });
  });

  it('hold what a client puts into them', async () => {
    const { client, views } = await services();
    const list = await client.call(views, 'CreateListView', { obj: [web, web, ref('VirtualMachine', 'vm-99')] });
    const held = async () => (await client.properties(list, 'view'))['view'];
    expect(await held()).toEqual([web]);
    const missing = ref('VirtualMachine', 'vm-98');
    expect(await client.call(list, 'ModifyListView', { add: [db, missing], remove: [web] })).toEqual([missing]);
    expect(await held()).toEqual([db]);
    const other = await client.call(views, 'CreateListViewFromView', { view: list });
    await client.call(list, 'ResetListView', { obj: [twin] });
    expect((await client.properties(other, 'view'))['view']).toEqual([db]);
    await client.call(list, 'ResetListViewFromView', { view: other });
    expect(await held()).toEqual([db]);
    expect((await client.properties(views, 'viewList'))['viewList']).toEqual([list, other]);
    await client.call(list, 'DestroyView', {});
    await expect(held()).rejects.toMatchObject({ fault: { $type: 'ManagedObjectNotFound' } });
  });
});

describe('history', () => {
  it('tells events by machine, place, kind, user and time', async () => {
    const { client, content, clock, simulator } = await services();
    const manager = required(content.eventManager);
    const query = async (filter: object) =>
      (await client.call(manager, 'QueryEvents', { filter })).map(({ $type, vm }) =>
        `${$type} ${vm?.name ?? ''}`.trim(),
      );
    await taskResult(client, await client.call(web, 'PowerOffVM_Task', {}));
    await clock.advance(1000);
    const beginTime = new Date(clock.now());
    // Nobody of this endpoint: the change comes through another door to the world.
    const vm = await simulator.world.find('[fast] db/db.vmx');
    await vm.power.on(
      { paused: false, showConsole: false },
      { signal: new AbortController().signal, progress: () => {} },
    );
    await client.call(manager, 'LogUserEvent', { entity: web, msg: 'maintenance' });
    const off = ['VmStoppingEvent web%2f1', 'VmPoweredOffEvent web%2f1'];
    const on = ['VmStartingEvent db', 'VmPoweredOnEvent db'];
    expect(await query({})).toEqual(['UserLoginSessionEvent', ...off, ...on, 'GeneralUserEvent web%2f1']);
    expect(await query({ entity: { entity: db, recursion: 'self' } })).toEqual(on);
    expect(await query({ entity: { entity: lab, recursion: 'children' }, time: { beginTime } })).toEqual([
      ...on,
      'GeneralUserEvent web%2f1',
    ]);
    expect(await query({ entity: { entity: office, recursion: 'all' } })).toEqual([]);
    expect(await query({ eventTypeId: ['VmPoweredOnEvent'] })).toEqual(['VmPoweredOnEvent db']);
    expect(await query({ type: ['VmEvent'], maxCount: 1 })).toEqual(['VmPoweredOnEvent db']);
    expect(await query({ userName: { systemUser: false, userList: ['user'] }, type: ['VmEvent'] })).toEqual(off);
    expect(await query({ category: ['user'] })).toEqual(['GeneralUserEvent web%2f1']);
  });

  it('tells of guest operations, and of logins that a guest refuses', async () => {
    const { client, content, clock } = await services();
    await clock.advance(60_000);
    const operations = required(content.guestOperationsManager);
    const authManager = (await client.properties(operations, 'authManager'))['authManager'] as Ref<'GuestAuthManager'>;
    const validate = (password: string) =>
      client.call(authManager, 'ValidateCredentialsInGuest', {
        vm: web,
        auth: { $type: 'NamePasswordAuthentication', interactiveSession: false, username: 'user', password },
      });
    await validate('password');
    await expect(validate('wrong')).rejects.toMatchObject({ fault: { $type: 'InvalidGuestLogin' } });
    const filter = { type: ['EventEx'] };
    const events = await client.call(required(content.eventManager), 'QueryEvents', { filter });
    expect(events).toMatchObject([
      {
        eventTypeId: 'com.vmware.vc.guestOperations.GuestOperation',
        fullFormattedMessage: 'Guest operation ValidateCredentialsInGuest performed on Virtual machine web%2f1.',
        userName: 'user',
        vm: { vm: web },
      },
      { eventTypeId: 'com.vmware.vc.guestOperations.GuestOperationAuthFailure', severity: 'warning' },
    ]);
  });

  it('is scrolled through, forwards and backwards', async () => {
    const { client, content } = await services();
    const collector = await client.call(required(content.eventManager), 'CreateCollectorForEvents', {
      filter: { type: ['VmEvent'] },
    });
    const read = async (method: 'ReadNextEvents' | 'ReadPreviousEvents', maxCount: number) =>
      (await client.call(collector, method, { maxCount })).map(({ $type }) => $type);
    await taskResult(client, await client.call(web, 'PowerOffVM_Task', {}));
    await taskResult(client, await client.call(web, 'PowerOnVM_Task', {}));
    const all = ['VmStoppingEvent', 'VmPoweredOffEvent', 'VmStartingEvent', 'VmPoweredOnEvent'];
    expect(await read('ReadNextEvents', 3)).toEqual(all.slice(0, 3));
    expect(await read('ReadNextEvents', 3)).toEqual(all.slice(3));
    expect(await read('ReadNextEvents', 3)).toEqual([]);
    await client.call(collector, 'RewindCollector', {});
    expect(await read('ReadNextEvents', 9)).toEqual(all);
    await client.call(collector, 'SetCollectorPageSize', { maxCount: 1 });
    expect(await client.properties(collector, 'latestPage')).toMatchObject({
      latestPage: [{ $type: 'VmPoweredOnEvent' }],
    });
    await client.call(collector, 'ResetCollector', {});
    expect(await read('ReadPreviousEvents', 2)).toEqual(['VmStartingEvent', 'VmPoweredOffEvent']);
    expect(await read('ReadPreviousEvents', 9)).toEqual(['VmStoppingEvent']);
    expect(await read('ReadPreviousEvents', 9)).toEqual([]);
    await expect(client.call(collector, 'SetCollectorPageSize', { maxCount: 0 })).rejects.toMatchObject({
      fault: { $type: 'InvalidArgument' },
    });
    await client.call(collector, 'DestroyCollector', {});
    await expect(read('ReadNextEvents', 1)).rejects.toMatchObject({ fault: { $type: 'ManagedObjectNotFound' } });
  });

  it('tells tasks, and forgets them after a while', async () => {
    const { client, content, clock } = await services();
    const manager = required(content.taskManager);
    const task = await client.call(web, 'PowerOffVM_Task', {});
    await taskResult(client, task);
    const failed = await client.call(db, 'PowerOffVM_Task', {});
    await expect(taskResult(client, failed)).rejects.toMatchObject({ fault: { $type: 'InvalidPowerState' } });
    expect((await client.properties(manager, 'recentTask'))['recentTask']).toEqual([task, failed]);
    expect((await client.properties(web, 'recentTask'))['recentTask']).toEqual([task]);
    const { info } = await client.properties(failed, 'info');
    expect(info as TaskInfo).toMatchObject({
      state: 'error',
      descriptionId: 'VirtualMachine.powerOff',
      entityName: 'db',
      reason: { $type: 'TaskReasonUser', userName: 'user' },
      error: { fault: { $type: 'InvalidPowerState', existingState: 'poweredOff' } },
    });
    await expect(client.call(failed, 'CancelTask', {})).rejects.toMatchObject({ fault: { $type: 'InvalidState' } });
    const tasks = await client.call(manager, 'CreateCollectorForTasks', { filter: { state: ['error'] } });
    expect((await client.call(tasks, 'ReadNextTasks', { maxCount: 9 })).map(({ key }) => key)).toEqual([failed.value]);
    await clock.advance(11 * 60_000);
    expect((await client.properties(manager, 'recentTask'))['recentTask']).toEqual([]);
    await expect(client.properties(task, 'info')).rejects.toMatchObject({ fault: { $type: 'ManagedObjectNotFound' } });
  });
});

describe('the files of datastores', () => {
  it('are listed, copied, moved and removed', async () => {
    const { client, content, simulator } = await services();
    const files = required(content.fileManager);
    const browser = (await client.properties(ref('Datastore', 'datastore-1'), 'browser'))[
      'browser'
    ] as Ref<'HostDatastoreBrowser'>;
    const list = async (datastorePath: string, searchSpec: object = {}) => {
      const result = await taskResult(
        client,
        await client.call(browser, 'SearchDatastore_Task', { datastorePath, searchSpec }),
      );
      return ((result as { file?: { path: string }[] }).file ?? []).map(({ path }) => path);
    };
    expect(await list('[store]')).toEqual(['loose', 'web']);
    expect(await list('[store] web', { matchPattern: ['*.VMX'], searchCaseInsensitive: true })).toEqual(['web.vmx']);
    expect(await list('[store] web', { query: [{ $type: 'VmDiskFileQuery' }] })).toEqual(['web.vmdk']);
    const make = (name: string, createParentDirectories = false) =>
      client.call(files, 'MakeDirectory', { name, datacenter: lab, createParentDirectories });
    await expect(make('[store] a/b')).rejects.toMatchObject({ fault: { $type: 'FileNotFound', file: '[store] a/b' } });
    await make('[store] a/b', true);
    await expect(make('[store] a')).rejects.toMatchObject({ fault: { $type: 'FileAlreadyExists' } });
    simulator.world.datastores.of('Lab', 'store').write('/a/b/file', 'text');
    const transfer = async (
      method: 'CopyDatastoreFile_Task' | 'MoveDatastoreFile_Task',
      sourceName: string,
      destinationName: string,
      force = false,
    ) =>
      taskResult(
        client,
        await client.call(files, method, { sourceName, sourceDatacenter: lab, destinationName, force }),
      );
    await transfer('CopyDatastoreFile_Task', '[store] a/b/file', '[fast] copy');
    await transfer('MoveDatastoreFile_Task', '[store] a/b', '[store] c');
    expect(await list('[store] c')).toEqual(['file']);
    expect(await list('[store] a')).toEqual([]);
    await expect(transfer('CopyDatastoreFile_Task', '[store] c/file', '[fast] copy')).rejects.toMatchObject({
      fault: { $type: 'FileAlreadyExists' },
    });
    await transfer('CopyDatastoreFile_Task', '[store] c/file', '[fast] copy', true);
    const remove = async (name: string) =>
      taskResult(client, await client.call(files, 'DeleteDatastoreFile_Task', { name, datacenter: lab }));
    await remove('[store] c');
    await expect(remove('[store] c')).rejects.toMatchObject({ fault: { $type: 'FileNotFound', file: '[store] c' } });
    await expect(remove('[store] web/web.vmx')).rejects.toMatchObject({ fault: { $type: 'FileLocked' } });
    await expect(remove('[none] a')).rejects.toMatchObject({ fault: { $type: 'InvalidDatastore' } });
    await expect(remove('[store] ../a')).rejects.toMatchObject({ fault: { $type: 'InvalidDatastorePath' } });
    const everything = await taskResult(
      client,
      await client
        .call(browser, 'SearchDatastoreSubFolders_Task', { datastorePath: '[store]', searchSpec: {} })
        .then(required),
    );
    expect((everything as { folderPath: string }[]).map(({ folderPath }) => folderPath)).toEqual([
      '[store]',
      '[store] a/',
      '[store] loose/',
      '[store] web/',
    ]);
  });
});
