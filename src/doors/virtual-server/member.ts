import type { CallName } from '../../api/call-by-name.js';
import type { Flow } from '../flow.js';
import { VirtualServerError } from './hresults.js';

/** What a member does for the object that stands for a state. */
type Run<State, Args extends readonly unknown[], Result> = (state: State, ...args: Args) => Flow<Result>;

/** A method: in the awaited form it returns a promise. */
export interface Method<State, Args extends readonly unknown[], Result> {
  readonly kind: 'method';
  /** What does the work; null where nothing of the host is needed. */
  readonly reaches: CallName | null;
  readonly run: Run<State, Args, Result>;
}

/** A property; `X` and `get_X`. In the awaited form its value is a promise. */
export interface Property<State, Value> {
  readonly kind: 'property';
  readonly reaches: CallName | null;
  readonly get: Run<State, [], Value>;
}

/** A property that can be set too: `put_X`, and assignment in the blocking form. */
export interface SettableProperty<State, Value> {
  readonly kind: 'settable';
  readonly reaches: CallName | null;
  readonly get: Run<State, [], Value>;
  readonly put: (state: State, value: Value) => Flow<void>;
}

/** A property that is known without asking the host: a plain value in both forms. */
export interface KnownProperty<State, Value> {
  readonly kind: 'known';
  readonly reaches: CallName | null;
  readonly get: (state: State) => Value;
}

/** A member that no backend can do: it answers `E_NOTIMPL`, a property also when it is set. */
export interface Missing {
  readonly kind: 'missing method' | 'missing property';
  readonly reaches: null;
}

/** A property that can be set to something. */
interface AnySettable<State> extends Omit<SettableProperty<State, never>, 'get'> {
  readonly get: Run<State, [], unknown>;
}

/** The members of one interface. */
export type MemberTable<State> = Readonly<
  Record<
    string,
    | Method<State, never[], unknown>
    | Property<State, unknown>
    | AnySettable<State>
    | KnownProperty<State, unknown>
    | Missing
  >
>;

export function method<State, Args extends readonly unknown[], Result>(
  reaches: CallName | null,
  run: Run<State, Args, Result>,
): Method<State, Args, Result> {
  return { kind: 'method', reaches, run };
}

export function readOnly<State, Value>(reaches: CallName | null, get: Run<State, [], Value>): Property<State, Value> {
  return { kind: 'property', reaches, get };
}

export function settable<State, Value>(
  reaches: CallName | null,
  get: Run<State, [], Value>,
  put: (state: State, value: Value) => Flow<void>,
): SettableProperty<State, Value> {
  return { kind: 'settable', reaches, get, put };
}

export function known<State, Value>(
  reaches: CallName | null,
  get: (state: State) => Value,
): KnownProperty<State, Value> {
  return { kind: 'known', reaches, get };
}

export const missingMethod = { kind: 'missing method', reaches: null } as const satisfies Missing;

export const missingProperty = { kind: 'missing property', reaches: null } as const satisfies Missing;

/** What a member answers with that no backend can do. */
export function notImplemented(name: string): VirtualServerError {
  return new VirtualServerError('E_NOTIMPL', `no host behind Revix can do ${name}`);
}

/** A member that ends with an error. */
export function* failing(error: VirtualServerError): Flow<never> {
  throw error;
}
