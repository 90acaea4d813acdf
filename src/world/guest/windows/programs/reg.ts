import { Fault } from '../../../../base/fault.js';
import type { GuestProgram, GuestRegistry, ProgramContext, RegistryValue } from '../../program.js';
import { splitArguments } from '../arguments.js';
import { fullKeyPath } from '../registry.js';
import { formatRegistryFile, parseRegistryFile, type RegistryOrder } from '../registry-file.js';
import { printErrorLine, printLine, programPath } from './program-output.js';

const valueTypes = ['REG_SZ', 'REG_EXPAND_SZ', 'REG_DWORD', 'REG_QWORD', 'REG_MULTI_SZ', 'REG_BINARY'] as const;
type ValueType = (typeof valueTypes)[number];

const missing = 'ERROR: The system was unable to find the specified registry key or value.';

interface RegOptions {
  readonly key: string;
  /** `/v name`, or the empty string for `/ve`. */
  readonly valueName: string | undefined;
  readonly type: string;
  readonly data: string | undefined;
  readonly separator: string;
  readonly flags: ReadonlySet<string>;
}

/** @throws Fault `invalid-argument` with the text that the program prints. */
function parseRegOptions(words: readonly string[]): RegOptions {
  const [key, ...rest] = words;
  const values = new Map<string, string>();
  const flags = new Set<string>();
  for (let at = 0; at < rest.length; at += 1) {
    const name = (rest[at] ?? '').toLowerCase();
    if (/^\/(v|t|d|se|f)$/.test(name) && !(name === '/f' && !/^\/[a-z]/i.test(rest[at + 1] ?? '/x'))) {
      if (name === '/f') {
        flags.add(name);
        continue;
      }
      const value = rest[(at += 1)];
      if (value === undefined) throw wrongSyntax();
      values.set(name, value);
    } else if (/^\/(f|s|ve|va|reg:32|reg:64)$/.test(name)) {
      flags.add(name);
    } else {
      throw wrongSyntax();
    }
  }
  if (key === undefined) throw wrongSyntax();
  return {
    key,
    valueName: flags.has('/ve') ? '' : values.get('/v'),
    type: (values.get('/t') ?? 'REG_SZ').toUpperCase(),
    data: values.get('/d'),
    separator: values.get('/se') ?? '\\0',
    flags,
  };
}

function dataText(value: RegistryValue): string {
  switch (value.type) {
    case 'REG_DWORD':
    case 'REG_QWORD':
      return `0x${value.data.toString(16)}`;
    case 'REG_MULTI_SZ':
      return value.data.join('\\0');
    case 'REG_BINARY':
      return Buffer.from(value.data).toString('hex').toUpperCase();
    default:
      return value.data;
  }
}

function printValue(context: ProgramContext, value: RegistryValue): void {
  printLine(context, `    ${value.name === '' ? '(Default)' : value.name}    ${value.type}    ${dataText(value)}`);
}

function query(context: ProgramContext, registry: GuestRegistry, options: RegOptions): number {
  const wanted = options.valueName?.toLowerCase();
  let found = 0;
  const visit = (path: string): void => {
    const values = registry.values(path).filter(({ name }) => wanted === undefined || name.toLowerCase() === wanted);
    found += values.length;
    if (values.length > 0 || wanted === undefined) {
      if (values.length > 0) {
        printLine(context);
        printLine(context, path);
      }
      for (const value of values) printValue(context, value);
    }
    const keys = registry.keys(path).map((name) => `${path}\\${name}`);
    if (options.flags.has('/s')) {
      for (const key of keys) visit(key);
    } else if (wanted === undefined) {
      printLine(context);
      for (const key of keys) printLine(context, key);
    }
  };
  visit(fullKeyPath(options.key) ?? options.key);
  if (options.flags.has('/s')) {
    printLine(context);
    printLine(context, `End of search: ${found} match(es) found.`);
  }
  if (wanted !== undefined && found === 0) {
    if (!options.flags.has('/s')) printErrorLine(context, missing);
    return 1;
  }
  if (wanted !== undefined && !options.flags.has('/s')) printLine(context);
  return 0;
}

function wholeNumber(text: string, bits: number): bigint | undefined {
  const value = /^(0x[\da-f]+|\d*)$/i.test(text) ? BigInt(text) : undefined;
  return value !== undefined && value < 2n ** BigInt(bits) ? value : undefined;
}

function newValue(name: string, type: ValueType, data: string, separator: string): RegistryValue | undefined {
  switch (type) {
    case 'REG_DWORD': {
      const number = wholeNumber(data, 32);
      return number === undefined ? undefined : { name, type, data: Number(number) };
    }
    case 'REG_QWORD': {
      const number = wholeNumber(data, 64);
      return number === undefined ? undefined : { name, type, data: number };
    }
    case 'REG_MULTI_SZ':
      return { name, type, data: data === '' ? [] : data.split(separator) };
    case 'REG_BINARY': {
      const isHexadecimal = /^([\da-f]{2})*$/i.test(data);
      return isHexadecimal ? { name, type, data: new Uint8Array(Buffer.from(data, 'hex')) } : undefined;
    }
    default:
      return { name, type, data };
  }
}

function done(context: ProgramContext): number {
  printLine(context, 'The operation completed successfully.');
  return 0;
}

