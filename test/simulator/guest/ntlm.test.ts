import { describe, expect, it } from 'vitest';
import { md4 } from '../../../src/simulator/guest/md4.js';
import { isNtlmOpening, ntlmAnswer, ntlmChallenge, provesPassword } from '../../../src/simulator/guest/ntlm.js';
import { answerTo, opening } from './ntlm-client.js';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

describe('MD4', () => {
  // The test suite of RFC 1320.
  it.each([
    ['', '31d6cfe0d16ae931b73c59d7e0c089c0'],
    ['abc', 'a448017aaf21d8525fc10ae87aa6729d'],
    ['message digest', 'd9130a8164549fe818874806e1c7014b'],
    ['ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789', '043f8582f241db351ce627e153e7f0e4'],
    ['1234567890'.repeat(8), 'e33b4ddc9c38f2199c3e7b164fcc0536'],
  ])('of %j', (text, digest) => {
    expect(hex(md4(Buffer.from(text)))).toBe(digest);
  });
});

describe('NTLM', () => {
  it('gives the proof of the example in MS-NLMP 4.2.4', () => {
    const challenge = Buffer.from('0123456789abcdef', 'hex');
    const info = Buffer.concat([
      Buffer.from('02000c00', 'hex'),
      Buffer.from('Domain', 'utf16le'),
      Buffer.from('01000c00', 'hex'),
      Buffer.from('Server', 'utf16le'),
      Buffer.alloc(4),
    ]);
    const temp = Buffer.concat([
      Buffer.from('0101000000000000', 'hex'),
      Buffer.alloc(8),
      Buffer.from('aaaaaaaaaaaaaaaa00000000', 'hex'),
      info,
      Buffer.alloc(4),
    ]);
    const response = Buffer.concat([Buffer.from('68cd0ab851e51c96aabc927bebef6a1c', 'hex'), temp]);
    const answer = { userName: 'User', domain: 'Domain', response };
    expect(provesPassword(answer, challenge, 'Password')).toBe(true);
    expect(provesPassword(answer, challenge, 'password')).toBe(false);
    expect(provesPassword({ ...answer, response: response.subarray(0, 16) }, challenge, 'Password')).toBe(false);
  });

  it('answers an opening, and reads the end of the handshake', () => {
    expect(isNtlmOpening(opening())).toBe(true);
    const challenge = Buffer.from('1122334455667788', 'hex');
    const message = Buffer.from(ntlmChallenge(challenge, 'guest'));
    expect(message.subarray(0, 8).toString('latin1')).toBe('NTLMSSP\0');
    expect(message.subarray(24, 32).equals(challenge)).toBe(true);
    const answer = ntlmAnswer(answerTo(message, 'ann', 'LAB', 'secret'));
    expect(answer).toMatchObject({ userName: 'ann', domain: 'LAB' });
    expect(answer !== undefined && provesPassword(answer, challenge, 'secret')).toBe(true);
  });

  it('reads nothing out of what is no message', () => {
    const whole = answerTo(Buffer.from(ntlmChallenge(Buffer.alloc(8), 'g')), 'ann', '', 'x');
    for (const token of [Buffer.alloc(0), Buffer.from('NTLMSSP\0'), opening(), whole.subarray(0, 40)]) {
      expect(ntlmAnswer(token)).toBeUndefined();
    }
    expect(isNtlmOpening(Buffer.from('no'))).toBe(false);
  });
});
