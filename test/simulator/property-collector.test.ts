import { describe, expect, it, onTestFinished } from 'vitest';
import type { Ref } from '../../src/backends/vsphere/soap/values.js';
import type { PropertyFilterSpec, UpdateSet } from '../../src/backends/vsphere/vim/generated/types.js';
import { required, startRig, taskResult, until, type SimulatorRig, type TestClient } from './simulator-rig.js';

const inventory = {
  vms: [
    {
      name: 'web',
      datacenter: 'Lab',
      location: '[store] web/web.vmx',
      config: { 'guestinfo.role': 'front', extra: '1' },
    },
    { name: 'db', datacenter: 'Lab', location: '[store] db/db.vmx' },
    { name: 'mail', datacenter: 'Office', location: '[store] mail/mail.vmx' },
  ],
};

const vm = (value: string): Ref<'VirtualMachine'> => ({ type: 'VirtualMachine', value });
const [web, db, mail] = [vm('vm-1'), vm('vm-2'), vm('vm-3')] as const;

const task = (value: string): Ref<'Task'> => ({ type: 'Task', value });

async function collectorRig(rig?: SimulatorRig) {
  const made = rig ?? (await startRig({ inventory }));
  const { client, content } = await made.session();
  const collector = content.propertyCollector;
  return { ...made, client, content, collector };
}

function specFor(obj: Ref, ...pathSet: string[]): PropertyFilterSpec {
  return { propSet: [{ type: obj.type, pathSet }], objectSet: [{ obj }] };
}

/** Every way that the old programs go, each named and leading to the others. */
function wholeInventory(root: Ref, type: string, pathSet: string[]): PropertyFilterSpec {
  const way = (name: string, from: string, path: string, ...next: string[]) => ({
    $type: 'TraversalSpec' as const,
    name,
    type: from,
    path,
    skip: false,
    selectSet: next.map((other) => ({ $type: 'SelectionSpec' as const, name: other })),
  });
  return {
    propSet: [{ type, pathSet }],
    objectSet: [
      {
        obj: root,
        skip: false,
        selectSet: [
          way('folders', 'Folder', 'childEntity', 'folders', 'vms', 'hosts', 'pools'),
          way('vms', 'Datacenter', 'vmFolder', 'folders'),
          way('hosts', 'Datacenter', 'hostFolder', 'folders'),
          way('pools', 'ComputeResource', 'resourcePool', 'machines'),
          way('machines', 'ResourcePool', 'vm'),
        ],
      },
    ],
  };
}

/** The names of a first property of each object, as the client got them. */
function named(
  result:
    | {
        readonly objects?:
          | readonly { readonly propSet?: readonly { readonly val: unknown }[] | undefined }[]
          | undefined;
      }
    | undefined,
) {
  return (result?.objects ?? []).map(({ propSet = [] }) => propSet[0]?.val);
}

