import { X509Certificate } from 'node:crypto';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseThumbprint, thumbprintOf } from '../../../../src/backends/vsphere/http/thumbprint.js';
import { goodCertificate } from '../../../fixtures/tls/certificates.js';

describe('a thumbprint', () => {
  it('is read in every form in which people copy it', () => {
    const digits = fc.oneof(
      fc.uint8Array({ minLength: 20, maxLength: 20 }),
      fc.uint8Array({ minLength: 32, maxLength: 32 }),
    );
    const forms = (hex: string): readonly string[] => [
      hex,
      hex.toUpperCase(),
      hex.replaceAll(/..(?!$)/g, '$&:'),
      ` ${hex.replaceAll(/..(?!$)/g, '$& ')}\n`,
      `${hex.length === 40 ? 'SHA1' : 'sha-256'}:${hex}`,
      `${hex.length === 40 ? 'SHA1' : 'sha256'} Fingerprint=${hex.toUpperCase().replaceAll(/..(?!$)/g, '$&:')}`,
    ];
    fc.assert(
      fc.property(digits, (bytes) => {
        const hex = Buffer.from(bytes).toString('hex');
        const read = forms(hex).map((form) => parseThumbprint(form));
        expect(new Set(read.map(({ text }) => text)).size).toBe(1);
        expect(read[0]?.hash).toBe(bytes.length === 20 ? 'SHA-1' : 'SHA-256');
      }),
    );
  });

  it('is that which Node and OpenSSL tell', () => {
    const certificate = new X509Certificate(goodCertificate.cert);
    expect(thumbprintOf(certificate.raw, 'SHA-1').text).toBe(certificate.fingerprint);
    expect(thumbprintOf(certificate.raw, 'SHA-256').text).toBe(certificate.fingerprint256);
  });

  it.each(['', 'AB:CD', 'zz'.repeat(20), 'a'.repeat(41)])('is refused as %j', (text) => {
    expect(() => parseThumbprint(text)).toThrow(/is no thumbprint .* 40 hexadecimal digits/);
  });
});
