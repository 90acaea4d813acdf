import { check } from '../../check.js';
import { inspectTls, tlsProblems } from '../../probe/inspect-tls.js';
import { addressCheck } from './address.js';
import { portCheck } from './port.js';
import { proxyCheck } from './proxy.js';
import { settingsCheck } from './settings.js';

export const tlsCheck = check({
  id: 'host.tls',
  title: 'TLS',
  looksAt: 'Whether the host speaks TLS, and which version and cipher both agree on.',
  needs: { url: addressCheck, settings: settingsCheck, reached: portCheck, way: proxyCheck },
  problems: tlsProblems,
  run: ({ url, settings, reached }, context) => {
    const [address = ''] = reached;
    return inspectTls({ url, address, policy: settings.tls, proxy: settings.proxy.proxyFor(url) }, context);
  },
});
