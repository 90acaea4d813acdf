import { check, green } from '../../check.js';
import { inspectTls, tlsProblems } from '../../probe/inspect-tls.js';
import { judgeCertificate, trustProblems } from '../../probe/judge-certificate.js';
import { settingsCheck } from '../host/settings.js';
import { transferPortCheck } from './transfer-port.js';

export const transferTrustCheck = check({
  id: 'guest.transfer-trust',
  title: 'Transfer trust',
  looksAt:
    'Whether the server of guest files shows the certificate that vCenter knows of it, or one that is trusted here.',
  needs: { way: transferPortCheck, settings: settingsCheck },
  problems: {
    ...tlsProblems,
    ...trustProblems,
    'not-the-pinned': {
      status: 'red',
      cause:
        '{host} shows another certificate than the one that vCenter knows of it. Expected {expected}, seen {seen}.',
      next: 'If the certificate of the ESXi host was renewed, have vCenter connect to it anew. If not, somebody stands between.',
    },
  },
  run: async ({ way: { route, addresses }, settings }, context) => {
    const [address = ''] = addresses;
    const proxy = settings.proxy.proxyFor(route.url);
    const seen = await inspectTls({ url: route.url, address, policy: route.policy, proxy }, context);
    if (seen.kind !== 'green') return seen;
    if (seen.value === null) return green('nothing to verify without TLS', undefined);
    // What is to be mended here is on the ESXi host or in vCenter, not in the configuration.
    return judgeCertificate(seen.value, route.policy, () => []);
  },
});
