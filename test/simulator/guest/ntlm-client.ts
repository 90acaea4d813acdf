import { createHmac } from 'node:crypto';
import { md4 } from '../../../src/simulator/guest/md4.js';

/** The client's side of NTLM, as Windows plays it. */
export function opening(): Buffer {
  const message = Buffer.alloc(32);
  message.write('NTLMSSP\0', 'latin1');
  message.writeUInt32LE(1, 8);
  return message;
}

/** Message 3 for a challenge. */
export function answerTo(challengeMessage: Buffer, userName: string, domain: string, password: string): Buffer {
  const challenge = challengeMessage.subarray(24, 32);
  const infoAt = challengeMessage.readUInt32LE(44);
  const info = challengeMessage.subarray(infoAt, infoAt + challengeMessage.readUInt16LE(40));
  const temp = Buffer.concat([Buffer.from('0101000000000000', 'hex'), Buffer.alloc(20, 7), info, Buffer.alloc(4)]);
  const hash = md4(Buffer.from(password, 'utf16le'));
  const key = createHmac('md5', hash)
    .update(Buffer.from(userName.toUpperCase() + domain, 'utf16le'))
    .digest();
  const proof = createHmac('md5', key).update(challenge).update(temp).digest();
  const parts = [
    Buffer.alloc(24),
    Buffer.concat([proof, temp]),
    Buffer.from(domain, 'utf16le'),
    Buffer.from(userName, 'utf16le'),
    Buffer.from('WS', 'utf16le'),
    Buffer.alloc(0),
  ];
  const headLength = 64;
  const head = Buffer.alloc(headLength);
  head.write('NTLMSSP\0', 'latin1');
  head.writeUInt32LE(3, 8);
  let offset = headLength;
  parts.forEach((part, index) => {
    const at = 12 + index * 8;
    head.writeUInt16LE(part.length, at);
    head.writeUInt16LE(part.length, at + 2);
    head.writeUInt32LE(offset, at + 4);
    offset += part.length;
  });
  return Buffer.concat([head, ...parts]);
}
