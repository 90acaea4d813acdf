import PQueue from 'p-queue';

/**
 * Work on one virtual machine, one piece at a time and in order: power, snapshot and lifecycle operations as a whole,
 * guest operations request by request. A backend then never sees two of them collide.
 */
export class Lane {
  #queue: PQueue | undefined;

  /**
   * Runs `work` when its turn has come.
   *
   * @param isCancelled asked when the turn has come; if true the work is not started and the result is undefined.
   */
  run<T>(work: () => Promise<T> | T, isCancelled: () => boolean): Promise<T | undefined> {
    this.#queue ??= new PQueue({ concurrency: 1 });
    return this.#queue.add(async () => (isCancelled() ? undefined : await work()));
  }
}
