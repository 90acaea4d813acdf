import type { CallContext } from '../backends/backend.js';
import { Fault, type FaultKind } from '../base/fault.js';
import type { GuestSession } from './guest-session.js';
import { tidily } from './tidily.js';

/** So often a request is sent again when nobody knows whether it was carried out, and once more does no harm. */
export const mostLost = 2;

/** Faults after which nobody can know whether the guest has done something. */
const inDoubt: ReadonlySet<FaultKind> = new Set<FaultKind>(['connection-lost', 'host-timeout', 'host-unavailable']);

/** Whether the guest may have done what failed so. */
export function isInDoubt(error: unknown): error is Fault {
  return error instanceof Fault && inDoubt.has(error.kind);
}

/**
 * Sends a request whose effect must not get lost: when the call ends meanwhile, the answer is still waited for, for a
 * while, and its effect undone.
 */
export async function seenThrough<T>(
  session: GuestSession,
  call: CallContext,
  send: (through: CallContext) => Promise<T>,
  undo: (answer: T, tidying: CallContext) => Promise<void>,
): Promise<T> {
  const overtime = new AbortController();
  const through: CallContext = { signal: overtime.signal, clock: call.clock, progress: () => undefined };
  let sent: Promise<T> | undefined;
  try {
    return await session.request(call, () => (sent = send(through)));
  } catch (error) {
    const unwanted = sent;
    if (call.signal.aborted && unwanted !== undefined) {
      await tidily(call, async (tidying) => undo(await unwanted, tidying)).catch(() => undefined);
      overtime.abort(error);
    }
    throw error;
  }
}
