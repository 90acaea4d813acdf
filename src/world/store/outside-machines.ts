import { createHash, randomUUID } from 'node:crypto';
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
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

  /** Paths of the `.vmx` files. One that is gone is forgotten: it comes back when somebody uses it. */
  paths(): readonly string[] {
    const names = unlessAbsent('read', this.#folder, () => readdirSync(this.#folder)) ?? [];
    return names.flatMap((name) => {
      if (!name.endsWith('.json')) return [];
      const file = join(this.#folder, name);
      const path = pathIn(readWhole(file)?.toString() ?? '');
      if (path !== undefined && existsSync(path)) return [path];
      if (path !== undefined) this.#forget(file);
      return [];
    });
  }

  /** @throws Fault of a file kind. */
  async add(path: string): Promise<void> {
    const file = join(this.#folder, `${createHash('sha256').update(path).digest('hex').slice(0, 24)}.json`);
    if (existsSync(file)) return;
    await this.#disk.makeDirectory(this.#folder);
    // Several processes may add it at once, so each writes a file of its own first.
    const staged = `${file}.${randomUUID()}`;
    await this.#disk.writeFile(staged, `${JSON.stringify({ vmx: path })}\n`);
    await this.#disk.publish(staged, file);
    await this.#disk.syncDirectory(this.#folder);
  }

  #forget(file: string): void {
    try {
      rmSync(file, { force: true });
    } catch {
      // A directory that may only be read: the entry stays, and is passed over each time.
    }
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
