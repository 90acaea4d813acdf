import type { Clock } from '../base/clock.js';

/** Handed to every call; nothing is global. */
export interface CallContext {
  /** Cancel, disconnect and deadline all arrive here. A call that is aborted rejects soon, with any reason. */
  readonly signal: AbortSignal;
  readonly clock: Clock;
  /** Reports how far the call is, 0 to 1. */
  progress(fraction: number): void;
}
