import type { Properties } from '../properties.js';
import type { Ref } from '../soap/values.js';
import type { Observer, PropertyHub } from './property-hub.js';
import type { WatchedType } from './watched-paths.js';

/**
 * Waits until a test of an object's properties gives something other than undefined.
 *
 * @param test called with all properties that are set, at first and after each change. What it throws ends the wait.
 * @throws VimError `ManagedObjectNotFound` when the object is gone, what the test throws, the signal's reason.
 */
export function waitFor<T>(
  hub: PropertyHub,
  ref: Ref<WatchedType>,
  test: (values: Properties) => T | undefined,
  signal: AbortSignal | undefined,
): Promise<T> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) return reject(signal.reason);
    const leave: (() => void)[] = [];
    let isOver = false;
    const end = (settle: () => void): void => {
      if (isOver) return;
      isOver = true;
      leave[0]?.();
      signal?.removeEventListener('abort', onAbort);
      settle();
    };
    const onAbort = (): void => end(() => reject(signal?.reason));
    const observer: Observer = {
      changed(values) {
        try {
          const found = test(values);
          if (found !== undefined) end(() => resolve(found));
        } catch (error) {
          end(() => reject(error));
        }
      },
      failed: (error) => end(() => reject(error)),
    };
    signal?.addEventListener('abort', onAbort, { once: true });
    leave.push(hub.observe(ref, observer));
    // The answer may have been known already.
    if (isOver) leave[0]?.();
    return undefined;
  });
}
