import { dateText, longTimeText } from '../guest-time.js';

/** A failure of a running script, with the number that `Err.Number` shows. */
export class VbRuntimeError extends Error {
  readonly number: number;
  /** Who failed, as the script host prints it before the text. */
  readonly source: string;

  constructor(number: number, message: string, source = 'Microsoft VBScript runtime error') {
    super(message);
    this.name = 'VbRuntimeError';
    this.number = number;
    this.source = source;
  }
}

/** Failures by their numbers. */
const errorTexts = {
  5: 'Invalid procedure call or argument',
  6: 'Overflow',
  9: 'Subscript out of range',
  11: 'Division by zero',
  13: 'Type mismatch',
  28: 'Out of stack space',
  52: 'Bad file name or number',
  53: 'File not found',
  54: 'Bad file mode',
  58: 'File already exists',
  61: 'Disk full',
  62: 'Input past end of file',
  70: 'Permission denied',
  75: 'Path/File access error',
  76: 'Path not found',
  91: 'Object variable not set',
  94: 'Invalid use of Null',
  424: 'Object required',
  429: "ActiveX component can't create object",
  438: "Object doesn't support this property or method",
  450: 'Wrong number of arguments or invalid property assignment',
  451: 'Object not a collection',
  457: 'This key is already associated with an element of this collection',
  500: 'Variable is undefined',
  501: 'Illegal assignment',
} as const;

/** @param subject what the failure is about, shown after the text. */
export function vbError(number: keyof typeof errorTexts, subject?: string): VbRuntimeError {
  return new VbRuntimeError(number, errorTexts[number] + (subject === undefined ? '' : `: '${subject}'`));
}

/** A value of date and time: milliseconds since 1970. */
export class VbDate {
  readonly timeMs: number;

  constructor(timeMs: number) {
    this.timeMs = timeMs;
  }

  /** Whole days print without a time, as VBScript does. */
  get text(): string {
    const isDay = this.timeMs % 86_400_000 === 0;
    return isDay ? dateText(this.timeMs).replace(/\b0/g, '') : longTimeText(this.timeMs);
  }
}

/** An array of one dimension; assignment copies it. */
export class VbArray {
  items: VbValue[];

  constructor(items: VbValue[]) {
    this.items = items;
  }
}

/** An object of the script host. Names come in lower case; the empty name is the default member. */
export interface VbObject {
  readonly typeName: string;
  /** Reads a property or calls a method; undefined when there is no such member. */
  call(name: string, args: readonly VbValue[]): VbResult | Promise<VbResult>;
  /** Sets a property; false when there is none to set. */
  put?(name: string, args: readonly VbValue[], value: VbValue): boolean;
  /** Members, for `For Each`. */
  items?(): readonly VbValue[];
}

/** `undefined` is Empty, `null` is Null, `nothing` is Nothing. */
export type VbValue = undefined | null | boolean | number | string | VbDate | VbArray | VbObject | typeof nothing;

/** The object variable that names no object. */
export const nothing = Symbol('Nothing');

/** What a member gives; `noMember` where there is no such member. */
export type VbResult = VbValue | typeof noMember;

export const noMember = Symbol('no such member');

export function isObject(value: VbValue): value is VbObject {
  return typeof value === 'object' && value !== null && !(value instanceof VbDate) && !(value instanceof VbArray);
}

function numberText(value: number): string {
  const plain = Number(value.toPrecision(15));
  return String(plain)
    .replace('e', 'E')
    .replace(/E([-+])(\d)$/, 'E$10$2');
}

export function toText(value: VbValue): string {
  if (value === undefined) return '';
  if (value === null) throw vbError(94);
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value === 'number') return numberText(value);
  if (value instanceof VbDate) return value.text;
  if (value === nothing) throw vbError(91);
  if (isObject(value)) throw vbError(438);
  throw vbError(13);
}

const numberPattern = /^\s*[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?\s*$/i;

/** The number of a text, or undefined if it is none. */
export function parseNumber(text: string): number | undefined {
  if (/^\s*&h[\da-f]+\s*$/i.test(text)) return Number.parseInt(text.trim().slice(2), 16);
  return numberPattern.test(text) ? Number(text) : undefined;
}

export function toNumber(value: VbValue): number {
  if (value === undefined) return 0;
  if (value === null) throw vbError(94);
  if (typeof value === 'number') return value;
  if (typeof value === 'boolean') return value ? -1 : 0;
  if (value instanceof VbDate) return value.timeMs / 86_400_000 + 25_569;
  const number = typeof value === 'string' ? parseNumber(value) : undefined;
  if (number === undefined) throw vbError(13, typeof value === 'string' ? `[string: "${value}"]` : undefined);
  return number;
}

/** Rounds halves to even, as conversions to whole numbers do. */
export function toWhole(value: VbValue): number {
  const number = toNumber(value);
  const floor = Math.floor(number);
  const rest = number - floor;
  const whole = rest === 0.5 ? floor + (floor % 2 === 0 ? 0 : 1) : Math.round(number);
  if (!Number.isSafeInteger(whole)) throw vbError(6);
  return whole;
}

export function toBoolean(value: VbValue): boolean {
  if (typeof value === 'boolean') return value;
  if (typeof value === 'string' && /^(true|false)$/i.test(value)) return value.toLowerCase() === 'true';
  return toNumber(value) !== 0;
}

export function toObject(value: VbValue, subject: string): VbObject {
  if (value === nothing) throw vbError(91, subject);
  if (!isObject(value)) throw vbError(424, subject);
  return value;
}

export function typeNameOf(value: VbValue): string {
  if (value === undefined) return 'Empty';
  if (value === null) return 'Null';
  if (value === nothing) return 'Nothing';
  if (typeof value === 'boolean') return 'Boolean';
  if (typeof value === 'string') return 'String';
  if (typeof value === 'number') {
    if (!Number.isInteger(value)) return 'Double';
    return Math.abs(value) <= 32_767 ? 'Integer' : Math.abs(value) <= 2_147_483_647 ? 'Long' : 'Double';
  }
  if (value instanceof VbDate) return 'Date';
  if (value instanceof VbArray) return 'Variant()';
  return value.typeName;
}
