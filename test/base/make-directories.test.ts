import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { makeDirectories } from '../../src/base/make-directories.js';

let here = '';

beforeEach(() => {
  here = mkdtempSync(join(tmpdir(), 'revix-directories-'));
  onTestFinished(() => rmSync(here, { recursive: true, force: true }));
});

describe('makeDirectories', () => {
  it('makes what is missing, and says where that begins', () => {
    const path = join(here, 'a', 'b', 'c');
    expect(makeDirectories(path)).toBe(join(here, 'a'));
    expect(statSync(path).isDirectory()).toBe(true);
    expect(makeDirectories(path)).toBeUndefined();
    expect(makeDirectories(join(path, 'd', ''))).toBe(join(path, 'd', ''));
  });

  it.skipIf(process.platform === 'win32')('gives all that it makes the same rights', () => {
    makeDirectories(join(here, 'a', 'b'), 0o700);
    expect([join(here, 'a'), join(here, 'a', 'b')].map((path) => statSync(path).mode & 0o777)).toEqual([0o700, 0o700]);
  });

  it('leaves nothing behind where a file stands in the way', () => {
    writeFileSync(join(here, 'file'), '');
    expect(() => makeDirectories(join(here, 'file'))).toThrow(/EEXIST.*file/);
    expect(() => makeDirectories(join(here, 'file', 'a', 'b'))).toThrow(/ENOTDIR|ENOENT|EEXIST/);
    expect(readdirSync(here)).toEqual(['file']);
  });

  it.runIf(process.platform === 'linux')('ends where the file system takes no directories', () => {
    for (const path of ['/proc/1/x', '/proc/1/x/y/z']) {
      const message = 'Cannot make the directory /proc/1/x: the file system at /proc/1 takes no directories';
      expect(() => makeDirectories(path)).toThrow(message);
    }
  });
});
