import { describe, expect, it } from 'vitest';
import type { FaultKind } from '../../../../src/base/fault.js';
import type { GuestRegistry, GuestUser, RegistryValue } from '../../../../src/world/guest/program.js';
import { forgetVolatileKeys, recordRegistry } from '../../../../src/world/guest/windows/registry.js';
import type { RegistryKeyRecord } from '../../../../src/world/vm/vm-record.js';

const admin: GuestUser = {
  name: 'Admin',
  id: 1000,
  group: 'Administrators',
  home: 'C:\\Users\\Admin',
  isAdministrator: true,
};
const ann: GuestUser = { ...admin, name: 'Ann', id: 1001, group: 'Users', isAdministrator: false };

function over(record: RegistryKeyRecord, user: GuestUser = admin, nowMs = 7000): GuestRegistry {
  return recordRegistry(record, { user, nowMs: () => nowMs });
}

function setup(): { record: RegistryKeyRecord; registry: GuestRegistry } {
  const record: RegistryKeyRecord = { values: {}, keys: {}, writtenMs: 1000 };
  return { record, registry: over(record) };
}

function faultOf(deed: () => unknown): FaultKind | undefined {
  try {
    deed();
    return undefined;
  } catch (error) {
    return error instanceof Error && 'kind' in error ? (error.kind as FaultKind) : undefined;
  }
}

