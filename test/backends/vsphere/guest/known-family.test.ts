import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { GuestOps, VmLink } from '../../../../src/backends/backend.js';
import { KnownFamily } from '../../../../src/backends/vsphere/guest/known-family.js';
import { VsphereHost } from '../../../../src/backends/vsphere/vsphere-host.js';
import { Secret } from '../../../../src/base/secret.js';
import { connectTo, type FakeConnection, whileMoving } from '../fake-connection.js';
import { FakeFault, FakeVsphere } from '../fake-vsphere.js';

it('is not read for a call that has been given up', async () => {
  const family = new KnownFamily(new Map());
  let reads = 0;
  const read = async () => {
    reads += 1;
    throw new Error('nobody waits for this');
  };
  const reason = new Error('enough');
  await expect(family.read(read, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  expect(reads).toBe(0);
});

const vm = { type: 'VirtualMachine', value: 'vm-1' } as const;
const manager = { type: 'GuestOperationsManager', value: 'GuestOperationsManager' } as const;
const credentials = { userName: 'user', password: new Secret('pass'), isInteractive: false };

const off = { 'runtime.powerState': 'poweredOff', 'guest.toolsRunningStatus': 'guestToolsNotRunning' };
const on = { 'runtime.powerState': 'poweredOn', 'guest.toolsRunningStatus': 'guestToolsRunning' };
const linux = { 'guest.guestFamily': 'linuxGuest' };
const windows = { 'guest.guestFamily': 'windowsGuest' };
/** What a machine is configured for says nothing of what is installed. */
const base = { 'summary.config.guestId': 'otherGuest64', 'summary.config.uuid': 'u' };

describe('the family of a guest', () => {
  let fake: FakeVsphere;
  let made: FakeConnection;
  let link: VmLink;
  let guest: GuestOps;
  /** Types of the programs that were started. */
  let started: string[];

  beforeEach(async () => {
    fake = await FakeVsphere.start();
    started = [];
    const managers = ['authManager', 'fileManager', 'processManager'].map((name) => {
      const type = `Guest${name[0]?.toUpperCase()}${name.slice(1)}`;
      return [name, { type, value: type }];
    });
    fake.add(manager, Object.fromEntries(managers));
    fake.on('FindByInventoryPath', () => vm);
    fake.on('ValidateCredentialsInGuest', () => undefined);
    fake.on('StartProgramInGuest', ({ args }) => {
      started.push((args['spec'] as { readonly $type: string }).$type);
      return 1;
    });
    const done = fake.addTask('done', { 'info.state': 'success' });
    for (const method of ['PowerOnVM_Task', 'PowerOffVM_Task', 'ResetVM_Task', 'RevertToSnapshot_Task']) {
      fake.on(method, () => done);
    }
    made = await connectTo(fake);
  });

  afterEach(async () => {
    await made.pool.close();
    await fake.close();
  });

  async function open(properties: Readonly<Record<string, unknown>>): Promise<void> {
    fake.add(vm, { ...base, ...properties });
    link = await new VsphereHost(made).openVm('/dc/vm/machine', null, made.call);
    guest = link.guest(credentials);
  }

  const run = (path: string) => guest.start({ path, arguments: '', activateWindow: false }, made.call);
  const moving = <T>(work: Promise<T>): Promise<T> => whileMoving(made.clock, 250, work);

  it('that Tools told at the open is not read again', async () => {
    await open({ ...on, ...linux });
    await run('/bin/true');
    expect(guest.readFamily).toBeUndefined();
    const before = fake.calls.length;
    for (let count = 0; count < 5; count += 1) await run('/bin/true');
    expect(fake.calls.slice(before)).toEqual(Array.from({ length: 5 }, () => 'StartProgramInGuest'));
    expect(started).not.toContain('GuestWindowsProgramSpec');
  });

  it.each([
    ['off', off],
    ['off, and tells what it was', { ...off, ...linux }],
    ['before Tools runs', { ...on, 'guest.toolsRunningStatus': 'guestToolsNotRunning' }],
  ])('of a machine that is opened %s is read when it is needed, until Tools tells it', async (_when, before) => {
    await open(before);
    expect(guest.family).toBe('posix');
    await guest.readFamily?.(made.call);
    expect(guest.readFamily).toBeDefined();
    fake.change(vm, { ...on, ...windows });
    await run('C:\\tool.exe');
    await run('D:\\tool.exe');
    expect(started).toEqual(['GuestWindowsProgramSpec', 'GuestWindowsProgramSpec']);
    expect(guest.family).toBe('windows');
    expect(guest.readFamily).toBeUndefined();
  });

  it('that Tools never tells is read once more, and is then what the machine is configured for', async () => {
    await open({ ...on, 'summary.config.guestId': 'windows9_64Guest' });
    await guest.readFamily?.(made.call);
    expect(guest.readFamily).toBeUndefined();
    expect(guest.family).toBe('windows');
  });

  it.each<[string, () => Promise<unknown>]>([
    ['a power-off', () => link.power.off('hard', made.call)],
    ['a power-on', () => link.power.on({ paused: false, showConsole: false }, made.call)],
    ['a reset', () => link.power.reset('hard', made.call)],
    ['a revert', () => link.snapshots.revert({ id: 's', suppressPowerOn: false, showConsole: false }, made.call)],
  ])('is read again after %s', async (_what, change) => {
    await open({ ...on, ...linux });
    await moving(change());
    fake.change(vm, windows);
    await guest.readFamily?.(made.call);
    expect(guest.family).toBe('windows');
    expect(guest.readFamily).toBeUndefined();
  });

  it('is read again after somebody else was seen to have powered the machine off', async () => {
    await open({ ...on, ...linux });
    fake.change(vm, { ...off, 'guest.guestFamily': undefined });
    fake.on('StartProgramInGuest', () => {
      throw new FakeFault({ $type: 'GuestOperationsUnavailable' });
    });
    await expect(run('/bin/true')).rejects.toMatchObject({ kind: 'vm-not-running' });
    fake.change(vm, { ...on, ...windows });
    expect(guest.readFamily).toBeDefined();
    await guest.readFamily?.(made.call);
    expect(guest.family).toBe('windows');
  });

  it('is read again before a path is refused that fits the other one', async () => {
    await open({ ...on, ...linux });
    fake.change(vm, windows);
    await guest.files.deleteFile('C:\\file', made.call).catch(() => undefined);
    expect(fake.calls.at(-1)).toBe('DeleteFileInGuest');
    const before = fake.calls.length;
    await expect(guest.files.deleteFile('file', made.call)).rejects.toThrow('C:\\folder\\name');
    expect(fake.calls.slice(before)).toEqual(['RetrievePropertiesEx']);
  });

  it('is read once for all who need it, and what was asked before the last doubt settles nothing', async () => {
    await open({ ...off, ...linux });
    const before = fake.count('RetrievePropertiesEx');
    await Promise.all([guest.readFamily?.(made.call), guest.readFamily?.(made.call)]);
    expect(fake.count('RetrievePropertiesEx')).toBe(before + 1);
    fake.change(vm, on);
    const reading = guest.readFamily?.(made.call);
    await moving(link.snapshots.revert({ id: 's', suppressPowerOn: false, showConsole: false }, made.call));
    await reading;
    expect(guest.readFamily).toBeDefined();
  });
});
