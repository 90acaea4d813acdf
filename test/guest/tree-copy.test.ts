import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SizedContent } from '../../src/backends/backend.js';
import { settle } from '../../src/base/clock.js';
import { Fault, type FaultKind } from '../../src/base/fault.js';
import { hostFileFault } from '../../src/guest/host-file-fault.js';
import { readAll, sizedBytes } from '../../src/guest/sized-content.js';
import { copyFromGuest, copyToGuest } from '../../src/guest/tree-copy.js';
import { GuestRig } from './guest-rig.js';

let here = '';

beforeEach(() => {
  here = mkdtempSync(join(tmpdir(), 'revix-copy-'));
});

afterEach(() => rmSync(here, { recursive: true, force: true }));

const isPosix = process.platform !== 'win32';

function at(...parts: string[]): string {
  return join(here, ...parts);
}

function write(path: string, text: string): void {
  writeFileSync(at(path), text);
}

async function kindOf(copy: Promise<void>): Promise<[FaultKind | undefined, string]> {
  const error: unknown = await copy.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return [error instanceof Fault ? error.kind : undefined, String(error)];
}

describe('copying to the guest', () => {
  it('copies a file as it is, and overwrites', async () => {
    const rig = new GuestRig();
    const bytes = Buffer.from(Array.from({ length: 3_000_000 }, (_, index) => index % 251));
    writeFileSync(at('a.bin'), bytes);
    rig.guest.file('/home/a.bin', 'old');
    await copyToGuest(rig.session, at('a.bin'), '/home/a.bin', rig.call);
    expect(Buffer.compare(Buffer.from(rig.guest.at('/home/a.bin').bytes), bytes)).toBe(0);
    expect(rig.progress.length).toBeGreaterThan(1);
    expect([...rig.progress].sort((left, right) => left - right)).toEqual(rig.progress);
    expect(rig.progress.at(-1)).toBe(1);
  });

  it('copies an empty file', async () => {
    const rig = new GuestRig();
    write('empty', '');
    await copyToGuest(rig.session, at('empty'), '/empty', rig.call);
    expect(rig.guest.text('/empty')).toBe('');
  });

  it('copies a tree, merging it into what is there', async () => {
    for (const family of ['posix', 'windows'] as const) {
      const rig = new GuestRig(family);
      const separator = rig.guest.separator;
      const root = family === 'windows' ? 'C:\\target' : '/target';
      mkdirSync(at('tree', 'sub', 'deep'), { recursive: true });
      write('tree/ä b.txt', 'one');
      write('tree/sub/two.txt', 'two');
      write('tree/sub/deep/.hidden', 'three');
      rig.guest.directory(root);
      rig.guest.file(`${root}${separator}kept`, 'kept');
      rig.guest.file(`${root}${separator}ä b.txt`, 'old');
      await copyToGuest(rig.session, at('tree'), `${root}${separator}`, rig.call);
      const path = (...parts: string[]): string => [root, ...parts].join(separator);
      expect(rig.guest.text(path('ä b.txt'))).toBe('one');
      expect(rig.guest.text(path('sub', 'two.txt'))).toBe('two');
      expect(rig.guest.text(path('sub', 'deep', '.hidden'))).toBe('three');
      expect(rig.guest.text(path('kept'))).toBe('kept');
    }
  });

  it('copies an empty directory', async () => {
    const rig = new GuestRig();
    mkdirSync(at('empty'));
    await copyToGuest(rig.session, at('empty'), '/empty', rig.call);
    expect(rig.guest.at('/empty').kind).toBe('directory');
  });

  it('stops at the first file that fails, and names it', async () => {
    const rig = new GuestRig();
    mkdirSync(at('tree'));
    for (const name of ['a', 'b', 'c']) write(`tree/${name}`, name);
    rig.guest.directory('/t');
    rig.guest.directory('/t/b');
    expect(await kindOf(copyToGuest(rig.session, at('tree'), '/t', rig.call))).toEqual([
      'not-a-file',
      'Fault: /t/b is a directory',
    ]);
    expect([rig.guest.text('/t/a'), rig.guest.text('/t/c')]).toEqual(['a', undefined]);
  });

  it('does not put a directory over a file', async () => {
    const rig = new GuestRig();
    mkdirSync(at('tree'));
    rig.guest.file('/t', 'a file');
    expect((await kindOf(copyToGuest(rig.session, at('tree'), '/t', rig.call)))[0]).toBe('file-exists');
    expect(rig.guest.text('/t')).toBe('a file');
    rig.control.once('files.makeDirectory', new Fault('file-access', 'no right'));
    expect((await kindOf(copyToGuest(rig.session, at('tree'), '/none/t', rig.call)))[0]).toBe('file-access');
  });

  it('says which file of this machine is missing, and which cannot be read', async () => {
    const rig = new GuestRig();
    const [kind, message] = await kindOf(copyToGuest(rig.session, at('none'), '/a', rig.call));
    expect([kind, message]).toEqual(['file-not-found', expect.stringContaining(at('none'))]);
    write('file', '');
    expect((await kindOf(copyToGuest(rig.session, at('file', 'below'), '/a', rig.call)))[0]).toMatch(
      /^not-a-dir|^file-/,
    );
    expect(rig.control.operations).toEqual([]);
  });

  it.runIf(isPosix)('follows links to files, and refuses a loop of links', async () => {
    const rig = new GuestRig();
    mkdirSync(at('tree', 'sub'), { recursive: true });
    write('tree/a', 'alpha');
    symlinkSync(at('tree', 'a'), at('tree', 'sub', 'link'));
    await copyToGuest(rig.session, at('tree'), '/t', rig.call);
    expect(rig.guest.text('/t/sub/link')).toBe('alpha');
    symlinkSync(at('tree'), at('tree', 'sub', 'up'));
    const [kind, message] = await kindOf(copyToGuest(rig.session, at('tree'), '/t', rig.call));
    expect([kind, message]).toEqual(['too-many-links', expect.stringContaining(at('tree', 'sub', 'up'))]);
    unlinkSync(at('tree', 'sub', 'up'));
    symlinkSync(at('tree', 'nowhere'), at('tree', 'dangling'));
    expect((await kindOf(copyToGuest(rig.session, at('tree'), '/t', rig.call)))[0]).toBe('file-not-found');
  });

  it.runIf(isPosix)('copies a directory twice that two links lead to', async () => {
    const rig = new GuestRig();
    mkdirSync(at('real'));
    mkdirSync(at('tree'));
    write('real/a', 'alpha');
    symlinkSync(at('real'), at('tree', 'one'));
    symlinkSync(at('real'), at('tree', 'two'));
    await copyToGuest(rig.session, at('tree'), '/t', rig.call);
    expect([rig.guest.text('/t/one/a'), rig.guest.text('/t/two/a')]).toEqual(['alpha', 'alpha']);
  });

  it.runIf(isPosix)('refuses what is neither a file nor a directory', async () => {
    const rig = new GuestRig();
    expect((await kindOf(copyToGuest(rig.session, '/dev/null', '/a', rig.call)))[0]).toBe('not-a-file');
  });

  it.runIf(isPosix)('refuses names that would be paths in a Windows guest', async () => {
    for (const name of ['..\\evil', 'a:b']) {
      mkdirSync(at('tree'), { recursive: true });
      write(`tree/${name}`, 'x');
      const windows = new GuestRig('windows');
      const [kind, message] = await kindOf(copyToGuest(windows.session, at('tree'), 'C:\\t', windows.call));
      expect([kind, message]).toEqual(['file-name-invalid', expect.stringContaining(JSON.stringify(name))]);
      expect([...windows.guest.nodes.keys()]).toEqual(['C:\\t']);
      const posix = new GuestRig();
      await copyToGuest(posix.session, at('tree'), '/t', posix.call);
      expect(posix.guest.text(`/t/${name}`)).toBe('x');
      rmSync(at('tree'), { recursive: true });
    }
  });

  it('stops when it is aborted, between files and inside one', async () => {
    const rig = new GuestRig();
    mkdirSync(at('tree'));
    for (const name of ['a', 'b']) write(`tree/${name}`, name);
    rig.control.once('files.write', () => rig.abort.abort(new Error('enough')));
    await expect(copyToGuest(rig.session, at('tree'), '/t', rig.call)).rejects.toThrow('enough');
    expect(rig.control.of('files.write')).toHaveLength(1);

    const second = new GuestRig();
    writeFileSync(at('big'), Buffer.alloc(3_000_000));
    second.control.once('files.write', async () => {
      const content = second.control.last('files.write').args[1] as SizedContent;
      for await (const _ of content.chunks) second.abort.abort(new Error('in the middle'));
    });
    await expect(copyToGuest(second.session, at('big'), '/big', second.call)).rejects.toThrow('in the middle');
  });

  it('survives a guest that refuses the file unread', async () => {
    const rig = new GuestRig();
    write('a', 'alpha');
    rig.control.always('files.write', 'pending');
    const copy = kindOf(copyToGuest(rig.session, at('a'), '/a', rig.call));
    const asked = await rig.control.reached('files.write');
    unlinkSync(at('a'));
    await settle(20);
    asked.fail(new Fault('disk-full', 'no room'));
    expect((await copy)[0]).toBe('disk-full');
  });
});

