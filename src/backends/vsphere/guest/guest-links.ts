import { Fault } from '../../../base/fault.js';
import type { GuestFileInfo } from '../vim/generated/types.js';
import { pathsOf, type GuestFamily } from './guest-path.js';

/** A link to a link to a link is followed so far, as file systems do. */
const longestLinkChain = 40;

/** Where a path leads, all links followed. */
export interface LinkEnd {
  /** In a POSIX guest without steps up (`..`): the transfers of Tools refuse those. */
  readonly path: string;
  /** Absent where nothing is. */
  readonly entry?: GuestFileInfo;
}

/** The links on the way from one path. */
interface Walk {
  readonly from: string;
  links: number;
}

/** The links of a guest, followed for one operation by their texts: what it has looked at it does not ask for again. */
export class GuestLinks {
  readonly #family: GuestFamily;
  readonly #entryOf: (path: string) => Promise<GuestFileInfo | undefined>;
  readonly #entries = new Map<string, GuestFileInfo | undefined>();

  /** @param entryOf what is at a path, a link itself; undefined: nothing. */
  constructor(family: GuestFamily, entryOf: (path: string) => Promise<GuestFileInfo | undefined>) {
    this.#family = family;
    this.#entryOf = entryOf;
  }

  /**
   * Follows a path. A link whose text the guest does not tell is its own end.
   * @throws Fault `too-many-links`; `file-not-found` or `not-a-directory` for a step up from where no directory is; what
   *   the guest answers.
   */
  async end(path: string): Promise<LinkEnd> {
    const walk: Walk = { from: path, links: 0 };
    const hasStepUp = this.#family === 'posix' && path.split('/').includes('..');
    return this.#end(hasStepUp ? await this.#walked(path, walk) : path, walk);
  }

  async #end(path: string, walk: Walk, entryOf = (at: string) => this.#entry(at)): Promise<LinkEnd> {
    for (let at = path; ;) {
      const entry = await entryOf(at);
      if (entry === undefined) return { path: at };
      const text = entry.type === 'symlink' ? entry.attributes.symlinkTarget : undefined;
      if (text === undefined || text === '') return { path: at, entry };
      walk.links += 1;
      if (walk.links > longestLinkChain) {
        throw new Fault('too-many-links', `"${walk.from}" in the guest is a link that leads back to itself.`);
      }
      at = await this.#followed(at, text, walk);
    }
  }

  async #followed(link: string, text: string, walk: Walk): Promise<string> {
    const paths = pathsOf(this.#family);
    if (this.#family === 'windows') return paths.resolve(paths.dirname(link), text);
    return this.#walked(paths.isAbsolute(text) ? text : `${paths.dirname(link)}/${text}`, walk);
  }

  /** A POSIX guest takes a step up from where a directory really is, not from the text of its path. */
  async #walked(path: string, walk: Walk): Promise<string> {
    let at = '';
    for (const name of path.split('/')) {
      if (name === '..') at = at === '' ? '' : await this.#above(at, walk);
      else if (name !== '' && name !== '.') at = `${at}/${name}`;
    }
    return at === '' ? '/' : at;
  }

  /** The directory that a directory really lies in; empty for the root. */
  async #above(directory: string, walk: Walk): Promise<string> {
    const { path, entry } = await this.#end(directory, walk, (at) => this.#entryToStepFrom(at));
    if (entry === undefined) throw new Fault('file-not-found', `There is no "${path}" in the guest.`);
    if (entry.type !== 'directory') throw new Fault('not-a-directory', `"${path}" in the guest is not a directory.`);
    const above = pathsOf(this.#family).dirname(path);
    return above === '/' ? '' : above;
  }

  /**
   * The entry of a path from which a step up goes, for which nobody has to be allowed to read there. Only of a directory does
   * Tools read anything before it answers.
   */
  async #entryToStepFrom(path: string): Promise<GuestFileInfo | undefined> {
    try {
      return await this.#entry(path);
    } catch (error) {
      if (!(error instanceof Fault) || error.kind !== 'file-access') throw error;
      const attributes = { $type: 'GuestFileAttributes' as const };
      return { $type: 'GuestFileInfo', path, type: 'directory', size: 0, attributes };
    }
  }

  async #entry(path: string): Promise<GuestFileInfo | undefined> {
    if (this.#entries.has(path)) return this.#entries.get(path);
    const entry = await this.#entryOf(path);
    this.#entries.set(path, entry);
    return entry;
  }
}
