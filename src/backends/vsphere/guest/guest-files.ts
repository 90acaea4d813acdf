import { Fault, type FaultKind } from '../../../base/fault.js';
import type { CallContext, GuestFileInfo, GuestFileOps, GuestWriteOptions, SizedContent } from '../../backend.js';
import type { GuestFileInfo as WireFileInfo } from '../vim/generated/types.js';
import type { GuestCaller } from './guest-caller.js';
import { GuestLinks, type LinkEnd } from './guest-links.js';
import { pathsOf, requireAbsolute } from './guest-path.js';
import { readGuestFile, readGuestFileFrom, writeGuestFile, type WritePlace } from './guest-transfer.js';

/** Entries asked for at a time. The host splits larger pages by the buffer of Tools. */
const pageEntries = 500;

/** Pages in a row that may come without an entry: what vanished or is locked is left out of its page. */
const emptyPages = 5;

/** Ways in which a link leads to nothing that this user can reach. */
const leadingNowhere: ReadonlySet<FaultKind> = new Set<FaultKind>([
  'too-many-links',
  'file-access',
  'file-not-found',
  'not-a-directory',
]);

/** Files of one guest over vSphere. */
export class VsphereGuestFiles implements GuestFileOps {
  readonly #caller: GuestCaller;

  constructor(caller: GuestCaller) {
    this.#caller = caller;
  }

