import type { LocalizedMethodFault, MethodFault } from '../backends/vsphere/vim/generated/types.js';

/** A fault as the wire has it: its concrete type and its fields. */
export interface FaultValue {
  readonly $type: string;
  readonly [field: string]: unknown;
}

/** A failure that a method answers with, in vSphere's own terms. */
export class VimFault extends Error {
  readonly fault: FaultValue;

  /** @param message for people; it goes to the client, so it holds no secret. */
  constructor(fault: FaultValue, message: string, options?: { readonly cause: unknown }) {
    super(message, options);
    this.name = 'VimFault';
    this.fault = fault;
  }
}

/** A fault with its text, as the fields that hold one show it. */
export function localized(error: VimFault): LocalizedMethodFault {
  // Faults are made at many places and checked once, by the codec.
  return { fault: error.fault as MethodFault, localizedMessage: error.message };
}
