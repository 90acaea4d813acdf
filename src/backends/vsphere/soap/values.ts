import type { Secret } from '../../../base/secret.js';

/**
 * The values that travel in SOAP, the same for client and simulator:
 *
 * - Data object: a plain object under the wire's field names. Decoding sets `$type` to the concrete type; encoding needs
 *   `$type` only where the concrete type differs from the declared one. What is absent on the wire is absent here, also an
 *   optional list of nothing; a list that must be there, and a method's result, is `[]` then.
 * - Reference to a managed object: `Ref`.
 * - `xsd:int`, `short`, `byte`, `float`, `double`: number. `xsd:long`: number too; encoding refuses one beyond 2^53
 *   (a bigint says it exactly), decoding gives the nearest number. The few longs whose every digit counts are bigints.
 * - `xsd:boolean`: boolean. `xsd:string`, `anyURI`: string. `xsd:dateTime`: Date. `xsd:base64Binary`: Uint8Array.
 * - Passwords, tickets and tokens: encoding takes `Secret`s and strings. In an answer they decode to `Secret`s, in a
 *   request to strings.
 * - Enum: its text. A value that the tables do not know passes.
 * - `xsd:anyType`: decodes to the value that its `xsi:type` says, `ArrayOfX` to an array. Encoding sees the type of
 *   strings, booleans, dates, bytes, references and data objects with `$type`; numbers and arrays need `typed`.
 */
export interface Ref<Type extends string = string> {
  readonly type: Type;
  readonly value: string;
}

/** A data object whose type is known only at run time, as faults are. */
export interface DataObject {
  readonly $type: string;
  readonly [field: string]: unknown;
}

/** A text that no log may show. */
export type SecretText = Secret | string;

/** The text of a secret, for the one place that sends or compares it. */
export function revealed(text: SecretText): string {
  return typeof text === 'string' ? text : text.reveal();
}

/** A value under `xsd:anyType` together with the type it travels as. */
export class TypedValue {
  constructor(
    readonly type: string,
    readonly value: unknown,
  ) {}
}

/** Names the type that a value under `xsd:anyType` travels as: `typed('xsd:int', 5)`, `typed('OptionValue[]', list)`. */
export function typed(type: string, value: unknown): TypedValue {
  return new TypedValue(type, value);
}

/** Makes a reference to a managed object. */
export function ref<Type extends string>(type: Type, value: string): Ref<Type> {
  return { type, value };
}

/** A reference as a key of maps. */
export function refKey({ type, value }: Ref): string {
  return `${type}:${value}`;
}

/** Whether a value has the shape of a reference. */
export function isRef(value: unknown): value is Ref {
  if (typeof value !== 'object' || value === null || '$type' in value) return false;
  return 'type' in value && typeof value.type === 'string' && 'value' in value && typeof value.value === 'string';
}
