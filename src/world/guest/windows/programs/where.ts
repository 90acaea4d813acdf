import type { GuestProgram } from '../../program.js';
import { splitArguments } from '../arguments.js';
import { searchDirectories, findPrograms } from '../find-program.js';
import { hasWildcard, isDirectory, nameMatcher, walkDirectories } from '../file-patterns.js';
import { joinPath } from '../paths.js';
import { printErrorLine, printLine, programPath, programSearch } from './program-output.js';

/** `where [/q] [/r directory] pattern...`: exit code 0: found, 1: not found. */
export const where: GuestProgram = async (context) => {
  const words = splitArguments(context.arguments);
  const isQuiet = words.some((word) => /^\/q$/i.test(word));
  const recursiveAt = words.findIndex((word) => /^\/r$/i.test(word));
  const root = recursiveAt < 0 ? undefined : words[recursiveAt + 1];
  const patterns = words.filter(
    (word, index) => !word.startsWith('/') && !(recursiveAt >= 0 && index === recursiveAt + 1),
  );
  if (patterns.length === 0) {
    printErrorLine(context, 'ERROR: A pattern must be specified.');
    return 2;
  }
  const search = programSearch(context);
  const inDirectories = (directories: Iterable<string>, pattern: string): string[] => {
    const matches = nameMatcher(pattern);
    return [...directories]
      .filter((directory) => isDirectory(context.files, directory))
      .flatMap((directory) =>
        context.files
          .list(directory)
          .filter(({ kind, name }) => kind === 'file' && matches(name))
          .map(({ name }) => joinPath(directory, name)),
      );
  };
  let exitCode = 0;
  for (const pattern of patterns) {
    let found: string[];
    if (root !== undefined) {
      const start = programPath(context, root);
      found = isDirectory(context.files, start) ? inDirectories(walkDirectories(context.files, start), pattern) : [];
    } else if (hasWildcard(pattern)) {
      found = inDirectories([context.workingDirectory, ...searchDirectories(search.environment)], pattern);
    } else {
      found = findPrograms(pattern, search);
    }
    if (found.length === 0) {
      exitCode = 1;
      if (!isQuiet) printErrorLine(context, 'INFO: Could not find files for the given pattern(s).');
    }
    if (!isQuiet) for (const path of found) printLine(context, path);
  }
  return exitCode;
};
