import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { createMockBackend, InventoryBuilder } from '../../../dist/backends/mock/index.js';
import { createVsphereBackend } from '../../../dist/backends/vsphere/index.js';
import * as awaitedDoor from '../../../dist/doors/virtual-server/index.js';
import * as blockingDoor from '../../../dist/doors/virtual-server/sync.js';
import { machineMembers } from '../../../dist/doors/virtual-server/machine-members.js';
import { networkAdapterMembers, networkMembers } from '../../../dist/doors/virtual-server/network-members.js';
import { serverMembers } from '../../../dist/doors/virtual-server/server-members.js';
import { createVix as createBlockingVix } from '../../../dist/doors/sync/index.js';
import { createVix, VIX_SERVICEPROVIDER_VMWARE_VI_SERVER } from '../../../dist/index.js';
import { startSimulator } from '../../../dist/simulator/index.js';

type IVMVirtualServer = awaitedDoor.IVMVirtualServer;
type IVMVirtualMachine = awaitedDoor.IVMVirtualMachine;
type IVMTask = awaitedDoor.IVMTask;

const { VMTaskResult, VMVMState } = awaitedDoor;

const inventory = new InventoryBuilder()
  .windows('dc1', {
    name: 'Domain Controller',
    tools: { bootDelayMs: 0 },
    guest: { hostName: 'dc1', users: [{ name: 'Administrator', password: 'password', isAdministrator: true }] },
  })
  .linux('bare', { tools: { version: null } })
  .linux('web', { power: 'on', tools: { bootDelayMs: 0 } })
  .linux('slow', { power: 'on', tools: { heartbeat: 'yellow' } })
  .linux('hung', { power: 'on', tools: { heartbeat: 'red', bootDelayMs: 0 } })
  .linux('full', { power: 'on', tools: { drive: 'locked' }, guest: { nics: [{}, { network: 'Backup' }] } })
  .linux('diskless', { power: 'on', tools: { drive: 'missing' } })
  .build();

interface Door {
  readonly server: IVMVirtualServer;
  readonly isBlocking: boolean;
  readonly close: () => Promise<void> | void;
}

/** Awaiting what the blocking members return at once changes nothing, so that one test serves all. */
const doors: readonly (readonly [string, () => Promise<Door>])[] = [
  [
    'awaited, over the mock host',
    async () => {
      const vix = createVix({ backends: [createMockBackend({ inventory })] });
      const server = new (awaitedDoor.createVirtualServer(vix).VMVirtualServer)();
      return { server, isBlocking: false, close: () => vix.Revix_Close() };
    },
  ],
  [
    'blocking, over the mock host',
    async () => {
      const vix = createBlockingVix({ mock: { inventory } });
      const library = blockingDoor.createVirtualServer(vix) as unknown as awaitedDoor.VirtualServer;
      return { server: new library.VMVirtualServer(), isBlocking: true, close: () => vix.Revix_Close() };
    },
  ],
  [
    'awaited, over vSphere through the simulator',
    async () => {
      const simulator = await startSimulator({ inventory });
      const thumbprint = simulator.thumbprint?.sha256;
      const vix = createVix({
        backends: [createVsphereBackend(thumbprint === undefined ? {} : { tls: { thumbprint } })],
        config: {},
      });
      const host = { hostType: VIX_SERVICEPROVIDER_VMWARE_VI_SERVER, hostName: simulator.url, userName: 'root' };
      return {
        server: new (awaitedDoor.createVirtualServer(vix).VMVirtualServer)({ ...host, password: 'password' }),
        isBlocking: false,
        async close() {
          await vix.Revix_Close();
          await simulator.close();
        },
      };
    },
  ],
];

/** The code that a member ends with. */
async function codeOf(call: () => unknown): Promise<string> {
  try {
    await call();
    return 'S_OK';
  } catch (error) {
    const { number, code } = error as awaitedDoor.VirtualServerError;
    return number === awaitedDoor.HRESULTS[code] ? code : `${code} with the number ${number}`;
  }
}

