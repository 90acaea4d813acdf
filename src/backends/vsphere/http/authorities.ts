import { readFileSync } from 'node:fs';
import * as tls from 'node:tls';
import { certificatesIn } from './certificates.js';

/**
 * Where Linux and the BSDs keep the authorities that their administrator trusts; the first file that is there counts,
 * as it does for curl and Go.
 */
const bundleFiles = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/tls/certs/ca-bundle.crt',
  '/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem',
  '/etc/ssl/ca-bundle.pem',
  '/etc/ssl/cert.pem',
  '/usr/local/share/certs/ca-root-nss.crt',
];

/** `tls.getCACertificates` where this Node has it: from 22.15 on. */
type CertificateReader = (type: 'default' | 'system') => readonly string[];

let known: readonly string[] | undefined;

/**
 * The authorities that this machine trusts, in PEM form: those that come with Node, those of `NODE_EXTRA_CA_CERTS`, and
 * those of the operating system. Node looks at the last only when told to, and older versions on Linux cannot; an
 * administrator who added the authority of a vCenter to the system expects it to count. Read once.
 */
export function systemAuthorities(): readonly string[] {
  return (known ??= [...new Set(readAuthorities())]);
}

function readAuthorities(): readonly string[] {
  const reader: unknown = Reflect.get(tls, 'getCACertificates');
  if (typeof reader === 'function') {
    const read = reader as CertificateReader;
    return [...read('default'), ...read('system')];
  }
  const extra = process.env['NODE_EXTRA_CA_CERTS'];
  const named = process.env['SSL_CERT_FILE'];
  const system = named === undefined || named === '' ? firstOf(bundleFiles) : firstOf([named]);
  return [...tls.rootCertificates, ...(extra === undefined ? [] : firstOf([extra])), ...system];
}

/** The certificates of the first of the files that can be read. */
function firstOf(files: readonly string[]): readonly string[] {
  for (const file of files) {
    try {
      return certificatesIn(readFileSync(file, 'utf8'));
    } catch {
      // Another distribution has it elsewhere; with none of them, what comes with Node still counts.
    }
  }
  return [];
}
