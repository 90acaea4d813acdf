import { beforeEach, describe, expect, it } from 'vitest';
import { FakeClock } from '../../../src/base/clock.js';
import { textOf } from '../../../src/world/guest/file-content.js';
import type { FileChange, UserFiles } from '../../../src/world/guest/guest-files.js';
import { GuestFileSystem } from '../../../src/world/guest/guest-file-system.js';
import { guestTree } from '../../../src/world/guest/guest-os.js';
import { userOf } from '../../../src/world/guest/guest-users.js';
import type { GuestUser } from '../../../src/world/guest/program.js';
import { faultOf, guestRecord } from './guest-fixture.js';

const start = Date.UTC(2026, 0, 1);

interface Guest {
  readonly files: GuestFileSystem;
  readonly clock: FakeClock;
  readonly changes: FileChange[];
  readonly as: (name: string) => UserFiles;
}

function guest(family: 'posix' | 'windows', diskSizeBytes = 1_000_000): Guest {
  const record = guestRecord(family);
  const clock = new FakeClock(start);
  const files = new GuestFileSystem({ family, clock, diskSizeBytes });
  for (const change of guestTree(record, start - 1000)) files.apply(change);
  const changes: FileChange[] = [];
  files.onChange((change) => changes.push(change));
  const users = new Map(record.users.map((user) => [user.name, userOf(user)]));
  return {
    files,
    clock,
    changes,
    as: (name) => {
      const user: GuestUser | undefined = users.get(name);
      if (user === undefined) throw new Error(name);
      return files.as(user);
    },
  };
}

/** How many entries are in the maps that the work goes through, such as the names in a directory; twice where it does twice. */
function visitsOf(work: () => void): number {
  let visits = 0;
  const walks = ['entries', 'forEach', 'keys', 'values', Symbol.iterator].map((key) => {
    const walk = Reflect.get(Map.prototype, key) as (...args: readonly unknown[]) => unknown;
    const put = (value: unknown): void => void Reflect.set(Map.prototype, key, value);
    put(function (this: Map<unknown, unknown>, ...args: readonly unknown[]) {
      visits += this.size;
      return Reflect.apply(walk, this, args);
    });
    return () => put(walk);
  });
  try {
    work();
  } finally {
    for (const restore of walks) restore();
  }
  return visits;
}

