import type { BinaryOperator } from './syntax.js';
import { nothing, parseNumber, toBoolean, toNumber, toText, toWhole, VbDate, vbError, type VbValue } from './values.js';

function finite(value: number): number {
  if (!Number.isFinite(value)) throw vbError(6);
  return value;
}

function add(left: VbValue, right: VbValue): VbValue {
  if (typeof left === 'string' && typeof right === 'string') return left + right;
  if (left instanceof VbDate) return new VbDate(left.timeMs + toNumber(right) * 86_400_000);
  return finite(toNumber(left) + toNumber(right));
}

function divide(left: VbValue, right: VbValue): number {
  const divisor = toNumber(right);
  if (divisor === 0) throw vbError(11);
  return finite(toNumber(left) / divisor);
}

function wholeDivide(left: VbValue, right: VbValue): number {
  const divisor = toWhole(right);
  if (divisor === 0) throw vbError(11);
  return Math.trunc(toWhole(left) / divisor);
}

function remainder(left: VbValue, right: VbValue): number {
  const divisor = toWhole(right);
  if (divisor === 0) throw vbError(11);
  return toWhole(left) % divisor;
}

/** Sign of a comparison: as numbers if either is one, else as text. */
export function compare(left: VbValue, right: VbValue): number {
  const isNumeric = (value: VbValue): boolean =>
    typeof value === 'number' || typeof value === 'boolean' || value instanceof VbDate;
  if (isNumeric(left) || isNumeric(right)) {
    const [first, second] = [comparedNumber(left), comparedNumber(right)];
    // A text that is no number is greater than every number.
    if (first === undefined || second === undefined) return first === second ? 0 : first === undefined ? 1 : -1;
    return Math.sign(first - second);
  }
  const [first, second] = [toText(left), toText(right)];
  return first === second ? 0 : first < second ? -1 : 1;
}

function comparedNumber(value: VbValue): number | undefined {
  return typeof value === 'string' ? parseNumber(value) : toNumber(value);
}

function isSameObject(left: VbValue, right: VbValue): boolean {
  for (const value of [left, right]) {
    if (value !== nothing && (typeof value !== 'object' || value === null)) throw vbError(424);
  }
  return left === right;
}

/** Bit by bit on numbers, and so also right on truth values. */
function logical(left: VbValue, right: VbValue, bits: (left: number, right: number) => number): VbValue {
  const result = bits(logicalBits(left), logicalBits(right));
  return typeof left === 'boolean' && typeof right === 'boolean' ? result !== 0 : result;
}

function logicalBits(value: VbValue): number {
  if (typeof value === 'string' && /^(true|false)$/i.test(value)) return toBoolean(value) ? -1 : 0;
  return toWhole(value) | 0;
}

type Binary = (left: VbValue, right: VbValue) => VbValue;

const binaries: Readonly<Record<BinaryOperator, Binary>> = {
  '^': (left, right) => finite(toNumber(left) ** toNumber(right)),
  '*': (left, right) => finite(toNumber(left) * toNumber(right)),
  '/': divide,
  '\\': wholeDivide,
  mod: remainder,
  '+': add,
  '-': (left, right) =>
    left instanceof VbDate && !(right instanceof VbDate)
      ? new VbDate(left.timeMs - toNumber(right) * 86_400_000)
      : finite(toNumber(left) - toNumber(right)),
  '&': (left, right) => (left === null ? '' : toText(left)) + (right === null ? '' : toText(right)),
  '=': (left, right) => compare(left, right) === 0,
  '<>': (left, right) => compare(left, right) !== 0,
  '<': (left, right) => compare(left, right) < 0,
  '>': (left, right) => compare(left, right) > 0,
  '<=': (left, right) => compare(left, right) <= 0,
  '>=': (left, right) => compare(left, right) >= 0,
  is: isSameObject,
  and: (left, right) => logical(left, right, (first, second) => first & second),
  or: (left, right) => logical(left, right, (first, second) => first | second),
  xor: (left, right) => logical(left, right, (first, second) => first ^ second),
  eqv: (left, right) => logical(left, right, (first, second) => ~(first ^ second)),
  imp: (left, right) => logical(left, right, (first, second) => ~first | second),
};

/** Operators that take Null for a value of its own; for all others one Null makes the result Null. */
const nullSafe: ReadonlySet<BinaryOperator> = new Set(['&', 'is']);

/** Longest text that a script may build, in characters. */
const longestText = 16 * 1024 * 1024;

/** @throws VbRuntimeError */
export function applyBinary(operator: BinaryOperator, left: VbValue, right: VbValue): VbValue {
  if (!nullSafe.has(operator) && (left === null || right === null)) return null;
  const result = binaries[operator](left, right);
  if (typeof result === 'string' && result.length > longestText) throw vbError(6);
  return result;
}

export function applyUnary(operator: '-' | '+' | 'not', value: VbValue): VbValue {
  if (value === null) return null;
  if (operator === '-') return -toNumber(value);
  if (operator === '+') return toNumber(value);
  return typeof value === 'boolean' ? !value : ~logicalBits(value);
}
