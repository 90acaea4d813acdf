import { BlockList, isIP } from 'node:net';
import { parseProxy, type ProxyAddress } from './proxy-address.js';

/** Which hosts are reached through a proxy, and through which. */
export interface ProxyRule {
  /** Equal for rules that decide alike. May hold the password of a proxy, so that it is for comparing only. */
  readonly key: string;
  /** The proxy on the way to a host; undefined for none. @throws Fault `invalid-argument` for one that is no address. */
  proxyFor(url: URL): ProxyAddress | undefined;
}

/** Every host is reached directly. */
export const noProxy: ProxyRule = { key: '', proxyFor: () => undefined };

/** Every host is reached through one proxy. */
export function throughProxy(proxy: ProxyAddress): ProxyRule {
  return { key: `${proxy.url.href} ${proxy.authorization?.reveal() ?? ''}`, proxyFor: () => proxy };
}

/**
 * What the environment says, as curl and Go read it: `HTTPS_PROXY` and, for URLs without TLS, `HTTP_PROXY`, with
 * `NO_PROXY` for the exceptions; names in small letters count first. This machine itself is never behind a proxy.
 */
export function environmentProxy(environment: NodeJS.ProcessEnv = process.env): ProxyRule {
  const read = (name: string): string => environment[name.toLowerCase()] || environment[name] || '';
  const [secure, plain, exceptions] = [read('HTTPS_PROXY'), read('HTTP_PROXY'), read('NO_PROXY')];
  return {
    key: `environment ${JSON.stringify([secure, plain, exceptions])}`,
    proxyFor(url) {
      const proxy = url.protocol === 'http:' ? plain : secure;
      if (proxy === '' || isThisMachine(hostOf(url)) || isExcepted(url, exceptions)) return undefined;
      return parseProxy(proxy.includes('://') ? proxy : `http://${proxy}`);
    },
  };
}

function hostOf(url: URL): string {
  return url.hostname.replace(/^\[|\]$/g, '').toLowerCase();
}

function isThisMachine(host: string): boolean {
  return host === 'localhost' || host.endsWith('.localhost') || host === '::1' || /^127(?:\.\d+){3}$/.test(host);
}

/** Whether one of the entries of `NO_PROXY` names the host. */
function isExcepted(url: URL, exceptions: string): boolean {
  const entries = exceptions.toLowerCase().split(/[\s,]+/);
  return entries.some((entry) => entry !== '' && names(entry, url));
}

/**
 * One entry: `*`, an address, a range of addresses (`10.0.0.0/8`), or a name, which counts for all below it too; each
 * but a range also with a port.
 */
function names(entry: string, url: URL): boolean {
  if (entry === '*') return true;
  const host = hostOf(url);
  const [, network = '', bits = ''] = /^([^/]+)\/(\d{1,3})$/.exec(entry) ?? [];
  if (network !== '') return isInNetwork(host, network, Number(bits));
  const [, name = entry, wantedPort] = isIP(entry) === 6 ? [] : (/^(.+?)(?::(\d+))?$/.exec(entry) ?? []);
  const port = url.port || (url.protocol === 'http:' ? '80' : '443');
  if (wantedPort !== undefined && wantedPort !== port) return false;
  const plainName = name.replace(/^\[|\]$/g, '').replace(/^\*?\./, '');
  if (isIP(plainName) !== 0) return sameAddress(plainName, host);
  return host === plainName || host.endsWith(`.${plainName}`);
}

function sameAddress(address: string, host: string): boolean {
  return isInNetwork(host, address, isIP(address) === 6 ? 128 : 32);
}

function isInNetwork(host: string, network: string, bits: number): boolean {
  const version = isIP(network);
  if (version === 0 || isIP(host) !== version || bits > (version === 6 ? 128 : 32)) return false;
  const family = version === 6 ? 'ipv6' : 'ipv4';
  const range = new BlockList();
  range.addSubnet(network, bits, family);
  return range.check(host, family);
}
