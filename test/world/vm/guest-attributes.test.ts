import { describe, expect, it } from 'vitest';
import type { GuestFileAttributes, GuestFileSession } from '../../../src/world/vm/guest-file-session.js';
import { call, contentOf, fault, oneVm, session } from '../world-fixture.js';

const users = [
  { name: 'root', password: 'password' },
  { name: 'ann', password: 'password', group: 'staff' },
  { name: 'bob', password: 'password', group: 'staff' },
];

async function posix(): Promise<Record<'root' | 'ann' | 'bob', GuestFileSession>> {
  const { vm } = await oneVm({ power: 'on', guest: { users } });
  const [root, ann, bob] = ['root', 'ann', 'bob'].map((name) => session(vm, name).files);
  if (root === undefined || ann === undefined || bob === undefined) throw new Error('unreachable');
  await ann.write('/tmp/f', contentOf('x'), call());
  return { root, ann, bob };
}

async function attributes(files: GuestFileSession, path: string): Promise<GuestFileAttributes> {
  return (await files.stat(path, call())).attributes;
}

describe('attributes of files on POSIX', () => {
  it('are told with numbers and names', async () => {
    const { ann } = await posix();
    expect(await attributes(ann, '/tmp/f')).toMatchObject({
      owner: 'ann',
      group: 'staff',
      ownerId: 1000,
      groupId: 50,
      permissions: 0o644,
      isHidden: false,
    });
    const listed = await ann.list('/tmp', call());
    expect(listed.find(({ name }) => name === 'f')?.attributes).toEqual(await attributes(ann, '/tmp/f'));
  });

  it('change for who may change them', async () => {
    const { root, ann, bob } = await posix();
    await ann.setAttributes('/tmp/f', { permissions: 0o4750 }, call());
    await expect(bob.setAttributes('/tmp/f', { permissions: 0o777 }, call())).rejects.toMatchObject(
      fault('file-access'),
    );
    await expect(ann.setAttributes('/tmp/f', { ownerId: 1001 }, call())).rejects.toMatchObject(fault('file-access'));
    expect((await attributes(root, '/tmp/f')).permissions).toBe(0o4750);
    await root.setAttributes('/tmp/f', { ownerId: 1001, groupId: 4242 }, call());
    expect(await attributes(root, '/tmp/f')).toMatchObject({
      owner: 'bob',
      group: '4242',
      groupId: 4242,
      permissions: 0o750,
    });
  });

  it('follow links, and tell where these lead', async () => {
    const { vm } = await oneVm({ power: 'on', guest: { files: [{ path: '/home/user/l', linkTarget: 'f' }] } });
    const { files } = session(vm);
    await files.write('/home/user/f', contentOf('x'), call());
    const modified = new Date(5_000_000);
    await files.setAttributes('/home/user/l', { modified, accessed: new Date(6_000_000), permissions: 0o600 }, call());
    expect(await attributes(files, '/home/user/f')).toMatchObject({
      modified,
      accessed: new Date(6_000_000),
      permissions: 0o600,
    });
    expect(await files.stat('/home/user/l', call())).toMatchObject({
      linkTarget: 'f',
      attributes: { modified, permissions: 0o600 },
    });
  });

  it.each([{ isHidden: true }, { created: new Date(0) }, { permissions: -1 }, { modified: new Date(Number.NaN) }])(
    'refuse %j',
    async (change) => {
      const { ann } = await posix();
      const before = await attributes(ann, '/tmp/f');
      await expect(ann.setAttributes('/tmp/f', change, call())).rejects.toMatchObject(fault('invalid-argument'));
      expect(await attributes(ann, '/tmp/f')).toEqual(before);
    },
  );
});

describe('attributes of files on Windows', () => {
  it('change, but for those of POSIX', async () => {
    const { vm } = await oneVm({ guestOs: 'windows9-64', power: 'on' });
    const { files } = session(vm);
    const path = 'C:\\Users\\user\\f.txt';
    await files.write(path, contentOf('x'), call());
    const change = { isHidden: true, isReadOnly: true, isSystem: true, created: new Date(5_000_000) };
    await files.setAttributes(path, change, call());
    expect(await attributes(files, path)).toMatchObject(change);
    await expect(files.deleteFile(path, call())).rejects.toMatchObject(fault('file-read-only'));
    await files.setAttributes(path, { isReadOnly: false }, call());
    expect(await attributes(files, path)).toMatchObject({ isHidden: true, isReadOnly: false });
    await expect(files.setAttributes(path, { ownerId: 0 }, call())).rejects.toMatchObject(fault('invalid-argument'));
    await expect(files.setAttributes(`${path}x`, { isHidden: true }, call())).rejects.toMatchObject(
      fault('file-not-found'),
    );
  });
});
