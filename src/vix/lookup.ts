import { type ConstantGroup, type ConstantGroupName, constants } from './constants.js';
import { type ErrorRow, errorRows, type VixErrorName } from './error-codes.js';
import { VIX_ERROR_CODE } from './macros.js';
import { properties, type PropertyRow, type VixPropertyName } from './properties.js';
import type { VixError } from './types.js';

/** A property with its name. */
export interface NamedProperty extends PropertyRow {
  readonly name: VixPropertyName;
}

/** Map from key to row; the first row with a key wins. */
function firstBy<Key, Row>(rows: readonly Row[], keyOf: (row: Row) => Key): ReadonlyMap<Key, Row> {
  const map = new Map<Key, Row>();
  for (const row of rows) {
    const key = keyOf(row);
    if (!map.has(key)) map.set(key, row);
  }
  return map;
}

/** A table that is made when it is first needed: a program that starts and ends at once needs few of them. */
function late<Table>(make: () => Table): () => Table {
  let table: Table | undefined;
  return () => (table ??= make());
}

const errorsByCode = late(() => firstBy(errorRows, (row) => row.code));
const errorsByName = late(() => firstBy(errorRows, (row) => row.name));

const propertiesById = late<ReadonlyMap<number, NamedProperty>>(
  () => new Map(Object.entries(properties).map(([name, row]) => [row.id, { ...row, name: name as VixPropertyName }])),
);

const constantNames = late(
  () =>
    new Map(
      Object.entries<ConstantGroup>(constants).map(([group, { values }]) => [
        group,
        firstBy(Object.entries(values), ([, value]) => value),
      ]),
    ),
);

/**
 * The row of an error value, by its low 16 bits. A value whose code is 0 and that is not `VIX_OK` itself has none: it
 * says that something failed.
 */
function errorRow(err: VixError | bigint): ErrorRow | undefined {
  const code = VIX_ERROR_CODE(err);
  return code === 0 && Number(err) !== 0 ? undefined : errorsByCode().get(code);
}

/** English text for any error value, for `Vix_GetErrorText`. Never empty: an unknown code gives a text with its number. */
export function errorText(err: VixError | bigint): string {
  // Plain JavaScript may hand over anything, and no text is no answer.
  const known = typeof err === 'number' || typeof err === 'bigint' ? err : (Number.NaN as VixError);
  return errorRow(known)?.text ?? `Unknown error ${known}`;
}

/** Symbolic name of an error value, such as `VIX_E_FILE_NOT_FOUND`; for an unknown one, a text with its number. */
export function errorName(err: VixError): string {
  return errorRow(err)?.name ?? `VIX error ${err}`;
}

/** Code of an error by its name, internal and withdrawn names included. */
export function errorCode(name: VixErrorName): VixError {
  const row = errorsByName().get(name);
  if (row === undefined)
    throw new RangeError(`${String(name)} is not the name of a VIX error; see docs/error-codes.md`);
  return row.code as VixError;
}

/** The property with this id, if VIX has one. */
export function propertyById(id: number): NamedProperty | undefined {
  return propertiesById().get(id);
}

/** Name of a property by its id, such as `VIX_PROPERTY_VM_NAME`; for an unknown one, a text with its number. */
export function propertyName(id: number): string {
  return propertiesById().get(id)?.name ?? `property ${id}`;
}

/**
 * Name of a constant by its group and value; where two names share the value, the one that is not outdated. A value
 * without a name, such as a combination of bits, is given as it is.
 */
export function constantName(group: ConstantGroupName, value: number | string): string {
  return constantNames().get(group)?.get(value)?.[0] ?? String(value);
}
