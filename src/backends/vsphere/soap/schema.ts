/**
 * The tables as the generator writes them. A field is written `name Type`, `name? Type` where it is optional, and
 * `Type[]` where it is a list; fields of one type are joined by `; `. A type is `xsd:<name>`, the name of a data type or an
 * enum, `&Name` for a reference to a managed object, `secret` for a text that no log may show, or `bigint` for a long
 * whose every digit counts.
 */
export interface SchemaTables {
  /** The namespace of all elements. */
  readonly namespace: string;
  /** Data type -> its base type (`''` for the topmost) and the fields that it adds, in wire order. */
  readonly dataTypes: Readonly<Record<string, readonly [base: string, fields: string]>>;
  /** Data types that never travel themselves. */
  readonly abstract: readonly string[];
  /** Enum -> its values. */
  readonly enums: Readonly<Record<string, readonly string[]>>;
  /** Managed object -> its row. */
  readonly managed: Readonly<Record<string, ManagedTable>>;
}

export interface ManagedTable {
  /** `''` for the topmost. */
  readonly base: string;
  readonly properties: string;
  /** Property -> the privilege that reading it needs. */
  readonly propertyPrivileges?: Readonly<Record<string, string>>;
  readonly methods: Readonly<Record<string, MethodTable>>;
}

export interface MethodTable {
  /** Parameters after `_this`, in wire order. */
  readonly params: string;
  /** Type of the result, `void`, or with `?` one that may be absent. */
  readonly result: string;
  /** Of a method that starts a task: type of the task's result. */
  readonly taskResult?: string;
  /** Declared faults; a subtype of each may come, and runtime faults may always. */
  readonly faults?: string;
  /** Privileges needed, by the parameter on whose object each is checked; `_this` is the object of the call. */
  readonly privileges?: Readonly<Record<string, string>>;
}

/** A type together with whether it is a list of them. */
export interface ValueType {
  readonly type: string;
  readonly array: boolean;
}

export interface Field extends ValueType {
  readonly name: string;
  readonly optional: boolean;
}

export interface DataType {
  readonly name: string;
  readonly base: string;
  readonly abstract: boolean;
  /** All fields in wire order, those of the base types first. */
  readonly fields: readonly Field[];
  readonly byName: ReadonlyMap<string, Field>;
}

export interface Method {
  readonly name: string;
  /** The managed object that declares it. */
  readonly owner: string;
  readonly params: readonly Field[];
  readonly paramsByName: ReadonlyMap<string, Field>;
  /** Undefined where the method returns nothing. */
  readonly result: (ValueType & { readonly optional: boolean }) | undefined;
  readonly taskResult: ValueType | undefined;
  readonly faults: readonly string[];
  readonly privileges: Readonly<Record<string, string>>;
}

export interface Property extends Field {
  /** The privilege that reading it needs, where one is named. */
  readonly privilege: string | undefined;
}

export interface ManagedType {
  readonly name: string;
  readonly base: string;
  /** All properties, those of the base types first. */
  readonly properties: ReadonlyMap<string, Property>;
}

/** Reads `Type`, `Type[]`. */
export function parseType(text: string): ValueType {
  return text.endsWith('[]') ? { type: text.slice(0, -2), array: true } : { type: text, array: false };
}

function parseFields(text: string): Field[] {
  if (text === '') return [];
  return text.split('; ').map((field) => {
    const space = field.indexOf(' ');
    const optional = field[space - 1] === '?';
    return { name: field.slice(0, optional ? space - 1 : space), optional, ...parseType(field.slice(space + 1)) };
  });
}

const byName = (fields: readonly Field[]) => new Map(fields.map((field) => [field.name, field]));

/** The key of a list's element at the end of a step of a path: `[2000]`, `["guestinfo.x"]`. */
const key = /\[("?)([^\]"]*)\1\]$/;

/** Answers questions about the tables. Rows are read from their compact form when they are first asked for. */
export class Schema {
  readonly namespace: string;
  readonly #tables: SchemaTables;
  readonly #dataTypes = new Map<string, DataType>();
  readonly #managedTypes = new Map<string, ManagedType>();
  readonly #methods = new Map<string, Method>();
  readonly #ownerOfMethod = new Map<string, string>();
  readonly #abstract: ReadonlySet<string>;

  constructor(tables: SchemaTables) {
    this.#tables = tables;
    this.namespace = tables.namespace;
    this.#abstract = new Set(tables.abstract);
    for (const [owner, { methods }] of Object.entries(tables.managed)) {
      for (const name of Object.keys(methods)) this.#ownerOfMethod.set(name, owner);
    }
  }

