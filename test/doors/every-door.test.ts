import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createMockBackend, InventoryBuilder } from '../../dist/backends/mock/index.js';
import { createVsphereBackend } from '../../dist/backends/vsphere/index.js';
import * as blockingDoor from '../../dist/doors/sync/index.js';
import { hresultOf } from '../../dist/doors/virtual-server/hresults.js';
import {
  createVix,
  VIX_E_FILE_NOT_FOUND,
  VIX_E_GUEST_USER_PERMISSIONS,
  VIX_E_NO_SUCH_PROCESS,
  VIX_E_NOT_A_DIRECTORY,
  VIX_E_SNAPSHOT_NONUNIQUE_NAME,
  VIX_E_SNAPSHOT_NOTFOUND,
  VIX_E_VM_IS_RUNNING,
  VIX_E_VM_NOT_FOUND,
  VIX_E_VM_NOT_RUNNING,
  VIX_OK,
  type VixError,
} from '../../dist/index.js';
import { fileExists, finish, openVm } from './columns/c-column.js';
import {
  groups,
  guestUser,
  type Answer,
  type AnyVix,
  type Door,
  type Group,
  type HostAddress,
} from './columns/door.js';
import { columns, type Column } from './columns/index.js';

/** Each door has a machine of its own, so that all share one world. */
const nameOf = (column: Column): string => column.name.replaceAll('/', '-');
const locationOf = (column: Column): string => `[datastore1] ${nameOf(column)}/${nameOf(column)}.vmx`;

const machine = {
  tools: { bootDelayMs: 0 },
  guest: { users: [{ name: guestUser.userName, password: guestUser.password }] },
};
const inventory = columns
  .reduce((builder, column) => builder.linux(nameOf(column), machine), new InventoryBuilder())
  .build();

interface Place {
  readonly host: HostAddress;
  readonly awaited: AnyVix;
  readonly blocking: AnyVix;
  /** Functions past every door that see this place's world. */
  readonly beside: (column: Column) => AnyVix;
}

const placeNames = ['the mock host', 'vSphere through the simulator'] as const;
const places = new Map<string, Place>();
const simulator = new Worker(new URL('simulator-thread.mjs', import.meta.url), { workerData: inventory });
let directory: string;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'revix-doors-'));
  const [{ url, thumbprint }] = (await once(simulator, 'message')) as [{ url: string; thumbprint: string }];
  const mock = {
    awaited: createVix({ backends: [createMockBackend({ inventory })], config: {} }),
    blocking: blockingDoor.createVix({ mock: { inventory }, config: {} }) as unknown as AnyVix,
  };
  places.set('the mock host', {
    ...mock,
    host: { hostType: 3, hostName: null, userName: null, password: null },
    beside: ({ isBlocking }) => (isBlocking ? mock.blocking : mock.awaited),
  });
  const options = { tls: { thumbprint } };
  const config = { providers: { 'vi-server': { backend: 'vsphere', options } } };
  const awaited = createVix({ backends: [createVsphereBackend(options)], config: {} });
  places.set('vSphere through the simulator', {
    awaited,
    blocking: blockingDoor.createVix({ config }) as unknown as AnyVix,
    host: { hostType: 10, hostName: url, userName: 'root', password: 'password' },
    beside: () => awaited,
  });
});

afterAll(async () => {
  for (const { awaited, blocking } of places.values()) {
    await awaited.Revix_Close();
    await blocking.Revix_Close();
  }
  await simulator.terminate();
  rmSync(directory, { recursive: true });
});

/** Where a scenario is played. */
interface Site {
  readonly at: string;
  /** A name on the host that no other door uses. */
  readonly hostFile: (name: string) => string;
}

interface Step {
  readonly name: string;
  /** What a door needs for it; absent: what every door has. */
  readonly group?: Group;
  readonly play: (door: Door, site: Site) => Promise<Answer>;
  readonly answer: readonly [error: VixError, ...values: unknown[]];
}

/** A step with what only some doors have. */
function having<Name extends Group>(
  group: Name,
  name: string,
  play: (part: NonNullable<Door[Name]>, site: Site, door: Door) => Promise<Answer>,
  ...answer: Step['answer']
): Step {
  return {
    name,
    group,
    answer,
    play: async (door, site) => {
      const part = door[group];
      if (part === undefined) throw new Error(`the door does not lack ${group}, as it seems, but does not have it`);
      return play(part, site, door);
    },
  };
}

