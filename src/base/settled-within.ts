import type { Clock } from './clock.js';
import { untilAborted } from './until-aborted.js';

/** Waits until work has settled, in whatever way, but no longer than some milliseconds. Never rejects. */
export async function settledWithin(clock: Clock, ms: number, work: Promise<unknown>): Promise<void> {
  const enough = new AbortController();
  const timer = clock.after(ms, () => enough.abort());
  await untilAborted(() => work, enough.signal).catch(() => undefined);
  timer.cancel();
}
