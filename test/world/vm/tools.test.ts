import { describe, expect, it } from 'vitest';
import { settle } from '../../../src/base/clock.js';
import type { VirtualMachine } from '../../../src/world/vm/virtual-machine.js';
import { bootDelayMs, call, fault, hard, oneVm, passing } from '../world-fixture.js';

describe('waiting for Tools', () => {
  it('ends when the guest has booted', async () => {
    const { clock, vm } = await oneVm({}, { transitionMs: 20 });
    const on = vm.power.on(hard, call());
    const wait = (async () => {
      await settle();
      await vm.tools.waitUntilRunning(call());
      return clock.now();
    })();
    const startMs = clock.now();
    await passing(clock, Promise.all([on, wait]), 1000);
    expect(await wait).toBe(startMs + 20 + bootDelayMs);
  });

  it('fails for a machine that is off, goes off, or has no Tools', async () => {
    const { vm } = await oneVm();
    await expect(vm.tools.waitUntilRunning(call())).rejects.toMatchObject(fault('vm-not-running'));
    await vm.power.on(hard, call());
    const wait = vm.tools.waitUntilRunning(call());
    await settle();
    await vm.power.off('hard', call());
    await expect(wait).rejects.toMatchObject(fault('vm-not-running'));
    const bare = await oneVm({ tools: false, power: 'on' });
    await expect(bare.vm.tools.waitUntilRunning(call())).rejects.toMatchObject(fault('tools-not-running'));
  });

  it('waits through a pause and a second boot', async () => {
    const { clock, vm } = await oneVm();
    await vm.power.on(hard, call());
    await clock.advance(bootDelayMs / 2);
    await vm.power.pause(call());
    let isDone = false;
    const wait = vm.tools.waitUntilRunning(call()).then(() => (isDone = true));
    await clock.advance(10 * bootDelayMs);
    expect(isDone).toBe(false);
    await vm.power.reset('hard', call());
    await clock.advance(bootDelayMs - 1);
    expect(isDone).toBe(false);
    await clock.advance(1);
    await wait;
    expect(isDone).toBe(true);
  });
});

describe('installing Tools', () => {
  it('mounts the installer, and Tools runs at its end', async () => {
    const { clock, vm } = await oneVm({ tools: false, power: 'on' });
    expect((await vm.properties(call())).tools).toBe('not-installed');
    await vm.tools.install({ autoUpgrade: false, waitForEnd: false }, call());
    await expect(vm.tools.install({ autoUpgrade: false, waitForEnd: false }, call())).rejects.toMatchObject(
      fault('tools-install-in-progress'),
    );
    await passing(clock, vm.tools.waitUntilRunning(call()));
    expect((await vm.properties(call())).tools).toBe('running');
  });

  it('waits for the end when asked to, which a power-off spoils', async () => {
    const { clock, vm } = await oneVm({ tools: false, power: 'on' });
    const failing = vm.tools.install({ autoUpgrade: false, waitForEnd: true }, call());
    await settle();
    await vm.power.off('hard', call());
    await expect(failing).rejects.toMatchObject(fault('tools-install-failed'));
    await vm.power.on(hard, call());
    await passing(clock, vm.tools.install({ autoUpgrade: false, waitForEnd: true }, call()));
    expect((await vm.properties(call())).tools).toBe('running');
  });

  it('upgrades old Tools by itself, and leaves current Tools alone', async () => {
    const { clock, vm } = await oneVm({ tools: { version: 10_000, bootDelayMs }, power: 'on' });
    await passing(clock, vm.tools.install({ autoUpgrade: true, waitForEnd: true }, call()));
    expect((await vm.record()).tools.version).toBeGreaterThan(10_000);
    await vm.tools.install({ autoUpgrade: true, waitForEnd: true }, call());
  });

  it('names what stands in the way', async () => {
    const upgrade = { autoUpgrade: true, waitForEnd: false };
    const off = await oneVm();
    await expect(off.vm.tools.install(upgrade, call())).rejects.toMatchObject(fault('vm-not-running'));
    const bare = await oneVm({ tools: false, power: 'on' });
    await expect(bare.vm.tools.install(upgrade, call())).rejects.toMatchObject(fault('tools-auto-upgrade-unsupported'));
    const booting = await oneVm({ tools: { version: 1, bootDelayMs } });
    await booting.vm.power.on(hard, call());
    await expect(booting.vm.tools.install(upgrade, call())).rejects.toMatchObject(fault('tools-guest-not-ready'));
    const without = await oneVm({ tools: { version: 1, hasImage: false }, power: 'on' });
    await expect(without.vm.tools.install(upgrade, call())).rejects.toMatchObject(fault('tools-image-missing'));
    const mount = { autoUpgrade: false, waitForEnd: false };
    const bareOfDrives = await oneVm({ tools: { drive: 'missing' }, power: 'on' });
    await expect(bareOfDrives.vm.tools.install(mount, call())).rejects.toMatchObject(fault('tools-drive-missing'));
    await bareOfDrives.vm.tools.install(upgrade, call());
    const held = await oneVm({ tools: { drive: 'locked' }, power: 'on' });
    await expect(held.vm.tools.install(mount, call())).rejects.toMatchObject(fault('tools-drive-locked'));
    const hung = await oneVm({ tools: { heartbeat: 'red' }, power: 'on' });
    await expect(hung.vm.tools.install(mount, call())).rejects.toMatchObject(fault('tools-guest-not-ready'));
  });
});

