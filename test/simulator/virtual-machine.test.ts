import { describe, expect, it } from 'vitest';
import type { Ref } from '../../src/backends/vsphere/soap/values.js';
import type {
  EventDescription,
  GuestInfo,
  VirtualMachineConfigInfo,
  VirtualMachineRuntimeInfo,
  VirtualMachineSnapshotInfo,
  VirtualMachineSnapshotTree,
} from '../../src/backends/vsphere/vim/generated/types.js';
import type { InventoryVm } from '../../src/world/inventory/inventory-schema.js';
import { required, startRig, taskResult, until, type TestClient } from './simulator-rig.js';

const vm: Ref<'VirtualMachine'> = { type: 'VirtualMachine', value: 'vm-1' };
const folder: Ref<'Folder'> = { type: 'Folder', value: 'group-v1' };
const pool: Ref<'ResourcePool'> = { type: 'ResourcePool', value: 'resgroup-1' };
const datastore: Ref<'Datastore'> = { type: 'Datastore', value: 'datastore-1' };

async function oneVm(options: Partial<InventoryVm> = {}) {
  const rig = await startRig({ inventory: { vms: [{ name: 'web', location: '[store] web/web.vmx', ...options }] } });
  const { client, content } = await rig.session();
  return { ...rig, client, content, run: (task: Promise<Ref>) => task.then((ref) => taskResult(client, ref)) };
}

async function powerState(client: TestClient): Promise<unknown> {
  return (await client.properties(vm, 'runtime.powerState'))['runtime.powerState'];
}

const cloneSpec = (more: object = {}) => ({ location: { datastore }, powerOn: false, template: false, ...more });

describe('the power of a machine', () => {
  it('changes by tasks, and its faults say what the state is and was to be', async () => {
    const { client, run } = await oneVm();
    await run(client.call(vm, 'PowerOnVM_Task', {}));
    expect(await powerState(client)).toBe('poweredOn');
    await expect(run(client.call(vm, 'PowerOnVM_Task', {}))).rejects.toMatchObject({
      fault: { $type: 'InvalidPowerState', requestedState: 'poweredOn', existingState: 'poweredOn' },
    });
    await run(client.call(vm, 'SuspendVM_Task', {}));
    expect(await powerState(client)).toBe('suspended');
    await run(client.call(vm, 'PowerOnVM_Task', {}));
    await run(client.call(vm, 'ResetVM_Task', {}));
    await run(client.call(vm, 'PowerOffVM_Task', {}));
    expect(await powerState(client)).toBe('poweredOff');
    await expect(run(client.call(vm, 'ResetVM_Task', {}))).rejects.toMatchObject({
      fault: { $type: 'InvalidPowerState', requestedState: 'poweredOn', existingState: 'poweredOff' },
    });
  });

  it('is told of where it could not be switched on, and only kinds of events are described that are posted', async () => {
    const { client, run, content, defects } = await oneVm({ power: 'on' });
    const manager = required(content.eventManager);
    await expect(run(client.call(vm, 'PowerOnVM_Task', {}))).rejects.toMatchObject({
      fault: { $type: 'InvalidPowerState' },
    });
    const filter = { eventTypeId: ['VmFailedToPowerOnEvent'] };
    expect(await client.call(manager, 'QueryEvents', { filter })).toMatchObject([
      { userName: 'user', vm: { vm }, reason: { fault: { $type: 'InvalidPowerState' } } },
    ]);
    const { description } = await client.properties(manager, 'description');
    const keys = (description as EventDescription).eventInfo.map(({ key }) => key);
    expect(keys).toEqual(expect.arrayContaining(['VmFailedToPowerOnEvent', 'VmCreatedEvent']));
    for (const key of ['BadUsernameSessionEvent', 'VmMessageEvent', 'TaskEvent']) expect(keys).not.toContain(key);
    expect(defects).toEqual([]);
  });

  it('changes through the guest where Tools runs', async () => {
    const { client, run, clock, content } = await oneVm();
    await run(client.call(vm, 'PowerOnVM_Task', {}));
    await expect(client.call(vm, 'ShutdownGuest', {})).rejects.toMatchObject({ fault: { $type: 'ToolsUnavailable' } });
    await clock.advance(10_000);
    await client.call(vm, 'RebootGuest', {});
    expect(await powerState(client)).toBe('poweredOn');
    await clock.advance(10_000);
    await client.call(vm, 'ShutdownGuest', {});
    expect(await powerState(client)).toBe('poweredOff');
    const events = await client.call(required(content.eventManager), 'QueryEvents', { filter: {} });
    expect(events.map(({ $type }) => $type)).toEqual(
      expect.arrayContaining([
        'VmStartingEvent',
        'VmPoweredOnEvent',
        'VmGuestRebootEvent',
        'VmGuestShutdownEvent',
        'VmPoweredOffEvent',
      ]),
    );
  });

  it('waits for the answer to a question', async () => {
    const { client, run } = await oneVm({ questionAtPowerOn: 'Moved or copied?' });
    const on = await client.call(vm, 'PowerOnVM_Task', {});
    let question: VirtualMachineRuntimeInfo['question'];
    while (question === undefined) {
      const { runtime } = await client.properties(vm, 'runtime');
      question = (runtime as VirtualMachineRuntimeInfo).question;
    }
    expect(question).toMatchObject({ text: 'Moved or copied?', choice: { defaultIndex: 0 } });
    const { id } = question;
    await expect(client.call(vm, 'AnswerVM', { questionId: id, answerChoice: '7' })).rejects.toMatchObject({
      fault: { $type: 'InvalidArgument', invalidProperty: 'answerChoice' },
    });
    await expect(client.call(vm, 'AnswerVM', { questionId: 'x', answerChoice: '0' })).rejects.toMatchObject({
      fault: { $type: 'InvalidArgument', invalidProperty: 'questionId' },
    });
    await client.call(vm, 'AnswerVM', { questionId: id, answerChoice: '1' });
    await run(Promise.resolve(on));
    expect(await powerState(client)).toBe('poweredOn');
  });

  it('is refused for reasons that have faults of their own', async () => {
    const unsupported = await oneVm({ powerOnRefusal: 'unsupported-guest', guestOs: 'darwin22-64' });
    await expect(unsupported.run(unsupported.client.call(vm, 'PowerOnVM_Task', {}))).rejects.toMatchObject({
      fault: { $type: 'UnsupportedGuest', unsupportedGuestOS: 'darwin22-64' },
    });
    const template = await oneVm({ isTemplate: true });
    await expect(template.run(template.client.call(vm, 'PowerOnVM_Task', {}))).rejects.toMatchObject({
      message: expect.stringContaining('vix error codes = (4003, 0)'),
      fault: { $type: 'NotSupported' },
    });
  });
});

