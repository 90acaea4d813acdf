import { Fault } from '../../../../base/fault.js';
import type { FileAttributes, FileStatus } from '../../guest-files.js';
import { baseName, joinPath } from '../../guest-path.js';
import type { ProgramContext } from '../../program.js';
import { openInput } from '../devices.js';
import { parseOptions, pathOf, UsageError, type PosixCommand } from '../posix-command.js';
import { posixErrorOf } from '../posix-errors.js';

/** Rights that a new file never gets from the one it is copied from, unless it is asked to be the same. */
const maskedBits = 0o7022;

/** A failure of one operand, in the words of the command; the next operand goes on. */
class Refusal extends Error {}

/** What an operand becomes. */
interface Transfer {
  /** As the command line spells it. */
  readonly shownSource: string;
  readonly shownTarget: string;
  readonly source: string;
  readonly target: string;
}

interface CopyOptions {
  readonly isRecursive: boolean;
  /** Links among what is named on the command line, and those below it, are followed. */
  readonly follows: 'all' | 'named' | 'none';
  readonly keepsMode: boolean;
  readonly keepsTimes: boolean;
  readonly keepsOwner: boolean;
  readonly keepsLinks: boolean;
  readonly isForced: boolean;
  readonly isUpdate: boolean;
  readonly isTimid: boolean;
  readonly isVerbose: boolean;
  /** Makes names for the same file instead of copies. */
  readonly makes: 'copy' | 'hard link' | 'symbolic link';
}

const preservable: readonly string[] = ['mode', 'ownership', 'timestamps', 'links', 'context', 'xattr', 'all'];

/** `cp [-RrafipndPLHluvstT] source ... target` */
const cp: PosixCommand = (words, context) => {
  const { options, operands } = parseOptions(words, 'RrapfinduPLHlsvxt:T', [
    'recursive',
    'archive',
    'force',
    'no-clobber',
    'update',
    'verbose',
    'dereference',
    'no-dereference',
    'link',
    'symbolic-link',
    'parents',
    'preserve',
    'preserve=',
    'no-preserve=',
    'target-directory=',
    'no-target-directory',
    'one-file-system',
    'remove-destination',
  ]);
  const has = (...names: readonly string[]): boolean => names.some((name) => options.has(name));
  const isArchive = has('a', 'archive');
  const listed = options.get('preserve');
  const kept = (listed === undefined || listed === '' ? [] : listed.split(',')).map(preserved);
  const keeps = (what: string): boolean => isArchive || kept.includes('all') || kept.includes(what);
  const isPlain = has('p') || listed === '';
  const isRecursive = isArchive || has('R', 'r', 'recursive');
  const copy: CopyOptions = {
    isRecursive,
    follows: has('L', 'dereference')
      ? 'all'
      : followed(isRecursive, isArchive || has('d', 'P', 'no-dereference'), has('H')),
    keepsMode: isPlain || keeps('mode'),
    keepsTimes: isPlain || keeps('timestamps'),
    keepsOwner: isPlain || keeps('ownership'),
    keepsLinks: has('d') || keeps('links'),
    isForced: has('f', 'force', 'remove-destination'),
    isUpdate: has('u', 'update'),
    isTimid: has('n', 'no-clobber'),
    isVerbose: has('v', 'verbose'),
    makes: has('l', 'link') ? 'hard link' : has('s', 'symbolic-link') ? 'symbolic link' : 'copy',
  };
  const run = new CopyRun(context, copy);
  return transferEach('cp', context, transfersOf('cp', context, operands, options), (transfer) =>
    run.copy(transfer, true),
  );
};

function preserved(word: string): string {
  if (!preservable.includes(word)) throw new UsageError(`invalid argument '${word}' for '--preserve'`);
  return word;
}

function followed(isRecursive: boolean, isAsIs: boolean, isNamed: boolean): CopyOptions['follows'] {
  if (isNamed) return 'named';
  return isAsIs || isRecursive ? 'none' : 'all';
}

