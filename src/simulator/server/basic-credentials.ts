import type { IncomingMessage } from 'node:http';
import { Secret } from '../../base/secret.js';

/** User name and password of a request, as HTTP's Basic scheme has them; undefined where it has none. */
export function basicCredentials({
  headers,
}: IncomingMessage): { readonly userName: string; readonly password: Secret } | undefined {
  const [, base64] = /^Basic\s+(\S+)$/iu.exec(headers.authorization ?? '') ?? [];
  const text = base64 === undefined ? '' : Buffer.from(base64, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  if (colon === -1) return undefined;
  return { userName: text.slice(0, colon), password: new Secret(text.slice(colon + 1)) };
}
