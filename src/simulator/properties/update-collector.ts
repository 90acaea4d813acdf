import { setImmediate } from 'node:timers/promises';
import type {
  MissingObject,
  ObjectUpdate,
  PropertyFilterUpdate,
  UpdateSet,
} from '../../backends/vsphere/vim/generated/types.js';
import type { Clock } from '../../base/clock.js';
import type { ObjectChange } from '../object-registry.js';
import type { Ref } from '../ref.js';
import { localized, VimFault } from '../vim-fault.js';
import type { PropertyFilter } from './property-filter.js';

/** How long and how much a client wants to wait for. */
export interface WaitLimits {
  /** undefined: until something happens. */
  readonly maxWaitMs: number | undefined;
  readonly maxObjectUpdates: number;
}

/** So many objects are looked at before others get their turn. */
const objectsPerTurn = 250;

/** The filters of one collector, and the versions of what its client knows. */
export class UpdateCollector {
  readonly #clock: Clock;
  readonly #filters = new Map<string, PropertyFilter>();
  /** The version that the client had when it got the current one; it may ask for that again. */
  #baseVersion = '';
  #version = '';
  #count = 0;
  #waiting: AbortController | undefined;
  #wake: (() => void) | undefined;
  /** Ends when no wait is under way. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get filters(): readonly PropertyFilter[] {
    return [...this.#filters.values()];
  }

  add(filter: PropertyFilter): void {
    this.#filters.set(filter.ref.value, filter);
    this.#wake?.();
  }

  remove(filter: PropertyFilter): void {
    this.#filters.delete(filter.ref.value);
  }

  onChange(change: ObjectChange): void {
    let isConcerned = false;
    for (const filter of this.#filters.values()) if (filter.onChange(change)) isConcerned = true;
    if (isConcerned) this.#wake?.();
  }

  /** Ends the wait that is under way, if there is one, with `RequestCanceled`. */
  cancel(): void {
    this.#waiting?.abort(new VimFault({ $type: 'RequestCanceled' }, 'The wait was cancelled.'));
  }

  /**
   * Waits for updates since a version. One wait at a time: a second one ends the first.
   * @returns undefined when nothing happened in time.
   * @throws VimFault `InvalidCollectorVersion`, `RequestCanceled`; the signal's reason when it is aborted.
   */
  async wait(version: string, limits: WaitLimits, signal: AbortSignal): Promise<UpdateSet | undefined> {
    this.cancel();
    const waiting = new AbortController();
    this.#waiting = waiting;
    const before = this.#last;
    const run = async (): Promise<UpdateSet | undefined> => {
      await before;
      return this.#waitAlone(version, limits, AbortSignal.any([waiting.signal, signal]));
    };
    const outcome = run();
    this.#last = outcome.catch(() => undefined);
    return outcome.finally(() => {
      if (this.#waiting === waiting) this.#waiting = undefined;
    });
  }

  async #waitAlone(version: string, limits: WaitLimits, signal: AbortSignal): Promise<UpdateSet | undefined> {
    signal.throwIfAborted();
    this.#goTo(version);
    const endMs =
      limits.maxWaitMs === undefined ? Number.POSITIVE_INFINITY : this.#clock.monotonic() + limits.maxWaitMs;
    for (;;) {
      const updates = await this.#collect(limits.maxObjectUpdates);
      if (signal.aborted) {
        for (const filter of this.#filters.values()) filter.takeBack();
        throw signal.reason;
      }
      if (updates !== undefined) {
        this.#version = updates.version;
        return updates;
      }
      if (this.#clock.monotonic() >= endMs) return undefined;
      // What changed while others were looked at woke nobody.
      if (this.filters.some(({ isDirty }) => isDirty)) await setImmediate();
      else await this.#untilWoken(endMs, signal);
    }
  }

  #goTo(version: string): void {
    if (version === '') {
      for (const filter of this.#filters.values()) filter.restart();
      this.#baseVersion = '';
    } else if (version === this.#version) {
      for (const filter of this.#filters.values()) filter.confirm();
      this.#baseVersion = version;
    } else if (version === this.#baseVersion) {
      for (const filter of this.#filters.values()) filter.takeBack();
    } else {
      const message = `'${version}' is no version of this collector that can be asked for. Start anew with an empty one.`;
      throw new VimFault({ $type: 'InvalidCollectorVersion' }, message);
    }
  }

  async #collect(most: number): Promise<UpdateSet | undefined> {
    const filterSet: PropertyFilterUpdate[] = [];
    let room = most;
    for (const filter of this.#filters.values()) {
      const objectSet: ObjectUpdate[] = [];
      // What changes meanwhile is left for the next time, or a busy world would let nobody have an answer.
      for (let isFull = true; isFull && filter.isDirty && room > 0;) {
        const mostNow = Math.min(room, objectsPerTurn);
        const updates = await filter.collect(mostNow);
        isFull = updates.length === mostNow;
        objectSet.push(...updates);
        room -= updates.length;
        if (updates.length === objectsPerTurn) await setImmediate();
      }
      const missingSet = filter.takeMissing().map(missingObject);
      if (objectSet.length === 0 && missingSet.length === 0) continue;
      filterSet.push({ filter: filter.ref, objectSet, ...(missingSet.length === 0 ? {} : { missingSet }) });
    }
    if (filterSet.length === 0) return undefined;
    const isTruncated = room <= 0 && [...this.#filters.values()].some(({ isDirty }) => isDirty);
    return { version: String((this.#count += 1)), filterSet, ...(isTruncated ? { truncated: true } : {}) };
  }

  /** Waits until something may have changed, or the end. Rejects when the signal is aborted. */
  #untilWoken(endMs: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const filters = [...this.#filters.values()];
      const dueMs = Math.min(...filters.map(({ nextDueMs }) => nextDueMs));
      const waitMs = Math.min(endMs - this.#clock.monotonic(), dueMs - this.#clock.now());
      const finish = (): void => {
        timer?.cancel();
        this.#wake = undefined;
        signal.removeEventListener('abort', onAbort);
      };
      const wake = (): void => {
        finish();
        for (const filter of filters) filter.wake(this.#clock.now());
        resolve();
      };
      const onAbort = (): void => {
        finish();
        reject(signal.reason);
      };
      const timer = Number.isFinite(waitMs) ? this.#clock.after(waitMs, wake) : undefined;
      this.#wake = wake;
      signal.addEventListener('abort', onAbort, { once: true });
    });
  }
}

function missingObject(obj: Ref): MissingObject {
  const fault = { $type: 'ManagedObjectNotFound', obj };
  return { obj, fault: localized(new VimFault(fault, `There is no ${obj.type} ${obj.value}.`)) };
}
