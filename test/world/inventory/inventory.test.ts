import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FakeClock } from '../../../src/base/clock.js';
import { defaultInventory } from '../../../src/world/inventory/default-inventory.js';
import { InventoryBuilder } from '../../../src/world/inventory/inventory-builder.js';
import { checkInventory, parseInventory, readInventory } from '../../../src/world/inventory/read-inventory.js';
import { World } from '../../../src/world/world.js';
import { call, messageOf, fault } from '../world-fixture.js';

async function problemsOf(text: string): Promise<string[]> {
  const message = await messageOf(async () => parseInventory(text, 'inventory.yaml'), 'invalid-argument');
  return message.split('\n').slice(1);
}

describe('reading an inventory', () => {
  it('takes YAML and JSON', async () => {
    const yaml = `
vms:
  - name: web
    location: '[ds] web/web.vmx'
    config: { a: 1, b: true }
    tools: false
    snapshots:
      - name: one
        children:
          - { name: two, power: on }
`;
    const expected = {
      vms: [
        {
          name: 'web',
          location: '[ds] web/web.vmx',
          config: { a: '1', b: 'true' },
          tools: false,
          snapshots: [{ name: 'one', children: [{ name: 'two', power: 'on' }] }],
        },
      ],
    };
    expect(parseInventory(yaml, 'x')).toEqual(expected);
    expect(parseInventory(JSON.stringify(expected), 'x')).toEqual(expected);
    const directory = await mkdtemp(join(tmpdir(), 'revix-inventory-'));
    const path = join(directory, 'inventory.yaml');
    await writeFile(path, yaml);
    expect(await readInventory(path)).toEqual(expected);
    await rm(directory, { recursive: true });
    await expect(readInventory(path)).rejects.toMatchObject(fault('file-not-found'));
  });

  it('names file, line and place of what is wrong', async () => {
    expect(
      await problemsOf(`vms:
  - name: a
    location: '[ds] a.vmx'
    memoryMb: lots
  - name: b
    guest:
      users:
        - name: u
          pasword: x
`),
    ).toEqual(
      [
        'inventory.yaml:4: vms[0].memoryMb: expected a number',
        "inventory.yaml:9: vms[1].guest.users[0].pasword: unknown key; did you mean 'password'?",
        'inventory.yaml:8: vms[1].guest.users[0].password: is missing',
        'inventory.yaml:5: vms[1].location: is missing',
      ].sort(byText),
    );
  });

  it.each([
    ['vms: 3', 'inventory.yaml:1: vms: expected a list'],
    ['{}', 'inventory.yaml:1: vms: is missing'],
    ['', 'inventory.yaml:1: the whole: expected an object with hostUsers, vms, faults'],
    ['vms: []\nvmss: []', "inventory.yaml:2: vmss: unknown key; did you mean 'vms'?"],
    [
      'vms: []\nfaults:\n- operation: power.onn\n  effect: { never: true }',
      "inventory.yaml:3: faults[0].operation: unknown operation; did you mean 'power.on'?",
    ],
    [
      'vms:\n- name: a\n  location: x\n  power: up',
      'inventory.yaml:4: vms[0].power: expected one of off, on, paused, suspended',
    ],
    [
      'vms:\n- name: a\n  location: x\n  tools: { bootDelay: 3 }',
      "inventory.yaml:4: vms[0].tools.bootDelay: unknown key; did you mean 'bootDelayMs'?",
    ],
    [
      'vms:\n- name: a\n  location: x\n  tools: true',
      'inventory.yaml:4: vms[0].tools: expected false, or an object with version, bootDelayMs, scriptsDelayMs, hasImage',
    ],
    ['vms:\n- name: a\n  location: x\n  cpuCount: 0', 'inventory.yaml:4: vms[0].cpuCount: must be at least 1'],
    ['vms:\n- name: a\n  location: x\n  uuid: y', 'inventory.yaml:4: vms[0].uuid: expected a UUID'],
    [
      'vms: []\nfaults:\n- operation: "*"\n  effect: { error: bussy }',
      "inventory.yaml:4: faults[0].effect.error: unknown kind of fault; did you mean 'busy'?",
    ],
  ])('explains %j', async (text, problem) => {
    expect(await problemsOf(text)).toEqual([problem]);
  });

  it('explains text that is not YAML', async () => {
    const [problem] = await problemsOf('vms:\n  - name: [a\n');
    expect(problem).toMatch(/^inventory\.yaml:\d+: /u);
    expect((await problemsOf('vms: []\nvms: []'))[0]).toContain('inventory.yaml:2');
  });
});

