import { createServer } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { InventoryBuilder } from '../../../src/backends/mock/index.js';
import { Secret } from '../../../src/base/secret.js';
import { startSimulator, type Simulator, type SimulatorOptions } from '../../../src/simulator/index.js';
import { goodCertificate, selfSignedCertificate, wrongNameCertificate } from '../../fixtures/tls/certificates.js';
import { examine, type Examined, trusting } from './doctor-rig.js';
import type { DoctorRun } from './doctor-rig.js';
import type { DoctorValues } from '../../../src/cli/doctor/run-doctor.js';

const users = [
  { name: 'admin', password: 'hunter22' },
  { name: 'operator', password: 'hunter22', privileges: ['VirtualMachine.Interact.*'] },
  { name: 'guests', password: 'hunter22', privileges: ['VirtualMachine.GuestOperations.*'] },
];

const tools = { bootDelayMs: 0 };
const dayMs = 86_400_000;

const inventory = new InventoryBuilder()
  .vm({ name: 'web', location: '[ds1] web/web.vmx', power: 'on', tools, guest: { consoleUser: 'user' } })
  .vm({ name: 'win', location: '[ds1] win/win.vmx', power: 'on', tools, guestOs: 'windows9-64' })
  .vm({ name: 'off', location: '[ds1] off/off.vmx', tools })
  .vm({ name: 'asleep', location: '[ds1] asleep/asleep.vmx', power: 'suspended', tools })
  .vm({ name: 'bare', location: '[ds1] bare/bare.vmx', power: 'on', tools: false })
  .vm({ name: 'boots', location: '[ds1] boots/boots.vmx', power: 'on', tools: { bootDelayMs: 2 * dayMs } })
  .vm({ name: 'asks', location: '[ds1] asks/asks.vmx', tools, questionAtPowerOn: 'Moved or copied?' })
  .vm({
    name: 'strict',
    location: '[ds1] strict/strict.vmx',
    power: 'on',
    tools,
    guest: { disabledOperations: ['all'] },
  })
  .vm({ name: 'twin a', datacenter: 'A', location: '[shared] twin/twin.vmx' })
  .vm({ name: 'twin b', datacenter: 'B', location: '[shared] twin/twin.vmx' })
  .build();

let simulator: Simulator;

beforeAll(async () => {
  simulator = await startSimulator({ tls: goodCertificate, users, inventory });
});

afterAll(() => simulator.close());

async function simulate(options: SimulatorOptions): Promise<Simulator> {
  const own = await startSimulator({ tls: goodCertificate, users, inventory, ...options });
  onTestFinished(() => own.close());
  return own;
}

/** Asks about a machine. */
function ask(
  vm: string,
  values: Partial<DoctorValues> = {},
  { parts = {}, host = simulator.url }: DoctorRun & { readonly host?: string } = {},
): Promise<Examined> {
  const login = { hostType: 'vc', host, user: 'admin', password: 'hunter22' } as const;
  return examine({ config: trusting, values: { ...login, vm, ...values }, parts });
}

const call = { signal: new AbortController().signal, progress: () => undefined };

const root = { guestUser: 'root', guestPassword: 'password' };

it('is green from the machine to the files of its guest, which it leaves as they were', async () => {
  const examined = await ask('[ds1] web/web.vmx', { ...root, roundTrip: true });
  expect(examined.ids('red')).toEqual([]);
  expect(examined.check('vm.found').facts).toMatchObject({ name: 'web', path: '[ds1] web/web.vmx' });
  expect(examined.check('vm.tools').facts).toMatchObject({ running: 'guestToolsRunning' });
  expect(examined.check('vm.guest-operations').status).toBe('green');
  expect(examined.check('vm.interactive').status).toBe('green');
  expect(examined.check('guest.login').facts).toMatchObject({ user: 'root', family: 'posix' });
  expect(examined.check('guest.transfer-url').facts).toMatchObject({ isOwn: false });
  expect(examined.check('guest.transfer-trust').status).toBe('green');
  const { path } = examined.check('guest.round-trip').facts;
  const machine = await simulator.world.find('[ds1] web/web.vmx');
  const { files } = machine.guest({ userName: 'root', password: new Secret('password'), isInteractive: false });
  await expect(files.stat(String(path), call)).rejects.toMatchObject({ kind: 'file-not-found' });
});

