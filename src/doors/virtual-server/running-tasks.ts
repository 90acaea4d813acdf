/** So many tasks are kept before anybody looks which of them have ended. */
const fewTasks = 16;

/** The tasks of a server that are under way. Of those that have ended it keeps at most as many as run, or a few. */
export class RunningTasks<Task> {
  readonly #hasEnded: (task: Task) => boolean;
  readonly #tasks = new Set<Task>();
  #most = fewTasks;

  constructor(hasEnded: (task: Task) => boolean) {
    this.#hasEnded = hasEnded;
  }

  /** Number of tasks that are kept. */
  get size(): number {
    return this.#tasks.size;
  }

  add(task: Task): void {
    // To look at each of them costs a call, so that it must not happen with every new one.
    if (this.size >= this.#most) this.#most = Math.max(fewTasks, 2 * this.underWay().length);
    this.#tasks.add(task);
  }

  /** The tasks that have not ended, oldest first. */
  underWay(): readonly Task[] {
    for (const task of this.#tasks) if (this.#hasEnded(task)) this.#tasks.delete(task);
    return [...this.#tasks];
  }
}
