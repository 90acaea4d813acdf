import { describe, expect, it } from 'vitest';
import type { InventoryVm } from '../../../src/world/inventory/inventory-schema.js';
import { refKey } from '../../../src/simulator/ref.js';
import { auth, GuestEndpoint } from './guest-endpoint.js';

const manager = 'guestCustomizationManager';
const guest: InventoryVm['guest'] = { nics: [{ mac: '00:50:56:80:00:01' }, { mac: '00:50:56:80:00:02' }] };

function linux(hostName: object, more: object = {}): object {
  return {
    spec: {
      $type: 'CustomizationSpec',
      identity: { $type: 'CustomizationLinuxPrep', hostName, domain: 'example.test' },
      globalIPSettings: { dnsServerList: ['192.0.2.53'] },
      ...more,
    },
  };
}

const fixed = (name: string): object => ({ $type: 'CustomizationFixedName', name });

/** How the task that a method started ended. */
async function ending(guests: GuestEndpoint, method: string, request: object): Promise<Record<string, unknown>> {
  const ref = await guests.call(manager, method, request);
  const task = guests.endpoint.tasks.list().find((each) => refKey(each.ref) === refKey(Object(ref)));
  if (task === undefined) throw new Error('There is no task.');
  while (task.endedMs === undefined) await guests.clock.advance(10);
  return { state: task.state, fault: task.error?.fault, method: task.spec.method };
}

async function record(guests: GuestEndpoint, name = 'vm0') {
  return (await guests.endpoint.machines.open(guests.ref(name))).record();
}

