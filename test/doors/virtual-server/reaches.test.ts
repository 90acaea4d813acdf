import { afterEach, describe, expect, it } from 'vitest';
import type { Vix } from '../../../src/api/vix.js';
import { createMockBackend, InventoryBuilder } from '../../../src/backends/mock/index.js';
import { FakeClock, settle } from '../../../src/base/clock.js';
import { createVix } from '../../../src/compose/create-vix.js';
import { guestMembers } from '../../../src/doors/virtual-server/guest-members.js';
import { VirtualServerError } from '../../../src/doors/virtual-server/hresults.js';
import {
  createVirtualServer,
  type IVMTask,
  type IVMVirtualMachine,
  type IVMVirtualServer,
} from '../../../src/doors/virtual-server/index.js';
import { machineMembers } from '../../../src/doors/virtual-server/machine-members.js';
import type { MemberTable } from '../../../src/doors/virtual-server/member.js';
import { networkAdapterMembers, networkMembers } from '../../../src/doors/virtual-server/network-members.js';
import { serverMembers } from '../../../src/doors/virtual-server/server-members.js';
import { taskMembers } from '../../../src/doors/virtual-server/task-members.js';
import { whileMoving } from '../../backends/vsphere/fake-connection.js';

// docs/doors.md tells which function of VIX each member reaches. It is made from the tables, which a test can trust only
// when it sees the members at work.

const inventory = new InventoryBuilder()
  .linux('on', { power: 'on', tools: { bootDelayMs: 0 }, guest: { users: [{ name: 'user', password: 'password' }] } })
  .linux('off', { guest: { nics: [{}] } })
  .build();

/** A server whose functions of VIX note that they were called. */
class Lab {
  readonly clock = new FakeClock();
  readonly vix: Vix = createVix({ backends: [createMockBackend({ inventory, clock: this.clock })], clock: this.clock });
  readonly called = new Set<string>();
  readonly server: IVMVirtualServer;

  constructor() {
    const noting = new Proxy(this.vix, {
      get: (vix, name) => {
        this.called.add(String(name));
        return Reflect.get(vix, name) as unknown;
      },
    });
    this.server = new (createVirtualServer(noting).VMVirtualServer)();
  }

  async machine(name: 'on' | 'off'): Promise<IVMVirtualMachine> {
    const machine = await this.server.FindVirtualMachine(name);
    if (machine === null) throw new Error(`there is no ${name}`);
    return machine;
  }

  /** A start that goes on, because time stands still. */
  async task(): Promise<IVMTask> {
    return (await this.machine('off')).Startup();
  }

  async endedTask(): Promise<IVMTask> {
    const task = await this.task();
    await this.clock.advance(60_000);
    await settle();
    return task;
  }

  async close(): Promise<void> {
    const closing = this.vix.Revix_Close();
    await this.clock.advance(60_000);
    await closing;
  }
}

interface Way {
  /** What the member is called on, where it is not the interface's usual object. */
  readonly on?: (lab: Lab) => Promise<object>;
  readonly args?: (lab: Lab) => Promise<readonly unknown[]> | readonly unknown[];
}

const off = async (lab: Lab) => [await lab.machine('off')];
const onMachineOff: Way = { on: (lab) => lab.machine('off') };

