import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CallContext, ConnectTarget, HostLink, ProviderName, VmLink } from '../../../src/backends/backend.js';
import type { Capability } from '../../../src/backends/capabilities.js';
import { createMockBackend, InventoryBuilder, type MockBackend } from '../../../src/backends/mock/index.js';
import { FakeClock, RealClock, settle } from '../../../src/base/clock.js';
import { Secret } from '../../../src/base/secret.js';
import { contentOf, fault, hard, messageOf, textOf } from '../../world/world-fixture.js';

const clock = new FakeClock();

function call(signal: AbortSignal = new AbortController().signal): CallContext {
  return { signal, clock, progress: () => undefined };
}

function target(provider: ProviderName = 'default', change: Partial<ConnectTarget> = {}): ConnectTarget {
  return {
    provider,
    hostName: null,
    hostPort: 0,
    userName: null,
    password: null,
    verifyTls: false,
    settings: {},
    ...change,
  };
}

async function locations(host: HostLink, filter: 'running' | 'registered' = 'registered'): Promise<string[]> {
  const found: string[] = [];
  for await (const { location } of host.findVms(filter, call())) found.push(location);
  return found;
}

const one = '[datastore1] one/one.vmx';

function backendOfOne(): MockBackend {
  const inventory = new InventoryBuilder().linux('one', { power: 'on' }).build();
  return createMockBackend({ clock, inventory, powerDurationMs: 0 });
}

async function openOne(backend: MockBackend): Promise<{ readonly host: HostLink; readonly vm: VmLink }> {
  const host = await backend.connect(target(), call());
  return { host, vm: await host.openVm(one, null, call()) };
}

describe('options of the mock backend', () => {
  it.each<[unknown, string]>([
    [null, 'the whole: expected an object with world, inventory'],
    [{ powerDuration: 3 }, "powerDuration: unknown key; did you mean 'powerDurationMs'?"],
    [{ powerDurationMs: '3' }, 'powerDurationMs: expected a number'],
    [{ powerDurationMs: Number.NaN }, 'powerDurationMs: expected a number'],
    [{ powerDurationMs: Infinity }, 'powerDurationMs: must be finite'],
    [{ powerDurationMs: -1 }, 'powerDurationMs: must be at least 0'],
    [{ directory: '' }, 'directory: must not be empty'],
    [{ directory: 3 }, 'directory: expected text'],
    [{ inventory: '' }, 'inventory: must not be empty'],
    [{ inventory: 3 }, 'inventory: expected an inventory or a path'],
    [{ clock: Date }, 'clock: expected a clock'],
    [{ world: {} }, 'world: expected a World'],
    [{ programs: { posix: {}, windows: {} } }, 'programs.posix: expected programs'],
    [{ programLimits: { wallMs: 0 } }, 'programLimits.wallMs: must be at least 1'],
    [{ programLimits: { wall: 9 } }, 'programLimits.wall: unknown key'],
    [{ faults: {} }, 'faults: expected a list'],
    [{ faults: [{ operation: '*' }] }, 'faults[0].effect: '],
    [{ questions: 'ask' }, 'questions: expected one of fail, wait'],
  ])('%j are refused when it is made', async (options, problem) => {
    const message = await messageOf(async () => Reflect.apply(createMockBackend, null, [options]), 'invalid-argument');
    expect(message).toContain(`The options of createMockBackend: ${problem}`);
  });

  it('may be undefined', () => {
    const options = { clock, directory: undefined, inventory: undefined };
    expect(Reflect.apply(createMockBackend, null, [options])).toMatchObject({ name: 'mock' });
  });
});

