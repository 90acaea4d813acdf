import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { splitArguments } from '../../../../src/world/guest/windows/arguments.js';
import { cmdWithLimits } from '../../../../src/world/guest/windows/cmd/cmd.js';
import { CmdSyntaxError } from '../../../../src/world/guest/windows/cmd/command.js';
import { parseCommand } from '../../../../src/world/guest/windows/cmd/parser.js';
import { VbCompileError } from '../../../../src/world/guest/windows/vbscript/lexer.js';
import { parseScript } from '../../../../src/world/guest/windows/vbscript/parser.js';
import { splitLines } from '../../../../src/world/guest/windows/text.js';
import { WindowsGuest } from './windows-guest.js';

const words = [
  'if ',
  'for ',
  '%%i ',
  'in (',
  ') do ',
  'else ',
  '(',
  ')',
  '"',
  '^',
  '&',
  '|',
  '>',
  '2>&1',
  '==',
  'not ',
];
const commands = [
  'echo a',
  'set x=1',
  '%x%',
  '!x!',
  '%~f1',
  '%x:~1,2%',
  '%',
  ':l',
  'goto l',
  'call :l',
  '@',
  'exist ',
  '\n',
];
const pieces = fc.oneof(fc.constantFrom(...words, ...commands), fc.string({ maxLength: 6, unit: 'grapheme' }));
const scripts = fc.array(pieces, { maxLength: 25 }).map((parts) => parts.join(''));

const vbPieces = fc.oneof(
  fc.constantFrom(
    'If ',
    'Then ',
    'Else',
    'End If',
    '\n',
    'x = ',
    '(',
    ')',
    '"',
    '&',
    'For i = 1 To 3',
    'Next',
    'Do',
    'Loop',
    '.',
    ',',
    ' _\n',
  ),
  fc.string({ maxLength: 6, unit: 'grapheme' }),
);

/** What a deed throws, or undefined. */
function failureOf(deed: () => unknown): unknown {
  try {
    deed();
    return undefined;
  } catch (error) {
    return error;
  }
}

describe('whatever is typed', () => {
  it('parses or fails as a syntax error, line by line', () => {
    fc.assert(
      fc.property(scripts, (text) => {
        const lines = splitLines(text);
        const failure = failureOf(() => {
          while (parseCommand(() => lines.shift()) !== undefined);
        });
        expect(failure === undefined || failure instanceof CmdSyntaxError).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it('deep nesting is refused, not followed', () => {
    for (const open of ['(', 'if 1==1 ', '@', 'for %i in (1) do ']) {
      const lines = [open.repeat(5000).slice(0, 8000)];
      expect(() => parseCommand(() => lines.shift())).toThrow(CmdSyntaxError);
    }
  });

  it('ends within the step limit, as a command and as a batch', async () => {
    const guest = new WindowsGuest();
    guest.add('cmd.exe', cmdWithLimits({ steps: 300, callDepth: 10, nesting: 3 }));
    await fc.assert(
      fc.asyncProperty(scripts, async (text) => {
        const command = await guest.cmd(text);
        expect(Number.isInteger(command.exitCode)).toBe(true);
        guest.files.write('C:\\Work\\any.bat', text);
        const batch = await guest.cmd('any.bat');
        expect(Number.isInteger(batch.exitCode)).toBe(true);
      }),
      { numRuns: 100 },
    );
  });

  it('is what echo prints when quoted', async () => {
    const guest = new WindowsGuest();
    const plain = fc.stringMatching(/^[^"%\r\n\u0000]{1,40}$/u);
    await fc.assert(
      fc.asyncProperty(plain, async (text) => {
        const result = await guest.cmd(`echo "${text}"`);
        expect(result.stdout).toBe(`"${text}"\r\n`);
      }),
      { numRuns: 50 },
    );
  });

  it('comes back from quoted arguments', () => {
    const word = fc.stringMatching(/^[^"]{0,20}$/u);
    fc.assert(
      fc.property(fc.array(word, { maxLength: 5 }), (all) => {
        // A backslash before a quote must be doubled to stand for itself.
        const line = all.map((each) => `"${each.replace(/\\+$/, (slashes) => slashes.repeat(2))}"`).join(' ');
        expect(splitArguments(line)).toEqual(all);
      }),
    );
  });

  it('is a script or a compile error', () => {
    fc.assert(
      fc.property(fc.array(vbPieces, { maxLength: 25 }), (parts) => {
        const failure = failureOf(() => parseScript(parts.join('')));
        expect(failure === undefined || failure instanceof VbCompileError).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});