function add(context: ProgramContext, registry: GuestRegistry, options: RegOptions): number {
  const type = valueTypes.find((each) => each === options.type);
  if (type === undefined) {
    printErrorLine(context, 'ERROR: Invalid syntax. Specify a valid type name.');
    return 1;
  }
  const { key, valueName, data = '' } = options;
  if (valueName === undefined && options.data === undefined) {
    createIfMissing(registry, key);
    return done(context);
  }
  const value = newValue(valueName ?? '', type, data, options.separator);
  if (value === undefined) {
    printErrorLine(context, "ERROR: Invalid syntax. Specify valid numeric value for '/d'.");
    return 1;
  }
  registry.setValue(key, value);
  return done(context);
}

function createIfMissing(registry: GuestRegistry, key: string): void {
  try {
    registry.createKey(key);
  } catch (error) {
    if (!(error instanceof Fault) || error.kind !== 'registry-key-exists') throw error;
  }
}

/** Deletes without a question, also without `/f`: nobody is there to answer. */
function remove(context: ProgramContext, registry: GuestRegistry, options: RegOptions): number {
  if (options.valueName !== undefined) registry.deleteValue(options.key, options.valueName);
  else if (options.flags.has('/va')) {
    for (const { name } of registry.values(options.key)) registry.deleteValue(options.key, name);
  } else registry.deleteKey(options.key, { recursive: true });
  return done(context);
}

const verbs: Readonly<
  Record<string, (context: ProgramContext, registry: GuestRegistry, options: RegOptions) => number>
> = {
  add,
  delete: remove,
  query,
};

/** Text of a failure of the registry as `reg` prints it. */
function failureText(error: unknown, key: string | undefined): string {
  if (!(error instanceof Fault)) throw error;
  if (error.kind === 'invalid-argument') return error.message;
  if (error.kind === 'guest-permission') return 'ERROR: Access is denied.';
  if (error.kind !== 'registry-key-invalid' && error.kind !== 'registry-value-not-found') throw error;
  return fullKeyPath(key ?? '') === undefined ? 'ERROR: Invalid key name.' : missing;
}

function exportKey(context: ProgramContext, registry: GuestRegistry, words: readonly string[]): number {
  const [key, file, ...more] = words.filter((word) => !word.startsWith('/'));
  if (key === undefined || file === undefined || more.length > 0) throw wrongSyntax();
  const path = programPath(context, file);
  if (context.files.exists(path) && !words.some((word) => /^\/y$/i.test(word))) {
    throw new Fault('invalid-argument', `ERROR: The file "${file}" is there already. Add /y to overwrite it.`);
  }
  const keys: { readonly path: string; readonly values: readonly RegistryValue[] }[] = [];
  const visit = (at: string): void => {
    keys.push({ path: at, values: registry.values(at) });
    for (const name of registry.keys(at)) visit(`${at}\\${name}`);
  };
  visit(fullKeyPath(key) ?? key);
  context.files.write(path, formatRegistryFile(keys));
  return done(context);
}

function importFile(context: ProgramContext, registry: GuestRegistry, words: readonly string[]): number {
  const [file, ...more] = words.filter((word) => !word.startsWith('/'));
  if (file === undefined || more.length > 0) throw wrongSyntax();
  const path = programPath(context, file);
  if (!context.files.exists(path)) {
    throw new Fault('invalid-argument', 'ERROR: Error opening the file. There may be a disk or file system error.');
  }
  const orders = parseRegistryFile(context.files.read(path).bytes());
  if (orders === undefined) {
    throw new Fault('invalid-argument', `ERROR: The file "${file}" is no registry file.`);
  }
  for (const order of orders) follow(registry, order);
  return done(context);
}

/** What a file takes away may be gone already. */
function follow(registry: GuestRegistry, order: RegistryOrder): void {
  try {
    if (order.order === 'create') createIfMissing(registry, order.key);
    else if (order.order === 'set') registry.setValue(order.key, order.value);
    else if (order.order === 'unset') registry.deleteValue(order.key, order.name);
    else registry.deleteKey(order.key, { recursive: true });
  } catch (error) {
    const isGone = error instanceof Fault && ['registry-value-not-found', 'registry-key-invalid'].includes(error.kind);
    if (!isGone || order.order === 'create' || order.order === 'set') throw error;
  }
}

const fileVerbs: Readonly<
  Record<string, (context: ProgramContext, registry: GuestRegistry, words: readonly string[]) => number>
> = { export: exportKey, import: importFile };

function wrongSyntax(): Fault {
  return new Fault('invalid-argument', 'ERROR: Invalid syntax.');
}

/**
 * `reg query|add|delete key [/v name | /ve] [/t type] [/d data] [/s] [/f]`, `reg export key file [/y]`,
 * `reg import file`; exit code 1 for every failure.
 */
export const reg: GuestProgram = async (context) => {
  const [verb = '', ...words] = splitArguments(context.arguments);
  const run = ownEntry(verbs, verb.toLowerCase());
  const runFile = ownEntry(fileVerbs, verb.toLowerCase());
  if ((run === undefined && runFile === undefined) || context.registry === undefined) {
    printErrorLine(context, 'ERROR: Invalid syntax.');
    printErrorLine(context, 'Type "REG /?" for usage.');
    return 1;
  }
  try {
    if (runFile !== undefined) return runFile(context, context.registry, words);
    return run === undefined ? 1 : run(context, context.registry, parseRegOptions(words));
  } catch (error) {
    printErrorLine(context, failureText(error, words[0]));
    return 1;
  }
};

function ownEntry<T>(entries: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(entries, name) ? entries[name] : undefined;
}
