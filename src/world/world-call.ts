/** Handed to every operation of the world by whoever calls it. */
export interface WorldCall {
  /** Ends the operation's waiting as soon as it is aborted. */
  readonly signal: AbortSignal;
  /** Reports how far the operation is, 0 to 1. */
  progress(fraction: number): void;
}
