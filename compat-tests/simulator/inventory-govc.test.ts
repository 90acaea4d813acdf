import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startSimulator, type Inventory, type Simulator } from 'revix/simulator';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lacks } from '../support/counterpart.js';
import { govcFor, linesOf, type Govc } from '../support/govc.js';

const inventory: Inventory = {
  vms: [
    {
      name: 'web',
      datacenter: 'Lab',
      location: '[ds1] web/web.vmx',
      guestOs: 'ubuntu-64',
      cpuCount: 2,
      memoryMb: 2048,
      power: 'on',
      config: { 'guestinfo.role': 'front' },
      guest: { hostName: 'web', ipAddresses: ['10.1.2.3'] },
    },
    { name: 'db', datacenter: 'Lab', location: '[ds1] db/db.vmx', guestOs: 'windows2019srv-64' },
    { name: 'spare', datacenter: 'Lab', location: '[ds1] spare/spare.vmx', isRegistered: false },
  ],
};

/** What `vm.info -json` tells, as far as it is looked at. */
interface VmInfo {
  readonly virtualMachines: readonly {
    readonly config: {
      readonly uuid: string;
      readonly annotation: string;
      readonly extraConfig: readonly { readonly key: string; readonly value: string }[];
      readonly hardware: { readonly numCPU: number; readonly memoryMB: number };
    };
    readonly runtime: { readonly powerState: string };
    readonly summary: { readonly config: { readonly vmPathName: string; readonly guestId: string } };
  }[];
}

