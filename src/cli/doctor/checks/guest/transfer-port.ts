import { check, green, trouble } from '../../check.js';
import { portOf } from '../../probe/inspect-tls.js';
import { reachPort } from '../../probe/reach-port.js';
import { plainHost } from '../../probe/resolve-name.js';
import { settingsCheck } from '../host/settings.js';
import { type ResolvedRoute, transferNameCheck } from './transfer-name.js';

export const transferPortCheck = check({
  id: 'guest.transfer-port',
  title: 'Transfer port',
  looksAt: 'Whether the server of guest files takes connections from here.',
  needs: { routes: transferNameCheck, settings: settingsCheck },
  problems: {
    unreachable: {
      status: 'red',
      cause: 'The files of the guest come from {host} port {port}, which cannot be reached from here ({codes}).',
      next:
        'Guest files travel over the ESXi host, not over the vCenter: let this machine reach it at that port, or name ' +
        'a proxy that does in options.proxy.',
    },
  },
  run: async ({ routes, settings }, context) => {
    const [preferred] = routes;
    if (preferred !== undefined && settings.proxy.proxyFor(preferred.route.url) !== undefined) {
      return green('left to the proxy', preferred);
    }
    const tried = await Promise.all(
      routes.map(async ({ route, addresses }) => {
        const finding = await reachPort(plainHost(route.url), addresses, portOf(route.url), context);
        const reached = finding.kind === 'passed-over' ? [] : (finding.value ?? []);
        const usable: ResolvedRoute = { route, addresses: reached };
        return { usable, finding };
      }),
    );
    const details = tried.flatMap(({ finding }) => finding.details ?? []);
    const [best] = tried.filter(({ usable }) => usable.addresses.length > 0);
    if (best === undefined) return trouble('unreachable', { facts: tried[0]?.finding.facts ?? {}, details });
    const { url } = best.usable.route;
    return green(`${plainHost(url)} takes connections at port ${portOf(url)}`, best.usable, {
      facts: { host: plainHost(url), port: portOf(url) },
      details,
    });
  },
});
