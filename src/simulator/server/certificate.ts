import { generateKeyPair, generateKeyPairSync, randomBytes, X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { promisify } from 'node:util';
import forge from 'node-forge';

/** A certificate with its private key, as PEM. */
export interface TlsIdentity {
  readonly cert: string;
  readonly key: string;
}

const lifetimeMs = 365 * 24 * 3_600_000;
/** A client's clock may be a little behind. */
const marginMs = 24 * 3_600_000;

const keyOptions = {
  modulusLength: 2048,
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  publicKeyEncoding: { type: 'spki', format: 'pem' },
} as const;

/** Makes a certificate that signs itself, for names and addresses of this machine. */
export async function selfSignedCertificate(names: readonly string[]): Promise<TlsIdentity> {
  return sign(names, await promisify(generateKeyPair)('rsa', keyOptions));
}

/** As `selfSignedCertificate`, but blocks the process meanwhile. */
export function selfSignedCertificateNow(names: readonly string[]): TlsIdentity {
  return sign(names, generateKeyPairSync('rsa', keyOptions));
}

interface KeyPair {
  readonly privateKey: string;
  readonly publicKey: string;
}

function sign(names: readonly string[], { privateKey, publicKey }: KeyPair): TlsIdentity {
  const certificate = forge.pki.createCertificate();
  certificate.publicKey = forge.pki.publicKeyFromPem(publicKey);
  // The first bit must be 0, since serial numbers are positive.
  certificate.serialNumber = `0${randomBytes(16).toString('hex').slice(1)}`;
  certificate.validity.notBefore = new Date(Date.now() - marginMs);
  certificate.validity.notAfter = new Date(Date.now() + lifetimeMs);
  const subject = [
    { name: 'commonName', value: names[0] ?? 'localhost' },
    { name: 'organizationName', value: 'Revix simulator' },
  ];
  certificate.setSubject(subject);
  certificate.setIssuer(subject);
  certificate.setExtensions([
    { name: 'basicConstraints', cA: true, critical: true },
    { name: 'keyUsage', digitalSignature: true, keyEncipherment: true, keyCertSign: true, critical: true },
    { name: 'extKeyUsage', serverAuth: true },
    { name: 'subjectKeyIdentifier' },
    {
      name: 'subjectAltName',
      altNames: names.map((name) => (isIP(name) === 0 ? { type: 2, value: name } : { type: 7, ip: name })),
    },
  ]);
  certificate.sign(forge.pki.privateKeyFromPem(privateKey), forge.md.sha256.create());
  return { cert: forge.pki.certificateToPem(certificate), key: privateKey };
}

/** Thumbprints of a certificate, as `AB:CD:...`. */
export function thumbprintsOf({ cert }: Pick<TlsIdentity, 'cert'>): { readonly sha1: string; readonly sha256: string } {
  const { fingerprint, fingerprint256 } = new X509Certificate(cert);
  return { sha1: fingerprint, sha256: fingerprint256 };
}
