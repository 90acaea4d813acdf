import { xsdNamespace, xsiNamespace } from './namespaces.js';
import { scalar } from './scalars.js';
import type { DataType, Field, Schema } from './schema.js';
import { SoapFormatError } from './soap-format-error.js';
import type { XmlElement } from './xml-element.js';

type Values = Record<string, unknown>;

/** How the two sides of the protocol read. */
export interface DecodeRules {
  /** Whether a field that must be there but is not is an error, as it is in a request. An answer is taken as it comes. */
  readonly strict: boolean;
  /** Whether secret texts become `Secret`s, as in an answer. A server compares and stores what it reads at once. */
  readonly wrapsSecrets: boolean;
}

/** For the server. */
export const requestRules: DecodeRules = { strict: true, wrapsSecrets: false };

/** For the client. */
export const answerRules: DecodeRules = { strict: false, wrapsSecrets: true };

/**
 * Turns elements into values (see values.ts). Where the tables know less than the server, its elements decode by their
 * structure: text to a string, elements to an object, repeated elements to an array.
 */
export class ValueDecoder {
  readonly #schema: Schema;
  readonly #rules: DecodeRules;
  /** The elements around the one at hand, for messages. */
  readonly #path: string[] = [];

  constructor(schema: Schema, rules: DecodeRules) {
    this.#schema = schema;
    this.#rules = rules;
  }

  /** The values of the elements inside a parent, by the fields that they may be. */
  fields(parent: XmlElement, fields: readonly Field[], byName: ReadonlyMap<string, Field>, into: Values = {}): Values {
    let others: Others | undefined;
    for (const child of parent.children()) {
      const name = child.localName;
      const field = byName.get(name);
      this.#path.push(name);
      if (field === undefined) addOther((others ??= new Map()), name, this.#byStructure(child));
      else this.#addField(into, field, child);
      this.#path.pop();
    }
    if (others !== undefined) assignOthers(into, others);
    for (const field of fields) {
      if (field.optional || Object.hasOwn(into, field.name)) continue;
      if (field.array) into[field.name] = [];
      else if (this.#rules.strict) throw this.#problem(`lacks "${field.name}"`);
    }
    return into;
  }

  #addField(into: Values, field: Field, element: XmlElement): void {
    const value = this.value(element, field.type);
    if (value === undefined) return;
    const earlier = into[field.name];
    if (field.array) {
      if (earlier === undefined) into[field.name] = [value];
      else (earlier as unknown[]).push(value);
      return;
    }
    if (earlier !== undefined) throw this.#problem('occurs twice');
    into[field.name] = value;
  }

  /** The value of one element by its declared type; undefined where the element says that it is nil. */
  value(element: XmlElement, declared: string): unknown {
    if (isNil(element)) return undefined;
    const known = scalar(declared === 'secret' && !this.#rules.wrapsSecrets ? 'xsd:string' : declared);
    if (known !== undefined) return this.#scalar(element, known.read);
    if (declared === 'xsd:anyType') return this.#any(element);
    if (declared.startsWith('&')) return this.#ref(element, declared.slice(1));
    if (this.#schema.enumValues(declared) !== undefined) return element.text.trim();
    const concrete = this.#concreteType(element)?.name ?? declared;
    if (this.#rules.strict) this.#requireFitting(concrete, declared);
    return this.#dataObject(element, declared, concrete);
  }

  #scalar(element: XmlElement, read: (text: string) => unknown): unknown {
    try {
      return read(element.text);
    } catch (error) {
      throw error instanceof SoapFormatError ? this.#problem(error.message) : error;
    }
  }

  #ref(element: XmlElement, declared: string): unknown {
    const type = element.attribute('type') ?? declared;
    return { type, value: element.text };
  }

  #dataObject(element: XmlElement, declared: string, concrete: string): Values {
    const row: DataType | undefined = this.#schema.dataType(concrete) ?? this.#schema.dataType(declared);
    const into: Values = { $type: concrete };
    return row === undefined ? this.#structure(element, into) : this.fields(element, row.fields, row.byName, into);
  }

  #requireFitting(concrete: string, declared: string): void {
    const row = this.#schema.dataType(concrete);
    // One that a newer client knows; what to make of it is for the method to say.
    if (row === undefined) return;
    if (!this.#schema.isA(concrete, declared)) throw this.#problem(`must be a ${declared}, not a ${concrete}`);
    if (row.abstract) throw this.#problem(`must say in xsi:type which ${concrete} it is`);
  }

  /** The type that the element names itself. */
  #concreteType(element: XmlElement): { readonly name: string; readonly schemaType: boolean } | undefined {
    const written = element.attributeOf(xsiNamespace, 'type')?.trim();
    if (written === undefined) return undefined;
    const colon = written.indexOf(':');
    const prefix = colon === -1 ? '' : written.slice(0, colon);
    const namespace = element.namespaceOf(prefix);
    const schemaType = namespace === xsdNamespace || (namespace === undefined && (prefix === 'xsd' || prefix === 'xs'));
    return { name: written.slice(colon + 1), schemaType };
  }

