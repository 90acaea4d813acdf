import { isIP } from 'node:net';
import { Fault } from '../../../base/fault.js';

/**
 * Which name of an ESXi host to try first for a guest file: the one in the URL that the server gave, or the address of
 * its management network. vCenter gives the name under which it knows the host, which need not be known here.
 */
export type TransferHostOrder = 'name-first' | 'address-first';

/**
 * The URLs under which a guest file may be reached, best first. Only the host and the port of the server's URL are ever
 * changed: its token may contain anything, also `*` and `443`.
 *
 * @param given URL from `InitiateFileTransferToGuest` or `...FromGuest`. Its host is `*` where the server that was asked
 *   serves the file itself.
 * @param connection URL by which the server was asked.
 * @param managementAddress address of the ESXi host on its management network, where it has exactly one.
 * @throws Fault `internal` for a text that is no URL.
 */
export function transferUrls(
  given: string,
  connection: URL,
  managementAddress: string | undefined,
  order: TransferHostOrder,
): readonly URL[] {
  const isOwn = /^https?:\/\/\*(?=[:/?#]|$)/i.test(given);
  const text = isOwn ? given.replace('*', 'placeholder.invalid') : given;
  if (!URL.canParse(text)) {
    throw new Fault(
      'internal',
      'The server answered with a transfer URL that is none. Its text is not shown: it may be secret.',
    );
  }
  const url = new URL(text);
  if (isOwn) return [at(url, connection.hostname, connection.port)];
  if (managementAddress === undefined || managementAddress === url.hostname) return [url];
  const byAddress = at(url, isIP(managementAddress) === 6 ? `[${managementAddress}]` : managementAddress, url.port);
  return order === 'name-first' ? [url, byAddress] : [byAddress, url];
}

function at(url: URL, hostname: string, port: string): URL {
  const moved = new URL(url);
  moved.hostname = hostname;
  moved.port = port;
  return moved;
}
