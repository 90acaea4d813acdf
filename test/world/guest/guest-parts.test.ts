import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Secret } from '../../../src/base/secret.js';
import { contentOf } from '../../../src/world/guest/file-content.js';
import { defaultRegistry } from '../../../src/world/guest/guest-os.js';
import { checkLogin, findUser } from '../../../src/world/guest/guest-users.js';
import { OutputLines } from '../../../src/world/guest/output-lines.js';
import { posixCommandNames } from '../../../src/world/guest/posix/posix-command-names.js';
import { guestCommands } from '../../../src/world/guest/posix/posix-commands.js';
import { quoteWord, quoteWords, splitWords } from '../../../src/world/guest/posix/posix-words.js';
import { programImage, programKind } from '../../../src/world/guest/program-image.js';
import { ProgramRegistry } from '../../../src/world/guest/program-registry.js';
import { windowsWaits } from '../../../src/world/guest/waiting-programs.js';
import { recordRegistry } from '../../../src/world/guest/windows/registry.js';
import { faultOf, guestRecord, TestGuest } from './guest-fixture.js';

describe('guest users', () => {
  const posix = guestRecord('posix');
  const windows = guestRecord('windows');

  it.each([
    ['ann', 'ann-pw', undefined],
    ['bob', '', undefined],
    ['ann', 'wrong', 'guest-login-refused'],
    ['ann', '', 'guest-login-refused'],
    ['Ann', 'ann-pw', 'guest-login-refused'],
    ['nobody', 'x', 'guest-login-refused'],
    ['', '', 'guest-login-refused'],
    ['__VMware_Vix_Guest_User_Anonymous__', '', 'guest-login-type'],
    ['__VMware_Vix_Guest_Console_User__', '', 'guest-login-type'],
  ])('POSIX: %s with %j: %s', (name, password, kind) => {
    expect(faultOf(() => checkLogin(posix, name, new Secret(password)))).toBe(kind);
  });

  it.each([
    ['Ann', 'ann-pw', undefined],
    ['ANN', 'ann-pw', undefined],
    ['GUEST-1\\ann', 'ann-pw', undefined],
    ['ann@corp.local', 'ann-pw', undefined],
    ['ann', 'ANN-PW', 'guest-login-refused'],
    ['ann', '', 'guest-empty-password'],
    ['nobody', '', 'guest-empty-password'],
    ['nobody', 'x', 'guest-login-refused'],
    ['__VMware_Vix_Guest_User_Admin__', '', 'guest-login-type'],
  ])('Windows: %s with %j: %s', (name, password, kind) => {
    expect(faultOf(() => checkLogin(windows, name, new Secret(password)))).toBe(kind);
  });

  it('answers with the account and without its password', () => {
    expect(checkLogin(windows, 'x\\ann', new Secret('ann-pw'))).toEqual({
      name: 'Ann',
      id: 1001,
      group: 'Users',
      home: 'C:\\Users\\Ann',
      isAdministrator: false,
    });
    expect(findUser(posix, 'none')).toBeUndefined();
    expect(() => checkLogin(posix, 'ann', new Secret('my-secret'))).toThrow(/^(?!.*my-secret)/u);
  });
});

describe('program images', () => {
  it.each(['posix', 'windows'] as const)('know their program: %s', (family) => {
    expect(programKind(family, programImage(family, 'tool.exe'))).toEqual({ kind: 'image', name: 'tool.exe' });
  });

  it.each([
    ['#!/bin/sh\necho', { kind: 'script', interpreter: '/bin/sh', argument: '' }],
    ['#! /usr/bin/env  python3 -u \r\n', { kind: 'script', interpreter: '/usr/bin/env', argument: 'python3 -u' }],
    ['echo', { kind: 'text' }],
    ['', { kind: 'text' }],
    ['#!\n', { kind: 'text' }],
    ['a\0b', { kind: 'binary' }],
    ['\u007fELF', { kind: 'text' }],
  ])('%j', (text, kind) => {
    expect(programKind('posix', contentOf(text))).toEqual(kind);
  });
});

describe('program registry', () => {
  const run = async (): Promise<number> => 0;

  it('finds by path and by name, on Windows in any case', () => {
    const programs = new ProgramRegistry('windows').add('C:\\T\\a.exe', run).add('B.exe', run);
    expect(programs.findPath('c:/t/A.EXE')?.run).toBe(run);
    expect(programs.findName('b.EXE')?.run).toBe(run);
    expect(programs.findName('a.exe')).toBeUndefined();
    expect(new ProgramRegistry('posix').add('b', run).findName('B')).toBeUndefined();
  });

  it.each(['', 'a/b', './a', 'C:\\x', 'a\\b'])('refuses the name %j', (name) => {
    expect(faultOf(() => new ProgramRegistry('posix').add(name, run))).toBe('invalid-name');
  });
});

