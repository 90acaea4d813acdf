import type { Ref } from '../soap/values.js';
import type { VimMethods } from './generated/methods.js';
import type { ManagedObjectNames } from './generated/types.js';

/** Name of a method on the wire. */
export type MethodName = keyof VimMethods;

/** A reference to an object that has the method. */
export type RefFor<Method extends MethodName> = VimMethods[Method]['on'] extends keyof ManagedObjectNames
  ? Ref<ManagedObjectNames[VimMethods[Method]['on']]>
  : Ref;

export type ArgsOf<Method extends MethodName> = VimMethods[Method]['args'];

export type ResultOf<Method extends MethodName> = VimMethods[Method]['result'];