describe('snapshots', () => {
  async function tree(client: TestClient) {
    const { snapshot } = await client.properties(vm, 'snapshot');
    return snapshot as VirtualMachineSnapshotInfo | undefined;
  }

  const named = ({ name, childSnapshotList = [] }: VirtualMachineSnapshotTree): unknown =>
    childSnapshotList.length === 0 ? name : [name, ...childSnapshotList.map(named)];

  it('grow, branch, are renamed and go', async () => {
    const { client, run } = await oneVm();
    const take = (name: string) =>
      run(client.call(vm, 'CreateSnapshot_Task', { name, description: 'd', memory: false, quiesce: false })) as Promise<
        Ref<'VirtualMachineSnapshot'>
      >;
    expect(await tree(client)).toBeUndefined();
    const first = await take('first');
    await take('a%2fb');
    await run(client.call(first, 'RevertToSnapshot_Task', {}));
    const third = await take('third');
    const grown = required(await tree(client));
    expect(grown.rootSnapshotList.map(named)).toEqual([['first', 'a%2fb', 'third']]);
    expect(grown.currentSnapshot).toEqual(third);
    expect(await client.properties(first, 'vm', 'childSnapshot')).toMatchObject({ vm, childSnapshot: [{}, third] });
    await client.call(first, 'RenameSnapshot', { name: 'base', description: 'new' });
    await run(client.call(third, 'RemoveSnapshot_Task', { removeChildren: false }));
    const left = required(await tree(client));
    expect(left.rootSnapshotList.map(named)).toEqual([['base', 'a%2fb']]);
    expect(left.rootSnapshotList[0]).toMatchObject({ description: 'new', state: 'poweredOff', vm });
    await expect(client.call(third, 'RemoveSnapshot_Task', { removeChildren: false })).rejects.toMatchObject({
      fault: { $type: 'ManagedObjectNotFound', obj: third },
    });
    await run(client.call(vm, 'RevertToCurrentSnapshot_Task', {}));
    await run(client.call(vm, 'RemoveAllSnapshots_Task', {}));
    expect(await tree(client)).toBeUndefined();
    await expect(run(client.call(vm, 'RevertToCurrentSnapshot_Task', {}))).rejects.toMatchObject({
      fault: { $type: 'NotFound' },
    });
    await expect(take('')).rejects.toMatchObject({ fault: { $type: 'InvalidName' } });
    await expect(take('x'.repeat(81))).rejects.toMatchObject({
      message: expect.stringMatching(/vix error codes = \(\d+, 0\)/u),
      fault: { $type: 'InvalidName' },
    });
  });
});