describe('the mock backend', () => {
  it('claims the local providers, and answers for others when it is asked to', async () => {
    const backend = backendOfOne();
    const claimed = (['default', 'server', 'workstation', 'player'] as const).map((name) =>
      backend.claims(target(name)),
    );
    expect(claimed).toEqual(['accept', 'accept', 'accept', 'accept']);
    expect(backend.claims(target('vi-server'))).toBe('decline');
    expect(backend.claims(target('workstation-shared'))).toBe('decline');
    const host = await backend.connect(target('vi-server', { hostName: 'https://vcenter/sdk' }), call());
    expect(host.about.product).toContain('vSphere');
  });

  it.each<[ProviderName, Capability[]]>([
    ['default', []],
    ['workstation', []],
    ['player', ['startPaused', 'pause', 'clone', 'linkedClone', 'hardwareUpgrade', 'snapshots', 'recording']],
    ['server', ['encryption', 'startPaused', 'pause', 'clone', 'linkedClone', 'sharedFolders', 'recording']],
  ])('offers as %s all that the product had, but not %j', async (provider, missing) => {
    const backend = backendOfOne();
    const { capabilities } = await backend.connect(target(provider), call());
    expect([...backend.capabilities].filter((name) => !capabilities.has(name)).sort()).toEqual([...missing].sort());
  });

  it('reaches as Workstation or Player this machine only', async () => {
    const backend = backendOfOne();
    for (const provider of ['workstation', 'player'] as const) {
      await backend.connect(target(provider, { hostName: 'localhost' }), call());
      await expect(backend.connect(target(provider, { hostName: 'far' }), call())).rejects.toMatchObject(
        fault('host-remote-only-local'),
      );
    }
    await backend.connect(target('server', { hostName: 'far' }), call());
  });

  it('lists every machine of the default inventory so that it opens again', async () => {
    const host = await createMockBackend({ clock }).connect(target(), call());
    const keys = new Set<string>();
    for (const location of await locations(host)) {
      keys.add((await host.openVm(location, new Secret('secret'), call())).key);
    }
    expect(keys.size).toBe(14);
    expect((await locations(host, 'running')).length).toBe(3);
    await expect(host.openVm('[shared] twin/twin.vmx', null, call())).rejects.toMatchObject(fault('vm-ambiguous'));
    await expect(host.openVm('[datastore1] encrypted/encrypted.vmx', null, call())).rejects.toMatchObject(
      fault('vm-needs-key'),
    );
    await expect(host.openVm('', null, call())).rejects.toMatchObject(fault('invalid-argument'));
  });

  it('gives two links to one machine one key', async () => {
    const backend = backendOfOne();
    const [first, second] = [await openOne(backend), await openOne(backend)];
    expect(first.vm.key).toBe(second.vm.key);
    await first.vm.power.suspend('hard', call());
    expect((await second.vm.properties(call())).power.phase).toBe('suspended');
  });

  it('opens as Server only what is registered', async () => {
    const backend = backendOfOne();
    const host = await backend.connect(target('server'), call());
    const vm = await host.openVm(one, null, call());
    await vm.power.off('hard', call());
    await host.unregisterVm(one, call());
    await expect(host.openVm(one, null, call())).rejects.toMatchObject(fault('vm-not-found'));
    await (await backend.connect(target('workstation'), call())).openVm(one, null, call());
    await host.registerVm(one, call());
    await host.openVm(one, null, call());
    await expect(host.registerVm('[x] y.vmx', call())).rejects.toMatchObject(fault('not-found'));
  });

  it('keeps as Server one snapshot', async () => {
    const backend = backendOfOne();
    const vm = await (await backend.connect(target('server'), call())).openVm(one, null, call());
    for (const name of ['first', 'second']) {
      await vm.snapshots.create({ name, description: '', includeMemory: false }, call());
    }
    const { roots, currentId } = await vm.snapshots.tree(call());
    expect(roots.map(({ id, name, children }) => [id, name, children])).toEqual([[currentId, 'second', []]]);
  });

  it('passes guest operations on, files among them', async () => {
    const { vm } = await openOne(backendOfOne());
    const guest = vm.guest({ userName: 'user', password: new Secret('password'), isInteractive: false });
    expect(guest.family).toBe('posix');
    await guest.files.write('/tmp/a', contentOf('text'), call());
    expect(await textOf((await guest.files.read('/tmp/a', call())).chunks)).toBe('text');
    const pid = await guest.start({ path: '/bin/sleep', arguments: '60', activateWindow: false }, call());
    expect((await guest.poll([pid], call())).get(pid)).toEqual({ state: 'running' });
  });

  it('finds a deleted machine gone', async () => {
    const { host, vm } = await openOne(backendOfOne());
    await vm.power.off('hard', call());
    await vm.lifecycle.delete({ keepDisks: false }, call());
    await expect(vm.properties(call())).rejects.toMatchObject(fault('vm-not-found'));
    await expect(host.openVm(one, null, call())).rejects.toMatchObject(fault('vm-not-found'));
    expect(await locations(host)).toEqual([]);
  });

  it('checks users where the inventory names some', async () => {
    const inventory = new InventoryBuilder().hostUser('admin', 'right').build();
    const backend = createMockBackend({ clock, inventory });
    await backend.connect(target('default'), call());
    await backend.connect(target('default', { userName: 'admin', password: new Secret('right') }), call());
    const wrong = target('default', { userName: 'admin', password: new Secret('wrong') });
    await expect(backend.connect(wrong, call())).rejects.toMatchObject(fault('host-permission'));
  });
});