describe('POSIX files', () => {
  let { files, clock, changes, as } = guest('posix');
  let ann = as('ann');
  let root = as('root');

  beforeEach(() => {
    ({ files, clock, changes, as } = guest('posix'));
    ann = as('ann');
    root = as('root');
  });

  it('writes, appends, reads and lists', () => {
    ann.write('/home/ann/b', 'one');
    ann.append('/home/ann/b', ' two');
    ann.append('/home/ann/a', 'new');
    expect(textOf(ann.read('/home/ann/b'))).toBe('one two');
    expect(ann.list('/home/ann').map(({ name, size }) => [name, size])).toEqual([
      ['.profile', 24],
      ['a', 3],
      ['b', 7],
    ]);
  });

  it('keeps owner, mode and creation time over a new content', async () => {
    ann.write('/tmp/f', 'x', { mode: 0o666 });
    await clock.advance(5000);
    as('bob').write('/tmp/f', 'longer', { mode: 0o600 });
    expect(ann.stat('/tmp/f')).toMatchObject({
      owner: 'ann',
      group: 'staff',
      mode: 0o666,
      createdMs: start,
      modifiedMs: start + 5000,
      size: 6,
    });
    expect(ann.stat('/tmp').modifiedMs).toBe(start);
  });

  it.each<readonly [string, (user: UserFiles) => unknown, string]>([
    ['read nothing', (user) => user.read('/tmp/no'), 'file-not-found'],
    ['read a directory', (user) => user.read('/tmp'), 'not-a-file'],
    ['write a directory', (user) => user.write('/tmp', ''), 'not-a-file'],
    ['write below nothing', (user) => user.write('/tmp/no/f', ''), 'file-not-found'],
    ['go through a file', (user) => user.stat('/etc/passwd/x'), 'not-a-directory'],
    ['list a file', (user) => user.list('/etc/passwd'), 'not-a-directory'],
    ['make what is there', (user) => user.makeDirectory('/tmp'), 'file-exists'],
    ['make parents of what is there', (user) => user.makeDirectory('/tmp', { makeParents: true }), 'file-exists'],
    ['make below a file', (user) => user.makeDirectory('/etc/passwd/a/b', { makeParents: true }), 'not-a-directory'],
    ['make below nothing', (user) => user.makeDirectory('/tmp/a/b'), 'file-not-found'],
    ['delete a directory as a file', (user) => user.deleteFile('/home/ann'), 'not-a-file'],
    ['delete a file as a directory', (user) => user.deleteDirectory('/etc/passwd'), 'not-a-directory'],
    ['delete a full directory', (user) => user.deleteDirectory('/home/ann'), 'directory-not-empty'],
    ['delete the root', (user) => user.deleteDirectory('/', { recursive: true }), 'file-access'],
    ['move nothing', (user) => user.move('/tmp/no', '/tmp/x'), 'file-not-found'],
    ['move the root', (user) => user.move('/', '/tmp/x'), 'file-access'],
    ['link over something', (user) => user.link('/tmp', '/etc/passwd'), 'file-exists'],
    ['relative', (user) => user.write('etc/x', ''), 'invalid-argument'],
    ['relative existence', (user) => user.exists('x'), 'invalid-argument'],
    ['control character', (user) => user.write('/tmp/a\u0007', ''), 'file-name-invalid'],
    ['long name', (user) => user.write(`/tmp/${'n'.repeat(256)}`, ''), 'file-name-too-long'],
  ])('refuses to %s', (_name, action, kind) => {
    const before = [...files.contents()];
    expect(faultOf(() => action(root))).toBe(kind);
    expect([...files.contents()]).toEqual(before);
    expect(changes).toEqual([]);
  });

  it.each<readonly [string, (user: UserFiles) => unknown, string]>([
    ['write a file of root', (user) => user.write('/etc/passwd', ''), 'file-access'],
    ['make a file in a directory of root', (user) => user.write('/etc/new', ''), 'file-access'],
    ['look into a closed directory', (user) => user.stat('/root/x'), 'file-access'],
    ['list a closed directory', (user) => user.list('/root'), 'file-access'],
    ['read a closed file', (user) => user.read('/var/log/messages'), 'file-access'],
    ['delete a file of root', (user) => user.deleteFile('/etc/hosts'), 'file-access'],
    ['move a file of root', (user) => user.move('/etc/hosts', '/tmp/hosts'), 'file-access'],
    ['change rights of a file of root', (user) => user.setAttributes('/etc/hosts', { mode: 0o777 }), 'file-access'],
    ['touch a file of root', (user) => user.setAttributes('/etc/hosts', { modifiedMs: 1 }), 'file-access'],
    ['give a file away', (user) => user.setAttributes('/home/ann/.profile', { owner: 'bob' }), 'file-access'],
    ['give a file to a group', (user) => user.setAttributes('/home/ann/.profile', { group: 'root' }), 'file-access'],
    ['remove a tree of root', (user) => user.deleteDirectory('/usr', { recursive: true }), 'file-access'],
  ])('lets no ordinary user %s', (_name, action, kind) => {
    expect(faultOf(() => action(ann))).toBe(kind);
    expect(changes).toEqual([]);
  });

  it('goes by owner, group and others, in this order', () => {
    root.write('/tmp/f', 'x');
    const set = (owner: string, group: string, mode: number): void =>
      root.setAttributes('/tmp/f', { owner, group, mode });
    set('ann', 'staff', 0o077);
    expect(faultOf(() => ann.read('/tmp/f'))).toBe('file-access');
    set('root', 'staff', 0o707);
    expect(faultOf(() => ann.read('/tmp/f'))).toBe('file-access');
    set('root', 'staff', 0o040);
    expect(ann.read('/tmp/f').size).toBe(1);
    set('root', 'root', 0o004);
    expect(ann.read('/tmp/f').size).toBe(1);
    expect(ann.exists('/root/.profile')).toBe(false);
    expect(root.read('/tmp/f').size).toBe(1);
  });

  it('lets others write in /tmp but not remove there', () => {
    ann.write('/tmp/f', 'x');
    expect(faultOf(() => as('bob').deleteFile('/tmp/f'))).toBe('file-access');
    expect(faultOf(() => as('bob').move('/tmp/f', '/tmp/g'))).toBe('file-access');
    as('bob').write('/tmp/g', '');
    expect(faultOf(() => as('bob').move('/tmp/g', '/tmp/f'))).toBe('file-access');
    root.deleteFile('/tmp/f');
    expect(ann.exists('/tmp/f')).toBe(false);
  });

  it('removes a tree whole or not at all', () => {
    ann.makeDirectory('/tmp/t/a/b', { makeParents: true });
    ann.write('/tmp/t/a/b/f', 'x');
    root.makeDirectory('/tmp/t/r');
    root.write('/tmp/t/r/f', 'x');
    const before = [...files.contents()];
    expect(faultOf(() => ann.deleteDirectory('/tmp/t', { recursive: true }))).toBe('file-access');
    expect([...files.contents()]).toEqual(before);
    root.deleteDirectory('/tmp/t', { recursive: true });
    expect(root.exists('/tmp/t')).toBe(false);
  });

  it('follows links, also relative ones and in the middle of a path', () => {
    ann.makeDirectory('/tmp/d');
    ann.write('/tmp/d/f', 'text');
    ann.link('d', '/tmp/l');
    ann.link('/tmp/l/f', '/tmp/lf');
    ann.link('../tmp/l', '/tmp/up');
    expect(textOf(ann.read('/tmp/lf'))).toBe('text');
    expect(textOf(ann.read('/tmp/up/f'))).toBe('text');
    expect(ann.realPath('/tmp/up/f')).toBe('/tmp/d/f');
    expect(ann.realPath('/tmp/l/../d')).toBe('/tmp/d');
    expect(ann.stat('/tmp/l').kind).toBe('directory');
    expect(ann.stat('/tmp/l', { followLinks: false })).toMatchObject({ kind: 'symlink', linkTarget: 'd', size: 1 });
    expect(ann.list('/tmp').map(({ name, kind }) => `${name} ${kind}`)).toEqual([
      'd directory',
      'l symlink',
      'lf symlink',
      'up symlink',
    ]);
    expect(faultOf(() => ann.deleteDirectory('/tmp/l'))).toBe('not-a-directory');
    ann.deleteFile('/tmp/l');
    expect(ann.exists('/tmp/d/f')).toBe(true);
    expect(ann.exists('/tmp/lf')).toBe(false);
  });

  it('writes through a link, and makes the target of a dangling one', () => {
    ann.link('/tmp/target', '/tmp/l');
    expect(ann.exists('/tmp/l')).toBe(false);
    ann.write('/tmp/l', 'made');
    expect(textOf(ann.read('/tmp/target'))).toBe('made');
    expect(ann.stat('/tmp/l', { followLinks: false }).kind).toBe('symlink');
  });

  it('gives up on links that lead in a circle', () => {
    ann.link('/tmp/b', '/tmp/a');
    ann.link('/tmp/a', '/tmp/b');
    ann.link('.', '/tmp/dot');
    expect(faultOf(() => ann.stat('/tmp/a'))).toBe('too-many-links');
    expect(ann.exists('/tmp/a')).toBe(false);
    expect(ann.realPath('/tmp/dot/dot/dot')).toBe('/tmp');
    ann.deleteFile('/tmp/a');
    expect(ann.list('/tmp').map(({ name }) => name)).toEqual(['b', 'dot']);
  });

  it('gives a file more names', () => {
    ann.write('/tmp/f', 'one');
    ann.hardLink('/tmp/f', '/tmp/g');
    ann.append('/tmp/g', ' two');
    ann.setAttributes('/tmp/f', { mode: 0o600 });
    expect(textOf(ann.read('/tmp/f'))).toBe('one two');
    expect(ann.stat('/tmp/g')).toMatchObject({ name: 'g', mode: 0o600, linkCount: 2 });
    ann.deleteFile('/tmp/f');
    ann.write('/tmp/f', 'another');
    expect([textOf(ann.read('/tmp/g')), ann.stat('/tmp/g').linkCount]).toEqual(['one two', 1]);
    ann.hardLink('/tmp/g', '/tmp/h');
    ann.move('/tmp/g', '/tmp/h');
    expect([ann.exists('/tmp/g'), ann.stat('/tmp/h').linkCount]).toEqual([false, 1]);
    expect(faultOf(() => ann.hardLink('/tmp/h', '/tmp/f'))).toBe('file-exists');
    expect(faultOf(() => ann.hardLink('/tmp', '/tmp/i'))).toBe('not-a-file');
    expect(faultOf(() => ann.hardLink('/tmp/no', '/tmp/i'))).toBe('file-not-found');
    expect(faultOf(() => as('bob').hardLink('/tmp/h', '/tmp/i'))).toBe('file-access');
    expect(faultOf(() => ann.hardLink('/tmp/h', '/etc/i'))).toBe('file-access');
  });

  it('counts the names of directories', () => {
    ann.makeDirectory('/tmp/d/a', { makeParents: true });
    ann.makeDirectory('/tmp/d/b');
    ann.write('/tmp/d/f', '');
    expect(ann.stat('/tmp/d').linkCount).toBe(4);
    ann.deleteDirectory('/tmp/d/a');
    ann.move('/tmp/d/b', '/tmp/b');
    expect(ann.stat('/tmp/d').linkCount).toBe(2);
  });

  it('moves files and directories', () => {
    ann.makeDirectory('/tmp/d/sub', { makeParents: true });
    ann.write('/tmp/d/sub/f', 'x');
    ann.write('/tmp/g', 'y');
    ann.move('/tmp/d', '/tmp/e');
    expect(textOf(ann.read('/tmp/e/sub/f'))).toBe('x');
    expect(ann.exists('/tmp/d')).toBe(false);
    ann.move('/tmp/e/sub/f', '/tmp/g');
    expect(textOf(ann.read('/tmp/g'))).toBe('x');
    expect(faultOf(() => ann.move('/tmp/g', '/tmp/e'))).toBe('already-exists');
    expect(faultOf(() => ann.move('/tmp/e', '/tmp/g'))).toBe('file-exists');
    expect(faultOf(() => ann.move('/tmp/e', '/tmp/e/sub/x'))).toBe('invalid-argument');
    expect(faultOf(() => ann.move('/tmp/e', '/tmp/e/x'))).toBe('invalid-argument');
  });

  it('does nothing when something moves onto itself', () => {
    ann.makeDirectory('/tmp/d/e', { makeParents: true });
    changes.length = 0;
    ann.move('/tmp/d', '/tmp/d');
    ann.move('/tmp/d', '/tmp/./d/');
    ann.move('/tmp/d', '/tmp/d/e/..');
    expect(changes).toEqual([]);
    expect(ann.exists('/tmp/d/e')).toBe(true);
  });

  it('counts what files hold, and writes nothing that does not fit', () => {
    const small = guest('posix', 10_000 + guest('posix').files.usedBytes);
    const user = small.as('ann');
    user.write('/tmp/f', 'x'.repeat(9_000));
    small.changes.length = 0;
    expect(faultOf(() => user.write('/tmp/g', 'y'.repeat(1_001)))).toBe('disk-full');
    expect(faultOf(() => user.write('/tmp/f', 'y'.repeat(10_001)))).toBe('disk-full');
    expect(user.exists('/tmp/g')).toBe(false);
    expect(textOf(user.read('/tmp/f'))).toBe('x'.repeat(9_000));
    expect(small.changes).toEqual([]);
    user.write('/tmp/g', 'y'.repeat(1_000));
    user.write('/tmp/f', '');
    user.deleteFile('/tmp/g');
    user.write('/tmp/f', 'z'.repeat(10_000));
    expect(small.files.usedBytes).toBe(10_000 + guest('posix').files.usedBytes);
  });

  it('fills the disk with what is added to a file and does not fit', () => {
    const small = guest('posix', 10_000 + guest('posix').files.usedBytes);
    const user = small.as('ann');
    user.write('/tmp/f', 'x'.repeat(9_000));
    expect(faultOf(() => user.append('/tmp/f', 'y'.repeat(1_001)))).toBe('disk-full');
    expect(textOf(user.read('/tmp/f'))).toBe('x'.repeat(9_000) + 'y'.repeat(1_000));
    expect(faultOf(() => user.append('/tmp/g', 'z'))).toBe('disk-full');
    expect(user.exists('/tmp/g')).toBe(false);
  });

  it('sets times, rights and, for root, the owner', () => {
    ann.write('/tmp/f', '');
    ann.setAttributes('/tmp/f', { createdMs: 1, modifiedMs: 2, accessedMs: 3, mode: 0o17777 });
    root.setAttributes('/tmp/f', { owner: 'bob', group: 'bob' });
    expect(ann.stat('/tmp/f')).toMatchObject({
      createdMs: 1,
      modifiedMs: 2,
      accessedMs: 3,
      mode: 0o1777,
      owner: 'bob',
      group: 'bob',
    });
  });

  it('goes through a directory of 1,000 files to list it, and for nothing else', () => {
    const paths = Array.from({ length: 1000 }, (_, count) => `/tmp/file-${count}`);
    changes.length = 0;
    const visited = visitsOf(() => {
      for (const path of paths) ann.write(path, 'x');
      for (const path of paths) ann.append(path, 'y');
      for (const path of paths) ann.read(path);
      for (const path of paths) ann.stat(path);
      for (const path of paths) ann.move(path, `${path}-moved`);
      for (const path of paths) ann.deleteFile(`${path}-moved`);
      for (const path of paths) ann.write(path, 'x');
      ann.stat('/tmp');
    });
    expect(visited).toBe(0);
    // A file that comes or goes touches its directory; one that only changes does not.
    expect(changes).toHaveLength((2 + 1 + 2 + 2 + 2) * paths.length);
    let listed: readonly unknown[] = [];
    expect(visitsOf(() => (listed = ann.list('/tmp')))).toBe(paths.length);
    expect(listed).toHaveLength(paths.length);
  });

  it('fails for a user whose signal is aborted', () => {
    const controller = new AbortController();
    const user = { name: 'ann', id: 1000, group: 'staff', home: '/home/ann', isAdministrator: false };
    const held = files.as(user, controller.signal);
    held.write('/tmp/f', '1');
    controller.abort(new Error('over'));
    expect(() => held.write('/tmp/f', '2')).toThrow('over');
    expect(textOf(ann.read('/tmp/f'))).toBe('1');
  });
});

