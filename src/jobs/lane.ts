import PQueue from 'p-queue';

/**
 * Kinds of work on a virtual machine. `exclusive`: power, snapshot and lifecycle operations. `request`: one request to
 * its guest or its settings. `urgent`: hard power operations, the way out when a guest hangs: they do not wait for a
 * request that is under way, and go before whatever waits.
 */
export type LaneUse = 'exclusive' | 'request' | 'urgent';

/** Work in a lane. It calls `leave` when it has ended, and never throws. */
type LaneWork = (leave: () => void) => void;

/** Work that waits for its turn. */
interface Piece {
  readonly use: LaneUse;
  readonly work: LaneWork;
}

/**
 * Work on one virtual machine, one piece at a time and in order: power, snapshot and lifecycle operations as a whole,
 * guest operations request by request. A backend then never sees two of them collide.
 */
export class Lane {
  /** What waits. Kept here until its turn: an entry of the queue takes ten times as much memory. */
  readonly #waiting: Record<'urgent' | 'usual', Piece[]> = { urgent: [], usual: [] };
  /** Runs what had to wait, piece by piece. */
  #turns: PQueue | undefined = undefined;
  #holder: LaneUse | undefined = undefined;
  /** Urgent work that waits for the piece that runs beside a request; undefined while none runs there. */
  #beside: LaneWork[] | undefined = undefined;
  /** Frees the lane; set while the holder has ended and urgent work beside it has not. */
  #free: (() => void) | undefined = undefined;

  /** Runs the work when its turn has come: at once in a free lane. */
  enter(use: LaneUse, work: LaneWork): void {
    if (this.#holder === undefined) {
      this.#holder = use;
      work(this.#leave);
    } else if (use === 'urgent' && this.#holder === 'request') {
      this.#enterBeside(work);
    } else {
      this.#waiting[use === 'urgent' ? 'urgent' : 'usual'].push({ use, work });
    }
  }

  /** Runs a request when its turn has come and hands on its outcome; the lane is free again when that has settled. */
  run<T>(request: () => Promise<T> | T): Promise<T> {
    const settle = async (): Promise<T> => request();
    return new Promise((resolve, reject) => {
      this.enter('request', (leave) => void settle().then(resolve, reject).finally(leave));
    });
  }

  readonly #leave = (): void => this.#depart(this.#next);

  readonly #next = (): void => {
    const piece = this.#waiting.urgent.shift() ?? this.#waiting.usual.shift();
    this.#holder = piece?.use;
    if (piece === undefined) return;
    this.#turns ??= new PQueue({ concurrency: 1 });
    const turn = (): Promise<void> => new Promise((resolve) => piece.work(() => this.#depart(resolve)));
    // Urgent work may have come in beside the piece while its turn was being given back.
    void this.#turns.add(turn).then(() => this.#depart(this.#next));
  };

  /** The holder has ended: the lane is free as soon as nothing runs beside it. */
  #depart(free: () => void): void {
    if (this.#beside === undefined) free();
    else this.#free = free;
  }

  #enterBeside(work: LaneWork): void {
    if (this.#beside !== undefined) {
      this.#beside.push(work);
      return;
    }
    this.#beside = [];
    work(this.#leaveBeside);
  }

  readonly #leaveBeside = (): void => {
    const next = this.#beside?.shift();
    if (next !== undefined) {
      next(this.#leaveBeside);
      return;
    }
    this.#beside = undefined;
    const free = this.#free;
    this.#free = undefined;
    free?.();
  };
}
