import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { Fault } from '../../base/fault.js';
import type { Secret } from '../../base/secret.js';
import type { VmRecord } from './vm-record.js';

const keyBytes = 32;
/** Light on purpose: a mock machine is opened thousands of times in a test run. */
const cost = { N: 1024, r: 8, p: 1 } as const;

/** What a record keeps of the password of an encrypted machine. */
export async function sealPassword(password: Secret): Promise<{ salt: string; hash: string }> {
  const salt = randomBytes(16).toString('hex');
  return { salt, hash: (await derive(password, salt)).toString('hex') };
}

/**
 * Checks the password with which a machine is opened. One that is not encrypted takes any.
 * @throws Fault `vm-needs-key`, `vm-wrong-key`.
 */
export async function checkEncryption(
  record: Pick<VmRecord, 'name' | 'encryption'>,
  password: Secret | null,
): Promise<void> {
  const { encryption, name } = record;
  if (encryption === null) return;
  if (password === null || password.isEmpty) {
    throw new Fault('vm-needs-key', `'${name}' is encrypted. Open it with its encryption password.`);
  }
  const given = await derive(password, encryption.salt);
  const kept = Buffer.from(encryption.hash, 'hex');
  if (given.length !== kept.length || !timingSafeEqual(given, kept)) {
    throw new Fault('vm-wrong-key', `The encryption password for '${name}' is wrong.`);
  }
}

function derive(password: Secret, salt: string): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(password.reveal(), salt, keyBytes, cost, (error, key) => (error === null ? resolve(key) : reject(error)));
  });
}
