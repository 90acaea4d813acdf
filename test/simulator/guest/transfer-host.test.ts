import { createHash, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { text } from 'node:stream/consumers';
import { connect } from 'node:tls';
import { describe, expect, it } from 'vitest';
import type { HostListSummary } from '../../../src/backends/vsphere/vim/generated/types.js';
import type { SimulatorOptions } from '../../../src/simulator/index.js';
import { required, startRig, TestClient } from '../simulator-rig.js';

const inventory = { vms: [{ name: 'one', location: '[ds1] one/one.vmx', power: 'on' as const }] };

/** SHA-256 of the certificate that a client gets who asks for a name; undefined: who calls the address. */
async function presented(port: number, servername: string | undefined): Promise<string> {
  const socket = connect({
    port,
    host: '127.0.0.1',
    rejectUnauthorized: false,
    ...(servername === undefined ? {} : { servername }),
  });
  await once(socket, 'secureConnect');
  const { raw } = socket.getPeerCertificate();
  socket.destroy();
  return createHash('sha256').update(raw).digest('hex');
}

function fingerprint(pem: string | undefined): string {
  return createHash('sha256')
    .update(new X509Certificate(required(pem)).raw)
    .digest('hex');
}

/** A client that trusts the simulator's own certificate. */
class TlsClient extends TestClient {
  readonly #ca: string;

  constructor(url: string, ca: string) {
    super(url);
    this.#ca = ca;
  }

  override async send(body: string) {
    const headers = { 'content-type': 'text/xml', ...(this.cookie === undefined ? {} : { cookie: this.cookie }) };
    const sent = request(this.url, { method: 'POST', headers, ca: this.#ca, agent: false }).end(body);
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    const [cookie] = response.headers['set-cookie'] ?? [];
    if (cookie !== undefined) this.cookie = cookie.split(';')[0];
    return { status: response.statusCode ?? 0, text: await text(response) };
  }
}

async function start(options: SimulatorOptions) {
  const { simulator } = await startRig({ inventory, tls: 'self-signed', ...options });
  return { simulator, port: Number(new URL(simulator.url).port) };
}

describe('the host of guest file transfers', () => {
  it('has a certificate of its own under its name', async () => {
    const { simulator, port } = await start({ transferHost: 'esx1.lab.test' });
    const [own, hosts] = [fingerprint(simulator.certificatePem), fingerprint(simulator.transferCertificatePem)];
    expect(own).not.toBe(hosts);
    expect(await presented(port, 'esx1.lab.test')).toBe(hosts);
    expect(await presented(port, 'ESX1.lab.test')).toBe(hosts);
    expect(await presented(port, 'localhost')).toBe(own);
    expect(await presented(port, undefined)).toBe(own);
  });

  it('meets rules that ask for another certificate under its name, too', async () => {
    const { simulator, port } = await start({ transferHost: 'esx1.lab.test' });
    const expected = [simulator.certificatePem, simulator.transferCertificatePem].map(fingerprint);
    simulator.faults.add({ on: 'connect', count: 2, effect: { wrongCertificate: true } });
    expect(expected).not.toContain(await presented(port, 'esx1.lab.test'));
    expect(expected).not.toContain(await presented(port, 'localhost'));
    expect([await presented(port, 'localhost'), await presented(port, 'esx1.lab.test')]).toEqual(expected);
  });

  it('has that of the endpoint where it has no name', async () => {
    for (const transferHost of ['*', '127.0.0.1', '[::1]:8443']) {
      const { simulator, port } = await start({ transferHost });
      expect(simulator.transferCertificatePem).toBe(simulator.certificatePem);
      expect(await presented(port, 'localhost')).toBe(fingerprint(simulator.certificatePem));
    }
  });

  it.each([
    [{ transferHost: 'esx1.lab.test:8443', tls: 'self-signed' }, 'https://esx1.lab.test:8443'],
    [{ transferHost: 'esx1.lab.test:8443', tls: false }, 'https://esx1.lab.test:8443'],
    [{ transferHost: 'esx1.lab.test', tls: false }, 'http://esx1.lab.test:PORT'],
    [{ tls: false }, 'http://127.0.0.1:PORT'],
  ] as const)('tells its thumbprint to those who look, and stands in the URLs: %o', async (options, origin) => {
    const rig = await startRig({ inventory, ...options });
    const { url: sdk, certificatePem } = rig.simulator;
    const client = certificatePem === undefined ? rig.client() : new TlsClient(sdk, certificatePem);
    const content = await client.login();
    const vm = { type: 'VirtualMachine', value: 'vm-1' } as const;
    const { host } = required(await client.properties(vm, 'runtime'))['runtime'] as { host: typeof vm };
    const { summary } = await client.properties(host, 'summary');
    expect((summary as HostListSummary).config.sslThumbprint).toBe(
      options.tls === false ? '' : new X509Certificate(required(rig.simulator.transferCertificatePem)).fingerprint,
    );
    const manager = required(content.guestOperationsManager);
    const { fileManager } = await client.properties(manager, 'fileManager');
    const information = await client.call(fileManager as typeof manager, 'InitiateFileTransferFromGuest', {
      vm,
      auth: {
        $type: 'NamePasswordAuthentication',
        interactiveSession: false,
        username: 'user',
        password: 'password',
      },
      guestFilePath: '/etc/passwd',
    });
    const { port } = new URL(rig.simulator.url);
    const url = `${origin.replace('PORT', port)}/guestFile?id=1&token=`;
    expect(information.url.slice(0, url.length)).toBe(url);
    expect(information.url.slice(url.length)).toMatch(/^[0-9a-f-]+$/u);
    expect(information.attributes).toMatchObject({ $type: 'GuestPosixFileAttributes', ownerId: 0 });
  });
});
