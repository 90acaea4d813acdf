import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { Fault } from '../../../base/fault.js';
import { certificatesIn } from './certificates.js';
import type { Thumbprint } from './thumbprint.js';

/**
 * Whose certificate is accepted. `authorities`: one that a trusted authority vouches for, with the right host name.
 * `pinned`: one of these and no other, whoever signed it. `insecure`: any.
 */
export type TlsPolicy =
  | {
      readonly kind: 'authorities';
      /** PEM; absent: those that this machine trusts. */ readonly ca?: readonly string[];
    }
  | { readonly kind: 'pinned'; readonly thumbprints: readonly Thumbprint[] }
  | { readonly kind: 'insecure' };

export const verifiedBySystem: TlsPolicy = { kind: 'authorities' };

/** A policy that trusts the authorities in these PEM files, and no others. @throws Fault naming the file. */
export function trustingFiles(files: readonly string[], directory: string): TlsPolicy {
  return { kind: 'authorities', ca: files.flatMap((file) => certificatesOf(resolve(directory, file))) };
}

function certificatesOf(file: string): readonly string[] {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Fault('file-not-found', `tls.ca names the file ${file}, which cannot be read: ${reason}`, {
      cause: error,
    });
  }
  const found = certificatesIn(text);
  if (found.length > 0) return found;
  throw new Fault('invalid-argument', `tls.ca names the file ${file}, which holds no certificate in PEM form.`);
}

/** Equal for policies that accept the same: connections under one key may be shared. */
export function policyKey(policy: TlsPolicy): string {
  switch (policy.kind) {
    case 'authorities':
      return JSON.stringify(['authorities', policy.ca ?? null]);
    case 'pinned':
      return JSON.stringify(['pinned', policy.thumbprints.map(({ text }) => text).sort()]);
    case 'insecure':
      return 'insecure';
  }
}
