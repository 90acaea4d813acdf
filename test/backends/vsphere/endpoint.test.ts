import { describe, expect, it } from 'vitest';
import { sdkUrl } from '../../../src/backends/vsphere/endpoint.js';

describe('the URL of the API', () => {
  it.each([
    ['vcenter.example', 'https://vcenter.example/sdk'],
    ['vcenter.example:8443', 'https://vcenter.example:8443/sdk'],
    ['https://vcenter.example/sdk', 'https://vcenter.example/sdk'],
    ['https://vcenter.example/sdk/', 'https://vcenter.example/sdk'],
    ['https://vcenter.example/', 'https://vcenter.example/sdk'],
    ['HTTPS://VCenter.Example:443/sdk?x=1#y', 'https://vcenter.example/sdk'],
    ['http://esx.example:8080', 'http://esx.example:8080/sdk'],
    ['https://gateway.example/vc1/sdk', 'https://gateway.example/vc1/sdk'],
    ['192.0.2.1', 'https://192.0.2.1/sdk'],
    ['2001:db8::1', 'https://[2001:db8::1]/sdk'],
    ['[2001:db8::1]:8443', 'https://[2001:db8::1]:8443/sdk'],
    ['  vcenter.example ', 'https://vcenter.example/sdk'],
  ])('of %s is %s', (hostName, url) => {
    expect(sdkUrl(hostName).href).toBe(url);
  });

  it.each([null, 'https://', 'ftp://vcenter.example', 'a b', 'https://user:secret@vcenter.example/sdk'])(
    'is refused as %s, without showing a password',
    (hostName) => {
      expect(() => sdkUrl(hostName)).toThrow(expect.objectContaining({ kind: 'host-name-invalid' }));
      expect(() => sdkUrl(hostName)).toThrow(/^(?!.*secret).*https:\/\/vcenter\.example\/sdk/s);
    },
  );
});
