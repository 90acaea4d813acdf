import type { BackendModule, ProviderName } from '../../../../backends/backend.js';
import type { LoadedConfig } from '../../../../backends/config.js';
import { check, green } from '../../check.js';
import { backendNameFor, programTarget, reasonFor, sampleHosts } from '../../choose-backend.js';
import { configurationCheck } from './configuration.js';

/** How vmrun asks for each provider. */
const askedBy: Readonly<Record<ProviderName, string>> = {
  default: 'vmrun without -T',
  server: '-T server1; -T server without -h',
  workstation: '-T ws, fusion',
  player: '-T player',
  'vi-server': '-T vc, esx; -T server with -h',
  'workstation-shared': '-T ws-shared',
};

const noBackend = 'none';

/** `vsphere`; where the host decides, `vsphere for a URL, else none`. */
function answer(provider: ProviderName, loaded: LoadedConfig, backends: readonly BackendModule[]): string {
  const nameFor = (host: string | null): string =>
    backendNameFor(programTarget(provider, host), loaded, backends) ?? noBackend;
  const [url, name, nothing] = [nameFor(sampleHosts.url), nameFor(sampleHosts.name), nameFor(null)];
  if (url === name && name === nothing) return url;
  const others = name === nothing ? `else ${name}` : `${name} for a name, ${nothing} without a host`;
  return `${url} for a URL, ${others}`;
}

export const backendsCheck = check({
  id: 'here.backends',
  title: 'Backends',
  looksAt: 'Which backend would answer for which service provider, and why. The facts are named by the providers.',
  needs: { configuration: configurationCheck },
  run: ({ configuration }, { backends }) => {
    const providers = Object.keys(askedBy) as ProviderName[];
    const answers = providers.map((provider) => [provider, answer(provider, configuration, backends)] as const);
    const width = Math.max(...providers.map(({ length }) => length));
    const details = answers.map(([provider, name]) => {
      const why = reasonFor(programTarget(provider, sampleHosts.url), configuration, backends);
      return `${provider.padEnd(width)}  ${name} (${why}); ${askedBy[provider]}`;
    });
    const counts = new Map<string, string[]>();
    for (const [provider, name] of answers) counts.set(name, [...(counts.get(name) ?? []), provider]);
    const found = [...counts].map(([name, of]) => `${name}: ${of.join(', ')}`).join('; ');
    return green(found, undefined, { facts: Object.fromEntries(answers), details });
  },
});
