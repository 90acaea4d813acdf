import { Fault } from '../../../base/fault.js';
import type { RegistryKeyRecord } from '../../vm/vm-record.js';
import type { GuestRegistry, GuestUser, RegistryKeyInfo, RegistryValue } from '../program.js';
import { userSid } from './sid.js';

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

const machineHive = 'HKEY_LOCAL_MACHINE';
const usersHive = 'HKEY_USERS';

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

function splitKey(path: string): { readonly hive: string; readonly names: readonly string[] } {
  const full = fullKeyPath(path);
  if (full === undefined) {
    throw badKey(path, 'does not start with a root key; write it like HKLM\\Software\\Name.');
  }
  const [hive = '', ...names] = full.split('\\');
  for (const name of names) {
    if (name === '') throw badKey(path, 'has an empty name; write one backslash between names.');
    if (name.length > longestKeyName) throw badKey(path, `has a name of more than ${longestKeyName} characters.`);
  }
  return { hive, names };
}

/** Root keys that are views of keys below another root. */
const aliases: Readonly<Record<string, (user: GuestUser) => readonly string[]>> = {
  HKEY_CURRENT_USER: (user) => [usersHive, userSid(user)],
  HKEY_CLASSES_ROOT: () => [machineHive, 'SOFTWARE', 'Classes'],
  HKEY_CURRENT_CONFIG: () => [machineHive, 'SYSTEM', 'CurrentControlSet', 'Hardware Profiles', 'Current'],
};

/** Keys below the machine's root that only administrators may look into. */
const closedKeys: ReadonlySet<string> = new Set(['SAM', 'SECURITY']);

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

/** @throws Fault `invalid-argument` for a number that its type cannot hold. */
function storedForm(value: RegistryValue): StoredValue {
  if (value.type === 'REG_DWORD' || value.type === 'REG_QWORD') requireInRange(value);
  switch (value.type) {
    case 'REG_BINARY':
      return { type: value.type, data: Buffer.from(value.data).toString('base64') };
    case 'REG_MULTI_SZ':
      return { type: value.type, data: [...value.data] };
    case 'REG_QWORD':
      // Records are JSON, which has no numbers that large.
      return {
        type: value.type,
        data: Number.isSafeInteger(Number(value.data)) ? Number(value.data) : String(value.data),
      };
    default:
      return { type: value.type, data: value.data };
  }
}

function requireInRange({ name, type, data }: RegistryValue & { readonly type: 'REG_DWORD' | 'REG_QWORD' }): void {
  const isExact = typeof data === 'bigint' || Number.isSafeInteger(data);
  const longest = type === 'REG_DWORD' ? 0xffff_ffffn : 2n ** 64n - 1n;
  if (isExact && BigInt(data) >= 0n && BigInt(data) <= longest) return;
  const form = type === 'REG_DWORD' ? '' : ', as a bigint beyond 2^53';
  throw new Fault(
    'invalid-argument',
    `Registry value "${name}" (${type}) must be a whole number from 0 to ${longest}${form}.`,
  );
}

function loadedForm(name: string, { type, data }: StoredValue): RegistryValue {
  if ((type === 'REG_SZ' || type === 'REG_EXPAND_SZ') && typeof data === 'string') return { name, type, data };
  if ((type === 'REG_DWORD' || type === 'REG_QWORD') && typeof data === 'number') return { name, type, data };
  if (type === 'REG_QWORD' && typeof data === 'string' && /^\d+$/.test(data)) return { name, type, data: BigInt(data) };
  if (type === 'REG_MULTI_SZ' && Array.isArray(data)) return { name, type, data: [...data] };
  if (type === 'REG_BINARY' && typeof data === 'string') {
    return { name, type, data: new Uint8Array(Buffer.from(data, 'base64')) };
  }
  throw new Fault(
    'internal',
    `Registry value "${name}" of type ${type} holds data of another type; correct the record.`,
  );
}

/** Who looks at a registry, and when. */
export interface RegistryViewer {
  readonly user: GuestUser;
  readonly nowMs: () => number;
}

/** A key with what it takes over from the keys above it. */
interface FoundKey {
  readonly key: RegistryKeyRecord;
  readonly isVolatile: boolean;
  readonly writtenMs: number;
}

class RecordRegistry implements GuestRegistry {
  readonly #root: RegistryKeyRecord;
  readonly #viewer: RegistryViewer;

  constructor(root: RegistryKeyRecord, viewer: RegistryViewer) {
    this.#root = root;
    this.#viewer = viewer;
  }

