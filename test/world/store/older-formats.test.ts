import { cpSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { Secret } from '../../../src/base/secret.js';
import { addressesOf } from '../../../src/world/guest/nics.js';
import { World } from '../../../src/world/world.js';
import { call } from '../world-fixture.js';
import { temporaryDirectory } from './sample-vm.js';
import { openGuestStore } from './worker-process.js';

/** A copy of a directory that Revix wrote when its format had this number. */
function directoryOf(format: number): string {
  const directory = temporaryDirectory();
  cpSync(fileURLToPath(new URL(`./formats/${format}`, import.meta.url)), directory, { recursive: true });
  return directory;
}

const location = '[ds] old/old.vmx';

describe('a directory in format 1', () => {
  it('has all that it had, and plain values for what was not kept then', async () => {
    const store = await openGuestStore(directoryOf(1));
    const [id = ''] = await store.ids();
    const record = await store.read(id, (state) => state.record);
    expect(record).toMatchObject({
      name: 'old',
      cpuCount: 2,
      customization: null,
      guestVariables: { stage: 'second' },
    });
    expect(record.instanceUuid).toMatch(/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    expect(addressesOf(record.guest.nics)[0]).toBe('10.0.0.5');
    expect(record.guest).toMatchObject({ domain: '', dnsServers: [], aliases: [] });
    expect(record.snapshots[0]?.number).toBe(1);
    expect(record.snapshots[0]?.state).toMatchObject({ cpuCount: 2, memoryMb: 2048, guest: { aliases: [] } });
    await store.close();
  });

  it('is worked on, and then is in the present format', async () => {
    const directory = directoryOf(1);
    const world = await World.create({ store: await openGuestStore(directory), transitionMs: 0 });
    const vm = await world.find(location);
    const { roots } = await vm.snapshots.tree(call());
    expect(roots.map(({ name }) => name)).toEqual(['base']);
    await vm.snapshots.revert({ id: roots[0]?.id ?? '', suppressPowerOn: false, showConsole: false }, call());
    const session = vm.guest({ userName: 'user', password: new Secret('password'), isInteractive: false });
    const { chunks } = await session.files.read('/tmp/note', call());
    const bytes: Uint8Array[] = [];
    for await (const chunk of chunks) bytes.push(chunk);
    expect(Buffer.concat(bytes).toString()).toBe('before\n');
    await world.close();

    const state = readFileSync(join(directory, 'Datacenter/ds/old/.revix/old/state.json'), 'utf8');
    expect(state).toMatch(/^\{"format":3,/);
    const later = await openGuestStore(directory);
    const [id = ''] = await later.ids();
    expect(await later.read(id, ({ record }) => record.guestVariables)).toEqual({ stage: 'first' });
    await later.close();
  });
});

it('a directory in format 2 gets numbers for its snapshots', async () => {
  const directory = temporaryDirectory();
  const store = await openGuestStore(directory);
  const world = await World.create({
    store,
    inventory: { vms: [{ name: 'vm', location: '[ds] vm/vm.vmx', snapshots: [{ name: 'a' }, { name: 'b' }] }] },
  });
  await world.close();
  const [state = ''] = readdirSync(directory, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('state.json'),
  );
  const path = join(directory, state);
  const present = readFileSync(path, 'utf8');
  const older = present.replace('"format":3', '"format":2').replaceAll(/"number": \d+,/g, '');
  expect(older.length).toBeLessThan(present.length);
  writeFileSync(path, older);
  const next = await openGuestStore(directory);
  const [id = ''] = await next.ids();
  expect(await next.read(id, ({ record }) => record.snapshots.map(({ number }) => number))).toEqual([1, 2]);
  await next.close();
});