describe('recordRegistry', () => {
  it.each([
    ['HKLM', 'HKEY_LOCAL_MACHINE'],
    ['hkcu', 'HKEY_CURRENT_USER'],
    ['HKCR', 'HKEY_CLASSES_ROOT'],
    ['HKU', 'HKEY_USERS'],
    ['HKCC', 'HKEY_CURRENT_CONFIG'],
  ])('%s is %s', (short, full) => {
    const { registry } = setup();
    expect(registry.keys(short)).toEqual([]);
    registry.createKey(`${short}\\A\\B`);
    expect(registry.keys(`${full}\\a`)).toEqual(['B']);
  });

  it('ignores case and keeps it', () => {
    const { registry } = setup();
    registry.createKey('HKLM\\Software\\Vendor');
    registry.setValue('hklm\\SOFTWARE\\vendor', { name: 'Name', type: 'REG_SZ', data: 'x' });
    registry.setValue('HKLM\\Software\\Vendor', { name: 'NAME', type: 'REG_SZ', data: 'y' });
    expect(registry.keys('HKLM\\software')).toEqual(['Vendor']);
    expect(registry.values('HKLM\\Software\\VENDOR')).toEqual([{ name: 'Name', type: 'REG_SZ', data: 'y' }]);
  });

  it.each<RegistryValue>([
    { name: '', type: 'REG_SZ', data: 'default' },
    { name: 'e', type: 'REG_EXPAND_SZ', data: '%PATH%' },
    { name: 'd', type: 'REG_DWORD', data: 4294967295 },
    { name: 'q', type: 'REG_QWORD', data: Number.MAX_SAFE_INTEGER },
    { name: 'q', type: 'REG_QWORD', data: 2n ** 64n - 1n },
    { name: 'm', type: 'REG_MULTI_SZ', data: ['a', '', 'ü'] },
    { name: 'b', type: 'REG_BINARY', data: new Uint8Array([0, 255, 7]) },
    { name: '__proto__', type: 'REG_SZ', data: 'own' },
  ])('keeps $type through JSON', (value) => {
    const { record, registry } = setup();
    registry.setValue('HKCU\\__proto__\\K', value);
    const copy = over(JSON.parse(JSON.stringify(record)) as RegistryKeyRecord);
    expect(copy.values('HKCU\\__proto__\\K')).toEqual([value]);
  });

  it('deletes values and keys', () => {
    const { registry } = setup();
    registry.setValue('HKLM\\A\\B', { name: 'v', type: 'REG_DWORD', data: 1 });
    registry.deleteValue('HKLM\\A\\B', 'V');
    expect(registry.values('HKLM\\A\\B')).toEqual([]);
    registry.deleteKey('HKLM\\a', { recursive: true });
    expect(registry.keys('HKLM')).toEqual([]);
  });

  it.each<[name: string, kind: FaultKind, deed: (registry: GuestRegistry) => unknown]>([
    ['a missing key', 'registry-key-invalid', (registry) => registry.values('HKLM\\Nope')],
    ['no root', 'registry-key-invalid', (registry) => registry.createKey('Software\\X')],
    ['an empty name', 'registry-key-invalid', (registry) => registry.createKey('HKLM\\A\\\\B')],
    ['a long name', 'registry-key-invalid', (registry) => registry.createKey(`HKLM\\${'x'.repeat(256)}`)],
    ['a root to delete', 'registry-key-invalid', (registry) => registry.deleteKey('HKLM', { recursive: true })],
    [
      'a missing key to delete',
      'registry-key-invalid',
      (registry) => registry.deleteKey('HKLM\\No', { recursive: true }),
    ],
    ['a key that exists', 'registry-key-exists', (registry) => registry.createKey('HKLM\\A\\b')],
    [
      'a key with subkeys',
      'registry-key-has-subkeys',
      (registry) => registry.deleteKey('HKLM\\A', { recursive: false }),
    ],
    ['a missing value', 'registry-value-not-found', (registry) => registry.deleteValue('HKLM\\A', 'nope')],
  ])('refuses %s', (_name, kind, deed) => {
    const { registry } = setup();
    registry.createKey('HKLM\\A\\B');
    expect(faultOf(() => deed(registry))).toBe(kind);
  });

  it('takes names of 255 characters', () => {
    const { registry } = setup();
    registry.createKey(`HKLM\\${'x'.repeat(255)}`);
    expect(registry.keys('HKLM')).toHaveLength(1);
  });

  it('shows the keys of classes and of the present hardware under two names', () => {
    const { registry } = setup();
    registry.createKey('HKCR\\.x');
    registry.createKey('HKCC\\Y');
    expect(registry.keys('HKLM\\Software\\Classes')).toEqual(['.x']);
    expect(registry.keys('HKLM\\SYSTEM\\CurrentControlSet\\Hardware Profiles\\Current')).toEqual(['Y']);
  });

  it('keeps when a key changed last, and its class', () => {
    const { record, registry } = setup();
    over(record, admin, 500).createKey('HKU\\Z');
    registry.createKey('HKLM\\A', { classType: 'c' });
    over(record, admin, 9000).setValue('HKLM\\A\\B', { name: 'v', type: 'REG_SZ', data: '' });
    expect(registry.key('HKLM\\A')).toEqual({ classType: 'c', writtenMs: 9000 });
    expect(registry.key('HKLM\\A\\B')).toEqual({ classType: '', writtenMs: 9000 });
    over(record, admin, 11_000).deleteValue('HKLM\\A\\B', 'v');
    expect(registry.key('HKLM\\A\\B').writtenMs).toBe(11_000);
    expect([registry.key('HKU').writtenMs, registry.key('HKCC').writtenMs]).toEqual([500, 1000]);
  });

  it('forgets volatile keys, and has no lasting ones below them', () => {
    const { record, registry } = setup();
    registry.createKey('HKLM\\A\\V', { isVolatile: true });
    expect(faultOf(() => registry.createKey('HKLM\\A\\L'))).toBe('registry-parent-volatile');
    expect(faultOf(() => registry.createKey('HKLM\\A\\V\\L'))).toBe('registry-parent-volatile');
    registry.setValue('HKLM\\A\\V\\W', { name: 'v', type: 'REG_SZ', data: '' });
    registry.createKey('HKLM\\A\\V\\X', { isVolatile: true });
    registry.createKey('HKLM\\B\\L');
    forgetVolatileKeys(record);
    expect([registry.keys('HKLM'), registry.keys('HKLM\\B')]).toEqual([['B'], ['L']]);
  });

  it.each<RegistryValue>([
    { name: 'd', type: 'REG_DWORD', data: 2 ** 32 },
    { name: 'd', type: 'REG_DWORD', data: -1 },
    { name: 'q', type: 'REG_QWORD', data: 2 ** 53 },
    { name: 'q', type: 'REG_QWORD', data: 0.5 },
    { name: 'q', type: 'REG_QWORD', data: 2n ** 64n },
    { name: 'q', type: 'REG_QWORD', data: -1n },
  ])('refuses $type $data', (value) => {
    const { registry } = setup();
    expect(faultOf(() => registry.setValue('HKLM\\A', value))).toBe('invalid-argument');
    expect(faultOf(() => registry.keys('HKLM\\A'))).toBe('registry-key-invalid');
  });

  it('lets users change what is their own only', () => {
    const { record, registry } = setup();
    const own = over(record, ann);
    own.setValue('HKCU\\Software\\X', { name: 'v', type: 'REG_SZ', data: 'ann' });
    registry.setValue('HKCU\\Software\\X', { name: 'v', type: 'REG_SZ', data: 'admin' });
    registry.createKey('HKLM\\SAM\\SAM');
    expect(own.values('HKCU\\Software\\X')).toMatchObject([{ data: 'ann' }]);
    const [foreign = ''] = registry.keys('HKU').filter((sid) => !sid.endsWith('-1001'));
    for (const deed of [
      () => own.createKey('HKLM\\A'),
      () => own.deleteKey('HKLM\\SAM', { recursive: true }),
      () => own.setValue('HKLM\\A', { name: 'v', type: 'REG_SZ', data: '' }),
      () => own.deleteValue('HKLM\\A', 'v'),
      () => own.keys('HKLM\\Sam'),
      () => own.values(`HKU\\${foreign}\\Software\\X`),
    ]) {
      expect(faultOf(deed)).toBe('guest-permission');
    }
    expect(own.keys('HKLM')).toEqual(['SAM']);
    expect(registry.keys('HKLM\\SAM')).toEqual(['SAM']);
  });
});