describe('the machine', () => {
  it.each([
    ['[ds1] WEB/web.vmx', 'similar-found', ['[ds1] web/web.vmx']],
    ['[shared] web/web.vmx', 'similar-found', ['[ds1] web/web.vmx']],
    ['[ds1] elsewhere/web.vmx', 'similar-found', ['[ds1] web/web.vmx']],
    ['/A/vm/WIN', 'similar-found', ['[ds1] win/win.vmx']],
    ['[ds1] none/none.vmx', 'not-found', undefined],
    ['[nowhere] none/none.vmx', 'not-found', undefined],
    ['00000000-0000-4000-8000-000000000000', 'not-found', undefined],
  ])("'%s' is %s", async (vm, problem, similar) => {
    const { check, ids } = await ask(vm);
    expect(ids('red')).toEqual(['vm.found']);
    expect(check('vm.found').problem).toBe(problem);
    expect(check('vm.found').facts['similar']).toEqual(similar);
    expect(check('vm.power').status).toBe('skipped');
  });

  it('with one path in two datacentres is ambiguous', async () => {
    const { check } = await ask('[shared] twin/twin.vmx');
    expect(check('vm.found')).toMatchObject({ problem: 'ambiguous', text: expect.stringContaining('[A/shared]') });
    expect((await ask('[B/shared] twin/twin.vmx')).check('vm.found').facts).toMatchObject({ name: 'twin b' });
  });

  it.each([
    ['off', 'vm.power', 'off'],
    ['asleep', 'vm.power', 'suspended'],
    ['bare', 'vm.tools', 'not-installed'],
    ['boots', 'vm.tools', 'not-running'],
  ])('%s: %s is %s', async (name, id, problem) => {
    const { check, ids, status } = await ask(`[ds1] ${name}/${name}.vmx`, root);
    expect(status).toBe(1);
    expect(ids('red')).toEqual([id]);
    expect(check(id)).toMatchObject({ problem, next: expect.stringMatching(/.../) });
    expect(check('guest.login')).toMatchObject({ status: 'skipped', text: expect.stringContaining(id) });
  });

  it('that waits for an answer is told with the question', async () => {
    const machine = await simulator.world.find('[ds1] asks/asks.vmx');
    const starting = new AbortController();
    const outcome = machine.power.on({ paused: false, showConsole: false }, { ...call, signal: starting.signal });
    const ended = outcome.catch((error: unknown) => error);
    const { check } = await ask('[ds1] asks/asks.vmx');
    starting.abort(new Error('enough'));
    expect(await ended).toEqual(new Error('enough'));
    expect(check('vm.question')).toMatchObject({
      status: 'red',
      problem: 'pending',
      facts: { question: 'Moved or copied?' },
    });
  });

  it('without an interactive session is red for whoever needs one', async () => {
    expect((await ask('[ds1] win/win.vmx')).check('vm.interactive').status).toBe('yellow');
    const wanted = await ask('[ds1] win/win.vmx', { interactive: true });
    expect(wanted.check('vm.interactive')).toMatchObject({ status: 'red', problem: 'nobody-though-wanted' });
  });

  it.each([
    ['operator', 'red', 'missing-for-guest', 'VirtualMachine.GuestOperations.Execute'],
    ['guests', 'yellow', 'missing-for-power', 'VirtualMachine.Interact.PowerOn'],
  ])('lacks privileges of %s: %s', async (user, status, problem, missing) => {
    const { check } = await ask('[ds1] web/web.vmx', { user });
    expect(check('vm.privileges')).toMatchObject({ status, problem });
    expect(check('vm.privileges').facts['missing']).toContain(missing);
    expect(check('vm.privileges').details.join('\n')).toContain(missing);
  });
});

describe('the login of the guest', () => {
  it.each([
    ['web', { guestUser: 'root', guestPassword: 'hunter22' }, 'refused'],
    ['web', { guestUser: 'user', guestPassword: 'password', user: 'operator' }, 'no-privilege'],
    ['strict', root, 'disabled'],
  ])('of %s as %j is %s', async (name, values, problem) => {
    const { check, report } = await ask(`[ds1] ${name}/${name}.vmx`, values);
    expect(check('guest.login')).toMatchObject({ status: 'red', problem });
    expect(check('guest.transfer-url').status).toBe('skipped');
    expect(JSON.stringify(report)).not.toContain('hunter22');
  });

  it('may be one at the console', async () => {
    const there = await ask('[ds1] web/web.vmx', { guestUser: 'user', guestPassword: 'password', interactive: true });
    expect(there.check('guest.login')).toMatchObject({ status: 'green', facts: { isInteractive: true } });
  });
});

describe('the files of the guest', () => {
  const win = { guestUser: 'Administrator', guestPassword: 'password' };

  it('come from the host itself where its URL has a star', async () => {
    const { url } = await simulate({ transferHost: '*' });
    const { check, ids } = await ask('[ds1] win/win.vmx', win, { host: url });
    expect(ids('red')).toEqual([]);
    expect(check('guest.transfer-url')).toMatchObject({ facts: { isOwn: true, servers: [new URL(url).origin] } });
    expect(check('guest.transfer-trust').status).toBe('green');
  });

  it('come from a host whose certificate vCenter knows', async () => {
    const { url } = await simulate({ transferHost: 'localhost', transferTls: selfSignedCertificate });
    const { check, ids } = await ask('[ds1] win/win.vmx', win, { host: url });
    expect(ids('red')).toEqual([]);
    expect(check('guest.transfer-trust')).toMatchObject({ status: 'green', text: 'it is the pinned one' });
  });

  it('do not come from a host with another certificate', async () => {
    const other = createServer({ ...wrongNameCertificate });
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void other.close());
    const address = other.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const transferHost = `localhost:${port}`;
    const { url } = await simulate({ transferHost, transferTls: selfSignedCertificate });
    const { check } = await ask('[ds1] win/win.vmx', win, { host: url });
    expect(check('guest.transfer-trust')).toMatchObject({ status: 'red', problem: 'not-the-pinned' });
  });

  it('do not come from a host whose name is unknown here', async () => {
    const { url } = await simulate({ transferHost: 'esx.invalid' });
    const lookup = (): Promise<never> => Promise.reject(Object.assign(new Error('no'), { code: 'ENOTFOUND' }));
    const { check } = await ask('[ds1] win/win.vmx', win, { host: url, parts: { lookup } });
    expect(check('guest.transfer-name')).toMatchObject({
      problem: expect.stringMatching(/unknown|by-address/),
      facts: { host: 'esx.invalid' },
    });
  });

  it('do not come from a host that cannot be reached', async () => {
    const { url } = await simulate({ transferHost: 'localhost:1' });
    const { check, report } = await ask('[ds1] win/win.vmx', { ...win, roundTrip: true }, { host: url });
    expect(check('guest.transfer-port')).toMatchObject({ status: 'red', problem: 'unreachable' });
    expect(check('guest.round-trip').status).toBe('skipped');
    expect(JSON.stringify(report)).not.toContain('token=');
  });
});
