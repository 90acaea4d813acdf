import { describe, expect, it } from 'vitest';
import type { FaultKind } from '../../../../src/base/fault.js';
import type { RegistryValue } from '../../../../src/world/guest/program.js';
import { recordRegistry } from '../../../../src/world/guest/windows/registry.js';
import type { RegistryKeyRecord } from '../../../../src/world/vm/vm-record.js';

function setup(): { record: RegistryKeyRecord; registry: ReturnType<typeof recordRegistry> } {
  const record: RegistryKeyRecord = { values: {}, keys: {} };
  return { record, registry: recordRegistry(record) };
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
    { name: 'm', type: 'REG_MULTI_SZ', data: ['a', '', 'ü'] },
    { name: 'b', type: 'REG_BINARY', data: new Uint8Array([0, 255, 7]) },
    { name: '__proto__', type: 'REG_SZ', data: 'own' },
  ])('keeps $type through JSON', (value) => {
    const { record, registry } = setup();
    registry.setValue('HKCU\\__proto__\\K', value);
    const copy = recordRegistry(JSON.parse(JSON.stringify(record)) as RegistryKeyRecord);
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

  it.each<[name: string, kind: FaultKind, deed: (registry: ReturnType<typeof recordRegistry>) => unknown]>([
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
});
