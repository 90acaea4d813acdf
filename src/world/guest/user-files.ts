import type { Clock } from '../../base/clock.js';
import { Fault } from '../../base/fault.js';
import type { FileAttributes, FileChange, FileContent, FileStatus, UserFiles } from './guest-files.js';
import type { GuestUser } from './program.js';
import { appendedContent, contentOf, emptyContent } from './file-content.js';
import {
  FileNode,
  newDirectory,
  newFile,
  nodesBelow,
  notFound,
  putChange,
  sharing,
  type DirectoryNode,
  type FileTree,
  type Place,
  type TreeNode,
} from './file-tree.js';
import { parsePath } from './guest-path.js';

export interface TreeUserFilesOptions {
  readonly tree: FileTree;
  readonly user: GuestUser;
  readonly clock: Clock;
  readonly diskSizeBytes: number;
  /** Once aborted, every call fails with its reason: what a killed program still holds is of no use to it. */
  readonly signal: AbortSignal | undefined;
  readonly emit: (change: FileChange) => void;
}

/** Permission bits, as in one octal digit of a mode. */
const mayRead = 4;
const mayWrite = 2;
const mayEnter = 1;

const stickyBit = 0o1000;
/** A file that changes its owner would give its new owner's rights away. */
const setIdBits = 0o6000;
const newFileMode = 0o644;
const newDirectoryMode = 0o755;

/** A file system in the name of one user. On both families rights go by owner, group and mode. */
export class TreeUserFiles implements UserFiles {
  readonly #tree: FileTree;
  readonly #user: GuestUser;
  readonly #clock: Clock;
  readonly #diskSizeBytes: number;
  readonly #signal: AbortSignal | undefined;
  readonly #emit: (change: FileChange) => void;

  constructor(options: TreeUserFilesOptions) {
    this.#tree = options.tree;
    this.#user = options.user;
    this.#clock = options.clock;
    this.#diskSizeBytes = options.diskSizeBytes;
    this.#signal = options.signal;
    this.#emit = options.emit;
  }

  stat(path: string, options: { readonly followLinks?: boolean } = {}): FileStatus {
    return this.#statusOf(this.#existing(path, options.followLinks ?? true).node);
  }

  exists(path: string): boolean {
    try {
      return this.#locate(path, true).node !== undefined;
    } catch (error) {
      if (error instanceof Fault && error.kind !== 'invalid-argument') return false;
      throw error;
    }
  }