describe('retrieving properties', () => {
  it('finds every object once, however many ways lead to it', async () => {
    const { client, collector, content } = await collectorRig();
    const retrieve = async (type: string) =>
      named(
        await client.call(collector, 'RetrievePropertiesEx', {
          specSet: [wholeInventory(content.rootFolder, type, ['name'])],
          options: {},
        }),
      );
    expect(await retrieve('VirtualMachine')).toEqual(['web', 'db', 'mail']);
    expect(await retrieve('Datacenter')).toEqual(['Lab', 'Office']);
    expect(await retrieve('ComputeResource')).toEqual(['cluster', 'cluster']);
    const all = await retrieve('ManagedEntity');
    expect(all).toHaveLength(3 + 2 + 2 + 2 + 4 + 1);
  });

  it('skips what is to be skipped, also the object that it starts at', async () => {
    const { client, collector, content } = await collectorRig();
    const spec = {
      propSet: [{ type: 'ManagedEntity', pathSet: ['name'] }],
      objectSet: [
        {
          obj: content.rootFolder,
          skip: true,
          selectSet: [
            {
              $type: 'TraversalSpec' as const,
              type: 'Folder',
              path: 'childEntity',
              skip: true,
              selectSet: [{ $type: 'TraversalSpec' as const, type: 'Datacenter', path: 'vmFolder' }],
            },
          ],
        },
      ],
    };
    const result = await client.call(collector, 'RetrieveProperties', { specSet: [spec] });
    expect(named({ objects: result })).toEqual(['vm', 'vm']);
  });

  it('reads nested properties, elements by key, and nothing where nothing is set', async () => {
    const { client } = await collectorRig();
    const found = await client.properties(
      web,
      'config.extraConfig["guestinfo.role"].value',
      'config.hardware.device[1000].busNumber',
      'config.hardware.device[4000].macAddress',
      'summary.config.vmPathName',
      'runtime.bootTime',
      'snapshot',
      'config.extraConfig["none"]',
    );
    expect(found).toEqual({
      'config.extraConfig["guestinfo.role"].value': 'front',
      'config.hardware.device[1000].busNumber': 0,
      'config.hardware.device[4000].macAddress': expect.stringMatching(/^00:50:56:/u),
      'summary.config.vmPathName': '[store] web/web.vmx',
    });
  });

  it('gives all properties, or none but the object', async () => {
    const { client, collector } = await collectorRig();
    const all = await client.properties(web);
    expect(all).toMatchObject({ name: 'web', config: { $type: 'VirtualMachineConfigInfo', uuid: expect.any(String) } });
    const none = await client.call(collector, 'RetrieveProperties', { specSet: [specFor(web)] });
    expect(none).toEqual([{ $type: 'ObjectContent', obj: web }]);
  });

  it('comes in pages of the wanted size, which can be given up', async () => {
    const { client, collector, content } = await collectorRig();
    const specSet = [wholeInventory(content.rootFolder, 'VirtualMachine', ['name'])];
    const first = required(
      await client.call(collector, 'RetrievePropertiesEx', { specSet, options: { maxObjects: 2 } }),
    );
    expect(named(first)).toEqual(['web', 'db']);
    const token = required(first.token);
    const second = await client.call(collector, 'ContinueRetrievePropertiesEx', { token });
    expect(named(second)).toEqual(['mail']);
    expect(second.token).toBeUndefined();
    await expect(client.call(collector, 'ContinueRetrievePropertiesEx', { token })).rejects.toMatchObject({
      fault: { $type: 'InvalidArgument' },
    });
    const again = required(
      await client.call(collector, 'RetrievePropertiesEx', { specSet, options: { maxObjects: 1 } }),
    );
    await client.call(collector, 'CancelRetrievePropertiesEx', { token: required(again.token) });
    await expect(
      client.call(collector, 'ContinueRetrievePropertiesEx', { token: required(again.token) }),
    ).rejects.toMatchObject({ fault: { $type: 'InvalidArgument' } });
    for (const maxObjects of [0, -1]) {
      await expect(
        client.call(collector, 'RetrievePropertiesEx', { specSet, options: { maxObjects } }),
      ).rejects.toMatchObject({ fault: { $type: 'InvalidArgument', invalidProperty: 'options.maxObjects' } });
    }
  });

  it.each([
    [specFor(web, 'nonsense'), { $type: 'InvalidProperty', name: 'nonsense' }],
    [specFor(web, 'config.nonsense'), { $type: 'InvalidProperty', name: 'config.nonsense' }],
    [specFor(web, 'name['), { $type: 'InvalidProperty' }],
    [
      { propSet: [{ type: 'Nonsense', all: true }], objectSet: [{ obj: web }] },
      { $type: 'InvalidType', argument: 'Nonsense' },
    ],
    [specFor({ type: 'VirtualMachine', value: 'vm-99' }, 'name'), { $type: 'ManagedObjectNotFound' }],
    [
      {
        propSet: [{ type: 'Folder', pathSet: ['name'] }],
        objectSet: [{ obj: web, selectSet: [{ $type: 'SelectionSpec' as const, name: 'none' }] }],
      },
      { $type: 'InvalidArgument', invalidProperty: 'selectSet' },
    ],
  ])('answers with a fault that names the mistake: %#', async (spec, fault) => {
    const { client, collector } = await collectorRig();
    const call = client.call(collector, 'RetrievePropertiesEx', { specSet: [spec], options: {} });
    await expect(call).rejects.toMatchObject({ fault });
  });

  it('needs a login, but for what everybody may read', async () => {
    const { client: known, content, simulator, client: _client } = await collectorRig();
    const { cookie } = known;
    known.cookie = undefined;
    await expect(known.properties(web, 'name')).rejects.toMatchObject({ fault: { $type: 'NotAuthenticated' } });
    expect(await known.properties(required(content.sessionManager), 'defaultLocale', 'currentSession')).toEqual({
      defaultLocale: 'en',
    });
    known.cookie = cookie;
    expect(await known.properties(web, 'name')).toEqual({ name: 'web' });
    expect(simulator.url).toContain('/sdk');
  });

  it('tells of each property that the user may not see', async () => {
    const rig = await startRig({ inventory, users: [{ name: 'user', password: 'pass', privileges: [] }] });
    const { client, content } = await rig.session();
    const [object] = await client.call(content.propertyCollector, 'RetrieveProperties', {
      specSet: [specFor(web, 'name')],
    });
    expect(object).toMatchObject({
      obj: web,
      missingSet: [{ path: 'name', fault: { fault: { $type: 'NoPermission', privilegeId: 'System.View' } } }],
    });
    expect(object?.propSet).toBeUndefined();
  });
});

