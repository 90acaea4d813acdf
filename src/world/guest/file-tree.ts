import { Fault } from '../../base/fault.js';
import type { FileAttributes, FileChange, FileContent } from './guest-files.js';
import { nameKey, parsePath, type GuestFamily } from './guest-path.js';
import { appendedContent, emptyContent } from './file-content.js';

/** A name in a directory and what it stands for. */
interface NodeBase {
  /** As it was written; for a root the root itself. */
  name: string;
  attributes: FileAttributes;
}

/** What the names of one file share. */
interface FileBody {
  attributes: FileAttributes;
  content: FileContent;
  /** How many names in the tree lead to it. */
  links: number;
}

/** One of the names of a file. */
export class FileNode implements NodeBase {
  readonly kind = 'file';
  name: string;
  readonly body: FileBody;

  constructor(name: string, body: FileBody) {
    this.name = name;
    this.body = body;
  }

  get attributes(): FileAttributes {
    return this.body.attributes;
  }

  set attributes(attributes: FileAttributes) {
    this.body.attributes = attributes;
  }

  get content(): FileContent {
    return this.body.content;
  }
}

export interface LinkNode extends NodeBase {
  readonly kind: 'symlink';
  readonly target: string;
}

export interface DirectoryNode extends NodeBase {
  readonly kind: 'directory';
  /** By `nameKey`. */
  readonly entries: Map<string, TreeNode>;
  /** How many of the entries are directories. */
  directories: number;
}

export type TreeNode = FileNode | LinkNode | DirectoryNode;

/** Where a path leads: the directories walked through, and at the end the node or the name that is missing. */
export interface Place {
  /** From the root to the directory that holds the last name; for a root: empty. */
  readonly parents: readonly DirectoryNode[];
  readonly node: TreeNode | undefined;
  /** Last name, as given where it is missing; for a root the root. */
  readonly name: string;
}

/** As many links as a walk follows before it takes them for a loop. */
const linkLimit = 40;

/** File systems keep the first numbers for themselves. */
const firstInode = 11;

const rootAttributes: FileAttributes = {
  owner: 'root',
  group: 'root',
  mode: 0o755,
  isHidden: false,
  isReadOnly: false,
  isSystem: false,
  createdMs: 0,
  modifiedMs: 0,
  accessedMs: 0,
};

/** The bare tree of a guest's files: names, links and sizes, without any user's rights. */
export class FileTree {
  readonly family: GuestFamily;
  /** By `nameKey` of the root's path: `/`, or `c:\`. */
  readonly #roots = new Map<string, DirectoryNode>();
  #usedBytes = 0;
  /** Numbers of what was asked for; the names of a file share the one of its body. */
  readonly #inodes = new WeakMap<object, number>();
  #lastInode = firstInode;

  constructor(family: GuestFamily) {
    this.family = family;
  }

  /** Bytes of all file contents. */
  get usedBytes(): number {
    return this.#usedBytes;
  }