/** `mv [-finuvtT] source ... target` */
const mv: PosixCommand = (words, context) => {
  const { options, operands } = parseOptions(words, 'finuvt:T', [
    'force',
    'no-clobber',
    'update',
    'verbose',
    'target-directory=',
    'no-target-directory',
  ]);
  const isTimid = options.has('n') || options.has('no-clobber');
  const isUpdate = options.has('u') || options.has('update');
  const isVerbose = options.has('v') || options.has('verbose');
  return transferEach('mv', context, transfersOf('mv', context, operands, options), (transfer) => {
    const { shownSource, shownTarget, source, target } = transfer;
    const status = statusOf(context, source, false, shownSource);
    const there = statusIfThere(context, target, false);
    if (there !== undefined) {
      if (isTimid || (isUpdate && there.modifiedMs >= status.modifiedMs)) return;
      if (source === target) throw new Refusal(`'${shownSource}' and '${shownTarget}' are the same file`);
    }
    requireFit(status, there, transfer);
    try {
      if (there?.kind === 'directory' && there.inode !== status.inode) context.files.deleteDirectory(target);
      context.files.move(source, target);
    } catch (error) {
      if (error instanceof Fault && error.kind === 'invalid-argument') {
        throw new Refusal(`cannot move '${shownSource}' to a subdirectory of itself, '${shownTarget}'`);
      }
      throw refused(`cannot move '${shownSource}' to '${shownTarget}'`, error);
    }
    if (isVerbose) context.writeStdout(`renamed '${shownSource}' -> '${shownTarget}'\n`);
  });
};

/** One run of `cp`. */
class CopyRun {
  readonly #context: ProgramContext;
  readonly #options: CopyOptions;
  /** Copies of files with several names, by the inode of the original: with `-a` they share one copy as well. */
  readonly #copies = new Map<number, string>();

  constructor(context: ProgramContext, options: CopyOptions) {
    this.#context = context;
    this.#options = options;
  }

