import { propertyById } from '../vix/lookup.js';
import { VIX_E_TYPE_MISMATCH, VIX_E_UNRECOGNIZED_PROPERTY } from '../vix/names.js';
import type { PropertyValues, PropertyValueType, VixError, VixHandle } from '../vix/types.js';

/** A value together with its type, as a property list holds it. */
export type PropertyValue = {
  readonly [T in PropertyValueType]: { readonly type: T; readonly value: PropertyValues[T] };
}[PropertyValueType];

/** Outcome of a read: the value, or the error that the caller gets. */
export type PropertyRead = PropertyValue | VixError;

/**
 * Typed values by property id, in the order of insertion. An id may occur many times; the n-th occurrence is found by
 * counting, from 0. Handles in a list are the list's own: see `handles`.
 */
export class PropertyList {
  // Made with the first value: most handles of a large program hold empty lists.
  #content: { readonly order: number[]; readonly instances: Map<number, PropertyValue[]> } | undefined = undefined;

  /** Adds a value at the end. */
  add(id: number, value: PropertyValue): void {
    this.#content ??= { order: [], instances: new Map() };
    const { order, instances } = this.#content;
    order.push(id);
    const values = instances.get(id);
    if (values === undefined) instances.set(id, [value]);
    else values.push(value);
  }

  /**
   * The n-th value of an id.
   *
   * @returns `VIX_E_UNRECOGNIZED_PROPERTY` when there is none.
   */
  get(id: number, index: number = 0): PropertyRead {
    return this.#content?.instances.get(id)?.[index] ?? VIX_E_UNRECOGNIZED_PROPERTY;
  }

  /** Number of values of an id. */
  count(id: number): number {
    return this.#content?.instances.get(id)?.length ?? 0;
  }

  /** Ids in the order of insertion, one for each value. */
  get ids(): readonly number[] {
    return this.#content?.order ?? [];
  }

  /** Every handle in the list. */
  handles(): VixHandle[] {
    const handles: VixHandle[] = [];
    for (const values of this.#content?.instances.values() ?? []) {
      for (const instance of values) if (instance.type === 'handle') handles.push(instance.value);
    }
    return handles;
  }
}

/** Range of a 32-bit integer, signed or unsigned: C programs pass both through an `int`. */
const lowestInteger = -(2 ** 31);
const highestInteger = 2 ** 32 - 1;

/**
 * Checks a value against the type that a property has.
 *
 * @returns the typed value, with `undefined` where the type is not that of the value.
 */
function typedValue(type: PropertyValueType, value: unknown): PropertyValue | undefined {
  switch (type) {
    case 'integer':
      return isInteger(value) && value >= lowestInteger && value <= highestInteger ? { type, value } : undefined;
    case 'handle':
      return isInteger(value) ? { type, value: value as VixHandle } : undefined;
    case 'int64':
      return isInteger(value) && Number.isSafeInteger(value) ? { type, value } : undefined;
    case 'bool':
      return typeof value === 'boolean' ? { type, value } : undefined;
    case 'string':
      return typeof value === 'string' ? { type, value } : undefined;
    case 'blob':
      return value instanceof Uint8Array ? { type, value } : undefined;
  }
}

function isInteger(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value);
}

/**
 * Makes the typed value for a property id from a plain one.
 *
 * @returns `VIX_E_UNRECOGNIZED_PROPERTY` for an id that is in no table; `VIX_E_TYPE_MISMATCH` for a value of another
 *   type.
 */
export function propertyValue(id: number, value: unknown): PropertyRead {
  const type = propertyById(id)?.type;
  if (type === undefined || type === 'none' || type === 'unknown') return VIX_E_UNRECOGNIZED_PROPERTY;
  return typedValue(type, value) ?? VIX_E_TYPE_MISMATCH;
}
