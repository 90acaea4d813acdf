import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FakeClock } from '../../../src/base/clock.js';
import { usersOf } from '../../../src/world/inventory/guest-defaults.js';
import { defaultInventory } from '../../../src/world/inventory/default-inventory.js';
import { InventoryBuilder } from '../../../src/world/inventory/inventory-builder.js';
import { checkInventory } from '../../../src/world/inventory/check-inventory.js';
import { parseInventory } from '../../../src/world/inventory/parse-inventory.js';
import { readInventory } from '../../../src/world/inventory/read-inventory.js';
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
      'inventory.yaml:4: vms[0].tools: expected false, or an object with version, bootDelayMs, scriptsDelayMs, hasImage, drive, heartbeat',
    ],
    [
      'vms:\n- name: a\n  location: /x.vmx\n  tools: { heartbeat: red }',
      'inventory.yaml:4: vms[0].tools.heartbeat: is that of a machine that runs; give it power: on, or leave the heartbeat out',
    ],
    [
      'vms:\n- name: a\n  location: /x.vmx\n  power: on\n  tools: { version: null, heartbeat: red }',
      'inventory.yaml:5: vms[0].tools.heartbeat: needs Tools; give its version, or leave the heartbeat out',
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

  const beside = (place: string): string => `vms:\n- {name: a, location: "[d] a/a.vmx"}\n- {name: "b{n}", ${place}}`;

  it.each(['location: "[d] a/a.vmx"', 'location: "[Datacenter/d] a/a.vmx"', 'location: "[d] {n}/{n}.vmx", count: 3'])(
    'finds a machine at the place of another: %s',
    async (place) => {
      const text = beside(place).replaceAll('a/a.vmx', '3/3.vmx');
      const problem = "'[d] 3/3.vmx' in 'Datacenter' is the place of vms[0] already; move one of them";
      expect(await problemsOf(text)).toEqual([`inventory.yaml:3: vms[1].location: ${problem}`]);
    },
  );

  const guest = (text: string): string => `vms:\n- {name: a, location: "[d] a/a.vmx", ${text}}`;
  const user = '{name: ann, password: p, id: 1001}';

  it.each([
    [
      guest(`guest: {users: [${user}, {name: ann, password: q}]}`),
      'vms[0].guest.users[1].name: is the name of users[0] too; give it once',
    ],
    [
      guest(`guestOs: windows9-64, guest: {users: [${user}, {name: Ann, password: q}]}`),
      'vms[0].guest.users[1].name: is the name of users[0] too; give it once',
    ],
    [
      guest(`guest: {users: [${user}, {name: bob, password: q, id: 1001}]}`),
      'vms[0].guest.users[1].id: is the id of users[0] too; give it once',
    ],
    [
      guest(`guest: {users: [${user}], processes: [{name: httpd, owner: an}]}`),
      "vms[0].guest.processes[0].owner: unknown user; did you mean 'ann'?",
    ],
    [
      `${guest('power: off')}\nhostUsers: [{name: a, password: p}, {name: a, password: q}]`,
      'hostUsers[1].name: is the name of hostUsers[0] too; give it once',
    ],
    [
      'vms:\n- {name: a, location: "[East/d] a/a.vmx", datacenter: West}',
      "vms[0].datacenter: is not 'East', which the location names; give it once",
    ],
  ])('finds what contradicts itself in %s', async (text, problem) => {
    const [found, ...more] = await problemsOf(text);
    expect(more).toEqual([]);
    expect(found?.replace(/^inventory\.yaml:\d+: /, '')).toBe(problem);
  });

  it('gives users without a number one that no other has', async () => {
    const users = [
      { name: 'ann', password: 'p' },
      { name: 'bob', password: 'p', id: 1000 },
    ];
    expect(usersOf('posix', users).map(({ id }) => id)).toEqual([1001, 1000]);
  });

  it.each(['location: "[d] {n}/a.vmx", count: 2', 'location: "[Other/d] a/a.vmx"'])(
    'takes a machine at a place of its own: %s',
    (place) => {
      expect(parseInventory(beside(place), 'inventory.yaml').vms).toHaveLength(2);
    },
  );

  it('takes no more machines than a host could keep', async () => {
    const text = 'vms:\n- name: a{n}\n  location: /a/{n}.vmx\n  count: 100000000';
    expect(await problemsOf(text)).toEqual(['inventory.yaml:4: vms[0].count: must be at most 100000']);
  });

  it.each([
    ['{path: /x, text: a}, {path: /x/y, text: b}', 1, '"x" in the guest path "/x/y" is not a directory'],
    ['{path: /etc, text: a}', 0, '"/etc" in the guest is not a file'],
    ['{path: /x, text: a}, {path: //x, text: b}', 1, 'is the path of files[0] too; give it once'],
    ['{path: /etc/passwd, linkTarget: /x}', 0, '"/etc/passwd" exists in the guest already'],
  ])('finds files that do not fit into the guest: %s', async (files, index, problem) => {
    const text = `vms:\n- name: a\n  location: /a.vmx\n  guest:\n    files: [${files}]`;
    const expected = `inventory.yaml:5: vms[0].guest.files[${index}].path: ${problem}`;
    expect(await problemsOf(text)).toEqual([expect.stringContaining(expected)]);
  });

  it.each<[string, number, string]>([
    ["  location: 'web.vmx'", 3, "vms[0].location: 'web.vmx' is no place for a virtual machine"],
    ['  count: 2', 2, 'vms[0].name: must hold {n}, since count makes 2 machines'],
    ['  guest: { consoleUser: rot }', 4, "vms[0].guest.consoleUser: unknown user; did you mean 'root'?"],
    [
      '  guest: { disabledOperations: [startt] }',
      4,
      "vms[0].guest.disabledOperations[0]: unknown guest operation; did you mean 'start'?",
    ],
    [
      '  guest:\n    files:\n      - path: a/b',
      6,
      'vms[0].guest.files[0].path: "a/b" is not an absolute path of the guest',
    ],
    [
      '  guest:\n    files:\n      - path: /a\n        owner: usr',
      7,
      "vms[0].guest.files[0].owner: unknown user; did you mean 'user'?",
    ],
    [
      '  guest:\n    files:\n      - path: /a\n        text: x\n        base64: eA==',
      8,
      'vms[0].guest.files[0].base64: cannot stand beside text; give one of them',
    ],
    [
      '  guest:\n    files:\n      - path: /a\n        text: x\n        linkTarget: /b',
      8,
      'vms[0].guest.files[0].linkTarget: cannot stand beside text; give one of them',
    ],
    [
      '  guest: { nics: [{ addresses: [10.0.0.300] }] }',
      4,
      "vms[0].guest.nics[0].addresses[0]: '10.0.0.300' is no IP address",
    ],
    ['  guest: { nics: [{ gateway: router }] }', 4, "vms[0].guest.nics[0].gateway: 'router' is no IP address"],
    [
      '  guest: { ipAddresses: [10.0.0.1], nics: [{}] }',
      4,
      'vms[0].guest.ipAddresses: cannot stand beside nics; give the addresses there',
    ],
    [
      '  guest: { aliases: [{ user: rot, certificate: eA== }] }',
      4,
      "vms[0].guest.aliases[0].user: unknown user; did you mean 'root'?",
    ],
    [
      '  guest: { aliases: [{ user: root, certificate: eA== }] }',
      4,
      'vms[0].guest.aliases[0].certificate: cannot be read; give base64 of its DER form',
    ],
    [
      '  count: 1\n  guest: { nics: [{ mac: 00:50:56:80:01 }] }',
      5,
      'vms[0].guest.nics[0].mac: expected a hardware address like 00:50:56:80:01:02',
    ],
    [
      '  snapshots:\n  - { name: a, isCurrent: true, children: [{ name: b }] }\n  - { name: c, isCurrent: true }',
      6,
      'vms[0].snapshots[1].isCurrent: a machine stands at one snapshot only',
    ],
    [
      'faults:\n- operation: "*"\n  vm: webb\n  effect: { never: true }',
      6,
      "faults[0].vm: unknown virtual machine; did you mean 'web'?",
    ],
    ['  guest:\n    files: [{ path: /a, mode: 0o10000 }]', 5, 'vms[0].guest.files[0].mode: must be at most 0o7777'],
    ['  guest:\n    files: [{ path: /a, mode: 755 }]', 5, "write the mode in octal, like 0o644; '755' is decimal"],
    ['  guest:\n    files: [{ path: /a, mode: 0789 }]', 5, "'0789' is not an octal number"],
    ['  config: *nope', 4, 'the alias *nope has no anchor &nope before it'],
    ['  snapshots: &all\n  - { name: a, children: *all }', 5, 'the alias *all stands inside its own anchor'],
  ])('names what does not fit together in %j', async (lines, line, problem) => {
    const location = lines.includes('location') ? '' : "  location: '[ds] web/{n}.vmx'\n";
    const [first] = await problemsOf(`vms:\n- name: web\n${location}${lines}\n`);
    expect(first).toContain(`inventory.yaml:${line}: ${problem}`);
  });

  it('refuses aliases that multiply', async () => {
    const rows = Array.from(
      { length: 9 },
      (_, row) =>
        `  k${row}: &a${row} [${Array(9)
          .fill(row === 0 ? 'x' : `*a${row - 1}`)
          .join(', ')}]`,
    );
    const [problem] = await problemsOf(`vms:\n${rows.join('\n')}\n`);
    expect(problem).toBe('inventory.yaml:10: too many aliases of aliases; write the values out');
  });

  it('reads modes as octal in YAML, and as they are in JSON', () => {
    const modes = (text: string) => parseInventory(text, 'x').vms[0]?.guest?.files?.map(({ mode }) => mode);
    const yaml = ['0755', '0o600', '0'].map((mode, index) => `{ path: /a${index}, mode: ${mode} }`).join(', ');
    const head = "vms:\n- name: web\n  location: '[ds] web/web.vmx'\n";
    expect(modes(`${head}  guest: { files: [${yaml}] }`)).toEqual([0o755, 0o600, 0]);
    const files = [{ path: '/a', mode: 384 }];
    expect(modes(JSON.stringify({ vms: [{ name: 'a', location: '/a.vmx', guest: { files } }] }))).toEqual([0o600]);
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

describe('an inventory in code that does not fit together', () => {
  it('is refused by the builder and by a world', async () => {
    const builder = new InventoryBuilder();
    const early = await messageOf(async () => builder.linux('a', { guest: { consoleUser: 'x' } }), 'invalid-argument');
    expect(early).toContain('inventory: vms[0].guest.consoleUser: unknown user; known are root, user');
    builder.linux('a').fault({ operation: '*', vm: 'b', effect: { never: true } });
    expect(await messageOf(async () => builder.build(), 'invalid-argument')).toContain('faults[0].vm');
    const inventory = { vms: [{ name: 'a', location: 'a.vmx' }] };
    expect(await messageOf(World.create({ inventory }), 'invalid-argument')).toContain('vms[0].location');
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