describe('reconfiguring', () => {
  it('changes what it names, and refuses what it cannot change', async () => {
    const { client, run } = await oneVm();
    const spec = {
      name: 'front%2fend',
      annotation: 'note',
      numCPUs: 4,
      memoryMB: 2048,
      guestId: 'windows9_64Guest',
      cpuHotAddEnabled: true,
      extraConfig: [
        { $type: 'OptionValue' as const, key: 'guestinfo.role', value: 'front' },
        { $type: 'OptionValue' as const, key: 'number', value: 'x' },
      ],
    };
    await run(client.call(vm, 'ReconfigVM_Task', { spec }));
    const { config, name } = await client.properties(vm, 'config', 'name');
    const { hardware, extraConfig = [], ...shown } = config as VirtualMachineConfigInfo;
    expect(name).toBe('front%2fend');
    expect(hardware).toMatchObject({ numCPU: 4, memoryMB: 2048 });
    expect(shown).toMatchObject({ annotation: 'note', guestId: 'windows9_64Guest', cpuHotAddEnabled: true });
    expect(extraConfig.map(({ key, value }) => [key, value])).toEqual(
      expect.arrayContaining([
        ['guestinfo.role', 'front'],
        ['number', 'x'],
      ]),
    );
    const stale = client.call(vm, 'ReconfigVM_Task', { spec: { changeVersion: 'old', annotation: 'x' } });
    await expect(run(stale)).rejects.toMatchObject({ fault: { $type: 'ConcurrentAccess' } });
    const { changeVersion } = shown;
    await run(client.call(vm, 'ReconfigVM_Task', { spec: { changeVersion, annotation: 'x' } }));
    await expect(
      client.call(vm, 'ReconfigVM_Task', { spec: { firmware: 'efi', annotation: 'y' } }),
    ).rejects.toMatchObject({
      message: expect.stringContaining('firmware'),
      fault: { $type: 'NotSupported' },
    });
    await run(client.call(vm, 'PowerOnVM_Task', {}));
    await expect(run(client.call(vm, 'ReconfigVM_Task', { spec: { guestId: 'ubuntu64Guest' } }))).rejects.toMatchObject(
      {
        fault: { $type: 'InvalidPowerState', requestedState: 'poweredOff', existingState: 'poweredOn' },
      },
    );
  });
});

