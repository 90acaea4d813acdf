import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { createMockBackend, InventoryBuilder, type MockBackend, World } from '../../../src/backends/mock/index.js';
import { FakeClock } from '../../../src/base/clock.js';
import { Secret } from '../../../src/base/secret.js';
import { agentPlace, makePrivateFolder } from '../../../src/cli/agent/agent-place.js';
import { checkTable } from '../../../src/cli/doctor/check-table.js';
import { mockRoundTripCheck } from '../../../src/cli/doctor/checks/mock/round-trip.js';
import type { DoctorContext } from '../../../src/cli/doctor/doctor-context.js';
import { sizedBytes } from '../../../src/guest/sized-content.js';
import { oldestNode } from '../../../src/cli/doctor/checks/here/versions.js';
import type { DoctorValues } from '../../../src/cli/doctor/run-doctor.js';
import { examine, type Examined, temporaryDirectory } from './doctor-rig.js';

it('is content with an empty directory, and tells what counts there', async () => {
  const { status, report, check, directory } = await examine({});
  expect(status).toBe(0);
  expect(report).toMatchObject({ format: 1, version: '0.0.0', status: 'green', counts: { red: 0, yellow: 0 } });
  expect(check('here.versions').facts).toMatchObject({ revix: '0.0.0', node: process.versions.node });
  expect(check('here.configuration')).toMatchObject({
    status: 'green',
    text: expect.stringContaining(directory),
    facts: { file: null },
  });
  expect(check('here.backends').facts).toEqual({
    default: 'mock',
    server: 'mock',
    workstation: 'mock',
    player: 'mock',
    'vi-server': 'vsphere',
    'workstation-shared': 'vsphere for a URL, else none',
  });
  expect(check('here.backends').details.join('\n')).toContain('vsphere declines, mock accepts');
  expect(new Set(report.checks.map(({ section }) => section))).toEqual(new Set(['here']));
});

it('knows the oldest Node that the package names', () => {
  const manifest = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8'));
  expect(manifest).toMatchObject({ engines: { node: `>=${oldestNode}` } });
});

describe('the environment', () => {
  it('is told by names, never by values', async () => {
    const env = { REVIX_CONFIG: 'hunter2.json', ALL_PROXY: 'http://me:hunter3@proxy', NO_COLOR: '' };
    const { check, report } = await examine({ around: { env } });
    expect(check('here.environment')).toMatchObject({
      status: 'yellow',
      problem: 'ignored',
      facts: { set: ['REVIX_CONFIG'], ignored: ['ALL_PROXY'] },
      details: [expect.stringContaining('REVIX_CONFIG'), expect.stringContaining('options.proxy')],
    });
    expect(JSON.stringify(report)).not.toContain('hunter3');
  });
});

