import { Fault } from '../base/fault.js';
import { errorCode, errorName } from '../vix/lookup.js';
import type { VixError } from '../vix/types.js';
import { VIX_E_FAIL } from '../vix/names.js';
import { faultCodes } from './fault-codes.js';

/** Why an operation failed: the code that the program sees, and the words for the person who looks into it. */
export class VixFailure extends Error {
  /** Low 16 bits of the VIX error; the upper bits stay 0. */
  readonly code: VixError;

  constructor(code: VixError, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'VixFailure';
    this.code = code;
  }

  /** The symbolic name of the code. */
  get codeName(): string {
    return errorName(this.code);
  }
}

/** Largest value of the code part of a VIX error. */
const largestCode = 0xffff;

/** The code that a fault stands for: the exact one it carries, or else the one of its kind. */
export function faultCode(fault: Fault): VixError {
  const exact = fault.vixCode;
  if (exact !== undefined && Number.isInteger(exact) && exact > 0 && exact <= largestCode) return exact as VixError;
  // A backend in plain JavaScript may name a kind that there is not; its job must end all the same.
  return Object.hasOwn(faultCodes, fault.kind) ? errorCode(faultCodes[fault.kind]) : VIX_E_FAIL;
}

/**
 * Turns whatever was thrown into a failure. Anything that is neither a failure nor a fault is a defect of Revix or of
 * a backend and becomes `VIX_E_FAIL`, with the thrown value as cause.
 */
export function toVixFailure(thrown: unknown): VixFailure {
  if (thrown instanceof VixFailure) return thrown;
  if (thrown instanceof Fault) return new VixFailure(faultCode(thrown), thrown.message, thrown);
  return new VixFailure(VIX_E_FAIL, `internal error: ${reasonOf(thrown)}`, thrown);
}

/** Anything can be thrown, also what cannot be printed. */
function reasonOf(thrown: unknown): string {
  try {
    return thrown instanceof Error ? thrown.message : String(thrown);
  } catch {
    return 'something was thrown that cannot be printed';
  }
}
