import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RegistryValue } from '../../../../src/world/guest/program.js';
import { formatRegistryFile, parseRegistryFile } from '../../../../src/world/guest/windows/registry-file.js';

const text = fc.string({ unit: 'grapheme', maxLength: 40 }).filter((each) => !each.includes('\0'));
const name = text.filter((each) => !/[\r\n]/u.test(each));
const value: fc.Arbitrary<RegistryValue> = fc.oneof(
  fc.record({ name, type: fc.constantFrom('REG_SZ' as const, 'REG_EXPAND_SZ' as const), data: text }),
  fc.record({ name, type: fc.constant('REG_DWORD' as const), data: fc.integer({ min: 0, max: 2 ** 32 - 1 }) }),
  fc.record({ name, type: fc.constant('REG_QWORD' as const), data: fc.maxSafeNat() }),
  fc.record({ name, type: fc.constant('REG_MULTI_SZ' as const), data: fc.array(text, { maxLength: 4 }) }),
  fc.record({ name, type: fc.constant('REG_BINARY' as const), data: fc.uint8Array({ maxLength: 60 }) }),
);
const key = fc
  .array(fc.stringMatching(/^[A-Za-z0-9 .{}-]{1,12}$/u), { minLength: 1, maxLength: 4 })
  .map((names) => ['HKEY_LOCAL_MACHINE', ...names].join('\\'));

describe('a registry file', () => {
  it('says again what was written into it', () => {
    fc.assert(
      fc.property(fc.array(fc.record({ path: key, values: fc.array(value, { maxLength: 5 }) })), (keys) => {
        const orders = parseRegistryFile(formatRegistryFile(keys));
        const expected = keys.flatMap(({ path, values }) => [
          { order: 'create', key: path },
          ...values.map((each) => ({ order: 'set', key: path, value: each })),
        ]);
        expect(orders).toEqual(expected);
      }),
      { examples: [[[{ path: 'HKEY_LOCAL_MACHINE\\A', values: [{ name: '', type: 'REG_SZ', data: '\u2028' }] }]]] },
    );
  });

  it('has lines as regedit breaks them', () => {
    const values: RegistryValue[] = [
      { name: '', type: 'REG_SZ', data: 'a "b" c:\\d' },
      { name: 'bytes', type: 'REG_BINARY', data: new Uint8Array(30) },
    ];
    const lines = Buffer.from(formatRegistryFile([{ path: 'HKEY_LOCAL_MACHINE\\A', values }]))
      .toString('utf16le')
      .split('\r\n');
    expect(lines.slice(0, 4)).toEqual([
      '\ufeffWindows Registry Editor Version 5.00',
      '',
      '[HKEY_LOCAL_MACHINE\\A]',
      '@="a \\"b\\" c:\\\\d"',
    ]);
    expect(lines[4]).toMatch(/^"bytes"=hex:(?:00,){22}\\$/u);
    expect(lines[5]).toBe('  00,00,00,00,00,00,00,00');
  });

  it('is read from people, too', () => {
    const written = [
      'Windows Registry Editor Version 5.00',
      '; a remark',
      '[HKLM\\A]',
      '"n" = dword:1F',
      '"gone"=-',
      '"h"=hex:01,\\',
      '  02',
      '',
      '[-HKLM\\B]',
    ].join('\n');
    expect(parseRegistryFile(Buffer.from(written))).toEqual([
      { order: 'create', key: 'HKLM\\A' },
      { order: 'set', key: 'HKLM\\A', value: { name: 'n', type: 'REG_DWORD', data: 31 } },
      { order: 'unset', key: 'HKLM\\A', name: 'gone' },
      { order: 'set', key: 'HKLM\\A', value: { name: 'h', type: 'REG_BINARY', data: new Uint8Array([1, 2]) } },
      { order: 'delete', key: 'HKLM\\B' },
    ]);
  });

  it.each([
    '',
    'no header\n[HKLM\\A]',
    'REGEDIT4\n"v"="before a key"',
    'REGEDIT4\n[HKLM\\A]\nnonsense',
    'REGEDIT4\n[HKLM\\A]\n"v"=hex(9):00',
    'REGEDIT4\n[HKLM\\A]\n"v"=hex(b):00',
    'REGEDIT4\n[-HKLM\\A]\n"v"="below a deleted key"',
  ])('is refused where it is none: %j', (written) => {
    expect(parseRegistryFile(Buffer.from(written))).toBeUndefined();
  });
});
