import PQueue from 'p-queue';

/** Lets requests to one object pass one at a time, and those to different objects side by side. */
export class Turns {
  readonly #queues = new Map<string, PQueue>();

  /** Does the work when everything before it on the same object is done. @throws what the work throws, the reason. */
  async take<T>(key: string, work: () => Promise<T>, signal: AbortSignal): Promise<T> {
    let queue = this.#queues.get(key);
    if (queue === undefined) {
      queue = new PQueue({ concurrency: 1 });
      this.#queues.set(key, queue);
    }
    try {
      return await queue.add(work, { signal });
    } finally {
      if (queue.size === 0 && queue.pending === 0) this.#queues.delete(key);
    }
  }
}