describe('birth and end', () => {
  it('clones, whole and linked, also to templates and running at once', async () => {
    const { client, run } = await oneVm();
    const whole = (await run(client.call(vm, 'CloneVM_Task', { folder, name: 'a%2fb', spec: cloneSpec() }))) as Ref;
    expect(await client.properties(whole, 'name', 'config.files.vmPathName')).toEqual({
      name: 'a%2fb',
      'config.files.vmPathName': '[store] a_b/a_b.vmx',
    });
    const snapshot = (await run(
      client.call(vm, 'CreateSnapshot_Task', { name: 's', memory: false, quiesce: false }),
    )) as Ref<'VirtualMachineSnapshot'>;
    const linked = (await run(
      client.call(vm, 'CloneVM_Task', {
        folder,
        name: 'linked',
        spec: cloneSpec({
          snapshot,
          powerOn: true,
          location: { datastore, diskMoveType: 'createNewChildDiskBacking' },
        }),
      }),
    )) as Ref;
    expect(await client.properties(linked, 'runtime.powerState')).toEqual({ 'runtime.powerState': 'poweredOn' });
    const template = (await run(
      client.call(vm, 'CloneVM_Task', {
        folder,
        name: 'template',
        spec: cloneSpec({ template: true, config: { annotation: 'of web' } }),
      }),
    )) as Ref;
    expect(await client.properties(template, 'config.template', 'config.annotation', 'resourcePool')).toEqual({
      'config.template': true,
      'config.annotation': 'of web',
    });
    const twice = run(client.call(vm, 'CloneVM_Task', { folder, name: 'linked', spec: cloneSpec() }));
    await expect(twice).rejects.toMatchObject({ fault: { $type: 'DuplicateName', name: 'linked', object: folder } });
    const elsewhere = { type: 'Folder', value: 'group-h1' } as const;
    await expect(
      client.call(vm, 'CloneVM_Task', { folder: elsewhere, name: 'x', spec: cloneSpec() }),
    ).rejects.toMatchObject({
      fault: { $type: 'InvalidArgument', invalidProperty: 'folder' },
    });
    const nowhere = cloneSpec({ location: { datastore: { type: 'Datastore', value: 'datastore-9' } } });
    await expect(client.call(vm, 'CloneVM_Task', { folder, name: 'x', spec: nowhere })).rejects.toMatchObject({
      fault: { $type: 'InvalidArgument', invalidProperty: 'spec.location.datastore' },
    });
  });

  it('unregisters and registers, each time under another reference', async () => {
    const { client, run, content } = await oneVm();
    const path = '[store] web/web.vmx';
    const register = (more: object = {}) =>
      run(client.call(folder, 'RegisterVM_Task', { path, asTemplate: false, pool, ...more }));
    await expect(register()).rejects.toMatchObject({ fault: { $type: 'AlreadyExists', name: path } });
    await run(client.call(vm, 'PowerOnVM_Task', {}));
    await expect(client.call(vm, 'UnregisterVM', {})).rejects.toMatchObject({
      fault: { $type: 'InvalidPowerState', existingState: 'poweredOn' },
    });
    await run(client.call(vm, 'PowerOffVM_Task', {}));
    await client.call(vm, 'UnregisterVM', {});
    await expect(client.properties(vm, 'name')).rejects.toMatchObject({ fault: { $type: 'ManagedObjectNotFound' } });
    const index = required(content.searchIndex);
    const datacenter = { type: 'Datacenter', value: 'datacenter-1' } as const;
    expect(await client.call(index, 'FindByDatastorePath', { datacenter, path })).toBeUndefined();
    const again = await register({ name: 'back' });
    expect(again).toEqual({ type: 'VirtualMachine', value: 'vm-2' });
    expect(await client.properties(again as Ref, 'name')).toEqual({ name: 'back' });
    await expect(register({ path: '[store] none/none.vmx' })).rejects.toMatchObject({ fault: { $type: 'NotFound' } });
    await expect(register({ path: '[other] web/web.vmx' })).rejects.toMatchObject({
      fault: { $type: 'InvalidDatastore' },
    });
    await expect(register({ path: '[store] ../web.vmx' })).rejects.toMatchObject({
      fault: { $type: 'InvalidDatastorePath' },
    });
    await expect(register({ pool: undefined })).rejects.toMatchObject({
      fault: { $type: 'InvalidArgument', invalidProperty: 'pool' },
    });
  });

  it('is made of a configuration file that a client has put into a datastore', async () => {
    const { client, run, simulator } = await oneVm();
    const files = simulator.world.datastores.of('Datacenter', 'store');
    files.makeDirectory('/new');
    files.write('/new/new.vmx', 'displayName = "fresh"\nguestOS = "ubuntu-64"\nmemsize = "512"\n');
    files.write('/new/bad.vmx', 'memsize = "much"\n');
    const register = (path: string) => run(client.call(folder, 'RegisterVM_Task', { path, asTemplate: false, pool }));
    const made = (await register('[store] new/new.vmx')) as Ref;
    expect(await client.properties(made, 'name', 'config.hardware.memoryMB', 'config.files.vmPathName')).toEqual({
      name: 'fresh',
      'config.hardware.memoryMB': 512,
      'config.files.vmPathName': '[store] new/new.vmx',
    });
    await run(client.call(made, 'PowerOnVM_Task', {}));
    await expect(register('[store] new/bad.vmx')).rejects.toMatchObject({
      message: expect.stringContaining('line 1'),
      fault: { $type: 'InvalidVmConfig' },
    });
  });

  it('is destroyed with its files', async () => {
    const { client, run, simulator } = await oneVm({ power: 'on' });
    await expect(run(client.call(vm, 'Destroy_Task', {}))).rejects.toMatchObject({
      fault: { $type: 'InvalidPowerState', existingState: 'poweredOn' },
    });
    await run(client.call(vm, 'PowerOffVM_Task', {}));
    await run(client.call(vm, 'Destroy_Task', {}));
    expect(await simulator.world.idAt('[store] web/web.vmx')).toBeNull();
    expect(await client.properties(folder, 'childEntity')).toEqual({ childEntity: [] });
  });

  it('becomes a template and a machine again, and gets newer hardware', async () => {
    const { client, run } = await oneVm({ hardwareVersion: 13 });
    await client.call(vm, 'MarkAsTemplate', {});
    expect((await client.properties(vm, 'config.template'))['config.template']).toBe(true);
    await client.call(vm, 'MarkAsVirtualMachine', { pool });
    await run(client.call(vm, 'UpgradeVM_Task', {}));
    expect((await client.properties(vm, 'config.version'))['config.version']).toBe('vmx-21');
    await expect(run(client.call(vm, 'UpgradeVM_Task', {}))).rejects.toMatchObject({
      fault: { $type: 'AlreadyUpgraded' },
    });
  });
});