function always(name: string, play: Step['play'], ...answer: Step['answer']): Step {
  return { name, play, answer };
}

const shell = '/bin/sh';
const script = '-c "echo door > /tmp/door; mkdir /tmp/d /tmp/d/sub; exit 3"';

/** The scenario: what is done in this order, and what every door answers. */
const scenario: readonly Step[] = [
  always('registered', (door) => door.registered(), VIX_OK, columns.length),
  having('callbacks', 'registered, by events', (part) => part.registered(), VIX_OK, columns.length, 1),
  having('opening', 'open', (part, { at }) => part.open(at), VIX_OK),
  having('opening', 'open what is not there', (part) => part.open('[datastore1] no/no.vmx'), VIX_E_VM_NOT_FOUND),
  always('power off what is off', (door, { at }) => door.powerOff(at), VIX_E_VM_NOT_RUNNING),
  always('power on', (door, { at }) => door.powerOn(at), VIX_OK),
  always('power on what runs', (door, { at }) => door.powerOn(at), VIX_E_VM_IS_RUNNING),
  always(
    'run with a wrong password',
    (door, { at }) => door.run(at, 'wrong', shell, '-c "exit 0"'),
    VIX_E_GUEST_USER_PERMISSIONS,
  ),
  always('run', (door, { at }) => door.run(at, guestUser.password, shell, script), VIX_OK, 3),
  always(
    'run what is not there',
    (door, { at }) => door.run(at, guestUser.password, '/bin/none', ''),
    VIX_E_FILE_NOT_FOUND,
  ),
  always('write a variable', (door, { at }) => door.writeVariable(at, 'role', 'door'), VIX_OK),
  always('read a variable', (door, { at }) => door.readVariable(at, 'role'), VIX_OK, 'door'),
  always('read a variable that is unset', (door, { at }) => door.readVariable(at, 'none'), VIX_OK, ''),
  having('processes', 'processes', (part, { at }) => part.first(at), VIX_OK, ['init', 'root']),
  having('processes', 'kill what does not run', (part, { at }) => part.kill(at, 99_999), VIX_E_NO_SUCH_PROCESS),
  having(
    'files',
    'copy to the guest',
    (part, { at, hostFile }) => part.upload(at, hostFile('out'), '/tmp/d/in'),
    VIX_OK,
  ),
  having(
    'files',
    'copy what the host has not',
    (part, { at, hostFile }) => part.upload(at, hostFile('none'), '/tmp/d/none'),
    VIX_E_FILE_NOT_FOUND,
  ),
  having('files', 'list', (part, { at }) => part.list(at, '/tmp/d'), VIX_OK, [
    ['in', 6, 0],
    ['sub', 0, 1],
  ]),
  having('files', 'list what is not there', (part, { at }) => part.list(at, '/tmp/none'), VIX_E_NOT_A_DIRECTORY),
  having(
    'files',
    'copy from the guest',
    async (part, { at, hostFile }) => [
      ...(await part.download(at, '/tmp/d/in', hostFile('back'))),
      readFileSync(hostFile('back'), 'utf8'),
    ],
    VIX_OK,
    'bytes\n',
  ),
  having(
    'files',
    'copy what the guest has not',
    (part, { at, hostFile }) => part.download(at, '/tmp/none', hostFile('none')),
    VIX_E_FILE_NOT_FOUND,
  ),
  having('files', 'exists', (part, { at }) => part.exists(at, '/tmp/d/in'), VIX_OK, true),
  having('files', 'delete', (part, { at }) => part.remove(at, '/tmp/d/in'), VIX_OK),
  having('files', 'exists no more', (part, { at }) => part.exists(at, '/tmp/d/in'), VIX_OK, false),
  having('files', 'delete what is not there', (part, { at }) => part.remove(at, '/tmp/d/in'), VIX_E_FILE_NOT_FOUND),
  having('snapshots', 'take a snapshot', (part, { at }) => part.take(at, 'base'), VIX_OK),
  having('snapshots', 'find it', (part, { at }) => part.find(at, 'base'), VIX_OK),
  having('snapshots', 'find what is not there', (part, { at }) => part.find(at, 'none'), VIX_E_SNAPSHOT_NOTFOUND),
  having('snapshots', 'take one of the same name', (part, { at }) => part.take(at, 'base'), VIX_OK),
  having('snapshots', 'find one of two', (part, { at }) => part.find(at, 'base'), VIX_E_SNAPSHOT_NONUNIQUE_NAME),
  having('snapshots', 'remove one by its path', (part, { at }) => part.remove(at, 'base/base'), VIX_OK),
  having(
    'snapshots',
    'change the guest',
    (_part, { at }, door) => door.run(at, guestUser.password, shell, '-c "rm /tmp/door; echo > /tmp/after"'),
    VIX_OK,
    0,
  ),
  having('snapshots', 'revert', (part, { at }) => part.revert(at, 'base'), VIX_OK),
  having('snapshots', 'power on what was reverted', (_part, { at }, door) => door.powerOn(at), VIX_OK),
  always('suspend', (door, { at }) => door.suspend(at), VIX_OK),
  always('suspend what is suspended', (door, { at }) => door.suspend(at), VIX_E_VM_NOT_RUNNING),
  always('power on what is suspended', (door, { at }) => door.powerOn(at), VIX_OK),
  always('reset', (door, { at }) => door.reset(at), VIX_OK),
];

