import { findFiles, isPattern } from '../file-patterns.js';
import { resolvePath, unquote } from '../paths.js';
import type { Comparison, Condition } from './command.js';
import type { CmdSession } from './session.js';

/** Version of the command extensions, as `if cmdextversion` compares it. */
const extensionVersion = 2;

/** A number as `if` reads it: decimal, octal or hexadecimal, with a sign; undefined for other text. */
function wholeNumber(text: string): number | undefined {
  const match = /^([-+]?)(0x[\da-f]+|0[0-7]*|[1-9]\d*)$/i.exec(text);
  if (match === null) return undefined;
  const digits = (match[2] ?? '').toLowerCase();
  const value = Number(/^0[0-7]+$/.test(digits) ? `0o${digits.slice(1)}` : digits);
  return match[1] === '-' ? -value : value;
}

function order(left: string, right: string, ignoresCase: boolean): number {
  const leftNumber = wholeNumber(left);
  const rightNumber = wholeNumber(right);
  if (leftNumber !== undefined && rightNumber !== undefined) return Math.sign(leftNumber - rightNumber);
  const [first, second] = ignoresCase ? [left.toLowerCase(), right.toLowerCase()] : [left, right];
  return first === second ? 0 : first < second ? -1 : 1;
}

const comparisonTests: Record<Comparison, (order: number) => boolean> = {
  equ: (sign) => sign === 0,
  neq: (sign) => sign !== 0,
  lss: (sign) => sign < 0,
  leq: (sign) => sign <= 0,
  gtr: (sign) => sign > 0,
  geq: (sign) => sign >= 0,
};

function fileExists(session: CmdSession, operand: string): boolean {
  const name = unquote(operand);
  if (/^(nul|con)$/i.test(name)) return true;
  const path = resolvePath(session.workingDirectory, name, session.driveDirectories);
  if (isPattern(path)) return findFiles(session.files, path).length > 0;
  return session.files.exists(path);
}

/** @param expand replaces the variables in an operand. */
export function isTrue(
  condition: Condition,
  ignoresCase: boolean,
  session: CmdSession,
  expand: (text: string) => string,
): boolean {
  switch (condition.kind) {
    case 'exist':
      return fileExists(session, expand(condition.operand));
    case 'defined':
      return session.isDefined(unquote(expand(condition.operand)));
    case 'errorlevel':
      return session.errorLevel >= (wholeNumber(expand(condition.operand)) ?? 0);
    case 'cmdextversion':
      return extensionVersion >= (wholeNumber(expand(condition.operand)) ?? 0);
    case 'equal': {
      const [left, right] = [expand(condition.left), expand(condition.right)];
      return ignoresCase ? left.toLowerCase() === right.toLowerCase() : left === right;
    }
    case 'compare':
      return comparisonTests[condition.operator](order(expand(condition.left), expand(condition.right), ignoresCase));
  }
}