describe('the configuration', () => {
  it.each([
    ['{\n  "providers": {\n    "workstation": { "backend": "mock", }\n  }\n}', 3, '(syntax)'],
    ['', 1, '(syntax)'],
    ['{\n "providers": [] }', 2, 'providers'],
    ['{\n "providers": {\n  "player": {\n   "backend": "mock",\n   "user": 5 } } }', 5, 'providers.player.user'],
    ['{\n "providers": {\n  "plaier": { "backend": "mock" } } }', 3, 'providers.plaier'],
    ['{\n "providers": {\n  "player": {\n   "backend": "moc" } } }', 4, 'providers.player.backend'],
    [
      '{\n "providers": {\n  "player": {\n   "backend": "mock",\n   "options": { "x": 1 } } } }',
      5,
      'providers.player.options',
    ],
    [
      '{\n "providers": {\n  "vi-server": { "backend": "vsphere",\n\n   "options": { "tls": "no" } } } }',
      5,
      'providers.vi-server.options',
    ],
  ])('%j is wrong in line %i', async (config, line, place) => {
    const { status, check, directory, ids } = await examine({ config });
    expect(status).toBe(1);
    const { problem, details } = check('here.configuration');
    expect(problem).toBe('wrong');
    expect(details).toEqual([expect.stringContaining(`${join(directory, 'revix.config.json')}:${line}: ${place}: `)]);
    expect(ids('skipped')).toContain('here.backends');
  });

  it('tells all that is wrong, and no password that stands in the wrong place', async () => {
    const config = { providers: { player: { backend: 'mock', password: 'hunter2', url: 4 } } };
    const { report, check } = await examine({ config });
    expect(check('here.configuration').details).toHaveLength(2);
    expect(JSON.stringify(report)).not.toContain('hunter2');
    const broken = await examine({ config: '{ "password": "hunter2" "x"' });
    expect(JSON.stringify(broken.report)).not.toContain('hunter2');
  });

  it('may be named, and then has to be there', async () => {
    const { check } = await examine({ around: { env: { REVIX_CONFIG: 'none.json' } } });
    expect(check('here.configuration')).toMatchObject({
      status: 'red',
      problem: 'unreadable',
      text: expect.stringContaining('ENOENT'),
    });
  });

  it('decides who answers', async () => {
    const config = { providers: { workstation: { backend: 'vsphere', url: 'https://x' } } };
    const { check } = await examine({ config });
    expect(check('here.backends').facts).toMatchObject({ workstation: 'vsphere', player: 'mock' });
    expect(check('here.backends').details[2]).toContain('the configuration says so');
  });

  it('names passwords that have to be there', async () => {
    const passwordFrom = (password: unknown) => ({ providers: { player: { backend: 'mock', password } } });
    const missing = await examine({ config: passwordFrom({ env: 'REVIX_TEST_NOT_SET' }) });
    expect(missing.check('here.passwords')).toMatchObject({ status: 'red', problem: 'missing' });
    expect(missing.check('here.passwords').details[0]).toContain('REVIX_TEST_NOT_SET');
    const there = await examine({ config: passwordFrom({ file: 'authority.pem' }) });
    expect(there.check('here.passwords')).toMatchObject({ status: 'green', facts: { providers: ['player'] } });
    expect(missing.check('here.passwords').next).toContain('Set the variables');
  });

  it('renames paths', async () => {
    const paths = { 'C:\\VMs\\': '[ds] ' };
    const config = { providers: { workstation: { backend: 'vsphere', url: 'https://x.invalid', paths } } };
    const rules = await examine({ config });
    expect(rules.check('here.paths')).toMatchObject({ status: 'green', details: ['workstation: C:\\VMs\\ -> [ds] '] });
    const lookup = () => Promise.reject(Object.assign(new Error('no'), { code: 'ENOTFOUND' }));
    const values = { hostType: 'ws', vm: 'C:\\VMs\\lab\\lab.vmx' } as const;
    const mapped = await examine({ config, values, parts: { lookup } });
    expect(mapped.check('here.paths').facts).toMatchObject({ mapped: '[ds] lab/lab.vmx' });
    const other = await examine({ config, values: { hostType: 'ws', vm: '/else.vmx' }, parts: { lookup } });
    expect(other.check('here.paths').text).toBe('no rule of workstation fits /else.vmx');
  });
});

it.skipIf(process.platform === 'win32')('finds the agent of the directory', async () => {
  const env = { REVIX_HOME: temporaryDirectory() };
  const { folder, path } = agentPlace(env, temporaryDirectory(), '0.0.0');
  expect((await examine({ around: { env } })).check('here.agent').status).toBe('skipped');
  makePrivateFolder(folder);
  const server = createServer((socket) => socket.on('error', () => undefined));
  await new Promise<void>((resolve) => server.listen(path, resolve));
  onTestFinished(() => void server.close());
  expect((await examine({ around: { env } })).check('here.agent')).toMatchObject({
    status: 'green',
    facts: { socket: path },
  });
});

it.skipIf(process.platform === 'win32')('tells why there can be no agent to whoever asks for one', async () => {
  const home = temporaryDirectory();
  const seen = async (REVIX_HOME: string, REVIX_AGENT: string) =>
    (await examine({ around: { env: { REVIX_HOME, REVIX_AGENT } } })).check('here.agent');
  const file = join(home, 'file');
  writeFileSync(file, '');
  expect(await seen(file, '0')).toMatchObject({ status: 'skipped' });
  expect(await seen(file, '1')).toMatchObject({ problem: 'no-place', text: expect.stringContaining('ENOTDIR') });
  expect(await seen(home, '1')).toMatchObject({ status: 'skipped' });
  mkdirSync(join(home, 'agent'), { mode: 0o755 });
  expect(await seen(home, '1')).toMatchObject({ problem: 'no-place', text: expect.stringContaining('(0700)') });
});

