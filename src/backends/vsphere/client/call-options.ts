import { setMaxListeners } from 'node:events';
import type { Clock } from '../../../base/clock.js';
import type { CallContext } from '../../backend.js';

/** What every call of the client takes. */
export interface CallOptions {
  /** Ends the call; what the server has begun by then may go on. */
  readonly signal?: AbortSignal | undefined;
}

/** What every wait for a task takes. */
export interface TaskOptions extends CallOptions {
  /** Told how far the task is, 0 to 1. */
  readonly onProgress?: (fraction: number) => void;
}

/** The context of a call inside the backend. */
export function contextOf(
  clock: Clock,
  { signal = new AbortController().signal, onProgress }: TaskOptions,
): CallContext {
  // One signal of the program may stand behind any number of calls, each of which leaves it: no leak to warn of.
  setMaxListeners(0, signal);
  return {
    signal,
    clock,
    progress: (fraction) => onProgress?.(fraction),
  };
}