/** The final state of the world, seen past the door: login, files of the scenario, number of snapshots, power. */
async function world(vix: AnyVix, host: HostAddress, location: string): Promise<readonly unknown[]> {
  const vm = await openVm(vix, host, location);
  const login = await finish(vix, vix.VixVM_LoginInGuest(vm, guestUser.userName, guestUser.password, 0, null, null));
  const files = [];
  for (const path of ['/tmp/door', '/tmp/after', '/tmp/d/in']) files.push(await fileExists(vix, vm, path));
  const roots = blockingDoor.Vix_Out<number>();
  await vix.VixVM_GetNumRootSnapshots(vm, roots);
  const again = await finish(vix, vix.VixVM_PowerOn(vm, 0, 0, null, null));
  return [login, files, roots.value, again];
}

/** Plays the scenario through a door. @returns what came of it, and what should have. */
async function playThrough(column: Column, placeName: string): Promise<readonly [came: unknown, wanted: unknown]> {
  const place = places.get(placeName);
  if (place === undefined) throw new Error(`there is no ${placeName}`);
  const at = locationOf(column);
  const hostFile = (name: string): string => join(directory, `${nameOf(column)}-${place.host.hostType}-${name}`);
  writeFileSync(hostFile('out'), 'bytes\n');
  const door = await column.make(column.isBlocking ? place.blocking : place.awaited, place.host);
  const steps = scenario.filter(({ group }) => group === undefined || !column.lacks.includes(group));
  const answers: [string, Answer][] = [];
  for (const step of steps) answers.push([step.name, await step.play(door, { at, hostFile })]);
  const came = {
    lacks: groups.filter((group) => door[group] === undefined),
    answers,
    world: await world(place.beside(column), place.host, at),
  };
  const codeOf = (error: VixError): unknown => (column.codes === 'vix' ? error : hresultOf(error));
  const wanted = {
    lacks: column.lacks,
    answers: steps.map(({ name, answer: [error, ...values] }) => [name, [codeOf(error), ...values]]),
    world: [VIX_OK, [true, false, false], column.lacks.includes('snapshots') ? 0 : 1, VIX_E_VM_IS_RUNNING],
  };
  return [came, wanted];
}

const cases = columns.flatMap((column) => placeNames.map((place) => ({ name: column.name, column, place })));

describe('answers and acts like every other door', () => {
  it.concurrent.each(cases.filter(({ column }) => !column.isBlocking))(
    '$name over $place',
    async ({ column, place }) => {
      const [came, wanted] = await playThrough(column, place);
      expect(came).toEqual(wanted);
    },
  );
});

describe('answers and acts like every other door, and blocks', () => {
  it.each(cases.filter(({ column }) => column.isBlocking))('$name over $place', async ({ column, place }) => {
    const [came, wanted] = await playThrough(column, place);
    expect(came).toEqual(wanted);
  });
});