describe('the mock directory', () => {
  it('may come later', async () => {
    const home = join(temporaryDirectory(), 'mock');
    const { check } = await examine({ parts: { mockHome: home } });
    expect(check('here.mock')).toMatchObject({ status: 'green', text: `${join(home, 'machines')}, not there yet` });
  });

  it('counts what is there', async () => {
    const home = temporaryDirectory();
    mkdirSync(join(home, 'machines', 'web'), { recursive: true });
    writeFileSync(join(home, 'machines', 'web', 'web.vmx'), '');
    const { check } = await examine({ parts: { mockHome: home } });
    expect(check('here.mock').text).toBe(`${join(home, 'machines')}, machines: 1`);
  });

  it('has to be a directory that can be written to', async () => {
    const home = temporaryDirectory();
    writeFileSync(join(home, 'machines'), '');
    const file = await examine({ parts: { mockHome: home } });
    expect(file.check('here.mock')).toMatchObject({ status: 'red', problem: 'not-a-directory' });
    const config = { providers: { player: { backend: 'mock', options: { inventory: 'none.yaml' } } } };
    const inventory = await examine({ config });
    expect(inventory.check('here.mock')).toMatchObject({ status: 'red', problem: 'no-inventory' });
  });

  it.skipIf(process.platform === 'win32' || process.getuid?.() === 0)('tells that it is read-only', async () => {
    const home = temporaryDirectory();
    chmodSync(home, 0o500);
    const { check } = await examine({ parts: { mockHome: home } });
    expect(check('here.mock')).toMatchObject({ status: 'red', problem: 'read-only' });
  });
});

it('the table names each check once, after all that it rests on', () => {
  const all = checkTable.flatMap(({ checks }) => checks);
  expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
  for (const [index, { id, needs, looksAt, problems: found }] of all.entries()) {
    expect(id).toMatch(/^[a-z]+\.[a-z-]+$/);
    expect(looksAt).toMatch(/\.$/);
    for (const need of Object.values(needs)) expect(all.indexOf(need)).toBeLessThan(index);
    for (const { cause, next } of Object.values(found)) {
      expect(cause).not.toBe('');
      expect(next).toMatch(/[.!]$/);
    }
  }
});

const clock = new FakeClock();
const tools = { bootDelayMs: 0 };

let backend: MockBackend;

beforeAll(async () => {
  const inventory = new InventoryBuilder()
    .vm({ name: 'web', location: '/lab/web/web.vmx', power: 'on', tools, guest: { consoleUser: 'user' } })
    .vm({ name: 'alone', location: '/lab/alone/alone.vmx', power: 'on', tools })
    .vm({ name: 'shut', location: '/lab/shut/shut.vmx', power: 'on', tools, guest: { disabledOperations: ['all'] } })
    .vm({
      name: 'closed',
      location: '/lab/closed/closed.vmx',
      power: 'on',
      tools,
      guest: { disabledOperations: ['files.read'] },
    })
    .vm({
      name: 'full',
      location: '/lab/full/full.vmx',
      power: 'on',
      tools,
      guest: { disabledOperations: ['files.write'] },
    })
    .vm({ name: 'off', location: '/lab/off/off.vmx' })
    .vm({ name: 'still', location: '/lab/still/still.vmx', power: 'paused', tools })
    .vm({ name: 'bare', location: '/lab/bare/bare.vmx', power: 'on', tools: false })
    .vm({ name: 'boots', location: '/lab/boots/boots.vmx', power: 'on', tools: { bootDelayMs: 86_400_000 } })
    .vm({ name: 'locked', location: '/lab/locked/locked.vmx', encryptionPassword: 'hunter22' })
    .vm({ name: 'a', datacenter: 'A', location: '[ds] twin/twin.vmx' })
    .vm({ name: 'b', datacenter: 'B', location: '[ds] twin/twin.vmx' })
    .build();
  const world = await World.create({
    clock,
    inventory: { ...inventory, hostUsers: [{ name: 'admin', password: 'pw' }] },
  });
  backend = createMockBackend({ world });
});