describe('copying from the guest', () => {
  it('copies a file as it is, and overwrites', async () => {
    const rig = new GuestRig();
    const bytes = Uint8Array.from({ length: 100_000 }, (_, index) => index % 251);
    rig.guest.file('/a.bin', bytes);
    write('a.bin', 'old');
    await copyFromGuest(rig.session, '/a.bin', at('a.bin'), rig.call);
    expect(Buffer.compare(readFileSync(at('a.bin')), Buffer.from(bytes))).toBe(0);
    expect(rig.progress).toEqual([1]);
    expect(readdirSync(here)).toEqual(['a.bin']);
  });

  it('copies an empty file, and one whose name is as long as can be', async () => {
    const rig = new GuestRig();
    const name = 'x'.repeat(255);
    rig.guest.file('/empty', '');
    rig.guest.file(`/${name}`, 'long');
    await copyFromGuest(rig.session, '/empty', at('empty'), rig.call);
    expect(readFileSync(at('empty'), 'utf8')).toBe('');
    await copyFromGuest(rig.session, `/${name}`, at(name), rig.call);
    expect(readFileSync(at(name), 'utf8')).toBe('long');
  });

  it('copies a tree, merging it into what is there', async () => {
    for (const family of ['posix', 'windows'] as const) {
      const rig = new GuestRig(family);
      const { separator } = rig.guest;
      const root = family === 'windows' ? 'C:\\src' : '/src';
      const path = (...parts: string[]): string => [root, ...parts].join(separator);
      for (const directory of [root, path('sub'), path('empty')]) rig.guest.directory(directory);
      rig.guest.file(path('ä b'), 'one');
      rig.guest.file(path('sub', '.two'), 'two');
      rig.guest.file(path('sub', 'link'), 'linked');
      rig.guest.at(path('sub', 'link')).kind = 'symlink';
      mkdirSync(at(family, 'sub'), { recursive: true });
      write(`${family}/kept`, 'kept');
      write(`${family}/ä b`, 'old');
      await copyFromGuest(rig.session, root, at(family), rig.call);
      expect(readFileSync(at(family, 'ä b'), 'utf8')).toBe('one');
      expect(readFileSync(at(family, 'sub', '.two'), 'utf8')).toBe('two');
      expect(readFileSync(at(family, 'sub', 'link'), 'utf8')).toBe('linked');
      expect(readFileSync(at(family, 'kept'), 'utf8')).toBe('kept');
      expect(readdirSync(at(family, 'empty'))).toEqual([]);
    }
  });

  it.each(['..', '.', '', '../evil', '/etc/passwd', 'a/b', 'a\0b', ...(isPosix ? [] : ['..\\evil', 'C:\\evil'])])(
    'lets no entry named %j lead out of the target',
    async (name) => {
      const rig = new GuestRig();
      mkdirSync(at('in'));
      rig.guest.directory('/src');
      const entry = { name, kind: 'file', size: 1, modified: new Date(0) };
      const good = { name: 'good', kind: 'file', size: 1, modified: new Date(0) };
      rig.guest.file('/src/good', 'g');
      rig.control.once('files.list', () => [good, entry]);
      rig.control.always('files.read', () => sizedBytes(Buffer.from('g')));
      const [kind, message] = await kindOf(copyFromGuest(rig.session, '/src', at('in', 'target'), rig.call));
      expect([kind, message]).toEqual(['file-name-invalid', expect.stringContaining(JSON.stringify(name))]);
      expect(readdirSync(at('in', 'target'))).toEqual(['good']);
      expect([readdirSync(at('in')), readdirSync(here)]).toEqual([['target'], ['in']]);
    },
  );

  it.runIf(isPosix)('keeps a backslash in the name of a POSIX guest where it means nothing', async () => {
    const rig = new GuestRig();
    rig.guest.directory('/src');
    rig.control.once('files.list', () => [{ name: 'a\\b', kind: 'file', size: 1, modified: new Date(0) }]);
    rig.control.once('files.read', () => sizedBytes(Buffer.from('g')));
    await copyFromGuest(rig.session, '/src', at('target'), rig.call);
    expect(readdirSync(at('target'))).toEqual(['a\\b']);
  });

  it('stops at the first file that fails, keeps an old file, and leaves no part of a new one', async () => {
    const rig = new GuestRig();
    rig.guest.directory('/src');
    for (const name of ['a', 'b', 'c']) rig.guest.file(`/src/${name}`, 'new');
    mkdirSync(at('t'));
    write('t/b', 'old');
    rig.control.once(
      'files.read',
      () => sizedBytes(Buffer.from('new')),
      () => ({
        size: 3,
        chunks: (async function* () {
          yield Buffer.from('n');
          throw new Fault('connection-lost', 'gone');
        })(),
      }),
    );
    expect((await kindOf(copyFromGuest(rig.session, '/src', at('t'), rig.call)))[0]).toBe('connection-lost');
    expect(readdirSync(at('t')).sort()).toEqual(['a', 'b']);
    expect(readFileSync(at('t', 'b'), 'utf8')).toBe('old');
  });

  it.each([
    ['less', 'ab'],
    ['more', 'abcd'],
    ['nothing', ''],
  ])('notices when %s arrives than was announced', async (_, text) => {
    const rig = new GuestRig();
    rig.guest.file('/a', 'abc');
    write('a', 'old');
    rig.control.once('files.read', () => ({ size: 3, chunks: sizedBytes(Buffer.from(text)).chunks }));
    const [kind, message] = await kindOf(copyFromGuest(rig.session, '/a', at('a'), rig.call));
    expect([kind, message]).toEqual(['file-error', expect.stringMatching(new RegExp(`/a .*3 bytes.*${text.length} `))]);
    expect([readFileSync(at('a'), 'utf8'), readdirSync(here)]).toEqual(['old', ['a']]);
  });

  it('does not write a file over a directory, nor into a directory that is missing', async () => {
    const rig = new GuestRig();
    rig.guest.file('/a', 'abc');
    mkdirSync(at('dir'));
    const [kind, message] = await kindOf(copyFromGuest(rig.session, '/a', at('dir'), rig.call));
    expect([kind, message]).toEqual(['not-a-file', expect.stringContaining(at('dir'))]);
    const [missing, words] = await kindOf(copyFromGuest(rig.session, '/a', at('none', 'a'), rig.call));
    expect([missing, words]).toEqual(['file-not-found', expect.stringContaining(at('none', 'a'))]);
    expect(rig.control.of('files.read')).toEqual([]);
    rig.guest.directory('/d');
    write('file', 'x');
    expect((await kindOf(copyFromGuest(rig.session, '/d', at('file'), rig.call)))[0]).toMatch(/file-exists|not-a-dir/);
    expect(readFileSync(at('file'), 'utf8')).toBe('x');
  });

  it('says what is missing in the guest', async () => {
    const rig = new GuestRig();
    expect((await kindOf(copyFromGuest(rig.session, '/none', at('a'), rig.call)))[0]).toBe('file-not-found');
    rig.guest.file('/a', 'x');
    rig.control.once('files.read', new Fault('file-access', 'no right'));
    expect((await kindOf(copyFromGuest(rig.session, '/a', at('a'), rig.call)))[0]).toBe('file-access');
    expect(readdirSync(here)).toEqual([]);
  });

  it('leaves no directory here when the guest does not list its own', async () => {
    const rig = new GuestRig();
    rig.guest.directory('/d');
    rig.control.once('files.list', new Fault('file-access', 'no right'));
    expect((await kindOf(copyFromGuest(rig.session, '/d', at('d'), rig.call)))[0]).toBe('file-access');
    expect(readdirSync(here)).toEqual([]);
  });

  it('ends in a loop of links of the guest', async () => {
    const rig = new GuestRig();
    const modified = new Date(0);
    rig.guest.directory('/src');
    rig.control.always('files.list', () => [{ name: 'x'.repeat(200), kind: 'directory', size: 0, modified }]);
    expect((await kindOf(copyFromGuest(rig.session, '/src', at('t'), rig.call)))[0]).toMatch(
      /file-name-too-long|file-/,
    );
  });

  it('stops when it is aborted, and leaves no part behind', async () => {
    const rig = new GuestRig();
    rig.guest.file('/a', 'abc');
    rig.control.once('files.read', () => ({
      size: 6,
      chunks: (async function* () {
        yield Buffer.from('abc');
        rig.abort.abort(new Error('enough'));
        yield Buffer.from('abc');
      })(),
    }));
    await expect(copyFromGuest(rig.session, '/a', at('a'), rig.call)).rejects.toThrow('enough');
    expect([existsSync(at('a')), readdirSync(here)]).toEqual([false, []]);
    await expect(copyFromGuest(rig.session, '/a', at('a'), rig.call)).rejects.toThrow('enough');
  });

  it.runIf(process.platform === 'linux')('refuses a tree where this machine takes no directories', async () => {
    const rig = new GuestRig();
    rig.guest.directory('/src');
    const copy = copyFromGuest(rig.session, '/src', '/proc/1/x/tree', rig.call);
    expect(await kindOf(copy)).toEqual([
      'file-access',
      expect.stringContaining('directory /proc/1/x: the file system'),
    ]);
  });
});

