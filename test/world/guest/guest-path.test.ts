import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  baseName,
  isAbsolutePath,
  joinPath,
  normalizePath,
  parentPath,
  resolvePath,
  type GuestFamily,
} from '../../../src/world/guest/guest-path.js';
import { faultOf } from './guest-fixture.js';

const families: readonly GuestFamily[] = ['posix', 'windows'];

describe('normalizePath', () => {
  it.each<readonly [GuestFamily, string, string]>([
    ['posix', '/', '/'],
    ['posix', '//a//b/./c/', '/a/b/c'],
    ['posix', '/a/../../b', '/b'],
    ['posix', '/a\\b', '/a\\b'],
    ['windows', 'c:\\', 'C:\\'],
    ['windows', 'c:/Users//bob\\.\\x', 'C:\\Users\\bob\\x'],
    ['windows', 'C:\\a\\..\\..\\b', 'C:\\b'],
    ['windows', '\\\\?\\C:\\a', 'C:\\a'],
    ['windows', 'C:\\dots...\\blank ', 'C:\\dots\\blank'],
  ])('%s: %s is %s', (family, path, expected) => {
    expect(normalizePath(family, path)).toBe(expected);
  });

  it.each<readonly [GuestFamily, string, string]>([
    ['posix', '', 'invalid-argument'],
    ['posix', 'a/b', 'invalid-argument'],
    ['posix', 'C:\\a', 'invalid-argument'],
    ['posix', '/a\0b', 'file-name-invalid'],
    ['posix', '/a\nb', 'file-name-invalid'],
    ['posix', '/a\ud800', 'file-name-invalid'],
    ['posix', `/${'x'.repeat(256)}`, 'file-name-too-long'],
    ['posix', `/${'é'.repeat(128)}`, 'file-name-too-long'],
    ['posix', '/abc'.repeat(1025), 'file-name-too-long'],
    ['windows', '', 'invalid-argument'],
    ['windows', 'a', 'invalid-argument'],
    ['windows', '\\a', 'invalid-argument'],
    ['windows', 'C:a', 'invalid-argument'],
    ['windows', '/tmp/a', 'invalid-argument'],
    ['windows', '\\\\server\\share\\a', 'file-not-found'],
    ['windows', '\\\\.\\pipe\\a', 'file-not-found'],
    ['windows', 'C:\\a<b', 'file-name-invalid'],
    ['windows', 'C:\\a:b', 'file-name-invalid'],
    ['windows', 'C:\\what?', 'file-name-invalid'],
    ['windows', 'C:\\dir\\NUL', 'file-name-invalid'],
    ['windows', 'C:\\con.txt', 'file-name-invalid'],
    ['windows', 'C:\\...', 'file-name-invalid'],
    ['windows', `C:\\${'x'.repeat(256)}`, 'file-name-too-long'],
  ])('%s: refuses %j with %s', (family, path, kind) => {
    expect(faultOf(() => normalizePath(family, path))).toBe(kind);
  });

  it('takes names of exactly 255 bytes', () => {
    const name = `${'é'.repeat(127)}x`;
    expect(normalizePath('posix', `/${name}`)).toBe(`/${name}`);
  });

  it('names the path in its message', () => {
    expect(() => normalizePath('posix', 'some/where')).toThrow('some/where');
  });

  it.each(families)('changes nothing the second time: %s', (family) => {
    const piece = fc.constantFrom('a', 'B b', '..', '.', '', 'é', 'x.txt', 'dots..', '~');
    const separator = family === 'posix' ? fc.constant('/') : fc.constantFrom('\\', '/');
    const path = fc
      .array(fc.tuple(separator, piece), { maxLength: 12 })
      .map((pairs) => (family === 'posix' ? '/' : 'd:\\') + pairs.map(([cut, name]) => cut + name).join(''));
    fc.assert(
      fc.property(path, (text) => {
        const once = normalizePath(family, text);
        expect(normalizePath(family, once)).toBe(once);
        expect(isAbsolutePath(family, once)).toBe(true);
        expect(once).not.toMatch(/(?:^|[\\/])\.\.?(?:[\\/]|$)/u);
        expect(normalizePath(family, joinPath(family, parentPath(family, once), baseName(family, once)))).toBe(once);
      }),
    );
  });
});

describe('resolvePath', () => {
  it.each<readonly [GuestFamily, string, string, string]>([
    ['posix', '/home/a', 'b/../c', '/home/a/c'],
    ['posix', '/home/a', '/etc', '/etc'],
    ['posix', '/', '..', '/'],
    ['windows', 'C:\\Users\\a', 'b', 'C:\\Users\\a\\b'],
    ['windows', 'C:\\Users\\a', '\\b', 'C:\\b'],
    ['windows', 'C:\\Users\\a', 'c:b', 'C:\\Users\\a\\b'],
    ['windows', 'C:\\Users\\a', 'D:b', 'D:\\b'],
    ['windows', 'C:\\Users\\a', '..\\b', 'C:\\Users\\b'],
  ])('%s: in %s, %s is %s', (family, base, path, expected) => {
    expect(resolvePath(family, base, path)).toBe(expected);
  });
});

describe('baseName and parentPath', () => {
  it.each<readonly [GuestFamily, string, string, string]>([
    ['posix', '/a/b.txt', 'b.txt', '/a'],
    ['posix', '/a/', 'a', '/'],
    ['posix', '/', '', '/'],
    ['windows', 'C:\\a\\b', 'b', 'C:\\a'],
    ['windows', 'C:\\', '', 'C:\\'],
  ])('%s: %s', (family, path, name, parent) => {
    expect([baseName(family, path), parentPath(family, path)]).toEqual([name, parent]);
  });
});
