import { describe, expect, it } from 'vitest';
import type { InventoryVm } from '../../../src/world/inventory/inventory-schema.js';
import { auth, GuestEndpoint } from './guest-endpoint.js';

const rootAuth = auth('root');

const tree: NonNullable<NonNullable<InventoryVm['guest']>['files']> = [
  { path: '/srv', owner: 'user' },
  { path: '/srv/a.txt', text: 'hello world!', owner: 'user', mode: 0o640 },
  { path: '/srv/b.log', text: '', owner: 'root' },
  { path: '/srv/sub', owner: 'user' },
  { path: '/srv/sub/deep.txt', text: 'x', owner: 'user' },
  { path: '/srv/to-file', linkTarget: 'a.txt' },
  { path: '/srv/to-sub', linkTarget: '/srv/sub' },
  { path: '/srv/to-nothing', linkTarget: 'nothing' },
  { path: '/locked', owner: 'root', mode: 0o700 },
  { path: '/locked/x', text: 'x', owner: 'root' },
];

async function posix(): Promise<GuestEndpoint> {
  return GuestEndpoint.of([{ guest: { files: tree } }]);
}

interface Listing {
  readonly files: readonly Record<string, unknown>[];
  readonly remaining: number;
}

async function list(guests: GuestEndpoint, filePath: string, more: object = {}): Promise<Listing> {
  const answer = await guests.call('fileManager', 'ListFilesInGuest', { filePath, ...more });
  return answer as Listing;
}

async function names(guests: GuestEndpoint, path: string, more: object = {}): Promise<readonly unknown[]> {
  return (await list(guests, path, { maxResults: 1000, ...more })).files.map((file) => file['path']);
}

async function kinds(guests: GuestEndpoint, path: string): Promise<readonly unknown[]> {
  try {
    return (await list(guests, path)).files.map(({ type }) => type);
  } catch {
    return [];
  }
}

const file = (type: string, path: string): object => ({ $type: type, file: path });