function ask(values: Partial<DoctorValues>): Promise<Examined> {
  return examine({ values, parts: { backends: [backend], clock } });
}

const guest = { guestUser: 'user', guestPassword: 'password' };

it('is green for a machine of the mock host that runs', async () => {
  const { status, check, ids } = await ask({ vm: '/lab/web/web.vmx', ...guest });
  expect(status).toBe(0);
  expect(ids('yellow')).toEqual([]);
  expect(check('host.backend').facts).toMatchObject({ backend: 'mock', provider: 'default' });
  expect(check('mock.machines').facts).toEqual({ visible: 12, running: 8 });
  expect(check('mock.vm').facts).toEqual({ name: 'web', location: '/lab/web/web.vmx' });
  expect(check('mock.guest-operations').facts).toEqual({ isReady: true });
  expect(check('mock.interactive').facts).toEqual({ isReady: true });
  expect(check('mock.login').facts).toEqual({ user: 'user', family: 'posix' });
  expect(check('mock.transfer').facts).toMatchObject({ path: '/etc/hosts' });
});

describe('a round trip to a guest of the mock host', () => {
  const tried = async (name: string) => {
    const { check } = await ask({ vm: `/lab/${name}/${name}.vmx`, ...guest, roundTrip: true });
    return check('mock.round-trip');
  };
  const temporaryFiles = async (name: string) => {
    const machine = await (await backend.world()).find(`/lab/${name}/${name}.vmx`);
    const login = { userName: 'user', password: new Secret('password'), isInteractive: false };
    const call = { signal: new AbortController().signal, progress: () => undefined };
    return (await machine.guest(login).files.list('/tmp', call)).map((file) => file.name);
  };

  it('leaves it as it was', async () => {
    const before = await temporaryFiles('web');
    const done = await tried('web');
    expect(done).toMatchObject({ status: 'green', facts: { path: expect.stringContaining('/revix-doctor-') } });
    expect(await temporaryFiles('web')).toEqual(before);
    expect((await tried('shut')).status).toBe('skipped');
  });

  it('that fails in the middle is told, and leaves it as it was', async () => {
    const before = await temporaryFiles('full');
    expect(await tried('full')).toMatchObject({ status: 'red', problem: 'broke' });
    expect(await temporaryFiles('full')).toEqual(before);
  });

  /** The check over a guest that gives back other bytes than it was given. */
  async function falseGuest(signal: AbortSignal) {
    const deleted: { readonly path: string; readonly isWanted: boolean }[] = [];
    const files = {
      createTempFile: () => Promise.resolve('/tmp/file'),
      write: () => Promise.resolve(),
      read: () => {
        signal.throwIfAborted();
        return Promise.resolve(sizedBytes(new Uint8Array(3)));
      },
      deleteFile: (path: string, call: { readonly signal: AbortSignal }) => {
        deleted.push({ path, isWanted: !call.signal.aborted });
        return Promise.resolve();
      },
    };
    const context = { clock, signal, said: String } as unknown as DoctorContext;
    const ending = mockRoundTripCheck.run({ guest: { files } }, context);
    return { deleted, outcome: await ending.catch((error: unknown) => error) };
  }

  it('that changes its bytes is red', async () => {
    const { outcome, deleted } = await falseGuest(new AbortController().signal);
    expect(outcome).toMatchObject({ kind: 'trouble', problem: 'changed' });
    expect(deleted).toEqual([{ path: '/tmp/file', isWanted: true }]);
  });

  it('that is given up removes its file all the same', async () => {
    const { outcome, deleted } = await falseGuest(AbortSignal.abort(new Error('enough')));
    expect(outcome).toEqual(new Error('enough'));
    expect(deleted).toEqual([{ path: '/tmp/file', isWanted: true }]);
  });
});

it.each(['mock', 'vsphere'])('asks the same of a machine and its guest on %s', (host) => {
  const titles = checkTable
    .filter((group) => group.host === host && ['vm', 'guest'].includes(group.section))
    .flatMap(({ checks }) => checks.map(({ title }) => title));
  const asked = ['Power', 'Tools', 'Guest operations', 'Interactive', 'Login', expect.stringMatching(/^Transfer/)];
  expect(titles).toEqual(expect.arrayContaining(asked));
});