  /**
   * Follows the path.
   * @param enter called for each directory before a name is looked up in it.
   * @throws Fault `file-not-found`, `not-a-directory`, `too-many-links` and those of `parsePath`.
   */
  locate(path: string, followLast: boolean, enter: (directory: DirectoryNode, path: string) => void): Place {
    let parsed = parsePath(this.family, path);
    let root = this.#root(parsed.root, path);
    let trail: DirectoryNode[] = [root];
    const pending = [...parsed.names].reverse();
    let node: TreeNode = root;
    let links = 0;
    for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
      const directory = trail[trail.length - 1] ?? root;
      if (node.kind !== 'directory') throw notADirectory(this.family, path, node.name);
      enter(directory, path);
      if (name === '..') {
        if (trail.length > 1) trail.pop();
        node = trail[trail.length - 1] ?? root;
        continue;
      }
      const child = directory.entries.get(nameKey(this.family, name));
      if (child === undefined) {
        if (pending.length > 0) throw notFound(path);
        return { parents: trail, node: undefined, name };
      }
      if (child.kind === 'symlink' && (followLast || pending.length > 0)) {
        links += 1;
        if (links > linkLimit) {
          throw new Fault('too-many-links', `The guest path "${path}" leads through more than ${linkLimit} links.`);
        }
        if (this.#isAbsolute(child.target)) {
          parsed = parsePath(this.family, child.target);
          root = this.#root(parsed.root, path);
          trail = [root];
          node = root;
          pending.push(...[...parsed.names].reverse());
        } else {
          node = directory;
          pending.push(
            ...child.target
              .split(this.family === 'posix' ? '/' : /[\\/]/u)
              .filter(isStep)
              .reverse(),
          );
        }
        continue;
      }
      node = child;
      if (child.kind === 'directory') trail.push(child);
    }
    if (node.kind !== 'directory') return { parents: trail, node, name: node.name };
    return { parents: trail.slice(0, -1), node, name: node.name };
  }

  /** Full path of a place, without links. */
  pathOf(place: Place): string {
    const [root, ...directories] = place.parents;
    if (root === undefined) return place.name;
    const separator = this.family === 'posix' ? '/' : '\\';
    return root.name + [...directories.map((directory) => directory.name), place.name].join(separator);
  }

  /** The number by which a file, directory or link is told from others. */
  inodeOf(node: TreeNode): number {
    const key = node.kind === 'file' ? node.body : node;
    const known = this.#inodes.get(key);
    if (known !== undefined) return known;
    this.#lastInode += 1;
    this.#inodes.set(key, this.#lastInode);
    return this.#lastInode;
  }

  /** Puts a node under its name; what is there goes. */
  put(directory: DirectoryNode, node: TreeNode): void {
    const key = nameKey(this.family, node.name);
    this.remove(directory, node.name);
    directory.entries.set(key, node);
    if (node.kind === 'directory') directory.directories += 1;
    this.#count(node, 1);
  }

  setContent({ body }: FileNode, content: FileContent): void {
    this.#usedBytes += content.size - body.content.size;
    body.content = content;
  }

  remove(directory: DirectoryNode, name: string): void {
    const key = nameKey(this.family, name);
    const node = directory.entries.get(key);
    if (node === undefined) return;
    directory.entries.delete(key);
    if (node.kind === 'directory') directory.directories -= 1;
    this.#count(node, -1);
  }

  clear(): void {
    this.#roots.clear();
    this.#usedBytes = 0;
  }

  /** Counts the names of files that came or went; the bytes of a file count once. */
  #count(top: TreeNode, change: 1 | -1): void {
    for (const node of nodesBelow(top)) {
      if (node.kind !== 'file') continue;
      node.body.links += change;
      if (node.body.links === (change === 1 ? 1 : 0)) this.#usedBytes += change * node.content.size;
    }
  }

  /** The whole tree as changes, parents before children, and further names of a file after the first. */
  *contents(): Generator<FileChange> {
    const firstPaths = new Map<FileBody, string>();
    const pending: { readonly path: string; readonly node: TreeNode }[] = [];
    for (const root of this.#roots.values()) pending.push({ path: root.name, node: root });
    for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
      const { path, node } = next;
      const target = node.kind === 'file' && node.body.links > 1 ? firstPaths.get(node.body) : undefined;
      if (node.kind === 'file' && node.body.links > 1 && target === undefined) firstPaths.set(node.body, path);
      yield target === undefined ? putChange(path, node) : { change: 'link', path, target };
      if (node.kind !== 'directory') continue;
      const prefix = /[\\/]$/u.test(path) ? path : path + (this.family === 'posix' ? '/' : '\\');
      for (const child of node.entries.values()) pending.push({ path: prefix + child.name, node: child });
    }
  }

  /** Repeats a change. Directories that a `put` needs and that are missing are made, owned by the system. */
  apply(change: FileChange): void {
    if (change.change === 'put') this.#applyPut(change);
    else if (change.change === 'append') this.#applyAppend(change);
    else if (change.change === 'remove') this.#applyRemove(change.path);
    else if (change.change === 'link') this.#applyLink(change.path, change.target);
    else this.#applyMove(change.from, change.to);
  }

  #applyPut(change: FileChange & { readonly change: 'put' }): void {
    const { root, names } = parsePath(this.family, change.path);
    const name = names[names.length - 1];
    if (name === undefined) {
      this.#ensureRoot(root).attributes = change.attributes;
      return;
    }
    const directory = this.#ensureDirectory(root, names.slice(0, -1));
    const existing = directory.entries.get(nameKey(this.family, name));
    if (existing?.kind === 'directory' && change.kind === 'directory') {
      existing.attributes = change.attributes;
      return;
    }
    if (existing?.kind === 'file' && change.kind === 'file') {
      existing.attributes = change.attributes;
      this.setContent(existing, change.content ?? emptyContent);
      return;
    }
    this.put(directory, nodeOf(name, change));
  }

  #applyAppend({ path, attributes, content }: FileChange & { readonly change: 'append' }): void {
    const { root, names } = parsePath(this.family, path);
    const name = names[names.length - 1] ?? '';
    const existing = this.#ensureDirectory(root, names.slice(0, -1)).entries.get(nameKey(this.family, name));
    const old = existing?.kind === 'file' ? existing.content : undefined;
    const whole = content === undefined ? old : appendedContent(old ?? emptyContent, content.bytes());
    if (whole === undefined) return;
    this.#applyPut({ change: 'put', path, kind: 'file', attributes, content: whole });
  }

  #applyRemove(path: string): void {
    const { root, names } = parsePath(this.family, path);
    const name = names[names.length - 1];
    if (name === undefined) {
      const node = this.#roots.get(nameKey(this.family, root));
      if (node !== undefined) this.#count(node, -1);
      this.#roots.delete(nameKey(this.family, root));
      return;
    }
    this.remove(this.#ensureDirectory(root, names.slice(0, -1)), name);
  }

  #applyMove(from: string, to: string): void {
    const source = parsePath(this.family, from);
    const target = parsePath(this.family, to);
    const sourceName = source.names[source.names.length - 1];
    const targetName = target.names[target.names.length - 1];
    if (sourceName === undefined || targetName === undefined) {
      throw new Fault(
        'internal',
        `A stored move from "${from}" to "${to}" names a root; the stored files are damaged.`,
      );
    }
    const sourceDirectory = this.#ensureDirectory(source.root, source.names.slice(0, -1));
    const node = sourceDirectory.entries.get(nameKey(this.family, sourceName));
    if (node === undefined) {
      throw new Fault(
        'internal',
        `A stored move starts at "${from}", which is not there; the stored files are damaged.`,
      );
    }
    this.moveNode(sourceDirectory, node, this.#ensureDirectory(target.root, target.names.slice(0, -1)), targetName);
  }

  #applyLink(path: string, target: string): void {
    const there = parsePath(this.family, target);
    const targetName = there.names[there.names.length - 1] ?? '';
    const file = this.#ensureDirectory(there.root, there.names.slice(0, -1)).entries.get(
      nameKey(this.family, targetName),
    );
    const { root, names } = parsePath(this.family, path);
    const name = names[names.length - 1];
    if (file?.kind !== 'file' || name === undefined) {
      throw new Fault(
        'internal',
        `A stored link from "${path}" leads to "${target}", which is no file; the stored files are damaged.`,
      );
    }
    this.put(this.#ensureDirectory(root, names.slice(0, -1)), new FileNode(name, file.body));
  }

  /** Takes the node out of one directory and puts it into another (or the same) under a new name. */
  moveNode(from: DirectoryNode, node: TreeNode, to: DirectoryNode, name: string): void {
    this.remove(from, node.name);
    node.name = name;
    this.put(to, node);
  }

  #isAbsolute(target: string): boolean {
    return this.family === 'posix' ? target.startsWith('/') : /^[a-z]:[\\/]/iu.test(target);
  }

  #root(root: string, path: string): DirectoryNode {
    const node = this.#roots.get(nameKey(this.family, root));
    if (node === undefined) throw notFound(path);
    return node;
  }

  #ensureRoot(root: string): DirectoryNode {
    const key = nameKey(this.family, root);
    const existing = this.#roots.get(key);
    if (existing !== undefined) return existing;
    const made = newDirectory(root, rootAttributes);
    this.#roots.set(key, made);
    return made;
  }

  #ensureDirectory(root: string, names: readonly string[]): DirectoryNode {
    let directory = this.#ensureRoot(root);
    for (const name of names) {
      let next = directory.entries.get(nameKey(this.family, name));
      if (next?.kind !== 'directory') {
        next = newDirectory(name, rootAttributes);
        this.put(directory, next);
      }
      directory = next;
    }
    return directory;
  }
}

