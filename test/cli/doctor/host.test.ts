import { createServer, type Server, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { FakeClock } from '../../../src/base/clock.js';
import { licenceCheck } from '../../../src/cli/doctor/checks/host/licence.js';
import type { DoctorContext } from '../../../src/cli/doctor/doctor-context.js';
import { startSimulator, type Simulator, type SimulatorOptions } from '../../../src/simulator/index.js';
import { startProxy, TestServer } from '../../backends/vsphere/test-server.js';
import {
  expiredCertificate,
  goodCertificate,
  selfSignedCertificate,
  wrongNameCertificate,
} from '../../fixtures/tls/certificates.js';
import { examine, type Examined, trusting } from './doctor-rig.js';

const users = [
  { name: 'admin', password: 'hunter22' },
  { name: 'reader', password: 'hunter22', privileges: ['System.Read'] },
];

let simulator: Simulator;

beforeAll(async () => {
  simulator = await startSimulator({ tls: goodCertificate, users });
});

afterAll(() => simulator.close());

async function simulate(options: SimulatorOptions): Promise<Simulator> {
  const own = await startSimulator({ tls: goodCertificate, users, ...options });
  onTestFinished(() => own.close());
  return own;
}

/** Asks about a host with options of its entry, by default those that trust it. */
function ask(host: string, options: unknown = { tls: { ca: 'authority.pem' } }, user = 'admin'): Promise<Examined> {
  const config = { providers: { 'vi-server': { backend: 'vsphere', options } } };
  return examine({ config, values: { hostType: 'vc', host, user, password: 'hunter22' } });
}

/** A server that listens on loopback until the test ends. */
async function listen(server: Server): Promise<number> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

/** A port at which nothing listens. */
async function closedPort(): Promise<number> {
  const server = createServer();
  const port = await listen(server);
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** What comes after a check that is red. */
function expectStoppedBy(examined: Examined, id: string): void {
  expect(examined.status).toBe(1);
  expect(examined.ids('red')).toEqual([id]);
  expect(examined.check(id).next).not.toBe('');
  expect(examined.check('host.login')).toMatchObject({ status: 'skipped', text: expect.stringContaining(id) });
}

it('is green from the name to the machines, and logs out', async () => {
  const examined = await ask(simulator.url);
  expect(examined.ids('red')).toEqual([]);
  expect(examined.ids('yellow')).toEqual([]);
  expect(examined.ids('skipped')).toEqual([
    'here.passwords',
    'here.paths',
    'here.native',
    'here.agent',
    'host.licence',
  ]);
  const { port } = new URL(simulator.url);
  expect(examined.check('host.backend').facts).toMatchObject({ backend: 'vsphere', provider: 'vi-server' });
  expect(examined.check('host.address').facts).toEqual({ url: simulator.url });
  expect(examined.check('host.port').facts).toMatchObject({ port: Number(port), reached: ['127.0.0.1'] });
  expect(examined.check('host.tls').facts).toMatchObject({ protocol: 'TLSv1.3' });
  expect(examined.check('host.certificate').facts).toMatchObject({
    subject: 'CN=localhost',
    names: expect.arrayContaining(['localhost', '127.0.0.1']),
    sha256: simulator.thumbprint?.sha256,
    sha1: simulator.thumbprint?.sha1,
    to: '2100-01-01',
  });
  expect(examined.check('host.api').facts).toMatchObject({ apiType: 'VirtualCenter', version: expect.any(String) });
  expect(examined.check('host.login').facts).toEqual({ user: 'admin', by: 'password' });
  expect(examined.check('host.session').facts).toEqual({ user: 'admin', sessions: 1 });
  expect(examined.check('host.machines').facts).toEqual({ visible: 14, running: 3 });
  // The next one finds itself alone again.
  expect((await ask(simulator.url)).check('host.session').facts).toEqual({ user: 'admin', sessions: 1 });
});

it('takes a host from the configuration', async () => {
  const entry = {
    backend: 'vsphere',
    url: simulator.url,
    user: 'admin',
    password: { file: 'password' },
    options: { tls: { thumbprint: simulator.thumbprint?.sha256 } },
  };
  const missing = await examine({ config: { providers: { workstation: entry } }, values: { hostType: 'ws' } });
  expect(missing.ids('red')).toEqual(['here.passwords', 'host.backend']);
  const config = { providers: { workstation: { ...entry, password: undefined } } };
  const { check } = await examine({ config, values: { hostType: 'ws', password: 'hunter22' } });
  expect(check('host.backend').text).toContain(`host ${simulator.url} by the configuration; user admin`);
  expect(check('host.trust')).toMatchObject({ status: 'green', text: 'it is the pinned one' });
  expect(check('host.login').status).toBe('green');
});

describe('the way there', () => {
  it.each([
    ['ftp://x', /begins with ftp:/],
    ['https://user:hunter22@x', /holds a user name or password/],
  ])('%s is no address', async (host, text) => {
    const examined = await ask(host);
    expectStoppedBy(examined, 'host.address');
    expect(examined.check('host.address').text).toMatch(text);
    expect(JSON.stringify(examined.report)).not.toContain('hunter22');
  });

  it.each([
    ['ENOTFOUND', 'unknown'],
    ['EAI_AGAIN', 'unresolved'],
  ])('a name that gives %s is %s', async (code, problem) => {
    const lookup = (): Promise<never> => Promise.reject(Object.assign(new Error(code), { code }));
    const values = { hostType: 'vc', host: 'vcenter.invalid', user: 'admin', password: 'x' } as const;
    const examined = await examine({ values, parts: { lookup } });
    expectStoppedBy(examined, 'host.name');
    expect(examined.check('host.name')).toMatchObject({ problem, facts: { host: 'vcenter.invalid', code } });
  });

  it('each address of a name is tried', async () => {
    const { port } = new URL(simulator.url);
    const lookup = () => Promise.resolve(['127.0.0.1', '::1'].map((address) => ({ address, family: 4 })));
    const values = { hostType: 'vc', host: `https://localhost:${port}` } as const;
    const { check } = await examine({ config: trusting, values, parts: { lookup } });
    expect(check('host.name').facts).toMatchObject({ addresses: ['127.0.0.1', '::1'] });
    expect(check('host.port')).toMatchObject({ status: 'yellow', facts: { reached: ['127.0.0.1'] } });
    expect(check('host.port').details).toHaveLength(2);
    expect(check('host.api').status).toBe('green');
    expect(check('host.login')).toMatchObject({ status: 'skipped', text: expect.stringContaining('-u USER') });
  });

  it('a closed port is told', async () => {
    const examined = await ask(`https://127.0.0.1:${await closedPort()}`);
    expectStoppedBy(examined, 'host.port');
    expect(examined.check('host.port')).toMatchObject({ problem: 'refused', facts: { codes: ['ECONNREFUSED'] } });
  });

  it('a port that takes connections and says nothing is waited for until the deadline', async () => {
    const clock = new FakeClock();
    let connections = 0;
    const server = createServer(() => {
      // The first is the check of the port itself.
      if ((connections += 1) === 2) void clock.advance(5000);
    });
    const host = `https://127.0.0.1:${await listen(server)}`;
    const examined = await examine({ values: { hostType: 'vc', host, user: 'u', timeout: 5 }, parts: { clock } });
    expectStoppedBy(examined, 'host.tls');
    expect(examined.check('host.tls')).toMatchObject({ problem: 'timed-out', elapsedMs: 5000, facts: { seconds: 5 } });
  });

  it('a port that speaks something else is told', async () => {
    const port = await listen(createServer((socket) => socket.end('220 mail.example ESMTP\r\n')));
    const examined = await ask(`https://127.0.0.1:${port}`);
    expectStoppedBy(examined, 'host.tls');
    expect(examined.check('host.tls').problem).toBe('no-tls');
  });

  it('a connection that breaks off is told', async () => {
    const port = await listen(createServer((socket) => socket.end()));
    const examined = await ask(`https://127.0.0.1:${port}`);
    expectStoppedBy(examined, 'host.tls');
    expect(examined.check('host.tls').problem).toBe('closed');
  });

  it('a host without TLS works, and is yellow', async () => {
    const { url } = await simulate({ tls: false });
    const examined = await ask(url);
    expect(examined.ids('yellow')).toEqual(['host.tls']);
    expect(examined.check('host.certificate').status).toBe('skipped');
    expect(examined.check('host.machines').status).toBe('green');
  });

  it('may lead through a proxy', async () => {
    const proxy = await startProxy();
    onTestFinished(() => proxy.close());
    const { host } = new URL(simulator.url);
    const through = proxy.url.replace('//', '//me:hunter22@');
    const examined = await ask(simulator.url, { tls: { ca: 'authority.pem' }, proxy: through });
    expect(examined.ids('red')).toEqual([]);
    expect(examined.check('host.proxy').facts).toEqual({ proxy: proxy.url });
    expect(examined.check('host.port').text).toBe('left to the proxy');
    expect(new Set(proxy.asked.map(({ authority }) => authority))).toEqual(new Set([host]));
    expect(JSON.stringify(examined.report)).not.toContain('hunter22');
  });

  it('a proxy that refuses is told', async () => {
    const proxy = await startProxy(407);
    onTestFinished(() => proxy.close());
    const examined = await ask(simulator.url, { proxy: proxy.url });
    expectStoppedBy(examined, 'host.proxy');
    expect(examined.check('host.proxy').text).toContain('407');
  });
});

describe('the certificate', () => {
  it.each([
    ['self-signed', selfSignedCertificate, 'system'],
    ['unknown-authority', goodCertificate, 'system'],
    ['expired', expiredCertificate, { ca: 'authority.pem' }],
    ['wrong-name', wrongNameCertificate, { ca: 'authority.pem' }],
    ['not-the-pinned', goodCertificate, { thumbprint: 'AA'.repeat(32) }],
    ['not-the-pinned', goodCertificate, { thumbprint: 'AA'.repeat(20) }],
  ])('is refused when it is %s, with the line that pins it', async (problem, tls, trust) => {
    const own = await simulate({ tls });
    const examined = await ask(own.url, { tls: trust });
    expectStoppedBy(examined, 'host.trust');
    const { facts, details, problem: found } = examined.check('host.trust');
    expect(found).toBe(problem);
    expect(facts).toMatchObject({ sha256: own.thumbprint?.sha256, sha1: own.thumbprint?.sha1 });
    const line = details.find((each) => each.includes('thumbprint'));
    expect(details.join('\n')).toContain('under providers.vi-server.options:');
    expect(JSON.parse(`{${line ?? ''}}`)).toEqual({ tls: { thumbprint: own.thumbprint?.sha256 } });
  });

  it('is accepted when it is pinned, whatever else is wrong with it', async () => {
    const { url, thumbprint } = await simulate({ tls: expiredCertificate });
    const examined = await ask(url, { tls: { thumbprint: thumbprint?.sha1 } });
    expect(examined.ids('yellow')).toEqual(['host.certificate']);
    expect(examined.check('host.trust').status).toBe('green');
    expect(examined.check('host.login').status).toBe('green');
  });

  it('that is not verified is yellow, expired or not', async () => {
    const { url } = await simulate({ tls: expiredCertificate });
    const examined = await ask(url, { tls: 'insecure' });
    expect(examined.ids('yellow')).toEqual(['host.certificate', 'host.trust']);
    expect(examined.check('host.certificate').problem).toBe('expired-though-pinned');
    expect(examined.check('host.login').status).toBe('green');
  });

  it('that ends soon is yellow', async () => {
    const lastDays = new FakeClock(Date.UTC(2099, 11, 20));
    const values = { hostType: 'vc', host: simulator.url } as const;
    const { check } = await examine({ config: trusting, values, parts: { clock: lastDays } });
    expect(check('host.certificate')).toMatchObject({ problem: 'expires-soon', facts: { days: 12 } });
  });
});

describe('the API', () => {
  it.each([
    [404, 'not-vsphere'],
    [503, 'starting'],
    [403, 'barred'],
  ])('status %i is %s', async (status, problem) => {
    const server = await TestServer.start((_request, response) => response.writeHead(status).end('no'));
    onTestFinished(() => server.close());
    const examined = await ask(server.url.href);
    expectStoppedBy(examined, 'host.api');
    expect(examined.check('host.api').problem).toBe(problem);
  });

  it('that breaks off is told', async () => {
    const { url } = await simulate({ faults: [{ on: 'RetrieveServiceContent', effect: { reset: true } }] });
    const examined = await ask(url);
    expectStoppedBy(examined, 'host.api');
    expect(examined.check('host.api').problem).toBe('broke');
  });
});

describe('the login', () => {
  it('with a wrong password is tried once', async () => {
    const values = { hostType: 'vc', host: simulator.url, user: 'admin', password: 'hunter33' } as const;
    const { status, ids, check } = await examine({ config: trusting, values });
    expect(status).toBe(1);
    expect(ids('red')).toEqual(['host.login']);
    expect(check('host.login')).toMatchObject({ problem: 'wrong-password', facts: { user: 'admin' } });
    expect(check('host.login').next).toContain('locked');
    expect(check('host.machines').status).toBe('skipped');
  });

  it('without a user takes the password for a ticket', async () => {
    const values = { hostType: 'vc', host: simulator.url, password: 'spent-ticket-1' } as const;
    const { check } = await examine({ config: trusting, values });
    expect(check('host.login')).toMatchObject({ problem: 'spent-ticket', facts: { by: 'clone-ticket' } });
  });

  it.each([
    [{ $type: 'NoPermission' }, 'not allowed', 'no-permission'],
    [{ $type: 'InvalidLogin' }, 'Account is locked out', 'locked'],
    [{ $type: 'PasswordExpired' }, 'old', 'password-expired'],
    [{ $type: 'RestrictedVersion' }, 'evaluation', 'licence'],
    [{ $type: 'SystemError', reason: 'x' }, 'Cannot reach the SSO server', 'sso'],
    [{ $type: 'SystemError', reason: 'x' }, 'hunter22 makes no sense to me', 'refused'],
  ])('%j "%s" is %s', async (fault, message, problem) => {
    const rule = simulator.faults.add({ on: 'Login', effect: { fault, message } });
    const examined = await ask(simulator.url);
    simulator.faults.remove(rule);
    expect(examined.ids('red')).toEqual(['host.login']);
    expect(examined.check('host.login').problem).toBe(problem);
    // A server may repeat what it was sent.
    expect(JSON.stringify(examined.report)).not.toContain('hunter22');
  });

  it('that finds no session free is told', async () => {
    const rule = simulator.faults.add({ on: 'Login', effect: { status: 503 } });
    const examined = await ask(simulator.url);
    simulator.faults.remove(rule);
    expect(examined.check('host.login').problem).toBe('not-now');
  });

  it('that the host forgets at once is told', async () => {
    const rule = { on: 'RetrievePropertiesEx', effect: { expireSession: true }, count: 1 } as const;
    const { url } = await simulate({ faults: [rule] });
    const { check } = await ask(url);
    expect(check('host.session')).toMatchObject({ status: 'red', problem: 'forgotten' });
    expect(check('host.privileges').status).toBe('skipped');
  });

  it('with few rights is told what they are too few for', async () => {
    const { check, status } = await ask(simulator.url, undefined, 'reader');
    expect(status).toBe(0);
    expect(check('host.privileges')).toMatchObject({ status: 'yellow', problem: 'missing' });
    expect(check('host.privileges').facts['missing']).toContain('VirtualMachine.GuestOperations.Execute');
    expect(check('host.privileges').facts['missing']).not.toContain('System.View');
  });
});

it('compares the clocks', async () => {
  const clock = new FakeClock(Date.now() + 3_600_000);
  const { url } = await simulate({ clock });
  const { check } = await ask(url);
  expect(check('host.clock')).toMatchObject({ status: 'yellow', problem: 'differ', facts: { direction: 'ahead' } });
});

it('asks an ESXi host whether its licence lets the API change anything', async () => {
  const esx = await simulate({ kind: 'esx' });
  const { check } = await ask(esx.url);
  expect(check('host.api').facts).toMatchObject({ apiType: 'HostAgent' });
  expect(check('host.licence').status).toBe('green');
  const client = {
    isVcenter: false,
    content: { licenseManager: { type: 'LicenseManager', value: 'ha-license-manager' } },
    properties: () => Promise.resolve({ licenses: [{ editionKey: 'esxBasic' }] }),
  };
  const finding = await licenceCheck.run({ login: { client } }, {} as DoctorContext);
  expect(finding).toMatchObject({ kind: 'trouble', problem: 'read-only' });
});
