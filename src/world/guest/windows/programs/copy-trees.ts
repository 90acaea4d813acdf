import type { GuestProgram, ProgramContext } from '../../program.js';
import { splitArguments } from '../arguments.js';
import { findFiles, isDirectory, isPattern, nameMatcher } from '../file-patterns.js';
import { baseName, joinPath, parentPath } from '../paths.js';
import { systemMessageOf } from '../system-messages.js';
import { printErrorLine, printLine, programPath } from './program-output.js';

interface TreeCopy {
  readonly context: ProgramContext;
  readonly matches: (name: string) => boolean;
  readonly isRecursive: boolean;
  readonly includesEmpty: boolean;
  /** Called for each file that fits; copies it or not. */
  copyFile(from: string, to: string): void;
}

/** Creates a directory with its parents unless it is there. */
function ensureDirectory(context: ProgramContext, path: string): void {
  if (!isDirectory(context.files, path)) context.files.makeDirectory(path, { makeParents: true });
}

function copyTree(copy: TreeCopy, from: string, to: string): void {
  const entries = copy.context.files.list(from);
  for (const { kind, name } of entries) {
    if (kind === 'file' && copy.matches(name)) {
      ensureDirectory(copy.context, to);
      copy.copyFile(joinPath(from, name), joinPath(to, name));
    }
  }
  if (!copy.isRecursive) return;
  for (const { kind, name } of entries) {
    // A tree that is copied into itself must not grow for ever.
    const inner = joinPath(from, name);
    if (kind !== 'directory' || inner.toLowerCase() === to.toLowerCase()) continue;
    if (copy.includesEmpty) ensureDirectory(copy.context, joinPath(to, name));
    copyTree(copy, inner, joinPath(to, name));
  }
}

function copyContent(context: ProgramContext, from: string, to: string): void {
  const status = context.files.stat(from);
  context.files.write(to, context.files.read(from));
  context.files.setAttributes(to, { modifiedMs: status.modifiedMs, isHidden: status.isHidden });
}

/** `xcopy source [target] [/s] [/e] [/i] [/y] [/q] [/d] [/l] [/h] [/r] [/k] [/c]`. Never asks. */
export const xcopy: GuestProgram = async (context) => {
  const all = splitArguments(context.arguments);
  const switches = new Set(all.filter((word) => word.startsWith('/')).map((word) => word.slice(1).toLowerCase()));
  const [sourceWord, targetWord = '.', ...more] = all.filter((word) => !word.startsWith('/'));
  if (sourceWord === undefined || more.length > 0) {
    printErrorLine(
      context,
      sourceWord === undefined ? 'Invalid number of parameters' : `Invalid parameter - ${more[0] ?? ''}`,
    );
    printErrorLine(context, '0 File(s) copied');
    return 4;
  }
  const source = programPath(context, sourceWord);
  const target = programPath(context, targetWord);
  const isTree = isDirectory(context.files, source);
  const isOne = !isTree && !isPattern(source);
  if (!isTree && findFiles(context.files, source).length === 0) {
    printErrorLine(context, `File not found - ${baseName(source)}`);
    printLine(context, '0 File(s) copied');
    return 4;
  }
  let copied = 0;
  const shown = (path: string): string => {
    const root = isTree ? source : parentPath(source);
    const prefix = isTree
      ? sourceWord.replace(/[\\/]+$/, '')
      : /^.*[\\/:]/s.exec(sourceWord)?.[0].replace(/[\\/]+$/, '');
    const rest = path.slice(root.length).replace(/^\\/, '');
    return prefix === undefined || prefix === '' ? rest : `${prefix}\\${rest}`;
  };
  const copy: TreeCopy = {
    context,
    matches: isTree ? () => true : nameMatcher(baseName(source)),
    isRecursive: switches.has('s') || switches.has('e'),
    includesEmpty: switches.has('e'),
    copyFile: (from, to) => {
      const isKept =
        switches.has('d') &&
        context.files.exists(to) &&
        context.files.stat(to).modifiedMs >= context.files.stat(from).modifiedMs;
      const isHidden = context.files.stat(from).isHidden && !switches.has('h');
      if (isKept || isHidden) return;
      if (!switches.has('l')) copyContent(context, from, to);
      if (!switches.has('q')) printLine(context, shown(from));
      copied += 1;
    },
  };
  try {
    const isFileTarget =
      isOne && !isDirectory(context.files, target) && !switches.has('i') && !/[\\/]$/.test(targetWord);
    if (isFileTarget) {
      ensureDirectory(context, parentPath(target));
      copy.copyFile(source, target);
    } else {
      if (copy.includesEmpty) ensureDirectory(context, target);
      copyTree(copy, isTree ? source : parentPath(source), target);
    }
  } catch (error) {
    printErrorLine(context, systemMessageOf(error).text);
    printLine(context, `${copied} File(s) copied`);
    return 4;
  }
  printLine(context, `${copied} File(s) copied`);
  return 0;
};

