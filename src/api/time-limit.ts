import type { CallContext } from '../backends/backend.js';

/**
 * Runs a call that must end within a time.
 *
 * @throws `expired` when the time is over, or the signal's reason; the call is aborted then, and the outcome does not
 *   wait for it.
 */
export async function withTimeLimit<T>(
  call: CallContext,
  limitMs: number,
  expired: Error,
  run: (limited: CallContext) => Promise<T>,
): Promise<T> {
  const abort = new AbortController();
  const limited: CallContext = {
    signal: abort.signal,
    clock: call.clock,
    progress: (fraction) => call.progress(fraction),
  };
  let end: (reason: unknown) => void = () => undefined;
  const cutShort = new Promise<never>((_, reject) => {
    end = (reason) => {
      reject(reason);
      abort.abort(reason);
    };
  });
  const onAbort = (): void => end(call.signal.reason);
  call.signal.addEventListener('abort', onAbort, { once: true });
  const timer = call.clock.after(limitMs, () => end(expired));
  try {
    return await Promise.race([run(limited), cutShort]);
  } finally {
    timer.cancel();
    call.signal.removeEventListener('abort', onAbort);
  }
}