describe('the heartbeat', () => {
  const heartbeat = async ({ tools }: VirtualMachine): Promise<string> => (await tools.report(call())).heartbeat;

  it('is green while Tools runs, red while the machine is paused, and gray where nobody expects one', async () => {
    const { vm, clock } = await oneVm();
    expect(await heartbeat(vm)).toBe('gray');
    await vm.power.on(hard, call());
    expect(await heartbeat(vm)).toBe('gray');
    await clock.advance(bootDelayMs);
    expect(await heartbeat(vm)).toBe('green');
    await vm.power.pause(call());
    expect(await heartbeat(vm)).toBe('red');
    expect(await heartbeat((await oneVm({ tools: false, power: 'on' })).vm)).toBe('gray');
  });

  it('is what the inventory says until the guest boots anew, by a reset or a power-off', async () => {
    for (const given of ['yellow', 'red'] as const) {
      const { vm, clock } = await oneVm({ tools: { heartbeat: given, bootDelayMs }, power: 'on' });
      expect(await heartbeat(vm)).toBe(given);
      await vm.power.reset('hard', call());
      await clock.advance(bootDelayMs);
      expect(await heartbeat(vm)).toBe('green');
      await vm.tools.setHeartbeat(given);
      await vm.power.off('hard', call());
      await expect(vm.tools.setHeartbeat(given)).rejects.toMatchObject(fault('vm-not-running'));
      await vm.power.on(hard, call());
      await clock.advance(bootDelayMs);
      expect(await heartbeat(vm)).toBe('green');
    }
    const bare = await oneVm({ tools: false, power: 'on' });
    await expect(bare.vm.tools.setHeartbeat('red')).rejects.toMatchObject(fault('tools-not-running'));
  });

  it('that is red means a guest that hangs: Tools answers nobody until it beats again', async () => {
    const { vm } = await oneVm({ power: 'on' });
    await vm.tools.setHeartbeat('red');
    expect((await vm.tools.report(call())).osName).toBe('');
    expect((await vm.properties(call())).power.areToolsRunning).toBe(false);
    await expect(vm.power.off('soft', call())).rejects.toThrow(/hangs\. Reset the machine first/);
    let isDone = false;
    const wait = vm.tools.waitUntilRunning(call()).then(() => (isDone = true));
    await settle();
    expect(isDone).toBe(false);
    await vm.tools.setHeartbeat('yellow');
    await wait;
    expect((await vm.tools.report(call())).osName).not.toBe('');
  });
});
