import { describeKind, scalar, wireName } from './scalars.js';
import { parseType, type DataType, type Field, type Schema } from './schema.js';
import { SoapFormatError } from './soap-format-error.js';
import { isRef, TypedValue } from './values.js';
import { escapeAttribute, escapeText } from './xml-text.js';

/** Objects within objects: enough for every snapshot tree, and an end for values that contain themselves. */
const maxDepth = 250;

/** Turns values (see values.ts) into elements, in wire order. Assumes the prefixes `xsi` and `xsd` of envelope.ts. */
export class ValueEncoder {
  readonly #schema: Schema;
  /** The fields around the one at hand, for messages. */
  readonly #path: string[];

  constructor(schema: Schema, start: string) {
    this.#schema = schema;
    this.#path = [start];
  }

  /** The elements of an object's fields. Whatever it has that is no field is an error. */
  fields(values: object, fields: readonly Field[], byName: ReadonlyMap<string, Field>, type: string): string {
    if (this.#path.length > maxDepth) throw this.#problem(`is nested more than ${maxDepth} deep`);
    const record = values as Readonly<Record<string, unknown>>;
    for (const name of Object.keys(record)) {
      if (name === '$type' || byName.has(name) || record[name] === undefined) continue;
      throw this.#problem(`has "${name}", which ${type} does not know. It knows: ${[...byName.keys()].join(', ')}`);
    }
    let written = '';
    for (const field of fields) {
      this.#path.push(field.name);
      written += this.#field(field, Object.hasOwn(record, field.name) ? record[field.name] : undefined);
      this.#path.pop();
    }
    return written;
  }

  #field(field: Field, value: unknown): string {
    if (value === undefined || value === null) {
      if (field.optional) return '';
      throw this.#problem('is missing');
    }
    return field.array ? this.list(field.name, field.type, value) : this.element(field.name, field.type, value);
  }

  /** One element for each item of a list. */
  list(name: string, type: string, value: unknown): string {
    if (!Array.isArray(value)) throw this.#problem(`needs an array, got ${describeKind(value)}`);
    let written = '';
    for (const item of value) written += this.element(name, type, item);
    return written;
  }

  /** One element for a value of a declared type. */
  element(name: string, declared: string, value: unknown): string {
    if (declared === 'xsd:anyType') return this.#any(name, value);
    return this.#element(name, declared, value, '');
  }

  /** `attributes` begins with a blank where there are any. */
  #element(name: string, type: string, value: unknown, attributes: string): string {
    const known = scalar(type);
    if (known !== undefined) return `<${name}${attributes}>${this.#scalar(known.write, value)}</${name}>`;
    if (type.startsWith('&')) return this.#ref(name, value, attributes);
    if (this.#schema.enumValues(type) !== undefined) {
      const text =
        typeof value === 'string' ? value : this.#fail(`needs a value of ${type}, got ${describeKind(value)}`);
      return `<${name}${attributes}>${this.#scalar(escapeText, text)}</${name}>`;
    }
    return this.#dataObject(name, type, value, attributes);
  }

  #scalar<Value>(write: (value: Value) => string, value: Value): string {
    try {
      return write(value);
    } catch (error) {
      throw error instanceof SoapFormatError ? this.#problem(error.message) : error;
    }
  }

  #ref(name: string, value: unknown, attributes: string): string {
    if (!isRef(value)) throw this.#problem(`needs a reference { type, value }, got ${describeKind(value)}`);
    const type = this.#scalar(escapeAttribute, value.type);
    return `<${name} type="${type}"${attributes}>${this.#scalar(escapeText, value.value)}</${name}>`;
  }

  #dataObject(name: string, declared: string, value: unknown, attributes: string): string {
    const record = plainObject(value) ?? this.#fail(`needs a ${declared}, got ${describeKind(value)}`);
    const concrete = typeof record.$type === 'string' ? record.$type : declared;
    const row = this.#rowFor(concrete, declared);
    const xsiType = concrete === declared || attributes !== '' ? '' : ` xsi:type="${concrete}"`;
    const inner = this.fields(record, row.fields, row.byName, concrete);
    const open = `<${name}${attributes}${xsiType}`;
    return inner === '' ? `${open}/>` : `${open}>${inner}</${name}>`;
  }

  #rowFor(concrete: string, declared: string): DataType {
    const row = this.#schema.dataType(concrete);
    if (row === undefined) throw this.#problem(`is of the type ${concrete}, which is not known`);
    if (!this.#schema.isA(concrete, declared)) throw this.#problem(`needs a ${declared}, got a ${concrete}`);
    if (row.abstract) {
      const concretes = this.#schema
        .dataTypeNames()
        .filter((name) => name !== concrete && this.#schema.isA(name, concrete));
      throw this.#problem(`needs a $type, one of ${concretes.join(', ')}`);
    }
    return row;
  }

  #any(name: string, value: unknown): string {
    if (value instanceof TypedValue) {
      const { type, array } = parseType(value.type);
      if (type === 'xsd:anyType' && !array) return this.#any(name, value.value);
      return array ? this.#arrayOf(name, type, value.value) : this.#typed(name, type, value.value);
    }
    return this.#typed(name, this.#typeOf(value), value);
  }

  #typed(name: string, type: string, value: unknown): string {
    if (type.startsWith('&')) return this.#ref(name, value, ' xsi:type="ManagedObjectReference"');
    // The value may be of a subtype of what it is declared as.
    const own = plainObject(value)?.$type;
    const concrete = typeof own === 'string' ? own : wireName(type);
    return this.#element(name, type, value, ` xsi:type="${concrete}"`);
  }

  #typeOf(value: unknown): string {
    if (typeof value === 'string') return 'xsd:string';
    if (typeof value === 'boolean') return 'xsd:boolean';
    if (typeof value === 'bigint') return 'bigint';
    if (value instanceof Date) return 'xsd:dateTime';
    if (value instanceof Uint8Array) return 'xsd:base64Binary';
    if (isRef(value)) return '&';
    const type = plainObject(value)?.$type;
    if (typeof type === 'string') return type;
    throw this.#problem(`needs typed(type, value), because ${describeKind(value)} does not say its type`);
  }

  #arrayOf(name: string, item: string, value: unknown): string {
    const plain = item.startsWith('&') ? 'ManagedObjectReference' : wireName(item).replace(/^xsd:/, '');
    const attributes = ` xsi:type="ArrayOf${plain.charAt(0).toUpperCase()}${plain.slice(1)}"`;
    if (!Array.isArray(value)) throw this.#problem(`needs an array, got ${describeKind(value)}`);
    let inner = '';
    for (const element of value) {
      // Real servers say the type of the items of objects and references once more, and clients have come to need it.
      const needsType = item === 'xsd:anyType' || item.startsWith('&') || this.#schema.dataType(item) !== undefined;
      if (item === 'xsd:anyType') inner += this.#any(plain, element);
      else inner += needsType ? this.#typed(plain, item, element) : this.element(plain, item, element);
    }
    return inner === '' ? `<${name}${attributes}/>` : `<${name}${attributes}>${inner}</${name}>`;
  }

  #problem(what: string): SoapFormatError {
    return new SoapFormatError(`${this.#path.join('.')} ${what}`);
  }

  #fail(what: string): never {
    throw this.#problem(what);
  }
}

function plainObject(value: unknown): Readonly<Record<string, unknown>> | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  if (value instanceof Date || value instanceof Uint8Array || value instanceof TypedValue) return undefined;
  return value as Readonly<Record<string, unknown>>;
}
