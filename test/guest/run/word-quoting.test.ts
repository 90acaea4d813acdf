import { execFileSync } from 'node:child_process';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Fault } from '../../../src/base/fault.js';
import { batchFileWord, batchPath, batchText, posixWord, windowsWord } from '../../../src/guest/run/word-quoting.js';
import { splitArguments } from '../../../src/world/guest/windows/arguments.js';

const signs = fc.constantFrom(...Array.from('\'"\\`$!%^&|<>(){}[]*?~#; \t=,-a0é漢😀'));
const word = fc.oneof(fc.string({ unit: signs, maxLength: 12 }), fc.string({ maxLength: 8 }));
const posixWords = word.filter((text) => !text.includes('\0'));
const windowsWords = word.filter((text) => !/[\0\r\n]/.test(text));

describe('posixWord', () => {
  // On Windows there is no such shell; the other systems of CI have one.
  it.skipIf(process.platform === 'win32')('arrives as it is through a real shell', () => {
    fc.assert(
      fc.property(fc.array(posixWords, { minLength: 20, maxLength: 60 }), (words) => {
        const line = `for word in ${words.map(posixWord).join(' ')}; do printf '%s\\0' "$word"; done`;
        const printed = execFileSync('/bin/sh', ['-c', line], { encoding: 'utf8' });
        expect(printed.split('\0').slice(0, -1)).toEqual(words);
      }),
      { numRuns: 15 },
    );
  });

  it('arrives also with line breaks, and refuses a NUL', () => {
    expect(posixWord("a\n'b'")).toBe("'a\n'\\''b'\\'''");
    expect(() => posixWord('a\0b')).toThrow(Fault);
  });
});

describe('windowsWord', () => {
  it('arrives as it is where programs of Windows take their command line apart', () => {
    fc.assert(
      fc.property(fc.array(windowsWords, { maxLength: 6 }), (words) => {
        expect(splitArguments(words.map(windowsWord).join(' '))).toEqual(words);
      }),
    );
  });
});

/** What cmd.exe makes of a line of a batch file: variables first, then quotes and carets. Undefined: it acted on a sign. */
function throughBatch(line: string): string | undefined {
  const expanded = line.replaceAll(/%%|%/g, (sign) => (sign === '%%' ? '\u{1}' : '\u{2}'));
  if (expanded.includes('\u{2}')) return undefined;
  let result = '';
  let isQuoted = false;
  for (let at = 0; at < expanded.length; at += 1) {
    const sign = expanded.charAt(at);
    if (!isQuoted && sign === '^') {
      at += 1;
      result += expanded.charAt(at);
    } else if (sign === '"') {
      isQuoted = !isQuoted;
      result += sign;
    } else if (!isQuoted && /[&|<>()]/.test(sign)) {
      return undefined;
    } else {
      result += sign;
    }
  }
  return isQuoted ? undefined : result.replaceAll('\u{1}', '%');
}

describe('batchText', () => {
  it('passes through cmd.exe as it is', () => {
    fc.assert(
      fc.property(windowsWords, (text) => {
        expect(throughBatch(batchText(text))).toBe(text);
      }),
    );
  });

  it('refuses line breaks', () => {
    expect(() => batchText('a\nb')).toThrow(/line break/);
  });
});

describe('batchPath and batchFileWord', () => {
  it('keep what they take, and refuse what a batch file would act on', () => {
    expect(batchPath('C:\\100% & more\\a.exe')).toBe('"C:\\100%% & more\\a.exe"');
    expect(() => batchPath('C:\\a"b')).toThrow(/quote/);
    expect([batchFileWord('plain'), batchFileWord('two words'), batchFileWord('')]).toEqual([
      'plain',
      '"two words"',
      '""',
    ]);
    for (const sign of '"%&|<>^()!\n') expect(() => batchFileWord(`a${sign}`), sign).toThrow(Fault);
  });
});
