import type { CallContext } from '../backends/backend.js';
import { Fault } from '../base/fault.js';
import { untilAborted } from '../base/until-aborted.js';

/** How long tidying up may take when the call itself has ended, ms. */
export const tidyMs = 30_000;

/** Runs work with a call that goes on when another one has ended, for a while. @throws Fault `timed-out`. */
export async function tidily<T>(call: CallContext, work: (tidying: CallContext) => Promise<T>): Promise<T> {
  const abort = new AbortController();
  const message = `tidying up in the guest took more than ${tidyMs / 1000} seconds and was given up`;
  const timer = call.clock.after(tidyMs, () => abort.abort(new Fault('timed-out', message)));
  try {
    const tidying: CallContext = { signal: abort.signal, clock: call.clock, progress: () => undefined };
    return await untilAborted(() => work(tidying), abort.signal);
  } finally {
    timer.cancel();
  }
}