describe('Windows files', () => {
  let { files, changes, as } = guest('windows');
  let ann = as('Ann');
  let admin = as('Admin');

  beforeEach(() => {
    ({ files, changes, as } = guest('windows'));
    ann = as('Ann');
    admin = as('Admin');
  });

  it('finds names in any case and keeps their own', () => {
    ann.write('c:/users/ANN/desktop/Read Me.txt', 'x');
    expect(ann.list('C:\\Users\\Ann\\Desktop').map(({ name }) => name)).toEqual(['Read Me.txt']);
    ann.write('C:\\Users\\Ann\\Desktop\\READ ME.TXT', 'y');
    expect(ann.list('C:\\Users\\Ann\\Desktop').map(({ name }) => name)).toEqual(['Read Me.txt']);
    expect(ann.realPath('c:\\USERS\\ann\\desktop\\read me.txt')).toBe('C:\\Users\\Ann\\Desktop\\Read Me.txt');
    expect(changes.filter((change) => change.change === 'put' && change.kind === 'file')).toMatchObject([
      { path: 'C:\\Users\\Ann\\Desktop\\Read Me.txt' },
      { path: 'C:\\Users\\Ann\\Desktop\\Read Me.txt' },
    ]);
  });

  it('renames to another case', () => {
    ann.write('C:\\Temp', '');
    ann.move('C:\\Temp', 'C:\\TEMP');
    expect(ann.stat('C:\\temp').name).toBe('TEMP');
    changes.length = 0;
    ann.move('C:\\TEMP', 'c:\\TEMP');
    expect(changes).toEqual([]);
  });

  it.each<readonly [string, (user: UserFiles) => unknown, string]>([
    ['a drive that is not there', (user) => user.write('D:\\f', ''), 'file-not-found'],
    ['another machine', (user) => user.read('\\\\server\\share\\f'), 'file-not-found'],
    ['a reserved character', (user) => user.write('C:\\a|b', ''), 'file-name-invalid'],
    ['a path through a file', (user) => user.stat('C:\\Windows\\win.ini\\x'), 'file-not-found'],
    ['a POSIX path', (user) => user.read('/etc/passwd'), 'invalid-argument'],
    ['the drive itself', (user) => user.deleteDirectory('C:\\', { recursive: true }), 'file-access'],
    ['a move onto a drive', (user) => user.move('C:\\Users', 'C:\\'), 'already-exists'],
  ])('refuses %s', (_name, action, kind) => {
    expect(faultOf(() => action(admin))).toBe(kind);
  });

  it('guards the system and other homes from ordinary users', () => {
    expect(faultOf(() => ann.write('C:\\Windows\\x', ''))).toBe('file-access');
    expect(faultOf(() => ann.list('C:\\Users\\Bob'))).toBe('file-access');
    expect(faultOf(() => ann.deleteFile('C:\\Windows\\System32\\cmd.exe'))).toBe('file-access');
    admin.write('C:\\Users\\Bob\\x', '');
    ann.makeDirectory('C:\\Work');
    expect(ann.stat('C:\\work')).toMatchObject({ name: 'Work', owner: 'Ann' });
  });

  it('guards read-only files from everybody until the attribute is gone', () => {
    ann.write('C:\\ro.txt', 'x');
    ann.setAttributes('C:\\ro.txt', { isReadOnly: true, isHidden: true });
    expect(faultOf(() => admin.write('C:\\ro.txt', 'y'))).toBe('file-read-only');
    expect(faultOf(() => admin.append('C:\\ro.txt', 'y'))).toBe('file-read-only');
    expect(faultOf(() => admin.deleteFile('C:\\ro.txt'))).toBe('file-read-only');
    ann.write('C:\\other.txt', '');
    expect(faultOf(() => ann.move('C:\\other.txt', 'C:\\ro.txt'))).toBe('file-read-only');
    expect(ann.stat('C:\\ro.txt')).toMatchObject({ isReadOnly: true, isHidden: true });
    ann.setAttributes('C:\\ro.txt', { isReadOnly: false });
    ann.deleteFile('C:\\ro.txt');
    expect(files.usedBytes).toBe(guest('windows').files.usedBytes);
  });

  it('leaves a tree with a read-only file whole', () => {
    ann.makeDirectory('C:\\d\\e', { makeParents: true });
    ann.write('C:\\d\\e\\f', '');
    ann.setAttributes('C:\\d\\e\\f', { isReadOnly: true });
    expect(faultOf(() => ann.deleteDirectory('C:\\d', { recursive: true }))).toBe('file-read-only');
    expect(ann.exists('C:\\d\\e\\f')).toBe(true);
  });

  it('takes another drive from a stored tree', () => {
    const attributes = admin.stat('C:\\');
    files.apply({ change: 'put', kind: 'directory', path: 'D:\\', attributes });
    ann.write('d:\\data', 'x');
    expect(admin.realPath('d:\\DATA')).toBe('D:\\data');
  });
});
