import type { Vix } from '../api/vix.js';
import { functions, type VixFunctionName } from '../vix/functions.js';
import { errorName } from '../vix/lookup.js';
import type { VixError } from '../vix/types.js';

/** Notes which VIX functions were called and which errors each of them gave: what a run of the suite has proved. */
export class CallRecord {
  readonly #errors = new Map<string, Set<string>>();

  /** Names of the functions that were called. */
  get functions(): ReadonlySet<string> {
    return new Set(this.#errors.keys());
  }

  /** Names of the errors that a function gave. */
  errorsOf(name: VixFunctionName): ReadonlySet<string> {
    return this.#errors.get(name) ?? new Set();
  }

  addCall(name: string): void {
    if (!this.#errors.has(name)) this.#errors.set(name, new Set());
  }

  addError(name: string, error: VixError): void {
    this.addCall(name);
    if (error !== 0) this.#errors.get(name)?.add(errorName(error));
  }

  /** The same functions; each call is noted, and the error that it returns or resolves with. */
  watch(vix: Vix): Vix {
    return new Proxy(vix, {
      get: (target, name, receiver): unknown => {
        const value: unknown = Reflect.get(target, name, receiver);
        const row = typeof name === 'string' ? rows.get(name) : undefined;
        if (row === undefined || typeof value !== 'function' || typeof name !== 'string') return value;
        return (...args: unknown[]): unknown => {
          this.addCall(name);
          const outcome: unknown = Reflect.apply(value, target, args);
          if (row.returns !== 'VixError') return outcome;
          if (typeof outcome === 'number') this.addError(name, outcome as VixError);
          if (!(outcome instanceof Promise)) return outcome;
          return outcome.then((error: VixError) => {
            this.addError(name, error);
            return error;
          });
        };
      },
    });
  }
}

const rows: ReadonlyMap<string, (typeof functions)[VixFunctionName]> = new Map(Object.entries(functions));