describe('faults of the own file system', () => {
  it.each<[string, FaultKind]>([
    ['ENOENT', 'file-not-found'],
    ['EACCES', 'file-access'],
    ['EPERM', 'file-access'],
    ['EROFS', 'file-read-only'],
    ['EEXIST', 'file-exists'],
    ['EISDIR', 'not-a-file'],
    ['ENOTDIR', 'not-a-directory'],
    ['ENOTEMPTY', 'directory-not-empty'],
    ['ENOSPC', 'disk-full'],
    ['EDQUOT', 'disk-full'],
    ['EFBIG', 'file-too-big'],
    ['ENAMETOOLONG', 'file-name-too-long'],
    ['EINVAL', 'invalid-argument'],
    ['EBUSY', 'busy'],
    ['ELOOP', 'too-many-links'],
    ['EIO', 'file-error'],
  ])('%s is %s', (code, kind) => {
    const error = Object.assign(new Error('words'), { code });
    const fault = hostFileFault(error, 'read', '/a');
    expect(fault instanceof Fault && [fault.kind, fault.message, fault.cause]).toEqual([
      kind,
      'cannot read /a on this machine: words',
      error,
    ]);
  });

  it('leave everything else as it is', () => {
    for (const error of [new Fault('busy', 'x'), new Error('x'), 'x', undefined]) {
      expect(hostFileFault(error, 'read', '/a')).toBe(error);
    }
  });
});

describe('content', () => {
  it('of bytes is those bytes, also none', async () => {
    for (const text of ['', 'abc']) {
      const content = sizedBytes(Buffer.from(text));
      expect([content.size, Buffer.from(await readAll(content)).toString()]).toEqual([text.length, text]);
    }
  });
});
