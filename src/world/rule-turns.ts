/** How often a rule strikes. */
export interface TurnLimits {
  /** How many chances it takes before it is spent; absent: all. */
  readonly count?: number;
  /** Likelihood to take a chance, 0 to 1; absent: 1. */
  readonly probability?: number;
  /** Start of the rule's own random numbers; the same seed takes the same chances. By default 1. */
  readonly seed?: number;
}

/** The chances that a rule has had. */
export class RuleTurns {
  readonly #limits: TurnLimits;
  #hits = 0;
  #random: number;

  constructor(limits: TurnLimits) {
    this.#limits = limits;
    this.#random = limits.seed ?? 1;
  }

  /** How many chances it has taken. */
  get hits(): number {
    return this.#hits;
  }

  /**
   * Whether the rule takes a chance. To be asked only when everything else fits, so that other work does not shift its
   * random numbers.
   */
  take(): boolean {
    const { count, probability } = this.#limits;
    if (count !== undefined && this.#hits >= count) return false;
    if (probability !== undefined && this.#nextRandom() >= probability) return false;
    this.#hits += 1;
    return true;
  }

  /** The mulberry32 generator: small, and good enough to spread faults. */
  #nextRandom(): number {
    this.#random = (this.#random + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#random ^ (this.#random >>> 15), 1 | this.#random);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }
}
