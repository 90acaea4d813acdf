/** Runs tasks one after the other, in the order they came. A task that fails does not stop those behind it. */
export class SerialQueue {
  #last: Promise<unknown> = Promise.resolve();

  /** Resolves or rejects as the task does. */
  run<T>(task: () => Promise<T>): Promise<T> {
    const outcome = this.#last.then(task);
    this.#last = outcome.catch(() => undefined);
    return outcome;
  }

  /** Resolves when all tasks given so far have ended. */
  async drained(): Promise<void> {
    await this.#last;
  }
}