/** What members need beside the usual object of their interface. */
const ways: Readonly<Record<string, Way>> = {
  'IVMVirtualServer.FindVirtualMachine': { args: () => ['off'] },
  'IVMVirtualServer.RegisterVirtualMachine': { args: () => ['off', '/vms/off/off.vmx'] },
  'IVMVirtualServer.UnregisterVirtualMachine': { args: off },
  'IVMVirtualServer.DeleteVirtualMachine': { args: off },
  'IVMVirtualServer.GetVirtualMachineFiles': { args: () => [null, false] },
  'IVMVirtualServer.Tasks': {
    on: async (lab) => {
      await lab.task();
      return lab.server;
    },
  },
  'IVMVirtualMachine.Startup': onMachineOff,
  'IVMVirtualMachine.GetConfigurationValue': { args: () => ['memsize'] },
  'IVMVirtualMachine.SetConfigurationValue': { args: () => ['key', 'value'] },
  'IVMVirtualMachine.RemoveConfigurationValue': { args: () => ['key'] },
  'IVMVirtualMachine.AddNetworkAdapter': onMachineOff,
  'IVMVirtualMachine.RemoveNetworkAdapter': {
    ...onMachineOff,
    args: async (lab) => [(await (await lab.machine('off')).NetworkAdapters).Item(1)],
  },
  'IVMGuestOS.ExecuteCommand': { args: () => ['/bin/true', null, 'user', 'password'] },
  'IVMGuestOS.SetParameter': { args: () => ['name', 'value'] },
  'IVMGuestOS.GetParameter': { args: () => ['name'] },
  'IVMGuestOS.IsHostTimeSyncEnabled': { on: async (lab) => (await lab.machine('off')).GuestOS },
  'IVMTask.WaitForCompletion': { args: () => [-1] },
  'IVMTask.Result': { on: (lab) => lab.endedTask() },
  'IVMTask.Error': { on: (lab) => lab.endedTask() },
  'IVMTask.ErrorDescription': { on: (lab) => lab.endedTask() },
  'IVMNetworkAdapter.AttachToVirtualNetwork': { args: async (lab) => [(await lab.server.VirtualNetworks).Item(1)] },
};

const interfaces: readonly {
  readonly name: string;
  readonly members: MemberTable<never>;
  readonly object: (lab: Lab) => Promise<object> | object;
}[] = [
  { name: 'IVMVirtualServer', members: serverMembers, object: ({ server }) => server },
  { name: 'IVMVirtualMachine', members: machineMembers, object: (lab) => lab.machine('on') },
  { name: 'IVMGuestOS', members: guestMembers, object: async (lab) => (await lab.machine('on')).GuestOS },
  { name: 'IVMTask', members: taskMembers, object: (lab) => lab.task() },
  {
    name: 'IVMNetworkAdapter',
    members: networkAdapterMembers,
    object: async (lab) => (await (await lab.machine('off')).NetworkAdapters).Item(1),
  },
  {
    name: 'IVMVirtualNetwork',
    members: networkMembers,
    object: async (lab) => (await lab.server.VirtualNetworks).Item(1),
  },
];

/** Calls a member in each of its forms. @returns what it answers with, or its error. */
async function callMember({ clock }: Lab, object: object, form: string, args: readonly unknown[]): Promise<unknown> {
  const call = async (): Promise<unknown> => {
    const value: unknown = Reflect.get(object, form, object);
    return typeof value === 'function' ? Reflect.apply(value, object, args) : value;
  };
  return whileMoving(
    clock,
    100,
    call().catch((error: unknown) => error),
  );
}

describe.each(interfaces)('each member of $name', ({ name, members, object }) => {
  let lab: Lab;
  afterEach(() => lab.close());

  it.each(Object.entries(members))('%s reaches what docs/doors.md says', async (member, { kind, reaches }) => {
    lab = new Lab();
    const { on = object, args = () => [] } = ways[`${name}.${member}`] ?? {};
    const target = await on(lab);
    const values = await args(lab);
    lab.called.clear();
    const answer = await callMember(lab, target, kind.endsWith('method') ? member : `get_${member}`, values);
    if (kind === 'settable') await callMember(lab, target, `put_${member}`, [true]);
    const isRefused = answer instanceof VirtualServerError && answer.code === 'E_NOTIMPL';
    // What a task asks its job by the way is no work of the host.
    const called = [...lab.called].filter((call) =>
      reaches === null ? !call.startsWith('VixJob_') : call === reaches,
    );
    expect({ isRefused, called }).toEqual({
      isRefused: kind.startsWith('missing'),
      called: reaches === null ? [] : [reaches],
    });
  });
});