describe('the mock host', () => {
  it('may refuse its user', async () => {
    const { ids, check } = await ask({ hostType: 'server1', user: 'admin', password: 'hunter33' });
    expect(ids('red')).toEqual(['mock.connection']);
    expect(check('mock.connection').problem).toBe('wrong-password');
  });

  it('is on this machine', async () => {
    const { check } = await ask({ hostType: 'ws', host: 'elsewhere.example' });
    expect(check('mock.connection')).toMatchObject({ status: 'red', problem: 'remote' });
  });

  it('is nobody for some', async () => {
    const { ids, check } = await ask({ hostType: 'ws-shared' });
    expect(ids('red')).toEqual(['host.backend']);
    expect(check('host.backend')).toMatchObject({ problem: 'none', text: expect.stringContaining('mock declines') });
  });

  it('is not made by looking at it', async () => {
    const home = temporaryDirectory();
    const values = { hostType: 'ws' } as const;
    const { check } = await examine({ values, parts: { mockHome: home } });
    expect(check('mock.connection')).toMatchObject({
      status: 'skipped',
      text: expect.stringContaining('not there yet'),
    });
    mkdirSync(join(home, 'machines'));
    const later = await examine({ values, parts: { mockHome: home } });
    expect(later.check('mock.machines').facts).toEqual({ visible: 0, running: 0 });
  });
});

describe('a machine of the mock host', () => {
  it.each([
    ['/lab/web/WEB.vmx', 'mock.vm', 'not-found'],
    ['[ds] twin/twin.vmx', 'mock.vm', 'ambiguous'],
    ['/lab/locked/locked.vmx', 'mock.vm', 'encrypted'],
    ['/lab/off/off.vmx', 'mock.power', 'off'],
    ['/lab/still/still.vmx', 'mock.power', 'paused'],
    ['/lab/bare/bare.vmx', 'mock.tools', 'not-installed'],
    ['/lab/boots/boots.vmx', 'mock.tools', 'not-running'],
    ['/lab/shut/shut.vmx', 'mock.guest-operations', 'not-ready'],
  ])('%s: %s is %s', async (vm, id, problem) => {
    const { ids, check } = await ask({ vm, ...guest });
    expect(ids('red')).toEqual([id]);
    expect(check(id)).toMatchObject({ problem, next: expect.stringMatching(/.../) });
    expect(check('mock.login').status).toBe('skipped');
  });

  it('without an interactive session is red for whoever needs one', async () => {
    const vm = '/lab/alone/alone.vmx';
    expect((await ask({ vm })).check('mock.interactive')).toMatchObject({ status: 'yellow', problem: 'nobody' });
    const { ids, check } = await ask({ vm, interactive: true });
    expect(ids('red')).toEqual(['mock.interactive']);
    expect(check('mock.interactive').problem).toBe('nobody-though-wanted');
  });

  it('may keep the files of its guest to itself', async () => {
    const { ids, check } = await ask({ vm: '/lab/closed/closed.vmx', ...guest });
    expect(ids('red')).toEqual(['mock.transfer']);
    expect(check('mock.transfer').problem).toBe('refused');
  });

  it('has answered when it says that its file is not there', async () => {
    const world = await backend.world();
    const { id } = await world.find('/lab/alone/alone.vmx');
    await world.store.update(id, ({ files }) => files.apply({ change: 'remove', path: '/etc/hosts' }));
    const { ids, check } = await ask({ vm: '/lab/alone/alone.vmx', ...guest });
    expect(ids('red')).toEqual([]);
    expect(check('mock.transfer')).toMatchObject({ status: 'green', facts: { path: '/etc/hosts' } });
  });

  it('opens with its password', async () => {
    const { check } = await ask({ vm: '/lab/locked/locked.vmx', vmPassword: 'hunter22' });
    expect(check('mock.vm').status).toBe('green');
  });

  it('has a guest that may refuse its user', async () => {
    const { check } = await ask({ vm: '/lab/web/web.vmx', guestUser: 'user', guestPassword: 'hunter33' });
    expect(check('mock.login')).toMatchObject({ status: 'red', problem: 'refused' });
  });
});
