import type { PlainVixOptions } from '../../compose/plain-options.js';
import { EngineClient } from './engine-client.js';
import { moduleAddress } from './engine-options.js';
import { syncVix, type SyncVix } from './sync-vix.js';

/** How an engine of the blocking door is made. Everything may be left out. */
export interface SyncVixOptions extends PlainVixOptions {
  /**
   * Address or path of a module that gives the engine what only code can say, such as backends. It is loaded in the
   * engine's thread and must export `createVixOptions`, a function that returns the options of the asynchronous
   * door's `createVix` or a promise of them. What it returns wins over the options given here.
   */
  readonly engine?: URL | string;
  /**
   * How long the engine may give no sign of life before it counts as hung, in milliseconds; by default 30,000. A job
   * may take as long as it likes: an engine that waits for a host is alive.
   */
  readonly engineTimeoutMs?: number;
}

/** Silence after which an engine counts as hung. */
export const defaultEngineTimeoutMs = 30_000;

/**
 * Makes the blocking VIX functions over an engine of their own: own thread, handles, backends, configuration.
 *
 * @throws TypeError or RangeError for options that are none; Error when the engine cannot start. It says why.
 */
export function createVix(options: SyncVixOptions = {}): SyncVix {
  const given: unknown = options;
  if (typeof given !== 'object' || given === null) throw new TypeError('the options of createVix must be an object');
  const { engine: module, engineTimeoutMs = defaultEngineTimeoutMs, ...rest } = options;
  if (!(engineTimeoutMs > 0)) {
    throw new RangeError(`engineTimeoutMs is ${engineTimeoutMs}; give a number of milliseconds above 0, or Infinity`);
  }
  const engine = new EngineClient(
    module === undefined ? rest : { ...rest, module: moduleAddress(module) },
    engineTimeoutMs,
  );
  engine.start();
  return syncVix(engine);
}