describe('an inventory in code', () => {
  it('is built step by step', async () => {
    const inventory = new InventoryBuilder()
      .linux('a', { power: 'on' })
      .windows('b')
      .vm({ name: 'row {n}', location: '/vms/{n}/{n}.vmx', count: 2 })
      .hostUser('admin', 'x')
      .fault({ operation: 'connect', effect: { delayMs: 5 } })
      .build();
    expect(checkInventory(inventory)).toEqual(inventory);
    const world = await World.create({ clock: new FakeClock(), inventory });
    expect((await (await world.find('/vms/2/2.vmx')).properties(call())).name).toBe('row 2');
    expect((await (await world.find('[datastore1] b/b.vmx')).record()).guest).toMatchObject({
      family: 'windows',
      hostName: 'B',
      consoleUser: null,
    });
    expect(world.faults.list()).toHaveLength(1);
  });

  it('is checked where a mistake is made', async () => {
    const builder = new InventoryBuilder();
    const message = await messageOf(async () => builder.linux('a', { memoryMb: 1.5 }), 'invalid-argument');
    expect(message).toContain('inventory: vms[0].memoryMb: expected a whole number');
    await expect(async () =>
      builder.fault({ operation: 'guest.files.*', effect: { delayMs: -1 } }),
    ).rejects.toMatchObject(fault('invalid-argument'));
  });
});

describe('the default inventory', () => {
  it('has a machine for each thing that programs meet', async () => {
    const world = await World.create({ clock: new FakeClock(), inventory: defaultInventory });
    const record = async (location: string) => (await world.find(location)).record();
    expect((await record('/vms/linux/linux.vmx')).guest.users.map(({ name }) => name)).toEqual(['root', 'user']);
    expect((await record('/vms/windows/windows.vmx')).guest.family).toBe('windows');
    expect((await record('[datastore1] no-tools/no-tools.vmx')).tools.version).toBeNull();
    expect((await record('[datastore1] encrypted/encrypted.vmx')).encryption).not.toBeNull();
    expect((await record('[datastore2] suspended/suspended.vmx')).power.phase).toBe('suspended');
    expect((await record('[datastore2] refused/refused.vmx')).powerOnRefusal).toBe('unsupported-guest');
    const { snapshots, currentSnapshotId } = await record('[datastore1] snapshots/snapshots.vmx');
    expect(snapshots.filter(({ name }) => name === 'tested')).toHaveLength(2);
    expect(snapshots.find(({ id }) => id === currentSnapshotId)).toMatchObject({ name: 'tested', phase: 'on' });
  });

  it('has snapshots that can be reverted to', async () => {
    const world = await World.create({ clock: new FakeClock(), inventory: defaultInventory, transitionMs: 0 });
    const vm = await world.find('[datastore1] snapshots/snapshots.vmx');
    const { currentId } = await vm.snapshots.tree(call());
    await vm.snapshots.revert({ id: currentId ?? '', suppressPowerOn: false, showConsole: false }, call());
    expect((await vm.properties(call())).power).toMatchObject({ phase: 'on', areToolsRunning: true });
  });
});

function byText(left: string, right: string): number {
  return left < right ? -1 : 1;
}
