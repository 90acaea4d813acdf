import PQueue from 'p-queue';

/** Work in a lane. It calls `leave` when it has ended, and never throws. */
type LaneWork = (leave: () => void) => void;

/**
 * Work on one virtual machine, one piece at a time and in order: power, snapshot and lifecycle operations as a whole,
 * guest operations request by request. A backend then never sees two of them collide.
 */
export class Lane {
  /** Holds what has to wait. Paused while a piece of work runs that did not have to. */
  #queue: PQueue | undefined = undefined;
  #isBusy = false;

  /** Runs the work when its turn has come: at once in a free lane. */
  enter(work: LaneWork): void {
    if (this.#isBusy) {
      void this.#waiting().add(() => new Promise<void>(work));
      return;
    }
    this.#isBusy = true;
    work(this.#leave);
  }

  /** Runs the work when its turn has come and hands on its outcome; the lane is free again when that has settled. */
  run<T>(work: () => Promise<T> | T): Promise<T> {
    const settle = async (): Promise<T> => work();
    return new Promise((resolve, reject) => {
      this.enter((leave) => void settle().then(resolve, reject).finally(leave));
    });
  }

  readonly #leave = (): void => {
    if (this.#queue === undefined || this.#queue.size === 0) this.#isBusy = false;
    else this.#queue.start();
  };

  #waiting(): PQueue {
    if (this.#queue !== undefined) return this.#queue;
    const queue = new PQueue({ concurrency: 1, autoStart: false });
    queue.on('idle', () => {
      queue.pause();
      this.#isBusy = false;
    });
    this.#queue = queue;
    return queue;
  }
}
