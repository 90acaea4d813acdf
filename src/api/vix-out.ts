import type { PropertyValues, PropertyValueType, VixError, VixPropertyID } from '../vix/types.js';

/**
 * An out parameter: the cell that a function writes its answer into, in place of C's pointer.
 * Before the first write `value` is undefined, as uninitialised as the variable would be in C.
 */
export interface VixOut<in out T> {
  value: T;
}

/** Makes a cell for an out parameter: `const host = Vix_Out<VixHandle>()`, then `host.value`. */
export function Vix_Out<T>(): VixOut<T>;
export function Vix_Out<T>(initial: T): VixOut<T>;
export function Vix_Out<T>(initial?: T): VixOut<T | undefined> {
  return { value: initial };
}

/** The cell or cells that take the value of a property: a blob takes its size and then its bytes, as in C. */
type CellsOf<T> = T extends 'blob'
  ? [size: VixOut<number>, data: VixOut<Uint8Array>]
  : T extends 'int64'
    ? // C programs read the error code of a job, a 64-bit property, into a VixError.
      [cell: VixOut<number> | VixOut<VixError>]
    : T extends PropertyValueType
      ? [cell: VixOut<PropertyValues[T]>]
      : [cell: VixOut<never>];

/**
 * Varargs of the property readers: property id, cell, ... , `VIX_PROPERTY_NONE`. Resolves to what the arguments should
 * have been, so that a wrong cell or a missing terminator is an error where it stands.
 */
export type PropertyCells<A extends readonly unknown[]> = A extends readonly [infer Id, ...infer Rest]
  ? Id extends VixPropertyID<'none'>
    ? [Id]
    : Id extends VixPropertyID<infer T>
      ? Rest extends readonly [...CellsOf<T>, ...infer Further]
        ? [Id, ...CellsOf<T>, ...PropertyCells<Further>]
        : [Id, ...CellsOf<T>, VixPropertyID<'none'>]
      : [VixPropertyID]
  : [VixPropertyID<'none'>];

/** Varargs of `VixPropertyList_AllocPropertyList`: property id, value, ... , `VIX_PROPERTY_NONE`. */
export type PropertyArguments<A extends readonly unknown[]> = A extends readonly [infer Id, ...infer Rest]
  ? Id extends VixPropertyID<'none'>
    ? [Id]
    : Id extends VixPropertyID<infer T>
      ? T extends PropertyValueType
        ? Rest extends readonly [PropertyValues[T], ...infer Further]
          ? [Id, PropertyValues[T], ...PropertyArguments<Further>]
          : [Id, PropertyValues[T], VixPropertyID<'none'>]
        : [VixPropertyID]
      : [VixPropertyID]
  : [VixPropertyID<'none'>];
