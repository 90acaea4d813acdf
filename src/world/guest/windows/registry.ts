import { Fault } from '../../../base/fault.js';
import type { RegistryKeyRecord } from '../../vm/vm-record.js';
import type { GuestRegistry, RegistryValue } from '../program.js';

/** Root keys by every name they go by, in upper case. */
const hiveNames: ReadonlyMap<string, string> = new Map(
  [
    ['HKEY_LOCAL_MACHINE', 'HKLM'],
    ['HKEY_CURRENT_USER', 'HKCU'],
    ['HKEY_CLASSES_ROOT', 'HKCR'],
    ['HKEY_USERS', 'HKU'],
    ['HKEY_CURRENT_CONFIG', 'HKCC'],
  ].flatMap(([full, short]) => [
    [full ?? '', full ?? ''],
    [short ?? '', full ?? ''],
  ]),
);

/** Longest name of a key, in characters. */
const longestKeyName = 255;

/** The key path with the root's full name, or undefined if it starts with no root. */
export function fullKeyPath(path: string): string | undefined {
  const [hive = '', ...names] = path.replace(/\\+$/, '').split('\\');
  const full = hiveNames.get(hive.toUpperCase());
  return full === undefined ? undefined : [full, ...names].join('\\');
}

function badKey(path: string, why: string): Fault {
  return new Fault('registry-key-invalid', `Registry key "${path}" ${why}`, { guestError: 2 });
}

function splitKey(path: string): [hive: string, ...names: string[]] {
  const full = fullKeyPath(path);
  if (full === undefined) {
    throw badKey(path, 'does not start with a root key; write it like HKLM\\Software\\Name.');
  }
  const [hive = '', ...names] = full.split('\\');
  for (const name of names) {
    if (name === '') throw badKey(path, 'has an empty name; write one backslash between names.');
    if (name.length > longestKeyName) throw badKey(path, `has a name of more than ${longestKeyName} characters.`);
  }
  return [hive, ...names];
}

/** Name under which a record keeps what is asked for in any case. */
function storedName(record: Readonly<Record<string, unknown>>, name: string): string | undefined {
  if (Object.hasOwn(record, name)) return name;
  const wanted = name.toUpperCase();
  return Object.keys(record).find((key) => key.toUpperCase() === wanted);
}

function child(key: RegistryKeyRecord, name: string): RegistryKeyRecord | undefined {
  const stored = storedName(key.keys, name);
  return stored === undefined ? undefined : key.keys[stored];
}

/** Sets an own property whatever its name: `__proto__` is a fair name in a registry. */
function put<T>(record: Record<string, T>, name: string, value: T): void {
  Object.defineProperty(record, name, { value, writable: true, enumerable: true, configurable: true });
}

function emptyKey(): RegistryKeyRecord {
  return { values: {}, keys: {} };
}

type StoredValue = RegistryKeyRecord['values'][string];

function storedForm(value: RegistryValue): StoredValue {
  switch (value.type) {
    case 'REG_BINARY':
      return { type: value.type, data: Buffer.from(value.data).toString('base64') };
    case 'REG_MULTI_SZ':
      return { type: value.type, data: [...value.data] };
    default:
      return { type: value.type, data: value.data };
  }
}

function loadedForm(name: string, { type, data }: StoredValue): RegistryValue {
  if ((type === 'REG_SZ' || type === 'REG_EXPAND_SZ') && typeof data === 'string') return { name, type, data };
  if ((type === 'REG_DWORD' || type === 'REG_QWORD') && typeof data === 'number') return { name, type, data };
  if (type === 'REG_MULTI_SZ' && Array.isArray(data)) return { name, type, data: [...data] };
  if (type === 'REG_BINARY' && typeof data === 'string') {
    return { name, type, data: new Uint8Array(Buffer.from(data, 'base64')) };
  }
  throw new Fault(
    'internal',
    `Registry value "${name}" of type ${type} holds data of another type; correct the record.`,
  );
}

class RecordRegistry implements GuestRegistry {
  readonly #root: RegistryKeyRecord;

  constructor(root: RegistryKeyRecord) {
    this.#root = root;
  }

  #find(path: string): RegistryKeyRecord {
    let key: RegistryKeyRecord | undefined = this.#root;
    const [hive, ...names] = splitKey(path);
    for (const name of [hive, ...names]) {
      key = child(key, name);
      // Root keys are there even when nothing was ever kept under them.
      if (key === undefined && name === hive && names.length === 0) return emptyKey();
      if (key === undefined) throw badKey(path, 'does not exist; create it first or correct the path.');
    }
    return key;
  }

  keys(path: string): readonly string[] {
    return Object.keys(this.#find(path).keys);
  }

  values(path: string): readonly RegistryValue[] {
    return Object.entries(this.#find(path).values).map(([name, value]) => loadedForm(name, value));
  }

  #create(path: string): { readonly key: RegistryKeyRecord; readonly isNew: boolean } {
    let key = this.#root;
    let isNew = false;
    for (const name of splitKey(path)) {
      let next = child(key, name);
      isNew = next === undefined;
      if (next === undefined) {
        next = emptyKey();
        put(key.keys, name, next);
      }
      key = next;
    }
    return { key, isNew };
  }

  createKey(path: string): void {
    const [, ...names] = splitKey(path);
    if (!this.#create(path).isNew || names.length === 0) {
      throw new Fault('registry-key-exists', `Registry key "${path}" exists already; use it or choose another name.`);
    }
  }

  deleteKey(path: string, options: { readonly recursive: boolean }): void {
    const [hive, ...names] = splitKey(path);
    const last = names.pop();
    if (last === undefined) throw badKey(path, 'is a root key and cannot be deleted; name a key below it.');
    const parent = this.#find([hive, ...names].join('\\'));
    const stored = storedName(parent.keys, last);
    const key = stored === undefined ? undefined : parent.keys[stored];
    if (stored === undefined || key === undefined) throw badKey(path, 'does not exist; correct the path.');
    if (!options.recursive && Object.keys(key.keys).length > 0) {
      throw new Fault('registry-key-has-subkeys', `Registry key "${path}" has keys below it; delete these first.`);
    }
    delete parent.keys[stored];
  }

  setValue(path: string, value: RegistryValue): void {
    const { values } = this.#create(path).key;
    put(values, storedName(values, value.name) ?? value.name, storedForm(value));
  }

  deleteValue(path: string, name: string): void {
    const { values } = this.#find(path);
    const stored = storedName(values, name);
    if (stored === undefined) {
      throw new Fault('registry-value-not-found', `Registry key "${path}" has no value "${name}"; check the name.`);
    }
    delete values[stored];
  }
}

/**
 * The Windows registry over a guest's record, which it changes in place. Names ignore case and keep their own;
 * `setValue` makes missing keys on its way, `createKey` those above the last name. The top keys of the record are
 * root keys by their full names.
 */
export function recordRegistry(root: RegistryKeyRecord): GuestRegistry {
  return new RecordRegistry(root);
}
