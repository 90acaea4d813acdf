import { describe, expect, it } from 'vitest';
import { environmentProxy } from '../../../../src/backends/vsphere/http/proxy-rule.js';

const secureProxy = { HTTPS_PROXY: 'http://proxy.example:3128' };

function proxyOf(environment: NodeJS.ProcessEnv, url: string): string | undefined {
  return environmentProxy(environment).proxyFor(new URL(url))?.url.host;
}

describe('the proxy of the environment', () => {
  it.each<[NodeJS.ProcessEnv, string, string | undefined]>([
    [{}, 'https://vc.example', undefined],
    [{ HTTPS_PROXY: '' }, 'https://vc.example', undefined],
    [secureProxy, 'https://vc.example', 'proxy.example:3128'],
    [secureProxy, 'http://vc.example', undefined],
    [{ HTTP_PROXY: 'http://plain:80' }, 'http://vc.example', 'plain'],
    [{ HTTP_PROXY: 'http://plain:80' }, 'https://vc.example', undefined],
    [{ ...secureProxy, https_proxy: 'http://small:1' }, 'https://vc.example', 'small:1'],
    [{ HTTPS_PROXY: 'proxy.example:3128' }, 'https://vc.example', 'proxy.example:3128'],
  ])('%j, for %s', (environment, url, proxy) => {
    expect(proxyOf(environment, url)).toBe(proxy);
  });

  it.each(['localhost', 'vc.localhost', '127.0.0.1', '127.9.8.7', '[::1]'])('never stands before %s', (host) => {
    expect(proxyOf(secureProxy, `https://${host}:8989/sdk`)).toBeUndefined();
  });

  it.each([
    ['*', 'https://vc.example'],
    ['vc.example', 'https://vc.example'],
    ['VC.Example', 'https://vc.example'],
    ['example', 'https://vc.example'],
    ['.example', 'https://vc.example'],
    ['*.example', 'https://vc.example'],
    ['other,  example', 'https://vc.example'],
    ['vc.example:443', 'https://vc.example'],
    ['vc.example:8443', 'https://vc.example:8443'],
    ['10.1.2.3', 'https://10.1.2.3'],
    ['10.0.0.0/8', 'https://10.1.2.3'],
    ['fd00::/8', 'https://[fd00::1]'],
    ['fd00:0:0::1', 'https://[fd00::1]'],
    ['[fd00::1]:443', 'https://[fd00::1]'],
  ])('is spared by NO_PROXY=%s for %s', (exceptions, url) => {
    expect(proxyOf({ ...secureProxy, NO_PROXY: exceptions }, url)).toBeUndefined();
    expect(proxyOf({ ...secureProxy, no_proxy: exceptions }, url)).toBeUndefined();
  });

  it.each([
    ['', 'https://vc.example'],
    ['ample', 'https://vc.example'],
    ['vc.example.org', 'https://vc.example'],
    ['vc.example:8443', 'https://vc.example'],
    ['10.1.2.3', 'https://10.1.2.33'],
    ['10.0.0.0/8', 'https://11.1.2.3'],
    ['10.0.0.0/99', 'https://10.1.2.3'],
    ['fd00::/8', 'https://10.1.2.3'],
    ['a/b, /8, ://, [', 'https://vc.example'],
  ])('is not spared by NO_PROXY=%j for %s', (exceptions, url) => {
    expect(proxyOf({ ...secureProxy, NO_PROXY: exceptions }, url)).toBe('proxy.example:3128');
  });

  it('that is none is refused, without its password', () => {
    const rule = environmentProxy({ HTTPS_PROXY: 'socks5://user:secret@proxy' });
    expect(() => rule.proxyFor(new URL('https://vc.example'))).toThrow(/^(?!.*secret).*is no address of a proxy/);
  });
});
