import { createHash, type BinaryLike } from 'node:crypto';
import { Fault } from '../../../base/fault.js';

export type ThumbprintHash = 'SHA-1' | 'SHA-256';

/** The hash of a certificate, by which a host is known without any authority. */
export interface Thumbprint {
  readonly hash: ThumbprintHash;
  /** Pairs of capital hexadecimal digits with colons between: the form in which browsers and `openssl` show it. */
  readonly text: string;
}

const hashesByLength: ReadonlyMap<number, ThumbprintHash> = new Map([
  [40, 'SHA-1'],
  [64, 'SHA-256'],
]);

/**
 * Reads a thumbprint as people copy it: any case, with or without colons, blanks or a leading `sha256:`.
 * @throws Fault `invalid-argument` that quotes the text.
 */
export function parseThumbprint(text: string): Thumbprint {
  const digits = text
    .trim()
    .replace(/^sha-?(?:1|256)(?: fingerprint)?[:=]\s*/i, '')
    .replaceAll(/[\s:]/g, '');
  const hash = hashesByLength.get(digits.length);
  if (hash === undefined || !/^[0-9a-f]+$/i.test(digits)) {
    throw new Fault(
      'invalid-argument',
      `"${text}" is no thumbprint of a certificate. Give 40 hexadecimal digits for SHA-1 or 64 for SHA-256, ` +
        'as `openssl x509 -noout -fingerprint -sha256` prints them.',
    );
  }
  return { hash, text: withColons(digits) };
}

/** The thumbprint of a certificate in DER form. */
export function thumbprintOf(certificate: BinaryLike, hash: ThumbprintHash): Thumbprint {
  const algorithm = hash === 'SHA-1' ? 'sha1' : 'sha256';
  return { hash, text: withColons(createHash(algorithm).update(certificate).digest('hex')) };
}

function withColons(digits: string): string {
  return digits.toUpperCase().replaceAll(/..(?!$)/g, '$&:');
}