describe('a connection', () => {
  it('is lost for good when a fault drops it; others stay', async () => {
    const backend = backendOfOne();
    const [dropped, other] = [await openOne(backend), await openOne(backend)];
    const told: string[] = [];
    dropped.host.onLost(({ message }) => told.push(message));
    const world = await backend.world();
    world.faults.add({ operation: 'guest.files.list', count: 1, effect: { dropConnection: true } });
    const guest = dropped.vm.guest({ userName: 'user', password: new Secret('password'), isInteractive: false });
    await expect(guest.files.list('/', call())).rejects.toMatchObject(fault('connection-lost'));
    expect(told).toHaveLength(1);
    await expect(dropped.vm.properties(call())).rejects.toMatchObject(fault('connection-lost'));
    await expect(dropped.host.openVm(one, null, call())).rejects.toMatchObject(fault('connection-lost'));
    await expect(locations(dropped.host)).rejects.toMatchObject(fault('connection-lost'));
    expect(told).toHaveLength(1);
    dropped.host.onLost(({ message }) => told.push(message));
    expect(told).toHaveLength(2);
    expect((await other.vm.properties(call())).name).toBe('one');
  });

  it('ends quietly when its user closes it', async () => {
    const { host, vm } = await openOne(backendOfOne());
    let isTold = false;
    host.onLost(() => (isTold = true));
    await host.close();
    await host.close();
    await expect(vm.power.off('hard', call())).rejects.toMatchObject(fault('connection-lost'));
    expect(isTold).toBe(false);
  });

  it('gives up a call as soon as it is aborted, whatever it does', async () => {
    const backend = backendOfOne();
    const { vm } = await openOne(backend);
    const world = await backend.world();
    world.faults.add({ operation: 'power.*', effect: { never: true } });
    const caller = new AbortController();
    const work = vm.power.off('hard', call(caller.signal));
    await settle();
    caller.abort(new Error('cancelled'));
    await expect(work).rejects.toThrow('cancelled');
    await expect(vm.properties(call(caller.signal))).rejects.toThrow('cancelled');
  });
});

