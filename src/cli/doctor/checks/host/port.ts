import { check, green } from '../../check.js';
import { portOf } from '../../probe/inspect-tls.js';
import { portProblems, reachPort } from '../../probe/reach-port.js';
import { plainHost } from '../../probe/resolve-name.js';
import { addressCheck } from './address.js';
import { nameCheck } from './name.js';
import { settingsCheck } from './settings.js';

export const portCheck = check({
  id: 'host.port',
  title: 'Port',
  looksAt: 'Whether each address of the host takes connections. Behind a proxy that is the business of the proxy.',
  needs: { url: addressCheck, settings: settingsCheck, addresses: nameCheck },
  problems: portProblems,
  run: ({ url, settings, addresses }, context) => {
    const port = portOf(url);
    if (settings.proxy.proxyFor(url) !== undefined) {
      return green('left to the proxy', addresses, { facts: { port } });
    }
    return reachPort(plainHost(url), addresses, port, context);
  },
});
