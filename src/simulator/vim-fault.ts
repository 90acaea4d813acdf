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
