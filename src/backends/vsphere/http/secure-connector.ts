import type { OnReadOpts, Socket } from 'node:net';
import { checkServerIdentity, createSecureContext, type SecureContext, TLSSocket } from 'node:tls';
import { buildConnector } from 'undici';
import { systemAuthorities } from './authorities.js';
import { CertificateRefused } from './http-failure.js';
import type { ProxyAddress } from './proxy-address.js';
import { openTunnel } from './proxy-tunnel.js';
import { thumbprintOf, type ThumbprintHash } from './thumbprint.js';
import type { TlsPolicy } from './tls-policy.js';

/** How long a host may take to answer the first packet and to show its certificate. */
const connectTimeoutMs = 10_000;

/**
 * Makes connections that are handed on only when the policy accepts the certificate at the other end: no byte of a
 * request is sent before.
 *
 * @param onread buffer that takes what is read in place of streams. A connection through a proxy does not use it.
 */
export function secureConnector(
  policy: TlsPolicy,
  proxy: ProxyAddress | undefined,
  onread?: OnReadOpts,
): buildConnector.connector {
  const direct = buildConnector({
    timeout: connectTimeoutMs,
    // Node would tell that it refused a certificate, but not which one, so the decision is made below.
    rejectUnauthorized: false,
    checkServerIdentity: () => undefined,
    // On a resumed session the peer shows no certificate that could be looked at.
    maxCachedSessions: 0,
    secureContext: contextOf(policy.kind === 'authorities' ? policy.ca : nobody),
    ...(onread === undefined ? {} : { onread }),
  });
  return (target, callback) => {
    const connect = (tunnel?: Socket): void => {
      direct(tunnel === undefined ? target : { ...target, httpSocket: tunnel }, (error, socket) => {
        if (error !== null) return callback(error, null);
        const refusal = socket instanceof TLSSocket ? refusalOf(socket, target, policy) : undefined;
        if (refusal === undefined) return callback(null, socket);
        socket.destroy();
        callback(refusal, null);
      });
    };
    if (proxy === undefined) return connect();
    openTunnel(proxy, target, connectTimeoutMs, (outcome) => {
      if (outcome instanceof Error) return callback(outcome, null);
      return target.protocol === 'http:' ? callback(null, outcome) : connect(outcome);
    });
  };
}

/** Where the certificate is not judged by who signed it, no authority has to be known. */
const nobody: readonly string[] = [];

const contexts = new WeakMap<readonly string[], SecureContext>();

/** One context for each list: making it parses every certificate. */
function contextOf(ca: readonly string[] = systemAuthorities()): SecureContext {
  let context = contexts.get(ca);
  if (context === undefined) contexts.set(ca, (context = createSecureContext({ ca: [...ca] })));
  return context;
}

function refusalOf(
  socket: TLSSocket,
  { hostname, servername }: buildConnector.Options,
  policy: TlsPolicy,
): Error | undefined {
  if (policy.kind === 'insecure') return undefined;
  const certificate = socket.getPeerCertificate();
  const der: Buffer | undefined = certificate.raw;
  if (der === undefined) return new Error(`${hostname} showed no certificate.`);
  if (policy.kind === 'pinned') {
    const isExpected = policy.thumbprints.some(({ hash, text }) => thumbprintOf(der, hash).text === text);
    if (isExpected) return undefined;
    const hash: ThumbprintHash = policy.thumbprints.some((pinned) => pinned.hash === 'SHA-256') ? 'SHA-256' : 'SHA-1';
    return new CertificateRefused(hostname, 'it is not the pinned one', thumbprintOf(der, hash), policy.thumbprints);
  }
  const reason = socket.authorized
    ? checkServerIdentity(servername || hostname, certificate)?.message
    : reasonOf(socket.authorizationError);
  if (reason === undefined) return undefined;
  return new CertificateRefused(hostname, reason, thumbprintOf(der, 'SHA-256'), []);
}

/** What OpenSSL's codes mean, where people meet them. */
const reasons: Readonly<Record<string, string>> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: 'it is self-signed',
  SELF_SIGNED_CERT_IN_CHAIN: 'its authority is not among the trusted ones',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its authority is unknown, or the server does not send the whole chain',
  UNABLE_TO_GET_ISSUER_CERT: 'its authority is unknown',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'its authority is unknown',
  CERT_HAS_EXPIRED: 'it has expired',
  CERT_NOT_YET_VALID: 'it is not valid yet; is the clock of this machine right?',
};

function reasonOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
  return reasons[code] ?? (error instanceof Error ? error.message : code);
}
