import { X509Certificate } from 'node:crypto';

/** The certificate as guests keep it: base64 of its DER form. undefined for a text that holds none. */
export function plainCertificate(text: string): string | undefined {
  const base64 = text.replaceAll(/\s+/gu, '');
  if (!/^[A-Za-z0-9+/]+=*$/u.test(base64)) return undefined;
  const bytes = Buffer.from(base64, 'base64');
  try {
    return new X509Certificate(bytes).raw.toString('base64');
  } catch {
    // The only thing that goes wrong here is bytes that are no certificate.
    return undefined;
  }
}
