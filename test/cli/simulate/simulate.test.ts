import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { goodCertificate, wrongNameCertificate } from '../../fixtures/tls/certificates.js';
import { required, TestClient } from '../../simulator/simulator-rig.js';
import { folderOf, refusalOf, startSimulation } from './simulation.js';

const quick = ['--plain', '--port', '0'] as const;
const lab = `
vms:
  - { name: web, location: "[ds1] web/web.vmx", datacenter: Lab }
`;
const office = `{ "vms": [{ "name": "desk", "location": "[ds1] desk/desk.vmx", "datacenter": "Office" }] }`;

function byText(one: string, other: string): number {
  return one < other ? -1 : 1;
}

/** The message for a method without parameters. */
function messageOf(method: string, { type, value }: { readonly type: string; readonly value: string }): string {
  const call = `<${method} xmlns="urn:vim25"><_this type="${type}">${value}</_this></${method}>`;
  return `<Envelope xmlns="http://schemas.xmlsoap.org/soap/envelope/"><Body>${call}</Body></Envelope>`;
}

const service = { type: 'ServiceInstance', value: 'ServiceInstance' };
const retrieveContent = messageOf('RetrieveServiceContent', service);

/** Names of the machines that an endpoint shows to somebody who logs in. */
async function machinesAt(url: string, user = 'user', password = 'pass'): Promise<readonly string[]> {
  const client = new TestClient(url);
  const { rootFolder, viewManager, propertyCollector } = await client.login(user, password);
  const view = await client.call(required(viewManager), 'CreateContainerView', {
    container: rootFolder,
    type: ['VirtualMachine'],
    recursive: true,
  });
  const result = await client.call(propertyCollector, 'RetrievePropertiesEx', {
    specSet: [
      {
        propSet: [{ type: 'VirtualMachine', pathSet: ['name'] }],
        objectSet: [
          { obj: view, skip: true, selectSet: [{ $type: 'TraversalSpec', type: 'ContainerView', path: 'view' }] },
        ],
      },
    ],
    options: {},
  });
  return (result?.objects ?? []).flatMap(({ propSet = [] }) => propSet.map(({ val }) => String(val))).toSorted(byText);
}

