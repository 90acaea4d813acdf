import { Buffer } from 'node:buffer';
import { Secret } from '../../../base/secret.js';
import { SoapFormatError } from './soap-format-error.js';
import { escapeText } from './xml-text.js';

/** How one scalar type of XML Schema is written and read. `write` gives escaped text, or throws. */
interface Scalar {
  readonly write: (value: unknown) => string;
  readonly read: (text: string) => unknown;
}

function mismatch(expected: string, value: unknown): SoapFormatError {
  return new SoapFormatError(`needs ${expected}, got ${describeKind(value)}`);
}

/** What a value is, without what it says. */
export function describeKind(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  if (value instanceof Date) return 'a Date';
  if (value instanceof Secret) return 'a Secret';
  if (value instanceof Uint8Array) return 'bytes';
  if (typeof value === 'number') return `the number ${value}`;
  if (typeof value === 'bigint') return 'a bigint';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

function text(value: unknown): string {
  if (typeof value === 'string') return escapeText(value);
  if (value instanceof Secret) return escapeText(value.reveal());
  throw mismatch('a string', value);
}

const string: Scalar = { write: text, read: (written) => written };
const secret: Scalar = { write: text, read: (written) => new Secret(written) };

function integer(name: string, min: number, max: number): Scalar {
  return {
    write: (value) => {
      if (typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max) return String(value);
      throw mismatch(`a whole number from ${min} to ${max} (${name})`, value);
    },
    read: (written) => {
      const value = Number(written.trim());
      if (/^\s*[-+]?\d+\s*$/.test(written) && value >= min && value <= max) return value;
      throw new SoapFormatError(`is no ${name}`);
    },
  };
}

const minLong = -(2n ** 63n);
const maxLong = 2n ** 63n - 1n;

function writeLong(value: unknown): string {
  if (typeof value === 'bigint' && value >= minLong && value <= maxLong) return String(value);
  if (Number.isSafeInteger(value)) return String(value);
  throw mismatch('a whole number that JavaScript keeps exactly, or a bigint of 64 bits (xsd:long)', value);
}

function readLong(written: string): bigint {
  if (!/^\s*[-+]?\d{1,20}\s*$/.test(written)) throw new SoapFormatError('is no xsd:long');
  const value = BigInt(written.trim().replace(/^\+/, ''));
  if (value < minLong || value > maxLong) throw new SoapFormatError('is no xsd:long');
  return value;
}

const long: Scalar = { write: writeLong, read: (written) => Number(readLong(written)) };
const bigint: Scalar = { write: writeLong, read: readLong };

const special: Readonly<Record<string, number>> = { INF: Infinity, '-INF': -Infinity, NaN: Number.NaN };

const float: Scalar = {
  write: (value) => {
    if (typeof value !== 'number') throw mismatch('a number', value);
    if (Number.isNaN(value)) return 'NaN';
    if (!Number.isFinite(value)) return value > 0 ? 'INF' : '-INF';
    return Object.is(value, -0) ? '-0' : String(value);
  },
  read: (written) => {
    const trimmed = written.trim();
    if (Object.hasOwn(special, trimmed)) return special[trimmed];
    if (/^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(trimmed)) return Number(trimmed);
    throw new SoapFormatError('is no number');
  },
};

const boolean: Scalar = {
  write: (value) => {
    if (typeof value === 'boolean') return String(value);
    throw mismatch('true or false', value);
  },
  read: (written) => {
    const trimmed = written.trim();
    if (trimmed === 'true' || trimmed === '1') return true;
    if (trimmed === 'false' || trimmed === '0') return false;
    throw new SoapFormatError('is no boolean');
  },
};

const time = /^(-?\d{4,})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d{1,30}))?(Z|[-+]\d\d:\d\d)?$/;

/** Reads a time; without a zone it is UTC, as servers mean it. What is finer than a millisecond is dropped. */
function readTime(written: string): Date {
  const match = time.exec(written.trim());
  if (match !== null) {
    const [, year = '', month, day, hour, minute, second, fraction = '', zone = 'Z'] = match;
    const padded = /^\d{4}$/.test(year)
      ? year
      : `${year.startsWith('-') ? '-' : '+'}${year.replace('-', '').padStart(6, '0')}`;
    const milliseconds = fraction.slice(0, 3).padEnd(3, '0');
    const date = new Date(`${padded}-${month}-${day}T${hour}:${minute}:${second}.${milliseconds}${zone}`);
    if (!Number.isNaN(date.getTime())) return date;
  }
  throw new SoapFormatError('is no xsd:dateTime');
}

const dateTime: Scalar = {
  write: (value) => {
    if (!(value instanceof Date) || Number.isNaN(value.getTime())) throw mismatch('a valid Date', value);
    // XML Schema writes years beyond 9999 without the sign and the padding of JavaScript.
    const [, sign = '', year, rest] = /^([-+]?)0*(\d{4,})(-.*?)(?:\.000)?Z$/.exec(value.toISOString()) ?? [];
    return `${sign === '-' ? '-' : ''}${year}${rest}Z`;
  },
  read: readTime,
};

const base64Binary: Scalar = {
  write: (value) => {
    if (!(value instanceof Uint8Array)) throw mismatch('bytes', value);
    return Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64');
  },
  read: (written) => {
    const packed = written.replaceAll(/\s+/g, '');
    if (!/^[A-Za-z0-9+/]*={0,2}$/.test(packed) || packed.length % 4 === 1) throw new SoapFormatError('is no base64');
    return new Uint8Array(Buffer.from(packed, 'base64'));
  },
};

const scalars: Readonly<Record<string, Scalar>> = {
  'xsd:string': string,
  'xsd:anyURI': string,
  secret,
  'xsd:boolean': boolean,
  'xsd:byte': integer('xsd:byte', -128, 127),
  'xsd:short': integer('xsd:short', -32_768, 32_767),
  'xsd:int': integer('xsd:int', -2_147_483_648, 2_147_483_647),
  'xsd:long': long,
  bigint,
  'xsd:float': float,
  'xsd:double': float,
  'xsd:dateTime': dateTime,
  'xsd:base64Binary': base64Binary,
};

/** The scalar type of a name, undefined for every other kind of type. */
export function scalar(type: string): Scalar | undefined {
  return Object.hasOwn(scalars, type) ? scalars[type] : undefined;
}

/** The name that a scalar type of the tables has on the wire. */
export function wireName(type: string): string {
  if (type === 'secret') return 'xsd:string';
  return type === 'bigint' ? 'xsd:long' : type;
}
