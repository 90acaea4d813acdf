import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { VmLink } from '../../../src/backends/backend.js';
import { createVsphereBackend, type VsphereBackend } from '../../../src/backends/vsphere/index.js';
import { FakeClock, settle } from '../../../src/base/clock.js';
import { Secret } from '../../../src/base/secret.js';
import { startSimulator, type Simulator } from '../../../src/simulator/index.js';
import { inventoryFor } from '../../conformance/inventory.js';
import { callOn, target, whileMoving } from './fake-connection.js';

const location = '[store] off/off.vmx';
const running = '[store] posix/posix.vmx';
const credentials = { userName: 'root', password: new Secret('password'), isInteractive: false };

describe('a machine that is registered anew while a program has it open', () => {
  const clock = new FakeClock();
  const call = callOn(clock);
  let simulator: Simulator;
  let backend: VsphereBackend;
  let vm: VmLink;

  beforeAll(async () => {
    simulator = await startSimulator({ inventory: inventoryFor(['off', 'posix']), clock });
    backend = createVsphereBackend({ clock, tls: { thumbprint: simulator.thumbprint?.sha256 ?? '' } });
  });

  afterAll(async () => {
    await backend.close?.();
    await simulator.close();
  });

  beforeEach(async () => {
    vm = await open(location);
  });

  async function open(path: string): Promise<VmLink> {
    const password = new Secret('host password');
    const host = await backend.connect(target({ hostName: simulator.url, userName: 'admin', password }), call);
    return host.openVm(path, null, call);
  }

  function moving<T>(work: Promise<T>): Promise<T> {
    return whileMoving(clock, 250, work);
  }

  async function until(isSo: () => unknown): Promise<void> {
    while ((await isSo()) !== true) await settle();
  }

  /** As another program does it. A machine that runs changes its reference when its ESXi host leaves and comes back. */
  async function registerAnew(path: string = location): Promise<void> {
    const { world } = simulator;
    const { id } = await world.find(path);
    const setRegistered = (isRegistered: boolean): Promise<void> =>
      world.store.update(id, ({ record }) => {
        record.isRegistered = isRegistered;
      });
    // Both at once: who looks for the machine in between does not find it.
    await Promise.all([setRegistered(false), setRegistered(true)]);
  }

  it.each<[string, (link: VmLink) => Promise<unknown>]>([
    ['properties are read', (link) => link.properties(call)],
    ['a task is run', (link) => link.snapshots.create({ name: 's', description: '', includeMemory: false }, call)],
    ['a property is read for the operation', (link) => link.snapshots.tree(call)],
    ['its networks are listed', async (link) => link.adapters?.adapters(call)],
  ])('is found again by its path when %s', async (_what, work) => {
    const before = await open(location);
    await registerAnew();
    const after = await open(location);
    expect(after.key).not.toBe(before.key);
    await moving(work(vm));
  });

  it('powers on once', async () => {
    await registerAnew();
    await moving(vm.power.on({ paused: false, showConsole: false }, call));
    expect((await vm.properties(call)).power.phase).toBe('on');
    await moving(vm.power.off('hard', call));
  });

  it('takes guest operations in the same login', async () => {
    const link = await open(running);
    const guest = link.guest(credentials);
    await moving(guest.validate(call));
    await registerAnew(running);
    await moving(guest.validate(call));
    const pid = await moving(guest.start({ path: '/bin/sh', arguments: '-c "exit 7"', activateWindow: false }, call));
    await registerAnew(running);
    const state = async () => (await moving(guest.poll([pid], call))).get(pid);
    await until(async () => (await state())?.state !== 'running');
    expect(await state()).toMatchObject({ state: 'exited', exitCode: 7 });
  });

  it('is waited for under its new reference', async () => {
    const link = await open(running);
    await moving(link.power.off('hard', call));
    await moving(link.power.on({ paused: false, showConsole: false }, call));
    const ready = link.tools.waitUntilRunning(call);
    const heard: unknown[] = [];
    const stop = link.onChange?.((deaf) => heard.push(deaf));
    // On a clock that stands still Tools does not come up.
    await until(() => heard.length > 0);
    stop?.();
    await registerAnew(running);
    await expect(moving(ready)).resolves.toBeUndefined();
  });

  it('is watched under each of its new references', async () => {
    const heard: unknown[] = [];
    const stop = vm.onChange?.((deaf) => heard.push(deaf ?? 'news'));
    const something = (): Promise<void> => moving(until(() => heard.length > 0));
    await something();
    heard.length = 0;
    for (const time of ['once', 'twice', 'three times']) {
      await registerAnew();
      await something();
      expect(heard, time).not.toContainEqual(expect.any(Error));
      heard.length = 0;
    }
    await moving(vm.power.on({ paused: false, showConsole: false }, call));
    await something();
    expect(heard).not.toContainEqual(expect.any(Error));
    stop?.();
    await moving(vm.power.off('hard', call));
  });

  it('is not found when it does not come back, and says so as a machine that is gone does', async () => {
    await simulator.world.unregister(location);
    await expect(moving(vm.properties(call))).rejects.toMatchObject({ kind: 'vm-not-found' });
    await simulator.world.register(location);
    await moving(vm.properties(call));
  });

  it('is not looked for after its deletion: what takes its place is another machine', async () => {
    const copy = '[store] copy/copy.vmx';
    const clone = (): Promise<string> =>
      moving(vm.lifecycle.clone({ snapshotId: null, isLinked: false, destination: copy }, call));
    await clone();
    const copied = await open(copy);
    await moving(copied.lifecycle.delete({ keepDisks: false }, call));
    await clone();
    await expect(moving(copied.properties(call))).rejects.toMatchObject({ kind: 'vm-not-found' });
    await moving((await open(copy)).lifecycle.delete({ keepDisks: false }, call));
  });

  it.each<[string, (link: VmLink) => Promise<unknown>]>([
    ['deleted', (link) => link.lifecycle.delete({ keepDisks: false }, call)],
    ['deleted without its disks', (link) => link.lifecycle.delete({ keepDisks: true }, call)],
    ['configured', async (link) => link.tools.setTimeSync?.(true, call)],
    ['told the password of its guest', (link) => link.guest(credentials).validate(call)],
  ])('is not taken for a new one at its path, which is not %s', async (_what, work) => {
    const copy = '[store] copy/copy.vmx';
    const clone = (): Promise<string> =>
      moving(vm.lifecycle.clone({ snapshotId: null, isLinked: false, destination: copy }, call));
    await clone();
    const first = await open(copy);
    await moving((await open(copy)).lifecycle.delete({ keepDisks: false }, call));
    await clone();
    const second = await open(copy);
    const refused = { kind: 'vm-not-found', message: expect.stringContaining('another UUID') };
    await expect(moving(work(first))).rejects.toMatchObject(refused);
    expect((await open(copy)).key).toBe(second.key);
    await moving(second.lifecycle.delete({ keepDisks: false }, call));
  });
});
