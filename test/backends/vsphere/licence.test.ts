import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isChanging } from '../../../src/backends/vsphere/session/method-kinds.js';
import { typed } from '../../../src/backends/vsphere/soap/values.js';
import { vimSchema } from '../../../src/backends/vsphere/vim/vim-schema.js';
import { VsphereHost } from '../../../src/backends/vsphere/vsphere-host.js';
import type { Fault } from '../../../src/base/fault.js';
import { Secret } from '../../../src/base/secret.js';
import { sizedBytes } from '../../../src/guest/sized-content.js';
import { connectTo, type FakeConnection } from './fake-connection.js';
import { FakeFault, FakeVsphere } from './fake-vsphere.js';

const vm = { type: 'VirtualMachine', value: 'vm-1' } as const;
const manager = { type: 'LicenseManager', value: 'LicenseManager' } as const;

let fake: FakeVsphere;
let made: FakeConnection | undefined;

beforeEach(async () => {
  fake = await FakeVsphere.start();
  fake.add(vm, { name: 'machine' });
  fake.on('PowerOnVM_Task', () => ({ type: 'Task', value: 'task-1' }));
  made = undefined;
});

afterEach(async () => {
  await made?.pool.close();
  await fake.close();
});

function licensed(editionKey: string): void {
  const licence = {
    $type: 'LicenseManagerLicenseInfo',
    licenseKey: 'k',
    editionKey,
    name: 'n',
    total: 0,
    costUnit: '',
  };
  fake.add(manager, { licenses: typed('LicenseManagerLicenseInfo[]', [licence]) });
}

async function powerOn(): Promise<unknown> {
  made = await connectTo(fake);
  const { connection, call } = made;
  return connection.tasks.start(vm, 'PowerOnVM_Task', {}, call.signal).catch((error: unknown) => error);
}

describe('an ESXi host with the free licence', () => {
  beforeEach(() => {
    fake.apiType = 'HostAgent';
    licensed('esxBasic');
  });

  it('refuses changes before they are sent, with the reason, and reads', async () => {
    const fault = (await powerOn()) as Fault;
    expect(fault).toMatchObject({ kind: 'licence' });
    expect(fault.message).toContain('free licence of ESXi (esxBasic)');
    expect(fake.count('PowerOnVM_Task')).toBe(0);
    const values = await made?.connection.properties(vm, ['name'], made.call);
    expect(values?.get('name')).toBe('machine');
  });

  it('refuses every change of machines and guests alike', async () => {
    made = await connectTo(fake);
    const { connection, call } = made;
    const before = fake.calls.length;
    const changes = vimSchema.methodNames().filter(isChanging);
    const refusals = changes.map((method) =>
      connection.call(vm as never, method as never, {} as never, call).catch((error: unknown) => error),
    );
    expect(changes.length).toBeGreaterThan(35);
    for (const fault of await Promise.all(refusals)) expect(fault).toMatchObject({ kind: 'licence' });
    expect(fake.calls).toHaveLength(before);
  });

  it('offers nothing that only changes, and tells why', async () => {
    made = await connectTo(fake);
    const host = new VsphereHost(made);
    const offered = ['findRunning', 'guest', 'snapshots', 'power', 'toolsInstall', 'screenshot'] as const;
    expect(offered.filter((name) => host.capabilities.has(name))).toEqual(['findRunning', 'guest', 'snapshots']);
    expect(host.whyMissing('power')).toMatchObject({ kind: 'licence' });
    expect(host.whyMissing('clone')).toBeUndefined();
  });

  it('refuses what changes of what it offers, and reads the rest', async () => {
    const managers = ['authManager', 'fileManager', 'processManager'].map((name) => {
      const type = `Guest${name[0]?.toUpperCase()}${name.slice(1)}`;
      return [name, { type, value: type }];
    });
    fake.add({ type: 'GuestOperationsManager', value: 'GuestOperationsManager' }, Object.fromEntries(managers));
    const extraConfig = typed('OptionValue[]', [{ $type: 'OptionValue', key: 'guestinfo.a', value: 'b' }]);
    const runs = { 'runtime.powerState': 'poweredOn', 'guest.guestFamily': 'linuxGuest' };
    fake.change(vm, { ...runs, 'config.extraConfig': extraConfig });
    fake.on('FindByInventoryPath', () => vm);
    fake.on('ValidateCredentialsInGuest', () => undefined);
    fake.on('ListProcessesInGuest', () => []);
    fake.on('ListFilesInGuest', () => ({ files: [], remaining: 0 }));
    made = await connectTo(fake);
    const { call } = made;
    const link = await new VsphereHost(made).openVm('/dc/vm/machine', null, call);
    const guest = link.guest({ userName: 'user', password: new Secret('pass'), isInteractive: false });
    const { snapshots, variables } = link;

    await guest.validate(call);
    expect(await guest.processes(call)).toEqual([]);
    expect((await snapshots.tree(call)).roots).toEqual([]);
    expect(await variables.readGuestVariable('a', call)).toBe('b');

    const changes = [
      snapshots.create({ name: 's', description: '', includeMemory: false }, call),
      snapshots.revert({ id: 's', suppressPowerOn: false, showConsole: false }, call),
      snapshots.remove({ id: 's', removeChildren: false }, call),
      variables.writeGuestVariable('a', 'c', call),
      guest.start({ path: '/bin/true', arguments: '', activateWindow: false }, call),
      guest.kill(1, call),
      guest.files.write('/tmp/a', sizedBytes(new Uint8Array(1)), call),
      guest.files.makeDirectory('/tmp/a', { makeParents: true }, call),
      guest.files.deleteFile('/tmp/a', call),
      guest.files.createTempDirectory({ prefix: 'a', suffix: '' }, call),
    ];
    const ends = await Promise.allSettled(changes);
    expect(ends.map((end) => (end as { readonly reason?: unknown }).reason)).toMatchObject(
      changes.map(() => ({ kind: 'licence' })),
    );
    expect(fake.calls.filter(isChanging)).toEqual([]);
  });

  it('judges changes itself where the user may not read the licence', async () => {
    fake.on('RetrievePropertiesEx', () => {
      throw new FakeFault({ $type: 'NoPermission', object: manager, privilegeId: 'Global.Licenses' });
    });
    expect(await powerOn()).toEqual({ type: 'Task', value: 'task-1' });
  });
});

it('an ESXi host with another licence takes changes', async () => {
  fake.apiType = 'HostAgent';
  licensed('esx.enterprisePlus.cpuPackage');
  expect(await powerOn()).toEqual({ type: 'Task', value: 'task-1' });
});

it('a vCenter is not asked for its licence', async () => {
  licensed('esxBasic');
  expect(await powerOn()).toEqual({ type: 'Task', value: 'task-1' });
  expect(fake.count('RetrievePropertiesEx')).toBe(0);
});
