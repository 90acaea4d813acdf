import { inspect } from 'node:util';
import { X509Certificate } from 'node:crypto';
import { type AddressInfo, createServer } from 'node:net';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { GuestCaller } from '../../../../src/backends/vsphere/guest/guest-caller.js';
import { GuestManagers } from '../../../../src/backends/vsphere/guest/guest-managers.js';
import { fetchFrom } from '../../../../src/backends/vsphere/guest/guest-transfer.js';
import type { RewriteTransferUrl, TlsOption, VsphereOptions } from '../../../../src/backends/vsphere/index.js';
import { typed } from '../../../../src/backends/vsphere/soap/values.js';
import { MachineReference } from '../../../../src/backends/vsphere/inventory/machine-reference.js';
import { TransferRoutes } from '../../../../src/backends/vsphere/transfer/transfer-routes.js';
import type { Fault } from '../../../../src/base/fault.js';
import { Secret } from '../../../../src/base/secret.js';
import { readAll } from '../../../../src/guest/sized-content.js';
import { faultCode } from '../../../../src/errors/vix-failure.js';
import { goodCertificate, selfSignedCertificate, wrongNameCertificate } from '../../../fixtures/tls/certificates.js';
import { connectTo, type FakeConnection } from '../fake-connection.js';
import { FakeVsphere } from '../fake-vsphere.js';
import { TestServer } from '../test-server.js';
import { toldFamily } from '../guest/told-family.js';

const vm = { type: 'VirtualMachine', value: 'vm-1' } as const;
const host = { type: 'HostSystem', value: 'host-1' } as const;
const thumbprintPath = 'summary.config.sslThumbprint';
const vcenterThumbprint = new X509Certificate(goodCertificate.cert).fingerprint256;
const esxCertificate = new X509Certificate(selfSignedCertificate.cert);

let vcenter: FakeVsphere;
let esx: TestServer;
let made: FakeConnection;
const opened: FakeConnection[] = [];
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
  await connectWith({});
});

async function connectWith(options: VsphereOptions): Promise<void> {
  made = await connectTo(vcenter, { tls: { thumbprint: vcenterThumbprint }, proxy: false, ...options });
  opened.push(made);
  const { connection } = made;
  routes = new TransferRoutes(connection);
  const credentials = { userName: 'root', password: new Secret('password'), isInteractive: false };
  const managers = new GuestManagers(connection);
  const machine = new MachineReference(vm);
  caller = new GuestCaller({
    connection,
    managers,
    routes,
    machine,
    vmName: 'machine',
    family: toldFamily(),
    credentials,
  });
}

afterEach(async () => {
  await Promise.all(opened.splice(0).map(({ pool }) => pool.close()));
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
function fetched(hostName: string): Promise<string> {
  return bytesOf(`https://${hostName}:${esx.url.port}/guestFile?id=1&token=*443`);
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

  it.each([
    { what: 'a name that nobody knows', name: 'esx.invalid', address: undefined, vixCode: 30_006 },
    { what: 'a host that takes no connections', name: '127.0.0.1', address: undefined, vixCode: 30_007 },
    {
      what: 'a name and an address that fail in two manners',
      name: 'esx.invalid',
      address: '127.0.0.1',
      vixCode: 18_000,
    },
  ])('are told to be out of reach with the code for $what', async ({ name, address, vixCode }) => {
    vcenter.change(host, address === undefined ? { 'config.virtualNicManagerInfo.netConfig': undefined } : {});
    await esx.close();
    const error = await fetched(name).catch((reason: unknown) => reason);
    expect(faultCode(error as Fault)).toBe(vixCode);
    expect(error).toMatchObject({ message: expect.stringContaining(`${name}:${esx.url.port}`) });
  });

  it('are told to be out of reach with the code for TLS where the host does not speak it', async () => {
    const plain = createServer((socket) => socket.end('no TLS\r\n'));
    await new Promise<void>((resolve) => void plain.listen(0, '127.0.0.1', resolve));
    const { port } = plain.address() as AddressInfo;
    const given = `https://127.0.0.1:${port}/guestFile?id=1&token=secret`;
    const error = await fetchFrom(caller, '/tmp/file', given, made.call).catch((reason: unknown) => reason);
    expect(faultCode(error as Fault)).toBe(30_035);
    expect(error).toMatchObject({ message: expect.not.stringContaining('token=secret') });
    plain.close();
  });
});

describe('a hook that rewrites the URLs of guest files', () => {
  it('sends the program over a port forward, where the certificate of the host counts', async () => {
    const seen: string[] = [];
    await connectWith({
      rewriteTransferUrl(url) {
        seen.push(url.host);
        url.hostname = 'localhost';
        url.port = esx.url.port;
        return url;
      },
    });
    const given = 'https://esx.invalid:444/guestFile?id=1&token=*443';
    expect(await bytesOf(given)).toBe('content');
    expect(asked).toEqual([`/guestFile?id=1&token=*443 for localhost:${esx.url.port}`]);
    // Both ways were shown to it, and became one.
    expect(seen).toEqual(['esx.invalid:444', '127.0.0.1:444']);
    expect(await routes.routesTo(given, vm, made.call)).toHaveLength(1);
  });

  it('sends it to a reverse proxy with a certificate of its own', async () => {
    const proxy = await TestServer.start((_request, response) => response.end('by proxy'), goodCertificate);
    const over = (tls?: TlsOption) => () => ({ url: new URL(`${proxy.url.origin}/esx1/file?token=1`), tls });
    await connectWith({ rewriteTransferUrl: over({ thumbprint: vcenterThumbprint }) });
    expect(await bytesOf('https://localhost/guestFile?token=1')).toBe('by proxy');
    await connectWith({ rewriteTransferUrl: over() });
    await expect(bytesOf('https://localhost/guestFile?token=1')).rejects.toMatchObject({ kind: 'host-certificate' });
    await proxy.close();
  });

  it('sees the URL of the server itself where that said "*"', async () => {
    const seen: string[] = [];
    await connectWith({ rewriteTransferUrl: (url) => (seen.push(url.href), url) });
    await routes.routesTo('https://*:443/guestFile?token=*', vm, made.call);
    expect(seen).toEqual([`${made.connection.url.origin}/guestFile?token=*`]);
  });

  it.each([
    ['gives nothing', () => undefined],
    ['gives a text', () => 'https://elsewhere.example/'],
    ['gives a URL of a file', () => new URL('file:///etc/passwd')],
    ['gives a tls of another word', givesTls('none')],
    ['gives a tls without entries', givesTls({})],
    ['gives null as tls', givesTls(null)],
    ['gives a tls with a number', givesTls({ ca: 5 })],
    [
      'throws',
      (url: URL) => {
        throw new Error(`no way to ${url.href}`);
      },
    ],
  ])('that %s fails the transfer in words without the token', async (_, hook) => {
    await connectWith({ rewriteTransferUrl: hook as unknown as RewriteTransferUrl });
    const error = await bytesOf('https://localhost/guestFile?token=secret').catch((reason: unknown) => reason);
    expect(error).toMatchObject({ kind: 'invalid-argument', message: expect.stringContaining('rewriteTransferUrl') });
    expect(inspect(error)).not.toContain('secret');
  });
});

function givesTls(tls: unknown) {
  return (url: URL) => ({ url, tls });
}

/** What the given URL leads to. */
async function bytesOf(given: string): Promise<string> {
  return Buffer.from(await readAll(await fetchFrom(caller, '/tmp/file', given, made.call))).toString();
}
