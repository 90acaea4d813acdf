import type { ProviderName } from '../../backends/backend.js';
import { providerNames } from '../../api/vix-host.js';
import type { Vix } from '../../api/vix.js';
import { Fault } from '../../base/fault.js';
import { Secret } from '../../base/secret.js';
import { VIX_API_VERSION, VIX_HOSTOPTION_VERIFY_SSL_CERT, VIX_INVALID_HANDLE } from '../../vix/names.js';
import type { VixHandle } from '../../vix/types.js';
import type { CallOptions } from './call-options.js';
import { Engine } from './engine.js';
import { Host } from './host.js';
import { resultHandle } from './job-results.js';
import { vixErrorFrom } from './vix-error.js';
import { Vm } from './vm.js';

/** What objects are made over. */
export interface EngineOptions {
  /** Functions that `createVix` made; by default those that `revix` exports, so that handles go both ways. */
  readonly vix?: Vix;
  /** Time limit of each call for which nobody says one, ms; ten minutes by default, `Infinity` for none. */
  readonly defaultTimeoutMs?: number;
}

/** Where to connect to. */
export interface ConnectOptions extends EngineOptions, CallOptions {
  /** Name or URL of the host; absent: the local one. */
  readonly hostName?: string;
  readonly port?: number;
  /** By default `vi-server` with a host name, and `default` without. */
  readonly provider?: ProviderName;
  readonly userName?: string;
  readonly password?: string | Secret;
  /** Certificates are verified unless the configuration says otherwise; true insists on it. */
  readonly verifyTls?: boolean;
}

/** Connects to a host. `await using host = await connect()` disconnects at the end of the block. @throws VixError. */
export async function connect(options: ConnectOptions = {}): Promise<Host> {
  const { hostName = null, port = 0, userName = null, password = null, verifyTls = false } = options;
  const engine = engineOf(options, 'connect');
  const hostType = hostTypeOf(options.provider ?? (hostName === null ? 'default' : 'vi-server'));
  const text = password instanceof Secret ? password.reveal() : password;
  const flags = verifyTls ? VIX_HOSTOPTION_VERIFY_SSL_CERT : 0;
  const { vix } = engine;
  const handle = await engine.settle(
    'connect',
    options,
    (callback) =>
      vix.VixHost_Connect(
        VIX_API_VERSION,
        hostType,
        hostName,
        port,
        userName,
        text,
        flags,
        VIX_INVALID_HANDLE,
        callback,
        null,
      ),
    (job) => resultHandle(engine, job),
  );
  return new Host(engine, engine.entry(handle, 'host', 'connect'), true);
}

/** A host object for a handle of the C-shaped door, with a reference of its own. @throws VixError. */
export function hostOf(handle: VixHandle, options: EngineOptions = {}): Host {
  const engine = engineOf(options, 'hostOf');
  const host = engine.entry(handle, 'host', 'hostOf');
  engine.vix.Vix_AddRefHandle(handle);
  return new Host(engine, host, false);
}

/** A machine object for a handle of the C-shaped door, with a reference of its own. @throws VixError. */
export function vmOf(handle: VixHandle, options: EngineOptions = {}): Vm {
  const engine = engineOf(options, 'vmOf');
  engine.entry(handle, 'vm', 'vmOf');
  engine.vix.Vix_AddRefHandle(handle);
  return new Vm(engine, handle);
}

function engineOf({ vix, defaultTimeoutMs }: EngineOptions, operation: string): Engine {
  try {
    return new Engine(vix, defaultTimeoutMs);
  } catch (error) {
    throw vixErrorFrom(error, operation, '');
  }
}

function hostTypeOf(provider: ProviderName): number {
  for (const [hostType, name] of providerNames) if (name === provider) return hostType;
  const message = `there is no provider ${JSON.stringify(provider)}; there are ${[...providerNames.values()].join(', ')}`;
  throw vixErrorFrom(new Fault('invalid-argument', message), 'connect', '');
}