describe('settings', () => {
  let directory = '';

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'revix-mock-'));
  });

  afterAll(async () => {
    await rm(directory, { recursive: true });
  });

  it('choose an inventory, and are refused when they say something else', async () => {
    const path = join(directory, 'inventory.yaml');
    await writeFile(path, 'vms:\n- { name: a, location: /a.vmx }\n');
    const backend = createMockBackend({ clock });
    const settings = { inventory: path };
    const host = await backend.connect(target('default', { settings }), call());
    expect(await locations(host)).toEqual(['/a.vmx']);
    const again = await backend.connect(target('player', { settings }), call());
    expect((await again.openVm('/a.vmx', null, call())).key).toBe((await host.openVm('/a.vmx', null, call())).key);
    await expect(backend.connect(target('default', { settings: { folder: 'x' } }), call())).rejects.toMatchObject(
      fault('invalid-argument'),
    );
    const missing = { inventory: join(directory, 'none.yaml') };
    await expect(backend.connect(target('default', { settings: missing }), call())).rejects.toMatchObject(
      fault('file-not-found'),
    );
    await writeFile(missing.inventory, 'vms: []');
    await backend.connect(target('default', { settings: missing }), call());
    await backend.close?.();
  });

  it('keep the machines in a directory, from one backend to the next', async () => {
    const kept = join(directory, 'machines');
    const inventory = new InventoryBuilder().linux('one', { power: 'on' }).build();
    const credentials = { userName: 'user', password: new Secret('password'), isInteractive: false };
    const first = createMockBackend({ clock, directory: kept, inventory, powerDurationMs: 0 });
    const before = await openOne(first);
    await before.vm.guest(credentials).files.write('/tmp/a', contentOf('kept'), call());
    await before.vm.snapshots.create({ name: 's', description: '', includeMemory: false }, call());
    await before.vm.power.suspend('hard', call());
    await first.close?.();

    const second = createMockBackend({ clock, directory: kept, powerDurationMs: 0 });
    const { vm, host } = await openOne(second);
    expect(vm.key).toBe(before.vm.key);
    expect((await vm.properties(call())).power.phase).toBe('suspended');
    expect((await vm.snapshots.tree(call())).roots).toHaveLength(1);
    await vm.power.on(hard, call());
    expect(await textOf((await vm.guest(credentials).files.read('/tmp/a', call())).chunks)).toBe('kept');
    await vm.power.off('hard', call());
    await vm.lifecycle.delete({ keepDisks: false }, call());
    expect(await locations(host)).toEqual([]);
    await second.close?.();
  });

  it('let two backends work on one directory at the same time', async () => {
    const shared = join(directory, 'shared');
    const inventory = new InventoryBuilder().linux('one', { tools: { bootDelayMs: 0 } }).build();
    // Each waits for the other's locks, in real time.
    const make = (): MockBackend =>
      createMockBackend({ clock: new RealClock(), directory: shared, inventory, powerDurationMs: 0 });
    const [first, second] = [make(), make()];
    const [mine, theirs] = await Promise.all([openOne(first), openOne(second)]);
    await mine.vm.power.on(hard, call());
    expect((await theirs.vm.properties(call())).power).toMatchObject({ phase: 'on', areToolsRunning: true });
    const credentials = { userName: 'user', password: new Secret('password'), isInteractive: false };
    await theirs.vm.guest(credentials).files.write('/tmp/a', contentOf('theirs'), call());
    expect(await textOf((await mine.vm.guest(credentials).files.read('/tmp/a', call())).chunks)).toBe('theirs');
    const running = { path: '/bin/sh', arguments: '-c "while true; do sleep 1; done"', activateWindow: false };
    const pid = await mine.vm.guest(credentials).start(running, call());
    expect((await theirs.vm.guest(credentials).poll([pid], call())).get(pid)).toEqual({ state: 'running' });
    await theirs.vm.power.off('hard', call());
    const copy = await theirs.vm.lifecycle.clone(
      { snapshotId: null, isLinked: false, destination: '[datastore1] copy/copy.vmx' },
      call(),
    );
    expect(await locations(mine.host)).toHaveLength(2);
    await mine.host.openVm(copy, null, call());
    await first.close?.();
    await second.close?.();
  });

  it('leave a machine that cannot be read out, and say so to who asks for it', async () => {
    const kept = join(directory, 'damaged');
    const inventory = new InventoryBuilder().linux('one').linux('two').build();
    const first = createMockBackend({ clock, directory: kept, inventory, powerDurationMs: 0 });
    await first.connect(target(), call());
    await first.close?.();
    const [state] = (await readdir(kept, { recursive: true })).filter((path) => /two.*state\.json$/.test(path));
    await writeFile(join(kept, state ?? ''), '{');

    const second = createMockBackend({ clock, directory: kept, powerDurationMs: 0 });
    const host = await second.connect(target(), call());
    expect(await locations(host)).toEqual([one]);
    await host.openVm(one, null, call());
    const open = host.openVm('[datastore1] two/two.vmx', null, call());
    expect(await messageOf(open, 'vm-config-unreadable')).toMatch(/state\.json/);
    // Nobody else is told.
    const elsewhere = host.openVm('[datastore1] three/three.vmx', null, call());
    expect(await messageOf(elsewhere, 'vm-not-found')).not.toMatch(/state\.json/);
    await expect(host.openVm('[Else/datastore1] two/two.vmx', null, call())).rejects.toMatchObject(
      fault('vm-not-found'),
    );
    await second.close?.();
  });

  it('give a machine that is only a .vmx file a guest', async () => {
    const found = join(directory, 'found');
    const path = join(found, 'box', 'box.vmx');
    await mkdir(join(found, 'box'), { recursive: true });
    await writeFile(path, '.encoding = "UTF-8"\ndisplayName = "Box"\nguestOS = "windows9-64"\n');
    const backend = createMockBackend({ clock, directory: found, powerDurationMs: 0 });
    const host = await backend.connect(target(), call());
    expect(await locations(host)).toEqual([path]);
    const vm = await host.openVm(path, null, call());
    await vm.power.on(hard, call());
    await clock.advance(60_000);
    expect(await vm.properties(call())).toMatchObject({ name: 'Box', guestOs: 'windows9-64', tools: 'running' });
    const guest = vm.guest({ userName: 'user', password: new Secret('password'), isInteractive: false });
    expect((await guest.files.list('C:\\Users', call())).map(({ name }) => name)).toContain('user');
    await backend.close?.();
  });
});