describe('revix simulate', () => {
  it('serves the default inventory to anybody, and ends on SIGTERM', async () => {
    const simulation = await startSimulation(quick);
    expect(simulation.stdout).toMatch(/^ready vcenter http:\/\/127\.0\.0\.1:\d+\/sdk -\n$/);
    const [url = ''] = simulation.urls;
    expect(await machinesAt(url)).toContain('linux');

    const client = new TestClient(url);
    const { propertyCollector } = await client.login();
    const poll = client.call(propertyCollector, 'WaitForUpdatesEx', { version: '', options: { maxWaitSeconds: 600 } });
    const ended = poll.catch((error: unknown) => error);
    expect(await simulation.end('SIGTERM')).toBe(0);
    expect(await ended).toBeInstanceOf(Error);
    await expect(fetch(url)).rejects.toThrow('fetch failed');
    expect(simulation.stderr()).toBe('');
  });

  it('tells a person how to go on, and nobody else', async () => {
    const seen = await startSimulation(quick, { people: ['stderr'] });
    expect(await seen.end()).toBe(0);
    expect(seen.stderr()).toContain('as anybody; `vmrun -T vc -h URL -u USER -p PASSWORD list` looks in');
    expect(seen.stdout.split('\n')).toHaveLength(2);
  });

  it('puts the machines of several inventories together, on an ESXi those of one datacentre', async () => {
    const folder = folderOf({ 'lab.yaml': lab, 'office.json': office });
    const files = ['lab.yaml', 'office.json'];
    const [both = ''] = (await startSimulation([...quick, ...files], { folder })).urls;
    expect(await machinesAt(both)).toEqual(['desk', 'web']);
    const esx = await startSimulation([...quick, '--esx', '--datacenter', 'Office', ...files], { folder });
    expect(esx.stdout).toMatch(/^ready esx /);
    expect(await machinesAt(esx.urls[0] ?? '')).toEqual(['desk']);
  });

  it('keeps the machines in a directory for the next time', async () => {
    const folder = folderOf({ 'lab.yaml': lab });
    const first = await startSimulation([...quick, '--directory', 'machines', 'lab.yaml'], { folder });
    expect(await machinesAt(first.urls[0] ?? '')).toEqual(['web']);
    expect(await first.end('SIGINT')).toBe(0);
    const second = await startSimulation([...quick, '--directory', 'machines'], { folder });
    expect(await machinesAt(second.urls[0] ?? '')).toEqual(['web']);
  });

  it('lets in whom --user names, with passwords that no command line shows', async () => {
    const folder = folderOf({ secret: 'of file\n' });
    const users = ['--user', 'ann=env:PW', '--user=b=b=file:secret', '--user', 'cid=-'];
    const around = { folder, env: { PW: 'of env' }, stdin: ['of stdin'] };
    const [url = ''] = (await startSimulation([...quick, ...users], around)).urls;
    await machinesAt(url, 'ann', 'of env');
    await machinesAt(url, 'b=b', 'of file');
    await machinesAt(url, 'cid', 'of stdin');
    await expect(machinesAt(url, 'ann', 'wrong')).rejects.toThrow('incorrect user name or password');
  });

  it('presents a certificate of its own, whose thumbprint it tells', async () => {
    const { cert, key } = goodCertificate;
    const folder = folderOf({ 'host.pem': cert, 'host.key': key });
    const words = ['--port', '0', '--json', '--cert', 'host.pem', '--key', 'host.key'];
    const { stdout } = await startSimulation(words, { folder });
    expect(stdout.endsWith('}\n')).toBe(true);
    const { endpoints, control } = JSON.parse(stdout);
    expect(control).toBe(null);
    expect(endpoints).toMatchObject([{ name: 'vcenter', kind: 'vcenter', url: expect.stringMatching(/^https:/) }]);
    const socket = connect({ port: Number(new URL(endpoints[0].url).port), rejectUnauthorized: false });
    onTestFinished(() => void socket.destroy());
    await once(socket, 'secureConnect');
    const { fingerprint, fingerprint256 } = socket.getPeerCertificate();
    expect([fingerprint, fingerprint256]).toEqual([endpoints[0].sha1, endpoints[0].sha256]);
  });

  it('serves what a file says: endpoints over one world or their own, each with its users and faults', async () => {
    const plan = `
      inventory: lab.yaml
      endpoints:
        - name: vc-1
          tls: false
          users: [{ name: ann, password: { env: PW }, privileges: [System.View] }]
          faults: [{ on: Logout, effect: { status: 503 } }]
        - { name: vc-2, tls: false }
        - { name: esx.3, kind: esx, tls: false, inventory: [office.json], powerDurationMs: 0 }
    `;
    const folder = folderOf({ 'lab.yaml': lab, 'office.json': office, 'plan.yaml': plan });
    const { stdout, urls } = await startSimulation(['--config', 'plan.yaml'], { folder, env: { PW: 'x' } });
    expect([...stdout.matchAll(/^ready (\S+)/gm)].map(([, name]) => name)).toEqual(['vc-1', 'vc-2', 'esx.3']);
    const [one = '', two = '', three = ''] = urls;
    expect(await machinesAt(one, 'ann', 'x')).toEqual(['web']);
    await expect(machinesAt(one, 'ann', 'y')).rejects.toThrow('incorrect user name or password');
    expect(await machinesAt(two)).toEqual(['web']);
    expect(await machinesAt(three)).toEqual(['desk']);
    const client = new TestClient(one);
    const { sessionManager } = await client.login('ann', 'x');
    expect((await client.send(messageOf('Logout', required(sessionManager)))).status).toBe(503);
  });
});

