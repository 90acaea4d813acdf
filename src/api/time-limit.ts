import type { CallContext } from '../backends/backend.js';

/**
 * Runs a call that must end within a time.
 *
 * @throws `expired` when the time is over; the call is aborted then, and the outcome does not wait for it.
 */
export async function withTimeLimit<T>(
  call: CallContext,
  limitMs: number,
  expired: Error,
  run: (limited: CallContext) => Promise<T>,
): Promise<T> {
  const abort = new AbortController();
  const onAbort = (): void => abort.abort(call.signal.reason);
  call.signal.addEventListener('abort', onAbort, { once: true });
  const limited: CallContext = {
    signal: abort.signal,
    clock: call.clock,
    progress: (fraction) => call.progress(fraction),
  };
  try {
    return await new Promise<T>((resolve, reject) => {
      const timer = call.clock.after(limitMs, () => {
        reject(expired);
        abort.abort(expired);
      });
      run(limited)
        .then(resolve, reject)
        .finally(() => timer.cancel());
    });
  } finally {
    call.signal.removeEventListener('abort', onAbort);
  }
}
