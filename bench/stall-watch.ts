const tickMs = 1;

/** The longest time between two turns of an event loop. */
export interface Stall {
  /** By the clock: a process that waits for a file, or for a busy machine, stands still too. */
  readonly clockMs: number;
  /** Only as much as the process computed meanwhile, all of its threads together. */
  readonly computedMs: number;
}

/** Watches for the longest times in which the event loop of this process does not turn. */
export class StallWatch {
  readonly #timer: NodeJS.Timeout;
  #lastNs = process.hrtime.bigint();
  #lastCpu = process.cpuUsage();
  #longest: Stall = { clockMs: 0, computedMs: 0 };

  constructor() {
    this.#timer = setInterval(() => this.#tick(), tickMs);
  }

  end(): Stall {
    this.#tick();
    clearInterval(this.#timer);
    return this.#longest;
  }

  #tick(): void {
    const nowNs = process.hrtime.bigint();
    const cpu = process.cpuUsage();
    const passedMs = Number(nowNs - this.#lastNs) / 1e6;
    const computedMs = (cpu.user + cpu.system - this.#lastCpu.user - this.#lastCpu.system) / 1000;
    this.#longest = {
      clockMs: Math.max(this.#longest.clockMs, passedMs),
      computedMs: Math.max(this.#longest.computedMs, Math.min(passedMs, computedMs)),
    };
    [this.#lastNs, this.#lastCpu] = [nowNs, cpu];
  }
}