async function find(server: IVMVirtualServer, name: string): Promise<IVMVirtualMachine> {
  const machine = await server.FindVirtualMachine(name);
  if (machine === null) throw new Error(`there is no ${name}`);
  return machine;
}

async function done(task: IVMTask): Promise<void> {
  await task.WaitForCompletion(-1);
  expect([task.IsComplete, task.PercentCompleted, task.Result, task.Error]).toEqual([true, 100, 0, 0]);
}

/** A door that ends with the test. */
async function opened(create: () => Promise<Door>): Promise<Door> {
  const door = await create();
  onTestFinished(() => door.close());
  return door;
}

// One door for all of its tests, since each start takes its time: they leave the machines as they find them, or have
// one of their own.
describe.each(doors)('%s', (name, create) => {
  let door: Door;
  beforeAll(async () => {
    door = await create();
  });
  afterAll(() => door.close());

  it('finds machines by their names in any case, and lists them', async () => {
    const { server } = door;
    expect(await (await find(server, 'domain CONTROLLER')).Name).toBe('Domain Controller');
    expect(await server.FindVirtualMachine('nobody')).toBeNull();
    expect(await codeOf(() => server.FindVirtualMachine('a*'))).toBe('VM_E_CONFIG_NAME_INVALID_CHAR');
    const machines = await server.VirtualMachines;
    const names = await Promise.all([...machines].map((machine) => machine.Name));
    expect(names.toSorted()).toEqual(['Domain Controller', 'bare', 'diskless', 'full', 'hung', 'slow', 'web']);
    expect(machines.Count).toBe(7);
    expect(await machines.Item(1).Name).toBe(names[0]);
    for (const index of [0, 8, 1.5]) expect(await codeOf(() => machines.Item(index))).toBe('DISP_E_BADINDEX');
    expect(await server.Version).toMatch(/\d/);
  });

  it('starts, saves, resets and turns off, with tasks', async () => {
    const { server } = door;
    const machine = await find(server, 'Domain Controller');
    expect(await machine.State).toBe(VMVMState.TurnedOff);
    expect(await codeOf(() => machine.TurnOff())).toBe('VM_E_VM_NOT_RUNNING');
    const starting = await machine.Startup();
    expect(starting.Description).toBe('Starting the virtual machine');
    await done(starting);
    expect(server.Tasks.Count).toBe(0);
    expect(await codeOf(() => starting.Cancel())).toBe('E_FAIL');
    expect(await codeOf(() => starting.WaitForCompletion(4_000_001))).toBe('E_POINTER');
    expect(await codeOf(() => starting.WaitForCompletion(0))).toBe('S_OK');
    expect(await machine.State).toBe(VMVMState.Running);
    expect(await codeOf(() => machine.Startup())).toBe('VM_E_VM_RUNNING');
    await done(await machine.Save());
    expect(await machine.State).toBe(VMVMState.Saved);
    expect(await codeOf(() => machine.Save())).toBe('VM_E_VM_NOT_RUNNING');
    await done(await machine.Startup());
    await done(await machine.Reset());
    await done(await machine.TurnOff());
    expect(await machine.State).toBe(VMVMState.TurnedOff);
  });

  it('asks the guest, runs a program in it, and shuts it down', async () => {
    const { server } = door;
    const machine = await find(server, 'Domain Controller');
    const guest = machine.GuestOS;
    expect(await codeOf(() => guest.OSName)).toBe('VM_E_VM_NOT_RUNNING');
    expect(await codeOf(() => guest.SetParameter('a', 'b'))).toBe('VM_E_VM_NOT_RUNNING');
    await done(await machine.Startup());
    expect(await guest.OSName).toMatch(/^Microsoft Windows/);
    expect(await guest.ComputerName).toBe('dc1');
    expect(await guest.AdditionsVersion).toMatch(/^\d+\.\d+\.\d+$/);
    expect([await guest.CanShutdown, await guest.IsHeartbeating, await guest.HeartbeatPercentage]).toEqual([
      true,
      true,
      100,
    ]);
    await guest.SetParameter('Role', 'domain controller');
    expect(await guest.GetParameter('Role')).toBe('domain controller');
    expect(await guest.GetParameter('VirtualMachineName')).toBe('Domain Controller');
    expect(await codeOf(() => guest.GetParameter('a\\b'))).toBe('E_INVALIDARG');
    const cmd = 'C:\\Windows\\System32\\cmd.exe';
    expect(await guest.ExecuteCommand(cmd, '/c exit 3', 'Administrator', 'password')).toBe(3);
    expect(await codeOf(() => guest.ExecuteCommand(cmd, '', 'Administrator', 'wrong'))).toBe('E_ACCESSDENIED');
    expect(await codeOf(() => guest.ExecuteCommand('C:\\none.exe', '', 'Administrator', 'password'))).toBe(
      'E_FILE_NOT_FOUND',
    );
    expect(await codeOf(() => guest.InstallAdditions())).toBe('S_OK');
    await done(await guest.Shutdown());
    expect(await machine.State).toBe(VMVMState.TurnedOff);
    expect(await guest.AdditionsVersion).toMatch(/^\d/);
    expect(await guest.CanShutdown).toBe(false);
  });

  it('tells guests that are slow from those that hang, and a reset lets these live again', async () => {
    const { server } = door;
    const slow = (await find(server, 'slow')).GuestOS;
    expect([await slow.HeartbeatPercentage, await slow.IsHeartbeating, await slow.CanShutdown]).toEqual([
      50,
      true,
      true,
    ]);
    const hung = await find(server, 'hung');
    const guest = hung.GuestOS;
    expect([await guest.HeartbeatPercentage, await guest.IsHeartbeating, await guest.CanShutdown]).toEqual([
      0,
      false,
      false,
    ]);
    expect(await codeOf(() => guest.Shutdown())).toBe('VM_E_ADDITIONS_FEATURE_NOT_AVAIL');
    expect(await codeOf(() => guest.OSName)).toBe('VM_E_ADDITIONS_FEATURE_NOT_AVAIL');
    await done(await hung.Reset());
    expect([await guest.HeartbeatPercentage, await guest.IsHeartbeating, await guest.CanShutdown]).toEqual([
      100,
      true,
      true,
    ]);
  });

  it('puts the installer into a drive that is there and empty', async () => {
    const { server } = door;
    const install = async (machine: string): Promise<string> => {
      const { GuestOS } = await find(server, machine);
      return codeOf(() => GuestOS.InstallAdditions());
    };
    expect(await install('bare')).toBe('VM_E_VM_NOT_RUNNING');
    expect(await install('diskless')).toBe('VM_E_DRIVE_INVALID');
    expect(await install('full')).toBe('VM_E_MEDIA_UNMOUNT_FAIL');
    expect(await install('slow')).toBe('S_OK');
  });

  it('lists, adds, moves and removes network cards of a machine that is off', async () => {
    const { server } = door;
    const machine = await find(server, 'bare');
    const networks = [...(await server.VirtualNetworks)];
    const networkOf = async (adapter: awaitedDoor.IVMNetworkAdapter): Promise<string | undefined> =>
      (await adapter.VirtualNetwork)?.Name;
    const [first, second] = networks;
    if (first === undefined || second === undefined) throw new Error('there are too few networks');
    const own = (await machine.NetworkAdapters).Item(1);
    expect(await networkOf(own)).toBe('VM Network');
    expect(await own.EthernetAddress).toMatch(/^00-50-56(?:-[0-9A-F]{2}){3}$/);
    const added = await machine.AddNetworkAdapter();
    expect(await networkOf(added)).toBe(first.Name);
    await added.AttachToVirtualNetwork(second);
    expect(await networkOf(added)).toBe(second.Name);
    await machine.RemoveNetworkAdapter(own);
    // The card that is left has moved up, and is still the one that it was.
    expect([await networkOf(added), (await machine.NetworkAdapters).Count]).toEqual([second.Name, 1]);
    expect(await (await machine.AddNetworkAdapter()).EthernetAddress).not.toBe(await added.EthernetAddress);
    expect(await codeOf(() => own.EthernetAddress)).toBe('E_INVALIDARG');
    expect(await codeOf(() => machine.RemoveNetworkAdapter(own))).toBe('E_INVALIDARG');
    expect(await codeOf(() => machine.RemoveNetworkAdapter(null as never))).toBe('E_POINTER');
    expect(await codeOf(() => added.AttachToVirtualNetwork(added as never))).toBe('E_INVALIDARG');
    const running = await find(server, 'full');
    const [, backup] = await running.NetworkAdapters;
    if (backup === undefined) throw new Error('there is one card only');
    expect(await networkOf(backup)).toBe('Backup');
    expect(await codeOf(() => running.AddNetworkAdapter())).toBe('VM_E_VM_RUNNING');
    expect(await codeOf(() => running.RemoveNetworkAdapter(backup))).toBe('VM_E_VM_RUNNING');
    expect(await codeOf(() => machine.RemoveNetworkAdapter(backup))).toBe('E_INVALIDARG');
    expect(await codeOf(() => backup.AttachToVirtualNetwork(first))).toBe('VM_E_VM_RUNNING');
    expect(await codeOf(() => added.DetachFromVirtualNetwork())).toBe('E_NOTIMPL');
    expect(await backup.VirtualMachine.Name).toBe('full');
  });

  it('reads entries of the configuration, and writes them and pauses where the host can', async () => {
    const { server } = door;
    const machine = await find(server, 'slow');
    const isOnVsphere = name.includes('vSphere');
    const wanted = isOnVsphere ? 'E_NOTIMPL' : 'S_OK';
    expect(await machine.GetConfigurationValue('memsize')).toBe('1024');
    expect([await machine.Memory, machine.File]).toEqual([1024, expect.stringMatching(/slow\/slow\.vmx$/)]);
    expect(await machine.BIOSGUID).toMatch(/^[0-9a-f]{2}/i);
    expect(await codeOf(() => machine.GetConfigurationValue('no.such'))).toBe('VM_E_PREF_NOT_FOUND');
    expect(await codeOf(() => machine.SetConfigurationValue('some.entry', 'here'))).toBe(wanted);
    expect(await codeOf(() => machine.GetConfigurationValue('some.entry'))).toBe(
      isOnVsphere ? 'VM_E_PREF_NOT_FOUND' : 'S_OK',
    );
    expect(await codeOf(() => machine.RemoveConfigurationValue('some.entry'))).toBe(wanted);
    expect(await codeOf(() => machine.GetConfigurationValue('some.entry'))).toBe('VM_E_PREF_NOT_FOUND');
    expect(await machine.Notes).toBe('');
    expect(await codeOf(() => machine.put_Notes('looked after'))).toBe(wanted);
    expect(await machine.Notes).toBe(isOnVsphere ? '' : 'looked after');
    expect([await codeOf(() => machine.Pause()), await codeOf(() => machine.Resume())]).toEqual([wanted, wanted]);
  });

  it('synchronizes time, which only a machine that is off lets change', async () => {
    const { server, isBlocking } = door;
    const guest = (await find(server, 'Domain Controller')).GuestOS;
    expect(await guest.IsHostTimeSyncEnabled).toBe(false);
    await guest.put_IsHostTimeSyncEnabled(true);
    expect(await guest.get_IsHostTimeSyncEnabled()).toBe(true);
    const assign = (): unknown => Reflect.set(guest, 'IsHostTimeSyncEnabled', false);
    expect(assign()).toBe(isBlocking);
    expect(await guest.IsHostTimeSyncEnabled).toBe(!isBlocking);
    const running = (await find(server, 'web')).GuestOS;
    expect(await codeOf(() => running.put_IsHostTimeSyncEnabled(true))).toBe('VM_E_VM_RUNNING');
  });

  it('says what a guest without Additions cannot do', async () => {
    const { server } = await opened(create);
    const machine = await find(server, 'bare');
    const guest = machine.GuestOS;
    await done(await machine.Startup());
    const calls: readonly (readonly [string, () => unknown])[] = [
      ['VM_E_ADDITIONS_NOT_AVAIL', () => guest.AdditionsVersion],
      ['VM_E_ADDITIONS_NOT_AVAIL', () => guest.CanShutdown],
      ['VM_E_ADDITIONS_NOT_AVAIL', () => guest.HeartbeatPercentage],
      ['VM_E_ADDITIONS_NOT_AVAIL', () => guest.IsHeartbeating],
      ['VM_E_ADDITIONS_NOT_AVAIL', () => guest.ExecuteCommand('/bin/true', '', 'root', '')],
      ['VM_E_ADDITIONS_FEATURE_NOT_AVAIL', () => guest.OSName],
      ['VM_E_ADDITIONS_FEATURE_NOT_AVAIL', () => guest.ComputerName],
      ['VM_E_ADDITIONS_FEATURE_NOT_AVAIL', () => guest.Shutdown()],
      ['VM_E_ADDITIONS_FEATURE_NOT_AVAIL', () => guest.SetParameter('a', 'b')],
      ['VM_E_ADDITIONS_FEATURE_NOT_AVAIL', () => guest.GetParameter('a')],
    ];
    for (const [code, call] of calls) expect([await codeOf(call), String(call)]).toEqual([code, String(call)]);
  });

  it('registers, unregisters and deletes machines that are off', async () => {
    const { server } = await opened(create);
    const running = await find(server, 'web');
    expect(await codeOf(() => server.UnregisterVirtualMachine(running))).toBe('VM_E_VM_RUNNING');
    expect(await codeOf(() => server.DeleteVirtualMachine(running))).toBe('VM_E_VM_RUNNING');
    const machine = await find(server, 'bare');
    const path = machine.File;
    expect(await codeOf(() => server.RegisterVirtualMachine('', path))).toBe('E_ALREADY_EXISTS');
    await server.UnregisterVirtualMachine(machine);
    expect(await server.FindVirtualMachine('bare')).toBeNull();
    const folder = path.slice(0, path.lastIndexOf('/'));
    const again = await server.RegisterVirtualMachine('bare', folder);
    expect(await again.Name).toBe('bare');
    await server.DeleteVirtualMachine(again);
    expect(await server.GetVirtualMachineFiles(null, false)).not.toContain(path);
  });

  it('answers E_NOTIMPL to what no backend can do, however it is used', async () => {
    const { server, isBlocking } = door;
    const machine = await find(server, 'bare');
    const adapter = (await machine.NetworkAdapters).Item(1);
    const network = (await server.VirtualNetworks).Item(1);
    const tables: readonly (readonly [object, object])[] = [
      [server, serverMembers],
      [machine, machineMembers],
      [adapter, networkAdapterMembers],
      [network, networkMembers],
    ];
    const answers: string[] = [];
    for (const [object, table] of tables) {
      for (const [member, row] of Object.entries(table) as [string, { readonly kind: string }][]) {
        if (!row.kind.startsWith('missing')) continue;
        const run = (key: string) => (Reflect.get(object, key) as (...args: readonly unknown[]) => unknown)('a', 'b');
        const uses: readonly (() => unknown)[] =
          row.kind === 'missing method'
            ? [() => run(member)]
            : [() => Reflect.get(object, member) as unknown, () => run(`get_${member}`), () => run(`put_${member}`)];
        for (const use of uses) answers.push(`${member}: ${await codeOf(use)}`);
        if (isBlocking && row.kind === 'missing property') {
          answers.push(`${member}: ${await codeOf(() => Reflect.set(object, member, 1))}`);
        }
      }
    }
    expect(answers.length).toBeGreaterThan(150);
    expect(answers.filter((answer) => !answer.endsWith(': E_NOTIMPL'))).toEqual([]);
    expect(await codeOf(() => machine.put_Name('other'))).toBe('E_NOTIMPL');
    expect(await codeOf(() => machine.put_Memory(2048))).toBe('E_NOTIMPL');
    expect([await machine.Name, await machine.Memory]).toEqual(['bare', 1024]);
  });

  it('says what is wrong with what a member was given', async () => {
    const { server } = door;
    const machine = await find(server, 'web');
    const calls: readonly (readonly [string, () => unknown])[] = [
      ['E_FILE_NOT_FOUND', () => server.RegisterVirtualMachine('', machine.File.replaceAll('web', 'nowhere'))],
      ['E_POINTER', () => server.RegisterVirtualMachine('x', undefined as never)],
      ['E_INVALIDARG', () => server.RegisterVirtualMachine('x', 1 as never)],
      ['E_POINTER', () => server.DeleteVirtualMachine(null as never)],
      ['E_INVALIDARG', () => server.DeleteVirtualMachine('web' as never)],
      ['E_POINTER', () => server.UnregisterVirtualMachine(undefined as never)],
      ['E_INVALIDARG', () => server.UnregisterVirtualMachine('web' as never)],
    ];
    for (const [code, call] of calls) expect([await codeOf(call), String(call)]).toEqual([code, String(call)]);
  });
});

