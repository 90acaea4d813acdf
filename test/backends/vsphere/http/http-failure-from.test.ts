import { errors } from 'undici';
import { describe, expect, it } from 'vitest';
import { CertificateRefused, ProxyFailure } from '../../../../src/backends/vsphere/http/http-failure.js';
import { connectFailureFrom, httpFailureFrom } from '../../../../src/backends/vsphere/http/http-failure-from.js';

function coded(code: string): Error {
  return Object.assign(new Error(`it says ${code}`), { code });
}

const seen = { hash: 'SHA-1', text: '00' } as const;

describe('what ended a request', () => {
  it.each([
    [coded('ECONNREFUSED'), 'connect'],
    [coded('ECONNRESET'), 'connect'],
    [coded('EHOSTUNREACH'), 'connect'],
    [coded('ENOTFOUND'), 'resolve'],
    [coded('EPROTO'), 'tls'],
    [coded('ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION'), 'tls'],
    [new AggregateError([coded('ECONNREFUSED'), coded('ENETUNREACH')]), 'connect'],
    [new Error('no more', { cause: coded('EAI_AGAIN') }), 'resolve'],
    [new CertificateRefused('host', 'it has expired', seen, []), 'certificate'],
    [new ProxyFailure('the proxy says no'), 'proxy'],
    [new errors.ClientDestroyedError(), 'lost'],
    ['no error at all', 'connect'],
  ])('before there was a connection has not reached the server: %s', (error, kind) => {
    expect(connectFailureFrom(error, 'https://host:443')).toMatchObject({ kind, mayHaveRun: false, cause: error });
  });

  it.each([
    coded('ECONNRESET'),
    coded('EHOSTUNREACH'),
    coded('ENETUNREACH'),
    coded('EPROTO'),
    coded('ERR_SSL_DECRYPTION_FAILED_OR_BAD_RECORD_MAC'),
    new errors.ClientDestroyedError(),
  ])('on a connection may have reached it: %s', (error) => {
    const failure = httpFailureFrom(error, 'https://host:443');
    expect(failure).toMatchObject({ kind: 'lost', mayHaveRun: true, cause: error });
    expect(failure.message).toContain('https://host:443');
  });
});