  list(path: string): readonly FileStatus[] {
    const { node } = this.#existing(path, true);
    if (node.kind !== 'directory') throw new Fault('not-a-directory', `"${path}" in the guest is not a directory.`);
    this.#require(node, mayRead, path, 'list');
    return [...node.entries.values()].map((each) => this.#statusOf(each)).sort(byName);
  }

  read(path: string): FileContent {
    const { node } = this.#existing(path, true);
    if (node.kind !== 'file') throw notAFile(path);
    this.#require(node, mayRead, path, 'read');
    return node.content;
  }

  write(path: string, content: FileContent | Uint8Array | string, options: { readonly mode?: number } = {}): void {
    const made = typeof content === 'string' || content instanceof Uint8Array ? contentOf(content) : content;
    this.#put(path, () => made, options.mode ?? newFileMode, putChange);
  }

  /** Adds to a file, or makes it. A disk that has no room for all of it is filled. */
  append(path: string, content: Uint8Array | string): void {
    const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
    const fitting = Math.max(0, this.#diskSizeBytes - this.#tree.usedBytes);
    if (fitting > 0 && fitting < bytes.length) this.#append(path, bytes.subarray(0, fitting));
    this.#append(path, fitting < bytes.length ? bytes.subarray(fitting) : bytes);
  }

  #append(path: string, content: Uint8Array): void {
    const asAppend = (whole: string, node: FileNode): FileChange => {
      const { attributes } = node;
      return { change: 'append', path: whole, attributes, content: contentOf(content), ...sharing(node) };
    };
    this.#put(path, (old) => appendedContent(old, content), newFileMode, asAppend);
  }

  checkWrite(path: string, sizeBytes: number): void {
    const place = this.#locate(path, true);
    this.#requireRoom(sizeBytes - (this.#writable(place, path)?.content.size ?? 0), path);
  }

  makeDirectory(path: string, options: { readonly makeParents?: boolean; readonly mode?: number } = {}): void {
    const mode = options.mode ?? newDirectoryMode;
    if (options.makeParents === true) {
      const { root, names } = parsePath(this.#tree.family, path);
      const separator = this.#tree.family === 'posix' ? '/' : '\\';
      for (let count = 1; count < names.length; count += 1) {
        const parent = root + names.slice(0, count).join(separator);
        if (this.#locate(parent, true).node === undefined) this.#makeOne(parent, mode);
      }
    }
    this.#makeOne(path, mode);
  }

  deleteFile(path: string): void {
    const place = this.#existing(path, false);
    if (place.node.kind === 'directory') throw notAFile(path);
    this.#remove(place, path);
  }

  deleteDirectory(path: string, options: { readonly recursive?: boolean } = {}): void {
    const place = this.#existing(path, false);
    const { node } = place;
    if (node.kind !== 'directory') throw new Fault('not-a-directory', `"${path}" in the guest is not a directory.`);
    if (node.entries.size > 0 && options.recursive !== true) {
      throw new Fault('directory-not-empty', `The guest directory "${path}" is not empty.`);
    }
    for (const below of nodesBelow(node)) {
      // All rights are checked first, so that a refusal leaves the whole tree as it was.
      if (below.kind === 'directory' && below.entries.size > 0) {
        this.#require(below, mayWrite | mayEnter | mayRead, path, 'empty');
      } else if (below !== node) this.#requireWritable(below, path);
    }
    this.#remove(place, path);
  }

  move(from: string, to: string): void {
    const source = this.#existing(from, false);
    const target = this.#locate(to, false);
    const sourceDirectory = this.#parentOf(source, from);
    // On Windows the same name in other letter case is a new name; on POSIX the same node is always the same name.
    const isSameName = this.#tree.family === 'posix' || target.name === this.#spelling(to);
    if (target.node === source.node && isSameName) return;
    if (target.node?.kind === 'directory' && target.node !== source.node) {
      throw new Fault('already-exists', `The guest directory "${to}" is in the way of the move from "${from}".`);
    }
    const targetDirectory = this.#parentOf(target, to);
    if (target.node !== undefined && target.node !== source.node) {
      if (source.node.kind === 'directory') {
        throw new Fault('file-exists', `The guest file "${to}" is in the way of the directory "${from}".`);
      }
      this.#requireRemovable(targetDirectory, target.node, to);
    }
    if (source.node === targetDirectory || target.parents.some((parent) => parent === source.node)) {
      throw new Fault('invalid-argument', `The guest directory "${from}" cannot move below itself, to "${to}".`);
    }
    this.#requireRemovable(sourceDirectory, source.node, from);
    this.#require(targetDirectory, mayWrite | mayEnter, to, 'create');
    const fromPath = this.#tree.pathOf(source);
    const name = this.#spelling(to);
    this.#tree.moveNode(sourceDirectory, source.node, targetDirectory, name);
    this.#emit({ change: 'move', from: fromPath, to: this.#tree.pathOf({ ...target, name }) });
    this.#touch(sourceDirectory, source.parents);
    if (targetDirectory !== sourceDirectory) this.#touch(targetDirectory, target.parents);
  }

  link(target: string, path: string): void {
    const place = this.#locate(path, false);
    if (place.node !== undefined) throw exists(path);
    if (target === '') throw new Fault('file-not-found', `The link "${path}" needs a target.`);
    const attributes = this.#newAttributes(0o777);
    this.#create(place, path, { kind: 'symlink', name: place.name, attributes, target });
  }

  hardLink(existing: string, path: string): void {
    const source = this.#existing(existing, true);
    const { node } = source;
    const place = this.#locate(path, false);
    if (place.node !== undefined) throw exists(path);
    if (node.kind !== 'file') throw notAFile(existing);
    // As Linux protects links: nobody gets a name of their own for a file that they could not change.
    const isOwner = node.attributes.owner === this.#user.name;
    if (!isOwner) this.#require(node, mayRead | mayWrite, existing, 'link to');
    const made = new FileNode(place.name, node.body);
    const target = this.#tree.pathOf(source);
    this.#create(place, path, made, (whole) => ({ change: 'link', path: whole, target }));
  }

  realPath(path: string): string {
    return this.#tree.pathOf(this.#existing(path, true));
  }

  setAttributes(path: string, change: Partial<FileAttributes>): void {
    const place = this.#existing(path, true);
    const { node } = place;
    const isOwner = node.attributes.owner === this.#user.name;
    const isOnlyTouch = Object.keys(change).every((key) => key.endsWith('Ms'));
    const mayTouch = isOnlyTouch && this.#may(node, mayWrite);
    const isNewOwner = change.owner !== undefined && change.owner !== node.attributes.owner;
    const isNewGroup = change.group !== undefined && change.group !== node.attributes.group;
    const mayGiveAway = !isNewOwner && (!isNewGroup || change.group === this.#user.group);
    if (!this.#isAlmighty && !((isOwner || mayTouch) && mayGiveAway)) throw this.#refused(path, 'change');
    const isGivenAway = node.kind === 'file' && (isNewOwner || isNewGroup);
    const keptMode = isGivenAway ? node.attributes.mode & ~setIdBits : node.attributes.mode;
    node.attributes = { ...node.attributes, ...definedOf(change), ...modeOf(change.mode ?? keptMode) };
    const whole = this.#tree.pathOf(place);
    // The bytes of a file may change elsewhere at the same time; this says nothing about them.
    if (node.kind === 'file') {
      this.#emit({ change: 'append', path: whole, attributes: node.attributes, ...sharing(node) });
    } else this.#emit(putChange(whole, node));
  }

  get #isAlmighty(): boolean {
    return this.#user.isAdministrator || (this.#tree.family === 'posix' && this.#user.id === 0);
  }

  #locate(path: string, followLast: boolean): Place {
    this.#signal?.throwIfAborted();
    return this.#tree.locate(path, followLast, (directory) => {
      if (!this.#may(directory, mayEnter)) throw this.#refused(path, 'reach');
    });
  }

  #existing(path: string, followLast: boolean): Place & { readonly node: TreeNode } {
    const place = this.#locate(path, followLast);
    if (place.node === undefined) throw notFound(path);
    return { ...place, node: place.node };
  }

  #put(
    path: string,
    change: (old: FileContent) => FileContent,
    mode: number,
    tell: (path: string, node: FileNode) => FileChange,
  ): void {
    const place = this.#locate(path, true);
    const node = this.#writable(place, path);
    if (node === undefined) {
      const content = change(emptyContent);
      this.#requireRoom(content.size, path);
      const made = newFile(place.name, this.#newAttributes(mode), content);
      this.#create(place, path, made, (whole) => tell(whole, made));
      return;
    }
    const content = change(node.content);
    this.#requireRoom(content.size - node.content.size, path);
    const nowMs = this.#clock.now();
    this.#tree.setContent(node, content);
    node.attributes = { ...node.attributes, modifiedMs: nowMs, accessedMs: nowMs };
    this.#emit(tell(this.#tree.pathOf(place), node));
  }

  /** The file that a write changes; undefined where it makes a new one. Rights are checked for either. */
  #writable(place: Place, path: string): FileNode | undefined {
    const { node } = place;
    if (node === undefined) {
      this.#require(this.#parentOf(place, path), mayWrite | mayEnter, path, 'create');
      return undefined;
    }
    if (node.kind !== 'file') throw notAFile(path);
    this.#require(node, mayWrite, path, 'write');
    this.#requireWritable(node, path);
    return node;
  }

