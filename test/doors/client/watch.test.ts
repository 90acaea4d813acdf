import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { VmLink } from '../../../src/backends/backend.js';
import { createMockBackend } from '../../../src/backends/mock/index.js';
import { FakeClock, sleep } from '../../../src/base/clock.js';
import { createVix } from '../../../src/compose/create-vix.js';
import { World } from '../../../src/world/world.js';
import { connect, type Host } from '../../../src/doors/client/index.js';
import { backendNames, ClientRig } from './client-rig.js';
import { otherBackend, type Others } from './other-backend.js';

const location = '[store] posix/posix.vmx';

/** A pause that no test waits out. */
const intervalMs = 1e9;

describe.each(backendNames)('vm.watch over %s', (backend) => {
  let rig: ClientRig;
  let host: Host;

  beforeAll(async () => {
    rig = await ClientRig.create(backend);
    host = await rig.connect();
  });

  afterEach(() => rig.simulator?.faults.clear());

  afterAll(() => rig.close());

  /** What work comes to while no time passes by the clock: nobody waits for the next look. */
  async function atOnce<T>(work: Promise<T>): Promise<T> {
    const beforeMs = rig.clock.monotonic();
    const result = await work;
    expect(rig.clock.monotonic()).toBe(beforeMs);
    return result;
  }

  it('tells of each change at once', async () => {
    await using vm = await rig.open(host, 'posix');
    const watch = vm.watch({ intervalMs });
    expect((await rig.moving(watch.next())).value).toMatchObject({ name: 'posix' });
    const machine = await rig.world.find(location);
    const changes = [{ name: 'other' }, { name: 'posix' }];
    for (const change of changes) {
      const next = watch.next();
      await machine.settings.change(change, rig.call);
      expect((await atOnce(next)).value).toMatchObject(change);
    }
    await watch.return(undefined);
  });

  it('tells when time alone has changed the machine', async () => {
    await using vm = await rig.open(host, 'posix');
    const watch = vm.watch({ intervalMs });
    expect((await rig.moving(watch.next())).value).toMatchObject({ tools: 'running' });
    const reset = vm.reset();
    const seen: string[] = [];
    const untilBack = async (): Promise<void> => {
      for await (const { tools } of watch) {
        seen.push(tools);
        if (tools === 'running') return;
      }
    };
    await rig.moving(Promise.all([reset, untilBack()]));
    expect(seen[0]).toBe('unknown');
  });

  it('ends at its time limit, and at once when the machine is closed', async () => {
    const vm = await rig.open(host, 'posix');
    const watch = vm.watch({ intervalMs, timeoutMs: 90_000 });
    await rig.moving(watch.next());
    const expired = watch.next().catch((error: unknown) => error);
    expect(await rig.moving(expired, 5000)).toMatchObject({
      name: 'VIX_E_CANCELLED',
      operation: 'vm.watch',
      target: location,
      message: expect.stringContaining('90000 ms') as string,
    });
    const other = vm.watch({ intervalMs });
    await rig.moving(other.next());
    const closed = other.next().catch((error: unknown) => error);
    await vm[Symbol.asyncDispose]();
    expect(await atOnce(closed)).toMatchObject({ name: 'VIX_E_INVALID_HANDLE' });
  });
});

it('asks a server seldom while nothing changes', async () => {
  const rig = await ClientRig.create('vsphere');
  onTestFinished(() => rig.close());
  const vm = await rig.open(await rig.connect(), 'posix');
  const watch = vm.watch();
  await rig.moving(watch.next());
  rig.simulator?.faults.add({ on: 'RetrievePropertiesEx', effect: { delayMs: 0 } });
  const next = watch.next().catch((error: unknown) => error);
  await rig.moving(sleep(rig.clock, 100_000), 500);
  const [looks] = rig.simulator?.faults.list() ?? [];
  expect(looks?.hits).toBeLessThan(20);
  await vm[Symbol.asyncDispose]();
  expect(await next).toMatchObject({ name: 'VIX_E_INVALID_HANDLE' });
});

/** How often a machine is looked at within ten seconds in which nothing happens. */
async function looksInTenSeconds(members: Others<VmLink>): Promise<number> {
  const clock = new FakeClock();
  const world = await World.create({
    clock,
    inventory: { vms: [{ name: 'posix', guestOs: 'ubuntu-64', power: 'on', location }] },
  });
  const vix = createVix({ backends: [otherBackend(createMockBackend({ world, clock }), members)], config: {}, clock });
  onTestFinished(async () => {
    await vix.Revix_Close();
    await world.close();
  });
  const vm = await (await connect({ vix })).openVm(location);
  const watch = vm.watch();
  await watch.next();
  world.faults.add({ operation: 'properties', effect: { delayMs: 0 } });
  const next = watch.next().catch((error: unknown) => error);
  await clock.advance(10_000);
  const [looks] = world.faults.list();
  await vm[Symbol.asyncDispose]();
  expect(await next).toMatchObject({ name: 'VIX_E_INVALID_HANDLE' });
  return looks?.hits ?? 0;
}

it('looks each second where the host does not tell of changes, or does so no more', async () => {
  expect(await looksInTenSeconds({ onChange: undefined })).toBe(10);
  const deaf: VmLink['onChange'] = (listener) => {
    listener(new Error('nothing can be heard'));
    return () => undefined;
  };
  expect(await looksInTenSeconds({ onChange: deaf })).toBe(10);
  expect(await looksInTenSeconds({ onChange: () => () => undefined })).toBe(0);
});
