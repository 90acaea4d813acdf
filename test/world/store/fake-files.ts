import type { FileAttributes, FileChange, FileContent } from '../../../src/world/guest/guest-files.js';
import { Fault } from '../../../src/base/fault.js';
import type { StoredFiles } from '../../../src/world/vm/vm-store.js';

const plainAttributes: FileAttributes = {
  owner: 'root',
  group: 'root',
  mode: 0o644,
  isHidden: false,
  isReadOnly: false,
  isSystem: false,
  createdMs: 1,
  modifiedMs: 2,
  accessedMs: 3,
};

function textContent(text: string): FileContent {
  const bytes = Buffer.from(text);
  return {
    size: bytes.length,
    bytes: () => bytes,
    async *chunks() {
      yield bytes;
    },
  };
}

export function putFile(path: string, text: string): FileChange {
  return { change: 'put', path, kind: 'file', attributes: plainAttributes, content: textContent(text) };
}

export function appendFile(path: string, text: string): FileChange {
  return { change: 'append', path, attributes: plainAttributes, content: textContent(text) };
}

export function putDirectory(path: string): FileChange {
  return { change: 'put', path, kind: 'directory', attributes: plainAttributes };
}

function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/')) || '/';
}

/** The simplest file system that a store can keep: a map, strict about parents, so that a wrong order shows. */
export class FakeFiles implements StoredFiles {
  readonly #puts = new Map<string, FileChange & { readonly change: 'put' }>();
  readonly #listeners: ((change: FileChange) => void)[] = [];

  contents(): Iterable<FileChange> {
    return [...this.#puts.values()].sort((one, other) => (one.path < other.path ? -1 : 1));
  }

  apply(change: FileChange): void {
    if (change.change === 'put') {
      this.#expectParent(change.path);
      this.#puts.set(change.path, change);
    } else if (change.change === 'append') {
      const { path, content } = change;
      this.apply(putFile(path, (this.text(path) ?? '') + Buffer.from(content?.bytes() ?? []).toString()));
    } else if (change.change === 'remove') {
      for (const path of this.#below(change.path)) this.#puts.delete(path);
    } else if (change.change === 'link') {
      throw new Fault('internal', 'These files have no hard links.');
    } else {
      const moved = this.#below(change.from);
      if (moved.length === 0) throw new Fault('file-not-found', `no ${change.from}`);
      this.#expectParent(change.to);
      for (const path of this.#below(change.to)) this.#puts.delete(path);
      for (const path of moved) {
        const put = this.#puts.get(path);
        this.#puts.delete(path);
        const target = change.to + path.slice(change.from.length);
        if (put !== undefined) this.#puts.set(target, { ...put, path: target });
      }
    }
  }

  clear(): void {
    this.#puts.clear();
  }

  onChange(listener: (change: FileChange) => void): void {
    this.#listeners.push(listener);
  }

  /** What a program of the guest does. */
  change(change: FileChange): void {
    this.apply(change);
    for (const listener of this.#listeners) listener(change);
  }

  write(path: string, text: string): void {
    this.change(putFile(path, text));
  }

  text(path: string): string | undefined {
    const content = this.#puts.get(path)?.content;
    return content === undefined ? undefined : Buffer.from(content.bytes()).toString();
  }

  /** Every file with its text, directories as null. */
  tree(): Record<string, string | null> {
    const tree: Record<string, string | null> = {};
    for (const change of this.contents())
      if (change.change === 'put') tree[change.path] = this.text(change.path) ?? null;
    return tree;
  }

  #below(path: string): string[] {
    return [...this.#puts.keys()].filter((known) => known === path || known.startsWith(`${path}/`));
  }

  #expectParent(path: string): void {
    const parent = parentOf(path);
    if (parent === '/' || this.#puts.get(parent)?.kind === 'directory') return;
    throw new Fault('file-not-found', `no ${parent}`);
  }
}
