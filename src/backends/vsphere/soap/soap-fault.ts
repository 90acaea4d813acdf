import type { DataObject } from './values.js';

/** A fault that the server answered with instead of a result. The message is the server's own, in its language. */
export class SoapFault extends Error {
  override readonly name = 'SoapFault';

  /**
   * `code` is `ServerFaultCode` or `ClientFaultCode`; `fault` is the typed fault, such as
   * `{ $type: 'InvalidPowerState', ... }`, or undefined where the server sent none.
   */
  constructor(
    readonly code: string,
    message: string,
    readonly fault: DataObject | undefined,
  ) {
    super(message);
  }
}