it('pauses only where the host can, and says how a task has failed', async () => {
  const faults = [{ operation: 'power.on', effect: { error: 'disk-full' } }] as const;
  const vix = createVix({ backends: [createMockBackend({ inventory, faults })] });
  onTestFinished(() => vix.Revix_Close());
  const server = new (awaitedDoor.createVirtualServer(vix).VMVirtualServer)();
  const web = await find(server, 'web');
  await web.Pause();
  expect(await web.State).toBe(VMVMState.Paused);
  expect(await web.GuestOS.HeartbeatPercentage).toBe(0);
  expect(await codeOf(() => web.GuestOS.ComputerName)).toBe('VM_E_VM_PAUSED');
  expect(await codeOf(() => web.GuestOS.SetParameter('a', 'b'))).toBe('VM_E_VM_PAUSED');
  await web.Resume();
  expect(await web.State).toBe(VMVMState.Running);
  const task = await (await find(server, 'bare')).Startup();
  await task.WaitForCompletion(60_000);
  expect(task.IsComplete).toBe(true);
  expect(task.Error).toBeLessThan(0);
  expect(task.ErrorDescription).toMatch(/VixVM_PowerOn on .*bare/);
  expect(task.Result).toBe(VMTaskResult.DiskRelatedError);
});

it('tells why it cannot connect, and tries again', async () => {
  const users = new InventoryBuilder().linux('web').build();
  const vix = createVix({
    backends: [createMockBackend({ inventory: { ...users, hostUsers: [{ name: 'a', password: 'b' }] } })],
  });
  onTestFinished(() => vix.Revix_Close());
  const { VMVirtualServer } = awaitedDoor.createVirtualServer(vix);
  const refused = new VMVirtualServer({ hostType: 1, userName: 'a', password: 'c' });
  const looks = await Promise.all([codeOf(() => refused.VirtualMachines), codeOf(() => refused.Version)]);
  expect(looks).toEqual(['E_ACCESSDENIED', 'E_ACCESSDENIED']);
  expect(await codeOf(() => refused.VirtualMachines)).toBe('E_ACCESSDENIED');
  expect(vix.Revix_DumpHandles()).toEqual([]);
});

it('finds no machine that may not be opened, and lists the others', async () => {
  const locked = new InventoryBuilder().linux('locked', { encryptionPassword: 'key' }).linux('open').build();
  const vix = createVix({ backends: [createMockBackend({ inventory: locked })] });
  onTestFinished(() => vix.Revix_Close());
  const server = new (awaitedDoor.createVirtualServer(vix).VMVirtualServer)();
  expect(await server.FindVirtualMachine('locked')).toBeNull();
  expect((await server.VirtualMachines).Count).toBe(1);
});

it('connects once, however many members are called at a time', async () => {
  const vix = createVix({ backends: [createMockBackend({ inventory })] });
  onTestFinished(() => vix.Revix_Close());
  const server = awaitedDoor.createVirtualServer(vix).CreateObject('virtualserver.APPLICATION');
  await Promise.all([server.Version, server.Version, server.FindVirtualMachine('nobody')]);
  expect(vix.Revix_DumpHandles().map(({ kind, refs }) => [kind, refs])).toEqual([['host', 1]]);
  expect(() => awaitedDoor.CreateObject('VirtualPC.Application')).toThrow(/no class "VirtualPC.Application"/);
});
