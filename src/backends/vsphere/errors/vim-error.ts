import type { DataObject } from '../soap/values.js';

/** A method or a task that the server ended with a fault. */
export class VimError extends Error {
  readonly fault: DataObject;

  /** @param text in the server's words; some servers give none. */
  constructor(fault: DataObject, text: string) {
    super(text.trim() === '' ? fault.$type : text.trim());
    this.name = 'VimError';
    this.fault = fault;
  }
}

/** Whether something thrown is a fault of one of these very types. Types below them are others. */
export function isVimError(error: unknown, ...types: readonly string[]): error is VimError {
  return error instanceof VimError && types.includes(error.fault.$type);
}