describe.skipIf(lacks('govc'))('govc with the inventory of the simulator', () => {
  let simulator: Simulator;
  let govc: Govc;
  let folder = '';

  beforeAll(async () => {
    simulator = await startSimulator({ inventory, users: [{ name: 'tester', password: 'secret' }] });
    const env = { GOVC_USERNAME: 'tester', GOVC_PASSWORD: 'secret', GOVC_DATACENTER: 'Lab', GOVC_DATASTORE: 'ds1' };
    govc = govcFor(simulator.url, env);
    folder = mkdtempSync(join(tmpdir(), 'revix-govc-'));
  });

  afterAll(async () => {
    rmSync(folder, { recursive: true, force: true });
    await simulator.close();
  });

  async function vm(name: string) {
    const { virtualMachines } = (await govc.json(['vm.info', '-e', name])) as VmInfo;
    const [found, ...others] = virtualMachines;
    expect(others).toEqual([]);
    if (found === undefined) throw new Error(`govc finds no ${name}`);
    return found;
  }

  it('tells what it talks to', async () => {
    const { about } = (await govc.json(['about'])) as { about: Record<string, string> };
    expect(about).toMatchObject({ apiType: 'VirtualCenter', version: '8.0.3', vendor: 'VMware, Inc.' });
  });

  it('refuses a wrong password', async () => {
    const stranger = govcFor(simulator.url, { GOVC_USERNAME: 'tester', GOVC_PASSWORD: 'wrong' });
    expect(await stranger.refusal(['ls'])).toContain('incorrect user name or password');
  });

  it('verifies the certificate by its thumbprint, and by a file', async () => {
    const { host } = new URL(simulator.url);
    const hosts = join(folder, 'known_hosts');
    writeFileSync(hosts, `${host} ${simulator.thumbprint?.sha1}\n`);
    const env = { GOVC_USERNAME: 'tester', GOVC_PASSWORD: 'secret', GOVC_INSECURE: '0' };
    expect(await govcFor(simulator.url, env).refusal(['about'])).toMatch(/certificate/u);
    const pinned = govcFor(simulator.url, { ...env, GOVC_TLS_KNOWN_HOSTS: hosts });
    expect(await pinned.printed(['about'])).toContain('VirtualCenter');
    const file = join(folder, 'ca.pem');
    writeFileSync(file, simulator.certificatePem ?? '');
    expect(await govcFor(simulator.url, { ...env, GOVC_TLS_CA_CERTS: file }).printed(['about'])).toContain(
      'VirtualCenter',
    );
  });

  it('lists and finds', async () => {
    expect(linesOf(await govc.printed(['ls', '/']))).toEqual(['/Lab']);
    expect(linesOf(await govc.printed(['ls', 'vm']))).toEqual(['/Lab/vm/web', '/Lab/vm/db']);
    expect(linesOf(await govc.printed(['ls', '-t', 'Datastore', 'datastore']))).toEqual(['/Lab/datastore/ds1']);
    expect(linesOf(await govc.printed(['find', '/', '-type', 'm', '-runtime.powerState', 'poweredOn']))).toEqual([
      '/Lab/vm/web',
    ]);
    expect(linesOf(await govc.printed(['find', '.', '-type', 'h']))).toEqual(['./host/cluster/esx1.example.test']);
    expect(await govc.printed(['host.info'])).toContain('esx1.example.test');
    expect(await govc.printed(['datastore.info'])).toContain('Name:        ds1');
    expect(await govc.printed(['object.collect', '-s', 'vm/web', 'config.guestId', 'guest.hostName'])).toBe(
      'ubuntu64Guest\nweb\n',
    );
  });

  it('shows a machine, and its address', async () => {
    expect(await vm('web')).toMatchObject({
      runtime: { powerState: 'poweredOn' },
      config: { hardware: { numCPU: 2, memoryMB: 2048 } },
      summary: { config: { vmPathName: '[ds1] web/web.vmx', guestId: 'ubuntu64Guest' } },
    });
    expect((await govc.printed(['vm.ip', 'web'])).trim()).toBe('10.1.2.3');
    const { config } = await vm('web');
    expect(linesOf(await govc.printed(['vm.info', '-vm.uuid', config.uuid]))[0]).toContain('web');
    expect(linesOf(await govc.printed(['vm.info', '-vm.ip', '10.1.2.3']))[0]).toContain('web');
    expect(linesOf(await govc.printed(['vm.info', '-vm.dns', 'web']))[0]).toContain('web');
    expect(linesOf(await govc.printed(['vm.info', '-vm.ipath', '/Lab/vm/db']))[0]).toContain('db');
  });

  it('turns machines on and off', async () => {
    expect(await govc.printed(['vm.power', '-on', 'db'])).toContain('OK');
    expect((await vm('db')).runtime.powerState).toBe('poweredOn');
    expect(await govc.refusal(['vm.power', '-on', 'db'])).toContain("'db' is already on");
    await govc.printed(['vm.power', '-suspend', 'db']);
    expect((await vm('db')).runtime.powerState).toBe('suspended');
    await govc.printed(['vm.power', '-on', '-wait', 'db']);
    await govc.printed(['vm.ip', '-wait', '1m', 'db']);
    const bootTime = async () => Date.parse(await govc.printed(['object.collect', '-s', 'vm/db', 'runtime.bootTime']));
    let booted = await bootTime();
    for (const [option, event, says] of [
      ['-r', 'VmGuestRebootEvent', /reboot/iu],
      ['-reset', 'VmResettingEvent', /is reset$/u],
    ] as const) {
      await govc.printed(['vm.power', option, 'db']);
      await govc.printed(['vm.ip', '-wait', '1m', 'db']);
      const next = await bootTime();
      expect([option, next > booted, (await vm('db')).runtime.powerState]).toEqual([option, true, 'poweredOn']);
      expect(linesOf(await govc.printed(['events', '-type', event, 'vm/db'])).at(-1)).toMatch(says);
      booted = next;
    }
    await govc.printed(['vm.power', '-s', 'db']);
    await govc.printed(['object.collect', '-s', 'vm/db', '-runtime.powerState', 'poweredOff']);
    expect((await vm('db')).runtime.powerState).toBe('poweredOff');
  });

  it('takes, shows, renames, reverts and removes snapshots', async () => {
    await govc.printed(['snapshot.create', '-vm', 'web', '-m=false', 'first']);
    await govc.printed(['snapshot.create', '-vm', 'web', '-m=true', '-d', 'with memory', 'second']);
    expect(linesOf(await govc.printed(['snapshot.tree', '-vm', 'web']))).toEqual(['first', '  second', '  .']);
    await govc.printed(['snapshot.revert', '-vm', 'web', 'first']);
    expect((await vm('web')).runtime.powerState).toBe('poweredOff');
    await govc.printed(['snapshot.revert', '-vm', 'web', 'first/second']);
    expect((await vm('web')).runtime.powerState).toBe('poweredOn');
    expect(await govc.refusal(['snapshot.revert', '-vm', 'web', 'third'])).toContain('third');
    await govc.printed(['snapshot.remove', '-vm', 'web', 'second']);
    expect(linesOf(await govc.printed(['snapshot.tree', '-vm', 'web']))).toEqual(['first', '.']);
    await govc.printed(['snapshot.remove', '-vm', 'web', '*']);
    expect(await govc.printed(['snapshot.tree', '-vm', 'web'])).toBe('');
  });

  it('changes machines', async () => {
    await govc.printed([
      'vm.change',
      '-vm',
      'web',
      '-e',
      'guestinfo.role=back',
      '-e',
      'added=1',
      '-annotation',
      'a note',
    ]);
    const { config } = await vm('web');
    expect(config.annotation).toBe('a note');
    const entries = Object.fromEntries(config.extraConfig.map(({ key, value }) => [key, value]));
    expect(entries).toMatchObject({ 'guestinfo.role': 'back', added: '1' });
    await govc.printed(['vm.change', '-vm', 'web', '-e', 'added=']);
    expect((await vm('web')).config.extraConfig.map(({ key }) => key)).not.toContain('added');
    await govc.printed(['vm.change', '-vm', 'db', '-c', '4', '-m', '8192', '-name', 'database']);
    expect((await vm('database')).config.hardware).toMatchObject({ numCPU: 4, memoryMB: 8192 });
    await govc.printed(['object.rename', 'vm/database', 'db']);
    expect(await govc.refusal(['vm.change', '-vm', 'web', '-c', '8'])).toContain('powered on');
    expect(await govc.refusal(['vm.change', '-vm', 'db', '-latency', 'high'])).toContain('latencySensitivity');
  });

  it('clones machines, marks templates and destroys them', async () => {
    await govc.printed(['vm.clone', '-vm', 'db', '-on=false', 'copy']);
    const [db, copy] = [await vm('db'), await vm('copy')];
    expect(copy.config.uuid).not.toBe(db.config.uuid);
    expect(copy.summary.config.vmPathName).toBe('[ds1] copy/copy.vmx');
    expect(await govc.refusal(['vm.clone', '-vm', 'db', '-on=false', 'copy'])).toContain(
      'copy/copy.vmx already exists',
    );
    await govc.printed(['snapshot.create', '-vm', 'db', '-m=false', 'base']);
    await govc.printed(['vm.clone', '-vm', 'db', '-link', '-snapshot', 'base', '-on=true', 'linked']);
    expect((await vm('linked')).runtime.powerState).toBe('poweredOn');
    await govc.printed(['vm.markastemplate', 'copy']);
    expect(await govc.refusal(['vm.power', '-on', 'copy'])).toContain('template');
    await govc.printed(['vm.markasvm', '-pool', 'cluster/Resources', 'copy']);
    await govc.printed(['vm.power', '-off', 'linked']);
    await govc.printed(['vm.destroy', 'copy', 'linked']);
    expect(linesOf(await govc.printed(['ls', 'vm']))).toEqual(['/Lab/vm/web', '/Lab/vm/db']);
  });

  it('makes machines, and gives and takes disks', async () => {
    const made = ['vm.create', '-m', '512', '-c', '2', '-g', 'ubuntu64Guest', '-on=true', '-disk', '1G', 'fresh'];
    await govc.printed(made);
    expect(await vm('fresh')).toMatchObject({
      runtime: { powerState: 'poweredOn' },
      config: { hardware: { numCPU: 2, memoryMB: 512 } },
      summary: { config: { vmPathName: '[ds1] fresh/fresh.vmx', guestId: 'ubuntu64Guest' } },
    });
    await govc.printed(['vm.ip', '-wait', '1m', 'fresh']);
    await govc.printed(['vm.disk.create', '-vm', 'fresh', '-name', 'fresh/data', '-size', '2G']);
    const disks = async () => linesOf(await govc.printed(['device.ls', '-vm', 'fresh', 'disk-*']));
    expect(await disks()).toEqual([
      expect.stringMatching(/^disk-1000-0 .* 1,048,576 KB$/u),
      expect.stringMatching(/^disk-1000-1 .* 2,097,152 KB$/u),
    ]);
    await govc.printed(['device.remove', '-vm', 'fresh', '-keep', 'disk-1000-1']);
    await govc.printed(['vm.power', '-off', 'fresh']);
    await govc.printed(['vm.destroy', 'fresh']);
    expect(linesOf(await govc.printed(['datastore.ls', 'fresh']))).toEqual(['data.vmdk']);
    await govc.printed(['datastore.rm', 'fresh']);
  });

  it('shows the tree, and stays where it is', async () => {
    expect(await govc.printed(['tree', '/Lab'])).toContain('web');
    expect(await govc.printed(['vm.migrate', '-host', 'esx1.example.test', 'db'])).toContain('OK');
  });

  it('registers and unregisters machines', async () => {
    await govc.printed(['vm.register', 'spare/spare.vmx']);
    expect((await vm('spare')).runtime.powerState).toBe('poweredOff');
    expect(await govc.refusal(['vm.register', 'spare/spare.vmx'])).toContain('registered already');
    expect(await govc.refusal(['vm.register', 'none/none.vmx'])).toContain('[ds1] none/none.vmx');
    await govc.printed(['vm.unregister', 'spare']);
    expect(linesOf(await govc.printed(['ls', 'vm']))).not.toContain('/Lab/vm/spare');
    await govc.printed(['vm.register', '-name', 'again', 'spare/spare.vmx']);
    expect((await vm('again')).summary.config.vmPathName).toBe('[ds1] spare/spare.vmx');
  });

  it('works with the files of datastores', async () => {
    const file = join(folder, 'notes.txt');
    writeFileSync(file, 'some notes\n');
    expect(linesOf(await govc.printed(['datastore.ls']))).toEqual(expect.arrayContaining(['db', 'spare', 'web']));
    await govc.printed(['datastore.mkdir', '-p', 'notes/old']);
    await govc.printed(['datastore.upload', file, 'notes/a.txt']);
    expect(await govc.json(['datastore.ls', '-l', 'notes/*.txt'])).toMatchObject([
      { file: [{ path: 'a.txt', fileSize: 11 }] },
    ]);
    await govc.printed(['datastore.cp', 'notes/a.txt', 'notes/b.txt']);
    await govc.printed(['datastore.mv', 'notes/b.txt', 'notes/old/c.txt']);
    expect(await govc.printed(['datastore.download', 'notes/old/c.txt', '-'])).toBe('some notes\n');
    const down = join(folder, 'down.txt');
    await govc.printed(['datastore.download', 'notes/a.txt', down]);
    expect(readFileSync(down, 'utf8')).toBe('some notes\n');
    expect(await govc.printed(['datastore.tail', 'web/vmware.log'])).toContain('web');
    expect(await govc.refusal(['datastore.rm', 'web/web.vmx'])).toContain('belongs to a virtual machine');
    await govc.printed(['datastore.rm', 'notes']);
    expect(linesOf(await govc.printed(['datastore.ls']))).not.toContain('notes');
    expect(await govc.refusal(['datastore.rm', 'notes'])).toContain('notes');
  });

  it('tells what has happened', async () => {
    const said = await govc.printed(['events', '-n', '200', 'vm/web']);
    expect(said).toContain('web on esx1.example.test in Lab is powered off');
    expect(said).toContain('Reconfigured web');
    const kinds = await govc.printed(['events', '-n', '200', '-type', 'VmPoweredOnEvent']);
    expect(linesOf(kinds).every((line) => line.includes('powered on'))).toBe(true);
    expect(linesOf(kinds).length).toBeGreaterThan(1);
    const tasks = await govc.printed(['tasks', '-n', '50']);
    expect(tasks).toMatch(/PowerOnVM\s+db\s+tester .* success/u);
    expect(tasks).toMatch(/PowerOnVM\s+db\s+tester .* error/u);
  });

  it('answers questions, pictures and types at consoles', async () => {
    const picture = join(folder, 'web.png');
    await govc.printed(['vm.console', '-capture', picture, 'web']);
    expect(readFileSync(picture).subarray(1, 4).toString()).toBe('PNG');
    await govc.printed(['vm.keystrokes', '-vm', 'web', '-s', 'hello']);
    const typed = join(folder, 'typed.png');
    await govc.printed(['vm.console', '-capture', typed, 'web']);
    expect(readFileSync(typed).equals(readFileSync(picture))).toBe(false);
    const machine = await simulator.world.find('[ds1] web/web.vmx');
    expect((await machine.record()).consoleLines.at(-1)).toContain('hello');
  });
});
