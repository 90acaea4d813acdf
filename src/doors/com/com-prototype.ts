import type { VixFunctionName } from '../../vix/functions.js';
import { callMember } from './com-call.js';
import type { ComDoor, ComObject, InterfaceName } from './com-door.js';
import { comMembers } from './com-members.js';
import { ownMembers, type OwnMember } from './own-members.js';

type Run = (self: ComObject, args: readonly unknown[]) => unknown;

/** An object with the members of an interface, for the objects of a door that have it as their main one. */
export function comPrototype(door: ComDoor, name: InterfaceName): ComObject {
  // The library is the one object that is no handle.
  const interfaces = name === 'IVixLib' ? [name] : (['IVixHandle', name] as const);
  const members = interfaces.flatMap((each) => [...reachingMembers(door, each), ...membersOfTheirOwn(door, each)]);
  return Object.fromEntries(members.map(([member, run]) => [member, asMethod(run)]));
}

function reachingMembers(door: ComDoor, name: InterfaceName | 'IVixHandle'): (readonly [string, Run])[] {
  if (name === 'IPropertyList') return [];
  const rows: readonly (readonly [string, VixFunctionName])[] = Object.entries(comMembers[name]);
  return rows.map(([member, reached]) => [member, (self, args) => callMember(door, self, reached, args)]);
}

function membersOfTheirOwn(door: ComDoor, name: InterfaceName | 'IVixHandle'): (readonly [string, Run])[] {
  const tables: Readonly<Record<string, Readonly<Record<string, OwnMember>>>> = ownMembers;
  return Object.entries(tables[name] ?? {}).map(([member, { run }]) => {
    const untyped = run as (door: ComDoor, self: ComObject, ...args: readonly unknown[]) => unknown;
    return [member, (self, args) => untyped(door, self, ...args)];
  });
}

function asMethod(run: Run) {
  return function (this: ComObject, ...args: readonly unknown[]): unknown {
    return run(this, args);
  };
}
