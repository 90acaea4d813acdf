import { X509Certificate } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { GuestCaller } from '../../../../src/backends/vsphere/guest/guest-caller.js';
import { GuestManagers } from '../../../../src/backends/vsphere/guest/guest-managers.js';
import { fetchFrom } from '../../../../src/backends/vsphere/guest/guest-transfer.js';
import { typed } from '../../../../src/backends/vsphere/soap/values.js';
import { TransferRoutes } from '../../../../src/backends/vsphere/transfer/transfer-routes.js';
import { Secret } from '../../../../src/base/secret.js';
import { readAll } from '../../../../src/guest/sized-content.js';
import { goodCertificate, selfSignedCertificate, wrongNameCertificate } from '../../../fixtures/tls/certificates.js';
import { connectTo, type FakeConnection } from '../fake-connection.js';
import { FakeVsphere } from '../fake-vsphere.js';
import { TestServer } from '../test-server.js';

const vm = { type: 'VirtualMachine', value: 'vm-1' } as const;
const host = { type: 'HostSystem', value: 'host-1' } as const;
const thumbprintPath = 'summary.config.sslThumbprint';
const vcenterThumbprint = new X509Certificate(goodCertificate.cert).fingerprint256;
const esxCertificate = new X509Certificate(selfSignedCertificate.cert);

let vcenter: FakeVsphere;
let esx: TestServer;
let made: FakeConnection;
let routes: TransferRoutes;
let caller: GuestCaller;
/** The requests that reached the host. */
let asked: string[];

beforeEach(async () => {
  vcenter = await FakeVsphere.start();
  asked = [];
  const answer = ({ url, headers }: IncomingMessage, response: ServerResponse): void => {
    asked.push(`${url} for ${headers.host}`);
    response.end('content');
  };
  esx = await TestServer.start(answer, selfSignedCertificate);
  vcenter.add(vm, { 'runtime.host': host });
  vcenter.add(host, { [thumbprintPath]: esxCertificate.fingerprint, ...managementAddress('127.0.0.1') });
  made = await connectTo(vcenter, { tls: { thumbprint: vcenterThumbprint }, proxy: false });
  const { connection } = made;
  routes = new TransferRoutes(connection);
  const credentials = { userName: 'root', password: new Secret('password'), isInteractive: false };
  const managers = new GuestManagers(connection);
  caller = new GuestCaller({ connection, managers, routes, vm, vmName: 'machine', family: 'posix', credentials });
});

afterEach(async () => {
  await made.pool.close();
  await Promise.all([vcenter.close(), esx.close()]);
});

function managementAddress(ipAddress: string): Readonly<Record<string, unknown>> {
  const spec = { ip: { dhcp: false, ipAddress } };
  const candidateVnic = [{ device: 'vmk0', key: 'vmk0', portgroup: 'Management Network', spec }];
  const management = {
    $type: 'VirtualNicManagerNetConfig',
    nicType: 'management',
    multiSelectAllowed: true,
    candidateVnic,
    selectedVnic: ['vmk0'],
  };
  return { 'config.virtualNicManagerInfo.netConfig': typed('VirtualNicManagerNetConfig[]', [management]) };
}

/** Fetches a file over the URL that the server gives. */
async function fetched(hostName: string): Promise<string> {
  const given = `https://${hostName}:${esx.url.port}/guestFile?id=1&token=*443`;
  return Buffer.from(await readAll(await fetchFrom(caller, '/tmp/file', given, made.call))).toString();
}

describe('the bytes of a guest file', () => {
  it('come from the ESXi host, whose certificate vCenter vouches for', async () => {
    expect(await fetched('localhost')).toBe('content');
    expect(asked).toEqual([`/guestFile?id=1&token=*443 for localhost:${esx.url.port}`]);
  });

  it('come from its address on the management network where its name is unknown here', async () => {
    expect(await fetched('esx.invalid')).toBe('content');
    // The way that worked comes first the next time.
    expect(await fetched('esx.invalid')).toBe('content');
    const [first] = await routes.routesTo(`https://esx.invalid:${esx.url.port}/x`, vm, made.call);
    expect(first?.url.hostname).toBe('127.0.0.1');
    expect(asked).toEqual(Array(2).fill(`/guestFile?id=1&token=*443 for 127.0.0.1:${esx.url.port}`));
  });

  it('come from the connected server itself where it says "*"', async () => {
    const [only, ...others] = await routes.routesTo('https://*:443/guestFile?token=*', vm, made.call);
    expect([only?.url.host, only?.url.search, others]).toEqual([made.connection.url.host, '?token=*', []]);
  });

  it('do not come from a host with another certificate than vCenter knows, until vCenter knows it', async () => {
    vcenter.change(host, { [thumbprintPath]: new X509Certificate(wrongNameCertificate.cert).fingerprint });
    await expect(fetched('localhost')).rejects.toMatchObject({ kind: 'host-certificate' });
    expect([asked, routes.isRefused(vm)]).toEqual([[], true]);
    vcenter.change(host, { [thumbprintPath]: esxCertificate.fingerprint });
    expect(await fetched('localhost')).toBe('content');
    expect(routes.isRefused(vm)).toBe(false);
  });

  it('whose host cannot be reached at all tell which hosts were tried, and what to do', async () => {
    vcenter.change(host, managementAddress('127.0.0.1'));
    await esx.close();
    await expect(fetched('esx.invalid')).rejects.toMatchObject({
      kind: 'host-unreachable',
      message: expect.stringMatching(/esx\.invalid.*127\.0\.0\.1.*let this machine reach it/s),
    });
    esx = await TestServer.start(() => undefined, selfSignedCertificate);
  });
});
