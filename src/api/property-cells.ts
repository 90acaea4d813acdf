import type { PropertyRead, PropertyValue } from '../handles/property-list.js';
import { VixFailure } from '../errors/vix-failure.js';
import { errorText, propertyById, propertyName } from '../vix/lookup.js';
import {
  VIX_E_INVALID_ARG,
  VIX_E_UNFINISHED_JOB,
  VIX_E_UNRECOGNIZED_PROPERTY,
  VIX_PROPERTY_NONE,
} from '../vix/names.js';
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
 * @returns a failure `VIX_E_INVALID_ARG` for a missing terminator, an id that is no number, or a cell that is none.
 */
export function parseCells(args: readonly unknown[]): readonly CellRequest[] | VixFailure {
  if (args[0] === VIX_PROPERTY_NONE) return noRequests;
  const requests: CellRequest[] = [];
  let position = 0;
  for (;;) {
    const id = args[position];
    if (id === VIX_PROPERTY_NONE) return requests;
    if (typeof id !== 'number') return invalid('the list of properties and cells must end with VIX_PROPERTY_NONE');
    const width = propertyById(id)?.type === 'blob' ? 2 : 1;
    const cells = args.slice(position + 1, position + 1 + width).filter(isCell);
    if (cells.length !== width) {
      const wanted = width === 1 ? 'a cell' : 'two cells, for the size and for the bytes,';
      return invalid(`${propertyName(id)} must be followed by ${wanted} made by Vix_Out() and not frozen`);
    }
    requests.push({ id, cells });
    position += 1 + width;
  }
}

/**
 * Whether a value can take an answer: an object with a `value` that can be written. Its own value is written back to
 * see that: a frozen cell, or one whose setter throws, must be refused before there is anything to lose.
 */
export function isCell(value: unknown): value is VixOut<unknown> {
  if (typeof value !== 'object' || value === null || !('value' in value)) return false;
  try {
    const held = value.value;
    value.value = held;
    return true;
  } catch {
    return false;
  }
}

/** The failure of a parameter that should have been a cell. */
export function noCell(parameter: string): VixFailure {
  return invalid(`parameter ${parameter} must be a cell made by Vix_Out() and not frozen`);
}

function invalid(message: string): VixFailure {
  return new VixFailure(VIX_E_INVALID_ARG, message);
}

/**
 * Writes the values that were asked for: all of them, or none when one is missing, so that a failed call leaves no
 * handle behind that nobody releases. Each handle gives the program one reference.
 *
 * @returns why a value is missing; undefined when all were written.
 */
export function fillCells(
  runtime: VixRuntime,
  requests: readonly CellRequest[],
  read: (id: number) => PropertyRead,
): VixFailure | undefined {
  const found: PropertyValue[] = [];
  for (const { id } of requests) {
    const value = read(id);
    if (typeof value === 'number') return missingProperty(id, value);
    found.push(value);
  }
  try {
    requests.forEach(({ cells }, index) => write(cells, found[index]));
  } catch {
    // A setter that refuses this value: as bad an argument as an address in read-only memory.
    return invalid('a cell cannot be written');
  }
  for (const value of found) if (value.type === 'handle') runtime.table.addRef(value.value);
  return undefined;
}

/** The failure of a property that cannot be read. */
export function missingProperty(id: number, code: VixError): VixFailure {
  return new VixFailure(code, `${propertyName(id)}: ${missingReasons.get(code) ?? errorText(code)}`);
}

const missingReasons: ReadonlyMap<VixError, string> = new Map([
  [VIX_E_UNRECOGNIZED_PROPERTY, 'the handle has no such property'],
  [VIX_E_UNFINISHED_JOB, 'the job is not done; call VixJob_Wait first'],
]);

function write([first, second]: readonly VixOut<unknown>[], found: PropertyValue | undefined): void {
  if (first === undefined || found === undefined) return;
  if (found.type !== 'blob') {
    first.value = found.value;
    return;
  }
  first.value = found.value.byteLength;
  if (second !== undefined) second.value = found.value;
}
