import { describe, expect, it } from 'vitest';
import { settle } from '../../src/base/clock.js';
import { Fault } from '../../src/base/fault.js';
import { snapshotsByName } from '../../src/api/snapshot-names.js';
import { Vix_Out } from '../../src/api/vix-out.js';
import {
  VIX_E_INVALID_ARG,
  VIX_E_INVALID_HANDLE,
  VIX_E_INVALID_UTF8_STRING,
  VIX_E_NOT_SUPPORTED,
  VIX_E_OBJECT_IS_BUSY,
  VIX_E_SNAPSHOT_NONUNIQUE_NAME,
  VIX_E_SNAPSHOT_NOTFOUND,
  VIX_INVALID_HANDLE,
  VIX_OK,
  VIX_PROPERTY_NONE,
  VIX_PROPERTY_SNAPSHOT_DISPLAYNAME,
  VIX_SNAPSHOT_INCLUDE_MEMORY,
  VIX_SNAPSHOT_REMOVE_CHILDREN,
  VIX_VMPOWEROP_LAUNCH_GUI,
  VIX_VMPOWEROP_SUPPRESS_SNAPSHOT_POWERON,
} from '../../src/vix/names.js';
import type { VixHandle } from '../../src/vix/types.js';
import { fakeSnapshot } from '../fixtures/fake-vm.js';
import { VixRig } from '../fixtures/vix-rig.js';

/** root (a, b (twin, deep)), twin */
async function withTree(): Promise<{ rig: VixRig; host: VixHandle; vm: VixHandle }> {
  const rig = new VixRig();
  rig.lab.roots = [
    fakeSnapshot('1', 'root', [
      fakeSnapshot('2', 'a'),
      fakeSnapshot('3', 'b', [fakeSnapshot('4', 'twin'), fakeSnapshot('5', 'deep')]),
    ]),
    fakeSnapshot('6', 'twin'),
  ];
  rig.lab.currentId = '5';
  const host = await rig.connect();
  return { rig, host, vm: await rig.open(host) };
}

async function nameOf(rig: VixRig, handle: VixHandle): Promise<string> {
  const cell = Vix_Out<string>();
  expect(await rig.vix.Vix_GetProperties(handle, VIX_PROPERTY_SNAPSHOT_DISPLAYNAME, cell, VIX_PROPERTY_NONE)).toBe(0);
  return cell.value;
}

