import { pathToFileURL } from 'node:url';
import type { VixOptions } from '../../compose/vix-options.js';
import { vixOptionsFrom, type PlainVixOptions } from '../../compose/plain-options.js';

/** How an engine is made in its thread: data that can cross threads. Everything may be left out. */
export interface EngineOptions extends PlainVixOptions {
  /** Address of a module that exports `createVixOptions`. */
  readonly module?: string;
}

/** What a module exports that gives an engine what only code can say: backends, a clock. */
export interface EngineModule {
  createVixOptions(): VixOptions | Promise<VixOptions>;
}

/** Address of a module from what a program names it by: an address, or a path. */
export function moduleAddress(module: URL | string): string {
  if (module instanceof URL) return module.href;
  return URL.canParse(module) && !/^[A-Za-z]:[\\/]/.test(module) ? module : pathToFileURL(module).href;
}

/** In the engine's thread: everything that `createVix` needs. @throws Error naming a module that does not fit. */
export async function loadVixOptions({ module, ...plain }: EngineOptions): Promise<VixOptions> {
  const options = vixOptionsFrom(plain);
  if (module === undefined) return options;
  const loaded: unknown = await import(module);
  if (!isEngineModule(loaded)) {
    throw new Error(`${module} must export a function createVixOptions, which returns the options of the engine`);
  }
  return { ...options, ...(await loaded.createVixOptions()) };
}

function isEngineModule(loaded: unknown): loaded is EngineModule {
  return (
    typeof loaded === 'object' &&
    loaded !== null &&
    'createVixOptions' in loaded &&
    typeof loaded.createVixOptions === 'function'
  );
}
