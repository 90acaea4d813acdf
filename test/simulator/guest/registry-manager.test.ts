import { describe, expect, it } from 'vitest';
import { auth, GuestEndpoint } from './guest-endpoint.js';

const manager = 'guestWindowsRegistryManager';
const admin = auth('Administrator');
const root = 'HKEY_LOCAL_MACHINE\\SOFTWARE\\OpenVix';

async function windows(): Promise<GuestEndpoint> {
  return GuestEndpoint.of([{ guestOs: 'windows9-64' }, {}]);
}

function key(registryPath: string, wowBitness = 'WOWNative'): object {
  return { $type: 'GuestRegKeyNameSpec', registryPath, wowBitness };
}

function nameOf(path: string, name: string): object {
  return { $type: 'GuestRegValueNameSpec', keyName: key(path), name };
}

const create = (guests: GuestEndpoint, path: string, more: object = {}): Promise<unknown> =>
  guests.call(manager, 'CreateRegistryKeyInGuest', { auth: admin, keyName: key(path), isVolatile: false, ...more });

const set = (guests: GuestEndpoint, path: string, name: string, data: object, more: object = {}): Promise<unknown> =>
  guests.call(manager, 'SetRegistryValueInGuest', {
    auth: admin,
    value: { $type: 'GuestRegValueSpec', name: nameOf(path, name), data },
    ...more,
  });

async function keys(guests: GuestEndpoint, path: string, more: object = {}): Promise<readonly string[]> {
  const answer = await guests.call(manager, 'ListRegistryKeysInGuest', {
    auth: admin,
    keyName: key(path),
    recursive: false,
    ...more,
  });
  return (answer as { key: { keyName: { registryPath: string } } }[]).map((record) => record.key.keyName.registryPath);
}

const values = (guests: GuestEndpoint, path: string, more: object = {}): Promise<unknown> =>
  guests.call(manager, 'ListRegistryValuesInGuest', {
    auth: admin,
    keyName: key(path),
    expandStrings: false,
    ...more,
  });

describe('registry keys', () => {
  it('are made, listed and removed', async () => {
    const guests = await windows();
    await create(guests, root, { classType: 'thing' });
    for (const name of ['Sub', 'Other', 'Sub\\Deep']) await create(guests, `${root}\\${name}`);
    expect(await keys(guests, root)).toEqual([`${root}\\Sub`, `${root}\\Other`]);
    expect(await keys(guests, root, { recursive: true, matchPattern: '^D|^O' })).toEqual([
      `${root}\\Sub\\Deep`,
      `${root}\\Other`,
    ]);
    const below = await guests.call(manager, 'ListRegistryKeysInGuest', {
      auth: admin,
      keyName: key('HKEY_LOCAL_MACHINE\\SOFTWARE'),
      recursive: false,
      matchPattern: 'OpenVix',
    });
    expect(below).toEqual([
      {
        $type: 'GuestRegKeyRecordSpec',
        key: {
          $type: 'GuestRegKeySpec',
          keyName: key(root),
          classType: 'thing',
          lastWritten: new Date(guests.clock.now()),
        },
      },
    ]);
    const remove = { auth: admin, keyName: key(`${root}\\Sub`) };
    expect(await guests.fault(manager, 'DeleteRegistryKeyInGuest', { ...remove, recursive: false })).toMatchObject({
      $type: 'GuestRegistryKeyHasSubkeys',
      keyName: `${root}\\Sub`,
    });
    await guests.call(manager, 'DeleteRegistryKeyInGuest', { ...remove, recursive: true });
    expect(await keys(guests, root)).toEqual([`${root}\\Other`]);
  });

  it('are refused with the faults of the registry', async () => {
    const guests = await windows();
    const fault = (method: string, request: object): Promise<unknown> =>
      guests.fault(manager, method, { auth: admin, ...request });
    await create(guests, root, { isVolatile: true });
    expect(await fault('CreateRegistryKeyInGuest', { keyName: key(root), isVolatile: false })).toEqual({
      $type: 'GuestRegistryKeyAlreadyExists',
      windowsSystemErrorCode: 183,
      keyName: root,
    });
    expect(await fault('CreateRegistryKeyInGuest', { keyName: key(`${root}\\x`), isVolatile: false })).toEqual({
      $type: 'GuestRegistryKeyParentVolatile',
      windowsSystemErrorCode: 1021,
      keyName: `${root}\\x`,
    });
    for (const path of [`${root}\\Nope`, 'NO_SUCH_HIVE\\x']) {
      expect(await fault('ListRegistryKeysInGuest', { keyName: key(path), recursive: true })).toEqual({
        $type: 'GuestRegistryKeyInvalid',
        windowsSystemErrorCode: 2,
        keyName: path,
      });
    }
    const mine = { auth: auth('user'), keyName: key(`${root}2`), isVolatile: false };
    expect(await fault('CreateRegistryKeyInGuest', mine)).toEqual({ $type: 'GuestPermissionDenied' });
    expect(await fault('CreateRegistryKeyInGuest', { ...mine, keyName: key(root, 'WOW16') })).toMatchObject({
      invalidProperty: 'keyName.wowBitness',
    });
    const posix = { vm: guests.ref('vm1'), auth: auth('root'), keyName: key(root), recursive: false };
    expect(await fault('ListRegistryKeysInGuest', posix)).toEqual({ $type: 'OperationNotSupportedByGuest' });
  });

  it('of programs of 32 bits lie elsewhere', async () => {
    const guests = await windows();
    await create(guests, root, { keyName: key(root, 'WOW32') });
    expect(await keys(guests, 'HKLM\\SOFTWARE\\WOW6432Node')).toEqual(['HKLM\\SOFTWARE\\WOW6432Node\\OpenVix']);
    expect(await keys(guests, 'x', { keyName: key('HKLM\\SOFTWARE', 'WOW32') })).toEqual(['HKLM\\SOFTWARE\\OpenVix']);
  });
});

