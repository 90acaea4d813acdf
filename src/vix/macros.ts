import type { VixError } from './types.js';

/**
 * The code of an error value: its low 16 bits, the part that `VIX_E_*` constants name. Of a 64-bit error that is kept as
 * a bigint as well.
 */
export function VIX_ERROR_CODE(err: VixError | bigint): VixError {
  return (typeof err === 'bigint' ? Number(BigInt.asUintN(16, err)) : err & 0xffff) as VixError;
}

/** Whether an error value says that all went well, which is when all of its bits are 0. */
export function VIX_SUCCEEDED(err: VixError): boolean {
  return err === 0;
}

/** Whether an error value says that something failed. */
export function VIX_FAILED(err: VixError): boolean {
  return err !== 0;
}

/** C's value for yes in a `Bool`. */
export const TRUE = true;

/** C's value for no in a `Bool`. */
export const FALSE = false;