  #makeOne(path: string, mode: number): void {
    const place = this.#locate(path, false);
    if (place.node !== undefined) throw exists(path);
    this.#create(place, path, newDirectory(place.name, this.#newAttributes(mode)));
  }

  #create(
    place: Place,
    path: string,
    node: TreeNode,
    tell: (path: string) => FileChange = (whole) => putChange(whole, node),
  ): void {
    const directory = this.#parentOf(place, path);
    this.#require(directory, mayWrite | mayEnter, path, 'create');
    this.#tree.put(directory, node);
    this.#emit(tell(this.#tree.pathOf(place)));
    this.#touch(directory, place.parents);
  }

  #remove(place: Place & { readonly node: TreeNode }, path: string): void {
    const directory = this.#parentOf(place, path);
    this.#requireRemovable(directory, place.node, path);
    this.#tree.remove(directory, place.node.name);
    this.#emit({ change: 'remove', path: this.#tree.pathOf(place) });
    this.#touch(directory, place.parents);
  }

  #touch(directory: DirectoryNode, parents: readonly DirectoryNode[]): void {
    directory.attributes = { ...directory.attributes, modifiedMs: this.#clock.now() };
    const above = parents.slice(0, parents.indexOf(directory));
    this.#emit(putChange(this.#tree.pathOf({ parents: above, node: directory, name: directory.name }), directory));
  }

  #parentOf(place: Place, path: string): DirectoryNode {
    const parent = place.parents[place.parents.length - 1];
    if (parent === undefined) throw new Fault('file-access', `"${path}" is a root of the guest's files; it stays.`);
    return parent;
  }

  /** Last name of the path as the caller spelt it. */
  #spelling(path: string): string {
    const { names } = parsePath(this.#tree.family, path);
    return names[names.length - 1] ?? path;
  }

  #newAttributes(mode: number): FileAttributes {
    const nowMs = this.#clock.now();
    return {
      owner: this.#user.name,
      group: this.#user.group,
      mode: mode & 0o7777,
      isHidden: false,
      isReadOnly: false,
      isSystem: false,
      createdMs: nowMs,
      modifiedMs: nowMs,
      accessedMs: nowMs,
    };
  }

  #may(node: TreeNode, rights: number): boolean {
    if (this.#isAlmighty) return true;
    const { owner, group, mode } = node.attributes;
    const shift = owner === this.#user.name ? 6 : group === this.#user.group ? 3 : 0;
    return ((mode >> shift) & rights) === rights;
  }

  #require(node: TreeNode, rights: number, path: string, deed: string): void {
    if (!this.#may(node, rights)) throw this.#refused(path, deed);
  }

  #requireRemovable(directory: DirectoryNode, node: TreeNode, path: string): void {
    this.#require(directory, mayWrite | mayEnter, path, 'remove');
    this.#requireWritable(node, path);
    const isSticky = (directory.attributes.mode & stickyBit) !== 0;
    const isOwn = [node, directory].some(({ attributes }) => attributes.owner === this.#user.name);
    if (isSticky && !isOwn && !this.#isAlmighty) throw this.#refused(path, 'remove');
  }

  #requireWritable(node: TreeNode, path: string): void {
    if (this.#tree.family === 'windows' && node.kind === 'file' && node.attributes.isReadOnly) {
      throw new Fault(
        'file-read-only',
        `"${path}": the guest file "${node.name}" is read-only; clear the attribute first.`,
      );
    }
  }

  #requireRoom(addedBytes: number, path: string): void {
    const freeBytes = this.#diskSizeBytes - this.#tree.usedBytes;
    if (addedBytes > 0 && addedBytes > freeBytes) {
      throw new Fault(
        'disk-full',
        `The guest's disk has ${Math.max(0, freeBytes)} bytes left; "${path}" needs ${addedBytes} more.`,
      );
    }
  }

  #statusOf(node: TreeNode): FileStatus {
    const common = { ...node.attributes, name: node.name, inode: this.#tree.inodeOf(node) };
    if (node.kind === 'file') return { ...common, kind: 'file', size: node.content.size, linkCount: node.body.links };
    if (node.kind === 'directory') return { ...common, kind: 'directory', size: 0, linkCount: 2 + node.directories };
    const size = new TextEncoder().encode(node.target).length;
    return { ...common, kind: 'symlink', size, linkCount: 1, linkTarget: node.target };
  }

  #refused(path: string, deed: string): Fault {
    return new Fault('file-access', `The guest user "${this.#user.name}" may not ${deed} "${path}".`);
  }
}

function byName(left: FileStatus, right: FileStatus): number {
  return left.name < right.name ? -1 : 1;
}

function definedOf(change: Partial<FileAttributes>): Partial<FileAttributes> {
  return Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined));
}

function modeOf(mode: number | undefined): { readonly mode?: number } {
  return mode === undefined ? {} : { mode: mode & 0o7777 };
}

function notAFile(path: string): Fault {
  return new Fault('not-a-file', `"${path}" in the guest is not a file.`);
}

function exists(path: string): Fault {
  return new Fault('file-exists', `"${path}" exists in the guest already.`);
}
