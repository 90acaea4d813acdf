import {
  VbArray,
  VbDate,
  vbError,
  type VbValue,
  isObject,
  nothing,
  parseNumber,
  toBoolean,
  toNumber,
  toText,
  toWhole,
  typeNameOf,
} from './values.js';

/** What built-in functions need of the run around them. */
export interface FunctionContext {
  readonly nowMs: number;
  /** A number from 0 up to, not including, 1. */
  readonly random: () => number;
}

type BuiltinFunction = (args: readonly VbValue[], context: FunctionContext) => VbValue;

const msPerDay = 86_400_000;

/** Longest text that `Space` and `String` make, in characters. */
const longestRepeat = 16 * 1024 * 1024;

function isTextCompare(value: VbValue): boolean {
  return value !== undefined && toWhole(value) === 1;
}

function count(value: VbValue): number {
  const whole = toWhole(value);
  if (whole < 0 || whole > longestRepeat) throw vbError(5);
  return whole;
}

function folded(text: string, isFolded: boolean): string {
  return isFolded ? text.toLowerCase() : text;
}

/** Arguments of InStr, whose first one, the start, may be left out. */
function inStr(args: readonly VbValue[]): number {
  const hasStart = args.length > 2;
  const [text, search] = (hasStart ? args.slice(1) : args).map(toText);
  const start = hasStart ? toWhole(args[0]) : 1;
  if (start < 1) throw vbError(5);
  const isFolded = isTextCompare(args[3]);
  if (text === undefined || search === undefined) throw vbError(450);
  if (start > text.length) return 0;
  return folded(text, isFolded).indexOf(folded(search, isFolded), start - 1) + 1;
}

function replace([text, search, by, from, most, mode]: readonly VbValue[]): string {
  const [source, found, replacement] = [toText(text), toText(search), toText(by)];
  const isFolded = isTextCompare(mode);
  const start = from === undefined ? 0 : Math.max(0, toWhole(from) - 1);
  let left = most === undefined || toWhole(most) < 0 ? Number.POSITIVE_INFINITY : toWhole(most);
  if (found === '') return source.slice(start);
  const [lower, wanted] = [folded(source, isFolded), folded(found, isFolded)];
  let result = '';
  let at = start;
  for (let next = lower.indexOf(wanted, at); next >= 0 && left > 0; next = lower.indexOf(wanted, at)) {
    result += source.slice(at, next) + replacement;
    at = next + found.length;
    left -= 1;
  }
  return result + source.slice(at);
}

function arrayOf(value: VbValue): VbArray {
  if (!(value instanceof VbArray)) throw vbError(13);
  return value;
}

function split([text, separator]: readonly VbValue[]): VbArray {
  const source = toText(text);
  if (source === '') return new VbArray([]);
  return new VbArray(source.split(separator === undefined ? ' ' : toText(separator)));
}

function dateOf(value: VbValue): Date {
  if (value instanceof VbDate) return new Date(value.timeMs);
  const time = typeof value === 'string' ? Date.parse(`${value} UTC`) : (toNumber(value) - 25_569) * msPerDay;
  if (Number.isNaN(time)) throw vbError(13);
  return new Date(time);
}

function truncated(value: VbValue, round: (value: number) => number): VbValue {
  return value === null ? null : round(toNumber(value));
}

function roundTo([value, digits]: readonly VbValue[]): number {
  const scale = 10 ** (digits === undefined ? 0 : toWhole(digits));
  return toWhole(toNumber(value) * scale) / scale;
}

const varTypes: Readonly<Record<string, number>> = {
  Empty: 0,
  Null: 1,
  Integer: 2,
  Long: 3,
  Double: 5,
  Date: 7,
  String: 8,
  Boolean: 11,
  Nothing: 9,
  'Variant()': 8204,
};

function chosenText(value: VbValue): string {
  const text = typeof value === 'string' ? value : String.fromCharCode(toWhole(value));
  return text.charAt(0);
}

