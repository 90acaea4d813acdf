import type { Clock } from '../../base/clock.js';

/** Time for tidying up, also after the check has taken its own. */
const tidyMs = 5000;

/** Where the temporary file of a check lies. */
export const trialFileNames = { prefix: 'revix-doctor-', suffix: '.txt' } as const;

/** Content that tells whether a guest or what is on the way changes line ends or characters. */
export function trialContent(nowMs: number): Uint8Array {
  return new TextEncoder().encode(`revix doctor, ${new Date(nowMs).toISOString()}\r\n\u00e4\u{1F600}`);
}

/** Removes what a check has left in a guest, in a time that is its own: nobody may want the check itself any more. */
export async function tidied(clock: Clock, remove: (signal: AbortSignal) => Promise<unknown>): Promise<void> {
  const tidying = new AbortController();
  const limit = clock.after(tidyMs, () => tidying.abort(new Error('the temporary file could not be removed')));
  try {
    await remove(tidying.signal);
  } finally {
    limit.cancel();
  }
}
