import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { createVsphereBackend, type VsphereOptions } from '../../../src/backends/vsphere/index.js';
import { readSettings } from '../../../src/backends/vsphere/settings.js';
import { testAuthority } from '../../fixtures/tls/certificates.js';

const directory = mkdtempSync(join(tmpdir(), 'revix-settings-'));
writeFileSync(join(directory, 'ca.pem'), `A comment\n${testAuthority}\n${testAuthority}`);
writeFileSync(join(directory, 'empty.pem'), 'nothing');
afterAll(() => rmSync(directory, { recursive: true }));

const thumbprint = 'ab'.repeat(32);

describe('settings', () => {
  it('verify by the authorities of the machine unless told otherwise', () => {
    expect(readSettings({}, {}, directory)).toMatchObject({
      tls: { kind: 'authorities' },
      login: 'by-arguments',
      questions: 'fail',
      callTimeoutMs: 120_000,
      reconnectMs: 120_000,
      busyMs: 60_000,
    });
  });

  it('read authorities from files, from the directory of the configuration', () => {
    const { tls } = readSettings({}, { tls: { ca: 'ca.pem' } }, directory);
    expect(tls).toMatchObject({ kind: 'authorities' });
    expect(tls.kind === 'authorities' && tls.ca).toHaveLength(2);
  });

  it('take one thumbprint or several', () => {
    const one = readSettings({ tls: { thumbprint } }, {}, directory).tls;
    const several = readSettings({ tls: { thumbprint: [thumbprint, 'cd'.repeat(20)] } }, {}, directory).tls;
    expect(one).toMatchObject({ thumbprints: [{ hash: 'SHA-256' }] });
    expect(several).toMatchObject({ thumbprints: [{ hash: 'SHA-256' }, { hash: 'SHA-1' }] });
  });

  it('of a configuration entry win over the options in code', () => {
    const settings = readSettings({ tls: 'insecure', busySeconds: 5 }, { busySeconds: 7 }, directory);
    expect(settings).toMatchObject({ tls: { kind: 'insecure' }, busyMs: 7000 });
  });

  it('take the proxy of the environment, unless one is given or none is wanted', () => {
    vi.stubEnv('https_proxy', 'http://environment:3128');
    const proxyOf = (entry: Readonly<Record<string, unknown>>): string | undefined =>
      readSettings({}, entry, directory).proxy.proxyFor(new URL('https://vc.example/sdk'))?.url.host;
    expect([proxyOf({}), proxyOf({ proxy: 'http://given:3128' }), proxyOf({ proxy: false })]).toEqual([
      'environment:3128',
      'given:3128',
      undefined,
    ]);
    vi.unstubAllEnvs();
  });

  it('take a hook in code only, and nothing but a function', () => {
    const rewriteTransferUrl = (url: URL): URL => url;
    expect(readSettings({ rewriteTransferUrl }, {}, directory)).toMatchObject({ rewriteTransferUrl });
    const wrong = { rewriteTransferUrl: 'esx' } as unknown as VsphereOptions;
    expect(() => createVsphereBackend(wrong)).toThrow('rewriteTransferUrl must be a function');
  });

  it.each([
    [{ tls: 'none' }, 'tls must be'],
    [{ tls: { ca: [] } }, 'tls'],
    [{ tls: { ca: 'ca.pem', thumbprint } }, 'tls must be'],
    [{ tls: { thumbprint: 'AB:CD' } }, 'is no thumbprint'],
    [{ tls: { ca: 'absent.pem' } }, 'absent.pem'],
    [{ tls: { ca: 'empty.pem' } }, 'no certificate in PEM form'],
    [{ proxy: 'nonsense' }, 'no address of a proxy'],
    [{ proxy: true }, 'proxy must be the address of a proxy, or false'],
    [{ login: 'kerberos' }, 'login must be'],
    [{ questions: 'yes' }, 'questions must be'],
    [{ callTimeoutSeconds: 0 }, 'callTimeoutSeconds must be above 0'],
    [{ rewriteTransferUrl: 'esx' }, 'rewriteTransferUrl is not known'],
    [{ busySeconds: '5' }, 'busySeconds must be a number'],
    [{ timeout: 5 }, 'timeout is not known; there are tls, proxy'],
  ])('that are wrong are refused: %j', (entry, message) => {
    expect(() => readSettings({}, entry, directory)).toThrow(message);
  });
});
