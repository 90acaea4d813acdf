import type { PropertyRead, PropertyValue } from '../handles/property-list.js';
import { propertyById } from '../vix/lookup.js';
import { VIX_E_INVALID_ARG, VIX_OK, VIX_PROPERTY_NONE } from '../vix/names.js';
import type { VixError } from '../vix/types.js';
import type { VixRuntime } from './vix-runtime.js';
import type { VixOut } from './vix-out.js';

/** One property that the varargs of a reader ask for, with where its value goes. */
export interface CellRequest {
  readonly id: number;
  /** One cell; two for a blob: its size, then its bytes. */
  readonly cells: readonly VixOut<unknown>[];
}

const noRequests: readonly CellRequest[] = [];

/**
 * Reads the varargs of a property reader: id, cell, ... , `VIX_PROPERTY_NONE`.
 *
 * @returns `VIX_E_INVALID_ARG` for a missing terminator, an id that is no number, or a cell that is none.
 */
export function parseCells(args: readonly unknown[]): readonly CellRequest[] | VixError {
  if (args[0] === VIX_PROPERTY_NONE) return noRequests;
  const requests: CellRequest[] = [];
  let position = 0;
  for (;;) {
    const id = args[position];
    if (id === VIX_PROPERTY_NONE) return requests;
    if (typeof id !== 'number') return VIX_E_INVALID_ARG;
    const width = propertyById(id)?.type === 'blob' ? 2 : 1;
    const cells = args.slice(position + 1, position + 1 + width).filter(isCell);
    if (cells.length !== width) return VIX_E_INVALID_ARG;
    requests.push({ id, cells });
    position += 1 + width;
  }
}

/** Whether a value can take an answer: an object with a `value`. */
export function isCell(value: unknown): value is VixOut<unknown> {
  return typeof value === 'object' && value !== null && 'value' in value;
}

/**
 * Writes the values that were asked for: all of them, or none when one is missing, so that a failed call leaves no
 * handle behind that nobody releases. Each handle gives the program one reference.
 */
export function fillCells(
  runtime: VixRuntime,
  requests: readonly CellRequest[],
  read: (id: number) => PropertyRead,
): VixError {
  const found: PropertyValue[] = [];
  for (const request of requests) {
    const value = read(request.id);
    if (typeof value === 'number') return value;
    found.push(value);
  }
  try {
    requests.forEach(({ cells }, index) => write(cells, found[index]));
  } catch {
    // A frozen cell, or one whose setter throws: as bad an argument as an address in read-only memory.
    return VIX_E_INVALID_ARG;
  }
  for (const value of found) if (value.type === 'handle') runtime.table.addRef(value.value);
  return VIX_OK;
}

function write([first, second]: readonly VixOut<unknown>[], found: PropertyValue | undefined): void {
  if (first === undefined || found === undefined) return;
  if (found.type !== 'blob') {
    first.value = found.value;
    return;
  }
  first.value = found.value.byteLength;
  if (second !== undefined) second.value = found.value;
}
