import { resolve } from 'node:path';
import { vixFunctions, type Vix } from '../api/vix.js';
import { VixRuntime } from '../api/vix-runtime.js';
import { noConfig, parseConfig, readConfig, type LoadedConfig, type RevixConfig } from '../backends/config.js';
import { findConfigFile } from '../backends/find-config-file.js';
import { createMockBackend } from '../backends/mock/index.js';
import { createVsphereBackend } from '../backends/vsphere/index.js';
import { BackendRegistry } from '../backends/registry.js';
import { RealClock } from '../base/clock.js';
import { timelineTo } from '../trace/timeline-to.js';
import { tracedBackend } from '../trace/traced-backend.js';
import { printLeaksAtExit } from './leaks.js';
import { checkVixOptions } from './check-vix-options.js';
import type { VixOptions } from './vix-options.js';

/**
 * Makes the VIX functions over a runtime of their own: own handles, backends, clock, configuration.
 *
 * @throws Fault `invalid-argument` naming every option that is wrong.
 */
export function createVix(options: VixOptions = {}): Vix {
  const vix = vixFunctions(createRuntime(options));
  printLeaksAtExit(() => vix.Revix_DumpHandles());
  return vix;
}

/**
 * Makes what a set of VIX functions works on, for a door that has to look behind them.
 *
 * @param lastHandle number before the first handle.
 */
export function createRuntime(options: VixOptions = {}, lastHandle: number = 0): VixRuntime {
  checkVixOptions(options);
  const clock = options.clock ?? new RealClock();
  const backends = options.backends ?? [
    createVsphereBackend({ clock, ...options.vsphere }),
    createMockBackend({ clock, ...options.mock }),
  ];
  const { jobTimeLimitMs } = options;
  const trace = options.trace ?? traceFromEnvironment();
  const timeline = trace === undefined ? undefined : timelineTo(trace, clock, (error) => runtime.report(error));
  const seen = timeline === undefined ? backends : backends.map((backend) => tracedBackend(backend, timeline));
  const registry = new BackendRegistry(seen, configReader(options.config));
  const runtime = new VixRuntime({ registry, clock, jobTimeLimitMs, lastHandle, timeline });
  return runtime;
}

/** Reads the configuration once, when it is first needed. */
function configReader(config: RevixConfig | string | undefined): () => LoadedConfig {
  let read: LoadedConfig | undefined;
  return () => (read ??= loadConfig(config));
}

function loadConfig(config: RevixConfig | string | undefined): LoadedConfig {
  const directory = process.cwd();
  if (typeof config === 'string') return readConfig(resolve(config));
  const source = 'the configuration given to createVix';
  if (config !== undefined) return { config: parseConfig(config, source), source, directory };
  const file = findConfigFile(process.env, directory);
  return file === undefined ? noConfig(directory) : readConfig(file.path);
}

/** The file that the environment asks for; an empty name asks for none. */
function traceFromEnvironment(): string | undefined {
  return process.env['REVIX_TRACE'] || undefined;
}