describe('revix simulate refuses', () => {
  const missing = 'no such file or directory';

  it.each([
    [['--vcenter', '--esx'], 2, '--vcenter and --esx are two endpoints; --config serves both'],
    [['--fake-clock'], 2, '--fake-clock needs --control-port, by which time is moved on'],
    [['--cert', 'host.pem'], 2, '--cert and --key go together'],
    [['--plain', '--cert', 'host.pem'], 2, '--plain is without TLS, so it takes no certificate'],
    [['--user', 'ann=geheim'], 2, 'since anybody can see the command line'],
    [['--user', 'ann=env:NOT_THERE'], 2, "--user ann takes the environment variable 'NOT_THERE', which is not set"],
    [['--config', 'plan.yaml', '--esx'], 2, "'--esx' does not go with --config; write it into plan.yaml"],
    [['--config', 'plan.yaml', 'lab.yaml'], 2, "'lab.yaml' does not go with --config; write it into plan.yaml"],
    [['--cert', 'none.pem', '--key', 'host.key'], 1, missing],
    [['--cert', 'lab.yaml', '--key', 'host.key'], 1, "lab.yaml' holds no certificate in PEM form"],
    [['--cert', 'host.pem', '--key', 'lab.yaml'], 1, "lab.yaml' holds no key in PEM form without a passphrase"],
    [['--cert', 'host.pem', '--key', 'other.key'], 1, 'does not belong to the certificate'],
    [['none.yaml'], 1, "none.yaml' cannot be read"],
    [['broken.yaml'], 1, "broken.yaml:2: vms[0].nam: unknown key; did you mean 'name'?"],
    [['--faults', 'none.yaml'], 1, missing],
    [['--faults', 'lab.yaml'], 1, 'lab.yaml:2: the whole: expected a list of fault rules'],
    [['--faults', 'faults.yaml'], 1, "faults.yaml:3: [1]: The fault rule for 'power.no' cannot be used"],
    [
      ['--faults', 'aimless.yaml'],
      1,
      "aimless.yaml:1: [0]: A fault rule says what it strikes: 'operation' of the world",
    ],
    [['--config', 'none.yaml'], 1, missing],
    [['--config', 'plan.yaml'], 1, "plan.yaml:3: endpoints[0].por: unknown key; did you mean 'port'?"],
    [['--config', 'twice.yaml'], 1, 'twice.yaml:1: endpoints: two endpoints have one name'],
    [['--config', 'torn.yaml'], 1, 'the configuration cannot be used:\ntorn.yaml:1: '],
    [['--config', 'user.yaml'], 1, 'user.yaml:1: endpoints[0].users[0].password: expected an object with env'],
  ])('%j', async (words, status, message) => {
    const folder = folderOf({
      'lab.yaml': lab,
      'broken.yaml': 'vms:\n  - nam: web\n    location: "[ds1] web/web.vmx"\n',
      'faults.yaml':
        '- { operation: power.on, effect: { delayMs: 1 } }\n\n- { operation: power.no, effect: { delayMs: 1 } }\n',
      'aimless.yaml': '- { effect: { delayMs: 1 } }\n',
      'plan.yaml': 'endpoints:\n  - name: one\n    por: 1\n',
      'twice.yaml': 'endpoints: [{ name: a }, { name: a }]',
      'torn.yaml': 'endpoints: [',
      'user.yaml': 'endpoints: [{ name: a, users: [{ name: ann, password: geheim }] }]',
      'host.pem': goodCertificate.cert,
      'host.key': goodCertificate.key,
      'other.key': wrongNameCertificate.key,
    });
    const refusal = await refusalOf([...words, ...(words.includes('--config') ? [] : ['--port', '0'])], { folder });
    expect(refusal.stderr).toContain(message);
    expect(refusal.stderr).not.toContain('geheim');
    expect(refusal.status).toBe(status);
  });

  it('a port that is in use, and leaves nothing of the endpoints before', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    onTestFinished(() => void taken.close());
    await once(taken, 'listening');
    const address = taken.address();
    const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
    expect(await refusalOf(['--plain', '--port', String(port)])).toEqual({
      status: 1,
      stderr: `revix: Nothing can listen on 127.0.0.1:${port}: listen EADDRINUSE: address already in use 127.0.0.1:${port}. Choose another address or port.\n`,
    });
    expect((await refusalOf(['--plain', '--port', '0', '--control-port', String(port)])).stderr).toContain(
      'choose another --control-port',
    );
    const plan = `endpoints: [{ name: a, tls: false }, { name: b, tls: false, port: ${port} }]`;
    const refused = await refusalOf(['--config', 'plan.yaml'], { folder: folderOf({ 'plan.yaml': plan }) });
    expect(refused.stderr).toContain('EADDRINUSE');
  });
});

