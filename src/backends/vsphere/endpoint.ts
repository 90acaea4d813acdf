import { Fault } from '../../base/fault.js';
import { withoutUserInfo } from '../../base/secret.js';

/**
 * Where the API of a host is, from what a program gives `VixHost_Connect`: a URL, or since VIX 1.10 a bare name. The
 * scheme is `https` unless the program says otherwise, the path `/sdk`. VIX ignored the separate port for vSphere.
 *
 * @throws Fault `host-name-invalid`.
 */
export function sdkUrl(hostName: string | null): URL {
  if (hostName === null) {
    throw new Fault(
      'host-name-invalid',
      'no host name was given; a connection to vSphere needs one, like https://vcenter.example/sdk',
    );
  }
  const trimmed = hostName.trim();
  const isBareIpv6 = /^[0-9a-f:.]*:[0-9a-f:.]*:[0-9a-f:.]*$/i.test(trimmed);
  const text = /^[a-z][a-z0-9+.-]*:\/\//i.test(trimmed) ? trimmed : `https://${isBareIpv6 ? `[${trimmed}]` : trimmed}`;
  const shown = withoutUserInfo(trimmed);
  if (!URL.canParse(text)) throw invalid(`"${shown}" is neither a URL nor the name of a host`);
  const url = new URL(text);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    throw invalid(`"${shown}" begins with ${url.protocol}; the API of vSphere is reached by https`);
  }
  if (url.username !== '' || url.password !== '') {
    throw invalid(`"${shown}" holds a user name or password; give them as arguments of their own`);
  }
  url.search = '';
  url.hash = '';
  if (url.pathname === '/') url.pathname = '/sdk';
  url.pathname = url.pathname.replace(/(?<=.)\/+$/, '');
  return url;
}

function invalid(what: string): Fault {
  return new Fault('host-name-invalid', `${what}. Give something like https://vcenter.example/sdk.`);
}
