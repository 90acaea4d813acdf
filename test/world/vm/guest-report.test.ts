import { describe, expect, it } from 'vitest';
import { bootDelayMs, call, contentOf, hard, oneVm, session, textOf } from '../world-fixture.js';

describe('what Tools reports', () => {
  it('is there only while Tools runs', async () => {
    const { clock, vm } = await oneVm();
    expect([await vm.guestReport(call()), await vm.guestDisks(call())]).toEqual([null, null]);
    await vm.power.on(hard, call());
    expect(await vm.guestReport(call())).toBeNull();
    await clock.advance(bootDelayMs);
    expect(await vm.guestReport(call())).toMatchObject({ hostName: 'vm', family: 'posix', ipAddress: '10.0.0.1' });
    await vm.power.pause(call());
    expect(await vm.guestReport(call())).toBeNull();
  });

  it('is the network that the inventory describes', async () => {
    const nics = [
      { mac: '00-50-56-80-AA-01', network: 'inside', addresses: ['192.0.2.7', '2001:db8::7/48'], gateway: '192.0.2.1' },
      { network: 'outside', isConnected: false },
    ];
    const guest = { hostName: 'db1', domain: 'example.com', dnsServers: ['192.0.2.53'], nics };
    const { vm } = await oneVm({ power: 'on', guest });
    const report = await vm.guestReport(call());
    expect(report).toMatchObject({
      hostName: 'db1',
      domain: 'example.com',
      dnsServers: ['192.0.2.53'],
      ipAddress: '192.0.2.7',
    });
    expect(report?.nics[0]).toEqual({
      mac: '00:50:56:80:aa:01',
      network: 'inside',
      isConnected: true,
      isDhcp: false,
      gateway: '192.0.2.1',
      addresses: [
        { address: '192.0.2.7', prefixLength: 24 },
        { address: '2001:db8::7', prefixLength: 48 },
      ],
    });
    expect(report?.nics[1]).toMatchObject({ network: 'outside', isConnected: false, isDhcp: true, addresses: [] });
  });

  it('is what the programs of the guest print', async () => {
    const { vm, clock } = await oneVm({ power: 'on', guest: { ipAddresses: ['192.0.2.7', '192.0.2.8'] } });
    const script = 'hostname -I > /tmp/o; ip addr | grep -c 192.0.2 >> /tmp/o; ip link | grep ether >> /tmp/o';
    const pid = await session(vm).start({ path: '/bin/sh', arguments: `-c '${script}'` }, call());
    for (;;) {
      await clock.advance(10);
      if ((await session(vm).poll([pid], call())).get(pid)?.state === 'exited') break;
      await new Promise(setImmediate);
    }
    const { chunks } = await session(vm).files.read('/tmp/o', call());
    const mac = (await vm.guestReport(call()))?.nics[0]?.mac;
    expect(await textOf(chunks)).toBe(`192.0.2.7 192.0.2.8\n2\n    link/ether ${mac} brd ff:ff:ff:ff:ff:ff\n`);
  });

  it('counts what files take of the disk', async () => {
    const { vm } = await oneVm({ power: 'on', guest: { diskSizeBytes: 1_000_000 } });
    const free = async (): Promise<number> => (await vm.guestDisks(call()))?.[0]?.freeBytes ?? -1;
    const before = await free();
    await session(vm).files.write('/home/user/f', contentOf('0123456789'), call());
    expect(before - (await free())).toBe(10);
    expect((await vm.guestDisks(call()))?.[0]).toMatchObject({ path: '/', capacityBytes: 1_000_000 });
  });

  it('tells a clone apart from its original', async () => {
    const nics = [{ addresses: ['192.0.2.7'] }, {}];
    const { vm, world } = await oneVm({ guest: { nics } });
    const destination = '[ds] c/c.vmx';
    const place = await vm.lifecycle.clone({ snapshotId: null, isLinked: false, destination }, call());
    const [one, other] = [await vm.record(), await (await world.find(place)).record()];
    const [fixed, leased] = [0, 1].map((at) => [one.guest.nics[at], other.guest.nics[at]]);
    expect(fixed?.[0]?.mac).not.toBe(fixed?.[1]?.mac);
    expect(fixed?.[0]?.addresses).toEqual(fixed?.[1]?.addresses);
    expect(leased?.[0]?.addresses).not.toEqual(leased?.[1]?.addresses);
  });
});
