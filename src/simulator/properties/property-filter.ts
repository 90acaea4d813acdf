import type { ObjectUpdate, PropertyChange } from '../../backends/vsphere/vim/generated/types.js';
import type { ObjectChange } from '../object-registry.js';
import { refKey, type Ref } from '../ref.js';
import type { Session } from '../sessions.js';
import type { CheckedFilter } from './filter-spec.js';
import { asProperty, readObject, type ObjectValues } from './object-content.js';
import { changesOf, type ValueChange } from './property-value.js';
import { select, type ObjectFinder, type Selection } from './selection.js';

/** What the client knows of an object. */
interface Reported {
  readonly ref: Ref;
  readonly state: ObjectValues;
}

const nothing: ObjectValues = { values: new Map(), missing: [] };
const noSelection: Selection = { selected: new Map(), passed: new Set(), missing: [] };

/**
 * Watches what one filter selects. It remembers what the client knows and which objects may differ from that; nothing is
 * worked out before somebody collects. What was collected last can be taken back, for a client that never got it.
 */
export class PropertyFilter {
  readonly ref: Ref<'PropertyFilter'>;
  readonly filter: CheckedFilter;
  readonly isPartial: boolean;
  readonly #finder: ObjectFinder;
  readonly #session: Session;
  #selection: Selection = noSelection;
  #mustSelect = true;
  #reported = new Map<string, Reported>();
  /** Objects that may differ from what the client knows. */
  readonly #pending = new Map<string, Ref>();
  /** When objects change by time alone, ms since 1970. */
  readonly #dueAtMs = new Map<string, number>();
  /** What the client knew before the last collection, of the objects in it. */
  readonly #before = new Map<string, { readonly ref: Ref; readonly known: Reported | undefined }>();
  /** What changed while the selection was being worked out; undefined at other times. */
  #heard: Map<string, Ref> | undefined;
  #hasToldMissing = false;

  constructor(
    ref: Ref<'PropertyFilter'>,
    filter: CheckedFilter,
    isPartial: boolean,
    finder: ObjectFinder,
    session: Session,
  ) {
    this.ref = ref;
    this.filter = filter;
    this.isPartial = isPartial;
    this.#finder = finder;
    this.#session = session;
  }

  /** @returns whether the change may concern the filter. */
  onChange(change: ObjectChange): boolean {
    const key = refKey(change.ref);
    this.#heard?.set(key, change.ref);
    if (this.#selection.passed.has(key)) this.#mustSelect = true;
    const isSelected = this.#selection.selected.has(key);
    if (isSelected) this.#pending.set(key, change.ref);
    return isSelected || this.#mustSelect;
  }

  /** When time alone may change something, ms since 1970. */
  get nextDueMs(): number {
    return Math.min(Number.POSITIVE_INFINITY, ...this.#dueAtMs.values());
  }

  /** Marks what time has changed by then. */
  wake(nowMs: number): void {
    for (const [key, dueMs] of this.#dueAtMs) {
      if (dueMs > nowMs) continue;
      this.#dueAtMs.delete(key);
      const ref = this.#selection.selected.get(key);
      if (ref !== undefined) this.#pending.set(key, ref);
    }
  }

  /** Whether there is something to look at. */
  get isDirty(): boolean {
    return this.#mustSelect || this.#pending.size > 0;
  }

  /** Objects named by the filter that do not exist, once. */
  takeMissing(): readonly Ref[] {
    if (this.#hasToldMissing || this.filter.spec.reportMissingObjectsInResults !== true) return [];
    this.#hasToldMissing = true;
    return this.#selection.missing;
  }

  /** Forgets what the client knows: everything is new to it. */
  restart(): void {
    this.#reported.clear();
    this.#before.clear();
    this.#hasToldMissing = false;
    this.#mustSelect = true;
  }

  /** The client has what was collected. */
  confirm(): void {
    this.#before.clear();
  }

  /** The client never got what was collected. */
  takeBack(): void {
    for (const [key, { ref, known }] of this.#before) {
      if (known === undefined) this.#reported.delete(key);
      else this.#reported.set(key, known);
      this.#pending.set(key, ref);
    }
    this.#before.clear();
  }

  /** The next updates, at most so many. What is left stays dirty. */
  async collect(most: number): Promise<readonly ObjectUpdate[]> {
    if (this.#mustSelect) await this.#select();
    const updates: ObjectUpdate[] = [];
    for (const [key, ref] of this.#pending) {
      if (updates.length >= most) break;
      this.#pending.delete(key);
      const update = await this.#look(key, ref);
      if (update !== undefined) updates.push(update);
    }
    return updates;
  }

  async #select(): Promise<void> {
    this.#mustSelect = false;
    const heard = new Map<string, Ref>();
    this.#heard = heard;
    try {
      this.#selection = await select(this.filter, this.#finder, this.#session);
    } catch (error) {
      this.#mustSelect = true;
      throw error;
    } finally {
      this.#heard = undefined;
    }
    const { selected, passed } = this.#selection;
    for (const [key, ref] of selected) if (!this.#reported.has(key)) this.#pending.set(key, ref);
    for (const [key, { ref }] of this.#reported) if (!selected.has(key)) this.#pending.set(key, ref);
    // The walk may have been past them before they changed.
    for (const [key, ref] of heard) {
      if (passed.has(key)) this.#mustSelect = true;
      if (selected.has(key)) this.#pending.set(key, ref);
    }
  }

  async #look(key: string, ref: Ref): Promise<ObjectUpdate | undefined> {
    const known = this.#reported.get(key);
    const object = this.#selection.selected.has(key) ? await this.#finder.find(ref, this.#session) : undefined;
    this.#dueAtMs.delete(key);
    if (object === undefined) {
      if (known === undefined) return undefined;
      this.#keep(key, ref, undefined);
      return { kind: 'leave', obj: ref, changeSet: [] };
    }
    if (object.changesAtMs !== undefined) this.#dueAtMs.set(key, object.changesAtMs);
    const wanted = this.filter.wanted(ref.type) ?? [];
    const state = readObject(object, wanted, this.#session, this.#finder.schema);
    const before = known?.state ?? nothing;
    const paths = new Set([...before.values.keys(), ...state.values.keys()]);
    const changeSet = [...paths].flatMap((path) =>
      changesOf(path, before.values.get(path), state.values.get(path), this.isPartial),
    );
    if (known !== undefined && changeSet.length === 0) return undefined;
    this.#keep(key, ref, { ref, state });
    const kind = known === undefined ? 'enter' : 'modify';
    return {
      kind,
      obj: ref,
      changeSet: changeSet.map((change) => this.#onWire(ref, change)),
      ...(state.missing.length === 0 ? {} : { missingSet: state.missing }),
    };
  }

  #onWire({ type }: Ref, { name, op, val }: ValueChange): PropertyChange {
    return { name, op, ...(val === undefined ? {} : { val: asProperty(type, name, val, this.#finder.schema) }) };
  }

  #keep(key: string, ref: Ref, now: Reported | undefined): void {
    if (!this.#before.has(key)) this.#before.set(key, { ref, known: this.#reported.get(key) });
    if (now === undefined) this.#reported.delete(key);
    else this.#reported.set(key, now);
  }
}