describe('ListFilesInGuest', () => {
  it('lists a directory with its two dots, links as links', async () => {
    const guests = await posix();
    const { files, remaining } = await list(guests, '/srv');
    expect(remaining).toBe(0);
    expect(files.map(({ path, type, size }) => [path, type, size])).toEqual([
      ['.', 'directory', 0],
      ['..', 'directory', 0],
      ['a.txt', 'file', 12],
      ['b.log', 'file', 0],
      ['sub', 'directory', 0],
      ['to-file', 'symlink', 0],
      ['to-nothing', 'symlink', 0],
      ['to-sub', 'symlink', 0],
    ]);
    expect(files[2]?.['attributes']).toMatchObject({
      $type: 'GuestPosixFileAttributes',
      symlinkTarget: '',
      ownerId: 1000,
      groupId: 1000,
      permissions: 0o100_640,
    });
    expect(files[3]?.['attributes']).toMatchObject({ ownerId: 0, groupId: 0 });
    expect(files[5]?.['attributes']).toMatchObject({ symlinkTarget: 'a.txt', permissions: 0o100_640 });
    expect(files[6]?.['attributes']).toMatchObject({ symlinkTarget: 'nothing', permissions: 0o120_777 });
    expect(files[7]?.['attributes']).toMatchObject({ permissions: expect.any(Number) });
  });

  it('shows a file or a link itself, under the path that was asked for', async () => {
    const guests = await posix();
    expect(await names(guests, '/srv/a.txt')).toEqual(['/srv/a.txt']);
    expect(await kinds(guests, '/srv/to-sub')).toEqual(['symlink']);
    expect(await names(guests, '/srv/to-sub/.')).toEqual(['.', '..', 'deep.txt']);
    expect(await names(guests, '/srv/to-sub/')).toEqual(['.', '..', 'deep.txt']);
  });

  it('pages after choosing by the pattern', async () => {
    const guests = await posix();
    const page = async (more: object): Promise<readonly unknown[]> => {
      const { files, remaining } = await list(guests, '/srv', more);
      return [...files.map(({ path }) => path), remaining];
    };
    expect(await page({ maxResults: 3 })).toEqual(['.', '..', 'a.txt', 5]);
    expect(await page({ index: 6, maxResults: 3 })).toEqual(['to-nothing', 'to-sub', 0]);
    expect(await page({ index: 99 })).toEqual([0]);
    expect(await page({ maxResults: 0 })).toEqual([8]);
    expect(await page({ matchPattern: '^to-', index: 1, maxResults: 1 })).toEqual(['to-nothing', 1]);
    expect(await page({ matchPattern: 't' })).toEqual(['a.txt', 'to-file', 'to-nothing', 'to-sub', 0]);
    expect(await page({ matchPattern: '(?i)^A\\.[[:alpha:]]+\\z' })).toEqual(['a.txt', 0]);
    expect(await page({ matchPattern: 'none' })).toEqual([0]);
  });

  it('cuts a large directory into pages that fit together', async () => {
    const files = Array.from({ length: 120 }, (_value, index) => ({ path: `/many/f${index}`, text: '' }));
    const guests = await GuestEndpoint.of([{ guest: { files } }]);
    const seen: unknown[] = [];
    for (let index = 0, remaining = 1; remaining > 0; index = seen.length) {
      const page = await list(guests, '/many', { index });
      expect(page.files.length).toBeLessThanOrEqual(50);
      seen.push(...page.files.map(({ path }) => path));
      ({ remaining } = page);
    }
    expect(seen).toHaveLength(122);
    expect(new Set(seen).size).toBe(122);
  });

  it('refuses what it cannot list', async () => {
    const guests = await posix();
    const fault = (filePath: string, more: object = {}): Promise<unknown> =>
      guests.fault('fileManager', 'ListFilesInGuest', { filePath, ...more });
    expect(await fault('/nothing')).toEqual(file('FileNotFound', '/nothing'));
    expect(await fault('/srv/a.txt/x')).toEqual(file('NotADirectory', '/srv/a.txt/x'));
    expect(await fault('/locked')).toEqual(file('CannotAccessFile', '/locked'));
    expect(await fault('/srv', { index: -1 })).toMatchObject({ $type: 'InvalidArgument', invalidProperty: 'index' });
    expect(await fault('/srv', { maxResults: -1 })).toMatchObject({ invalidProperty: 'maxResults' });
    expect(await fault('/srv', { matchPattern: '(' })).toMatchObject({ invalidProperty: 'matchPattern' });
    expect(await fault('relative')).toMatchObject({ $type: 'InvalidArgument' });
  });

  it('gives up a pattern that would try for ever', async () => {
    const files = [{ path: `/d/${'a'.repeat(200)}`, text: '' }];
    const guests = await GuestEndpoint.of([{ guest: { files } }]);
    expect(
      await guests.fault('fileManager', 'ListFilesInGuest', { filePath: '/d', matchPattern: '^(a+)+$b' }),
    ).toMatchObject({ invalidProperty: 'matchPattern' });
  });

  it('shows the attributes of Windows', async () => {
    const guests = await GuestEndpoint.of([
      { guestOs: 'windows9-64', guest: { files: [{ path: 'C:\\a', text: 'x' }] } },
    ]);
    expect((await list(guests, 'C:\\a')).files[0]).toMatchObject({
      path: 'C:\\a',
      attributes: {
        $type: 'GuestWindowsFileAttributes',
        hidden: false,
        readOnly: false,
        createTime: expect.any(Date),
      },
    });
  });
});