describe('navigating snapshots', () => {
  it('walks the whole tree, with one reference for each answer', async () => {
    const { rig, vm } = await withTree();
    const { vix } = rig;
    const before = rig.live;
    const walk = async (snapshot: VixHandle): Promise<unknown> => {
      const [count, child] = [Vix_Out<number>(), Vix_Out<VixHandle>()];
      expect(await vix.VixSnapshot_GetNumChildren(snapshot, count)).toBe(VIX_OK);
      const children: unknown[] = [];
      for (let index = 0; index < count.value; index += 1) {
        expect(await vix.VixSnapshot_GetChild(snapshot, index, child)).toBe(VIX_OK);
        const { value } = child;
        children.push(await walk(value));
        vix.Vix_ReleaseHandle(value);
      }
      return children.length === 0 ? nameOf(rig, snapshot) : [await nameOf(rig, snapshot), ...children];
    };
    const [count, root] = [Vix_Out<number>(), Vix_Out<VixHandle>()];
    expect([await vix.VixVM_GetNumRootSnapshots(vm, count), count.value]).toEqual([VIX_OK, 2]);
    const tree: unknown[] = [];
    for (let index = 0; index < count.value; index += 1) {
      expect(await vix.VixVM_GetRootSnapshot(vm, index, root)).toBe(VIX_OK);
      tree.push(await walk(root.value));
      vix.Vix_ReleaseHandle(root.value);
    }
    expect(tree).toEqual([['root', 'a', ['b', 'twin', 'deep']], 'twin']);
    expect(rig.live).toBe(before);
  });

  it('finds the current one and its ancestors up to handle 0', async () => {
    const { rig, vm } = await withTree();
    const cell = Vix_Out<VixHandle>();
    expect(await rig.vix.VixVM_GetCurrentSnapshot(vm, cell)).toBe(VIX_OK);
    const names: string[] = [];
    while (cell.value !== VIX_INVALID_HANDLE) {
      names.push(await nameOf(rig, cell.value));
      expect(await rig.vix.VixSnapshot_GetParent(cell.value, cell)).toBe(VIX_OK);
    }
    expect(names).toEqual(['deep', 'b', 'root']);
    rig.lab.currentId = null;
    expect(await rig.vix.VixVM_GetCurrentSnapshot(vm, cell)).toBe(VIX_E_SNAPSHOT_NOTFOUND);
    rig.lab.currentId = 'gone';
    expect(await rig.vix.VixVM_GetCurrentSnapshot(vm, cell)).toBe(VIX_E_SNAPSHOT_NOTFOUND);
  });

  it('gives one handle for one snapshot, whichever way it is reached', async () => {
    const { rig, vm } = await withTree();
    const [one, two, three] = [Vix_Out<VixHandle>(), Vix_Out<VixHandle>(), Vix_Out<VixHandle>()];
    await rig.vix.VixVM_GetNamedSnapshot(vm, 'root', one);
    await rig.vix.VixVM_GetRootSnapshot(vm, 0, two);
    await rig.vix.VixVM_GetNamedSnapshot(vm, 'a', three);
    await rig.vix.VixSnapshot_GetParent(three.value, three);
    expect([two.value, three.value, rig.refs(one.value)]).toEqual([one.value, one.value, 3]);
  });

  it.each<[string, number | string]>([
    ['a', 'a'],
    ['deep', 'deep'],
    ['root/b/deep', 'deep'],
    ['/root/b/deep', 'deep'],
    ['root\\b\\deep', 'deep'],
    ['root/b/twin', 'twin'],
    ['/twin', 'twin'],
    ['twin', VIX_E_SNAPSHOT_NONUNIQUE_NAME],
    ['missing', VIX_E_SNAPSHOT_NOTFOUND],
    ['b/deep', VIX_E_SNAPSHOT_NOTFOUND],
    ['root\\b/deep', VIX_E_SNAPSHOT_NOTFOUND],
    ['root/', VIX_E_SNAPSHOT_NOTFOUND],
    ['/', VIX_E_SNAPSHOT_NOTFOUND],
    ['ROOT', VIX_E_SNAPSHOT_NOTFOUND],
    ['', VIX_E_INVALID_ARG],
    ['a\0', VIX_E_INVALID_ARG],
    ['\ud800', VIX_E_INVALID_UTF8_STRING],
  ])('by the name %j', async (name, expected) => {
    const { rig, vm } = await withTree();
    const cell = Vix_Out<VixHandle>(17 as VixHandle);
    const error = await rig.vix.VixVM_GetNamedSnapshot(vm, name, cell);
    const found = cell.value === 17 ? undefined : await nameOf(rig, cell.value);
    expect([error, found]).toEqual(typeof expected === 'number' ? [expected, undefined] : [VIX_OK, expected]);
  });

  it('refuses an index that is none', async () => {
    const { rig, vm } = await withTree();
    const root = Vix_Out<VixHandle>();
    await rig.vix.VixVM_GetRootSnapshot(vm, 0, root);
    for (const [index, code] of [
      [2, VIX_E_SNAPSHOT_NOTFOUND],
      [-1, VIX_E_SNAPSHOT_NOTFOUND],
      [0.5, VIX_E_INVALID_ARG],
      [Number.NaN, VIX_E_INVALID_ARG],
      ['0', VIX_E_INVALID_ARG],
      [null, VIX_E_INVALID_ARG],
    ] as const) {
      const cell = Vix_Out<VixHandle>(17 as VixHandle);
      expect(await rig.vix.VixVM_GetRootSnapshot(vm, index as number, cell)).toBe(code);
      expect(await rig.vix.VixSnapshot_GetChild(root.value, index as number, cell)).toBe(code);
      expect(cell.value).toBe(17);
    }
  });

  it('of a snapshot that is gone fails with 13003', async () => {
    const { rig, vm } = await withTree();
    const root = Vix_Out<VixHandle>();
    await rig.vix.VixVM_GetRootSnapshot(vm, 0, root);
    rig.lab.roots = [];
    const cell = Vix_Out<VixHandle>();
    const count = Vix_Out<number>();
    expect([
      await rig.vix.VixSnapshot_GetParent(root.value, cell),
      await rig.vix.VixSnapshot_GetChild(root.value, 0, cell),
      await rig.vix.VixSnapshot_GetNumChildren(root.value, count),
    ]).toEqual([VIX_E_SNAPSHOT_NOTFOUND, VIX_E_SNAPSHOT_NOTFOUND, VIX_E_SNAPSHOT_NOTFOUND]);
  });

  it('is refused without the capability, and passes on what the backend says', async () => {
    const { rig, vm } = await withTree();
    const count = Vix_Out<number>();
    rig.control.once('snapshots.tree', new Fault('busy', 'wait'));
    expect(await rig.vix.VixVM_GetNumRootSnapshots(vm, count)).toBe(VIX_E_OBJECT_IS_BUSY);
    const root = Vix_Out<VixHandle>();
    await rig.vix.VixVM_GetRootSnapshot(vm, 0, root);
    rig.backend.capabilities.delete('snapshots');
    expect(await rig.vix.VixVM_GetNumRootSnapshots(vm, count)).toBe(VIX_E_NOT_SUPPORTED);
    expect(await rig.vix.VixSnapshot_GetNumChildren(root.value, count)).toBe(VIX_E_NOT_SUPPORTED);
  });

  it('hands out nothing when the VM was released or its host disconnected meanwhile', async () => {
    for (const end of ['release', 'disconnect'] as const) {
      const { rig, host, vm } = await withTree();
      rig.control.once('snapshots.tree', 'deaf');
      const cell = Vix_Out<VixHandle>();
      const asking = rig.vix.VixVM_GetRootSnapshot(vm, 0, cell);
      await settle();
      if (end === 'release') rig.vix.Vix_ReleaseHandle(vm);
      else rig.vix.VixHost_Disconnect(host);
      rig.control.last('snapshots.tree').release();
      expect(await asking).not.toBe(VIX_OK);
      expect([cell.value, rig.live]).toEqual([undefined, end === 'release' ? 1 : 0]);
    }
  });
});

