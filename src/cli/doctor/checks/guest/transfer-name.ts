import type { TransferRoute } from '../../../../backends/vsphere/transfer/transfer-routes.js';
import { check, green, trouble } from '../../check.js';
import { plainHost, resolveName } from '../../probe/resolve-name.js';
import { settingsCheck } from '../host/settings.js';
import { transferUrlCheck } from './transfer-url.js';

/** A way to the files of a guest, with the addresses that it may be taken at. */
export interface ResolvedRoute {
  readonly route: TransferRoute;
  readonly addresses: readonly string[];
}

export const transferNameCheck = check({
  id: 'guest.transfer-name',
  title: 'Transfer name',
  looksAt: 'Whether the name of the server of guest files can be looked up from here.',
  needs: { routes: transferUrlCheck, settings: settingsCheck },
  problems: {
    'by-address': {
      status: 'yellow',
      cause: 'The name {host} is unknown here, but vCenter also tells its address: {others}.',
      next: 'Set transferHosts to "address-first" in the options, so that no time is lost; or add the name to the DNS.',
    },
    unknown: {
      status: 'red',
      cause: 'vCenter sends its clients for guest files to {host}, a name that is unknown here ({code}).',
      next: 'Add the name to the DNS or to the hosts file of this machine, or name a proxy that knows it in options.proxy.',
    },
  },
  run: async ({ routes, settings }, context) => {
    const hosts = routes.map(({ url }) => plainHost(url));
    const facts = { host: hosts[0] ?? null, others: hosts.slice(1) };
    if (routes.some(({ url }) => settings.proxy.proxyFor(url) !== undefined)) {
      const value = routes.map((route): ResolvedRoute => ({ route, addresses: [plainHost(route.url)] }));
      return green('left to the proxy', value, { facts });
    }
    const looked = await Promise.all(
      routes.map(async (route) => ({ route, finding: await resolveName(plainHost(route.url), context) })),
    );
    const known = looked.flatMap(({ route, finding }): readonly ResolvedRoute[] =>
      finding.kind === 'green' ? [{ route, addresses: finding.value }] : [],
    );
    const [first] = looked;
    if (known.length === 0)
      return trouble('unknown', { facts: { ...facts, code: first?.finding.facts?.['code'] ?? '' } });
    if (known.length < looked.length) return trouble('by-address', { facts, value: known });
    const addresses = known.flatMap((route) => route.addresses);
    return green(`${hosts.join(', ')}: ${addresses.join(', ')}`, known, { facts: { ...facts, addresses } });
  },
});
