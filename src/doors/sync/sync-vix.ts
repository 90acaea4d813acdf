import { callRows, type CallName } from '../../api/call-by-name.js';
import type { PropertyCells } from '../../api/vix-out.js';
import type { RevixDevices } from '../../api/revix-devices.js';
import type { RevixPrograms } from '../../api/revix-programs.js';
import type { DiagnosticEvent, Vix } from '../../api/vix.js';
import type { VixError, VixHandle } from '../../vix/types.js';
import type { EngineClient } from './engine-client.js';

type Blocking<F> = F extends (...args: infer Args) => Promise<infer Result> ? (...args: Args) => Result : F;

/** Functions with type parameters, which a mapped type would lose. */
interface Waiting {
  /**
   * Blocks until the job is done and its callbacks have run, then reads result properties: id, cell, ... ,
   * `VIX_PROPERTY_NONE`. May be called any number of times. Callbacks of all jobs run meanwhile.
   *
   * @returns the error of the operation; when that is `VIX_OK`, the outcome of the reading.
   */
  VixJob_Wait<A extends readonly unknown[]>(jobHandle: VixHandle, ...cells: A & PropertyCells<A>): VixError;

  /** Reads properties of any handle: id, cell, ... , `VIX_PROPERTY_NONE`. Fills all cells or, after an error, none. */
  Vix_GetProperties<A extends readonly unknown[]>(handle: VixHandle, ...cells: A & PropertyCells<A>): VixError;
}

/** Functions that this door has not: what only vmrun does with devices, and the output of programs. */
type Missing = Exclude<keyof RevixDevices | keyof RevixPrograms, CallName>;

/**
 * The 73 functions of VIX by their C names, and Revix's own but for some for devices and for the output of programs. None
 * returns a promise: what takes time blocks.
 */
export type SyncVix = {
  readonly [Name in Exclude<keyof Vix, Missing>]: Name extends keyof Waiting ? Waiting[Name] : Blocking<Vix[Name]>;
};

/** The functions over one engine. */
export function syncVix(engine: EngineClient): SyncVix {
  const byName = (Object.keys(callRows) as CallName[]).map((name) => {
    const call = (...args: unknown[]): unknown => engine.call(name, args);
    return [name, call] as const;
  });
  return {
    ...(Object.fromEntries(byName) as Pick<SyncVix, CallName>),
    Revix_DumpHandles: () => engine.handles().lines,
    Revix_CountHandles: () => engine.handles().counters,
    Revix_OnDiagnostic: (listener: (event: DiagnosticEvent) => void) => engine.onDiagnostic(listener),
    Revix_Close: () => engine.close(),
  };
}
