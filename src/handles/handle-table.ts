import type { Clock } from '../base/clock.js';
import { VIX_E_INVALID_HANDLE, VIX_E_NOT_SUPPORTED_ON_HANDLE_TYPE } from '../vix/names.js';
import type { VixError, VixHandle } from '../vix/types.js';
import type { HandleKind } from './handle-kind.js';
import { HandleSlots } from './handle-slots.js';

/** What a handle stands for. Its hooks are called by the table and must not throw. */
export interface HandlePayload {
  /** The last reference is gone, or the owner was killed: let go of everything. Called once. */
  onDestroy?(): void;
  /**
   * The entry or its owner is being killed. Returns true to live on until the holds that the engine has on it are gone;
   * otherwise the entry is destroyed at once.
   */
  onKill?(): boolean;
}

/** The record behind one handle. */
export class HandleEntry<Kind extends HandleKind = HandleKind, Payload extends HandlePayload = HandlePayload> {
  /** References that the program has; only the program's own calls change them. */
  refs = 0;
  /** References of the engine, which no release of the program can take away. */
  holds = 0;
  isDestroyed = false;
  // What it owns, newest first, linked through the entries themselves: a set would be built anew every few of them.
  #newestChild: HandleEntry | undefined = undefined;
  #older: HandleEntry | undefined = undefined;
  #newer: HandleEntry | undefined = undefined;

  constructor(
    readonly handle: VixHandle,
    readonly kind: Kind,
    readonly payload: Payload,
    readonly owner: HandleEntry | undefined,
    /** The call that made the handle, for leak reports. */
    readonly call: string,
    /** Whole seconds after the table was made. */
    readonly madeAtSecond: number,
  ) {}

  /** Entries that it owns, oldest first. */
  children(): HandleEntry[] {
    const children: HandleEntry[] = [];
    for (let child = this.#newestChild; child !== undefined; child = child.#older) children.push(child);
    return children.reverse();
  }

  /** Makes it a child of its owner. */
  link(): void {
    const { owner } = this;
    if (owner === undefined) return;
    const older = owner.#newestChild;
    this.#older = older;
    if (older !== undefined) older.#newer = this;
    owner.#newestChild = this;
  }

  /** Takes it from the children of its owner. */
  unlink(): void {
    const { owner } = this;
    if (owner === undefined) return;
    const newer = this.#newer;
    const older = this.#older;
    if (newer !== undefined) newer.#older = older;
    else owner.#newestChild = older;
    if (older !== undefined) older.#newer = newer;
    // A job keeps the entry that it used; the former neighbours of that must not stay with it.
    this.#newer = undefined;
    this.#older = undefined;
  }
}

/** One line of a leak report. */
export interface HandleDumpLine {
  readonly handle: VixHandle;
  readonly kind: HandleKind;
  readonly refs: number;
  readonly holds: number;
  readonly owner: VixHandle | null;
  readonly call: string;
  readonly ageSeconds: number;
}

/** How many handles of one kind there are and were. */
export interface HandleCounter {
  readonly live: number;
  readonly created: number;
}

/** Highest handle number: a VixHandle is a signed 32-bit integer in C. */
const highestHandle = 2 ** 31 - 1;

/**
 * The handles of one runtime: integer -> entry. Numbers start at 1 and are not used again before all 2^31 - 1 of them
 * were handed out, so a handle that was released twice is recognised instead of hitting a stranger.
 *
 * @typeParam Payloads what the handles of each kind stand for.
 */
export class HandleTable<Payloads extends Record<HandleKind, HandlePayload>> {
  readonly #entries = new HandleSlots<HandleEntry>();
  readonly #counters: Record<HandleKind, { live: number; created: number }> = {
    host: { live: 0, created: 0 },
    vm: { live: 0, created: 0 },
    job: { live: 0, created: 0 },
    snapshot: { live: 0, created: 0 },
    propertyList: { live: 0, created: 0 },
  };
  readonly #clock: Clock;
  readonly #madeAtMs: number;
  #last: number;
  #second = 0;
  #isSecondKnown = false;

  /** @param lastHandle number before the first one; a test of the wrap-around starts near the end. */
  constructor(clock: Clock, lastHandle: number = 0) {
    this.#clock = clock;
    this.#madeAtMs = clock.now();
    this.#last = lastHandle;
  }

  /** Number of live handles. */
  get size(): number {
    return this.#entries.size;
  }

