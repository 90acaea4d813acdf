import { Vix_Out } from '../../api/vix-out.js';
import type { VixHandle } from '../../vix/types.js';
import type { DoorVix } from '../door-calls.js';

/** So many tasks are kept before anybody looks which of them have ended. */
const fewTasks = 16;

/** The tasks of a server that are under way. Of those that have ended it keeps at most as many as run, or a few. */
export class RunningTasks<Task extends { readonly job: VixHandle }> {
  readonly #vix: DoorVix;
  readonly #tasks = new Set<Task>();
  #most = fewTasks;

  constructor(vix: DoorVix) {
    this.#vix = vix;
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
    for (const task of this.#tasks) if (hasEnded(this.#vix, task.job)) this.#tasks.delete(task);
    return [...this.#tasks];
  }
}

/** Whether the job of a task has come to its end. */
export function hasEnded(vix: DoorVix, job: VixHandle): boolean {
  const cell = Vix_Out(false);
  vix.VixJob_CheckCompletion(job, cell);
  return cell.value;
}