  /** @param isNamed the source stands on the command line. */
  copy(transfer: Transfer, isNamed: boolean): void {
    const { files } = this.#context;
    const { follows, isRecursive, isTimid, isUpdate, isVerbose } = this.#options;
    const { shownSource, shownTarget, source, target } = transfer;
    if (source.startsWith('/dev/') || target === '/dev/null') return this.#copyDevice(transfer);
    const status = statusOf(this.#context, source, follows === 'all' || (follows === 'named' && isNamed), shownSource);
    const there = statusIfThere(this.#context, target, true) ?? statusIfThere(this.#context, target, false);
    if (status.kind === 'directory') {
      if (!isRecursive) throw new Refusal(`-r not specified; omitting directory '${shownSource}'`);
      return this.#copyDirectory(transfer, status, there);
    }
    if (there !== undefined) {
      if (isTimid || (isUpdate && there.modifiedMs >= status.modifiedMs)) return;
      if (there.inode === status.inode) {
        if (this.#options.makes === 'hard link') return;
        throw new Refusal(`'${shownSource}' and '${shownTarget}' are the same file`);
      }
    }
    requireFit(status, there, transfer);
    this.#make(transfer, status, there);
    if (isVerbose) this.#context.writeStdout(`'${shownSource}' -> '${shownTarget}'\n`);
    if (this.#options.keepsLinks && status.linkCount > 1) this.#copies.set(status.inode, files.realPath(target));
  }

  #copyDirectory(transfer: Transfer, status: FileStatus, there: FileStatus | undefined): void {
    const { files } = this.#context;
    const { shownSource, shownTarget, source, target } = transfer;
    requireFit(status, there, transfer);
    if (`${realPathOf(this.#context, target)}/`.startsWith(`${files.realPath(source)}/`)) {
      throw new Refusal(`cannot copy a directory, '${shownSource}', into itself, '${shownTarget}'`);
    }
    if (there === undefined) {
      this.#attempt(`cannot create directory '${shownTarget}'`, () =>
        files.makeDirectory(target, { mode: (status.mode & ~maskedBits) | 0o700 }),
      );
      if (this.#options.isVerbose) this.#context.writeStdout(`'${shownSource}' -> '${shownTarget}'\n`);
    }
    const children = this.#attempt(`cannot access '${shownSource}'`, () => files.list(source));
    const failed = transferEach(
      'cp',
      this.#context,
      children.map(({ name }) => ({
        shownSource: joinPath('posix', shownSource, name),
        shownTarget: joinPath('posix', shownTarget, name),
        source: joinPath('posix', source, name),
        target: joinPath('posix', target, name),
      })),
      (child) => this.copy(child, false),
    );
    if (there === undefined && !this.#options.keepsMode)
      files.setAttributes(target, { mode: status.mode & ~maskedBits });
    this.#keepAttributes(transfer, status);
    if (failed !== 0) throw new Refusal('');
  }

  #make(transfer: Transfer, status: FileStatus, there: FileStatus | undefined): void {
    const { files } = this.#context;
    const { makes, isForced } = this.#options;
    const { shownTarget, shownSource, source, target } = transfer;
    const remove = (): void => {
      if (statusIfThere(this.#context, target, false) !== undefined) files.deleteFile(target);
    };
    const twin = this.#options.keepsLinks ? this.#copies.get(status.inode) : undefined;
    if (makes === 'hard link' || twin !== undefined) {
      this.#attempt(`cannot create hard link '${shownTarget}' to '${shownSource}'`, () => {
        if (isForced || twin !== undefined) remove();
        files.hardLink(twin ?? source, target);
      });
      return;
    }
    if (makes === 'symbolic link' || status.linkTarget !== undefined) {
      this.#attempt(`cannot create symbolic link '${shownTarget}'`, () => {
        if (isForced || makes === 'copy') remove();
        files.link(makes === 'copy' ? (status.linkTarget ?? source) : shownSource, target);
      });
      return;
    }
    const content = this.#attempt(`cannot open '${shownSource}' for reading`, () => files.read(source));
    const mode = this.#options.keepsMode ? status.mode : status.mode & ~maskedBits;
    this.#attempt(`cannot create regular file '${shownTarget}'`, () => {
      try {
        files.write(target, content, { mode });
      } catch (error) {
        if (!isForced || there === undefined || posixErrorOf(error)?.code !== 'EACCES') throw error;
        remove();
        files.write(target, content, { mode });
      }
    });
    this.#keepAttributes(transfer, status);
  }

  /** Owner first: a change of owner takes rights away. Who may not give a file away keeps it, as with `cp -p`. */
  #keepAttributes({ shownTarget, target }: Transfer, status: FileStatus): void {
    const { files, user } = this.#context;
    const { keepsMode, keepsOwner, keepsTimes } = this.#options;
    const { owner, group, mode, modifiedMs, accessedMs } = status;
    const mayGiveAway = user.isAdministrator || user.id === 0;
    const set = (change: Partial<FileAttributes>): void =>
      this.#attempt(`preserving attributes of '${shownTarget}'`, () => files.setAttributes(target, change));
    if (keepsOwner && mayGiveAway) set({ owner, group });
    if (keepsMode) set({ mode });
    if (keepsTimes) set({ modifiedMs, accessedMs });
  }

  #copyDevice({ shownTarget, source, target }: Transfer): void {
    if (target === '/dev/null') {
      statusOf(this.#context, source, true, source);
      return;
    }
    const content = openInput(this.#context, source);
    this.#attempt(`cannot create regular file '${shownTarget}'`, () => this.#context.files.write(target, content));
  }

  #attempt<T>(what: string, action: () => T): T {
    try {
      return action();
    } catch (error) {
      throw refused(what, error);
    }
  }
}

