import { VimError } from '../errors/vim-error.js';
import type { DataObject } from '../soap/values.js';
import type { MethodFault } from '../vim/generated/types.js';

/** A fault of a type that the tables of this version may not have; its fields are those of the wire. */
export type AnyFault = MethodFault | DataObject;

/**
 * The fault of vSphere behind an error, such as `{ $type: 'InvalidPowerState', existingState: 'poweredOff', ... }`;
 * undefined where there is none.
 */
export function vimFaultOf(error: unknown): AnyFault | undefined {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (cause instanceof VimError) return cause.fault;
  }
  return undefined;
}
