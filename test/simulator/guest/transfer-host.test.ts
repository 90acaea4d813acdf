import { createHash, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:tls';
import { describe, expect, it } from 'vitest';
import type { HostListSummary } from '../../../src/backends/vsphere/vim/generated/types.js';
import type { SimulatorOptions } from '../../../src/simulator/index.js';
import { required, startRig } from '../simulator-rig.js';

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

  it('tells its thumbprint to those who look, and stands in the URLs', async () => {
    const rig = await startRig({ inventory, transferHost: 'esx1.lab.test:8443' });
    const { client, content } = await rig.session();
    const vm = { type: 'VirtualMachine', value: 'vm-1' } as const;
    const { host } = required(await client.properties(vm, 'runtime'))['runtime'] as { host: typeof vm };
    const { summary } = await client.properties(host, 'summary');
    expect((summary as HostListSummary).config.sslThumbprint).toBe('');
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
    expect(information.url).toMatch(/^https:\/\/esx1\.lab\.test:8443\/guestFile\?id=1&token=[0-9a-f-]+$/u);
    expect(information.attributes).toMatchObject({ $type: 'GuestPosixFileAttributes', ownerId: 0 });
  });
});
