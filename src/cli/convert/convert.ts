import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative, resolve, sep } from 'node:path';
import { stringify } from 'yaml';
import { Fault } from '../../base/fault.js';
import type { InventoryVm } from '../../world/inventory/inventory-schema.js';
import { checkInventory } from '../../world/inventory/check-inventory.js';
import { parseNewLocation } from '../../world/location.js';
import { VmxDocument } from '../../world/store/vmx-file.js';
import type { Terminal } from '../terminal.js';
import { UsageError } from '../usage-error.js';
import { convertVm, type SideFiles } from './convert-vm.js';

/** What the command line of `revix convert` says. */
interface ConvertValues {
  readonly folder: string;
  readonly output: string | undefined;
  readonly json: boolean;
  readonly root: string | undefined;
}

const yamlHeader = `# Made by \`revix convert\`. Guests have the default users and files: what the disks hold is not carried over.\n`;

/**
 * Writes the inventory of a folder. What cannot be carried over is named on stderr.
 * @returns the exit status: 1 when a file could not be read.
 * @throws Error when there is nothing to convert, or the output cannot be written; UsageError for a root that is none.
 */
export function convert({ folder, output, json, root }: ConvertValues, terminal: Terminal): number {
  const top = resolve(terminal.directory, folder);
  const place = placesBelow(top, root);
  let failures = 0;
  const warn = (path: string, message: string): void =>
    terminal.write('stderr', `revix: ${message.startsWith(path) ? message : `${path}: ${message}`}\n`);
  const fail = (path: string, error: unknown): void => {
    failures += 1;
    warn(path, error instanceof Error ? error.message : String(error));
  };
  const files = vmxFiles(top, fail);
  if (files.length === 0 && failures === 0) throw new Error(`there is no .vmx file in '${top}'`);
  const vms: InventoryVm[] = [];
  for (const path of files) {
    try {
      const { vm, warnings } = convertVm(readDictionary(path), place(path), sideFilesOf(path));
      checkInventory({ vms: [vm] });
      vms.push(vm);
      for (const warning of warnings) warn(path, warning);
    } catch (error) {
      fail(path, error);
    }
  }
  if (vms.length === 0) throw new Error(`no .vmx file in '${top}' can be read`);
  const text = json ? `${JSON.stringify({ vms }, undefined, 2)}\n` : yamlHeader + stringify({ vms }, { lineWidth: 0 });
  if (output === undefined) terminal.write('stdout', text);
  else writeFileSync(resolve(terminal.directory, output), text);
  return failures === 0 ? 0 : 1;
}

/** Gives the location of a file in the inventory. @throws UsageError */
function placesBelow(top: string, root: string | undefined): (path: string) => string {
  if (root === undefined) return (path) => path;
  const isDatastore = root.startsWith('[');
  const separator = root.includes('\\') ? '\\' : '/';
  const start = isDatastore
    ? `${root.trimEnd()}${root.trimEnd().endsWith(']') ? ' ' : '/'}`
    : `${root.replace(/[\\/]+$/, '')}${separator}`;
  try {
    parseNewLocation(`${start}vm.vmx`);
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    throw new UsageError(`--root takes an absolute path or [datastore], not '${root}'`);
  }
  return (path) => start + relative(top, path).split(sep).join(separator);
}

/** The `.vmx` files of a folder and of all folders in it, in the order of their paths. Links are not followed. */
function vmxFiles(folder: string, fail: (path: string, error: unknown) => void): readonly string[] {
  let entries;
  try {
    entries = readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    fail(folder, error);
    return [];
  }
  return entries
    .toSorted((one, other) => (one.name < other.name ? -1 : 1))
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      // What the mock host keeps of its own machines lies in such folders, with copies of their files.
      if (entry.isDirectory()) return entry.name === '.revix' ? [] : vmxFiles(path, fail);
      return entry.isFile() && entry.name.toLowerCase().endsWith('.vmx') ? [path] : [];
    });
}

/** @throws Fault that names the file and the line. */
function readDictionary(path: string): VmxDocument {
  return VmxDocument.parse(readFileSync(path), path);
}

/** What lies beside a `.vmx` file. */
function sideFilesOf(path: string): SideFiles {
  const base = path.slice(0, -'.vmx'.length);
  const has = (name: string): boolean => existsSync(resolve(path, '..', name));
  return {
    has,
    title: base.split(/[\\/]/).at(-1) ?? base,
    isInUse: existsSync(`${path}.lck`),
    snapshots: () => {
      const dictionary = `${base}.vmsd`;
      return existsSync(dictionary) ? readDictionary(dictionary) : undefined;
    },
  };
}
