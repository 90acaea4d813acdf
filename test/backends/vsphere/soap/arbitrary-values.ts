import * as fc from 'fast-check';
import { Secret } from '../../../../src/base/secret.js';
import type { Field, Schema, ValueType } from '../../../../src/backends/vsphere/soap/schema.js';
import { typed } from '../../../../src/backends/vsphere/soap/values.js';
import { vimSchema } from '../../../../src/backends/vsphere/vim/vim-schema.js';

/** A value as it is encoded, and what it decodes to in a request. */
export interface Pair {
  readonly sent: unknown;
  readonly read: unknown;
}

const same = <Value>(values: fc.Arbitrary<Value>): fc.Arbitrary<Pair> =>
  values.map((value) => ({ sent: value, read: value }));

/** Texts with everything that XML can carry, also what it must escape. */
const xmlText: fc.Arbitrary<string> = fc
  .oneof(
    fc.string({ unit: 'binary' }),
    fc.string({ unit: fc.constantFrom('<', '>', '&', '"', "'", '\r', '\n', '\t', ' ', ']]>', '&amp;', '𝒳', 'é', 'a') }),
  )
  .filter((text) => !/[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]/.test(text) && text.isWellFormed());

const maxLong = 2n ** 63n - 1n;

const scalars: Readonly<Record<string, fc.Arbitrary<Pair>>> = {
  'xsd:string': same(xmlText),
  'xsd:anyURI': same(fc.webUrl()),
  secret: same(xmlText),
  'xsd:boolean': same(fc.boolean()),
  'xsd:byte': same(fc.integer({ min: -128, max: 127 })),
  'xsd:short': same(fc.integer({ min: -32_768, max: 32_767 })),
  'xsd:int': same(fc.integer()),
  'xsd:long': same(fc.maxSafeInteger()),
  bigint: same(fc.bigInt({ min: -maxLong - 1n, max: maxLong })),
  'xsd:float': same(fc.float()),
  'xsd:double': same(fc.double()),
  'xsd:dateTime': same(fc.date({ min: new Date('-009999-01-01'), noInvalidDate: true })),
  'xsd:base64Binary': same(fc.uint8Array()),
};

const anyPair = fc.oneof(
  same(fc.oneof(xmlText, fc.boolean(), fc.uint8Array())),
  fc.integer().map((value) => ({ sent: typed('xsd:int', value), read: value })),
  fc.bigInt({ min: 2n ** 60n, max: maxLong }).map((value) => ({ sent: value, read: value })),
  fc.array(xmlText).map((value) => ({ sent: typed('xsd:string[]', value), read: value })),
  same(fc.record({ type: fc.constantFrom('VirtualMachine', 'HostSystem'), value: xmlText })),
  fc.constantFrom('poweredOn', 'suspended').map((value): Pair => ({
    sent: typed('VirtualMachinePowerState', value),
    read: value,
  })),
);

/** Every concrete type at or below one. */
function concreteTypes(schema: Schema, type: string): string[] {
  return schema.dataTypeNames().filter((name) => schema.isA(name, type) && schema.dataType(name)?.abstract === false);
}

/** Values of a type. `depth` counts the data objects that may lie inside each other. */
export function pairs(type: string, depth: number): fc.Arbitrary<Pair> {
  const scalar = scalars[type];
  if (scalar !== undefined) return scalar;
  if (type === 'xsd:anyType') return anyPair;
  if (type.startsWith('&')) return same(fc.record({ type: fc.constant(type.slice(1) || 'Task'), value: xmlText }));
  const values = vimSchema.enumValues(type);
  if (values !== undefined) return same(fc.constantFrom(...values));
  return fc.constantFrom(...concreteTypes(vimSchema, type)).chain((name) => objectPair(name, depth));
}

function objectPair(name: string, depth: number): fc.Arbitrary<Pair> {
  const fields = vimSchema.dataType(name)?.fields ?? [];
  return recordPair(fields, depth - 1).map(({ sent, read }) => ({
    sent: { $type: name, ...(sent as object) },
    read: { $type: name, ...(read as object) },
  }));
}

/** Objects with these fields; below the given depth only those that must be there. */
export function recordPair(fields: readonly Field[], depth: number): fc.Arbitrary<Pair> {
  const model = fields
    .filter((field) => !field.optional || depth > 0)
    .map((field): [string, fc.Arbitrary<Pair>] => [field.name, fieldPair(field, depth)]);
  const required = fields.filter((field) => !field.optional).map((field) => field.name);
  return fc.record(Object.fromEntries(model), { requiredKeys: required }).map((record) => {
    const entries = Object.entries(record as Record<string, Pair>);
    return {
      sent: Object.fromEntries(entries.map(([field, { sent }]) => [field, sent])),
      read: Object.fromEntries(entries.map(([field, { read }]) => [field, read])),
    };
  });
}

function fieldPair(field: ValueType & { readonly optional: boolean }, depth: number): fc.Arbitrary<Pair> {
  if (!field.array) return pairs(field.type, depth);
  // A list of nothing is the same on the wire as no list.
  const minLength = field.optional ? 1 : 0;
  return fc.array(pairs(field.type, depth), { minLength, maxLength: 2 }).map((list) => ({
    sent: list.map(({ sent }) => sent),
    read: list.map(({ read }) => read),
  }));
}

/** What was decoded from an answer, with the texts of its secrets, which no comparison sees otherwise. */
export function reveal(value: unknown): unknown {
  if (value instanceof Secret) return value.reveal();
  if (Array.isArray(value)) return value.map(reveal);
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value;
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, reveal(field)]));
}