describe('snapshot jobs', () => {
  it('hand their options to the backend', async () => {
    const { rig, vm } = await withTree();
    const { vix } = rig;
    const fresh = await rig.result(
      vix.VixVM_CreateSnapshot(vm, 'now', null, VIX_SNAPSHOT_INCLUDE_MEMORY, 0, null, null),
    );
    expect(rig.control.last('snapshots.create').args).toEqual([{ name: 'now', description: '', includeMemory: true }]);
    await rig.finish(vix.VixVM_CreateSnapshot(vm, null, null, 0, 0, null, null));
    expect(rig.control.last('snapshots.create').args).toEqual([{ name: '', description: '', includeMemory: false }]);
    const revert = async (options: number): Promise<unknown> => {
      expect(await rig.finish(vix.VixVM_RevertToSnapshot(vm, fresh, options, 0, null, null))).toBe(VIX_OK);
      return rig.control.last('snapshots.revert').args[0];
    };
    const id = `${rig.lab.key}-snapshot-1`;
    expect(await revert(0)).toEqual({ id, suppressPowerOn: false, showConsole: false });
    expect(await revert(VIX_VMPOWEROP_LAUNCH_GUI)).toEqual({ id, suppressPowerOn: false, showConsole: true });
    expect(await revert(VIX_VMPOWEROP_SUPPRESS_SNAPSHOT_POWERON)).toEqual({
      id,
      suppressPowerOn: true,
      showConsole: false,
    });
    expect(await rig.finish(vix.VixVM_RemoveSnapshot(vm, fresh, 0, null, null))).toBe(VIX_OK);
    expect(rig.control.last('snapshots.remove').args).toEqual([{ id, removeChildren: false }]);
    expect(await rig.finish(vix.VixVM_RemoveSnapshot(vm, fresh, VIX_SNAPSHOT_REMOVE_CHILDREN, null, null))).toBe(0);
    expect(rig.control.last('snapshots.remove').args).toEqual([{ id, removeChildren: true }]);
    vix.Vix_ReleaseHandle(fresh);
    expect(await rig.finish(vix.VixVM_RemoveSnapshot(vm, fresh, 0, null, null))).toBe(VIX_E_INVALID_HANDLE);
  });

  it('of recordings do so as well', async () => {
    const { rig, vm } = await withTree();
    const { vix } = rig;
    const recording = await rig.result(vix.VixVM_BeginRecording(vm, 'r', 'd', 0, 0, null, null));
    expect(rig.control.last('recording.begin').args).toEqual([{ name: 'r', description: 'd' }]);
    expect(await rig.finish(vix.VixVM_EndRecording(vm, 0, 0, null, null))).toBe(VIX_OK);
    const replay = async (options: number): Promise<unknown> => {
      expect(await rig.finish(vix.VixVM_BeginReplay(vm, recording, options, 0, null, null))).toBe(VIX_OK);
      return rig.control.last('recording.beginReplay').args[0];
    };
    const snapshotId = `${rig.lab.key}-recording`;
    expect(await replay(0)).toEqual({ snapshotId, showConsole: false });
    expect(await replay(VIX_VMPOWEROP_LAUNCH_GUI)).toEqual({ snapshotId, showConsole: true });
    expect(await rig.finish(vix.VixVM_EndReplay(vm, 0, 0, null, null))).toBe(VIX_OK);
  });
});

describe('snapshotsByName', () => {
  it('returns every match of a path', () => {
    const roots = [fakeSnapshot('1', 'r', [fakeSnapshot('2', 'x')]), fakeSnapshot('3', 'r', [fakeSnapshot('4', 'x')])];
    expect(snapshotsByName(roots, 'r/x').map(({ node }) => node.id)).toEqual(['2', '4']);
    expect(snapshotsByName(roots, '/r').map(({ node }) => node.id)).toEqual(['1', '3']);
    expect(snapshotsByName([], 'r')).toEqual([]);
  });
});
