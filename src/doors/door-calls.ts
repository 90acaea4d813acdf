import type { CallName } from '../api/call-by-name.js';
import type { VixOut } from '../api/vix-out.js';
import { Vix_Out } from '../api/vix-out.js';
import type { Vix } from '../api/vix.js';
import type { VixFunctionName } from '../vix/functions.js';
import { VIX_OK, VIX_PROPERTY_NONE } from '../vix/names.js';
import { propertyById } from '../vix/lookup.js';
import type { PropertyValues, PropertyValueType, VixError, VixHandle, VixPropertyID } from '../vix/types.js';
import type { Flow } from './flow.js';
import type { SyncVix } from './sync/sync-vix.js';

/** The functions that the doors of other shapes call, of the awaited or of the blocking door. */
export type DoorVix = Pick<Vix, CallName> | Pick<SyncVix, CallName>;

/** Value of a property, by its id. */
export type ValueOf<Id> =
  Id extends VixPropertyID<infer T> ? (T extends PropertyValueType ? PropertyValues[T] : unknown) : never;

/** Values of several properties, in their order. */
export type ValuesOf<Ids extends readonly VixPropertyID[]> = { -readonly [Index in keyof Ids]: ValueOf<Ids[Index]> };

/** Parameters of a function that starts a job, without callback and client data. */
export type JobParameters<Name extends VixFunctionName> =
  Parameters<Vix[Name]> extends [...infer Head, unknown, unknown] ? Head : never;

/** Calls a function by its name and waits for what it returns, if it is one that may block. */
export function* call<Name extends CallName>(
  vix: DoorVix,
  name: Name,
  ...args: readonly unknown[]
): Flow<Awaited<ReturnType<Vix[Name]>>> {
  return (yield callPlain<CallName>(vix, name, ...args)) as Awaited<ReturnType<Vix[Name]>>;
}

/** Calls a function by its name. What it returns is a promise where the function may block and `vix` is awaited. */
export function callPlain<Name extends CallName>(
  vix: DoorVix,
  name: Name,
  ...args: readonly unknown[]
): ReturnType<Vix[Name]> {
  const target = vix[name] as (...targetArgs: readonly unknown[]) => unknown;
  return target(...args) as ReturnType<Vix[Name]>;
}

/** Functions that read properties of a handle. */
export type PropertyReader = 'VixJob_Wait' | 'Vix_GetProperties' | 'VixJob_GetNthProperties';

/**
 * Reads properties with one of the readers.
 *
 * @param leading arguments before the varargs.
 * @returns the error, and the values when it is `VIX_OK`.
 */
export function* readProperties<const Ids extends readonly VixPropertyID[]>(
  vix: DoorVix,
  reader: PropertyReader,
  leading: readonly unknown[],
  ids: Ids,
): Flow<[error: VixError, ...values: ValuesOf<Ids>]> {
  const cells = ids.map(() => Vix_Out<unknown>());
  const varargs = ids.flatMap((id, index) => cellsFor(id, cells[index]));
  const error = yield* call(vix, reader, ...leading, ...varargs, VIX_PROPERTY_NONE);
  const values = error === VIX_OK ? cells.map((cell) => cell.value) : [];
  return [error, ...values] as [VixError, ...ValuesOf<Ids>];
}

/** A blob takes its size first, which the bytes tell as well. */
function cellsFor(id: VixPropertyID, cell: VixOut<unknown> | undefined): unknown[] {
  return propertyById(id)?.type === 'blob' ? [id, Vix_Out<number>(), cell] : [id, cell];
}

/** What is made of a job that has been started, before its handle is released. */
export type JobAnswer<Result> = (vix: DoorVix, job: VixHandle) => Flow<Result>;

/** Starts a job, takes its answer, and releases it. */
export function* runJob<Result>(
  vix: DoorVix,
  name: VixFunctionName,
  args: readonly unknown[],
  answer: JobAnswer<Result>,
): Flow<Result> {
  const job = (yield* call(vix, name, ...args, null, null)) as VixHandle;
  try {
    return yield* answer(vix, job);
  } finally {
    vix.Vix_ReleaseHandle(job);
  }
}

/** The n-th values of properties that repeat, for every n. The job must be done. */
export function* readEach<const Ids extends readonly [VixPropertyID, ...VixPropertyID[]]>(
  vix: DoorVix,
  job: VixHandle,
  ids: Ids,
): Flow<[error: VixError, items: ValuesOf<Ids>[]]> {
  const count = vix.VixJob_GetNumProperties(job, ids[0]);
  const items: ValuesOf<Ids>[] = [];
  for (let index = 0; index < count; index += 1) {
    const [error, ...values] = yield* readProperties(vix, 'VixJob_GetNthProperties', [job, index], ids);
    if (error !== VIX_OK) return [error, items];
    items.push(values);
  }
  return [VIX_OK, items];
}
