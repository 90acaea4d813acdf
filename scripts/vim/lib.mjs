import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';

/** The facts that the generator reads. */
export const factsPath = fileURLToPath(new URL('facts.json', import.meta.url));

/** The list of what is wanted, `input.yaml`. */
export async function readInput() {
  return parse(await readFile(new URL('input.yaml', import.meta.url), 'utf8'));
}

/** Splits `name? Type[]` as facts.json writes a field. */
export function splitField(text) {
  const [, name, optional, type, array] = /^(\w+)(\??) ([&\w:]+)(\[\])?$/.exec(text) ?? [];
  if (name === undefined) throw new Error(`not a field: ${text}`);
  return { name, optional: optional === '?', type, array: array === '[]' };
}

/** The fields of a type that are wanted, with the types that the list gives them. */
function wantedFields(input, owner, fields) {
  const cut = new Set(input.cut[owner]);
  const keep = input.keep[owner];
  return fields
    .filter((field) => !cut.has(splitField(field).name))
    .filter((field) => keep === undefined || keep.includes(splitField(field).name))
    .map((field) => {
      const path = `${owner}.${splitField(field).name}`;
      if (input.secrets.includes(path)) return field.replace('xsd:string', 'secret');
      return input.bigints.includes(path) ? field.replace('xsd:long', 'bigint') : field;
    });
}

function subtypesByBase(dataTypes) {
  const subtypes = new Map();
  for (const [name, { base }] of Object.entries(dataTypes)) {
    if (base !== name) subtypes.set(base, [...(subtypes.get(base) ?? []), name]);
  }
  return subtypes;
}

const sorted = (map) => Object.fromEntries([...map].sort(([a], [b]) => (a < b ? -1 : 1)));

/** Data types that every protocol of this kind has and that the type information takes for granted. */
const builtIn = {
  DynamicData: { base: '', fields: [] },
  MethodFault: {
    base: 'DynamicData',
    fields: ['faultCause? LocalizedMethodFault', 'faultMessage? LocalizableMessage[]'],
  },
  RuntimeFault: { base: 'MethodFault', fields: [] },
  LocalizedMethodFault: { base: 'DynamicData', fields: ['fault MethodFault', 'localizedMessage? xsd:string'] },
};

/**
 * Picks out of `all` (the shape of facts.json) what the list names: its managed objects and types, and whatever their
 * fields hold. What the list names and `all` lacks is an error.
 */
export function pick(input, all) {
  const known = { ...all.dataTypes, ...builtIn };
  const subtypes = subtypesByBase(known);
  const isClosed = (type) =>
    type === 'DynamicData' || input.closed.includes(type) || (known[type]?.base && isBelowClosed(known[type].base));
  const isBelowClosed = (type) => type !== 'DynamicData' && isClosed(type);
  // A task's result says what it is itself (`info.result` is of any type), so only references are worth naming.
  const keepsTaskResult = (type) => type?.startsWith('&') === true;
  const dataTypes = new Map();
  const enums = new Map();
  const managed = new Map();

  const addType = (type) => {
    if (type === 'void' || type === 'secret' || type === 'bigint' || type === '' || /^(xsd:|&)/.test(type)) return;
    if (dataTypes.has(type) || enums.has(type)) return;
    if (all.enums[type] !== undefined) {
      enums.set(type, all.enums[type]);
      return;
    }
    const row = known[type];
    if (row === undefined) throw new Error(`no facts about the type ${type}`);
    const fields = wantedFields(input, type, row.fields);
    dataTypes.set(type, { base: row.base, fields });
    addType(row.base);
    for (const field of fields) addType(splitField(field).type);
    if (!isClosed(type)) for (const subtype of subtypes.get(type) ?? []) addType(subtype);
  };

  const addManaged = (name, methods) => {
    const row = all.managed[name] ?? (name === 'ManagedObject' ? { base: '', properties: [], methods: {} } : undefined);
    if (row === undefined) throw new Error(`no facts about the managed object ${name}`);
    const properties = wantedFields(input, name, row.properties);
    const names = methods === 'all' ? Object.keys(row.methods) : methods;
    const picked = names.map((method) => {
      if (row.methods[method] === undefined) throw new Error(`${name} has no method ${method}`);
      const { taskResult, ...rest } = row.methods[method];
      return [method, keepsTaskResult(taskResult) ? { ...rest, taskResult } : rest];
    });
    const kept = new Set(properties.map((property) => splitField(property).name));
    const privileges = Object.entries(row.propertyPrivileges ?? {}).filter(([property]) => kept.has(property));
    managed.set(name, {
      base: row.base,
      properties,
      propertyPrivileges: Object.fromEntries(privileges),
      methods: Object.fromEntries(picked),
    });
    for (const property of properties) addType(splitField(property).type);
    for (const [, { params, result, faults }] of picked) {
      for (const param of params) addType(splitField(param).type);
      addType(result.replace(/(\[\]|\?)$/, ''));
      for (const fault of faults) addType(fault);
    }
  };

  for (const [name, methods] of Object.entries(input.managed)) addManaged(name, methods);
  for (const type of input.types) addType(type);
  for (const type of input.abstract)
    if (!dataTypes.has(type)) throw new Error(`abstract names ${type}, which is unused`);
  for (const { base } of managed.values()) {
    if (base !== '' && !managed.has(base)) throw new Error(`the managed object ${base} is missing from the list`);
  }
  return { dataTypes: sorted(dataTypes), enums: sorted(enums), managed: sorted(managed) };
}
