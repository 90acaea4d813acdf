import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { createMockBackend, InventoryBuilder, type MockBackend, World } from '../../../src/backends/mock/index.js';
import { FakeClock } from '../../../src/base/clock.js';
import type { DoctorValues } from '../../../src/cli/doctor/run-doctor.js';
import { examine, type Examined, temporaryDirectory } from './doctor-rig.js';

const clock = new FakeClock();
const tools = { bootDelayMs: 0 };

let backend: MockBackend;

beforeAll(async () => {
  const inventory = new InventoryBuilder()
    .vm({ name: 'web', location: '/lab/web/web.vmx', power: 'on', tools })
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

it('is green for a machine that runs', async () => {
  const { status, check, ids } = await ask({ vm: '/lab/web/web.vmx', ...guest });
  expect(status).toBe(0);
  expect(ids('yellow')).toEqual([]);
  expect(check('host.backend').facts).toMatchObject({ backend: 'mock', provider: 'default' });
  expect(check('mock.machines').facts).toEqual({ visible: 8, running: 4 });
  expect(check('mock.vm').facts).toEqual({ name: 'web', location: '/lab/web/web.vmx' });
  expect(check('mock.login').facts).toEqual({ user: 'user', family: 'posix' });
});

describe('the host', () => {
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

describe('the machine', () => {
  it.each([
    ['/lab/web/WEB.vmx', 'mock.vm', 'not-found'],
    ['[ds] twin/twin.vmx', 'mock.vm', 'ambiguous'],
    ['/lab/locked/locked.vmx', 'mock.vm', 'encrypted'],
    ['/lab/off/off.vmx', 'mock.power', 'off'],
    ['/lab/still/still.vmx', 'mock.power', 'paused'],
    ['/lab/bare/bare.vmx', 'mock.tools', 'not-installed'],
    ['/lab/boots/boots.vmx', 'mock.tools', 'not-running'],
  ])('%s: %s is %s', async (vm, id, problem) => {
    const { ids, check } = await ask({ vm, ...guest });
    expect(ids('red')).toEqual([id]);
    expect(check(id)).toMatchObject({ problem, next: expect.stringMatching(/.../) });
    expect(check('mock.login').status).toBe('skipped');
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
