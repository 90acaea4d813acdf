import { Fault } from '../base/fault.js';
import { VimFault } from './vim-fault.js';

/** Any failure as the fault that the wire shows. */
export function asVimFault(error: unknown): VimFault {
  if (error instanceof VimFault) return error;
  const message = error instanceof Fault ? error.message : 'The simulator failed inside. Its log says more.';
  return new VimFault({ $type: 'SystemError', reason: message }, message, { cause: error });
}
