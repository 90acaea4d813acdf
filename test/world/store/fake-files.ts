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

export function putFile(path: string, text: string): FileChange & { readonly change: 'put' } {
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

type Put = ReturnType<typeof putFile>;

/** What the names of one file share. */
interface FakeFile {
  put: Put;
}

/** The simplest file system that a store can keep: a map, strict about parents, so that a wrong order shows. */
export class FakeFiles implements StoredFiles {
  readonly #files = new Map<string, FakeFile>();
  readonly #listeners: ((change: FileChange) => void)[] = [];

  contents(): Iterable<FileChange> {
    const first = new Map<FakeFile, string>();
    return [...this.#files]
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([path, file]): FileChange => {
        const target = first.get(file);
        if (target === undefined) first.set(file, path);
        return target === undefined ? { ...file.put, path } : { change: 'link', path, target };
      });
  }

  apply(change: FileChange): void {
    if (change.change === 'put') {
      this.#expectParent(change.path);
      const known = this.#files.get(change.path);
      if (known?.put.kind === 'file' && change.kind === 'file') known.put = change;
      else this.#files.set(change.path, { put: change });
    } else if (change.change === 'append') {
      const { path, content } = change;
      this.apply(putFile(path, (this.text(path) ?? '') + Buffer.from(content?.bytes() ?? []).toString()));
    } else if (change.change === 'remove') {
      for (const path of this.#below(change.path)) this.#files.delete(path);
    } else if (change.change === 'link') {
      const file = this.#files.get(change.target);
      if (file === undefined) throw new Fault('file-not-found', `no ${change.target}`);
      this.#expectParent(change.path);
      this.#files.set(change.path, file);
    } else {
      const moved = this.#below(change.from);
      if (moved.length === 0) throw new Fault('file-not-found', `no ${change.from}`);
      this.#expectParent(change.to);
      if (change.from === change.to) return;
      for (const path of this.#below(change.to)) this.#files.delete(path);
      for (const path of moved) {
        const file = this.#files.get(path);
        this.#files.delete(path);
        if (file !== undefined) this.#files.set(change.to + path.slice(change.from.length), file);
      }
    }
  }

  clear(): void {
    this.#files.clear();
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
    const isShared = this.#namesOf(this.#files.get(path)) > 1;
    this.change({ ...putFile(path, text), ...(isShared ? { isShared } : {}) });
  }

  hardLink(existing: string, path: string): void {
    if (this.#files.has(path)) throw new Fault('file-exists', `there is ${path}`);
    this.change({ change: 'link', path, target: existing });
  }

  move(from: string, to: string): void {
    this.change({ change: 'move', from, to });
  }

  deleteFile(path: string): void {
    if (!this.#files.has(path)) throw new Fault('file-not-found', `no ${path}`);
    this.change({ change: 'remove', path });
  }

  text(path: string): string | undefined {
    const content = this.#files.get(path)?.put.content;
    return content === undefined ? undefined : Buffer.from(content.bytes()).toString();
  }

  /** Every file with its text, directories as null. */
  tree(): Record<string, string | null> {
    const paths = [...this.#files.keys()].sort();
    return Object.fromEntries(paths.map((path) => [path, this.text(path) ?? null]));
  }

  #namesOf(file: FakeFile | undefined): number {
    return file === undefined ? 0 : [...this.#files.values()].filter((other) => other === file).length;
  }

  #below(path: string): string[] {
    return [...this.#files.keys()].filter((known) => known === path || known.startsWith(`${path}/`));
  }

  #expectParent(path: string): void {
    const parent = parentOf(path);
    if (parent === '/' || this.#files.get(parent)?.put.kind === 'directory') return;
    throw new Fault('file-not-found', `no ${parent}`);
  }
}