  /**
   * Makes an entry with no reference yet: the caller adds a reference or a hold.
   *
   * @param owner entry whose end ends this one as well: the host for everything that was obtained through it.
   * @param call VIX function that made it.
   */
  add<Kind extends HandleKind>(
    kind: Kind,
    payload: Payloads[Kind],
    call: string,
    owner?: HandleEntry,
  ): HandleEntry<Kind, Payloads[Kind]> {
    const entry = new HandleEntry(this.#nextHandle(), kind, payload, owner, call, this.#secondOfTurn());
    this.#entries.add(entry);
    const counter = this.#counters[kind];
    counter.created += 1;
    counter.live += 1;
    entry.link();
    return entry;
  }

  /** The entry of any live handle, or undefined. */
  find(handle: number): HandleEntry | undefined {
    return this.#entries.get(handle);
  }

  /**
   * The entry of a live handle of one kind.
   *
   * @returns the entry; `VIX_E_INVALID_HANDLE` for a number that is no live handle;
   *   `VIX_E_NOT_SUPPORTED_ON_HANDLE_TYPE` for a handle of another kind.
   */
  lookup<Kind extends HandleKind>(handle: number, kind: Kind): HandleEntry<Kind, Payloads[Kind]> | VixError {
    const entry = this.#entries.get(handle);
    if (entry === undefined) return VIX_E_INVALID_HANDLE;
    return isOfKind<Kind, Payloads[Kind]>(entry, kind) ? entry : VIX_E_NOT_SUPPORTED_ON_HANDLE_TYPE;
  }

  /** Gives the program one more reference. */
  addRef(handle: number): void {
    const entry = this.#entries.get(handle);
    if (entry !== undefined) entry.refs += 1;
  }

  /** Takes one reference of the program. Does nothing for 0, unknown, dead or fully released handles. */
  release(handle: number): void {
    const entry = this.#entries.get(handle);
    if (entry === undefined || entry.refs === 0) return;
    entry.refs -= 1;
    this.#destroyIfUnused(entry);
  }

  /** Keeps an entry alive for the engine. */
  hold(entry: HandleEntry): void {
    entry.holds += 1;
  }

  /** Ends a hold. */
  drop(entry: HandleEntry): void {
    if (entry.holds > 0) entry.holds -= 1;
    this.#destroyIfUnused(entry);
  }

  /** Ends an entry and everything it owns, whatever references there are; see `HandlePayload.onKill`. */
  kill(entry: HandleEntry): void {
    if (entry.isDestroyed) return;
    entry.refs = 0;
    if (entry.payload.onKill?.() === true) {
      this.#destroyIfUnused(entry);
      return;
    }
    for (const child of entry.children()) this.kill(child);
    this.#destroy(entry);
  }

  /** Counters of every kind, for leak reports. */
  counters(): Record<HandleKind, HandleCounter> {
    return structuredClone(this.#counters);
  }

  /** Every live handle, oldest first, with the call that made it. */
  dump(): HandleDumpLine[] {
    const second = this.#secondNow();
    const entries = this.#entries.values().sort((one, other) => one.madeAtSecond - other.madeAtSecond);
    return entries.map((entry) => ({
      handle: entry.handle,
      kind: entry.kind,
      refs: entry.refs,
      holds: entry.holds,
      owner: entry.owner?.handle ?? null,
      call: entry.call,
      ageSeconds: second - entry.madeAtSecond,
    }));
  }

  #destroyIfUnused(entry: HandleEntry): void {
    if (entry.refs === 0 && entry.holds === 0) this.#destroy(entry);
  }

  #destroy(entry: HandleEntry): void {
    if (entry.isDestroyed) return;
    entry.isDestroyed = true;
    this.#entries.delete(entry);
    this.#counters[entry.kind].live -= 1;
    entry.unlink();
    entry.payload.onDestroy?.();
  }

  #nextHandle(): VixHandle {
    do {
      this.#last = this.#last >= highestHandle ? 1 : this.#last + 1;
    } while (this.#entries.get(this.#last) !== undefined);
    return this.#last as VixHandle;
  }

  #secondNow(): number {
    return Math.floor((this.#clock.now() - this.#madeAtMs) / 1000);
  }

  /** The second in which this turn of the event loop began to make handles: reading the time costs a tenth of a job. */
  #secondOfTurn(): number {
    if (!this.#isSecondKnown) {
      this.#second = this.#secondNow();
      this.#isSecondKnown = true;
      setImmediate(this.#forgetSecond);
    }
    return this.#second;
  }

  readonly #forgetSecond = (): void => {
    this.#isSecondKnown = false;
  };
}

function isOfKind<Kind extends HandleKind, Payload extends HandlePayload>(
  entry: HandleEntry,
  kind: Kind,
): entry is HandleEntry<Kind, Payload> {
  return entry.kind === kind;
}
