import type { ProviderEntry, RevixConfig } from '../../backends/config.js';

/** The entries of a configuration with the names of their providers. */
export function entriesOf({ providers = {} }: RevixConfig): readonly (readonly [string, ProviderEntry])[] {
  return Object.entries(providers).flatMap(([name, entry]) => (entry === undefined ? [] : [[name, entry] as const]));
}
