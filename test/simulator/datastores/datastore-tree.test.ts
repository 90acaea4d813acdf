import { describe, expect, it } from 'vitest';
import { FakeClock } from '../../../src/base/clock.js';
import { DatastoreTree } from '../../../src/simulator/datastores/datastore-tree.js';
import { PlacedMachines } from '../../../src/simulator/inventory/placed-machines.js';
import { contentOf, textOf } from '../../../src/world/guest/file-content.js';
import { World } from '../../../src/world/world.js';
import { fault } from '../../world/world-fixture.js';

async function newTree(name = 'ds1') {
  const clock = new FakeClock();
  const vms = [
    { name: 'web', location: '[ds1] web/web.vmx', config: { 'guestinfo.role': 'front' } },
    { name: 'old', location: '[ds1] deep/er/old.vmx', isRegistered: false },
  ];
  const world = await World.create({ clock, inventory: { vms } });
  const machines = new PlacedMachines();
  for (const id of await world.store.ids()) {
    const { location } = await (await world.byId(id)).record();
    machines.add({ id, datacenter: 'dc', location, ref: undefined });
  }
  const treeOf = (datastore: string): DatastoreTree =>
    new DatastoreTree({
      world,
      datacenter: 'dc',
      name: datastore,
      machines: datastore === 'ds1' ? machines : new PlacedMachines(),
      users: () => [...machines].map(({ id, location }) => ({ id, path: location })),
    });
  return { clock, world, machines, tree: treeOf(name), other: treeOf('ds2') };
}

const names = async (tree: DatastoreTree, path: string): Promise<readonly string[]> =>
  (await tree.list(path)).map(({ name }) => name);

describe('the files of machines', () => {
  it('show how the machines are', async () => {
    const { tree } = await newTree();
    expect(await names(tree, '')).toEqual(['deep', 'web']);
    expect(await names(tree, 'deep')).toEqual(['er']);
    expect(await names(tree, 'web')).toEqual(['vmware.log', 'web.vmdk', 'web.vmx']);
    const text = textOf(await tree.read('web/web.vmx'));
    expect(text).toContain('displayName = "web"');
    expect(text).toContain('guestinfo.role = "front"');
    expect(textOf(await tree.read('deep/er/old.vmdk'))).toContain('createType="vmfs"');
    expect(await tree.stat('web/web.vmx')).toMatchObject({ kind: 'file', name: 'web.vmx', size: text.length });
    expect(await tree.stat('deep')).toMatchObject({ kind: 'directory', name: 'deep' });
    expect(await tree.stat('nothing')).toBeUndefined();
  });

  it('belong to the machines', async () => {
    const { tree, other } = await newTree();
    const busy = fault('busy');
    await expect(tree.write('web/web.vmx', contentOf('x'))).rejects.toMatchObject(busy);
    await expect(tree.remove('web/web.vmdk')).rejects.toMatchObject(busy);
    await expect(tree.remove('deep')).rejects.toMatchObject(busy);
    await expect(tree.remove('')).rejects.toMatchObject(busy);
    await expect(tree.move('web/vmware.log', other, 'log', false)).rejects.toMatchObject(busy);
    await tree.copy('web', other, 'copy', false);
    expect(await names(other, 'copy')).toEqual(['vmware.log', 'web.vmdk', 'web.vmx']);
  });
});

describe('files beside them', () => {
  it('are written, listed, read and removed', async () => {
    const { tree } = await newTree();
    expect(await tree.write('web/notes.txt', contentOf('one'))).toBe(true);
    expect(await tree.write('web/notes.txt', contentOf('three'))).toBe(false);
    expect(textOf(await tree.read('web/notes.txt'))).toBe('three');
    expect(await names(tree, 'web')).toEqual(['notes.txt', 'vmware.log', 'web.vmdk', 'web.vmx']);
    await tree.makeDirectory('iso/linux', { makeParents: true });
    await tree.write('iso/linux/a.iso', contentOf('a'));
    expect(await names(tree, '')).toEqual(['deep', 'iso', 'web']);
    await tree.remove('iso');
    expect(await tree.stat('iso/linux/a.iso')).toBeUndefined();
    await tree.remove('web/notes.txt');
    expect(await tree.stat('web/notes.txt')).toBeUndefined();
  });

  it('move and are copied', async () => {
    const { tree, other } = await newTree();
    await tree.makeDirectory('a', { makeParents: false });
    await tree.write('a/f', contentOf('f'));
    await tree.copy('a/f', other, 'g', false);
    await expect(tree.copy('a/f', other, 'g', false)).rejects.toMatchObject(fault('file-exists'));
    await tree.copy('a/f', other, 'g', true);
    await tree.move('a', tree, 'b', false);
    expect(await names(tree, '')).toEqual(['b', 'deep', 'web']);
    expect(textOf(await tree.read('b/f'))).toBe('f');
    await expect(tree.copy('b', tree, 'b/c', false)).rejects.toMatchObject(fault('invalid-argument'));
    await expect(tree.move('none', tree, 'x', false)).rejects.toMatchObject(fault('file-not-found'));
  });

  it('stay where a move leads onto themselves', async () => {
    const { tree, other } = await newTree();
    await tree.makeDirectory('a', { makeParents: false });
    await tree.write('a/f', contentOf('f'));
    for (const path of ['a/f', 'a']) {
      await expect(tree.move(path, tree, path, true)).rejects.toMatchObject(fault('file-exists'));
    }
    expect(textOf(await tree.read('a/f'))).toBe('f');
    await expect(tree.move('none', tree, 'none', true)).rejects.toMatchObject(fault('file-not-found'));
    await tree.move('a/f', other, 'f', true);
    expect(textOf(await other.read('f'))).toBe('f');
  });

  it('need a folder, and are no folders', async () => {
    const { tree } = await newTree();
    await expect(tree.write('none/f', contentOf('x'))).rejects.toMatchObject(fault('file-not-found'));
    await expect(tree.write('web', contentOf('x'))).rejects.toMatchObject(fault('not-a-file'));
    await expect(tree.write('', contentOf('x'))).rejects.toMatchObject(fault('not-a-file'));
    await tree.write('f', contentOf('x'));
    await expect(tree.write('f/g', contentOf('x'))).rejects.toMatchObject(fault('not-a-directory'));
    await expect(tree.list('f')).rejects.toMatchObject(fault('not-a-directory'));
    await expect(tree.list('none')).rejects.toMatchObject(fault('file-not-found'));
    await expect(tree.read('web')).rejects.toMatchObject(fault('not-a-file'));
    await expect(tree.read('none')).rejects.toMatchObject(fault('file-not-found'));
    await expect(tree.makeDirectory('web', { makeParents: true })).rejects.toMatchObject(fault('file-exists'));
    await expect(tree.makeDirectory('x/y', { makeParents: false })).rejects.toMatchObject(fault('file-not-found'));
    await expect(tree.checkWrite('big', 2 ** 50)).rejects.toMatchObject(fault('disk-full'));
  });
});
