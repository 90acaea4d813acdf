import { describe, expect, it } from 'vitest';
import type { RegistryValue } from '../../../src/world/guest/program.js';
import type { GuestRegistrySession } from '../../../src/world/vm/guest-registry-session.js';
import { call, fault, hard, oneVm, session, type Fixture } from '../world-fixture.js';

const root = 'HKLM\\Software\\Acme';
const lasting = { isVolatile: false };
const all = { isRecursive: true };
const plain = { expandStrings: false };

interface WindowsFixture extends Fixture {
  readonly admin: GuestRegistrySession;
  readonly user: GuestRegistrySession;
}

async function windows(): Promise<WindowsFixture> {
  const fixture = await oneVm({ guestOs: 'windows9-64', power: 'on' });
  const registryOf = (name: string): GuestRegistrySession => session(fixture.vm, name).registry;
  return { ...fixture, admin: registryOf('Administrator'), user: registryOf('user') };
}

const makingKeys = { isKeyRequired: false } as const;

describe('the registry through a session', () => {
  it('makes, lists and deletes keys', async () => {
    const { admin, clock } = await windows();
    await clock.advance(5000);
    await admin.createKey(`${root}\\One\\Deep`, { isVolatile: false, classType: 'c' }, call());
    await admin.createKey(`${root}\\Two`, lasting, call());
    const paths = async (isRecursive: boolean, matchPattern?: string): Promise<readonly string[]> => {
      const options = matchPattern === undefined ? { isRecursive } : { isRecursive, matchPattern };
      return (await admin.keys(root, options, call())).map(({ path }) => path.slice(root.length));
    };
    expect(await paths(false)).toEqual(['\\One', '\\Two']);
    expect(await paths(true)).toEqual(['\\One', '\\One\\Deep', '\\Two']);
    expect(await paths(true, 'ee|w')).toEqual(['\\One\\Deep', '\\Two']);
    const [, deep] = await admin.keys(root, all, call());
    expect(deep).toEqual({ path: `${root}\\One\\Deep`, classType: 'c', lastWritten: new Date(clock.now()) });
    const shallow = admin.deleteKey(root, { isRecursive: false }, call());
    await expect(shallow).rejects.toMatchObject(fault('registry-key-has-subkeys'));
    await admin.deleteKey(root, all, call());
    await expect(admin.keys(root, all, call())).rejects.toMatchObject(fault('registry-key-invalid'));
  });

  it('sets, lists and deletes values of every type', async () => {
    const { admin } = await windows();
    const values: RegistryValue[] = [
      { name: '', type: 'REG_SZ', data: 'default' },
      { name: 'expand', type: 'REG_EXPAND_SZ', data: '%USERNAME%!' },
      { name: 'dword', type: 'REG_DWORD', data: 7 },
      { name: 'qword', type: 'REG_QWORD', data: 2 ** 40 },
      { name: 'multi', type: 'REG_MULTI_SZ', data: ['a', 'b'] },
      { name: 'binary', type: 'REG_BINARY', data: new Uint8Array([1, 255]) },
    ];
    for (const value of values) await admin.setValue(root, value, makingKeys, call());
    expect(await admin.values(root, plain, call())).toEqual(values);
    expect(await admin.values(root, { expandStrings: true, matchPattern: '^e' }, call())).toEqual([
      { name: 'expand', type: 'REG_EXPAND_SZ', data: 'Administrator!' },
    ]);
    for (const { name } of values) await admin.deleteValue(root, name.toUpperCase(), call());
    expect(await admin.values(root, plain, call())).toEqual([]);
    await expect(admin.deleteValue(root, '', call())).rejects.toMatchObject(fault('registry-value-not-found'));
  });

  it('checks the rights of the user', async () => {
    const { admin, user } = await windows();
    await expect(user.createKey(root, lasting, call())).rejects.toMatchObject(fault('guest-permission'));
    await user.setValue('HKCU\\Software\\X', { name: 'v', type: 'REG_SZ', data: 'mine' }, makingKeys, call());
    await expect(admin.values('HKCU\\Software\\X', plain, call())).rejects.toMatchObject(fault('registry-key-invalid'));
    const seen = await user.keys('HKLM', all, call());
    expect(seen.find(({ path }) => path === 'HKLM\\SAM')?.fault).toMatchObject(fault('guest-permission'));
    expect(seen.some(({ path }) => path.startsWith('HKLM\\SAM\\'))).toBe(false);
    expect((await admin.keys('HKLM', all, call())).every((key) => key.fault === undefined)).toBe(true);
  });

  it('keeps lasting keys over a power cycle', async () => {
    const { vm, clock, admin } = await windows();
    await admin.createKey(`${root}\\Stays`, lasting, call());
    await admin.createKey(`${root}\\Goes`, { isVolatile: true }, call());
    await vm.power.off('hard', call());
    await vm.power.on(hard, call());
    await clock.advance(1000);
    expect((await admin.keys(root, all, call())).map(({ path }) => path)).toEqual([`${root}\\Stays`]);
  });

  it('refuses patterns that are none, and POSIX guests', async () => {
    const { admin } = await windows();
    await expect(admin.keys('HKLM', { ...all, matchPattern: '(' }, call())).rejects.toMatchObject(
      fault('invalid-argument'),
    );
    const { vm } = await oneVm({ power: 'on' });
    await expect(session(vm).registry.keys('HKLM', all, call())).rejects.toMatchObject(fault('guest-os-unsupported'));
  });
});

describe('the environment of a Windows user', () => {
  it('comes from the registry too', async () => {
    const { vm, admin, user } = await windows();
    const machine = 'HKLM\\SYSTEM\\CurrentControlSet\\Control\\Session Manager\\Environment';
    await admin.setValue(machine, { name: 'Tier', type: 'REG_SZ', data: 'all' }, makingKeys, call());
    await user.setValue(
      'HKCU\\Environment',
      { name: 'Path', type: 'REG_EXPAND_SZ', data: '%Tier%;C:\\Own' },
      makingKeys,
      call(),
    );
    await session(vm).writeEnvironment('MINE', 'yes', call());
    const environment = await session(vm).environment(call());
    expect(environment.get('Tier')).toBe('all');
    expect(environment.get('MINE')).toBe('yes');
    expect(await session(vm).readEnvironment('path', call())).toMatch(/^C:\\Windows.*;all;C:\\Own$/u);
    const other = await session(vm, 'Administrator').environment(call());
    expect([other.get('MINE'), other.get('TEMP')]).toEqual([
      undefined,
      'C:\\Users\\Administrator\\AppData\\Local\\Temp',
    ]);
  });
});