describe('CustomizeGuest_Task', () => {
  it('gives the guest its new name and network', async () => {
    const guests = await GuestEndpoint.of([{ guest }]);
    const nicSettingMap = [
      {
        macAddress: '00:50:56:80:00:02',
        adapter: {
          ip: { $type: 'CustomizationFixedIp', ipAddress: '192.0.2.9' },
          subnetMask: '255.255.255.240',
          gateway: ['192.0.2.1'],
          dnsServerList: ['192.0.2.54'],
        },
      },
    ];
    expect(await ending(guests, 'CustomizeGuest_Task', linux(fixed('clone1'), { nicSettingMap }))).toEqual({
      state: 'success',
      fault: undefined,
      method: 'CustomizeGuest_Task',
    });
    expect((await record(guests)).guest).toMatchObject({
      hostName: 'clone1',
      domain: 'example.test',
      dnsServers: ['192.0.2.53', '192.0.2.54'],
      nics: [{ isDhcp: true }, { isDhcp: false, addresses: ['192.0.2.9/28'], gateway: '192.0.2.1' }],
    });
  });

  it('takes names of other kinds, and other identities', async () => {
    const guests = await GuestEndpoint.of([{ guest }, { guestOs: 'windows9-64' }]);
    const nameOf = async (request: object, name = 'vm0'): Promise<string> => {
      await ending(guests, 'CustomizeGuest_Task', { vm: guests.ref(name), ...request });
      return (await record(guests, name)).guest.hostName;
    };
    expect(await nameOf(linux({ $type: 'CustomizationVirtualMachineName' }))).toBe('vm0');
    expect(await nameOf(linux({ $type: 'CustomizationPrefixName', base: 'node' }))).toMatch(/^node-\d+$/u);
    const cloud = { $type: 'CustomizationCloudinitPrep', metadata: 'instance-id: x\nlocal-hostname: cloudy\n' };
    expect(await nameOf({ spec: { identity: cloud, globalIPSettings: {} } })).toBe('cloudy');
    const sysprep = {
      $type: 'CustomizationSysprep',
      userData: { computerName: fixed('WIN1') },
      identification: { joinDomain: 'lab.test' },
    };
    const windows = { spec: { identity: sysprep, globalIPSettings: {} } };
    expect(await nameOf(windows, 'vm1')).toBe('WIN1');
    expect((await record(guests, 'vm1')).guest.domain).toBe('lab.test');
    expect(await guests.fault(manager, 'CustomizeGuest_Task', windows)).toEqual({ $type: 'CustomizationFault' });
  });

  it('refuses bad specifications, logins and sessions', async () => {
    const guests = await GuestEndpoint.of([{ guest }, { power: 'off' }]);
    const fault = (request: object): Promise<unknown> => guests.fault(manager, 'CustomizeGuest_Task', request);
    expect(await fault({ ...linux(fixed('x')), auth: auth('user', { password: 'no' }) })).toEqual({
      $type: 'InvalidGuestLogin',
    });
    expect(await fault({ ...linux(fixed('x')), vm: guests.ref('vm1') })).toMatchObject({ $type: 'InvalidPowerState' });
    expect(await fault(linux({ $type: 'CustomizationUnknownName' }))).toMatchObject({
      invalidProperty: 'spec.identity.hostName',
    });
    const adapter = { ip: { $type: 'CustomizationFixedIp', ipAddress: '192.0.2.9' } };
    for (const [map, place] of [
      [{ macAddress: 'no', adapter }, 'spec.nicSettingMap[0].macAddress'],
      [{ adapter: { ...adapter, subnetMask: '255.0.255.0' } }, 'spec.nicSettingMap[0].adapter.subnetMask'],
      [{ adapter: { ip: { $type: 'CustomizationUnknownIpGenerator' } } }, 'spec.nicSettingMap[0].adapter.ip'],
    ] as const) {
      expect(await fault(linux(fixed('x'), { nicSettingMap: [map] }))).toMatchObject({ invalidProperty: place });
    }
    expect(await ending(guests, 'CustomizeGuest_Task', linux(fixed('not a name')))).toMatchObject({
      state: 'error',
      fault: { $type: 'InvalidArgument' },
    });
    const weak = guests.endpoint.sessions.open(
      { name: 'weak', privileges: ['VirtualMachine.GuestOperations.*'] },
      { address: '', userAgent: '' },
    );
    expect(await guests.fault(manager, 'CustomizeGuest_Task', linux(fixed('x')), weak)).toMatchObject({
      privilegeId: 'VirtualMachine.Provisioning.Customize',
    });
  });

  it('is refused while another one runs, which the fault names', async () => {
    const guests = await GuestEndpoint.of([{ guest }, { guest }]);
    const first = await guests.call(manager, 'CustomizeGuest_Task', linux(fixed('first')));
    for (const waitMs of [0, 1]) {
      await guests.clock.advance(waitMs);
      expect(await guests.fault(manager, 'CustomizeGuest_Task', linux(fixed('second')))).toEqual({
        $type: 'TaskInProgress',
        task: first,
      });
    }
    expect(
      await guests.call(manager, 'CustomizeGuest_Task', { vm: guests.ref('vm1'), ...linux(fixed('x')) }),
    ).toBeDefined();
    while (guests.endpoint.tasks.list().some(({ hasEnded }) => !hasEnded)) await guests.clock.advance(10);
    expect((await record(guests)).guest.hostName).toBe('first');
    expect(await ending(guests, 'CustomizeGuest_Task', linux(fixed('second')))).toMatchObject({ state: 'success' });
  });

  it('is broken off by AbortCustomization_Task', async () => {
    const guests = await GuestEndpoint.of([{ guest }]);
    await guests.call(manager, 'CustomizeGuest_Task', linux(fixed('never')));
    await guests.clock.advance(1);
    expect(await ending(guests, 'AbortCustomization_Task', {})).toMatchObject({ state: 'success' });
    await guests.clock.advance(1000);
    const [customize] = guests.endpoint.tasks.list();
    expect(customize).toMatchObject({ state: 'error', error: { fault: { $type: 'CustomizationFault' } } });
    expect((await record(guests)).guest.hostName).toBe('vm0');
  });
});

describe('StartGuestNetwork_Task', () => {
  it('connects the cards of the guest', async () => {
    const guests = await GuestEndpoint.of([{ guest: { nics: [{ isConnected: false }] } }]);
    expect(await ending(guests, 'StartGuestNetwork_Task', {})).toMatchObject({ state: 'success' });
    expect((await record(guests)).guest.nics).toMatchObject([{ isConnected: true }]);
  });
});
