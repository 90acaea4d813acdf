import { describe, expect, it, onTestFinished } from 'vitest';
import { createMockBackend, InventoryBuilder } from '../../dist/backends/mock/index.js';
import { createVsphereBackend } from '../../dist/backends/vsphere/index.js';
import * as blockingDoor from '../../dist/doors/sync/index.js';
import {
  createVix,
  VIX_E_FILE_NOT_FOUND,
  VIX_E_GUEST_USER_PERMISSIONS,
  VIX_E_VM_IS_RUNNING,
  VIX_E_VM_NOT_RUNNING,
  VIX_OK,
} from '../../dist/index.js';
import { startSimulator } from '../../dist/simulator/index.js';
import {
  type AnyVix,
  columns,
  type Door,
  fileExists,
  finish,
  type HostAddress,
  hresultName,
  openVm,
} from './door-columns.js';

const location = '[datastore1] lab/lab.vmx';

const inventory = new InventoryBuilder()
  .linux('lab', { tools: { bootDelayMs: 0 }, guest: { users: [{ name: 'user', password: 'password' }] } })
  .linux('other')
  .build();

interface Place {
  readonly vix: AnyVix;
  readonly host: HostAddress;
}

const mockHost: HostAddress = { hostType: 3, hostName: null, userName: null, password: null };

function mock(): Place {
  const vix = createVix({ backends: [createMockBackend({ inventory })], config: {} });
  onTestFinished(() => vix.Revix_Close());
  return { vix, host: mockHost };
}

function blockingMock(): Place {
  const vix = blockingDoor.createVix({ mock: { inventory }, config: {} });
  onTestFinished(() => vix.Revix_Close());
  return { vix: vix as unknown as AnyVix, host: mockHost };
}

async function vsphere(): Promise<Place> {
  const simulator = await startSimulator({ inventory });
  const tls = { thumbprint: simulator.thumbprint?.sha256 ?? '' };
  const vix = createVix({ backends: [createVsphereBackend({ tls })], config: {} });
  onTestFinished(async () => {
    await vix.Revix_Close();
    await simulator.close();
  });
  return { vix, host: { hostType: 10, hostName: simulator.url, userName: 'root', password: 'password' } };
}

/** The same scenario through a door: what each step answers. */
async function play(door: Door): Promise<readonly (readonly unknown[])[]> {
  const shell = '/bin/sh';
  return [
    ['registered', await door.registered()],
    ['power off what is off', await door.powerOff(location)],
    ['power on', await door.powerOn(location)],
    ['power on what runs', await door.powerOn(location)],
    ['run with a wrong password', await door.run(location, 'wrong', shell, '-c "exit 0"')],
    ['run', await door.run(location, 'password', shell, '-c "echo door > /tmp/door; exit 3"')],
    ['run what is not there', await door.run(location, 'password', '/bin/none', '')],
    ['write a variable', await door.writeVariable(location, 'role', 'door')],
    ['read a variable', await door.readVariable(location, 'role')],
    ['suspend', await door.suspend(location)],
    ['suspend what is suspended', await door.suspend(location)],
    ['power on what is suspended', await door.powerOn(location)],
    ['reset', await door.reset(location)],
  ];
}

const expected = [
  ['registered', [VIX_OK, 2]],
  ['power off what is off', [VIX_E_VM_NOT_RUNNING]],
  ['power on', [VIX_OK]],
  ['power on what runs', [VIX_E_VM_IS_RUNNING]],
  ['run with a wrong password', [VIX_E_GUEST_USER_PERMISSIONS]],
  ['run', [VIX_OK, 3]],
  ['run what is not there', [VIX_E_FILE_NOT_FOUND]],
  ['write a variable', [VIX_OK]],
  ['read a variable', [VIX_OK, 'door']],
  ['suspend', [VIX_OK]],
  ['suspend what is suspended', [VIX_E_VM_NOT_RUNNING]],
  ['power on what is suspended', [VIX_OK]],
  ['reset', [VIX_OK]],
] as const;

/** The final state of the world, seen past the door: power, the file of the program, the variable. */
async function world({ vix, host }: Place): Promise<readonly unknown[]> {
  const vm = await openVm(vix, host, location);
  const login = await finish(vix, vix.VixVM_LoginInGuest(vm, 'user', 'password', 0, null, null));
  const exists = await fileExists(vix, vm, '/tmp/door');
  const again = await finish(vix, vix.VixVM_PowerOn(vm, 0, 0, null, null));
  return [login, exists, again];
}

describe.each(columns)('$name', ({ make, isBlocking, codes }) => {
  const places = isBlocking
    ? ([['the mock host', async () => blockingMock()]] as const)
    : ([
        ['the mock host', async () => mock()],
        ['vSphere through the simulator', vsphere],
      ] as const);

  it.each(places)('answers and acts like every other door, over %s', async (_place, create) => {
    const place = await create();
    const wanted = expected.map(([step, [error, ...values]]) => [
      step,
      [codes === 'vix' ? error : hresultName(error), ...values],
    ]);
    expect(await play(await make(place.vix, place.host))).toEqual(wanted);
    expect(await world(place)).toEqual([VIX_OK, true, VIX_E_VM_IS_RUNNING]);
  });
});
