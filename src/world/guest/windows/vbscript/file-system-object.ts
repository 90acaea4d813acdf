import type { FileStatus } from '../../guest-files.js';
import { findFiles, isDirectory, isFile, isPattern } from '../file-patterns.js';
import { baseName, driveOf, extensionOf, joinPath, parentPath } from '../paths.js';
import { decodeText } from '../text.js';
import { collectionOf, objectOf } from './members.js';
import { type ScriptContext, scriptError, scriptPathOf } from './script-context.js';
import { TextReader, textStream } from './text-stream.js';
import { toBoolean, toText, toWhole, VbDate, vbError, type VbObject, type VbValue } from './values.js';

/** Modes of OpenTextFile. */
const openModes = { reading: 1, writing: 2, appending: 8 };

/** Does a deed on files; a refusal becomes the script's own failure. */
function attempt<T>(deed: () => T, missing: 53 | 76 = 53): T {
  try {
    return deed();
  } catch (error) {
    throw scriptError(error, missing);
  }
}

function isSet(value: VbValue, otherwise: boolean): boolean {
  return value === undefined ? otherwise : toBoolean(value);
}

class FileSystem {
  readonly #context: ScriptContext;

  constructor(context: ScriptContext) {
    this.#context = context;
  }

  get #files(): ScriptContext['program']['files'] {
    return this.#context.program.files;
  }

  path(value: VbValue): string {
    return scriptPathOf(this.#context, toText(value));
  }

  hasFile(value: VbValue): boolean {
    return isFile(this.#files, this.path(value));
  }

  hasFolder(value: VbValue): boolean {
    return isDirectory(this.#files, this.path(value));
  }

  create(path: string, overwrites: boolean): VbObject {
    if (!overwrites && this.#files.exists(path)) throw vbError(58);
    attempt(() => this.#files.write(path, ''), 76);
    return this.#writer(path);
  }

  open([name, mode, creates]: readonly VbValue[]): VbObject {
    const path = this.path(name);
    const wanted = mode === undefined ? openModes.reading : toWhole(mode);
    if (!Object.values(openModes).includes(wanted)) throw vbError(5);
    if (!isFile(this.#files, path)) {
      if (!isSet(creates, false)) throw vbError(isDirectory(this.#files, path) ? 70 : 53);
      attempt(() => this.#files.write(path, ''), 76);
    }
    if (wanted === openModes.reading) {
      return textStream({ reader: new TextReader(decodeText(attempt(() => this.#files.read(path).bytes()))) });
    }
    if (wanted === openModes.writing) attempt(() => this.#files.write(path, ''));
    return this.#writer(path);
  }

  #writer(path: string): VbObject {
    let pending = '';
    const flush = (): void => {
      const text = pending;
      pending = '';
      if (text !== '') attempt(() => this.#files.append(path, text));
    };
    this.#context.atEnd.add(flush);
    return textStream({
      write: (text) => {
        pending += text;
        if (pending.length > 65_536) flush();
      },
      close: () => {
        flush();
        this.#context.atEnd.delete(flush);
      },
    });
  }

  /** Files, or folders, that a name with or without pattern stands for. @throws VbRuntimeError for none. */
  #named(value: VbValue, wantsFolders: boolean): string[] {
    const found = findFiles(this.#files, this.path(value))
      .filter(({ status }) => (status.kind === 'directory') === wantsFolders)
      .map(({ path }) => path);
    if (found.length === 0) throw vbError(wantsFolders ? 76 : 53);
    return found;
  }

  deleteFiles([name, isForced]: readonly VbValue[]): undefined {
    for (const path of this.#named(name, false)) {
      attempt(() => {
        if (isSet(isForced, false)) this.#files.setAttributes(path, { isReadOnly: false });
        this.#files.deleteFile(path);
      });
    }
  }

  deleteFolders([name]: readonly VbValue[]): undefined {
    for (const path of this.#named(name, true))
      attempt(() => this.#files.deleteDirectory(path, { recursive: true }), 76);
  }

  copyFiles([from, to, overwrites]: readonly VbValue[]): undefined {
    for (const path of this.#named(from, false)) {
      const target = this.#into(to, path);
      if (!isSet(overwrites, true) && this.#files.exists(target)) throw vbError(58);
      attempt(() => this.#files.write(target, this.#files.read(path)), 76);
    }
  }

  copyFolder([from, to]: readonly VbValue[]): undefined {
    const copy = (source: string, target: string): void => {
      if (!isDirectory(this.#files, target)) this.#files.makeDirectory(target);
      for (const { kind, name } of this.#files.list(source)) {
        if (kind === 'directory') copy(joinPath(source, name), joinPath(target, name));
        else this.#files.write(joinPath(target, name), this.#files.read(joinPath(source, name)));
      }
    };
    for (const path of this.#named(from, true))
      attempt(() => copy(path, this.#into(to, path, isPattern(toText(from)))), 76);
  }

  move(from: VbValue, to: VbValue, areFolders: boolean): undefined {
    for (const path of this.#named(from, areFolders)) {
      const target = this.#into(to, path);
      if (this.#files.exists(target)) throw vbError(58);
      attempt(() => this.#files.move(path, target), 76);
    }
  }

  /** Where something goes: into the folder that the target ends as, or under the target's own name. */
  #into(to: VbValue, path: string, isFolderGiven = false): string {
    const isFolder = /[\\/]$/.test(toText(to)) || isFolderGiven;
    return isFolder ? joinPath(this.path(to), baseName(path)) : this.path(to);
  }

  file(path: string): VbObject {
    if (!isFile(this.#files, path)) throw vbError(53);
    const { members, setters } = this.#common(path, () => this.#files.deleteFile(path));
    return objectOf('File', {
      members: {
        ...members,
        copy: ([to, overwrites]) => this.copyFiles([path, to, overwrites]),
        move: ([to]) => this.move(path, to, false),
        openastextstream: ([mode]) => this.open([path, mode]),
        size: () => this.#files.stat(path).size,
        type: () => `${extensionOf(path).slice(1).toUpperCase()} File`,
      },
      setters,
    });
  }

  folder(path: string): VbObject {
    if (!isDirectory(this.#files, path)) throw vbError(76);
    const { members, setters } = this.#common(path, () => this.#files.deleteDirectory(path, { recursive: true }));
    const entries = (wantsFolders: boolean): readonly FileStatus[] =>
      attempt(() => this.#files.list(path), 76).filter(({ kind }) => (kind === 'directory') === wantsFolders);
    const collection = (typeName: string, wantsFolders: boolean): VbObject => {
      const make = (status: FileStatus): VbObject =>
        wantsFolders ? this.folder(joinPath(path, status.name)) : this.file(joinPath(path, status.name));
      const items = (): VbObject[] => entries(wantsFolders).map(make);
      return collectionOf(typeName, items, ([name]) => {
        const wanted = toText(name).toLowerCase();
        const found = entries(wantsFolders).find((status) => status.name.toLowerCase() === wanted);
        if (found === undefined) throw vbError(wantsFolders ? 76 : 53);
        return make(found);
      });
    };
    return objectOf('Folder', {
      members: {
        ...members,
        files: () => collection('Files', false),
        size: () => this.#sizeOf(path),
        subfolders: () => collection('Folders', true),
      },
      setters,
    });
  }

  #sizeOf(path: string): number {
    return attempt(() => this.#files.list(path), 76).reduce(
      (sum, { kind, name, size }) => sum + (kind === 'directory' ? this.#sizeOf(joinPath(path, name)) : size),
      0,
    );
  }

  #common(path: string, remove: () => void): Pick<Required<Parameters<typeof objectOf>[1]>, 'members' | 'setters'> {
    const status = (): FileStatus => attempt(() => this.#files.stat(path));
    return {
      members: {
        '': () => path,
        attributes: () => {
          const { isReadOnly, isHidden, isSystem, kind } = status();
          return (isReadOnly ? 1 : 0) + (isHidden ? 2 : 0) + (isSystem ? 4 : 0) + (kind === 'directory' ? 16 : 32);
        },
        datecreated: () => new VbDate(Math.floor(status().createdMs / 1000) * 1000),
        datelastmodified: () => new VbDate(Math.floor(status().modifiedMs / 1000) * 1000),
        delete: () => {
          attempt(remove);
          return undefined;
        },
        drive: () => driveOf(path),
        name: () => baseName(path),
        parentfolder: () => this.folder(parentPath(path)),
        path: () => path,
      },
      setters: {
        attributes: (_args, value) => {
          const bits = toWhole(value);
          const has = (bit: number): boolean => (bits & bit) !== 0;
          const change = { isReadOnly: has(1), isHidden: has(2), isSystem: has(4) };
          attempt(() => this.#files.setAttributes(path, change));
        },
        name: (_args, value) => attempt(() => this.#files.move(path, joinPath(parentPath(path), toText(value)))),
      },
    };
  }

  makeFolder(path: string): VbObject {
    attempt(() => this.#files.makeDirectory(path), 76);
    return this.folder(path);
  }
}

function withoutExtension(name: string): string {
  const extension = extensionOf(name);
  return extension === '' ? name : name.slice(0, -extension.length);
}

/** Special folders by number: the system's own, its directory of programs, and the one for temporary files. */
function specialFolder(context: ScriptContext, number: number): string {
  const folders = ['C:\\Windows', 'C:\\Windows\\System32', context.environment.get('TEMP') ?? 'C:\\Windows\\Temp'];
  const folder = folders[number];
  if (folder === undefined) throw vbError(5);
  return folder;
}

/** `Scripting.FileSystemObject`. */
export function fileSystemObject(context: ScriptContext): VbObject {
  const system = new FileSystem(context);
  let temporaries = 0;
  return objectOf('FileSystemObject', {
    members: {
      buildpath: ([folder, name]) => joinPath(toText(folder), toText(name)),
      copyfile: (args) => system.copyFiles(args),
      copyfolder: (args) => system.copyFolder(args),
      createfolder: ([name]) => system.makeFolder(system.path(name)),
      createtextfile: ([name, overwrites]) => system.create(system.path(name), isSet(overwrites, true)),
      deletefile: (args) => system.deleteFiles(args),
      deletefolder: (args) => system.deleteFolders(args),
      driveexists: ([name]) => isDirectory(context.program.files, `${toText(name).slice(0, 1)}:\\`),
      fileexists: ([name]) => system.hasFile(name),
      folderexists: ([name]) => system.hasFolder(name),
      getabsolutepathname: ([name]) => system.path(name),
      getbasename: ([name]) => withoutExtension(baseName(toText(name).replace(/[\\/]+$/, ''))),
      getdrivename: ([name]) => driveOf(toText(name)),
      getextensionname: ([name]) => extensionOf(toText(name)).slice(1),
      getfile: ([name]) => system.file(system.path(name)),
      getfilename: ([name]) => baseName(toText(name).replace(/[\\/]+$/, '')),
      getfolder: ([name]) => system.folder(system.path(name)),
      getparentfoldername: ([name]) =>
        /^(.*?)[\\/]+[^\\/]+[\\/]*$/s.exec(toText(name))?.[1]?.replace(/^([A-Za-z]:)$/, '$1\\') ?? '',
      getspecialfolder: ([number]) => system.folder(specialFolder(context, toWhole(number))),
      gettempname: () => {
        temporaries += 1;
        return `rad${(context.program.clock.now() + temporaries).toString(16).slice(-5).toUpperCase()}.tmp`;
      },
      movefile: ([from, to]) => system.move(from, to, false),
      movefolder: ([from, to]) => system.move(from, to, true),
      opentextfile: (args) => system.open(args),
    },
  });
}
