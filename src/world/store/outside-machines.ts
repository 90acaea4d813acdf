import { createHash, randomUUID } from 'node:crypto';
import { existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type HostDisk, readWhole, unlessAbsent } from './host-disk.js';

/**
 * Which machines outside of a directory belong to it: a small file for each, with its path. Processes that add and
 * forget at once do not meet.
 */
export class OutsideMachines {
  readonly #folder: string;
  readonly #disk: HostDisk;

  constructor(folder: string, disk: HostDisk) {
    this.#folder = folder;
    this.#disk = disk;
  }

  /**
   * Paths of the `.vmx` files that are there. One that is gone from its folder is forgotten: it comes back when somebody
   * uses it. Where the folder is away, its volume may only not be mounted, so the machine is passed over.
   */
  paths(): readonly string[] {
    const names = unlessAbsent('read', this.#folder, () => readdirSync(this.#folder)) ?? [];
    return names.flatMap((name) => {
      if (!name.endsWith('.json')) return [];
      const file = join(this.#folder, name);
      const path = pathIn(readWhole(file)?.toString() ?? '');
      if (path === undefined) return [];
      if (!isAbsent(path)) return [path];
      if (existsSync(dirname(path))) this.#forget(file);
      return [];
    });
  }

  /** Forgets the machine with this `.vmx` file, which was deleted. */
  remove(path: string): void {
    this.#forget(this.#fileFor(path));
  }

  /** @throws Fault of a file kind. */
  async add(path: string): Promise<void> {
    const file = this.#fileFor(path);
    if (existsSync(file)) return;
    await this.#disk.makeDirectory(this.#folder);
    // Several processes may add it at once, so each writes a file of its own first.
    const staged = `${file}.${randomUUID()}`;
    await this.#disk.writeFile(staged, `${JSON.stringify({ vmx: path })}\n`);
    await this.#disk.publish(staged, file);
    await this.#disk.syncDirectory(this.#folder);
  }

  #fileFor(path: string): string {
    return join(this.#folder, `${createHash('sha256').update(path).digest('hex').slice(0, 24)}.json`);
  }

  #forget(file: string): void {
    try {
      rmSync(file, { force: true });
    } catch {
      // A directory that may only be read: the entry stays, and is passed over each time.
    }
  }
}

/** Whether it is known that nothing is there; a path that cannot be looked at may be something. */
function isAbsent(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false }) === undefined;
  } catch {
    return false;
  }
}

/** undefined for a file that is being written, or that somebody has spoiled. */
function pathIn(text: string): string | undefined {
  try {
    const entry: unknown = JSON.parse(text);
    const vmx = typeof entry === 'object' && entry !== null && 'vmx' in entry ? entry.vmx : undefined;
    return typeof vmx === 'string' ? vmx : undefined;
  } catch {
    return undefined;
  }
}
