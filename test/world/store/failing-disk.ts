import { Fault } from '../../../src/base/fault.js';
import { RealClock } from '../../../src/base/clock.js';
import { HostDisk } from '../../../src/world/store/host-disk.js';

/** Thrown in place of the death of the process. */
export class Crash extends Error {}

/** What goes wrong. */
type FailureKind = 'crash' | 'full' | 'unsynced';

/**
 * A disk that fails at a chosen step, half way where a step can be half done. After a `crash` nothing works any more,
 * as in a process that is dead; a disk that is `full` works again as soon as there is space; one that is `unsynced` does
 * all but make names last.
 */
export class FailingDisk extends HostDisk {
  /** Steps so far. */
  steps = 0;
  #failAt = Number.POSITIVE_INFINITY;
  #kind: FailureKind = 'crash';

  constructor() {
    super(new RealClock());
  }

  /** Fails at the step with this number, counted from now; later steps too. */
  failAt(step: number, kind: FailureKind): void {
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
    await this.#step(async () => await super.publish(staged, path), undefined, 'nothing');
  }

  override async removeFile(path: string): Promise<void> {
    await this.#step(async () => await super.removeFile(path), undefined, 'nothing');
  }

  override async removeTree(path: string): Promise<void> {
    await this.#step(async () => await super.removeTree(path), undefined, 'nothing');
  }

  override async removeEmptyDirectory(path: string): Promise<boolean> {
    return await this.#step(async () => await super.removeEmptyDirectory(path), undefined, 'nothing');
  }

  override async syncDirectory(path: string): Promise<void> {
    await this.#step(async () => await super.syncDirectory(path), undefined, 'sync');
  }

  /** What gets to the disk of some bytes: a process that lives learns of a disk that is full. */
  *#half(bytes: Uint8Array): Generator<Uint8Array> {
    yield bytes.subarray(0, bytes.length / 2);
    if (this.#kind === 'full') throw new Fault('disk-full', 'the disk is full');
  }

  async #step<T>(
    whole: () => Promise<T>,
    half?: () => Promise<void>,
    needs: 'space' | 'sync' | 'nothing' = 'space',
  ): Promise<T> {
    const isFailing = (this.steps += 1) >= this.#failAt;
    const isSpared = (this.#kind === 'full' && needs !== 'space') || (this.#kind === 'unsynced' && needs !== 'sync');
    if (!isFailing || isSpared) return await whole();
    if (this.steps === this.#failAt || this.#kind === 'full') await half?.();
    if (this.#kind === 'crash') throw new Crash('crashed');
    if (this.#kind === 'unsynced') throw new Fault('file-error', 'the host reports EIO');
    throw new Fault('disk-full', 'the disk is full');
  }
}
