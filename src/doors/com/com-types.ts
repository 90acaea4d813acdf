import type { VixCallback, VixListHandle } from '../../api/start-job.js';
import type { VixOut } from '../../api/vix-out.js';
import type { Vix } from '../../api/vix.js';
import type { functions, VixFunctionName } from '../../vix/functions.js';
import type { VixError, VixHandle, VixPropertyID } from '../../vix/types.js';
import type { comMembers } from './com-members.js';

/** Nothing, where an object may stand: C#'s and Visual Basic's, or the 0 of other clients. */
export type NoObject = null | undefined | 0;

/** Ids of properties: VBScript's `Array(...)`, C#'s `object[]` or `int[]`. */
export type PropertyIDs = ArrayLike<number> & Iterable<number>;

/** `Awaited`: what takes time returns a promise. `Blocking`: it blocks. */
export type Mode = 'awaited' | 'blocking';

/** What a member returns that may take time. */
export type Waits<M extends Mode, Result> = M extends 'awaited' ? Promise<Result> : Result;

/** What a program implements to be called back. */
export interface ICallback<M extends Mode = Mode> {
  /**
   * @param job the job, as an object of its own: closing it leaves the job that the call returned alone.
   * @param moreEventInfo with `VIX_EVENTTYPE_FIND_ITEM` holds `VIX_PROPERTY_FOUND_ITEM_LOCATION`.
   */
  OnVixEvent(job: IJob<M>, eventType: number, moreEventInfo: IVixHandle<M> | null): unknown;
}

/** Type of a parameter or of an out parameter of a member, from that of the C function. */
type ComParameter<M extends Mode, T> = [T] extends [VixCallback]
  ? ICallback<M> | NoObject
  : [T] extends [VixHandle]
    ? ISnapshot<M> | NoObject
    : [T] extends [VixListHandle]
      ? IVixHandle<M> | NoObject
      : T extends VixOut<infer Value>
        ? [Value] extends [VixHandle]
          ? VixOut<ISnapshot<M> | null>
          : T
        : [null] extends [T]
          ? T | undefined
          : T;

type ComParameters<M extends Mode, P extends readonly unknown[]> = { [Index in keyof P]: ComParameter<M, P[Index]> };

/** Parameters of the C function without the handle that the object stands for. */
type WithoutSelf<P extends readonly unknown[]> = P extends [infer First, ...infer Rest]
  ? [First] extends [VixHandle | 0]
    ? Rest
    : P
  : P;

type WithoutClientData<P extends readonly unknown[]> = P extends [...infer Head, infer Last]
  ? unknown extends Last
    ? Head
    : P
  : P;

type Row<Name extends VixFunctionName> = (typeof functions)[Name];

/** A member by the function that it reaches. */
type Member<M extends Mode, Name extends VixFunctionName> = (
  ...args: ComParameters<M, WithoutClientData<WithoutSelf<Parameters<Vix[Name]>>>>
) => Row<Name>['call'] extends 'job'
  ? IJob<M>
  : Row<Name>['call'] extends 'promise'
    ? Waits<M, VixError>
    : ReturnType<Vix[Name]>;

type Members<M extends Mode, Interface extends keyof typeof comMembers, Except extends string = never> = {
  readonly [
    Name in Exclude<keyof (typeof comMembers)[Interface], Except>
  ]: (typeof comMembers)[Interface][Name] extends infer Reached extends VixFunctionName ? Member<M, Reached> : never;
};

/** The library: the one object that a program creates. */
export interface IVixLib<M extends Mode = Mode> extends Members<M, 'IVixLib'> {
  /** The low 16 bits of an error, which the `VIX_E_` constants name. */
  readonly ErrorCode: (err: VixError) => VixError;
  readonly ErrorIndicatesSuccess: (err: VixError) => boolean;
  readonly ErrorIndicatesFailure: (err: VixError) => boolean;
}

/** What every object but the library answers to. */
export interface IVixHandle<M extends Mode = Mode> extends Members<M, 'IVixHandle', 'GetProperties'> {
  /** Reads properties: the values come in the order of the ids. Undefined after an error. */
  readonly GetProperties: (propertyIDs: PropertyIDs, propertiesArray: VixOut<unknown>) => Waits<M, VixError>;
  /** Gives the handle back: the object stands for nothing then. */
  readonly Close: () => void;
  /** Whether two objects stand for the same thing. */
  readonly Equals: (handle: IVixHandle<M> | NoObject) => boolean;
}

/** Work that goes on, or has ended. */
export interface IJob<M extends Mode = Mode> extends Members<M, 'IJob', 'Wait' | 'GetNthProperties'>, IVixHandle<M> {
  /** Waits for the end, then reads properties of the result. May be called with a callback set, and again. */
  readonly Wait: (propertyIDs: PropertyIDs, propertiesArray: VixOut<unknown>) => Waits<M, VixError>;
  readonly WaitWithoutResults: () => Waits<M, VixError>;
  readonly GetNthProperties: (index: number, propertyIDs: PropertyIDs, propertiesArray: VixOut<unknown>) => VixError;
}

/** A snapshot. Name and description are properties. */
export interface ISnapshot<M extends Mode = Mode> extends Members<M, 'ISnapshot'>, IVixHandle<M> {}

/** A connected host, with the members of `IHost2` and `IHost3`. */
export interface IHost<M extends Mode = Mode> extends Members<M, 'IHost'>, IVixHandle<M> {
  /** Makes an empty list of properties, to be filled with `SetProperty`. */
  readonly CreatePropertyList: (newPropertyList: VixOut<IPropertyList<M> | null>) => VixError;
}

/** A virtual machine, with the members of `IVM2`. */
export interface IVM<M extends Mode = Mode> extends Members<M, 'IVM'>, IVixHandle<M> {}

/** A list of properties that a program hands over. */
export interface IPropertyList<M extends Mode = Mode> extends IVixHandle<M> {
  readonly GetProperty: (propertyID: VixPropertyID, propertyData: VixOut<unknown>) => Waits<M, VixError>;
  /** Sets a property anew, or replaces its value. */
  readonly SetProperty: (propertyID: VixPropertyID, propertyData: unknown) => VixError;
}