/** Where each operand goes: into the directory that comes last or is named by `-t`, or to the one name given. */
function transfersOf(
  name: string,
  context: ProgramContext,
  operands: readonly string[],
  options: ReadonlyMap<string, string>,
): readonly Transfer[] {
  const [first] = operands;
  if (first === undefined) throw new UsageError('missing file operand');
  const into = options.get('t') ?? options.get('target-directory');
  const isPlain = options.has('T') || options.has('no-target-directory');
  const last = into ?? operands[operands.length - 1] ?? first;
  const sources = into === undefined ? operands.slice(0, -1) : operands;
  if (sources.length === 0) throw new UsageError(`missing destination file operand after '${first}'`);
  const isDirectory = !isPlain && statusIfThere(context, pathOf(context, last), true)?.kind === 'directory';
  if (!isDirectory && (into !== undefined || sources.length > 1)) {
    throw new UsageError(`target '${last}' is not a directory`);
  }
  return sources.map((shownSource) => {
    const source = pathOf(context, shownSource);
    const isWhole = options.has('parents');
    if (isWhole && name === 'cp') makeParents(context, shownSource, last);
    const below = isWhole ? shownSource.replace(/^\/+/u, '') : baseName('posix', source);
    const shownTarget = isDirectory ? joinPath('posix', last, below) : last;
    const isMissingDirectory = shownTarget.endsWith('/') && statusIfThere(context, source, true)?.kind === 'file';
    if (isMissingDirectory) throw new UsageError(`cannot create regular file '${shownTarget}': Not a directory`);
    return { shownSource, shownTarget, source, target: pathOf(context, shownTarget) };
  });
}

function makeParents(context: ProgramContext, shownSource: string, into: string): void {
  const names = shownSource.split('/').slice(0, -1).join('/').replace(/^\/+/u, '');
  const directory = pathOf(context, joinPath('posix', into, names));
  if (!context.files.exists(directory)) context.files.makeDirectory(directory, { makeParents: true });
}

function transferEach(
  name: string,
  context: ProgramContext,
  transfers: readonly Transfer[],
  action: (transfer: Transfer) => void,
): number {
  let exitCode = 0;
  for (const transfer of transfers) {
    try {
      action(transfer);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      if (error.message !== '') context.writeStderr(`${name}: ${error.message}\n`);
      exitCode = 1;
    }
  }
  return exitCode;
}

function requireFit(status: FileStatus, there: FileStatus | undefined, { shownSource, shownTarget }: Transfer): void {
  if (there?.kind === 'directory' && status.kind !== 'directory') {
    throw new Refusal(`cannot overwrite directory '${shownTarget}' with non-directory '${shownSource}'`);
  }
  if (there !== undefined && there.kind !== 'directory' && status.kind === 'directory') {
    throw new Refusal(`cannot overwrite non-directory '${shownTarget}' with directory '${shownSource}'`);
  }
}

function statusOf(context: ProgramContext, path: string, followLinks: boolean, shown: string): FileStatus {
  try {
    return context.files.stat(path, { followLinks });
  } catch (error) {
    throw refused(`cannot stat '${shown}'`, error);
  }
}

function statusIfThere(context: ProgramContext, path: string, followLinks: boolean): FileStatus | undefined {
  try {
    return context.files.stat(path, { followLinks });
  } catch (error) {
    if (posixErrorOf(error) === undefined) throw error;
    return undefined;
  }
}

/** The path without links of what is there, or is about to be there. */
function realPathOf({ files }: ProgramContext, path: string): string {
  const parent = path.replace(/\/[^/]*$/u, '') || '/';
  if (files.exists(path)) return files.realPath(path);
  return files.exists(parent) ? joinPath('posix', files.realPath(parent), baseName('posix', path)) : path;
}

/** A failure of the guest as the command tells it; anything else as it is. */
function refused(what: string, error: unknown): unknown {
  const known = posixErrorOf(error);
  return known === undefined ? error : new Refusal(`${what}: ${known.text}`);
}

/** Copies and moves. */
export const copyCommands: Readonly<Record<string, PosixCommand>> = { cp, mv };
