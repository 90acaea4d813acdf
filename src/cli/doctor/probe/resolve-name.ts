import { isIP } from 'node:net';
import type { Finding } from '../check.js';
import { green, trouble } from '../check.js';
import type { DoctorContext } from '../doctor-context.js';

/** What can be wrong with a name. */
export const nameProblems = {
  unknown: {
    status: 'red',
    cause: 'Nobody knows the name {host} ({code}).',
    next: 'Check its spelling. If it is right, add it to the DNS or to the hosts file of this machine, or use an address.',
  },
  unresolved: {
    status: 'red',
    cause: 'The name {host} cannot be looked up at the moment ({code}).',
    next: 'The name server does not answer: check the network and the name servers of this machine.',
  },
} as const;

/** The host of a URL as sockets take it: addresses of IPv6 without brackets. */
export function plainHost(url: URL): string {
  return url.hostname.replace(/^\[|\]$/g, '');
}

/** Looks a name up: all its addresses. */
export async function resolveName(
  host: string,
  { lookup }: Pick<DoctorContext, 'lookup'>,
): Promise<Finding<readonly string[], keyof typeof nameProblems>> {
  if (isIP(host) !== 0) return green(`${host} is an address`, [host], { facts: { host, addresses: [host] } });
  try {
    const addresses = [...new Set((await lookup(host)).map(({ address }) => address))];
    return green(`${host} is ${addresses.join(', ')}`, addresses, { facts: { host, addresses } });
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    return trouble(code === 'EAI_AGAIN' || code === 'ETIMEOUT' ? 'unresolved' : 'unknown', { facts: { host, code } });
  }
}
