import type { BackendModule, ConnectTarget, ProviderName } from '../../backends/backend.js';
import type { LoadedConfig } from '../../backends/config.js';
import { type BackendChoice, BackendRegistry } from '../../backends/registry.js';
import type { DoctorRequest } from './doctor-context.js';

/** What a program would connect to: nothing but what it says itself. */
export function programTarget(
  provider: ProviderName,
  hostName: string | null,
  { userName, password }: Pick<DoctorRequest, 'userName' | 'password'> = { userName: null, password: null },
): ConnectTarget {
  // Verified or not is the configuration's business here: what is asked for is that which fails.
  return { provider, hostName, hostPort: 0, userName, password, verifyTls: false, settings: {} };
}

/** The backend for a target. @throws Fault. */
export function chooseBackend(
  target: ConnectTarget,
  loaded: LoadedConfig,
  backends: readonly BackendModule[],
): BackendChoice {
  return new BackendRegistry(backends, () => loaded).choose(target);
}

/** Name of the backend for a target, or null where none wants it. Looks for no password. */
export function backendNameFor(
  target: ConnectTarget,
  { config }: LoadedConfig,
  backends: readonly BackendModule[],
): string | null {
  const entry = config.providers?.[target.provider];
  if (entry !== undefined) return entry.backend;
  return backends.find((backend) => backend.claims(target) === 'accept')?.name ?? null;
}

/** Why a backend answers for a target: a phrase. */
export function reasonFor(target: ConnectTarget, { config }: LoadedConfig, backends: readonly BackendModule[]): string {
  if (config.providers?.[target.provider] !== undefined) return 'the configuration says so';
  return backends.map((backend) => `${backend.name} ${backend.claims(target)}s`).join(', ');
}

/** A host whose name is a bare one, and one that is given as a URL: backends may tell them apart. */
export const sampleHosts = { name: 'host.example', url: 'https://host.example/sdk' } as const;