describe('directories', () => {
  it('are made private, with parents where that is asked for', async () => {
    const guests = await posix();
    const make = (directoryPath: string, createParentDirectories: boolean): Promise<unknown> =>
      guests.call('fileManager', 'MakeDirectoryInGuest', { directoryPath, createParentDirectories });
    const fault = (directoryPath: string, createParentDirectories: boolean): Promise<unknown> =>
      guests.fault('fileManager', 'MakeDirectoryInGuest', { directoryPath, createParentDirectories });
    await make('/srv/new', false);
    await make('/srv/n1/n2/n3', true);
    const [dot] = (await list(guests, '/srv/n1/n2/n3')).files;
    expect(dot?.['attributes']).toMatchObject({ permissions: 0o040_700, ownerId: 1000 });
    expect(await fault('/srv/m1/m2', false)).toEqual(file('FileNotFound', '/srv/m1/m2'));
    for (const path of ['/srv/new', '/srv/a.txt']) {
      expect(await fault(path, true)).toEqual(file('FileAlreadyExists', path));
    }
    expect(await fault('/locked/new', false)).toEqual(file('CannotAccessFile', '/locked/new'));
    expect(await fault(`/srv/${'x'.repeat(300)}`, false)).toMatchObject({ $type: 'FileNameTooLong' });
  });

  it('are removed when they are empty, or with everything in them', async () => {
    const guests = await posix();
    const remove = (directoryPath: string, recursive: boolean): Promise<unknown> =>
      guests.call('fileManager', 'DeleteDirectoryInGuest', { directoryPath, recursive });
    const fault = (directoryPath: string, recursive = true): Promise<unknown> =>
      guests.fault('fileManager', 'DeleteDirectoryInGuest', { directoryPath, recursive });
    expect(await fault('/srv/sub', false)).toEqual(file('DirectoryNotEmpty', '/srv/sub'));
    for (const path of ['/srv/a.txt', '/srv/to-sub']) expect(await fault(path)).toEqual(file('NotADirectory', path));
    expect(await fault('/srv/none')).toEqual(file('FileNotFound', '/srv/none'));
    await remove('/srv/sub', true);
    expect(await kinds(guests, '/srv/sub')).toEqual([]);
  });

  it('move, but onto nothing that is there', async () => {
    const guests = await posix();
    const args = (srcDirectoryPath: string, dstDirectoryPath: string): object => ({
      srcDirectoryPath,
      dstDirectoryPath,
    });
    const move = (from: string, to: string): Promise<unknown> =>
      guests.call('fileManager', 'MoveDirectoryInGuest', args(from, to));
    const fault = (from: string, to: string): Promise<unknown> =>
      guests.fault('fileManager', 'MoveDirectoryInGuest', args(from, to));
    await move('/srv/sub', '/srv/sub/');
    expect(await fault('/srv/a.txt', '/srv/x')).toEqual(file('NotADirectory', '/srv/a.txt'));
    expect(await fault('/srv/to-sub', '/srv/x')).toEqual(file('NotADirectory', '/srv/to-sub'));
    expect(await fault('/srv/sub', '/srv/a.txt')).toEqual(file('FileAlreadyExists', '/srv/a.txt'));
    expect(await fault('/srv/none', '/srv/x')).toEqual(file('FileNotFound', '/srv/none'));
    expect(await fault('/srv/sub', '/srv/sub/below')).toMatchObject({ $type: 'InvalidArgument' });
    await move('/srv/sub', '/srv/moved');
    expect(await names(guests, '/srv/moved')).toEqual(['.', '..', 'deep.txt']);
  });
});

describe('files', () => {
  it('are removed, links themselves', async () => {
    const guests = await posix();
    const fault = (filePath: string): Promise<unknown> =>
      guests.fault('fileManager', 'DeleteFileInGuest', { filePath });
    expect(await fault('/srv/sub')).toEqual(file('NotAFile', '/srv/sub'));
    expect(await fault('/srv/none')).toEqual(file('FileNotFound', '/srv/none'));
    expect(await fault('/locked/x')).toEqual(file('CannotAccessFile', '/locked/x'));
    for (const name of ['to-nothing', 'to-file', 'a.txt']) {
      await guests.call('fileManager', 'DeleteFileInGuest', { filePath: `/srv/${name}` });
    }
    expect(await names(guests, '/srv')).toEqual(['.', '..', 'b.log', 'sub', 'to-sub']);
  });

  it('move, and overwrite only when that is asked for', async () => {
    const guests = await posix();
    const args = (srcFilePath: string, dstFilePath: string, overwrite: boolean): object => ({
      srcFilePath,
      dstFilePath,
      overwrite,
    });
    const fault = (from: string, to: string, overwrite = true): Promise<unknown> =>
      guests.fault('fileManager', 'MoveFileInGuest', args(from, to, overwrite));
    expect(await fault('/srv/sub', '/srv/x')).toEqual(file('NotAFile', '/srv/sub'));
    expect(await fault('/srv/a.txt', '/srv/sub')).toEqual(file('FileAlreadyExists', '/srv/sub'));
    expect(await fault('/srv/a.txt', '/srv/to-sub')).toEqual(file('FileAlreadyExists', '/srv/to-sub'));
    expect(await fault('/srv/a.txt', '/srv/b.log', false)).toEqual(file('FileAlreadyExists', '/srv/b.log'));
    expect(await fault('/srv/none', '/srv/x')).toEqual(file('FileNotFound', '/srv/none'));
    await guests.call('fileManager', 'MoveFileInGuest', args('/srv/a.txt', '/srv/a.txt', false));
    await guests.call('fileManager', 'MoveFileInGuest', args('/srv/a.txt', '/srv/b.log', true));
    expect((await list(guests, '/srv/b.log')).files).toMatchObject([{ type: 'file', size: 12 }]);
    expect(await kinds(guests, '/srv/a.txt')).toEqual([]);
  });

  it('take another spelling of their name on Windows', async () => {
    const guests = await GuestEndpoint.of([
      { guestOs: 'windows9-64', guest: { files: [{ path: 'C:\\T\\a', text: 'x', owner: 'user' }] } },
    ]);
    await guests.call('fileManager', 'MoveFileInGuest', {
      auth: auth('Administrator'),
      srcFilePath: 'C:\\T\\a',
      dstFilePath: 'C:\\T\\A',
      overwrite: false,
    });
    expect(await names(guests, 'C:\\T')).toEqual(['.', '..', 'A']);
  });

  it('take new attributes, those of links through them', async () => {
    const guests = await posix();
    const change = 'ChangeFileAttributesInGuest';
    const modificationTime = new Date('2020-01-02T03:04:05.678Z');
    await guests.call('fileManager', change, {
      guestFilePath: '/srv/to-file',
      fileAttributes: { $type: 'GuestPosixFileAttributes', modificationTime, permissions: 0o600 },
    });
    const [changed] = (await list(guests, '/srv/a.txt')).files;
    expect(changed?.['attributes']).toMatchObject({
      modificationTime: new Date('2020-01-02T03:04:05Z'),
      permissions: 0o100_600,
      ownerId: 1000,
    });
    const owner = { $type: 'GuestPosixFileAttributes', ownerId: 0, groupId: 4711 };
    const request = { guestFilePath: '/srv/a.txt', fileAttributes: owner };
    expect(await guests.fault('fileManager', change, request)).toEqual(file('CannotAccessFile', '/srv/a.txt'));
    await guests.call('fileManager', change, { ...request, auth: rootAuth });
    expect((await list(guests, '/srv/a.txt', { auth: rootAuth })).files[0]?.['attributes']).toMatchObject({
      ownerId: 0,
      groupId: 4711,
    });
    await guests.call('fileManager', change, {
      guestFilePath: '/srv/b.log',
      fileAttributes: { $type: 'GuestFileAttributes' },
      auth: rootAuth,
    });
    expect(
      await guests.fault('fileManager', change, {
        guestFilePath: '/srv/a.txt',
        fileAttributes: { $type: 'GuestWindowsFileAttributes', hidden: true },
      }),
    ).toMatchObject({ $type: 'InvalidArgument', invalidProperty: 'fileAttributes.hidden' });
    expect(
      await guests.fault('fileManager', change, {
        guestFilePath: '/srv/none',
        fileAttributes: { $type: 'GuestFileAttributes', modificationTime },
      }),
    ).toEqual(file('FileNotFound', '/srv/none'));
  });
});

