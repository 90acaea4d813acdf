import { check, green } from '../../check.js';
import { nameProblems, plainHost, resolveName } from '../../probe/resolve-name.js';
import { addressCheck } from './address.js';
import { settingsCheck } from './settings.js';

export const nameCheck = check({
  id: 'host.name',
  title: 'Name',
  looksAt:
    'Whether the name of the host can be looked up, and all its addresses. Behind a proxy that is the business of the proxy.',
  needs: { url: addressCheck, settings: settingsCheck },
  problems: nameProblems,
  run: ({ url, settings }, context) => {
    const host = plainHost(url);
    if (settings.proxy.proxyFor(url) !== undefined)
      return green('left to the proxy', [host], { facts: { host, addresses: [] } });
    return resolveName(host, context);
  },
});
