import type { Thumbprint } from './thumbprint.js';

/**
 * How an exchange over HTTP failed. `resolve`, `connect`, `proxy`: nobody there. `tls`: somebody, with whom no
 * secure connection could be agreed on. `certificate`: somebody else there, or
 * nobody that we trust. `lost`: the connection broke. `timeout`: no whole answer in time. `unavailable`: the server, or
 * what stands before it, cannot serve now. `refused`: it will not. `bad-answer`: an answer that makes no sense.
 */
export type HttpFailureKind =
  | 'resolve'
  | 'connect'
  | 'proxy'
  | 'tls'
  | 'certificate'
  | 'lost'
  | 'timeout'
  | 'unavailable'
  | 'refused'
  | 'bad-answer';

/** An exchange over HTTP that brought no answer to work with. The message names host and port, and no secret. */
export class HttpFailure extends Error {
  readonly kind: HttpFailureKind;
  /** The server may have carried out the request. When false, it certainly has not, and it is safe to repeat. */
  readonly mayHaveRun: boolean;
  /** Status of the answer, where there was one. */
  readonly status: number | undefined;

  constructor(
    kind: HttpFailureKind,
    message: string,
    options: { readonly mayHaveRun: boolean; readonly status?: number; readonly cause?: unknown },
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'HttpFailure';
    this.kind = kind;
    this.mayHaveRun = options.mayHaveRun;
    this.status = options.status;
  }
}

/** A host showed a certificate that the policy does not accept. Nothing was sent to it. */
export class CertificateRefused extends Error {
  readonly host: string;
  readonly seen: Thumbprint;
  /** The pinned thumbprints; empty where an authority has to vouch. */
  readonly expected: readonly Thumbprint[];

  constructor(host: string, reason: string, seen: Thumbprint, expected: readonly Thumbprint[]) {
    super(
      expected.length === 0
        ? `The certificate of ${host} is not trusted: ${reason}. Its ${seen.hash} thumbprint is ${seen.text}. ` +
            'Name the file of its authority in tls.ca, or, after checking the thumbprint on the host itself, ' +
            'pin it in tls.thumbprint.'
        : `The certificate of ${host} is another one than expected. Expected: ` +
            `${expected.map(({ hash, text }) => `${hash} ${text}`).join(' or ')}; seen: ${seen.hash} ${seen.text}. ` +
            'If the certificate was renewed, check the new thumbprint on the host itself and pin that.',
    );
    this.name = 'CertificateRefused';
    this.host = host;
    this.seen = seen;
    this.expected = expected;
  }
}

/** A proxy that would not open a tunnel. Nothing was sent to the host behind it. */
export class ProxyFailure extends Error {
  constructor(message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.name = 'ProxyFailure';
  }
}
