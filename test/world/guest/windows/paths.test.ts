import { describe, expect, it } from 'vitest';
import { nameMatcher } from '../../../../src/world/guest/windows/file-patterns.js';
import { baseName, extensionOf, parentPath, resolvePath } from '../../../../src/world/guest/windows/paths.js';
import { windowsVersion } from '../../../../src/world/guest/windows/version.js';

describe('Windows paths', () => {
  it.each([
    ['x', 'C:\\Work\\x'],
    ['..\\x\\.\\y\\', 'C:\\x\\y'],
    ['\\x', 'C:\\x'],
    ['d:/a/b', 'D:\\a\\b'],
    ['C:x', 'C:\\Work\\x'],
    ['E:x', 'E:\\there\\x'],
    ['F:x', 'F:\\x'],
    ['..\\..\\..', 'C:\\'],
    ['trailing. . ', 'C:\\Work\\trailing'],
    ['\\\\?\\C:\\a', 'C:\\a'],
    ['\\\\server\\share\\a\\..\\b', '\\\\server\\share\\b'],
    ['\\\\server', '\\\\server\\-\\'],
  ])('%s in C:\\Work', (path, resolved) => {
    expect(resolvePath('C:\\Work', path, new Map([['E:', 'E:\\there']]))).toBe(resolved);
  });

  it.each([
    ['C:\\a\\b.txt', 'C:\\a', 'b.txt', '.txt'],
    ['C:\\a', 'C:\\', 'a', ''],
    ['C:\\', 'C:\\', '', ''],
    ['\\\\s\\h\\x.y.z', '\\\\s\\h\\', 'x.y.z', '.z'],
  ])('parts of %s', (path, parent, name, extension) => {
    expect([parentPath(path), baseName(path), extensionOf(path)]).toEqual([parent, name, extension]);
  });

  it.each([
    ['*', 'any', true],
    ['*.*', 'noextension', true],
    ['*.txt', 'A.TXT', true],
    ['*.txt', 'a.txt.bak', false],
    ['a?c', 'aXc', true],
    ['a.*', 'a', true],
    ['*.', 'plain', true],
    ['*.', 'a.b', false],
    ['(a+b)*', '(a+b)c', true],
    ['ü*', 'Über', true],
  ])('%s against %s: %s', (pattern, name, fits) => {
    expect(nameMatcher(pattern)(name)).toBe(fits);
  });

  it.each([
    ['Windows Server 2019 Standard', '10.0.17763.5329'],
    ['Microsoft Windows XP Professional', '5.1.2600'],
    ['Windows', '10.0.19045.3930'],
  ])('version of %s', (name, version) => {
    expect(windowsVersion(name)).toBe(version);
  });
});
