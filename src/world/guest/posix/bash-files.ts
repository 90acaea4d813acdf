import { Fault } from '../../../base/fault.js';
import { Buffer } from 'node:buffer';
import type { FsStat, IFileSystem, MkdirOptions, RmOptions, CpOptions } from './just-bash-types.js';
import type { FileStatus } from '../guest-files.js';
import { baseName, joinPath, resolvePath } from '../guest-path.js';
import type { ProgramContext } from '../program.js';
import { deviceContent, isDevice, isEndless, isStandardStream } from './devices.js';
import { posixErrorOf } from './posix-errors.js';

export interface BashFilesOptions {
  /** Whether the path counts as a program although no file is there. */
  readonly isAddedProgram: (path: string) => boolean;
  /** Called when the shell asks about an executable file: it does so before it runs one. */
  readonly onExecutable: (path: string) => void;
  /** The text that the shell is to run in place of an executable file. */
  readonly scriptOf: (path: string) => string;
}

type Encoding = string | { readonly encoding?: string | null } | undefined;

const anyExecute = 0o111;

const encodings: ReadonlySet<string> = new Set(['utf8', 'utf-8', 'ascii', 'binary', 'base64', 'hex', 'latin1']);

/** A guest's files, in the name of a program's user, as just-bash wants them: with errors in the style of Node. */
export class BashFiles implements IFileSystem {
  readonly #context: ProgramContext;
  readonly #options: BashFilesOptions;
  /** The last two questions about files, newest last: they tell whether a file is read or run. */
  #trace: readonly [string, string] = ['', ''];
  /** The path that the shell is about to open for writing, as soon as it has resolved it. */
  #opening: string | undefined;
  #hasReadEndless = false;
  /** Files that output of commands was sent to. */
  readonly #redirected = new Set<string>();

  constructor(context: ProgramContext, options: BashFilesOptions) {
    this.#context = context;
    this.#options = options;
  }

  /** Whether anything has read a part of an endless device, as if that were all, since the last time this was asked. */
  takeEndlessRead(): boolean {
    const hasRead = this.#hasReadEndless;
    this.#hasReadEndless = false;
    return hasRead;
  }

