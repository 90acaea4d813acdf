import { Fault } from '../../../base/fault.js';
import { Secret, withoutUserInfo } from '../../../base/secret.js';

/** A proxy that opens tunnels by `CONNECT`. */
export interface ProxyAddress {
  /** Without user and password. */
  readonly url: URL;
  /** Value of the `Proxy-Authorization` header. */
  readonly authorization: Secret | null;
}

/** Reads `http://[user:password@]host[:port]`. @throws Fault `invalid-argument`. */
export function parseProxy(text: string): ProxyAddress {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !['http:', 'https:'].includes(url.protocol)) {
    throw new Fault(
      'invalid-argument',
      `"${withoutUserInfo(text)}" is no address of a proxy. Give it as http://host:port.`,
    );
  }
  const user = decodeURIComponent(url.username);
  const password = decodeURIComponent(url.password);
  url.username = '';
  url.password = '';
  const basic = Buffer.from(`${user}:${password}`).toString('base64');
  return { url, authorization: user === '' ? null : new Secret(`Basic ${basic}`) };
}