describe('registry values', () => {
  it('of every type come back as they were set', async () => {
    const guests = await windows();
    await create(guests, root);
    const all: readonly (readonly [string, object])[] = [
      ['', { $type: 'GuestRegValueStringSpec', value: 'default' }],
      ['Level', { $type: 'GuestRegValueDwordSpec', value: -3 }],
      ['Big', { $type: 'GuestRegValueQwordSpec', value: 2n ** 40n }],
      ['Biggest', { $type: 'GuestRegValueQwordSpec', value: -1n }],
      ['Path', { $type: 'GuestRegValueExpandStringSpec', value: '%SystemRoot%\\x' }],
      ['List', { $type: 'GuestRegValueMultiStringSpec', value: ['one', 'two'] }],
      ['Blob', { $type: 'GuestRegValueBinarySpec', value: Uint8Array.of(0, 1, 2) }],
    ];
    for (const [name, data] of all) await set(guests, root, name, data);
    expect(await values(guests, root)).toEqual(
      all.map(([name, data]) => ({ $type: 'GuestRegValueSpec', name: nameOf(root, name), data })),
    );
    const expanded = await values(guests, root, { expandStrings: true, matchPattern: '^Path$' });
    expect(expanded).toMatchObject([{ data: { value: 'C:\\Windows\\x' } }]);
    await guests.call(manager, 'DeleteRegistryValueInGuest', { auth: admin, valueName: nameOf(root, 'level') });
    expect(await values(guests, root, { matchPattern: 'Level' })).toEqual([]);
    expect(
      await guests.fault(manager, 'DeleteRegistryValueInGuest', { auth: admin, valueName: nameOf(root, 'Level') }),
    ).toEqual({
      $type: 'GuestRegistryValueNotFound',
      windowsSystemErrorCode: 2,
      keyName: root,
      valueName: 'Level',
    });
  });

  it('need a key, and a type', async () => {
    const guests = await windows();
    const data = { $type: 'GuestRegValueStringSpec', value: 'x' };
    await expect(set(guests, root, 'v', data)).rejects.toMatchObject({ fault: { $type: 'GuestRegistryKeyInvalid' } });
    await create(guests, root);
    await set(guests, root, 'empty', { $type: 'GuestRegValueStringSpec' });
    await expect(set(guests, root, 'v', { value: 'x' })).rejects.toMatchObject({
      fault: { invalidProperty: 'value.data' },
    });
    await expect(set(guests, root, 'v', data, { auth: auth('user') })).rejects.toMatchObject({
      fault: { $type: 'GuestPermissionDenied' },
    });
  });
});
