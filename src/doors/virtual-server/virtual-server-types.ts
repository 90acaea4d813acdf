import type { guestMembers } from './guest-members.js';
import type { machineMembers } from './machine-members.js';
import type { Flow } from '../flow.js';
import type { KnownProperty, Missing, Property, SettableProperty } from './member.js';
import type { serverMembers } from './server-members.js';
import type { networkAdapterMembers, networkMembers } from './network-members.js';
import type {
  CollectionState,
  GuestState,
  MachineState,
  NetworkAdapterState,
  NetworkState,
  TaskState,
} from './states.js';
import type { taskMembers } from './task-members.js';

/** `awaited`: what asks the host returns a promise. `blocking`: it blocks. */
export type Mode = 'awaited' | 'blocking';

/** What a member gives that asks the host. */
export type Waits<M extends Mode, Result> = M extends 'awaited' ? Promise<Result> : Result;

/** What a result shows as: an object for a state. */
type Shown<M extends Mode, Result> = Result extends MachineState
  ? IVMVirtualMachine<M>
  : Result extends NetworkAdapterState
    ? IVMNetworkAdapter<M>
    : Result extends GuestState
      ? IVMGuestOS<M>
      : Result extends TaskState
        ? IVMTask<M>
        : Result extends NetworkState
          ? IVMVirtualNetwork<M>
          : Result extends CollectionState<infer Item>
            ? VMCollection<Shown<M, Item>>
            : Result;

/** What a parameter takes: an object for a state. */
type Given<M extends Mode, Args extends readonly unknown[]> = {
  [Index in keyof Args]: Args[Index] extends MachineState
    ? IVMVirtualMachine<M>
    : Args[Index] extends NetworkAdapterState
      ? IVMNetworkAdapter<M>
      : Args[Index] extends NetworkState
        ? IVMVirtualNetwork<M>
        : Args[Index];
};

type Get<M extends Mode, Row> = Row extends Property<never, infer Value> | SettableProperty<never, infer Value>
  ? Waits<M, Shown<M, Value>>
  : Row extends KnownProperty<never, infer Value>
    ? Shown<M, Value>
    : never;

/** Names of the members of a table that fit. */
type NamesOf<Table, Row> = { [Name in keyof Table]: Table[Name] extends Row ? Name : never }[keyof Table];

type PropertyRow = { readonly kind: 'property' | 'known' | 'settable' };
type SettableRow = { readonly kind: 'settable' };
type MissingPropertyRow = Missing & { readonly kind: 'missing property' };

/** The members of an interface by its table. Every property `X` can be read as `get_X()` too, as in C++. */
type Members<M extends Mode, Table> = {
  readonly [Name in Exclude<NamesOf<Table, PropertyRow>, NamesOf<Table, SettableRow>>]: Get<M, Table[Name]>;
} & (M extends 'blocking'
  ? { [Name in NamesOf<Table, SettableRow>]: Get<M, Table[Name]> }
  : { readonly [Name in NamesOf<Table, SettableRow>]: Get<M, Table[Name]> }) & {
    readonly [Name in NamesOf<Table, PropertyRow> & string as `get_${Name}`]: () => Get<M, Table[Name]>;
  } & {
    readonly [Name in NamesOf<Table, SettableRow> & string as `put_${Name}`]: Table[Name] extends {
      readonly put: (state: never, value: infer Value) => unknown;
    }
      ? (value: Value) => Waits<M, void>
      : never;
  } & {
    readonly [Name in NamesOf<Table, { readonly kind: 'method' }>]: Table[Name] extends {
      readonly run: (state: never, ...args: infer Args) => Flow<infer Result>;
    }
      ? (...args: Given<M, Args>) => Waits<M, Shown<M, Result>>
      : never;
  } & {
    readonly [Name in NamesOf<Table, Missing & { readonly kind: 'missing method' }>]: (
      ...args: readonly unknown[]
    ) => Waits<M, never>;
  } & {
    readonly [Name in NamesOf<Table, MissingPropertyRow> & string as `get_${Name}`]: () => Waits<M, never>;
  } & {
    readonly [Name in NamesOf<Table, MissingPropertyRow> & string as `put_${Name}`]: (
      value: unknown,
    ) => Waits<M, never>;
  } & (M extends 'blocking'
    ? { [Name in NamesOf<Table, MissingPropertyRow>]: unknown }
    : { readonly [Name in NamesOf<Table, MissingPropertyRow>]: Waits<M, never> });

/** Several objects, as they were when they were asked for. `for ... of` is `For Each`. */
export interface VMCollection<Item> extends Iterable<Item> {
  readonly Count: number;
  /** The index-th object; the first is 1. @throws VirtualServerError `DISP_E_BADINDEX`. */
  Item(index: number): Item;
}

/** A host with virtual machines. */
export type IVMVirtualServer<M extends Mode = Mode> = Members<M, typeof serverMembers>;

/** A virtual machine. */
export type IVMVirtualMachine<M extends Mode = Mode> = Members<M, typeof machineMembers>;

/** The operating system in a virtual machine, with the members of `IVMGuestOS2`. */
export type IVMGuestOS<M extends Mode = Mode> = Members<M, typeof guestMembers>;

/** Work that goes on, or has ended, with the members of `IVMTask2`. */
export type IVMTask<M extends Mode = Mode> = Members<M, typeof taskMembers>;

/** A network card of a virtual machine. */
export type IVMNetworkAdapter<M extends Mode = Mode> = Members<M, typeof networkAdapterMembers>;

/** A network of a host. */
export type IVMVirtualNetwork<M extends Mode = Mode> = Members<M, typeof networkMembers>;
