import { contentOf } from './file-content.js';
import type { FileAttributes, FileChange, FileContent } from './guest-files.js';

/** Whose a file of a fresh guest is, and what may be done with it. */
export interface Ownership {
  readonly owner: string;
  readonly group: string;
  readonly mode?: number;
}

/** Collects the changes that build a fresh guest's files. */
export class TreeBuilder {
  readonly #changes: FileChange[] = [];
  readonly #system: Ownership;
  readonly #timeMs: number;

  /** @param system whose everything is that names nobody else. */
  constructor(system: Ownership, timeMs: number) {
    this.#system = system;
    this.#timeMs = timeMs;
  }

  get changes(): readonly FileChange[] {
    return this.#changes;
  }

  directory(path: string, ownership: Partial<Ownership> = {}): this {
    this.#changes.push({ change: 'put', kind: 'directory', path, attributes: this.#attributes(ownership, 0o755) });
    return this;
  }

  file(path: string, content: FileContent | string, ownership: Partial<Ownership> = {}): this {
    this.#changes.push({
      change: 'put',
      kind: 'file',
      path,
      attributes: this.#attributes(ownership, 0o644),
      content: typeof content === 'string' ? contentOf(content) : content,
    });
    return this;
  }

  link(path: string, linkTarget: string): this {
    this.#changes.push({ change: 'put', kind: 'symlink', path, attributes: this.#attributes({}, 0o777), linkTarget });
    return this;
  }

  #attributes(ownership: Partial<Ownership>, mode: number): FileAttributes {
    return {
      owner: ownership.owner ?? this.#system.owner,
      group: ownership.group ?? this.#system.group,
      mode: ownership.mode ?? mode,
      isHidden: false,
      isReadOnly: false,
      isSystem: false,
      createdMs: this.#timeMs,
      modifiedMs: this.#timeMs,
      accessedMs: this.#timeMs,
    };
  }
}
