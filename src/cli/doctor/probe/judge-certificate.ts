import { type Thumbprint, thumbprintOf } from '../../../backends/vsphere/http/thumbprint.js';
import type { TlsPolicy } from '../../../backends/vsphere/http/tls-policy.js';
import { type Facts, type Finding, green, trouble } from '../check.js';
import type { SeenCertificate } from './inspect-tls.js';

/** Why a certificate is not accepted. `{pin}` is the line that would have it accepted. */
export const trustProblems = {
  insecure: {
    status: 'yellow',
    cause: 'Verification is switched off: whoever stands between can read and change everything.',
    next: 'Pin the certificate in place of tls: "insecure", by the lines below.',
  },
  'self-signed': {
    status: 'red',
    cause: 'The certificate of {host} is self-signed: no authority vouches for it.',
    next: 'Compare the thumbprint with the one that the host itself shows, then pin it by the lines below; or name the certificate in tls.ca.',
  },
  'unknown-authority': {
    status: 'red',
    cause: 'This machine does not know the authority that signed the certificate of {host}: {issuer} ({code}).',
    next: 'Name the file of that authority in tls.ca (vCenter offers its own under /certs/download.zip), or pin the thumbprint by the lines below.',
  },
  expired: {
    status: 'red',
    cause: 'The certificate of {host} expired on {to}.',
    next: 'Renew it on the host. Until then it can be pinned by the lines below. If it is not expired, the clock of this machine is wrong.',
  },
  'not-yet-valid': {
    status: 'red',
    cause: 'The certificate of {host} is valid from {from} only.',
    next: 'Check the clocks of this machine and of the host.',
  },
  'wrong-name': {
    status: 'red',
    cause: 'The certificate of {host} is for other names: {names}.',
    next: 'Connect by one of these names, or pin the thumbprint by the lines below.',
  },
  'not-the-pinned': {
    status: 'red',
    cause: '{host} shows another certificate than the pinned one. Expected {expected}, seen {seen}.',
    next: 'If the certificate was renewed, compare the new thumbprint with the one that the host itself shows, and pin that by the lines below. If not, somebody stands between.',
  },
} as const;

type TrustProblem = keyof typeof trustProblems;

/** Problems of the chain that are more than an authority that is not known. */
const chainProblems: Readonly<Record<string, TrustProblem>> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: 'self-signed',
  CERT_HAS_EXPIRED: 'expired',
  CERT_NOT_YET_VALID: 'not-yet-valid',
};

/** The hashes of a certificate, and what stands in it. */
export function factsOf({ hostName, certificate }: SeenCertificate): Facts {
  return {
    host: hostName,
    subject: oneLine(certificate.subject),
    issuer: oneLine(certificate.issuer),
    names: namesOf(certificate.subjectAltName),
    from: isoDay(certificate.validFrom),
    to: isoDay(certificate.validTo),
    sha256: thumbprintOf(certificate.raw, 'SHA-256').text,
    sha1: thumbprintOf(certificate.raw, 'SHA-1').text,
  };
}

/** `CN=vcenter.example, O=Example`. */
function oneLine(name: string): string {
  return name.split('\n').join(', ');
}

/** The names and addresses that a certificate is for. */
function namesOf(alternatives: string | undefined): readonly string[] {
  return (alternatives ?? '').split(', ').flatMap((entry) => /^(?:DNS|IP Address):(.+)$/.exec(entry)?.[1] ?? []);
}

function isoDay(date: string): string {
  return new Date(date).toISOString().slice(0, 10);
}

/**
 * Whether a policy accepts a certificate, as connections decide it.
 * @param pin makes the lines that would have a thumbprint accepted.
 */
export function judgeCertificate(
  seen: SeenCertificate,
  policy: TlsPolicy,
  pin: (sha256: string) => readonly string[],
): Finding<undefined, TrustProblem> {
  const { certificate, chainProblem, nameProblem } = seen;
  const sha256 = thumbprintOf(certificate.raw, 'SHA-256').text;
  const facts = factsOf(seen);
  const details = [`SHA-256 ${sha256}`, `SHA-1   ${thumbprintOf(certificate.raw, 'SHA-1').text}`];
  const withPin = { facts, details: [...details, ...pin(sha256)] };
  switch (policy.kind) {
    case 'insecure':
      return trouble('insecure', { ...withPin, value: undefined });
    case 'pinned': {
      const { thumbprints } = policy;
      if (thumbprints.some((pinned) => isOf(pinned, certificate.raw))) {
        return green('it is the pinned one', undefined, { facts });
      }
      const [first] = thumbprints;
      const seenText = first === undefined ? sha256 : thumbprintOf(certificate.raw, first.hash).text;
      const expected = thumbprints.map(({ hash, text }) => `${hash} ${text}`);
      return trouble('not-the-pinned', { ...withPin, facts: { ...facts, expected, seen: seenText } });
    }
    case 'authorities': {
      if (chainProblem !== undefined) {
        const problem = chainProblems[chainProblem] ?? 'unknown-authority';
        return trouble(problem, { ...withPin, facts: { ...facts, code: chainProblem } });
      }
      if (nameProblem !== undefined) return trouble('wrong-name', withPin);
      return green(`vouched for by ${oneLine(certificate.issuer)}`, undefined, { facts });
    }
  }
}

function isOf({ hash, text }: Thumbprint, certificate: Buffer): boolean {
  return thumbprintOf(certificate, hash).text === text;
}
