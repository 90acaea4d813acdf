import PQueue from 'p-queue';

/**
 * Work on one virtual machine, one piece at a time and in order: power, snapshot and lifecycle operations as a whole,
 * guest operations request by request. A backend then never sees two of them collide.
 */
export class Lane {
  #queue: PQueue | undefined;

  /**
   * Runs `work` when its turn has come. The lane is free for the next piece when the promise of `work` settles, or at
   * once when it returns none. What `work` throws rejects the returned promise.
   */
  run<T>(work: () => Promise<T> | T): Promise<T> {
    this.#queue ??= new PQueue({ concurrency: 1 });
    return this.#queue.add(work as () => Promise<T>);
  }
}