describe('posix words', () => {
  it.each([
    ['a  b', ['a', 'b']],
    ['"a b" c\'d e\'f', ['a b', 'cd ef']],
    ['a\\ b "\\"" \'\\\'', ['a b', '"', '\\']],
    ['"" \'\'', ['', '']],
    ['"open', ['open']],
    ['', []],
  ])('%j', (line, words) => {
    expect(splitWords(line)).toEqual(words);
  });

  it('come back from their quoted form', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'grapheme' })), (words) => {
        expect(splitWords(quoteWords(words))).toEqual(words);
      }),
    );
    expect(quoteWord('/plain/path-1.txt')).toBe('/plain/path-1.txt');
  });
});

describe('output lines', () => {
  it('are the same whatever pieces they come in', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'grapheme', maxLength: 5 })), fc.array(fc.nat(7)), (texts, cuts) => {
        const lines = texts.map((text) => text.replaceAll(/[\r\n]/gu, ''));
        const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(''));
        const seen: string[] = [];
        const output = new OutputLines((line) => seen.push(line));
        let at = 0;
        for (const cut of cuts) output.push(bytes.subarray(at, (at += cut)));
        output.push(bytes.subarray(at));
        output.flush();
        expect(seen).toEqual(lines.map((line) => Buffer.from(line).toString()));
      }),
    );
  });

  it('cut a line without an end', () => {
    const seen: string[] = [];
    new OutputLines((line) => seen.push(line)).push('x'.repeat(10_000));
    expect(seen.map((line) => line.length)).toEqual([4096, 4096]);
  });
});

describe('a fresh guest', () => {
  it('has a file for each command of the shells', async () => {
    const guest = new TestGuest(new ProgramRegistry('posix'));
    const files = guest.as('ann');
    for (const name of [...guestCommands.keys(), 'sh', 'bash', 'cat']) {
      expect([name, files.stat(`/bin/${name}`).mode]).toEqual([name, 0o755]);
    }
    const { getCommandNames } = await import('just-bash');
    const known = new Set<string>([...getCommandNames(), ...guestCommands.keys(), 'test', 'time']);
    expect(posixCommandNames.filter((name) => !known.has(name))).toEqual([]);
    expect([files.stat('/tmp').mode, files.stat('/home/ann').owner, files.exists('/root/x')]).toEqual([
      0o1777,
      'ann',
      false,
    ]);
    expect(Buffer.from(files.read('/etc/passwd').bytes()).toString()).toContain('ann:x:1000:');
  });

  it('has programs and homes on Windows', () => {
    const guest = new TestGuest(new ProgramRegistry('windows'));
    const files = guest.as('Ann');
    for (const path of [
      'C:\\Windows\\System32\\cmd.exe',
      'C:\\Windows\\notepad.exe',
      'C:\\Users\\Ann\\AppData\\Local\\Temp',
    ]) {
      expect([path, files.exists(path)]).toEqual([path, true]);
    }
  });

  it('has a registry that tells about it', () => {
    const registry = recordRegistry(
      defaultRegistry({ hostName: 'web-1', osName: 'Windows Server 2019', users: guestRecord('windows').users }, 5000),
      { user: new TestGuest(new ProgramRegistry('windows')).user('Ann'), nowMs: () => 0 },
    );
    expect(registry.key('HKLM\\SOFTWARE')).toEqual({ classType: '', writtenMs: 5000 });
    expect(registry.keys('HKCU')).toContain('Environment');
    const values = registry.values('HKLM\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion');
    expect(values).toContainEqual({ name: 'ProductName', type: 'REG_SZ', data: 'Windows Server 2019' });
    expect(values).toContainEqual({ name: 'CurrentBuild', type: 'REG_SZ', data: '17763' });
    expect(registry.keys('HKLM\\SYSTEM\\CurrentControlSet\\Control')).toContain('ComputerName');
  });
});

describe('waits of Windows', () => {
  it.each([
    ['ping.exe', '-n 6 127.0.0.1', 5000],
    ['ping.exe', 'localhost -n 2', 1000],
    ['ping.exe', '127.0.0.1', 3000],
    ['ping.exe', '-t localhost', null],
    ['ping.exe', '-n 3 example.com', undefined],
    ['timeout.exe', '/t 5', 5000],
    ['timeout.exe', '/T 5 /nobreak', 5000],
    ['timeout.exe', '7', 7000],
    ['timeout.exe', '/?', undefined],
  ])('%s %s', (name, args, durationMs) => {
    expect(windowsWaits[name]?.(args)).toBe(durationMs);
  });
});