/** Bits of the exit code of `robocopy`. */
const robocopyBits = { copied: 1, extra: 2, failed: 16 };

/**
 * `robocopy source target [patterns] [/s] [/e] [/mir] [/purge]`, other switches are taken and mean nothing here. The
 * exit code has bit 1 when files were copied, 2 when the target held more, 16 when nothing could be done.
 */
export const robocopy: GuestProgram = async (context) => {
  const all = splitArguments(context.arguments);
  const switches = new Set(all.filter((word) => word.startsWith('/')).map((word) => word.slice(1).toLowerCase()));
  const [sourceWord, targetWord, ...patterns] = all.filter((word) => !word.startsWith('/'));
  if (sourceWord === undefined || targetWord === undefined) {
    printErrorLine(context, 'ERROR : No Destination Directory Specified.');
    return robocopyBits.failed;
  }
  const [source, target] = [programPath(context, sourceWord), programPath(context, targetWord)];
  if (!isDirectory(context.files, source)) {
    printErrorLine(context, `ERROR 2 (0x00000002) Accessing Source Directory ${source}\\`);
    printErrorLine(context, 'The system cannot find the file specified.');
    return robocopyBits.failed;
  }
  const isMirror = switches.has('mir') || switches.has('purge');
  const matchers = (patterns.length === 0 ? ['*'] : patterns).map(nameMatcher);
  let exitCode = 0;
  let copied = 0;
  const copy: TreeCopy = {
    context,
    matches: (name) => matchers.some((matches) => matches(name)),
    isRecursive: switches.has('s') || switches.has('e') || switches.has('mir'),
    includesEmpty: switches.has('e') || switches.has('mir'),
    copyFile: (from, to) => {
      const [old, fresh] = [context.files.exists(to) ? context.files.stat(to) : undefined, context.files.stat(from)];
      if (old !== undefined && old.size === fresh.size && old.modifiedMs === fresh.modifiedMs) return;
      copyContent(context, from, to);
      copied += 1;
      printLine(context, `\t    New File  \t\t${String(fresh.size).padStart(8)}\t${baseName(from)}`);
    },
  };
  try {
    ensureDirectory(context, target);
    copyTree(copy, source, target);
    if (isMirror && purge(context, source, target)) exitCode |= robocopyBits.extra;
  } catch (error) {
    printErrorLine(context, `ERROR : ${systemMessageOf(error).text}`);
    return robocopyBits.failed;
  }
  printLine(context, `   Files : ${copied} copied`);
  return copied > 0 ? exitCode | robocopyBits.copied : exitCode;
};

/** Removes from the target what the source does not have; says whether there was any. */
function purge(context: ProgramContext, source: string, target: string): boolean {
  let isAny = false;
  for (const { kind, name } of context.files.list(target)) {
    const [from, to] = [joinPath(source, name), joinPath(target, name)];
    if (context.files.exists(from)) {
      if (kind === 'directory' && isDirectory(context.files, from) && purge(context, from, to)) isAny = true;
    } else {
      if (kind === 'directory') context.files.deleteDirectory(to, { recursive: true });
      else context.files.deleteFile(to);
      isAny = true;
    }
  }
  return isAny;
}
