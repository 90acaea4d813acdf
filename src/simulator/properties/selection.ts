import { setImmediate } from 'node:timers/promises';
import type { Schema } from '../../backends/vsphere/soap/schema.js';
import { isRef } from '../../backends/vsphere/soap/values.js';
import type { ManagedObject } from '../managed-object.js';
import { refKey, type Ref } from '../ref.js';
import type { Session } from '../sessions.js';
import type { CheckedFilter, Traversal } from './filter-spec.js';
import { valueAt } from './property-value.js';
import type { PathStep } from './property-path.js';

/** What a selection needs of the endpoint. */
export interface ObjectFinder {
  readonly schema: Schema;
  find(ref: Ref, session: Session): Promise<ManagedObject | undefined>;
}

export interface Selection {
  /** The selected objects, in the order in which they were met. */
  readonly selected: ReadonlyMap<string, Ref>;
  /** Keys of the objects whose properties led to others: a change of one may change the selection. */
  readonly passed: ReadonlySet<string>;
  /** Objects that the filter names and that do not exist. */
  readonly missing: readonly Ref[];
}

/** So many objects are looked at before others get their turn. */
const stepsPerTurn = 500;

/** Follows the traversals of a filter from its objects. */
export async function select(filter: CheckedFilter, finder: ObjectFinder, session: Session): Promise<Selection> {
  const walk = new Walk(filter, finder, session);
  for (const { ref, skip, next } of filter.roots) await walk.root(ref, skip, next);
  return walk;
}

class Walk implements Selection {
  readonly selected = new Map<string, Ref>();
  readonly passed = new Set<string>();
  readonly missing: Ref[] = [];
  readonly #filter: CheckedFilter;
  readonly #finder: ObjectFinder;
  readonly #session: Session;
  /** Which traversals have been followed from which objects, so that circles end. */
  readonly #followed = new Map<Traversal, Set<string>>();
  #steps = 0;

  constructor(filter: CheckedFilter, finder: ObjectFinder, session: Session) {
    this.#filter = filter;
    this.#finder = finder;
    this.#session = session;
  }

  async root(ref: Ref, skip: boolean, next: readonly Traversal[]): Promise<void> {
    if ((await this.#finder.find(ref, this.#session)) === undefined) {
      this.missing.push(ref);
      return;
    }
    await this.#visit(ref, skip, next);
  }

  async #visit(start: Ref, startSkip: boolean, startNext: readonly Traversal[]): Promise<void> {
    const open = [{ ref: start, skip: startSkip, next: startNext }];
    for (let place = open.pop(); place !== undefined; place = open.pop()) {
      const { ref, skip, next } = place;
      const key = refKey(ref);
      if (!skip && this.#filter.wanted(ref.type) !== null) this.selected.set(key, ref);
      const ways = next.filter((way) => this.#finder.schema.isA(ref.type, way.type) && this.#isNew(way, key));
      if (ways.length === 0) continue;
      this.passed.add(key);
      const object = await this.#finder.find(ref, this.#session);
      if (object === undefined) continue;
      if ((this.#steps += 1) % stepsPerTurn === 0) await setImmediate();
      // Last way first, since what is pushed last is visited first.
      for (const way of ways.reverse()) {
        const targets = refsAt(object, way.steps, this.#session);
        for (const target of targets.reverse()) open.push({ ref: target, skip: way.skip, next: way.next });
      }
    }
  }

  #isNew(way: Traversal, key: string): boolean {
    const from = this.#followed.get(way) ?? new Set();
    this.#followed.set(way, from);
    if (from.has(key)) return false;
    from.add(key);
    return true;
  }
}

/** The references at the end of a path: one, a list of them, or none. */
function refsAt(object: ManagedObject, steps: readonly PathStep[], session: Session): Ref[] {
  const value = propertyAt(object, steps, session);
  return (Array.isArray(value) ? value : [value]).filter(isRef);
}

/** The value of an object at a path; undefined: unset. */
export function propertyAt(object: ManagedObject, [first, ...rest]: readonly PathStep[], session: Session): unknown {
  if (first === undefined || !('field' in first)) return undefined;
  const value = object.property(first.field, session);
  return rest.length === 0 ? value : valueAt(value, rest);
}