describe('waiting for updates', () => {
  const wait = (client: TestClient, collector: Ref<'PropertyCollector'>, version = '', options = {}) =>
    client.call(collector, 'WaitForUpdatesEx', { version, options });

  /** Kind, object and changed properties of each update. */
  function shown(updates: UpdateSet | undefined) {
    return (updates?.filterSet ?? []).flatMap(({ objectSet = [] }) =>
      objectSet.map(({ kind, obj, changeSet = [] }) => [
        kind,
        obj.value,
        Object.fromEntries(changeSet.map(({ name, val }) => [name, val])),
      ]),
    );
  }

  it('gives the present state first, and then each change', async () => {
    const { client, collector } = await collectorRig();
    await client.call(collector, 'CreateFilter', {
      spec: specFor(web, 'runtime.powerState', 'name'),
      partialUpdates: false,
    });
    const first = required(await wait(client, collector));
    expect(shown(first)).toEqual([['enter', 'vm-1', { name: 'web', 'runtime.powerState': 'poweredOff' }]]);
    await client.call(web, 'PowerOnVM_Task', {});
    const second = required(await wait(client, collector, first.version));
    expect(shown(second)).toEqual([['modify', 'vm-1', { 'runtime.powerState': 'poweredOn' }]]);
    expect(second.version).not.toBe(first.version);
    expect(await wait(client, collector, second.version, { maxWaitSeconds: 0 })).toBeUndefined();
    expect(await client.call(collector, 'CheckForUpdates', { version: second.version })).toBeUndefined();
  });

  it('gives again what a client never got, with what came since', async () => {
    const { client, collector } = await collectorRig();
    await client.call(collector, 'CreateFilter', {
      spec: specFor(web, 'runtime.powerState', 'name'),
      partialUpdates: false,
    });
    const first = required(await wait(client, collector));
    await taskResult(client, await client.call(web, 'PowerOnVM_Task', {}));
    const lost = required(await wait(client, collector, first.version));
    await taskResult(client, await client.call(web, 'Rename_Task', { newName: 'front' }));
    const again = required(await wait(client, collector, first.version));
    expect(shown(again)).toEqual([['modify', 'vm-1', { 'runtime.powerState': 'poweredOn', name: 'front' }]]);
    await expect(wait(client, collector, lost.version, { maxWaitSeconds: 0 })).rejects.toMatchObject({
      fault: { $type: 'InvalidCollectorVersion' },
    });
    expect(await wait(client, collector, again.version, { maxWaitSeconds: 0 })).toBeUndefined();
    expect(shown(await wait(client, collector))).toEqual([
      ['enter', 'vm-1', { 'runtime.powerState': 'poweredOn', name: 'front' }],
    ]);
  });

  it('follows a view: machines come, change and go', async () => {
    const { client, collector, content } = await collectorRig();
    const view = await client.call(required(content.viewManager), 'CreateContainerView', {
      container: content.rootFolder,
      type: ['VirtualMachine'],
      recursive: true,
    });
    const spec: PropertyFilterSpec = {
      propSet: [{ type: 'VirtualMachine', pathSet: ['name'] }],
      objectSet: [
        { obj: view, skip: true, selectSet: [{ $type: 'TraversalSpec', type: 'ContainerView', path: 'view' }] },
      ],
    };
    await client.call(collector, 'CreateFilter', { spec, partialUpdates: true });
    const first = required(await wait(client, collector));
    expect(shown(first).map(([kind, id]) => [kind, id])).toEqual([
      ['enter', 'vm-1'],
      ['enter', 'vm-2'],
      ['enter', 'vm-3'],
    ]);
    await client.call(db, 'UnregisterVM', {});
    const second = required(await wait(client, collector, first.version));
    expect(shown(second)).toEqual([['leave', 'vm-2', {}]]);
    const { vmFolder, datastore } = await client.properties(
      { type: 'Datacenter', value: 'datacenter-1' },
      'vmFolder',
      'datastore',
    );
    const cloning = await client.call(web, 'CloneVM_Task', {
      folder: vmFolder as Ref<'Folder'>,
      name: 'web 2',
      spec: { location: { datastore: (datastore as Ref<'Datastore'>[])[0] }, powerOn: false, template: false },
    });
    expect(await taskResult(client, cloning)).toEqual({ type: 'VirtualMachine', value: 'vm-4' });
    const third = required(await wait(client, collector, second.version));
    expect(shown(third)).toEqual([['enter', 'vm-4', { name: 'web 2' }]]);
    await taskResult(client, await client.call(mail, 'Rename_Task', { newName: 'post' }));
    expect(shown(await wait(client, collector, third.version))).toEqual([['modify', 'vm-3', { name: 'post' }]]);
  });

  it('comes in parts of the wanted size', async () => {
    const { client, collector, content } = await collectorRig();
    const spec = wholeInventory(content.rootFolder, 'VirtualMachine', ['name']);
    await client.call(collector, 'CreateFilter', { spec, partialUpdates: false });
    const options = { maxObjectUpdates: 2 };
    const first = required(await wait(client, collector, '', options));
    expect([shown(first).length, first.truncated]).toEqual([2, true]);
    const second = required(await wait(client, collector, first.version, options));
    expect([shown(second).length, second.truncated]).toEqual([1, undefined]);
    await expect(wait(client, collector, '', { maxObjectUpdates: 0 })).rejects.toMatchObject({
      fault: { $type: 'InvalidArgument' },
    });
  });

  it('shows only the parts that differ where a client wants that', async () => {
    const { client, collector } = await collectorRig();
    await client.call(collector, 'CreateFilter', { spec: specFor(web, 'config', 'snapshot'), partialUpdates: true });
    const first = required(await wait(client, collector));
    const change = {
      extraConfig: [
        { $type: 'OptionValue' as const, key: 'extra', value: '2' },
        { key: 'added', value: 'x' },
      ],
    };
    await taskResult(client, await client.call(web, 'ReconfigVM_Task', { spec: { ...change, annotation: 'note' } }));
    const [[, , changed] = []] = shown(await wait(client, collector, first.version));
    expect(changed).toMatchObject({
      'config.annotation': 'note',
      'config.extraConfig["extra"].value': '2',
      'config.extraConfig["added"]': { key: 'added', value: 'x' },
    });
    expect(changed).not.toHaveProperty('config.hardware');
    expect(changed).not.toHaveProperty('config');
  });

  it('ends when its time is over, by the clock of the endpoint', async () => {
    const { client, collector, clock } = await collectorRig();
    await client.call(collector, 'CreateFilter', { spec: specFor(web, 'name'), partialUpdates: false });
    const { version } = required(await wait(client, collector));
    const pending = clock.pending;
    const waiting = wait(client, collector, version, { maxWaitSeconds: 60 });
    await until(() => clock.pending > pending);
    await clock.advance(59_999);
    expect(clock.pending).toBe(pending + 1);
    await clock.advance(1);
    expect(await waiting).toBeUndefined();
  });

  it('hears of what time alone brings about', async () => {
    const { client, collector, clock } = await collectorRig();
    await taskResult(client, await client.call(web, 'PowerOnVM_Task', {}));
    await client.call(collector, 'CreateFilter', {
      spec: specFor(web, 'guest.toolsRunningStatus', 'guest.guestOperationsReady'),
      partialUpdates: false,
    });
    const first = required(await wait(client, collector));
    expect(shown(first)).toEqual([
      ['enter', 'vm-1', { 'guest.toolsRunningStatus': 'guestToolsNotRunning', 'guest.guestOperationsReady': false }],
    ]);
    const pending = clock.pending;
    const waiting = wait(client, collector, first.version);
    await until(() => clock.pending > pending);
    await clock.advance(10_000);
    expect(shown(await waiting)).toEqual([
      ['modify', 'vm-1', { 'guest.toolsRunningStatus': 'guestToolsRunning', 'guest.guestOperationsReady': true }],
    ]);
  });

  it('is ended by a cancel, by another wait, and by the end of the session', async () => {
    const { client, collector, clock, content } = await collectorRig();
    await client.call(collector, 'CreateFilter', { spec: specFor(web, 'name'), partialUpdates: false });
    const { version } = required(await wait(client, collector));
    const begin = async () => {
      const pending = clock.pending;
      const waiting = wait(client, collector, version, { maxWaitSeconds: 60 });
      await until(() => clock.pending > pending);
      return { waiting };
    };
    const one = await begin();
    await Promise.all([
      expect(one.waiting).rejects.toMatchObject({ fault: { $type: 'RequestCanceled' } }),
      client.call(collector, 'CancelWaitForUpdates', {}),
    ]);
    const two = await begin();
    const three = wait(client, collector, version, { maxWaitSeconds: 60 }).catch((error: unknown) => error);
    await expect(two.waiting).rejects.toMatchObject({ fault: { $type: 'RequestCanceled' } });
    await client.call(required(content.sessionManager), 'Logout', {});
    expect(await three).toMatchObject({ fault: { $type: 'NotAuthenticated' } });
  });

  it('loses nothing to a client that goes away in the middle', async () => {
    const { client, collector, clock } = await collectorRig();
    await client.call(collector, 'CreateFilter', { spec: specFor(web, 'runtime.powerState'), partialUpdates: false });
    const { version } = required(await wait(client, collector));
    const leaving = new AbortController();
    const pending = clock.pending;
    const options = { maxWaitSeconds: 60 };
    const lost = client.call(collector, 'WaitForUpdatesEx', { version, options }, leaving.signal);
    await until(() => clock.pending > pending);
    leaving.abort();
    await expect(lost).rejects.toMatchObject({ name: 'AbortError' });
    await until(() => clock.pending === pending);
    await taskResult(client, await client.call(web, 'PowerOnVM_Task', {}));
    expect(shown(await wait(client, collector, version))).toEqual([
      ['modify', 'vm-1', { 'runtime.powerState': 'poweredOn' }],
    ]);
  });

  it('gives one session as many collectors as it asks for, without a warning of Node', async () => {
    const warnings: string[] = [];
    const onWarning = ({ name }: Error): void => void warnings.push(name);
    process.on('warning', onWarning);
    onTestFinished(() => void process.off('warning', onWarning));
    const { client, collector } = await collectorRig();
    for (let count = 0; count < 12; count += 1) await client.call(collector, 'CreatePropertyCollector', {});
    expect(warnings).toEqual([]);
  });

  it('has filters that can be destroyed, and collectors of its own', async () => {
    const { client, collector, content } = await collectorRig();
    const own = await client.call(collector, 'CreatePropertyCollector', {});
    const filter = await client.call(own, 'CreateFilter', { spec: specFor(web, 'name'), partialUpdates: false });
    expect(await client.properties(own, 'filter')).toEqual({ filter: [filter] });
    expect(await client.properties(collector, 'filter')).toEqual({ filter: [] });
    expect(await client.properties(filter, 'partialUpdates', 'spec')).toMatchObject({
      partialUpdates: false,
      spec: { propSet: [{ type: 'VirtualMachine', pathSet: ['name'] }] },
    });
    await client.call(filter, 'DestroyPropertyFilter', {});
    expect(await wait(client, own, '', { maxWaitSeconds: 0 })).toBeUndefined();
    await client.call(own, 'DestroyPropertyCollector', {});
    await expect(client.properties(own, 'filter')).rejects.toMatchObject({ fault: { $type: 'ManagedObjectNotFound' } });
    await expect(client.call(collector, 'DestroyPropertyCollector', {})).rejects.toMatchObject({
      fault: { $type: 'NotSupported' },
    });
    expect(content.propertyCollector.value).toBe('propertyCollector');
  });

  it('tells of objects that are missing, or that end while it watches', async () => {
    const { client, collector } = await collectorRig();
    const none = { type: 'VirtualMachine', value: 'vm-99' };
    const spec = {
      propSet: [{ type: 'VirtualMachine', pathSet: ['name'] }],
      objectSet: [{ obj: none }, { obj: db }],
      reportMissingObjectsInResults: true,
    };
    await client.call(collector, 'CreateFilter', { spec, partialUpdates: false });
    const first = required(await wait(client, collector));
    expect(first.filterSet?.[0]?.missingSet).toMatchObject([
      { obj: none, fault: { fault: { $type: 'ManagedObjectNotFound', obj: none } } },
    ]);
    expect(shown(first)).toEqual([['enter', 'vm-2', { name: 'db' }]]);
    await taskResult(client, await client.call(db, 'Destroy_Task', {}));
    expect(shown(await wait(client, collector, first.version))).toEqual([['leave', 'vm-2', {}]]);
  });

  it('belongs to its session: another sees neither its filters nor its views', async () => {
    const rig = await startRig({ inventory });
    const [one, other] = [await collectorRig(rig), await collectorRig(rig)];
    const filter = await one.client.call(one.collector, 'CreateFilter', {
      spec: specFor(web, 'name'),
      partialUpdates: false,
    });
    expect(await other.client.call(other.collector, 'CheckForUpdates', { version: '' })).toBeUndefined();
    await expect(other.client.call(filter, 'DestroyPropertyFilter', {})).rejects.toMatchObject({
      fault: { $type: 'ManagedObjectNotFound' },
    });
  });

  it('follows a task to its end', async () => {
    const { client, collector } = await collectorRig();
    const running = await client.call(web, 'PowerOnVM_Task', {});
    const spec = specFor(task(running.value), 'info.state');
    await client.call(collector, 'CreateFilter', { spec, partialUpdates: true });
    let version = '';
    let state: unknown;
    while (state !== 'success') {
      const updates: UpdateSet = required(await wait(client, collector, version));
      version = updates.version;
      state = shown(updates).map(([, , changed]) => (changed as Record<string, unknown>)['info.state'])[0];
      expect(['queued', 'running', 'success']).toContain(state);
    }
  });
});