describe('temporary files and directories', () => {
  it('have a name of Tools, where that is asked for', async () => {
    const guests = await posix();
    const path = await guests.call('fileManager', 'CreateTemporaryFileInGuest', {
      prefix: 'pre',
      suffix: '.txt',
      directoryPath: '/srv/sub',
    });
    expect(path).toMatch(/^\/srv\/sub\/prevmware\d+\.txt$/u);
    const [made] = (await list(guests, String(path))).files;
    expect(made).toMatchObject({ type: 'file', size: 0, attributes: { permissions: 0o100_600 } });
    const directory = await guests.call('fileManager', 'CreateTemporaryDirectoryInGuest', { prefix: '', suffix: '' });
    expect(directory).toMatch(/^\/tmp\/vmware-user\/vmware\d+$/u);
    const [dot] = (await list(guests, String(directory))).files;
    expect(dot).toMatchObject({ type: 'directory', attributes: { permissions: 0o040_700 } });
  });

  it('do not come into a directory of somebody else', async () => {
    const files = [{ path: '/tmp/vmware-user', owner: 'root' }];
    const guests = await GuestEndpoint.of([{ guest: { files } }, { guestOs: 'windows9-64' }]);
    const create = (more: object): Promise<unknown> =>
      guests.call('fileManager', 'CreateTemporaryFileInGuest', { prefix: 'a', suffix: 'b', ...more });
    expect(await create({})).toMatch(/^\/tmp\/vmware-user-1\/avmware\d+b$/u);
    expect(await create({})).toMatch(/^\/tmp\/vmware-user-1\/avmware\d+b$/u);
    expect(await create({ vm: guests.ref('vm1') })).toMatch(/^C:\\Users\\user\\AppData\\Local\\Temp\\avmware\d+b$/u);
  });

  it('need a directory, and parts of a name', async () => {
    const guests = await posix();
    const fault = (more: object): Promise<unknown> =>
      guests.fault('fileManager', 'CreateTemporaryFileInGuest', { prefix: '', suffix: '', ...more });
    expect(await fault({ directoryPath: '/none' })).toEqual(file('FileNotFound', '/none'));
    expect(await fault({ directoryPath: '/srv/a.txt' })).toEqual(file('NotADirectory', '/srv/a.txt'));
    expect(await fault({ prefix: '../' })).toMatchObject({ $type: 'InvalidArgument' });
    expect(await fault({ prefix: undefined })).toMatchObject({ invalidProperty: 'prefix' });
  });
});
