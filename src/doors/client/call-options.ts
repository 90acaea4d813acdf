import { Fault } from '../../base/fault.js';

/** What every call takes. */
export interface CallOptions {
  /** Ends the call early: it rejects with `VIX_E_CANCELLED`, whose cause is the signal's reason. */
  readonly signal?: AbortSignal;
  /** Longest time that the call may take, ms; `Infinity` for any. By default what `connect` was told. */
  readonly timeoutMs?: number;
}

/** What calls take that can tell how far they are. */
export interface ProgressOptions extends CallOptions {
  /** Told how far the work is, 0 to 1. */
  readonly onProgress?: (fraction: number) => void;
}

/** Time limit of calls for which nobody said one. What a guest program or a copy takes is not limited by it. */
export const usualTimeoutMs = 600_000;

/** @throws Fault `invalid-argument` for a time that is none. */
export function checkTimeout(timeoutMs: number): number {
  if (typeof timeoutMs === 'number' && timeoutMs > 0) return timeoutMs;
  throw new Fault('invalid-argument', `timeoutMs is ${String(timeoutMs)}; give milliseconds above 0, or Infinity`);
}