/** Built-in functions by their names in lower case. */
export const builtinFunctions: Readonly<Record<string, BuiltinFunction>> = {
  abs: ([value]) => Math.abs(toNumber(value)),
  array: (args) => new VbArray([...args]),
  asc: ([text]) => characterCode(text),
  ascw: ([text]) => characterCode(text),
  cbool: ([value]) => toBoolean(value),
  cdbl: ([value]) => toNumber(value),
  chr: ([code]) => String.fromCharCode(toWhole(code)),
  chrw: ([code]) => String.fromCharCode(toWhole(code)),
  cint: ([value]) => bounded(toWhole(value), 32_767),
  clng: ([value]) => bounded(toWhole(value), 2_147_483_647),
  csng: ([value]) => toNumber(value),
  cstr: ([value]) => toText(value),
  date: (_args, { nowMs }) => new VbDate(Math.floor(nowMs / msPerDay) * msPerDay),
  day: ([value]) => dateOf(value).getUTCDate(),
  fix: ([value]) => truncated(value, Math.trunc),
  hex: ([value]) => (toWhole(value) >>> 0).toString(16).toUpperCase(),
  hour: ([value]) => dateOf(value).getUTCHours(),
  inputbox: () => '',
  instr: inStr,
  instrrev: ([text, search]) => toText(text).lastIndexOf(toText(search)) + 1,
  int: ([value]) => truncated(value, Math.floor),
  isarray: ([value]) => value instanceof VbArray,
  isdate: ([value]) => value instanceof VbDate || (typeof value === 'string' && !Number.isNaN(Date.parse(value))),
  isempty: ([value]) => value === undefined,
  isnull: ([value]) => value === null,
  isnumeric: ([value]) =>
    typeof value === 'string'
      ? parseNumber(value) !== undefined
      : value === undefined || typeof value === 'number' || typeof value === 'boolean',
  isobject: ([value]) => value === nothing || isObject(value),
  join: ([array, separator]) =>
    arrayOf(array)
      .items.map(toText)
      .join(separator === undefined ? ' ' : toText(separator)),
  lbound: ([array]) => (arrayOf(array), 0),
  lcase: ([text]) => toText(text).toLowerCase(),
  left: ([text, length]) => toText(text).slice(0, count(length)),
  len: ([text]) => toText(text).length,
  ltrim: ([text]) => toText(text).replace(/^ +/, ''),
  mid: ([text, start, length]) => {
    const first = toWhole(start);
    if (first < 1) throw vbError(5);
    const rest = toText(text).slice(first - 1);
    return length === undefined ? rest : rest.slice(0, count(length));
  },
  minute: ([value]) => dateOf(value).getUTCMinutes(),
  month: ([value]) => dateOf(value).getUTCMonth() + 1,
  /** Nobody sits at the screen: the box counts as closed with OK. */
  msgbox: () => 1,
  now: (_args, { nowMs }) => new VbDate(Math.floor(nowMs / 1000) * 1000),
  oct: ([value]) => (toWhole(value) >>> 0).toString(8),
  replace,
  right: ([text, length]) => {
    const source = toText(text);
    return source.slice(Math.max(0, source.length - count(length)));
  },
  rnd: (_args, { random }) => random(),
  round: roundTo,
  rtrim: ([text]) => toText(text).replace(/ +$/, ''),
  second: ([value]) => dateOf(value).getUTCSeconds(),
  sgn: ([value]) => Math.sign(toNumber(value)),
  space: ([length]) => ' '.repeat(count(length)),
  split,
  sqr: ([value]) => {
    const number = toNumber(value);
    if (number < 0) throw vbError(5);
    return Math.sqrt(number);
  },
  strcomp: ([left, right, mode]) => {
    const isFolded = isTextCompare(mode);
    const [first, second] = [folded(toText(left), isFolded), folded(toText(right), isFolded)];
    return first === second ? 0 : first < second ? -1 : 1;
  },
  string: ([length, text]) => chosenText(text).repeat(count(length)),
  strreverse: ([text]) => [...toText(text)].reverse().join(''),
  time: (_args, { nowMs }) => new VbDate(Math.floor(nowMs / 1000) * 1000).text.replace(/^\S+ /, ''),
  timer: (_args, { nowMs }) => (nowMs % msPerDay) / 1000,
  trim: ([text]) => toText(text).replace(/^ +| +$/g, ''),
  typename: ([value]) => typeNameOf(value),
  ubound: ([array]) => arrayOf(array).items.length - 1,
  ucase: ([text]) => toText(text).toUpperCase(),
  vartype: ([value]) => varTypes[typeNameOf(value)] ?? 9,
  weekday: ([value]) => dateOf(value).getUTCDay() + 1,
  year: ([value]) => dateOf(value).getUTCFullYear(),
};

function characterCode(value: VbValue): number {
  const text = toText(value);
  if (text === '') throw vbError(5);
  return text.charCodeAt(0);
}

function bounded(value: number, most: number): number {
  if (value > most || value < -most - 1) throw vbError(6);
  return value;
}

/** Functions of VBScript that a mock guest has not, by their names in lower case. */
export const absentFunctions: ReadonlySet<string> = new Set([
  ...['atn', 'cos', 'exp', 'log', 'sin', 'tan', 'rgb', 'ccur', 'cbyte', 'cdate'],
  ...['dateadd', 'datediff', 'datepart', 'dateserial', 'datevalue', 'timeserial', 'timevalue'],
  ...['formatcurrency', 'formatdatetime', 'formatnumber', 'formatpercent', 'monthname', 'weekdayname'],
  ...['escape', 'unescape', 'eval', 'filter', 'getlocale', 'getobject', 'getref', 'loadpicture', 'setlocale'],
  ...['ascb', 'chrb', 'instrb', 'leftb', 'lenb', 'midb', 'rightb'],
]);

/** Built-in constants by their names in lower case. */
export const builtinConstants: Readonly<Record<string, VbValue>> = {
  vbcr: '\r',
  vbcrlf: '\r\n',
  vblf: '\n',
  vbnewline: '\r\n',
  vbnullstring: '',
  vbtab: '\t',
  vbtrue: -1,
  vbfalse: 0,
  vbtextcompare: 1,
  vbbinarycompare: 0,
  vbokonly: 0,
  vbyesno: 4,
  vbcritical: 16,
  vbinformation: 64,
  vbok: 1,
  vbyes: 6,
  vbno: 7,
  vbempty: 0,
  vbnull: 1,
  vbinteger: 2,
  vblong: 3,
  vbdouble: 5,
  vbstring: 8,
  vbobject: 9,
  vbboolean: 11,
  vbarray: 8192,
  vbobjecterror: -2_147_221_504,
};
