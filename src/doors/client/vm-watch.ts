import type { CallContext, VmLink, VmProperties } from '../../backends/backend.js';
import type { VmEntry } from '../../api/vix-runtime.js';
import { sleep, type Clock } from '../../base/clock.js';
import { LinkedAbort } from '../../base/linked-abort.js';
import { VixFailure } from '../../errors/vix-failure.js';
import { VIX_E_CANCELLED } from '../../vix/names.js';
import type { VixHandle } from '../../vix/types.js';
import type { Engine } from './engine.js';
import { vixErrorFrom } from './vix-error.js';

/** How to follow a machine. */
export interface WatchOptions {
  /** Ends the loop, without an error. */
  readonly signal?: AbortSignal;
  /** Longest time that the loop may go on, ms; then it ends with `VIX_E_CANCELLED`. Any by default. */
  readonly timeoutMs?: number;
  /**
   * Longest pause between two looks, ms. By default half a minute where the host tells of changes by itself, and a second
   * where it does not, or while the machine passes from one power state to another.
   */
  readonly intervalMs?: number;
}

const quietIntervalMs = 30_000;
const busyIntervalMs = 1000;

/** Phases in which a machine stays until somebody does something. */
const restingPhases: ReadonlySet<string> = new Set(['off', 'on', 'suspended']);

const operation = 'vm.watch';

/** The properties of a machine, now and whenever they have changed. @throws VixError. */
export async function* watchVm(engine: Engine, handle: VixHandle, options: WatchOptions): AsyncGenerator<VmProperties> {
  const { link, location, signal: closed } = engine.entry(handle, 'vm', operation).payload;
  const { signal } = options;
  const timeoutMs = engine.timeLimit(operation, { ...options, isUnlimited: true });
  const over = new LinkedAbort();
  const leave = engine.limit(operation, signal, timeoutMs, (reason, cause) => {
    over.abort(vixErrorFrom(new VixFailure(VIX_E_CANCELLED, reason, cause), operation, location));
  });
  // From before the first look on, so that nothing is missed between two looks.
  const news = new News(link);
  let last = '';
  try {
    for (;;) {
      news.isFresh = false;
      const now = await engine.onVm(handle, { operation }, { signal: over.signal }, readProperties);
      const text = JSON.stringify(now);
      if (text !== last) yield now;
      last = text;
      const isBusy = !news.isHeard || !restingPhases.has(now.power.phase);
      const intervalMs = options.intervalMs ?? (isBusy ? busyIntervalMs : quietIntervalMs);
      await news.wait(engine.runtime.clock, intervalMs, over.signal, closed);
    }
  } catch (error) {
    if (signal?.aborted === true) return;
    throw over.signal.aborted ? over.signal.reason : error;
  } finally {
    news.end();
    leave();
  }
}

/** What a host tells of one machine by itself. */
class News {
  /** Something was heard since this was last set to false. */
  isFresh = false;
  /** More may be heard. */
  isHeard: boolean;
  #wake: () => void = () => undefined;
  readonly #stop: (() => void) | undefined;

  constructor(link: VmLink) {
    this.isHeard = link.onChange !== undefined;
    this.#stop = link.onChange?.((deaf) => {
      if (deaf !== undefined) this.isHeard = false;
      this.isFresh = true;
      this.#wake();
    });
  }

  /** Waits until something is heard, the time is over, or one of the signals is aborted. */
  async wait(clock: Clock, ms: number, ...signals: readonly AbortSignal[]): Promise<void> {
    if (this.isFresh) return;
    const woken = new LinkedAbort(...signals);
    this.#wake = () => woken.abort('something was heard');
    await sleep(clock, ms, woken.signal).catch(() => undefined);
    woken.release();
  }

  end(): void {
    this.#stop?.();
  }
}

/** What can be read of a machine at any time. */
export function readProperties({ payload }: VmEntry, call: CallContext): Promise<VmProperties> {
  return payload.link.properties(call);
}