  async list(path: string, call: CallContext): Promise<readonly GuestFileInfo[]> {
    requireAbsolute(path, await this.#caller.familyFor(path, call));
    const entries = await this.#listing(path, call);
    const links = this.#links(call);
    const infos: GuestFileInfo[] = [];
    for (const [name, entry] of entries) infos.push(await this.#resolved(entry, this.#join(path, name), links));
    return infos;
  }

  async stat(path: string, call: CallContext): Promise<GuestFileInfo> {
    requireAbsolute(path, await this.#caller.familyFor(path, call));
    return this.#resolved(await this.#entry(path, call), path, this.#links(call));
  }

  async makeDirectory(path: string, options: { readonly makeParents: boolean }, call: CallContext): Promise<void> {
    requireAbsolute(path, await this.#caller.familyFor(path, call));
    const parameters = { directoryPath: path, createParentDirectories: options.makeParents };
    await this.#caller.file('MakeDirectoryInGuest', parameters, call);
  }

  async deleteFile(path: string, call: CallContext): Promise<void> {
    requireAbsolute(path, await this.#caller.familyFor(path, call));
    await this.#caller.file('DeleteFileInGuest', { filePath: path }, call);
  }

  async deleteDirectory(path: string, call: CallContext): Promise<void> {
    requireAbsolute(path, await this.#caller.familyFor(path, call));
    await this.#caller.file('DeleteDirectoryInGuest', { directoryPath: path, recursive: true }, call);
  }

  async move(from: string, to: string, call: CallContext): Promise<void> {
    for (const path of [from, to]) requireAbsolute(path, await this.#caller.familyFor(path, call));
    const source = await this.#entry(from, call);
    const target = await this.#entryIfAny(to, call);
    const paths = pathsOf(this.#caller.family);
    if (target !== undefined && paths.relative(from, to) === '') return;
    if (target?.type === 'directory') {
      throw new Fault('already-exists', `"${to}" in the guest is a directory. Name the new path itself.`);
    }
    if (source.type === 'directory') {
      await this.#caller.file('MoveDirectoryInGuest', { srcDirectoryPath: from, dstDirectoryPath: to }, call);
    } else {
      await this.#caller.file('MoveFileInGuest', { srcFilePath: from, dstFilePath: to, overwrite: true }, call);
    }
  }

  createTempFile(options: { readonly prefix: string; readonly suffix: string }, call: CallContext): Promise<string> {
    return this.#caller.file('CreateTemporaryFileInGuest', options, call);
  }

  createTempDirectory(
    options: { readonly prefix: string; readonly suffix: string },
    call: CallContext,
  ): Promise<string> {
    return this.#caller.file('CreateTemporaryDirectoryInGuest', options, call);
  }

  read(path: string, call: CallContext): Promise<SizedContent> {
    return this.#followed(path, call, (target) => readGuestFile(this.#caller, target, call));
  }

  readFrom(path: string, position: number, call: CallContext): Promise<SizedContent> {
    return this.#followed(path, call, (target) => readGuestFileFrom(this.#caller, target, position, call));
  }

  async write(
    path: string,
    content: SizedContent,
    call: CallContext,
    { isPrivate = false }: GuestWriteOptions = {},
  ): Promise<void> {
    requireAbsolute(path, await this.#caller.familyFor(path, call));
    const place: WritePlace = isPrivate ? { is: 'own' } : await this.#placeOf(path, call);
    await writeGuestFile(this.#caller, path, place, content, call);
  }

  /** Opens a path. A transfer takes no link, so it is followed here, as VIX did. */
  async #followed(
    path: string,
    call: CallContext,
    open: (path: string) => Promise<SizedContent>,
  ): Promise<SizedContent> {
    requireAbsolute(path, await this.#caller.familyFor(path, call));
    try {
      return await open(path);
    } catch (error) {
      if (!(error instanceof Fault) || error.kind !== 'invalid-argument') throw error;
      const target = await this.#target(path, call);
      if (target.path === path) throw error;
      if (target.entry === undefined) throw nothingAt(target.path);
      return open(target.path);
    }
  }

  /** What a write to a path would replace. Where the guest does not say, it shows when the bytes come. */
  async #placeOf(path: string, call: CallContext): Promise<WritePlace> {
    try {
      const { path: end, entry } = await this.#target(path, call);
      if (entry === undefined) return { is: 'free', path: end };
      // Something in the place of a link would leave the file that it leads to as it was.
      return entry.type === 'symlink' ? { is: 'unknown' } : { is: 'taken', path: end, entry };
    } catch (error) {
      if (error instanceof Fault && error.kind === 'internal') return { is: 'unknown' };
      throw error;
    }
  }

  /** @throws as `GuestLinks.end`, and Fault `not-a-file` for a directory. */
  async #target(path: string, call: CallContext): Promise<LinkEnd> {
    const links = new GuestLinks(this.#caller.family, (at) => this.#entryOrDanglingLink(at, call));
    const end = await links.end(path);
    if (end.entry?.type === 'directory') throw new Fault('not-a-file', `"${path}" in the guest is a directory.`);
    return end;
  }

  #links(call: CallContext): GuestLinks {
    return new GuestLinks(this.#caller.family, (path) => this.#entryIfAny(path, call));
  }

  /** The entry of exactly this path. @throws Fault `file-not-found`. */
  async #entry(path: string, call: CallContext): Promise<WireFileInfo> {
    const { files = [] } = await this.#caller.file(
      'ListFilesInGuest',
      { filePath: path, index: 0, maxResults: 1 },
      call,
    );
    const [entry] = files;
    if (entry !== undefined) return entry;
    throw nothingAt(path);
  }

  async #entryIfAny(path: string, call: CallContext): Promise<WireFileInfo | undefined> {
    try {
      return await this.#entry(path, call);
    } catch (error) {
      if (error instanceof Fault && error.kind === 'file-not-found') return undefined;
      throw error;
    }
  }

  /**
   * As `#entryIfAny`, but a link that leads nowhere is there. Tools finds a link at its own path only where its target is
   * (`File_Exists` asks `access`, which follows links), and tells of it in the list of its directory.
   */
  async #entryOrDanglingLink(path: string, call: CallContext): Promise<WireFileInfo | undefined> {
    const entry = await this.#entryIfAny(path, call);
    if (entry !== undefined || this.#caller.family === 'windows') return entry;
    const paths = pathsOf(this.#caller.family);
    const matchPattern = `^${paths.basename(path).replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`)}$`;
    // With a slash at its end, or it would be a link itself where the directory is reached by one.
    const filePath = paths.join(paths.dirname(path), '/');
    const query = { filePath, index: 0, maxResults: 1, matchPattern };
    try {
      const { files = [] } = await this.#caller.file('ListFilesInGuest', query, call);
      return files.find(({ type }) => type === 'symlink');
    } catch (error) {
      // A directory that is not there or may not be listed shows when the bytes come.
      if (error instanceof Fault && (error.kind === 'file-not-found' || error.kind === 'file-access')) return undefined;
      throw error;
    }
  }

  /** All entries of a directory but `.` and `..`, each name once. */
  async #listing(path: string, call: CallContext): Promise<ReadonlyMap<string, WireFileInfo>> {
    const paths = pathsOf(this.#caller.family);
    const entries = new Map<string, WireFileInfo>();
    let isDirectory = false;
    for (let index = 0, empty = 0; empty < emptyPages;) {
      const page = await this.#page(path, index, call);
      const files = page.files ?? [];
      for (const entry of files) {
        // A path that is no directory lists itself, under the very path that was asked for.
        if (entry.path === path && entry.type !== 'directory') throw notADirectory(path);
        if (entry.path === path || entry.path === '.') isDirectory = true;
        else if (entry.path !== '..') entries.set(paths.basename(entry.path), entry);
      }
      if (page.remaining <= 0) break;
      index += files.length === 0 ? pageEntries : files.length;
      empty = files.length === 0 ? empty + 1 : 0;
    }
    if (!isDirectory && entries.size === 1) await this.#requireDirectory(path, call);
    return entries;
  }

  async #page(path: string, index: number, call: CallContext) {
    try {
      return await this.#caller.file('ListFilesInGuest', { filePath: path, index, maxResults: pageEntries }, call);
    } catch (error) {
      if (!(error instanceof Fault) || error.kind !== 'file-not-found') throw error;
      throw new Fault('not-a-directory', `There is no directory "${path}" in the guest.`, { cause: error });
    }
  }

  /** Some servers give a lone file its bare name, as if it were the only entry of a directory. */
  async #requireDirectory(path: string, call: CallContext): Promise<void> {
    const [entry] = (await this.#page(this.#join(path, '.'), 0, call)).files ?? [];
    if (entry === undefined || entry.type === 'file') throw notADirectory(path);
  }

  /** What VIX tells of an entry: a link to a directory is a directory, one to a file has the size of the file. */
  async #resolved(entry: WireFileInfo, path: string, links: GuestLinks): Promise<GuestFileInfo> {
    const modified = entry.attributes.modificationTime ?? new Date(0);
    const base = { name: pathsOf(this.#caller.family).basename(path) || path, modified };
    if (entry.type === 'directory') return { ...base, kind: 'directory', size: 0 };
    if (entry.type === 'file') return { ...base, kind: 'file', size: entry.size };
    if (entry.type !== 'symlink') return { ...base, kind: 'other', size: 0 };
    const linkTarget = entry.attributes.symlinkTarget ?? '';
    const target = await this.#endOf(path, links);
    if (target?.type === 'directory') return { ...base, kind: 'directory', size: 0, linkTarget };
    return { ...base, kind: 'symlink', size: target?.size ?? 0, linkTarget };
  }

  /** What a link leads to, as far as that is in reach; the link itself is there all the same. */
  async #endOf(path: string, links: GuestLinks): Promise<WireFileInfo | undefined> {
    try {
      return (await links.end(path)).entry;
    } catch (error) {
      if (error instanceof Fault && leadingNowhere.has(error.kind)) return undefined;
      throw error;
    }
  }

  #join(directory: string, name: string): string {
    const separator = this.#caller.family === 'windows' ? '\\' : '/';
    return directory.replace(/[\\/]+$/, '') + separator + name;
  }
}

function nothingAt(path: string): Fault {
  return new Fault('file-not-found', `There is no "${path}" in the guest.`);
}

function notADirectory(path: string): Fault {
  return new Fault('not-a-directory', `"${path}" in the guest is not a directory.`);
}