describe('Tools and the console', () => {
  it('mounts the installer, and upgrades what is old', async () => {
    const { client, clock, run } = await oneVm({ power: 'on', tools: { version: 11_000 } });
    await client.call(vm, 'MountToolsInstaller', {});
    expect(await client.properties(vm, 'runtime.toolsInstallerMounted')).toEqual({
      'runtime.toolsInstallerMounted': true,
    });
    await expect(client.call(vm, 'MountToolsInstaller', {})).rejects.toMatchObject({
      fault: { $type: 'ToolsInstallationInProgress' },
    });
    await client.call(vm, 'UnmountToolsInstaller', {});
    const old = (await client.properties(vm, 'guest'))['guest'] as GuestInfo;
    expect(old).toMatchObject({ toolsVersionStatus2: 'guestToolsSupportedOld', toolsStatus: 'toolsOld' });
    const pending = clock.pending;
    const upgrade = run(client.call(vm, 'UpgradeTools_Task', {}));
    await until(() => clock.pending > pending);
    await clock.advance(60_000);
    await upgrade;
    const now = (await client.properties(vm, 'guest'))['guest'] as GuestInfo;
    expect(now).toMatchObject({ toolsVersionStatus2: 'guestToolsCurrent', guestOperationsReady: true });
    await expect(run(client.call(vm, 'UpgradeTools_Task', {}))).rejects.toMatchObject({
      fault: { $type: 'ToolsAlreadyUpgraded' },
    });
  });

  it('tells of the file systems while it runs', async () => {
    const { client, clock } = await oneVm({ power: 'on', guest: { diskSizeBytes: 1_000_000 } });
    await clock.advance(60_000);
    const disks = (await client.properties(vm, 'guest.disk'))['guest.disk'];
    expect(disks).toMatchObject([
      { diskPath: '/', capacity: 1_000_000, filesystemType: 'ext4', mappings: [{ key: 2000 }] },
    ]);
    const off = await oneVm({ guest: { diskSizeBytes: 1_000_000 } });
    expect(await off.client.properties(vm, 'guest.disk')).toEqual({});
  });

  it('pictures the console, and types at it', async () => {
    const { client, run, simulator } = await oneVm({ power: 'on' });
    const shot = async () => {
      const path = String(await run(client.call(vm, 'CreateScreenshot_Task', {})));
      const files = simulator.world.datastores.of('Datacenter', 'store');
      return { path, bytes: Buffer.from(files.read(`/${path.replace('[store] ', '')}`).bytes()) };
    };
    const first = await shot();
    expect(first.path).toBe('[store] web/web-1.png');
    expect(first.bytes.subarray(1, 4).toString()).toBe('PNG');
    const key = (code: number, leftShift = false) => ({ usbHidCode: code * 65_536 + 7, modifiers: { leftShift } });
    const typed = await client.call(vm, 'PutUsbScanCodes', {
      spec: { keyEvents: [key(0x0b, true), key(0x0c), key(0x28)] },
    });
    expect(typed).toBe(3);
    const second = await shot();
    expect(second.path).toBe('[store] web/web-2.png');
    expect(second.bytes.equals(first.bytes)).toBe(false);
    await run(client.call(vm, 'PowerOffVM_Task', {}));
    await expect(run(client.call(vm, 'CreateScreenshot_Task', {}))).rejects.toMatchObject({
      fault: { $type: 'InvalidPowerState', requestedState: 'poweredOn', existingState: 'poweredOff' },
    });
  });
});
