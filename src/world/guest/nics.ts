import { createHash } from 'node:crypto';
import { isIPv4, isIPv6 } from 'node:net';
import type { NicRecord } from '../vm/vm-record.js';

/** A network card as the guest sees it. */
export type GuestNic = Readonly<Omit<NicRecord, 'addresses'>> & { readonly addresses: readonly string[] };

/** An address with the length of its network's prefix. */
export interface NicAddress {
  readonly address: string;
  readonly prefixLength: number;
}

const defaultPrefix = { ipv4: 24, ipv6: 64 } as const;
const longestPrefix = { ipv4: 32, ipv6: 128 } as const;

/** A hardware address of the range that a vCenter hands out; the same seed always gets the same. */
export function macFrom(seed: string): string {
  const [first = 0, ...rest] = createHash('sha256').update(`mac ${seed}`).digest().subarray(0, 3);
  return ['00', '50', '56', ...[0x80 | (first & 0x3f), ...rest].map(hexByte)].join(':');
}

/** What a network with DHCP gives a card: an IPv4 address of its own, and the IPv6 address that the card makes itself. */
export function leasedAddresses(mac: string): string[] {
  const [first = 0, second = 0, third = 0] = mac
    .split(':')
    .slice(3)
    .map((byte) => Number.parseInt(byte, 16));
  return [`10.${128 | (first & 127)}.${second}.${third}/${defaultPrefix.ipv4}`, linkLocalAddress(mac)];
}

/** The IPv6 address that every card gives itself, by its hardware address. */
export function linkLocalAddress(mac: string): string {
  const [first = 0, ...rest] = mac.split(':').map((byte) => Number.parseInt(byte, 16));
  const [second = 0, third = 0, fourth = 0, fifth = 0, sixth = 0] = rest;
  const groups = [((first ^ 2) << 8) | second, (third << 8) | 0xff, 0xfe00 | fourth, (fifth << 8) | sixth];
  return `fe80::${groups.map((group) => group.toString(16)).join(':')}/${defaultPrefix.ipv6}`;
}

/** The address with a prefix length, the usual one where it has none; undefined for what is no address. */
export function withPrefix(text: string): string | undefined {
  const [address = '', prefix, ...more] = text.split('/');
  const kind = isIPv4(address) ? 'ipv4' : isIPv6(address) ? 'ipv6' : undefined;
  if (kind === undefined || more.length > 0) return undefined;
  if (prefix === undefined) return `${address}/${defaultPrefix[kind]}`;
  return /^\d{1,3}$/u.test(prefix) && Number(prefix) <= longestPrefix[kind] ? text : undefined;
}

/** Takes an address of a card apart. */
export function parseNicAddress(text: string): NicAddress {
  const [address = '', prefix = ''] = text.split('/');
  return { address, prefixLength: Number(prefix) };
}

/** Every address of the cards that are connected, without prefix lengths, in the order of the cards. */
export function addressesOf(nics: readonly GuestNic[]): readonly string[] {
  return nics
    .filter(({ isConnected }) => isConnected)
    .flatMap(({ addresses }) => addresses.map((text) => parseNicAddress(text).address));
}

/** The address that a guest is known by: the first that others can reach, IPv4 before IPv6; empty where it has none. */
export function primaryAddress(nics: readonly GuestNic[]): string {
  const reachable = addressesOf(nics).filter((address) => !address.toLowerCase().startsWith('fe80:'));
  return reachable.find((address) => isIPv4(address)) ?? reachable[0] ?? '';
}

/** The mask of an IPv4 network, such as `255.255.255.0`. */
export function networkMask(prefixLength: number): string {
  return [0, 8, 16, 24].map((start) => 256 - 2 ** (8 - Math.min(8, Math.max(0, prefixLength - start)))).join('.');
}

function hexByte(byte: number): string {
  return byte.toString(16).padStart(2, '0');
}
