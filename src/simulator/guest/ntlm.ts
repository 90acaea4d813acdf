import { createHmac, timingSafeEqual } from 'node:crypto';
import { md4 } from './md4.js';

const signature = Buffer.from('NTLMSSP\0', 'latin1');

/** Unicode, request target, NTLM, always sign, target type server, extended session security, target info, 128 bit. */
const challengeFlags = 0x20_8a_82_05;

const targetInfo = { end: 0, computerName: 1, domainName: 2 } as const;

/** Length of the server's challenge, bytes. */
const challengeLength = 8;
const proofLength = 16;

/** What a client says at the end of the handshake (NTLMSSP message 3), as far as a server needs it. */
export interface NtlmAnswer {
  readonly userName: string;
  readonly domain: string;
  readonly response: Uint8Array;
}

/** Whether this is the message with which a client opens the handshake. */
export function isNtlmOpening(token: Uint8Array): boolean {
  return messageType(token) === 1;
}

/**
 * The server's challenge (NTLMSSP message 2).
 * @param challenge 8 random bytes.
 * @param hostName what the guest calls itself.
 */
export function ntlmChallenge(challenge: Uint8Array, hostName: string): Uint8Array {
  const target = Buffer.from(hostName.toUpperCase(), 'utf16le');
  const info = Buffer.concat([
    pair(targetInfo.domainName, target),
    pair(targetInfo.computerName, target),
    pair(targetInfo.end, Buffer.alloc(0)),
  ]);
  const headLength = 48;
  const head = Buffer.alloc(headLength);
  signature.copy(head);
  head.writeUInt32LE(2, 8);
  writeField(head, 12, target.length, headLength);
  head.writeUInt32LE(challengeFlags, 20);
  head.set(challenge.subarray(0, challengeLength), 24);
  writeField(head, 40, info.length, headLength + target.length);
  return Buffer.concat([head, target, info]);
}

/** Reads message 3; undefined for what is none. */
export function ntlmAnswer(token: Uint8Array): NtlmAnswer | undefined {
  if (messageType(token) !== 3) return undefined;
  const bytes = Buffer.from(token.buffer, token.byteOffset, token.length);
  const response = readField(bytes, 20);
  const domain = readField(bytes, 28);
  const userName = readField(bytes, 36);
  if (response === undefined || domain === undefined || userName === undefined) return undefined;
  return { response, domain: domain.toString('utf16le'), userName: userName.toString('utf16le') };
}

/** Whether the answer proves the password (NTLM version 2, MS-NLMP 3.3.2). */
export function provesPassword(answer: NtlmAnswer, challenge: Uint8Array, password: string): boolean {
  const { response, userName, domain } = answer;
  if (response.length <= proofLength) return false;
  const hash = md4(Buffer.from(password, 'utf16le'));
  const key = hmac(hash, Buffer.from(userName.toUpperCase() + domain, 'utf16le'));
  const expected = hmac(key, challenge, response.subarray(proofLength));
  return timingSafeEqual(expected, response.subarray(0, proofLength));
}

function messageType(token: Uint8Array): number | undefined {
  if (token.length < 12 || !signature.equals(token.subarray(0, signature.length))) return undefined;
  return new DataView(token.buffer, token.byteOffset).getUint32(8, true);
}

function pair(id: number, value: Uint8Array): Buffer {
  const head = Buffer.alloc(4);
  head.writeUInt16LE(id, 0);
  head.writeUInt16LE(value.length, 2);
  return Buffer.concat([head, value]);
}

function writeField(head: Buffer, at: number, length: number, offset: number): void {
  head.writeUInt16LE(length, at);
  head.writeUInt16LE(length, at + 2);
  head.writeUInt32LE(offset, at + 4);
}

/** A field of a message by its place in the head; undefined when it points outside. */
function readField(bytes: Buffer, at: number): Buffer | undefined {
  if (bytes.length < at + 8) return undefined;
  const length = bytes.readUInt16LE(at);
  const offset = bytes.readUInt32LE(at + 4);
  return offset + length > bytes.length ? undefined : bytes.subarray(offset, offset + length);
}

function hmac(key: Uint8Array, ...parts: readonly Uint8Array[]): Buffer {
  const sum = createHmac('md5', key);
  for (const part of parts) sum.update(part);
  return sum.digest();
}
