import type { RegistryValue } from '../program.js';

/** What a registry file orders, one after the other. */
export type RegistryOrder =
  | { readonly order: 'create' | 'delete'; readonly key: string }
  | { readonly order: 'set'; readonly key: string; readonly value: RegistryValue }
  | { readonly order: 'unset'; readonly key: string; readonly name: string };

const header = 'Windows Registry Editor Version 5.00';
const oldHeader = 'REGEDIT4';
const longestLine = 80;
const lineEnd = '\r\n';

/** Types whose bytes stand in hexadecimal, by their numbers. */
const byteTypes = { '2': 'REG_EXPAND_SZ', '7': 'REG_MULTI_SZ', b: 'REG_QWORD', '3': 'REG_BINARY' } as const;

/** A file as `reg export` writes it, UTF-16 with a byte order mark. */
export function formatRegistryFile(
  keys: readonly { readonly path: string; readonly values: readonly RegistryValue[] }[],
): Uint8Array {
  const parts = keys.map(({ path, values }) => [`[${path}]`, ...values.map(formatValue), ''].join(lineEnd));
  return Buffer.from(`\ufeff${[header, '', ...parts, ''].join(lineEnd)}`, 'utf16le');
}

function formatValue(value: RegistryValue): string {
  const name = value.name === '' ? '@' : quoted(value.name);
  switch (value.type) {
    case 'REG_SZ':
      return `${name}=${/[\r\n]/.test(value.data) ? hexadecimal(name, 'hex(1)', utf16(value.data)) : quoted(value.data)}`;
    case 'REG_DWORD':
      return `${name}=dword:${value.data.toString(16).padStart(8, '0')}`;
    case 'REG_QWORD': {
      const bytes = Buffer.alloc(8);
      bytes.writeBigUInt64LE(BigInt(value.data));
      return `${name}=${hexadecimal(name, 'hex(b)', bytes)}`;
    }
    case 'REG_EXPAND_SZ':
      return `${name}=${hexadecimal(name, 'hex(2)', utf16(value.data))}`;
    case 'REG_MULTI_SZ':
      return `${name}=${hexadecimal(name, 'hex(7)', utf16([...value.data, ''].join('\0')))}`;
    case 'REG_BINARY':
      return `${name}=${hexadecimal(name, 'hex', value.data)}`;
  }
}

function quoted(text: string): string {
  return `"${text.replace(/[\\"]/g, '\\$&')}"`;
}

/** Text with the zero that ends it. */
function utf16(text: string): Uint8Array {
  return Buffer.from(`${text}\0`, 'utf16le');
}

/** Bytes in lines of 80 characters, each but the last with a backslash at its end. */
function hexadecimal(name: string, type: string, bytes: Uint8Array): string {
  const lines = [''];
  let room = longestLine - name.length - type.length - 3;
  for (const [index, byte] of bytes.entries()) {
    const text = byte.toString(16).padStart(2, '0') + (index === bytes.length - 1 ? '' : ',');
    if ((lines.at(-1) ?? '').length + text.length > Math.max(3, room)) {
      lines.push('');
      room = longestLine - 4;
    }
    lines[lines.length - 1] += text;
  }
  return `${type}:${lines.join(`\\${lineEnd}  `)}`;
}

/** Reads a registry file, UTF-16 or UTF-8. @returns undefined for what is none. */
export function parseRegistryFile(bytes: Uint8Array): readonly RegistryOrder[] | undefined {
  const text = decoded(bytes);
  const [first = '', ...rest] = text.split(/\r?\n/);
  if (first.trim() !== header && first.trim() !== oldHeader) return undefined;
  const orders: RegistryOrder[] = [];
  let key: string | undefined;
  const joined = rest.join('\n').replace(/\\[ \t]*\n[ \t]*/g, '');
  for (const line of joined.split('\n').map((each) => each.trim())) {
    if (line === '' || line.startsWith(';')) continue;
    const [, minus, path] = /^\[(-?)(.+)\]$/.exec(line) ?? [];
    if (path !== undefined) {
      key = minus === '' ? path : undefined;
      orders.push({ order: minus === '' ? 'create' : 'delete', key: path });
      continue;
    }
    const order = key === undefined ? undefined : orderOf(key, line);
    if (order === undefined) return undefined;
    orders.push(order);
  }
  return orders;
}

function decoded(bytes: Uint8Array): string {
  const encoding = bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf-16le' : 'utf-8';
  return new TextDecoder(encoding).decode(bytes);
}

function orderOf(key: string, line: string): RegistryOrder | undefined {
  const [, quotedName, data = ''] = /^(@|"(?:[^"\\]|\\.)*")\s*=\s*(.*)$/su.exec(line) ?? [];
  if (quotedName === undefined) return undefined;
  const name = quotedName === '@' ? '' : unquoted(quotedName);
  if (data === '-') return { order: 'unset', key, name };
  const value = valueOf(name, data);
  return value === undefined ? undefined : { order: 'set', key, value };
}

function unquoted(text: string): string {
  return text.slice(1, -1).replace(/\\(.)/g, '$1');
}

function valueOf(name: string, data: string): RegistryValue | undefined {
  if (/^"(?:[^"\\]|\\.)*"$/.test(data)) return { name, type: 'REG_SZ', data: unquoted(data) };
  const [, number] = /^dword:([0-9a-f]{1,8})$/i.exec(data) ?? [];
  if (number !== undefined) return { name, type: 'REG_DWORD', data: Number.parseInt(number, 16) };
  const [, kind = '3', list] = /^hex(?:\(([0-9a-f])\))?:((?:[0-9a-f]{2}(?:,[0-9a-f]{2})*)?)$/i.exec(data) ?? [];
  if (list === undefined) return undefined;
  const bytes = Buffer.from(list.replaceAll(',', ''), 'hex');
  if (kind === '1') return { name, type: 'REG_SZ', data: textOf(bytes) };
  if (!Object.hasOwn(byteTypes, kind.toLowerCase())) return undefined;
  return bytesValue(name, kind.toLowerCase(), bytes);
}

function bytesValue(name: string, kind: string, bytes: Buffer): RegistryValue | undefined {
  switch (kind) {
    case '2':
      return { name, type: 'REG_EXPAND_SZ', data: textOf(bytes) };
    case '7': {
      const parts = bytes.toString('utf16le').split('\0');
      // One zero ends each text, another one the list.
      return { name, type: 'REG_MULTI_SZ', data: parts.slice(0, -2) };
    }
    case 'b': {
      const number = bytes.length === 8 ? Number(bytes.readBigUInt64LE()) : Number.NaN;
      return Number.isSafeInteger(number) ? { name, type: 'REG_QWORD', data: number } : undefined;
    }
    default:
      return { name, type: 'REG_BINARY', data: new Uint8Array(bytes) };
  }
}

function textOf(bytes: Buffer): string {
  return bytes.toString('utf16le').replace(/\0$/, '');
}
