import type { EngineMemory } from './engine-memory.js';

/** How often the pulse is felt at most, so that a long wait costs no processor time. */
const longestTickMs = 1000;
const ticksPerLimit = 8;

/** Tells a hung engine from one whose operation takes long: the heart of the latter goes on beating. */
export class EnginePulse {
  /** How long to wait before `isLost` is asked again. */
  readonly tickMs: number;
  readonly #memory: EngineMemory;
  readonly #limitMs: number;
  #beats: number;
  #silentMs = 0;

  /** @param limitMs silence that counts as hung. */
  constructor(memory: EngineMemory, limitMs: number) {
    this.#memory = memory;
    this.#limitMs = limitMs;
    this.#beats = memory.beats;
    this.tickMs = tickFor(limitMs);
  }

  /**
   * To be asked after each tick. Ticks are counted, not the clock: a machine that slept, or a process that was stopped,
   * has lost one tick and not its engine.
   */
  isLost(): boolean {
    const { beats } = this.#memory;
    this.#silentMs = beats === this.#beats ? this.#silentMs + this.tickMs : 0;
    this.#beats = beats;
    return this.#silentMs > this.#limitMs;
  }
}

/** Milliseconds between two looks at the pulse, and at most between two beats. */
export function tickFor(limitMs: number): number {
  return Math.max(1, Math.min(longestTickMs, limitMs / ticksPerLimit));
}
