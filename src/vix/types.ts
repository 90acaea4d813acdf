declare const handleBrand: unique symbol;
declare const errorBrand: unique symbol;
declare const propertyBrand: unique symbol;

/**
 * A VIX handle: a positive integer that names an object inside one runtime. 0 is `VIX_INVALID_HANDLE`.
 * A handle read back from a plain integer (a text protocol, a Java int) is written `n as VixHandle`.
 */
export type VixHandle = number & { readonly [handleBrand]: true };

/**
 * A VIX error value. `VIX_OK` is 0. The low 16 bits hold the code; Revix leaves the upper bits 0, so comparing the
 * unmasked value with a `VIX_E_*` constant is safe.
 */
export type VixError = number & { readonly [errorBrand]: true };

/** Type of a property value, by the name that the tables use. */
export type PropertyValueType = 'integer' | 'string' | 'bool' | 'handle' | 'int64' | 'blob';

/** A property id that carries the type of its value, so that a wrong cell does not compile. */
export type VixPropertyID<T extends PropertyValueType | 'none' | 'unknown' = PropertyValueType | 'none' | 'unknown'> =
  number & { readonly [propertyBrand]: T };

/** JavaScript value that holds a property of each type. int64 is a number: exact up to 2^53 - 1. */
export interface PropertyValues {
  integer: number;
  string: string;
  bool: boolean;
  handle: VixHandle;
  int64: number;
  blob: Uint8Array;
}

/** What a parameter of a VIX function is: how a door marshals it, and what the engine checks. */
export type ParamKind =
  | 'host'
  | 'vm'
  | 'job'
  | 'snapshot'
  | 'handle'
  | 'propertyList'
  | 'searchCriteria'
  | 'int'
  | 'uint64'
  | 'bool'
  | 'string'
  /** A string that no log, trace or error text may show. */
  | 'secret'
  | 'error'
  | 'buffer'
  | 'callback'
  | 'clientData'
  | 'propertyId'
  | 'outHandle'
  | 'outInt'
  | 'outBool'
  | 'outPropertyType'
  /** Varargs: property id, cell, ... up to `VIX_PROPERTY_NONE`. */
  | 'propertyCells'
  /** Varargs: property id, value, ... up to `VIX_PROPERTY_NONE`. */
  | 'propertyValues';
