import { toVixFailure } from '../../errors/vix-failure.js';
import type { VixError as VixErrorCode } from '../../vix/types.js';
import { nextStepFor } from './next-steps.js';

/** What a `VixError` is made of. */
interface VixErrorParts {
  readonly code: VixErrorCode;
  readonly codeName: string;
  readonly operation: string;
  readonly target: string;
  readonly reason: string;
  readonly cause: unknown;
}

/** Why a call of the client failed. */
export class VixError extends Error {
  /** The VIX error code. */
  readonly code: VixErrorCode;
  /** Symbolic name of the code, such as `VIX_E_FILE_NOT_FOUND`. */
  override readonly name: string;
  /** The call that failed, such as `guest.run`. */
  readonly operation: string;
  /** What it worked on: location of the machine, name of the host. */
  readonly target: string;
  /** What a person can do about it. */
  readonly nextStep: string;

  constructor({ code, codeName, operation, target, reason, cause }: VixErrorParts) {
    super(`${target === '' ? operation : `${operation} on ${target}`}: ${reason}`, { cause });
    this.name = codeName;
    this.code = code;
    this.operation = operation;
    this.target = target;
    this.nextStep = nextStepFor(codeName);
  }
}

/** The error for what was thrown in the course of an operation. */
export function vixErrorFrom(thrown: unknown, operation: string, target: string): VixError {
  if (thrown instanceof VixError) return thrown;
  const failure = toVixFailure(thrown);
  const { code, codeName, message: reason } = failure;
  return new VixError({ code, codeName, operation, target, reason, cause: failure.cause ?? failure });
}
