import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { vixFunctions, type Vix } from '../api/vix.js';
import { VixRuntime } from '../api/vix-runtime.js';
import type { BackendModule } from '../backends/backend.js';
import { parseConfig, readConfig, type LoadedConfig, type RevixConfig } from '../backends/config.js';
import { createMockBackend, type MockOptions } from '../backends/mock/index.js';
import { createVsphereBackend, type VsphereOptions } from '../backends/vsphere/index.js';
import { BackendRegistry } from '../backends/registry.js';
import { RealClock, type Clock } from '../base/clock.js';

/** How a set of VIX functions is made. Everything may be left out. */
export interface VixOptions {
  /** Backends in order of preference; by default vSphere and the mock host with its default inventory. */
  readonly backends?: readonly BackendModule[];
  /** Options of the default mock host; of no meaning together with `backends`. */
  readonly mock?: MockOptions;
  /** Options of the default vSphere backend; of no meaning together with `backends`. */
  readonly vsphere?: VsphereOptions;
  /**
   * Configuration, or the path of its file. By default the file that `REVIX_CONFIG` names, else `revix.config.json` in
   * the current directory if there is one.
   */
  readonly config?: RevixConfig | string;
  readonly clock?: Clock;
  /**
   * Ends every job, and every read outside of a job, that takes longer with `VIX_E_CANCELLED`. By default they take as
   * long as they take, as in VIX.
   */
  readonly jobTimeLimitMs?: number;
}

/** Name of the configuration file that is looked for in the current directory. */
const configFileName = 'revix.config.json';

/** Makes the VIX functions over a runtime of their own: own handles, backends, clock, configuration. */
export function createVix(options: VixOptions = {}): Vix {
  return vixFunctions(createRuntime(options));
}

/**
 * Makes what a set of VIX functions works on, for a door that has to look behind them.
 *
 * @param lastHandle number before the first handle.
 */
export function createRuntime(options: VixOptions = {}, lastHandle: number = 0): VixRuntime {
  const limit = options.jobTimeLimitMs;
  if (limit !== undefined && !(Number.isFinite(limit) && limit > 0)) {
    throw new RangeError(`jobTimeLimitMs is ${limit}; give a number of milliseconds above 0, or leave it out`);
  }
  const clock = options.clock ?? new RealClock();
  const backends = options.backends ?? [
    createVsphereBackend({ clock, ...options.vsphere }),
    createMockBackend({ clock, ...options.mock }),
  ];
  const registry = new BackendRegistry(backends, configReader(options.config));
  return new VixRuntime({ registry, clock, jobTimeLimitMs: options.jobTimeLimitMs, lastHandle });
}

/** Reads the configuration once, when it is first needed. */
function configReader(config: RevixConfig | string | undefined): () => LoadedConfig {
  let read: LoadedConfig | undefined;
  return () => (read ??= loadConfig(config));
}

function loadConfig(config: RevixConfig | string | undefined): LoadedConfig {
  const directory = process.cwd();
  if (typeof config === 'string') return readConfig(resolve(config));
  if (config !== undefined) return { config: parseConfig(config, 'the configuration given to createVix'), directory };
  const named = process.env['REVIX_CONFIG'];
  if (named !== undefined && named !== '') return readConfig(resolve(named));
  const local = resolve(configFileName);
  return existsSync(local) ? readConfig(local) : { config: {}, directory };
}
