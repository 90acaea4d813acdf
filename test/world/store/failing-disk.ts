import { Fault } from '../../../src/base/fault.js';
import { RealClock } from '../../../src/base/clock.js';
import { HostDisk } from '../../../src/world/store/host-disk.js';

/** Thrown in place of the death of the process. */
export class Crash extends Error {}

/**
 * A disk that fails at a chosen step, half way where a step can be half done. After a `crash` nothing works any more,
 * as in a process that is dead; a disk that is `full` works again as soon as there is space.
 */
export class FailingDisk extends HostDisk {
  /** Steps so far. */
  steps = 0;
  #failAt = Number.POSITIVE_INFINITY;
  #kind: 'crash' | 'full' = 'crash';

  constructor() {
    super(new RealClock());
  }

  /** Fails at the step with this number, counted from now; later steps too. */
  failAt(step: number, kind: 'crash' | 'full'): void {
    this.steps = 0;
    this.#failAt = step;
    this.#kind = kind;
  }

  work(): void {
    this.#failAt = Number.POSITIVE_INFINITY;
  }

  override async makeDirectory(path: string): Promise<void> {
    await this.#step(async () => await super.makeDirectory(path));
  }

  override async writeChunks(
    path: string,
    chunks: Iterable<Uint8Array | string> | AsyncIterable<Uint8Array | string>,
  ): Promise<void> {
    const whole: Uint8Array[] = [];
    for await (const chunk of chunks) whole.push(Buffer.from(chunk));
    const bytes = Buffer.concat(whole);
    await this.#step(
      async () => await super.writeChunks(path, [bytes]),
      async () => await super.writeChunks(path, this.#half(bytes)),
    );
  }

  override async writeTail(path: string, position: number, data: Uint8Array): Promise<void> {
    await this.#step(
      async () => await super.writeTail(path, position, data),
      async () => await super.writeTail(path, position, data.subarray(0, data.length / 2)),
    );
  }

  override async copyPrefix(source: string, target: string, length: number): Promise<void> {
    await this.#step(
      async () => await super.copyPrefix(source, target, length),
      async () => await super.copyPrefix(source, target, Math.floor(length / 2)),
    );
  }

  override async publish(staged: string, path: string): Promise<void> {
    await this.#step(async () => await super.publish(staged, path), undefined, false);
  }

  override async removeFile(path: string): Promise<void> {
    await this.#step(async () => await super.removeFile(path), undefined, false);
  }

  override async removeTree(path: string): Promise<void> {
    await this.#step(async () => await super.removeTree(path), undefined, false);
  }

  override async removeEmptyDirectory(path: string): Promise<boolean> {
    return await this.#step(async () => await super.removeEmptyDirectory(path), undefined, false);
  }

  override async syncDirectory(path: string): Promise<void> {
    await this.#step(async () => await super.syncDirectory(path), undefined, false);
  }

  /** What gets to the disk of some bytes: a process that lives learns of a disk that is full. */
  *#half(bytes: Uint8Array): Generator<Uint8Array> {
    yield bytes.subarray(0, bytes.length / 2);
    if (this.#kind === 'full') throw new Fault('disk-full', 'the disk is full');
  }

  async #step<T>(whole: () => Promise<T>, half?: () => Promise<void>, needsSpace = true): Promise<T> {
    const isFailing = (this.steps += 1) >= this.#failAt;
    if (!isFailing || (this.#kind === 'full' && !needsSpace)) return await whole();
    if (this.steps === this.#failAt || this.#kind === 'full') await half?.();
    if (this.#kind === 'crash') throw new Crash('crashed');
    throw new Fault('disk-full', 'the disk is full');
  }
}
