import { describe, expect, it } from 'vitest';
import type { CustomizationSpec } from '../../../src/world/vm/vm-record.js';
import type { VirtualMachine } from '../../../src/world/vm/virtual-machine.js';
import { bootDelayMs, call, fault, hard, oneVm, passing, session, textOf } from '../world-fixture.js';

const workMs = 100;
const spec: CustomizationSpec = {
  hostName: 'db1',
  domain: 'example.com',
  dnsServers: ['192.0.2.53'],
  nics: [null, { addresses: ['192.0.2.9/28'], gateway: '192.0.2.1' }, { addresses: 'dhcp' }],
};
const guest = { nics: [{ addresses: ['192.0.2.7'] }, {}, { addresses: ['192.0.2.8'] }] };

async function textIn(vm: VirtualMachine, path: string): Promise<string> {
  return textOf((await session(vm).files.read(path, call())).chunks);
}

async function stateOf(vm: VirtualMachine): Promise<string> {
  return (await vm.customization.status(call())).state;
}

describe('a planned customization', () => {
  it('changes the guest after the next boot', async () => {
    const { vm, clock } = await oneVm({ guest });
    expect(await stateOf(vm)).toBe('idle');
    await vm.customization.plan(spec, call());
    expect(await stateOf(vm)).toBe('pending');
    await vm.power.on(hard, call());
    await clock.advance(bootDelayMs - 1);
    expect(await stateOf(vm)).toBe('pending');
    await clock.advance(1);
    expect(await stateOf(vm)).toBe('running');
    expect((await vm.guestReport(call()))?.hostName).toBe('vm');
    await clock.advance(workMs);
    expect(await textIn(vm, '/etc/hostname')).toBe('db1\n');
    expect(await textIn(vm, '/etc/hosts')).toContain('127.0.1.1 db1.example.com db1\n');
    const report = await vm.guestReport(call());
    expect(report).toMatchObject({ hostName: 'db1', domain: 'example.com', dnsServers: ['192.0.2.53'] });
    expect(report?.nics).toMatchObject([
      { isDhcp: false, addresses: [{ address: '192.0.2.7' }] },
      { isDhcp: false, gateway: '192.0.2.1', addresses: [{ address: '192.0.2.9', prefixLength: 28 }] },
      { isDhcp: true },
    ]);
    expect(report?.nics[2]?.addresses[0]?.address).toMatch(/^10\./u);
    const { state, error, startTime, endTime } = await vm.customization.status(call());
    expect([state, error, Number(endTime) - Number(startTime)]).toEqual(['succeeded', null, workMs]);
    await vm.power.reset('hard', call());
    await clock.advance(bootDelayMs + workMs);
    expect((await vm.customization.status(call())).endTime).toEqual(endTime);
  });

  it('tells a Windows guest in its registry too', async () => {
    const { vm, clock } = await oneVm({ guestOs: 'windows9-64' });
    await vm.customization.plan({ hostName: 'NEWNAME' }, call());
    await vm.power.on(hard, call());
    await clock.advance(bootDelayMs + workMs);
    expect(await session(vm).readEnvironment('COMPUTERNAME', call())).toBe('NEWNAME');
    const key = 'HKLM\\SYSTEM\\CurrentControlSet\\Services\\Tcpip\\Parameters';
    expect(await session(vm).registry.values(key, { expandStrings: false }, call())).toContainEqual({
      name: 'Hostname',
      type: 'REG_SZ',
      data: 'NEWNAME',
    });
    expect(await textIn(vm, 'C:\\Windows\\System32\\drivers\\etc\\hosts')).toContain('NEWNAME');
  });

  it('waits where the guest stands still, and for the next boot where it had not begun', async () => {
    const { vm, clock } = await oneVm();
    await vm.customization.plan({ hostName: 'later' }, call());
    await vm.power.on(hard, call());
    await vm.power.off('hard', call());
    expect(await stateOf(vm)).toBe('pending');
    await vm.power.on(hard, call());
    await clock.advance(bootDelayMs);
    await vm.power.pause(call());
    await clock.advance(10 * workMs);
    expect(await stateOf(vm)).toBe('running');
    await vm.power.unpause(call());
    await clock.advance(workMs);
    expect(await stateOf(vm)).toBe('succeeded');
  });

  it('fails where the machine goes off meanwhile, or has no Tools', async () => {
    const { vm, clock } = await oneVm();
    await vm.customization.plan({ hostName: 'never' }, call());
    await vm.power.on(hard, call());
    await clock.advance(bootDelayMs + workMs / 2);
    await vm.power.off('hard', call());
    expect(await vm.customization.status(call())).toMatchObject({
      state: 'failed',
      error: 'The customization failed: the machine went off meanwhile.',
    });
    const bare = (await oneVm({ tools: false })).vm;
    await bare.customization.plan({ hostName: 'never' }, call());
    await bare.power.on(hard, call());
    expect(await stateOf(bare)).toBe('failed');
    expect((await vm.record()).guest.hostName).toBe('vm');
  });

  it('is given up, and does not go over to a clone', async () => {
    const { vm, world } = await oneVm();
    await vm.customization.plan({ hostName: 'x' }, call());
    const destination = '[ds] c/c.vmx';
    const place = await vm.lifecycle.clone({ snapshotId: null, isLinked: false, destination }, call());
    expect(await stateOf(await world.find(place))).toBe('idle');
    await vm.customization.plan(null, call());
    expect(await stateOf(vm)).toBe('idle');
  });

  it.each<CustomizationSpec>([
    { hostName: '' },
    { hostName: 'a b' },
    { hostName: '-a' },
    { hostName: 'a'.repeat(64) },
    { dnsServers: ['dns'] },
    { nics: [{ addresses: ['10.0.0.999'] }] },
    { nics: [{ addresses: 'dhcp', gateway: 'gw' }] },
    { nics: [null, null] },
  ])('refuses %j', async (bad) => {
    const { vm } = await oneVm();
    await expect(vm.customization.plan(bad, call())).rejects.toMatchObject(fault('invalid-argument'));
    expect(await stateOf(vm)).toBe('idle');
  });

  it('needs a machine that is off', async () => {
    const { vm } = await oneVm({ power: 'on' });
    await expect(vm.customization.plan({}, call())).rejects.toMatchObject(fault('vm-running'));
  });
});

