import { AsyncLocalStorage } from 'node:async_hooks';

/** Knows on whose behalf code runs, also after the code has awaited something. */
export interface AsyncScope<Owner> {
  /** Runs the action, and all that it sets off, on behalf of the owner. */
  run<Result>(owner: Owner, action: () => Result): Result;
  /** On whose behalf the present code runs; the innermost one of several. */
  getStore(): Owner | undefined;
}

/**
 * Makes a scope. One that is never run costs nothing; the first run makes every `await` of the process slower on the
 * Node releases before 24, which follow each promise for it.
 */
export function asyncScope<Owner>(): AsyncScope<Owner> {
  return new AsyncLocalStorage<Owner>();
}
