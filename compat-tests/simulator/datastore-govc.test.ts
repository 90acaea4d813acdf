import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startSimulator, type Simulator } from 'revix/simulator';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lacks } from '../support/counterpart.js';
import { govcFor, linesOf, type Govc } from '../support/govc.js';

const host = 'cluster/esx1.example.test';

/** What `datastore.info -json` tells, as far as it is looked at. */
interface DatastoreInfo {
  readonly datastores: readonly {
    readonly summary: { readonly type: string; readonly maintenanceMode: string };
    readonly info: { readonly nas?: { readonly remoteHost: string; readonly remotePath: string } };
  }[];
}

describe.skipIf(lacks('govc'))('govc with datastores and disks of the simulator', () => {
  let simulator: Simulator;
  let govc: Govc;
  let folder = '';

  beforeAll(async () => {
    simulator = await startSimulator({
      inventory: {
        vms: [
          { name: 'web', datacenter: 'Lab', location: '[ds1] web/web.vmx', power: 'on' },
          { name: 'db', datacenter: 'Lab', location: '[ds1] db/db.vmx' },
        ],
      },
    });
    const env = { GOVC_USERNAME: 'user', GOVC_PASSWORD: 'pass', GOVC_DATACENTER: 'Lab', GOVC_DATASTORE: 'ds1' };
    govc = govcFor(simulator.url, env);
    folder = mkdtempSync(join(tmpdir(), 'revix-govc-'));
  });

  afterAll(async () => {
    rmSync(folder, { recursive: true, force: true });
    await simulator.close();
  });

  async function datastore(name: string) {
    const { datastores } = (await govc.json(['datastore.info', name])) as DatastoreInfo;
    const [found, ...others] = datastores;
    expect(others).toEqual([]);
    if (found === undefined) throw new Error(`govc finds no ${name}`);
    return found;
  }

  /** Name, UUID and type of a disk. */
  async function disk(path: string): Promise<readonly (string | undefined)[]> {
    const lines = linesOf(await govc.printed(['datastore.disk.info', '-uuid', path]));
    return lines.slice(0, 3).map((line) => /: +(.*)$/u.exec(line)?.[1]);
  }

  it('makes disks, tells of them, and changes them', async () => {
    await govc.printed(['datastore.mkdir', 'disks']);
    await govc.printed(['datastore.disk.create', '-size', '2G', 'disks/thin.vmdk']);
    const uuid = '6000c290-1111-2222-3333-444455556666';
    const words = ['datastore.disk.create', '-d', 'eagerZeroedThick', '-uuid', uuid, 'disks/thick.vmdk'];
    await govc.printed(words);
    expect(await govc.refusal(words)).toContain('already exists');
    expect(await disk('disks/thick.vmdk')).toEqual(['disks/thick.vmdk', uuid, 'eagerZeroedThick']);
    const [, own, type] = await disk('disks/thin.vmdk');
    expect([own, type]).toEqual([expect.stringMatching(/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/u), 'thin']);
    await govc.printed(['datastore.disk.shrink', 'disks/thin.vmdk']);
    await govc.printed(['datastore.disk.extend', '-size', '3G', 'disks/thin.vmdk']);
    expect(await govc.refusal(['datastore.disk.extend', '-size', '1G', 'disks/thin.vmdk'])).toContain('larger already');
    await govc.printed(['datastore.disk.inflate', 'disks/thin.vmdk']);
    expect(await disk('disks/thin.vmdk')).toEqual(['disks/thin.vmdk', own, 'eagerZeroedThick']);
    for (const command of ['datastore.disk.inflate', 'datastore.disk.shrink']) {
      expect(await govc.refusal([command, 'disks/thin.vmdk'])).toContain('is not thin');
    }
    expect(await govc.refusal(['datastore.disk.info', 'disks/none.vmdk'])).toContain('disks/none.vmdk');
    expect(await govc.refusal(['datastore.disk.info', 'db/db.vmx'])).toContain('is no disk');
    await govc.printed(['vm.disk.attach', '-vm', 'db', '-disk', 'disks/thin.vmdk', '-link=false']);
    expect(await govc.printed(['device.ls', '-vm', 'db', 'disk-1000-1'])).toContain('3,145,728 KB');
    await govc.printed(['device.remove', '-vm', 'db', '-keep', 'disk-1000-1']);
  });

  it('changes the disks of machines that are off', async () => {
    expect(await govc.refusal(['datastore.disk.extend', '-size', '40G', 'web/web.vmdk'])).toContain('Power it off');
    await govc.printed(['datastore.disk.extend', '-size', '40G', 'db/db.vmdk']);
    expect(await govc.printed(['device.ls', '-vm', 'db', 'disk-*'])).toContain('41,943,040 KB');
  });

  it('copies and moves disks, each of which stays who it is', async () => {
    const [, uuid] = await disk('disks/thick.vmdk');
    await govc.printed(['datastore.cp', 'disks/thick.vmdk', 'disks/copy.vmdk']);
    const [, copy] = await disk('disks/copy.vmdk');
    expect(copy).not.toBe(uuid);
    await govc.printed(['datastore.mv', 'disks/thick.vmdk', 'disks/moved.vmdk']);
    expect((await disk('disks/moved.vmdk'))[1]).toBe(uuid);
    await govc.printed(['datastore.rm', 'disks/copy.vmdk']);
    expect(linesOf(await govc.printed(['datastore.ls', 'disks']))).toEqual(['moved.vmdk', 'thin.vmdk']);
  });

  it('mounts datastores, which are what they are said to be, and takes them away', async () => {
    const nas = ['datastore.create', '-type', 'nfs', '-remote-host', 'nas.example.test', '-remote-path', '/share'];
    await govc.printed([...nas, '-name', 'shared', '-mode', 'readWrite', host]);
    expect(await datastore('shared')).toMatchObject({
      summary: { type: 'NFS', maintenanceMode: 'normal' },
      info: { nas: { remoteHost: 'nas.example.test', remotePath: '/share' } },
    });
    expect(await govc.refusal([...nas, '-name', 'shared', host])).toContain("a datastore 'shared' already");
    await govc.printed(['datastore.mkdir', '-ds', 'shared', 'made']);
    await govc.printed([...nas, '-name', 'library', host]);
    expect(await govc.refusal(['datastore.mkdir', '-ds', 'library', 'made'])).toContain('for reading only');
    await govc.printed(['datastore.create', '-type', 'local', '-name', 'scratch', '-path', '/scratch', host]);
    expect((await datastore('scratch')).summary.type).toBe('OTHER');
    const vmfs = ['datastore.create', '-type', 'vmfs', '-name', 'v', '-disk', 'mpx.vmhba0:C0:T0:L0', host];
    expect(await govc.refusal(vmfs)).toContain('no eligible disk');
    await govc.printed(['vm.create', '-ds', 'shared', '-on=false', 'guest']);
    expect(await govc.refusal(['datastore.remove', '-ds', 'shared', host])).toContain('1 machines lie');
    await govc.printed(['vm.destroy', 'guest']);
    for (const name of ['shared', 'library', 'scratch']) await govc.printed(['datastore.remove', '-ds', name, host]);
    expect(linesOf(await govc.printed(['ls', 'datastore']))).toEqual(['/Lab/datastore/ds1']);
  });

  it('keeps new machines out of a datastore in maintenance', async () => {
    expect(await govc.refusal(['datastore.maintenance.enter', '-ds', 'ds1'])).toContain('2 machines lie');
    await govc.printed(['datastore.create', '-type', 'local', '-name', 'spare', '-path', '/spare', host]);
    await govc.printed(['datastore.maintenance.enter', '-ds', 'spare']);
    expect((await datastore('spare')).summary.maintenanceMode).toBe('inMaintenance');
    expect(await govc.refusal(['vm.create', '-ds', 'spare', '-on=false', 'guest'])).toContain('maintenance mode');
    expect(await govc.refusal(['vm.clone', '-vm', 'db', '-ds', 'spare', '-on=false', 'guest'])).toContain(
      'maintenance',
    );
    await govc.printed(['datastore.maintenance.exit', '-ds', 'spare']);
    expect((await datastore('spare')).summary.maintenanceMode).toBe('normal');
    expect(await govc.refusal(['datastore.maintenance.exit', '-ds', 'spare'])).toContain('not in maintenance');
    await govc.printed(['vm.create', '-ds', 'spare', '-on=false', 'guest']);
    await govc.printed(['vm.destroy', 'guest']);
    await govc.printed(['datastore.remove', '-ds', 'spare', host]);
  });

  it('puts datastores together to clusters', async () => {
    expect(await govc.refusal(['datastore.cluster.info'])).toContain('not found');
    await govc.printed(['folder.create', '-pod', '/Lab/datastore/pod']);
    await govc.printed(['object.mv', '/Lab/datastore/ds1', '/Lab/datastore/pod']);
    expect(await govc.printed(['datastore.info', 'pod/ds1'])).toMatch(/Path: +\/Lab\/datastore\/pod\/ds1\n/u);
    expect(await govc.printed(['datastore.ls', '-ds', 'pod/ds1', 'db'])).toContain('db.vmx');
    const shown = async () => linesOf(await govc.printed(['datastore.cluster.info', 'pod'])).map((line) => line.trim());
    const drs = (enabled: boolean, mode: string) => [
      expect.stringMatching(/^Name: +pod$/u),
      expect.stringMatching(/^Path: +\/Lab\/datastore\/pod$/u),
      expect.stringMatching(/^Capacity: +1024\.0 GB$/u),
      expect.stringMatching(/^Free: +512\.0 GB$/u),
      expect.stringMatching(new RegExp(`^SDRS Enabled: +${enabled}$`, 'u')),
      expect.stringMatching(new RegExp(`^SDRS Mode: +${mode}$`, 'u')),
    ];
    expect(await shown()).toEqual(drs(false, 'manual'));
    await govc.printed(['datastore.cluster.change', '-drs-enabled', '-drs-mode', 'automated', 'pod']);
    expect(await shown()).toEqual(drs(true, 'automated'));
    expect(await govc.refusal(['object.destroy', '/Lab/datastore/pod'])).toContain('holds 1 datastores');
    await govc.printed(['object.mv', '/Lab/datastore/pod/ds1', '/Lab/datastore']);
    await govc.printed(['object.destroy', '/Lab/datastore/pod']);
    expect(linesOf(await govc.printed(['ls', 'datastore']))).toEqual(['/Lab/datastore/ds1']);
  });

  it('exports the disks of a snapshot', async () => {
    await govc.printed(['snapshot.create', '-vm', 'web', '-m=false', 'first']);
    expect(await govc.printed(['snapshot.export', '-vm', 'web', '-d', folder, 'first'])).toContain('OK');
    const image = readFileSync(join(folder, 'disk-0.vmdk'));
    expect(image.subarray(0, 4).toString()).toBe('KDMV');
    expect(Number(image.readBigUInt64LE(12)) * 512).toBe(20 * 1024 ** 3);
    expect(await govc.printed(['snapshot.export', '-vm', 'web', '-lease', 'first'])).toMatch(/State: +ready/u);
    expect(await govc.refusal(['snapshot.export', '-vm', 'web', '-d', folder, 'none'])).toContain('none');
    await govc.printed(['snapshot.remove', '-vm', 'web', '*']);
  });
});