describe('the end of a customization', () => {
  it('can be waited for, also through a pause', async () => {
    const { vm, clock } = await oneVm({ power: 'on' });
    expect(await vm.customization.untilOver(call())).toMatchObject({ state: 'idle' });
    await vm.customization.begin({ hostName: 'now' }, call());
    const over = vm.customization.untilOver(call());
    await vm.power.pause(call());
    await clock.advance(10 * workMs);
    expect(await stateOf(vm)).toBe('running');
    await vm.power.unpause(call());
    expect(await passing(clock, over)).toMatchObject({ state: 'succeeded' });
  });

  it('comes at once when it is broken off', async () => {
    const { vm } = await oneVm({ power: 'on' });
    await vm.customization.abort(call());
    await vm.customization.begin({ hostName: 'now' }, call());
    const over = vm.customization.untilOver(call());
    await vm.customization.abort(call());
    expect(await over).toMatchObject({ state: 'failed', error: 'The customization failed: it was broken off.' });
    expect((await vm.record()).guest.hostName).toBe('vm');
    const { vm: off } = await oneVm();
    await expect(off.customization.abort(call())).rejects.toMatchObject(fault('vm-not-running'));
  });
});

describe('starting the network of a guest', () => {
  it('connects the cards', async () => {
    const nics = [{ isConnected: false }, { addresses: ['192.0.2.7'], isConnected: false }];
    const { vm } = await oneVm({ power: 'on', guest: { nics } });
    expect((await vm.guestReport(call()))?.ipAddress).toBeNull();
    await vm.customization.startNetwork(call());
    expect((await vm.guestReport(call()))?.nics).toMatchObject([
      { isConnected: true, isDhcp: true },
      { isConnected: true, isDhcp: false, addresses: [{ address: '192.0.2.7' }] },
    ]);
  });
});

describe('a customization of a running guest', () => {
  it('begins at once', async () => {
    const { vm, clock } = await oneVm({ power: 'on' });
    await vm.customization.begin({ hostName: 'now' }, call());
    await expect(vm.customization.begin({ hostName: 'now' }, call())).rejects.toMatchObject(fault('busy'));
    expect(await stateOf(vm)).toBe('running');
    await clock.advance(workMs);
    expect(await textIn(vm, '/etc/hostname')).toBe('now\n');
    expect(await stateOf(vm)).toBe('succeeded');
  });

  it('needs Tools', async () => {
    const { vm } = await oneVm();
    await expect(vm.customization.begin({}, call())).rejects.toMatchObject(fault('vm-not-running'));
  });

  it('fails where its files cannot be written, and the machine goes on', async () => {
    const { vm, clock } = await oneVm({ power: 'on', guest: { diskSizeBytes: 1 } });
    await vm.customization.begin({ hostName: 'a-longer-name-than-before' }, call());
    await clock.advance(workMs);
    expect(await vm.customization.status(call())).toMatchObject({ state: 'failed' });
    await session(vm).validate(call());
  });
});
