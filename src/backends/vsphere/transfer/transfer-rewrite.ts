import * as v from 'valibot';
import { Fault } from '../../../base/fault.js';
import { type TlsOption, policyOf, tlsSchema } from '../http/tls-option.js';
import type { TlsPolicy } from '../http/tls-policy.js';

/** Another way to the bytes of a guest file than the one that the server named. */
export interface RewrittenTransfer {
  /** `https` or `http`. */
  readonly url: URL;
  /**
   * Whose certificate is accepted there, for a reverse proxy with one of its own. By default that of the ESXi host, as for
   * the URL that the server named.
   */
  readonly tls?: TlsOption | undefined;
}

/**
 * Tells where the bytes of a guest file are to be had or to be sent. The query of the URL holds a token that is good for
 * this file, and the server asks for path and query as they were; the URL may be changed in place.
 */
export type RewriteTransferUrl = (url: URL) => URL | RewrittenTransfer;

/**
 * Asks the hook of the program about a URL. Nothing that the hook gives or throws is shown: it may hold the token.
 *
 * @param policy for the URL as it was.
 * @param mustVerify the program asked for verified certificates: `"insecure"` counts as `"system"`, as in the options.
 * @throws Fault `invalid-argument` when the hook throws, or gives no URL, or no option for certificates.
 */
export function rewritten(
  rewrite: RewriteTransferUrl,
  url: URL,
  policy: TlsPolicy,
  mustVerify: boolean,
): { readonly url: URL; readonly policy: TlsPolicy } {
  let answer: URL | RewrittenTransfer;
  try {
    answer = rewrite(new URL(url));
  } catch {
    throw new Fault('invalid-argument', `The option rewriteTransferUrl threw an error for ${url.origin}.`);
  }
  // Plain JavaScript may give anything.
  const given: Partial<RewrittenTransfer> | undefined = answer instanceof URL ? { url: answer } : answer;
  const to: unknown = given?.url;
  if (!(to instanceof URL) || !['https:', 'http:'].includes(to.protocol)) {
    const message = `The option rewriteTransferUrl gave no URL of https or http for ${url.origin}. See docs/vsphere.md.`;
    throw new Fault('invalid-argument', message);
  }
  if (given?.tls === undefined) return { url: to, policy };
  const tls = v.safeParse(tlsSchema, given.tls);
  if (!tls.success) {
    const message = `The option rewriteTransferUrl gave a tls for ${url.origin} that is wrong: it`;
    throw new Fault('invalid-argument', `${message} ${tls.issues[0].message}. See docs/vsphere.md.`);
  }
  return { url: to, policy: policyOf(mustVerify && tls.output === 'insecure' ? 'system' : tls.output, '.') };
}
