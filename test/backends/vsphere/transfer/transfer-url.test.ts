import { assert, boolean, constantFrom, property, string } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { transferUrls } from '../../../../src/backends/vsphere/transfer/transfer-url.js';
import { Fault } from '../../../../src/base/fault.js';

const connection = new URL('https://vcenter.example:8443/sdk');

function hrefs(given: string, address?: string, order: 'name-first' | 'address-first' = 'name-first'): string[] {
  return transferUrls(given, connection, address, order).map((url) => url.href);
}

describe('the URLs of a guest file', () => {
  it('lead to the server that was asked where it says "*"', () => {
    expect(hrefs('https://*:443/guestFile?id=1&token=52*443')).toEqual([
      'https://vcenter.example:8443/guestFile?id=1&token=52*443',
    ]);
    expect(hrefs('https://*/guestFile?id=1')).toEqual(['https://vcenter.example:8443/guestFile?id=1']);
  });

  it('are the given name and the management address, in the order that is wished', () => {
    const given = 'https://esx1.example/guestFile?id=1&token=x';
    const byAddress = 'https://192.0.2.7/guestFile?id=1&token=x';
    expect(hrefs(given, '192.0.2.7')).toEqual([given, byAddress]);
    expect(hrefs(given, '192.0.2.7', 'address-first')).toEqual([byAddress, given]);
  });

  it('keep the port of the host, also with an address of IPv6', () => {
    expect(hrefs('https://esx1.example:9443/guestFile?id=1', '2001:db8::7')).toEqual([
      'https://esx1.example:9443/guestFile?id=1',
      'https://[2001:db8::7]:9443/guestFile?id=1',
    ]);
  });

  it('are one where the address is what was given, or is not known', () => {
    expect(hrefs('https://192.0.2.7/guestFile?id=1', '192.0.2.7')).toHaveLength(1);
    expect(hrefs('https://esx1.example/guestFile?id=1')).toHaveLength(1);
  });

  it('never change anything but host and port', () => {
    const token = string({ unit: constantFrom('*', '4', '%', '2', 'A', ':', '/', '@', '?', '-', '~') });
    const host = constantFrom('*', '*:443', 'esx1.example', 'esx1.example:443');
    assert(
      property(host, token, boolean(), (name, text, isAddressKnown) => {
        const given = `https://${name}/guestFile?id=443&token=${encodeURI(text).replaceAll('#', '')}`;
        for (const url of transferUrls(given, connection, isAddressKnown ? '192.0.2.7' : undefined, 'name-first')) {
          expect(url.href.slice(url.origin.length)).toBe(given.slice(given.indexOf('/guestFile')));
        }
      }),
    );
  });

  it('are refused without being shown when the server gives none', () => {
    const refused = (): unknown => hrefs('no URL, token=secret');
    expect(refused).toThrow(Fault);
    expect(refused).not.toThrow(/token=secret/);
  });
});
