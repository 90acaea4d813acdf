import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { TlsIdentity } from '../../simulator/index.js';

/**
 * Reads a certificate and its key, both PEM.
 * @throws Error that names the file which cannot be used, and why.
 */
export function readTlsFiles(certificatePath: string, keyPath: string): TlsIdentity {
  const cert = readPem('certificate', certificatePath);
  const key = readPem('key', keyPath);
  const certificate = understood('certificate', certificatePath, () => new X509Certificate(cert));
  const privateKey = understood('key', keyPath, () => createPrivateKey(key));
  if (certificate.checkPrivateKey(privateKey)) return { cert, key };
  throw new Error(`the key '${keyPath}' does not belong to the certificate '${certificatePath}'`);
}

function readPem(what: string, path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`the ${what} '${path}' cannot be read: ${reason}`, { cause: error });
  }
}

function understood<Value>(what: string, path: string, read: () => Value): Value {
  try {
    return read();
  } catch (error) {
    throw new Error(`'${path}' holds no ${what} in PEM form without a passphrase`, { cause: error });
  }
}
