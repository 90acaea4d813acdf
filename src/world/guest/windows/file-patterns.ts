import { wildcardMatcher } from '../../../base/wildcards.js';
import type { FileStatus, UserFiles } from '../guest-files.js';
import { baseName, joinPath, parentPath } from './paths.js';

export function hasWildcard(text: string): boolean {
  return /[*?]/.test(text);
}

/** Is the last part of the path a pattern? */
export function isPattern(path: string): boolean {
  return hasWildcard(baseName(path));
}

/** Tests names against a pattern of `*` and `?`; case does not matter; `*.*` fits every name. */
export function nameMatcher(pattern: string): (name: string) => boolean {
  if (pattern === '*' || pattern === '*.*' || pattern === '') return () => true;
  // A trailing `.*` also fits names without extension, and a trailing `*.` only those.
  const body = pattern.endsWith('.*') ? pattern.slice(0, -2) : pattern;
  const isPlainName = pattern.endsWith('*.');
  return wildcardMatcher(isPlainName ? body.slice(0, -1) : body, {
    ignoresCase: true,
    ...(isPlainName ? { starExcludes: '.' } : {}),
    ...(body === pattern ? {} : { mayEndBefore: '.' }),
  });
}

/** A file that a pattern found. */
export interface FoundFile {
  readonly path: string;
  readonly status: FileStatus;
}

/**
 * Files and directories that an absolute path names: a pattern in its last part, or one name. A missing directory or
 * file gives none.
 */
export function findFiles(files: UserFiles, path: string): FoundFile[] {
  if (!isPattern(path)) {
    if (!files.exists(path)) return [];
    return [{ path, status: files.stat(path) }];
  }
  const directory = parentPath(path);
  if (!isDirectory(files, directory)) return [];
  const matches = nameMatcher(baseName(path));
  return files
    .list(directory)
    .filter((status) => matches(status.name))
    .map((status) => ({ path: joinPath(directory, status.name), status }));
}

export function isDirectory(files: UserFiles, path: string): boolean {
  return files.exists(path) && files.stat(path).kind === 'directory';
}

export function isFile(files: UserFiles, path: string): boolean {
  return files.exists(path) && files.stat(path).kind === 'file';
}

/** The directory itself and all below it, parents first. Links are not entered. */
export function* walkDirectories(files: UserFiles, directory: string): Generator<string> {
  yield directory;
  for (const status of files.list(directory)) {
    if (status.kind === 'directory') yield* walkDirectories(files, joinPath(directory, status.name));
  }
}

/** The path with each existing name in the case it has on disk. */
export function trueCase(files: UserFiles, path: string): string {
  const parent = parentPath(path);
  if (parent === path) return path;
  const name = files.exists(path) ? files.stat(path, { followLinks: false }).name : baseName(path);
  return joinPath(trueCase(files, parent), name === '' ? baseName(path) : name);
}
