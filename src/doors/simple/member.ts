import type { VixOut } from '../../api/vix-out.js';
import { Vix_Out } from '../../api/vix-out.js';
import type { Vix } from '../../api/vix.js';
import type { VixFunctionName } from '../../vix/functions.js';
import { VIX_E_UNRECOGNIZED_PROPERTY, VIX_OK, VIX_PROPERTY_NONE } from '../../vix/names.js';
import type { VixError, VixPropertyID } from '../../vix/types.js';
import {
  call,
  readEach,
  readProperties,
  runJob,
  type DoorVix,
  type JobAnswer,
  type JobParameters,
  type ValueOf,
  type ValuesOf,
} from '../door-calls.js';
import type { Flow } from '../flow.js';

/** One function of the Simple door. */
export interface SimpleMember<
  Args extends readonly unknown[],
  Result,
  Kind extends 'waits' | 'plain' = 'waits' | 'plain',
> {
  /** The VIX function that does the work. */
  readonly reaches: VixFunctionName;
  /** `waits`: a promise in the awaited form. `plain`: answers at once in both. */
  readonly kind: Kind;
  readonly run: (vix: DoorVix, ...args: Args) => Flow<Result>;
}

/** A function that starts a job in C: here it returns when the job is done. */
export function ofJob<Name extends VixFunctionName, Result>(
  reaches: Name,
  answer: JobAnswer<Result>,
): SimpleMember<JobParameters<Name>, Result, 'waits'> {
  return { reaches, kind: 'waits', run: (vix, ...args) => runJob(vix, reaches, args, answer) };
}

/** The same with parameters of its own, of which the arguments of the C function are made. */
export function ofJobWith<Args extends readonly unknown[], Name extends VixFunctionName, Result>(
  reaches: Name,
  argsOf: (...args: Args) => Readonly<JobParameters<Name>> & readonly unknown[],
  answer: JobAnswer<Result>,
): SimpleMember<Args, Result, 'waits'> {
  return { reaches, kind: 'waits', run: (vix, ...args) => runJob(vix, reaches, argsOf(...args), answer) };
}

/** Parameters of a function whose last one is an out parameter. */
type OutParameters<Name extends VixFunctionName> =
  Parameters<Vix[Name]> extends [...infer Head, VixOut<infer Value>] ? [head: Head, value: Value] : never;

/** A function that blocks in C and writes its answer into its last parameter. */
export function ofOut<Name extends VixFunctionName>(
  reaches: Name,
): SimpleMember<OutParameters<Name>[0], [error: VixError, value: OutParameters<Name>[1]], 'waits'> {
  type Value = OutParameters<Name>[1];
  return {
    reaches,
    kind: 'waits',
    *run(vix, ...args) {
      const cell = Vix_Out<Value>();
      const error = (yield* call(vix, reaches, ...args, cell)) as VixError;
      return answerOf<[Value]>(error, [cell.value]);
    },
  };
}

/** A function that answers at once. */
export function ofPlain<Args extends readonly unknown[], Result>(
  reaches: VixFunctionName,
  answer: (vix: DoorVix, ...args: Args) => Result,
): SimpleMember<Args, Result, 'plain'> {
  return {
    reaches,
    kind: 'plain',
    *run(vix, ...args) {
      return answer(vix, ...args);
    },
  };
}

/** What Perl's list of values is here: the error first; after an error nothing follows, as in Perl `undef`. */
export type Answer<Values extends readonly unknown[]> = [error: VixError, ...values: Values];

/** The error, with the values when it is `VIX_OK`. */
export function answerOf<Values extends readonly unknown[]>(error: VixError, found: Readonly<Values>): Answer<Values> {
  return (error === VIX_OK ? [error, ...found] : [error]) as Answer<Values>;
}

/** Answers with the error alone, as Perl does where there is no other result. */
export const justError: JobAnswer<VixError> = (vix, job) => call(vix, 'VixJob_Wait', job, VIX_PROPERTY_NONE);

/** Answers with properties of the job. */
export function values<const Ids extends readonly VixPropertyID[]>(...ids: Ids): JobAnswer<Answer<ValuesOf<Ids>>> {
  return (vix, job) => readProperties(vix, 'VixJob_Wait', [job], ids);
}

/** Answers with one value for each item that the job has found. */
export function items<Id extends VixPropertyID>(id: Id): JobAnswer<Answer<ValueOf<Id>[]>> {
  return function* (vix, job) {
    const error = yield* justError(vix, job);
    if (error !== VIX_OK) return [error];
    const [readError, found] = yield* readEach(vix, job, [id]);
    return answerOf(
      readError,
      found.map(([value]) => value),
    );
  };
}

/** A record's keys with the properties that they name. */
type Keys = Readonly<Record<string, VixPropertyID>>;

/** Perl's hash: here an object with the same keys. */
type RecordOf<K extends Keys> = { -readonly [Key in keyof K]: ValueOf<K[Key]> };

/** Answers with a record; what the job does not know is undefined. */
export function record<const K extends Keys>(keys: K): JobAnswer<Answer<[info: Partial<RecordOf<K>>]>> {
  return function* (vix, job) {
    const error = yield* justError(vix, job);
    if (error !== VIX_OK) return [error] as unknown as Answer<[Partial<RecordOf<K>>]>;
    const info: Record<string, unknown> = {};
    for (const [key, id] of Object.entries(keys)) {
      const [readError, value] = yield* readProperties(vix, 'VixJob_Wait', [job], [id]);
      if (readError !== VIX_OK && readError !== VIX_E_UNRECOGNIZED_PROPERTY) return answerOf(readError, [{}]);
      info[key] = value;
    }
    return answerOf(error, [info as Partial<RecordOf<K>>]);
  };
}

/** Answers with a record for each item that the job has found. */
export function records<const K extends Keys>(keys: K): JobAnswer<Answer<RecordOf<K>[]>> {
  const names = Object.keys(keys);
  const [first, ...others] = Object.values(keys);
  if (first === undefined) throw new TypeError('a record has at least one key');
  return function* (vix, job) {
    const error = yield* justError(vix, job);
    if (error !== VIX_OK) return [error];
    const [readError, found] = yield* readEach(vix, job, [first, ...others]);
    const infos = found.map((row) => Object.fromEntries(names.map((name, index) => [name, row[index]])));
    return answerOf(readError, infos as RecordOf<K>[]);
  };
}
