import type { UserFiles } from '../guest-files.js';
import type { Environment } from './environment.js';
import { isFile } from './file-patterns.js';
import { extensionOf, joinPath, resolvePath } from './paths.js';

const defaultExtensions = '.COM;.EXE;.BAT;.CMD;.VBS;.JS';

function listOf(text: string): string[] {
  return text
    .split(';')
    .map((part) => part.replaceAll('"', '').trim())
    .filter((part) => part !== '');
}

/** Directories of PATH in their order. */
export function searchDirectories(environment: Environment): string[] {
  return listOf(environment.get('PATH') ?? '');
}

function candidates(path: string, extensions: readonly string[]): string[] {
  const extended = extensions.map((extension) => path + extension.toLowerCase());
  return extensionOf(path) === '' ? extended : [path, ...extended];
}

/** What a search for programs needs to know. */
export interface ProgramSearch {
  readonly files: UserFiles;
  readonly environment: Environment;
  readonly workingDirectory: string;
}

/** All files that a program name stands for, best first: by its path, else in the working directory and on PATH. */
export function findPrograms(name: string, search: ProgramSearch): string[] {
  const { files, environment, workingDirectory } = search;
  const extensions = listOf(environment.get('PATHEXT') ?? defaultExtensions);
  const hasDirectory = /[\\/]|^[A-Za-z]:/.test(name);
  const directories = hasDirectory ? [workingDirectory] : [workingDirectory, ...searchDirectories(environment)];
  const found = new Map<string, string>();
  for (const directory of directories) {
    const base = hasDirectory
      ? resolvePath(workingDirectory, name)
      : joinPath(resolvePath(workingDirectory, directory), name);
    for (const path of candidates(base, extensions)) {
      if (isFile(files, path) && !found.has(path.toUpperCase())) found.set(path.toUpperCase(), path);
    }
  }
  return [...found.values()];
}

/** The file that a program name stands for, or undefined. */
export function findProgram(name: string, search: ProgramSearch): string | undefined {
  return findPrograms(name, search)[0];
}