/** A directory without entries. */
export function newDirectory(name: string, attributes: FileAttributes): DirectoryNode {
  return { kind: 'directory', name, attributes, entries: new Map(), directories: 0 };
}

/** A file that has no name in the tree yet. */
export function newFile(name: string, attributes: FileAttributes, content: FileContent): FileNode {
  return new FileNode(name, { attributes, content, links: 0 });
}

/** The change that puts this node (without what is below it) at the path. */
export function putChange(path: string, node: TreeNode): FileChange {
  const common = { change: 'put', path, attributes: node.attributes } as const;
  if (node.kind === 'file') return { ...common, kind: 'file', content: node.content, ...sharing(node) };
  if (node.kind === 'symlink') return { ...common, kind: 'symlink', linkTarget: node.target };
  return { ...common, kind: 'directory' };
}

/** What a change of a file says when the file has other names too. */
export function sharing({ body }: FileNode): { readonly isShared?: true } {
  return body.links > 1 ? { isShared: true } : {};
}

/** Every node of a subtree, the top first. */
export function* nodesBelow(top: TreeNode): Generator<TreeNode> {
  const pending: TreeNode[] = [top];
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    yield node;
    if (node.kind !== 'directory') continue;
    for (const child of node.entries.values()) pending.push(child);
  }
}

/** The fault of a path that leads nowhere. */
export function notFound(path: string): Fault {
  return new Fault('file-not-found', `There is no "${path}" in the guest.`);
}

function notADirectory(family: GuestFamily, path: string, name: string): Fault {
  // Windows does not tell a file in the middle of a path from a missing directory.
  if (family === 'windows') return notFound(path);
  return new Fault('not-a-directory', `"${name}" in the guest path "${path}" is not a directory.`);
}

function nodeOf(name: string, change: FileChange & { readonly change: 'put' }): TreeNode {
  const { attributes } = change;
  if (change.kind === 'directory') return newDirectory(name, attributes);
  if (change.kind === 'file') return newFile(name, attributes, change.content ?? emptyContent);
  return { kind: 'symlink', name, attributes, target: change.linkTarget ?? '' };
}

function isStep(name: string): boolean {
  return name !== '' && name !== '.';
}
