import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Vix_Out } from '../../../src/api/vix-out.js';
import type { Host, Vm } from '../../../src/doors/client/index.js';
import { VIX_OK, VIX_PROPERTY_GUEST_SHAREDFOLDERS_SHARES_PATH, VIX_PROPERTY_NONE } from '../../../src/vix/names.js';
import { ClientRig } from './client-rig.js';

// What local products have and vSphere has not.

let rig: ClientRig;
let host: Host;
let vm: Vm;
let directory: string;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'revix-shared-'));
  for (const name of ['one', 'two']) mkdirSync(join(directory, name));
  rig = await ClientRig.create('mock');
  host = await rig.connect();
  vm = await rig.open(host, 'posix');
});

afterAll(async () => {
  await rig.close();
  rmSync(directory, { recursive: true });
});

async function sharedFolders(): Promise<readonly object[]> {
  const found: object[] = [];
  await rig.moving(
    (async () => {
      for await (const folder of vm.sharedFolders.list()) found.push(folder);
    })(),
  );
  return found;
}

describe('shared folders', () => {
  it('are listed with their rights, and change the machine that every door sees', async () => {
    const [one, two] = [join(directory, 'one'), join(directory, 'two')];
    await rig.moving(vm.sharedFolders.setEnabled(true));
    await rig.moving(vm.sharedFolders.add({ name: 'work', hostPath: one }));
    await rig.moving(vm.sharedFolders.add({ name: 'more', hostPath: two, isWritable: true }));
    const more = { name: 'more', hostPath: two, isWritable: true };
    expect(await sharedFolders()).toEqual([{ name: 'work', hostPath: one, isWritable: false }, more]);
    const path = Vix_Out('');
    const read = rig.vix.Vix_GetProperties(
      vm.handle,
      VIX_PROPERTY_GUEST_SHAREDFOLDERS_SHARES_PATH,
      path,
      VIX_PROPERTY_NONE,
    );
    expect([await rig.moving(read), path.value]).toEqual([VIX_OK, '/mnt/hgfs']);

    await rig.moving(vm.sharedFolders.update({ name: 'work', hostPath: two, isWritable: true }));
    await rig.moving(vm.sharedFolders.remove('more'));
    const work = { name: 'work', hostPath: two, isWritable: true };
    expect(await sharedFolders()).toEqual([work]);
    const machine = await rig.world.find('[store] posix/posix.vmx');
    expect(await machine.sharedFolders.list(rig.call)).toEqual([work]);
    await rig.moving(vm.sharedFolders.remove('work'));
    expect(await sharedFolders()).toEqual([]);
  });

  it('are refused by name', async () => {
    const hostPath = join(directory, 'one');
    await rig.moving(vm.sharedFolders.add({ name: 'once', hostPath }));
    const refusals = [
      vm.sharedFolders.add({ name: 'once', hostPath }),
      vm.sharedFolders.add({ name: 'nowhere', hostPath: join(directory, 'absent') }),
      vm.sharedFolders.update({ name: 'other', hostPath }),
      vm.sharedFolders.remove('other'),
    ].map((work) => rig.moving(work).catch((error: unknown) => error));
    expect(await Promise.all(refusals)).toMatchObject([
      { name: 'VIX_E_ALREADY_EXISTS', operation: 'vm.sharedFolders.add' },
      { name: 'VIX_E_FILE_NOT_FOUND', operation: 'vm.sharedFolders.add' },
      { name: 'VIX_E_NOT_FOUND', operation: 'vm.sharedFolders.update' },
      { name: 'VIX_E_NOT_FOUND', operation: 'vm.sharedFolders.remove' },
    ]);
    await rig.moving(vm.sharedFolders.remove('once'));
  });
});

describe('recordings', () => {
  it('are made, kept as snapshots, and replayed', async () => {
    const id = await rig.moving(vm.recording.begin({ name: 'morning', description: 'of a test' }));
    const again = await rig.moving(vm.recording.begin()).catch((error: unknown) => error);
    expect(again).toMatchObject({ name: 'VIX_E_NOT_ALLOWED_DURING_VM_RECORDING', operation: 'vm.recording.begin' });
    await rig.moving(vm.recording.end());

    const snapshot = await rig.moving(vm.snapshots.byId(id));
    expect(snapshot).toMatchObject({ name: 'morning', description: 'of a test' });
    await rig.moving(vm.recording.beginReplay(snapshot));
    const early = await rig.moving(vm.recording.end()).catch((error: unknown) => error);
    expect(early).toMatchObject({ name: 'VIX_E_VM_NOT_RECORDING', operation: 'vm.recording.end' });
    await rig.moving(vm.recording.endReplay());
    const late = await rig.moving(vm.recording.endReplay()).catch((error: unknown) => error);
    expect(late).toMatchObject({ name: 'VIX_E_VM_NOT_REPLAYING', operation: 'vm.recording.endReplay' });
    await rig.moving(vm.snapshots.remove(snapshot));
  });
});