  async readFile(path: string, options?: Encoding): Promise<string> {
    // The shell runs a file after it asked for its status by itself; a command first resolves the path that it reads.
    const [before, last] = this.#trace;
    const isRun = last === `stat ${path}` && before !== `resolve ${path}`;
    if (isRun) return this.#options.scriptOf(path);
    return Buffer.from(this.#read(path)).toString(encodingOf(options));
  }

  async readFileBuffer(path: string): Promise<Uint8Array> {
    return Uint8Array.from(this.#read(path));
  }

  async writeFile(path: string, content: string | Uint8Array, options?: Encoding): Promise<void> {
    requireFile(path);
    if (isDevice(path)) return;
    await this.#context.turn();
    this.#put(path, bytesOf(content, options), false);
  }

  async appendFile(path: string, content: string | Uint8Array, options?: Encoding): Promise<void> {
    requireFile(path);
    if (isDevice(path)) return;
    await this.#context.turn();
    this.#put(path, bytesOf(content, options), true);
  }

  /**
   * Writes to a file. The library would end the script when there is no room for what a command has printed; a program
   * writes piece by piece until its disk is full, and the script goes on.
   */
  #put(path: string, bytes: Uint8Array, isAppend: boolean): void {
    const { files } = this.#context;
    try {
      if (isAppend) files.append(path, bytes);
      else files.write(path, bytes);
    } catch (error) {
      const isFull = error instanceof Fault && error.kind === 'disk-full';
      if (!isFull || !this.#redirected.has(path)) throw toNodeError(error, 'open', path);
      if (!isAppend) this.#fill(path, bytes);
      this.#context.writeStderr('sh: write error: No space left on device\n');
    }
  }

  /** Writes as much as there is room for. */
  #fill(path: string, bytes: Uint8Array): void {
    const { files } = this.#context;
    files.write(path, '');
    try {
      files.append(path, bytes);
    } catch (error) {
      if (!(error instanceof Fault) || error.kind !== 'disk-full') throw error;
    }
  }

  /** Tells whether the path that the shell resolves next is one that it is about to open for writing. */
  expectOpening(isOpening: boolean): void {
    this.#opening = isOpening ? 'announced' : undefined;
  }

  async exists(path: string): Promise<boolean> {
    this.#note('exists', path);
    if (this.#opening === path && !isDevice(path) && !isStandardStream(path)) {
      this.#requireWritable(path);
      this.#redirected.add(path);
    }
    this.#opening = undefined;
    if (isDevice(path) || this.#options.isAddedProgram(path)) return true;
    return this.#do('stat', path, () => this.#context.files.exists(path));
  }

  async stat(path: string): Promise<FsStat> {
    this.#note('stat', path);
    // The shell asks this before each command. It itself never lets timers and signals in.
    await this.#context.turn();
    const { files } = this.#context;
    const isFileless = isDevice(path) || (this.#options.isAddedProgram(path) && !files.exists(path));
    if (isFileless) {
      this.#options.onExecutable(path);
      const identity = `program ${path}`;
      return { ...kindsOf('file'), mode: 0o755, size: 0, mtime: new Date(0), identity };
    }
    const status = this.#do('stat', path, () => files.stat(path));
    const shown = this.#shown(status);
    if (status.kind === 'file' && (shown.mode & anyExecute) !== 0) this.#options.onExecutable(path);
    return shown;
  }

  async lstat(path: string): Promise<FsStat> {
    if (isDevice(path)) return this.stat(path);
    return this.#shown(this.#do('lstat', path, () => this.#context.files.stat(path, { followLinks: false })));
  }

  async mkdir(path: string, options: MkdirOptions = {}): Promise<void> {
    const { files } = this.#context;
    this.#do('mkdir', path, () => {
      const isThere = options.recursive === true && files.exists(path) && files.stat(path).kind === 'directory';
      if (!isThere) files.makeDirectory(path, { makeParents: options.recursive === true });
    });
  }

  async readdir(path: string): Promise<string[]> {
    return this.#do('scandir', path, () => this.#context.files.list(path)).map(({ name }) => name);
  }

  async readdirWithFileTypes(
    path: string,
  ): Promise<{ name: string; isFile: boolean; isDirectory: boolean; isSymbolicLink: boolean }[]> {
    return this.#listed(path).map(({ name, kind }) => ({
      name,
      ...kindsOf(kind),
    }));
  }

  async rm(path: string, options: RmOptions = {}): Promise<void> {
    const { files } = this.#context;
    if (options.force === true && !this.#isThere(path)) return;
    this.#do('rm', path, () => {
      if (files.stat(path, { followLinks: false }).kind === 'directory') {
        files.deleteDirectory(path, { recursive: options.recursive === true });
      } else {
        files.deleteFile(path);
      }
    });
  }

  async cp(source: string, target: string, options: CpOptions = {}): Promise<void> {
    const { files } = this.#context;
    const status = this.#do('cp', source, () => files.stat(source));
    if (status.kind === 'directory') {
      if (options.recursive !== true) throw nodeError('EISDIR', 'is a directory', 'cp', source);
      const children = this.#do('cp', source, () => files.list(source));
      await this.mkdir(target, { recursive: true });
      for (const { name } of children) {
        await this.cp(joinPath('posix', source, name), joinPath('posix', target, name), options);
      }
      return;
    }
    const bytes = this.#do('cp', source, () => files.read(source));
    this.#do('cp', target, () => files.write(target, bytes, { mode: status.mode }));
  }

  async mv(source: string, target: string): Promise<void> {
    const { files } = this.#context;
    this.#do('mv', source, () => {
      const isDirectory = files.exists(target) && files.stat(target).kind === 'directory';
      files.move(source, isDirectory ? joinPath('posix', target, baseName('posix', source)) : target);
    });
  }

  resolvePath(base: string, path: string): string {
    const resolved = this.#do('resolve', path, () => resolvePath('posix', base, path));
    if (this.#opening === 'announced') this.#opening = resolved;
    this.#note('resolve', resolved);
    return resolved;
  }

  /** Not offered: the shell then lists directories for its patterns. */
  getAllPaths(): string[] {
    return [];
  }

  async chmod(path: string, mode: number): Promise<void> {
    this.#do('chmod', path, () => this.#context.files.setAttributes(path, { mode }));
  }

  async symlink(target: string, path: string): Promise<void> {
    this.#do('symlink', path, () => this.#context.files.link(target, path));
  }

  async link(existing: string, path: string): Promise<void> {
    this.#do('link', path, () => this.#context.files.hardLink(existing, path));
  }

  async readlink(path: string): Promise<string> {
    const { linkTarget } = this.#do('readlink', path, () => this.#context.files.stat(path, { followLinks: false }));
    if (linkTarget === undefined) throw nodeError('EINVAL', 'invalid argument', 'readlink', path);
    return linkTarget;
  }

  async realpath(path: string): Promise<string> {
    return this.#do('realpath', path, () => this.#context.files.realPath(path));
  }

  async utimes(path: string, accessed: Date, modified: Date): Promise<void> {
    this.#do('utime', path, () =>
      this.#context.files.setAttributes(path, { accessedMs: accessed.getTime(), modifiedMs: modified.getTime() }),
    );
  }

  /** Where this throws, the shell fails the command; where the opening itself did, it would end the script. */
  #requireWritable(path: string): void {
    const { files } = this.#context;
    if (files.exists(path) && files.stat(path).kind === 'directory') return;
    this.#do('open', path, () => files.checkWrite(path, 0));
  }

  /** For patterns and `find`: a closed directory is reported, and the search goes on. */
  #listed(path: string): readonly FileStatus[] {
    try {
      return this.#context.files.list(path);
    } catch (error) {
      const known = posixErrorOf(error);
      if (known?.code !== 'EACCES') throw toNodeError(error, 'scandir', path);
      this.#context.writeStderr(`${path}: ${known.text}\n`);
      return [];
    }
  }

  #note(question: string, path: string): void {
    this.#trace = [this.#trace[1], `${question} ${path}`];
  }

  #read(path: string): Uint8Array {
    if (isEndless(path)) this.#hasReadEndless = true;
    const device = deviceContent(path);
    if (device !== undefined) return device.bytes();
    return this.#do('open', path, () => this.#context.files.read(path)).bytes();
  }

  #isThere(path: string): boolean {
    try {
      this.#context.files.stat(path, { followLinks: false });
      return true;
    } catch (error) {
      if (posixErrorOf(error)?.code === 'ENOENT') return false;
      throw toNodeError(error, 'stat', path);
    }
  }

  #do<T>(call: string, path: string, action: () => T): T {
    try {
      return action();
    } catch (error) {
      throw toNodeError(error, call, path);
    }
  }

  /** The shell asks the owner's bits, or any bit, so these show what the user at hand may do. */
  #shown(status: FileStatus): FsStat {
    const { user } = this.#context;
    const { mode, owner, group, modifiedMs, size, inode } = status;
    const isRoot = user.id === 0 || user.isAdministrator;
    const rights = (mode >> (owner === user.name ? 6 : group === user.group ? 3 : 0)) & 7;
    const seen = (mode & ~0o700) | (rights << 6);
    return {
      ...kindsOf(status.kind),
      mode: isRoot ? mode : (rights & 1) === 0 ? seen & ~anyExecute : seen,
      size,
      mtime: new Date(modifiedMs),
      dev: 1,
      ino: inode,
    };
  }
}

