import { baseName, joinPath } from '../../guest-path.js';
import type { ProgramContext } from '../../program.js';
import { complain, parseOptions, pathOf, UsageError, type PosixCommand } from '../posix-command.js';
import { posixErrorOf } from '../posix-errors.js';

/** `ln [-sfnvT] target name`, or targets and a directory, or a target alone: hard links, with `-s` symbolic ones. */
export const ln: PosixCommand = (words, context) => {
  const { options, operands } = parseOptions(words, 'sfnvT', ['symbolic', 'force', 'verbose', 'no-dereference']);
  const has = (letter: string, name: string): boolean => options.has(letter) || options.has(name);
  const place = placeOf(operands, context, {
    isPlain: options.has('T'),
    followLinks: !has('n', 'no-dereference'),
  });
  const isSymbolic = has('s', 'symbolic');
  let exitCode = 0;
  for (const target of place.targets) {
    const shown = place.directory === undefined ? place.name : joinPath('posix', place.directory, lastName(target));
    const path = pathOf(context, shown);
    try {
      if (!isSymbolic && isDirectory(context, pathOf(context, target), true)) {
        context.writeStderr(`ln: ${target}: hard link not allowed for directory\n`);
        exitCode = 1;
        continue;
      }
      if (!isSymbolic) context.files.stat(pathOf(context, target));
    } catch (error) {
      complain(context, 'ln', `failed to access '${target}'`, error);
      exitCode = 1;
      continue;
    }
    try {
      if (has('f', 'force') && isThere(context, path)) context.files.deleteFile(path);
      if (isSymbolic) context.files.link(target, path);
      else context.files.hardLink(pathOf(context, target), path);
      if (has('v', 'verbose')) context.writeStdout(`'${shown}' ${isSymbolic ? '->' : '=>'} '${target}'\n`);
    } catch (error) {
      complain(context, 'ln', `failed to create ${isSymbolic ? 'symbolic' : 'hard'} link '${shown}'`, error);
      exitCode = 1;
    }
  }
  return exitCode;
};

/** What is linked, and where to: a directory that takes them all, or one name. */
type LinkPlace = { readonly targets: readonly string[] } & (
  | { readonly directory: string; readonly name?: undefined }
  | { readonly directory?: undefined; readonly name: string }
);

function placeOf(
  operands: readonly string[],
  context: ProgramContext,
  options: { readonly isPlain: boolean; readonly followLinks: boolean },
): LinkPlace {
  const [first] = operands;
  if (first === undefined) throw new UsageError('missing file operand');
  if (operands.length === 1) return { targets: [first], name: lastName(first) };
  const last = operands[operands.length - 1] ?? first;
  const targets = operands.slice(0, -1);
  if (!options.isPlain && isDirectory(context, pathOf(context, last), options.followLinks)) {
    return { targets, directory: last };
  }
  if (targets.length > 1) throw new UsageError(`target '${last}' is not a directory`);
  return { targets, name: last };
}

function lastName(target: string): string {
  return baseName('posix', target);
}

function isDirectory(context: ProgramContext, path: string, followLinks: boolean): boolean {
  return context.files.exists(path) && context.files.stat(path, { followLinks }).kind === 'directory';
}

/** Whether anything has this name, a link that leads nowhere included. */
function isThere(context: ProgramContext, path: string): boolean {
  try {
    context.files.stat(path, { followLinks: false });
    return true;
  } catch (error) {
    if (posixErrorOf(error) === undefined) throw error;
    return false;
  }
}
