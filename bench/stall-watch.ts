const tickMs = 1;

/**
 * Watches for the longest time in which this process kept its event loop from turning. A machine that is busy with other
 * programs lets every process wait at times; so of the time between two turns only as much counts as the process
 * computed, all of its threads together.
 */
export class StallWatch {
  readonly #timer: NodeJS.Timeout;
  #lastNs = process.hrtime.bigint();
  #lastCpu = process.cpuUsage();
  #longestMs = 0;

  constructor() {
    this.#timer = setInterval(() => this.#tick(), tickMs);
  }

  /** Ends the watch. @returns the longest stall, ms. */
  end(): number {
    this.#tick();
    clearInterval(this.#timer);
    return this.#longestMs;
  }

  #tick(): void {
    const nowNs = process.hrtime.bigint();
    const cpu = process.cpuUsage();
    const passedMs = Number(nowNs - this.#lastNs) / 1e6;
    const computedMs = (cpu.user + cpu.system - this.#lastCpu.user - this.#lastCpu.system) / 1000;
    this.#longestMs = Math.max(this.#longestMs, Math.min(passedMs, computedMs));
    [this.#lastNs, this.#lastCpu] = [nowNs, cpu];
  }
}