  #any(element: XmlElement): unknown {
    const read = this.leafReader(element);
    if (read !== undefined) return this.#scalar(element, read);
    const name = this.#concreteType(element)?.name;
    if (name === undefined) return this.#byStructure(element);
    if (this.#schema.dataType(name) !== undefined) return this.#dataObject(element, name, name);
    const item = /^ArrayOf(.+)$/.exec(name)?.[1];
    if (item !== undefined) return this.#arrayOf(element, item);
    return element.hasChildren ? this.#structure(element, { $type: name }) : element.text;
  }

  /**
   * How an element of type `xsd:anyType` with these attributes turns its text into a value; undefined where it may be
   * more than text.
   */
  leafReader(element: XmlElement): ((text: string) => unknown) | undefined {
    const concrete = this.#concreteType(element);
    if (concrete === undefined || isNil(element)) return undefined;
    const { name, schemaType } = concrete;
    if (schemaType) return name === 'long' ? readAnyLong : (scalar(`xsd:${name}`)?.read ?? asText);
    if (name === 'ManagedObjectReference') {
      const type = element.attribute('type') ?? '';
      return (value) => ({ type, value });
    }
    return this.#schema.enumValues(name) === undefined ? undefined : (text) => text.trim();
  }

  /** Whether an element of type `xsd:anyType` with these attributes holds references. */
  isReferenceList(element: XmlElement): boolean {
    const concrete = this.#concreteType(element);
    return concrete?.name === 'ArrayOfManagedObjectReference' && !concrete.schemaType && !isNil(element);
  }

  /** The type of a reference in a list, in an element with these attributes; undefined where it is nil. */
  referenceType(element: XmlElement): string | undefined {
    return isNil(element) ? undefined : (element.attribute('type') ?? '');
  }

  #arrayOf(element: XmlElement, item: string): unknown[] {
    const lowered = `xsd:${item.charAt(0).toLowerCase()}${item.slice(1)}`;
    const known = this.#schema.dataType(item) ?? this.#schema.enumValues(item);
    let declared = 'xsd:anyType';
    if (known !== undefined) declared = item;
    else if (item === 'ManagedObjectReference') declared = '&';
    else if (scalar(lowered) !== undefined) declared = lowered;
    const values: unknown[] = [];
    for (const child of element.children()) {
      const value = this.value(child, declared);
      if (value !== undefined) values.push(value);
    }
    return values;
  }

  #byStructure(element: XmlElement): unknown {
    if (isNil(element)) return undefined;
    if (this.#concreteType(element) !== undefined) return this.#any(element);
    const type = element.attribute('type');
    if (element.hasChildren) return this.#structure(element, {});
    return type === undefined ? element.text : { type, value: element.text };
  }

  #structure(element: XmlElement, into: Values): Values {
    const others: Others = new Map();
    for (const child of element.children()) addOther(others, child.localName, this.#byStructure(child));
    assignOthers(into, others);
    return into;
  }

  #problem(what: string): SoapFormatError {
    return new SoapFormatError(`${this.#path.join('.') || 'the request'} ${what}`);
  }
}

/** Nothing says of a long under `xsd:anyType` whether every digit counts, so none is lost. */
function readAnyLong(text: string): number | bigint {
  const value = scalar('bigint')?.read(text) as bigint;
  return Number.isSafeInteger(Number(value)) ? Number(value) : value;
}

function asText(text: string): string {
  return text;
}

function isNil(element: XmlElement): boolean {
  const nil = element.attributeOf(xsiNamespace, 'nil');
  return nil === 'true' || nil === '1';
}

/** The values of elements that the tables do not know, by name. */
type Others = Map<string, unknown[]>;

function addOther(others: Others, name: string, value: unknown): void {
  if (value === undefined) return;
  const earlier = others.get(name);
  if (earlier === undefined) others.set(name, [value]);
  else earlier.push(value);
}

/** An element that comes once is a value, one that comes again a list. */
function assignOthers(into: Values, others: Others): void {
  for (const [name, values] of others) into[name] = values.length === 1 ? values[0] : values;
}
