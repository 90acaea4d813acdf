import * as fc from 'fast-check';
import { isIPv4, isIPv6 } from 'node:net';
import { describe, expect, it } from 'vitest';
import {
  leasedAddresses,
  linkLocalAddress,
  macFrom,
  networkMask,
  parseNicAddress,
  primaryAddress,
  withPrefix,
} from '../../../src/world/guest/nics.js';
import { nic } from './guest-fixture.js';

describe('network cards', () => {
  it("have a hardware address of vCenter's range, always the same, and addresses that follow from it", () => {
    fc.assert(
      fc.property(fc.string(), (seed) => {
        const mac = macFrom(seed);
        expect(mac).toMatch(/^00:50:56:[89ab][0-9a-f](?::[0-9a-f]{2}){2}$/u);
        expect(macFrom(seed)).toBe(mac);
        const [four = '', six = ''] = leasedAddresses(mac).map((text) => parseNicAddress(text).address);
        expect([isIPv4(four), isIPv6(six)]).toEqual([true, true]);
      }),
    );
    expect(linkLocalAddress('00:50:56:80:01:02')).toBe('fe80::250:56ff:fe80:102/64');
  });

  it.each([
    ['10.0.0.5', '10.0.0.5/24'],
    ['10.0.0.5/8', '10.0.0.5/8'],
    ['2001:db8::5', '2001:db8::5/64'],
    ['2001:db8::5/128', '2001:db8::5/128'],
    ['10.0.0.5/33', undefined],
    ['10.0.0', undefined],
    ['10.0.0.5/', undefined],
    ['10.0.0.5/8/9', undefined],
    ['', undefined],
  ])('take %j as %j', (text, expected) => {
    expect(withPrefix(text)).toBe(expected);
  });

  it.each([
    [0, '0.0.0.0'],
    [1, '128.0.0.0'],
    [8, '255.0.0.0'],
    [20, '255.255.240.0'],
    [32, '255.255.255.255'],
  ])('have for a prefix of %i the mask %s', (length, mask) => {
    expect(networkMask(length)).toBe(mask);
  });

  it('are known by an address that others can reach, IPv4 first', () => {
    const off = { ...nic('10.0.0.1/24'), isConnected: false };
    expect(primaryAddress([off, nic('fe80::1/64'), nic('2001:db8::1/64'), nic('10.0.0.2/24')])).toBe('10.0.0.2');
    expect(primaryAddress([off, nic('fe80::1/64'), nic('2001:db8::1/64')])).toBe('2001:db8::1');
    expect(primaryAddress([off, nic('fe80::1/64')])).toBe('');
  });
});
