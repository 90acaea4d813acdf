import { X509Certificate } from 'node:crypto';
import { get, type RequestOptions } from 'node:https';
import { onTestFinished, describe, expect, it } from 'vitest';
import { selfSignedCertificate } from '../../../src/simulator/server/certificate.js';
import { startSimulator, type SimulatorOptions } from '../../../src/simulator/index.js';

async function start(options: SimulatorOptions = {}) {
  const simulator = await startSimulator({ inventory: { vms: [] }, ...options });
  onTestFinished(() => simulator.close());
  return simulator;
}

/** The status of an answer over a connection of its own, and the certificate that it came with. */
function request(url: string, options: RequestOptions) {
  return new Promise<{ status: number | undefined; sha256: string }>((resolve, reject) => {
    const call = get(new URL('/sdk/vimServiceVersions.xml', url), { ...options, agent: false }, (response) => {
      const socket = response.socket as typeof response.socket & { getPeerCertificate(): { fingerprint256: string } };
      const sha256 = socket.getPeerCertificate().fingerprint256;
      response.resume().on('end', () => resolve({ status: response.statusCode, sha256 }));
    });
    call.on('error', reject);
  });
}

describe('TLS', () => {
  it('has a certificate of its own that clients can verify, and thumbprints to pin', async () => {
    const simulator = await start();
    const { certificatePem: ca = '', thumbprint } = simulator;
    expect(await request(simulator.url, { ca })).toEqual({ status: 200, sha256: thumbprint?.sha256 });
    await expect(request(simulator.url, {})).rejects.toMatchObject({ code: 'DEPTH_ZERO_SELF_SIGNED_CERT' });
    const certificate = new X509Certificate(ca);
    expect(certificate.fingerprint).toBe(thumbprint?.sha1);
    expect(certificate.checkHost('localhost')).toBe('localhost');
    expect(certificate.checkIP('127.0.0.1')).toBe('127.0.0.1');
    expect(certificate.checkIP('::1')).toBe('::1');
  });

  it('takes a certificate that it is given, and one that is wrong when a rule says so', async () => {
    const tls = await selfSignedCertificate(['localhost', '127.0.0.1']);
    const first = await start({ tls });
    expect(first.certificatePem).toBe(tls.cert);
    const second = await start({ tls: false });
    expect(second).toMatchObject({ thumbprint: undefined, certificatePem: undefined });
    expect(second.url).toMatch(/^http:/u);
    const { certificatePem: ca = '', thumbprint } = first;
    first.faults.add({ on: 'connect', count: 1, effect: { wrongCertificate: true } });
    await expect(request(first.url, { ca })).rejects.toMatchObject({ code: expect.stringMatching(/CERT|SIGNATURE/u) });
    expect(await request(first.url, { ca })).toEqual({ status: 200, sha256: thumbprint?.sha256 });
  });
});

describe('the options', () => {
  it.each([
    [{ port: 70_000 }, 'port: must be at most 65535'],
    [{ kind: 'hyperv' }, 'kind: expected one of vcenter, esx'],
    [{ users: [{ name: 'a' }] }, 'users[0].password: is missing'],
    [{ tls: 'none' }, "tls: expected 'self-signed', false"],
    [{ tls: { cert: 'x' } }, 'tls.key: is missing'],
    [{ inventroy: {} }, "unknown key; did you mean 'inventory'?"],
    [{ inventory: { vms: [{ name: 'a', location: 'nowhere' }] } }, "'nowhere' is no place"],
    [{ faults: [{ on: '*', effect: {} }] }, 'effect: expected'],
  ])('are checked: %j', async (options, message) => {
    await expect(startSimulator(options as SimulatorOptions)).rejects.toThrow(message);
  });

  it('name an address that can be listened on', async () => {
    const { url } = await start({ tls: false });
    const port = Number(new URL(url).port);
    await expect(startSimulator({ tls: false, port })).rejects.toMatchObject({ kind: 'host-unreachable' });
  });

  it('allow several endpoints over one world', async () => {
    const one = await start({ tls: false, inventory: { vms: [{ name: 'a', location: '[ds] a/a.vmx' }] } });
    const other = await startSimulator({ tls: false, world: one.world, kind: 'esx' });
    expect(new URL(one.url).port).not.toBe(new URL(other.url).port);
    await other.close();
    expect((await one.world.find('[ds] a/a.vmx')).id).toEqual(expect.any(String));
  });
});
