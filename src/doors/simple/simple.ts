import type { PropertyArguments } from '../../api/vix-out.js';
import type { VixHandle, VixPropertyID } from '../../vix/types.js';
import type { DoorVix, ValuesOf } from '../door-calls.js';
import { runAwaited, runBlocking, type Flow } from '../flow.js';
import type { Answer, SimpleMember } from './member.js';
import { simpleMembers, type SimpleName } from './members.js';

type Members = typeof simpleMembers;

type ArgsOf<Name extends SimpleName> = Members[Name]['run'] extends (vix: DoorVix, ...args: infer Args) => Flow<unknown>
  ? Args
  : never;

type ResultOf<Name extends SimpleName> = Members[Name]['run'] extends (...args: never[]) => Flow<infer Result>
  ? Result
  : never;

/** Functions with type parameters, which a mapped type would lose. */
interface SimpleReaders {
  /** Reads properties of any handle, in the order of the ids: `[err, value, ...]`. */
  readonly GetProperties: <const Ids extends readonly VixPropertyID[]>(
    handle: VixHandle,
    ...ids: Ids
  ) => Answer<ValuesOf<Ids>>;
}

interface AwaitedReaders {
  /** Reads properties of any handle, in the order of the ids: `[err, value, ...]`. */
  readonly GetProperties: <const Ids extends readonly VixPropertyID[]>(
    handle: VixHandle,
    ...ids: Ids
  ) => Promise<Answer<ValuesOf<Ids>>>;
}

interface SimpleLists {
  /** Makes a property list from values: id, value, ... , `VIX_PROPERTY_NONE`. Gives `[err, list]`. */
  readonly AllocPropertyList: <A extends readonly unknown[]>(
    handle: VixHandle | 0,
    ...values: A & PropertyArguments<A>
  ) => Answer<[list: VixHandle]>;
}

type GenericName = keyof SimpleReaders | keyof SimpleLists;

/**
 * The functions of `VMware::Vix::Simple`, each blocking until its work is done. A function without data returns the
 * error; the others return a list: the error, then what was asked for. After an error nothing follows it, so that what a
 * program takes from the list is undefined, Perl's `undef`.
 */
export type BlockingSimple = SimpleReaders &
  SimpleLists & {
    readonly [Name in Exclude<SimpleName, GenericName>]: (...args: ArgsOf<Name>) => ResultOf<Name>;
  };

/** The same, where what takes time returns a promise of its result. */
export type Simple = AwaitedReaders &
  SimpleLists & {
    readonly [Name in Exclude<SimpleName, GenericName>]: (
      ...args: ArgsOf<Name>
    ) => Members[Name]['kind'] extends 'plain' ? ResultOf<Name> : Promise<ResultOf<Name>>;
  };

/** The functions over a set of VIX functions that blocks. */
export function blockingSimple(vix: DoorVix): BlockingSimple {
  return bind(vix, () => runBlocking) as unknown as BlockingSimple;
}

/** The functions over a set of VIX functions that returns promises. */
export function awaitedSimple(vix: DoorVix): Simple {
  return bind(vix, ({ kind }) => (kind === 'plain' ? runBlocking : runAwaited)) as unknown as Simple;
}

type AnyMember = SimpleMember<never[], unknown>;

function bind(
  vix: DoorVix,
  driverOf: (member: AnyMember) => (flow: Flow<unknown>) => unknown,
): Record<string, (...args: never[]) => unknown> {
  const members: readonly [string, AnyMember][] = Object.entries(simpleMembers);
  return Object.fromEntries(
    members.map(([name, member]) => {
      const drive = driverOf(member);
      return [name, (...args: never[]) => drive(member.run(vix, ...args))];
    }),
  );
}