  /** A data type with all its fields. */
  dataType(name: string): DataType | undefined {
    const known = this.#dataTypes.get(name);
    if (known !== undefined) return known;
    const row = own(this.#tables.dataTypes, name);
    if (row === undefined) return undefined;
    const [base, text] = row;
    const fields = [...(this.dataType(base)?.fields ?? []), ...parseFields(text)];
    const type = { name, base, abstract: this.#abstract.has(name), fields, byName: byName(fields) };
    this.#dataTypes.set(name, type);
    return type;
  }

  dataTypeNames(): string[] {
    return Object.keys(this.#tables.dataTypes);
  }

  /** The values of an enum, in the order of the schema. */
  enumValues(name: string): readonly string[] | undefined {
    return own(this.#tables.enums, name);
  }

  enumNames(): string[] {
    return Object.keys(this.#tables.enums);
  }

  /** A managed object's type with all its properties. */
  managedType(name: string): ManagedType | undefined {
    const known = this.#managedTypes.get(name);
    if (known !== undefined) return known;
    const row = own(this.#tables.managed, name);
    if (row === undefined) return undefined;
    const added = parseFields(row.properties).map((field): [string, Property] => [
      field.name,
      { ...field, privilege: row.propertyPrivileges?.[field.name] },
    ]);
    const properties = new Map([...(this.managedType(row.base)?.properties ?? []), ...added]);
    const type = { name, base: row.base, properties };
    this.#managedTypes.set(name, type);
    return type;
  }

  managedTypeNames(): string[] {
    return Object.keys(this.#tables.managed);
  }

  /** A method by its name on the wire, which is unique among all managed objects. */
  method(name: string): Method | undefined {
    const known = this.#methods.get(name);
    if (known !== undefined) return known;
    const owner = this.#ownerOfMethod.get(name);
    const row = owner === undefined ? undefined : this.#tables.managed[owner]?.methods[name];
    if (owner === undefined || row === undefined) return undefined;
    const params = parseFields(row.params);
    const optional = row.result.endsWith('?');
    const method = {
      name,
      owner,
      params,
      paramsByName: byName(params),
      result:
        row.result === 'void' ? undefined : { optional, ...parseType(optional ? row.result.slice(0, -1) : row.result) },
      taskResult: row.taskResult === undefined ? undefined : parseType(row.taskResult),
      faults: row.faults?.split(' ') ?? [],
      privileges: row.privileges ?? {},
    };
    this.#methods.set(name, method);
    return method;
  }

  methodNames(): string[] {
    return [...this.#ownerOfMethod.keys()];
  }

  /** Whether a data type or managed object is another one or below it. A type that the tables lack is only itself. */
  isA(name: string, base: string): boolean {
    for (let type = name; type !== ''; type = this.#baseOf(type)) if (type === base) return true;
    return false;
  }

  #baseOf(name: string): string {
    return own(this.#tables.dataTypes, name)?.[0] ?? own(this.#tables.managed, name)?.base ?? '';
  }

  /**
   * The type of a managed object's property by its path, such as `config.hardware.device[2000].backing` or
   * `info.state`; undefined where no such property is known. A field that only a subtype has counts, too, as in
   * `config.hardware.device[2000].macAddress`, if all subtypes that have it agree on its type.
   */
  propertyType(managedType: string, path: string): ValueType | undefined {
    const [first, ...rest] = splitPath(path);
    if (first === undefined) return undefined;
    let current: ValueType | undefined = this.managedType(managedType)?.properties.get(first.name);
    if (first.keyed) current = elementOf(current);
    for (const { name, keyed } of rest) {
      if (current === undefined || current.array) return undefined;
      current = this.#fieldBelow(current.type, name);
      if (keyed) current = elementOf(current);
    }
    return current === undefined ? undefined : { type: current.type, array: current.array };
  }

  #fieldBelow(type: string, name: string): ValueType | undefined {
    const declared = this.dataType(type)?.byName.get(name);
    if (declared !== undefined) return declared;
    let found: Field | undefined;
    for (const other of this.dataTypeNames()) {
      if (!this.isA(other, type)) continue;
      const field = this.dataType(other)?.byName.get(name);
      if (field === undefined) continue;
      if (found !== undefined && (found.type !== field.type || found.array !== field.array)) return undefined;
      found = field;
    }
    return found;
  }
}

/** Looks up without finding what every object inherits, such as `constructor`: names come from the wire. */
function own<Value>(table: Readonly<Record<string, Value>>, name: string): Value | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}

function elementOf(type: ValueType | undefined): ValueType | undefined {
  return type?.array === true ? { type: type.type, array: false } : undefined;
}

/** Splits a property path at its dots, except those inside the key of a list's element. */
function splitPath(path: string): { name: string; keyed: boolean }[] {
  const steps = path.match(/(?:[^.[]|\[(?:"[^"]*"|[^\]"]*)\])+/g) ?? [];
  return steps.map((step) => ({ name: step.replace(key, ''), keyed: key.test(step) }));
}