describe('the control', () => {
  const call = async (url: string, method = 'GET', body?: unknown, headers: Record<string, string> = {}) => {
    const init = body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) };
    const response = await fetch(url, { method, headers, ...init });
    const content: unknown = await response.json();
    return { status: response.status, content };
  };

  it('moves the clock', async () => {
    const folder = folderOf({ 'lab.yaml': lab });
    const { control, urls } = await startSimulation([...quick, '--fake-clock', '--control-port', '0', 'lab.yaml'], {
      folder,
    });
    const clock = `${control}/clock`;
    expect((await call(clock)).content).toEqual({ now: '2026-01-01T00:00:00.000Z', isFake: true });
    const client = new TestClient(urls[0] ?? '');
    await client.login();
    const currentTime = () => client.call(service, 'CurrentTime', {});
    expect(new Date(String(await currentTime())).toISOString()).toBe('2026-01-01T00:00:00.000Z');
    const moved = await Promise.all([1, 2].map(() => call(clock, 'POST', { advanceMs: 60_000 })));
    expect(moved.map(({ content }) => content)).toMatchObject([
      { now: '2026-01-01T00:01:00.000Z' },
      { now: '2026-01-01T00:02:00.000Z' },
    ]);
    // A session is idle for half an hour at most.
    await call(clock, 'POST', { advanceMs: 31 * 60_000 });
    await expect(currentTime()).rejects.toThrow('not authenticated');
  });

  it('sets, shows and takes back fault rules while clients come', async () => {
    const { control, urls } = await startSimulation([...quick, '--control-port', '0']);
    const faults = `${control}/endpoints/vcenter/faults`;
    const wire = { on: 'RetrieveServiceContent', count: 1, effect: { status: 503 } };
    const world = { operation: 'power.on', vm: 'linux', effect: { error: 'busy' } };
    expect((await call(faults, 'POST', wire)).content).toEqual({ id: 'wire-fault-1' });
    expect((await call(faults, 'POST', world)).content).toEqual({ id: 'fault-1' });
    expect((await fetch(urls[0] ?? '', { method: 'POST', body: retrieveContent })).status).toBe(503);
    expect((await fetch(urls[0] ?? '', { method: 'POST', body: retrieveContent })).status).toBe(200);
    expect((await call(faults)).content).toEqual([
      { id: 'fault-1', rule: world, hits: 0 },
      { id: 'wire-fault-1', rule: wire, hits: 1 },
    ]);
    expect((await call(`${faults}/wire-fault-1`, 'DELETE')).content).toMatchObject([{ id: 'fault-1' }]);
    expect((await call(faults, 'DELETE')).content).toEqual([]);
    expect((await call(`${control}/endpoints`)).content).toMatchObject([{ name: 'vcenter', url: urls[0] }]);
  });

  it('says what it cannot do', async () => {
    const { control } = await startSimulation([...quick, '--control-port', '0']);
    const faults = '/endpoints/vcenter/faults';
    const refusals = [
      ['/clock', 'POST', { advanceMs: 1 }, 409, 'start with --fake-clock'],
      ['/clock', 'POST', { advanceMs: -1 }, 400, 'a whole number of milliseconds'],
      ['/clock', 'POST', '{"advance', 400, 'no JSON'],
      ['/clock', 'DELETE', undefined, 405, 'GET, POST'],
      [faults, 'POST', { operation: 'power.no', effect: { never: true } }, 400, "did you mean 'power.on'"],
      [faults, 'POST', 7, 400, 'what it strikes'],
      [faults, 'POST', 'x'.repeat(1024 ** 2 + 1), 413, 'may have'],
      [`${faults}/fault-9`, 'DELETE', undefined, 404, "no fault rule 'fault-9'"],
      ['/endpoints/esx/faults', 'GET', undefined, 404, "no endpoint 'esx'; there are vcenter"],
      ['/endpoints/vcenter/nothing', 'GET', undefined, 404, 'there is nothing at'],
      ['/nothing', 'GET', undefined, 404, 'there is nothing at'],
      [`${faults}/a/b`, 'GET', undefined, 404, 'there is nothing at'],
      ['/endpoints/%zz/faults', 'GET', undefined, 404, 'no endpoint'],
    ] as const;
    for (const [path, method, body, status, message] of refusals) {
      const answer = await call(`${control}${path}`, method, body);
      expect([path, method, answer.status]).toEqual([path, method, status]);
      expect(answer.content).toEqual({ error: expect.stringContaining(message) });
    }
    // What a web page could send.
    expect((await call(`${control}/clock`, 'GET', undefined, { origin: 'http://evil.test' })).status).toBe(403);
    const elsewhere = control.replace('127.0.0.1', '127.0.0.2');
    expect(await fetch(elsewhere).catch(() => 'refused')).toBe('refused');
  });
});

it('is a process that SIGTERM ends with 0', { timeout: 60_000 }, async () => {
  const program = join(fileURLToPath(new URL('../../../dist/bin/revix.js', import.meta.url)));
  const child = spawn(process.execPath, [program, 'simulate', ...quick, '--control-port', '0']);
  onTestFinished(() => void child.kill('SIGKILL'));
  const [chunk]: unknown[] = await once(child.stdout, 'data');
  const url = /^ready \S+ (\S+) -$/m.exec(String(chunk))?.[1] ?? '';
  const client = new TestClient(url);
  const { propertyCollector } = await client.login();
  const poll = client.call(propertyCollector, 'WaitForUpdatesEx', { version: '', options: { maxWaitSeconds: 600 } });
  const ended = poll.catch((error: unknown) => error);
  child.kill('SIGTERM');
  const [code, signal]: unknown[] = await once(child, 'exit');
  // Windows has no SIGTERM: there the process is gone without a word.
  expect([code, signal]).toEqual(process.platform === 'win32' ? [null, 'SIGTERM'] : [0, null]);
  expect(await ended).toBeInstanceOf(Error);
});