/** What the shell does not take for a stream of its own is no file of the guest either. */
function requireFile(path: string): void {
  if (isStandardStream(path)) throw nodeError('ENXIO', 'no such device or address', 'open', path);
}

function kindsOf(kind: FileStatus['kind']): { isFile: boolean; isDirectory: boolean; isSymbolicLink: boolean } {
  return { isFile: kind === 'file', isDirectory: kind === 'directory', isSymbolicLink: kind === 'symlink' };
}

function bytesOf(content: string | Uint8Array, options: Encoding): Uint8Array {
  return typeof content === 'string' ? Uint8Array.from(Buffer.from(content, encodingOf(options))) : content;
}

function encodingOf(options: Encoding): BufferEncoding {
  const name = (typeof options === 'string' ? options : options?.encoding) ?? 'utf8';
  return isEncoding(name) ? name : 'utf8';
}

function isEncoding(name: string): name is BufferEncoding {
  return encodings.has(name);
}

function toNodeError(error: unknown, call: string, path: string): unknown {
  const known = posixErrorOf(error);
  return known === undefined ? error : nodeError(known.code, known.text.toLowerCase(), call, path);
}

function nodeError(code: string, text: string, call: string, path: string): Error {
  return Object.assign(new Error(`${code}: ${text}, ${call} '${path}'`), { code });
}
