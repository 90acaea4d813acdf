import type { UserFiles } from '../../guest-files.js';
import type { Environment } from '../environment.js';
import { listingTimeText } from '../guest-time.js';
import { searchDirectories } from '../find-program.js';
import { isFile, trueCase } from '../file-patterns.js';
import { baseName, extensionOf, joinPath, parentPath, resolvePath } from '../paths.js';

/** What modifiers like the `dp` of `%~dp0` need to know. */
export interface ModifierContext {
  readonly files: UserFiles;
  readonly environment: Environment;
  readonly workingDirectory: string;
}

/** A variable with modifiers, after its `~`: `$PATH:` or letters, then the name. */
const modifierPattern = /^(?:\$([^:]+):|([fdpnxsatz]*))$/i;

/** Are these modifiers that can follow a `~`? */
export function areModifiers(text: string): boolean {
  return modifierPattern.test(text);
}

/** Applies the modifiers between the `~` and the name of a parameter or `for` variable to its value. */
export function applyModifiers(value: string, modifiers: string, context: ModifierContext): string {
  const plain = value.replace(/^"(.*?)"?$/s, '$1');
  const match = modifierPattern.exec(modifiers);
  if (match === null || modifiers === '') return plain;
  const path = match[1] === undefined ? plain : searchIn(match[1], plain, context);
  if (match[1] !== undefined) return path;
  return describe(plain, (match[2] ?? '').toLowerCase(), context);
}

function searchIn(variable: string, name: string, { files, environment, workingDirectory }: ModifierContext): string {
  const list =
    variable.toUpperCase() === 'PATH'
      ? searchDirectories(environment)
      : (environment.get(variable) ?? '').split(';').filter((directory) => directory !== '');
  for (const directory of [workingDirectory, ...list]) {
    const path = joinPath(resolvePath(workingDirectory, directory), name);
    if (isFile(files, path)) return path;
  }
  return '';
}

function describe(value: string, letters: string, context: ModifierContext): string {
  if (value === '') return '';
  const { files } = context;
  const path = trueCase(files, resolvePath(context.workingDirectory, value));
  const status = files.exists(path) ? files.stat(path) : undefined;
  const facts: string[] = [];
  if (letters.includes('a') && status !== undefined) {
    const isDirectory = status.kind === 'directory';
    const flags = [isDirectory, status.isReadOnly, !isDirectory, status.isHidden, status.isSystem];
    facts.push(`${['d', 'r', 'a', 'h', 's'].map((letter, at) => (flags[at] === true ? letter : '-')).join('')}----`);
  }
  if (letters.includes('t') && status !== undefined) {
    facts.push(listingTimeText(status.modifiedMs).replace('  ', ' '));
  }
  if (letters.includes('z') && status !== undefined) facts.push(String(status.size));
  const name = pathPart(path, /[\\/]$/.test(value), letters.replaceAll(/[atzs]/g, ''));
  const isPathWanted = /[fdpnx]/.test(letters) || /^s$/.test(letters);
  return [...facts, ...(isPathWanted ? [name] : [])].join(' ');
}

/** @param isDirectoryForm the value ended in a backslash, so all of it is directory. */
function pathPart(path: string, isDirectoryForm: boolean, letters: string): string {
  if (letters === '' || letters.includes('f')) return path;
  const name = isDirectoryForm ? '' : baseName(path);
  const directory = isDirectoryForm ? path : parentPath(path);
  const extension = extensionOf(name);
  let part = '';
  if (letters.includes('d')) part += directory.slice(0, 2);
  if (letters.includes('p')) part += `${directory.slice(2)}${directory.endsWith('\\') ? '' : '\\'}`;
  if (letters.includes('n')) part += extension === '' ? name : name.slice(0, -extension.length);
  if (letters.includes('x')) part += extension;
  return part;
}
