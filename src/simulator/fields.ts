import { Secret } from '../base/secret.js';
import type { Ref } from './ref.js';
import { VimFault } from './vim-fault.js';

/** A data object on the wire, read field by field. What has the wrong shape is the client's fault and says so. */
export class Fields {
  /** Concrete type of the object; empty for the arguments of a method. */
  readonly type: string;
  readonly #values: Readonly<Record<string, unknown>>;
  /** Where the object stands in the request, like `spec.identity`; empty at the top. */
  readonly #place: string;

  constructor(values: Readonly<Record<string, unknown>>, place = '') {
    this.#values = values;
    this.#place = place;
    const type = values['$type'];
    this.type = typeof type === 'string' ? type : '';
  }

  /** Names of the fields that were sent. */
  get names(): readonly string[] {
    return Object.keys(this.#values);
  }

  has(name: string): boolean {
    return this.#values[name] !== undefined;
  }

  /** The object as it was sent. */
  get json(): unknown {
    return this.#values;
  }

  /** @throws VimFault `InvalidArgument`, as every reader here, when the field is missing or of another kind. */
  text(name: string): string {
    const value = this.#values[name];
    return typeof value === 'string' ? value : this.#refuse(name, 'text');
  }

  optionalText(name: string): string | undefined {
    return this.has(name) ? this.text(name) : undefined;
  }

  /** A text that no log may show. */
  secret(name: string): Secret {
    const value = this.#values[name];
    if (value instanceof Secret) return value;
    return typeof value === 'string' ? new Secret(value) : this.#refuse(name, 'text');
  }

  flag(name: string): boolean {
    const value = this.#values[name];
    return typeof value === 'boolean' ? value : this.#refuse(name, 'true or false');
  }

  optionalFlag(name: string): boolean | undefined {
    return this.has(name) ? this.flag(name) : undefined;
  }

  whole(name: string): number {
    const value = this.#values[name];
    return typeof value === 'number' && Number.isSafeInteger(value) ? value : this.#refuse(name, 'a whole number');
  }

  long(name: string): bigint {
    const value = this.#values[name];
    return typeof value === 'bigint' ? value : this.#refuse(name, 'a whole number');
  }

  optionalWhole(name: string): number | undefined {
    return this.has(name) ? this.whole(name) : undefined;
  }

  optionalDate(name: string): Date | undefined {
    const value = this.#values[name];
    if (value === undefined) return undefined;
    return value instanceof Date && !Number.isNaN(value.getTime()) ? value : this.#refuse(name, 'a date and time');
  }

  /** A time as text, as JSON has it. */
  optionalTime(name: string): Date | undefined {
    const text = this.optionalText(name);
    if (text === undefined) return undefined;
    const time = new Date(text);
    return Number.isNaN(time.getTime()) ? this.#refuse(name, 'a time like 2026-01-31T12:00:00Z') : time;
  }

  optionalBytes(name: string): Uint8Array | undefined {
    const value = this.#values[name];
    return value === undefined || value instanceof Uint8Array ? value : this.#refuse(name, 'bytes');
  }

  /** Empty when it was not sent. */
  texts(name: string): readonly string[] {
    return this.#list(name, 'texts', (item): item is string => typeof item === 'string');
  }

  /** Empty when it was not sent. */
  wholes(name: string): readonly number[] {
    return this.#list(name, 'whole numbers', (item): item is number => Number.isSafeInteger(item));
  }

  object(name: string): Fields {
    const value = this.#values[name];
    return isRecord(value) ? new Fields(value, this.#placeOf(name)) : this.#refuse(name, 'an object');
  }

  optionalObject(name: string): Fields | undefined {
    return this.has(name) ? this.object(name) : undefined;
  }

  /** Empty when it was not sent. */
  objects(name: string): readonly Fields[] {
    return this.#list(name, 'objects', isRecord).map(
      (item, index) => new Fields(item, `${this.#placeOf(name)}[${index}]`),
    );
  }

  ref<Type extends string>(name: string, type: Type): Ref<Type> {
    const value = this.#values[name];
    if (!isRecord(value) || typeof value['value'] !== 'string') return this.#refuse(name, `a reference to a ${type}`);
    return { type, value: value['value'] };
  }

  /** The fault of a field whose value cannot be used. */
  invalid(name: string, reason: string): VimFault {
    return invalidArgument(this.#placeOf(name), reason);
  }

  #list<Item>(name: string, what: string, isItem: (item: unknown) => item is Item): readonly Item[] {
    const value = this.#values[name];
    if (value === undefined) return [];
    return Array.isArray(value) && value.every(isItem) ? value : this.#refuse(name, what);
  }

  #refuse(name: string, what: string): never {
    throw this.invalid(name, this.has(name) ? `expected ${what}` : `it is missing; expected ${what}`);
  }

  #placeOf(name: string): string {
    return this.#place === '' ? name : `${this.#place}.${name}`;
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The fault of an argument, or of a field at a place like `spec.identity`, whose value cannot be used. */
export function invalidArgument(place: string, reason: string): VimFault {
  const fault = { $type: 'InvalidArgument', invalidProperty: place };
  return new VimFault(fault, `A specified parameter was not correct: ${place}: ${reason}.`);
}