  keys(path: string): readonly string[] {
    return Object.keys(this.#find(path).key.keys);
  }

  key(path: string): RegistryKeyInfo {
    const { key, writtenMs } = this.#find(path);
    return { classType: key.classType ?? '', writtenMs };
  }

  values(path: string): readonly RegistryValue[] {
    return Object.entries(this.#find(path).key.values).map(([name, value]) => loadedForm(name, value));
  }

  createKey(path: string, options: { readonly isVolatile?: boolean; readonly classType?: string } = {}): void {
    this.#requireWritable(path);
    const { names } = splitKey(path);
    if (names.length === 0 || this.#lookUp(path) !== undefined) {
      throw new Fault('registry-key-exists', `Registry key "${path}" exists already; use it or choose another name.`);
    }
    const { isVolatile = false, classType = '' } = options;
    const key = this.#create(path, isVolatile ? 'volatile' : 'lasting');
    if (classType !== '') key.classType = classType;
  }

  deleteKey(path: string, options: { readonly recursive: boolean }): void {
    const { names } = splitKey(path);
    const last = names.at(-1);
    if (last === undefined) throw badKey(path, 'is a root key and cannot be deleted; name a key below it.');
    this.#requireWritable(path);
    const parent = this.#find(path.slice(0, path.replace(/\\+$/, '').lastIndexOf('\\'))).key;
    const stored = storedName(parent.keys, last);
    const key = stored === undefined ? undefined : parent.keys[stored];
    if (stored === undefined || key === undefined) throw badKey(path, 'does not exist; correct the path.');
    if (!options.recursive && Object.keys(key.keys).length > 0) {
      throw new Fault('registry-key-has-subkeys', `Registry key "${path}" has keys below it; delete these first.`);
    }
    delete parent.keys[stored];
    parent.writtenMs = this.#viewer.nowMs();
  }

  setValue(path: string, value: RegistryValue): void {
    this.#requireWritable(path);
    const form = storedForm(value);
    const key = this.#create(path, 'as the key above');
    put(key.values, storedName(key.values, value.name) ?? value.name, form);
    key.writtenMs = this.#viewer.nowMs();
  }

  deleteValue(path: string, name: string): void {
    this.#requireWritable(path);
    const { key } = this.#find(path);
    const stored = storedName(key.values, name);
    if (stored === undefined) {
      throw new Fault('registry-value-not-found', `Registry key "${path}" has no value "${name}"; check the name.`);
    }
    delete key.values[stored];
    key.writtenMs = this.#viewer.nowMs();
  }

  /** The names from the top of the record to the root key, and from there to the key. */
  #placeOf(path: string): { readonly start: readonly string[]; readonly names: readonly string[] } {
    const { hive, names } = splitKey(path);
    return { start: aliases[hive]?.(this.#viewer.user) ?? [hive], names };
  }

  /** The names from the top of the record to the key. */
  #fullPlaceOf(path: string): readonly string[] {
    const { start, names } = this.#placeOf(path);
    return [...start, ...names];
  }

  #find(path: string): FoundKey {
    const { user } = this.#viewer;
    const [hive, second = ''] = this.#fullPlaceOf(path);
    const isClosed =
      (hive === machineHive && closedKeys.has(second.toUpperCase())) ||
      (hive === usersHive && /^S-1-5-21-/i.test(second) && second.toUpperCase() !== userSid(user));
    if (isClosed && !user.isAdministrator) throw this.#refused(path, 'look into');
    const found = this.#lookUp(path);
    if (found !== undefined) return found;
    // Root keys are there even when nothing was ever kept under them.
    if (splitKey(path).names.length > 0) throw badKey(path, 'does not exist; create it first or correct the path.');
    return { key: emptyKey(), isVolatile: false, writtenMs: this.#root.writtenMs ?? 0 };
  }

  #lookUp(path: string): FoundKey | undefined {
    let key: RegistryKeyRecord | undefined = this.#root;
    let writtenMs = this.#root.writtenMs ?? 0;
    let isVolatile = false;
    for (const name of this.#fullPlaceOf(path)) {
      key = child(key, name);
      if (key === undefined) return undefined;
      writtenMs = key.writtenMs ?? writtenMs;
      isVolatile ||= key.isVolatile === true;
    }
    return { key, isVolatile, writtenMs };
  }

  /** The key, made with those above it where they are missing. */
  #create(path: string, life: 'lasting' | 'volatile' | 'as the key above'): RegistryKeyRecord {
    let key = this.#root;
    let isVolatile = false;
    const { start, names } = this.#placeOf(path);
    for (const [index, name] of [...start, ...names].entries()) {
      let next = child(key, name);
      if (next === undefined) {
        if (isVolatile && life === 'lasting') {
          const why = 'would last, but the key above it does not; make it volatile too, or put it elsewhere.';
          throw new Fault('registry-parent-volatile', `Registry key "${path}" ${why}`);
        }
        next = { ...emptyKey(), writtenMs: this.#viewer.nowMs() };
        const isOwn = index >= start.length;
        if (isOwn && (isVolatile || life === 'volatile')) next.isVolatile = true;
        put(key.keys, name, next);
        if (isOwn) key.writtenMs = this.#viewer.nowMs();
      }
      key = next;
      isVolatile ||= key.isVolatile === true;
    }
    return key;
  }

  #requireWritable(path: string): void {
    const { user } = this.#viewer;
    const [hive, second = ''] = this.#fullPlaceOf(path);
    const isOwn = hive === usersHive && second.toUpperCase() === userSid(user);
    if (!isOwn && !user.isAdministrator) throw this.#refused(path, 'change');
  }

  #refused(path: string, deed: string): Fault {
    const { name } = this.#viewer.user;
    return new Fault('guest-permission', `The guest user "${name}" may not ${deed} the registry key "${path}".`, {
      guestError: 5,
    });
  }
}

/**
 * The Windows registry over a guest's record, which it changes in place. Names ignore case and keep their own;
 * `setValue` makes missing keys on its way, `createKey` those above the last name. Administrators may do everything;
 * others change what is their own, and look at all but passwords and other users' keys. The top keys of the record are
 * `HKEY_LOCAL_MACHINE` and `HKEY_USERS`; the other root keys are views of these.
 */
export function recordRegistry(root: RegistryKeyRecord, viewer: RegistryViewer): GuestRegistry {
  return new RecordRegistry(root, viewer);
}

/** Removes the keys that do not outlast a boot. */
export function forgetVolatileKeys(key: RegistryKeyRecord): void {
  for (const [name, below] of Object.entries(key.keys)) {
    if (below.isVolatile === true) delete key.keys[name];
    else forgetVolatileKeys(below);
  }
}
