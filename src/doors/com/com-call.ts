import { isCell } from '../../api/property-cells.js';
import { Vix_Out, type VixOut } from '../../api/vix-out.js';
import { functions, type VixFunctionName } from '../../vix/functions.js';
import type { FunctionRow } from '../../vix/functions/function-row.js';
import { propertyById } from '../../vix/lookup.js';
import { VIX_E_INVALID_ARG, VIX_E_SNAPSHOT_NOTFOUND, VIX_INVALID_HANDLE, VIX_OK } from '../../vix/names.js';
import type { ParamKind, VixError, VixHandle, VixPropertyID } from '../../vix/types.js';
import { callPlain, readProperties, type PropertyReader } from '../door-calls.js';
import { runBlocking, type Flow } from '../flow.js';
import type { ComDoor, ComObject } from './com-door.js';

/** Kinds of a first parameter that the object itself stands for. */
const selfKinds: ReadonlySet<ParamKind> = new Set(['host', 'vm', 'job', 'snapshot', 'handle']);

/** An out parameter that takes an object: where C writes the handle, and where the object goes. */
interface ObjectOut {
  readonly from: VixOut<VixHandle>;
  readonly to: VixOut<unknown>;
}

/**
 * Calls a VIX function for a member: what C is given is made of what the member was given, by the kinds of C's
 * parameters.
 */
export function callMember(door: ComDoor, self: ComObject, name: VixFunctionName, given: readonly unknown[]): unknown {
  const row: FunctionRow = functions[name];
  const kinds = Object.values(row.params);
  const hasSelf = kinds[0] !== undefined && selfKinds.has(kinds[0]);
  const args: unknown[] = hasSelf ? [door.handleOf(self)] : [];
  const outs: ObjectOut[] = [];
  for (const [index, kind] of kinds.slice(args.length).entries()) {
    const argument = given[index];
    if (kind === 'propertyCells') return readInto(door, name as PropertyReader, args, argument, given[index + 1]);
    if (kind === 'outHandle' && isCell(argument)) {
      const from = Vix_Out<VixHandle>();
      outs.push({ from, to: argument });
      args.push(from);
    } else {
      args.push(cArgument(door, kind, argument));
    }
  }
  const returned: unknown = callPlain(door.vix, name, ...args);
  if (row.call === 'promise') return door.drive(fill(door, name, returned, outs));
  return row.call === 'job' ? door.wrap(returned as VixHandle) : returned;
}

function cArgument(door: ComDoor, kind: ParamKind, argument: unknown): unknown {
  switch (kind) {
    case 'clientData':
      return null;
    case 'callback':
      return cCallback(door, argument);
    case 'snapshot':
    case 'propertyList':
    case 'searchCriteria':
      return isNothing(argument) ? VIX_INVALID_HANDLE : objectArgument(door, argument);
    case 'string':
    case 'secret':
      return argument ?? null;
    default:
      return argument;
  }
}

/** A closed object, or one of another kind, must be an error and not pass for none. */
function objectArgument(door: ComDoor, argument: unknown): unknown {
  const handle = door.handleOf(argument);
  return handle === VIX_INVALID_HANDLE ? -1 : handle;
}

function isNothing(argument: unknown): boolean {
  return argument === null || argument === undefined || argument === 0;
}

function cCallback(door: ComDoor, argument: unknown): unknown {
  if (isNothing(argument)) return null;
  if (!hasOnVixEvent(argument)) return argument;
  return (job: VixHandle, eventType: number, info: VixHandle): unknown =>
    argument.OnVixEvent(door.wrapAnother(job), eventType, door.wrapAnother(info));
}

function hasOnVixEvent(value: unknown): value is { OnVixEvent(...args: unknown[]): unknown } {
  return typeof value === 'object' && value !== null && 'OnVixEvent' in value && typeof value.OnVixEvent === 'function';
}

function* fill(door: ComDoor, name: VixFunctionName, pending: unknown, outs: readonly ObjectOut[]): Flow<VixError> {
  const error = (yield pending) as VixError;
  for (const { from, to } of outs) to.value = error === VIX_OK ? door.wrap(from.value) : null;
  // In C a root has no parent and no error; scripts over VixCOM climb until there is one.
  const isRoot = name === 'VixSnapshot_GetParent' && error === VIX_OK && outs.some(({ to }) => to.value === null);
  return isRoot ? VIX_E_SNAPSHOT_NOTFOUND : error;
}

function readInto(
  door: ComDoor,
  name: PropertyReader,
  leading: readonly unknown[],
  ids: unknown,
  cell: unknown,
): unknown {
  if (!isIterable(ids) || !isCell(cell)) return failed(door, name);
  const flow = readObjects(door, name, leading, [...ids] as VixPropertyID[], cell);
  // The n-th values are there or not: there is nothing to wait for.
  return functions[name].call === 'plain' ? runBlocking(flow) : door.drive(flow);
}

function failed(door: ComDoor, name: PropertyReader): unknown {
  if (functions[name].call === 'plain') return VIX_E_INVALID_ARG;
  return door.drive(badArgument());
}

function* badArgument(): Flow<VixError> {
  return VIX_E_INVALID_ARG;
}

function isIterable(value: unknown): value is Iterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.iterator in value;
}

/** Reads properties into one cell as an array, handles as objects; undefined after an error. */
export function* readObjects(
  door: ComDoor,
  name: PropertyReader,
  leading: readonly unknown[],
  ids: readonly VixPropertyID[],
  cell: VixOut<unknown>,
): Flow<VixError> {
  const [error, ...values] = yield* readProperties(door.vix, name, leading, ids);
  cell.value = error === VIX_OK ? values.map((value, index) => objectOf(door, ids[index], value)) : undefined;
  return error;
}

function objectOf(door: ComDoor, id: VixPropertyID | undefined, value: unknown): unknown {
  const isHandle = id !== undefined && propertyById(id)?.type === 'handle';
  return isHandle ? door.wrap(value as VixHandle) : value;
}
