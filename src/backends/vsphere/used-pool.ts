import type { Clock } from '../../base/clock.js';
import type { Timeline } from '../../base/timeline.js';
import { atProcessEnd } from './at-process-end.js';
import type { ConnectionPool } from './connection-pool.js';

/** The connections of one backend, made on first use. A process that ends closes them as well. */
export class UsedPool {
  readonly #clock: Clock;
  #pool: ConnectionPool | undefined;
  #forgetEnd: (() => void) | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** @param timeline where every request is drawn, if this is the first use; absent: nowhere. */
  async use(timeline?: Timeline): Promise<ConnectionPool> {
    // Most programs of a process never talk to a vSphere; they need not load what that takes.
    const { ConnectionPool: Pool } = await import('./connection-pool.js');
    if (this.#pool === undefined) {
      const made = (this.#pool = new Pool(this.#clock, timeline));
      // A program that ends without disconnecting would leave its session to vCenter for half an hour.
      this.#forgetEnd = atProcessEnd(() => void made.close());
    }
    return this.#pool;
  }

  /** Closes every connection. Idempotent; never rejects. */
  async close(): Promise<void> {
    this.#forgetEnd?.();
    await this.#pool?.close();
  }
}
