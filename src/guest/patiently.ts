import type { CallContext } from '../backends/backend.js';
import { sleep } from '../base/clock.js';
import { Allowance } from '../base/allowance.js';
import { Fault } from '../base/fault.js';

/** How long a trouble that passes may last: a restart of Tools takes less. */
const patienceMs = 120_000;
const firstPauseMs = 250;
const longestPauseMs = 5000;

/**
 * Asks again while the guest cannot answer only for now: Tools restarts, a transfer broke off, a session ended. For what
 * does no harm twice.
 *
 * @throws what the last attempt threw; the signal's reason.
 */
export async function patiently<T>(call: CallContext, ask: (attempt: number) => Promise<T>): Promise<T> {
  let patience: Allowance | undefined;
  try {
    for (let attempt = 0; ; attempt += 1) {
      try {
        return await ask(attempt);
      } catch (error) {
        patience ??= new Allowance(call.clock, patienceMs);
        if (!isPassing(error) || patience.isOver) throw error;
        await sleep(call.clock, Math.min(firstPauseMs * 2 ** attempt, longestPauseMs), call.signal);
      }
    }
  } finally {
    patience?.end();
  }
}

/** Whether the same call may succeed soon. */
export function isPassing(error: unknown): boolean {
  return error instanceof Fault && error.retryable !== 'no';
}
