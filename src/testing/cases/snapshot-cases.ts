import assert from 'node:assert/strict';
import { Vix_Out } from '../../api/vix-out.js';
import {
  VIX_E_INVALID_ARG,
  VIX_E_NOT_SUPPORTED_ON_HANDLE_TYPE,
  VIX_E_SNAPSHOT_HIERARCHY_TOODEEP,
  VIX_E_SNAPSHOT_NAMETOOLONG,
  VIX_E_SNAPSHOT_NOCHANGE,
  VIX_E_SNAPSHOT_NONUNIQUE_NAME,
  VIX_E_SNAPSHOT_NOTFOUND,
  VIX_HANDLETYPE_SNAPSHOT,
  VIX_INVALID_HANDLE,
  VIX_OK,
  VIX_POWERSTATE_POWERED_OFF,
  VIX_POWERSTATE_POWERED_ON,
  VIX_POWERSTATE_SUSPENDED,
  VIX_PROPERTY_NONE,
  VIX_PROPERTY_SNAPSHOT_DESCRIPTION,
  VIX_PROPERTY_SNAPSHOT_DISPLAYNAME,
  VIX_PROPERTY_SNAPSHOT_IS_REPLAYABLE,
  VIX_PROPERTY_SNAPSHOT_POWERSTATE,
  VIX_SNAPSHOT_INCLUDE_MEMORY,
  VIX_SNAPSHOT_REMOVE_CHILDREN,
} from '../../vix/names.js';
import { caseGroup } from '../conformance-case.js';
import { childOf, childrenOf, create, current, named, parentOf, rootCount, rootOf, treeOf } from '../snapshot-tree.js';
import { boolOf, integerOf, textOf } from '../vm-properties.js';

const memory = VIX_SNAPSHOT_INCLUDE_MEMORY;
const name = VIX_PROPERTY_SNAPSHOT_DISPLAYNAME;

export const snapshotCases = caseGroup('snapshots', { needs: ['snapshots'] }, [
  {
    title: 'a machine without snapshots has none to navigate',
    roles: ['off'],
    changesNothing: true,
    async run(bench) {
      const vm = await bench.open('off');
      assert.equal(await rootCount(bench, vm), 0);
      const cell = Vix_Out<typeof vm>();
      for (const error of [
        await bench.vix.VixVM_GetRootSnapshot(vm, 0, cell),
        await bench.vix.VixVM_GetCurrentSnapshot(vm, cell),
        await bench.vix.VixVM_GetNamedSnapshot(vm, 'none', cell),
      ]) {
        bench.equal(error, VIX_E_SNAPSHOT_NOTFOUND);
      }
    },
  },
  {
    title: 'the tree that is there can be walked',
    roles: ['snapshots'],
    changesNothing: true,
    async run(bench) {
      const vm = await bench.open('snapshots');
      const tree = bench.vm('snapshots').snapshotTree;
      assert.ok(tree !== undefined, 'the target tells no snapshotTree');
      assert.deepEqual(await treeOf(bench, vm), tree.roots);
      assert.equal(await textOf(bench, await current(bench, vm), name), tree.current);
    },
  },
  {
    title: 'a snapshot has name, description and power state, and is no recording',
    roles: ['off'],
    async run(bench) {
      const vm = await bench.open('off');
      const snapshot = await create(bench, vm, 'Grüße 大', 'two\nlines');
      assert.equal(bench.vix.Vix_GetHandleType(snapshot), VIX_HANDLETYPE_SNAPSHOT);
      assert.equal(await textOf(bench, snapshot, name), 'Grüße 大');
      assert.equal(await textOf(bench, snapshot, VIX_PROPERTY_SNAPSHOT_DESCRIPTION), 'two\nlines');
      const state = await integerOf(bench, snapshot, VIX_PROPERTY_SNAPSHOT_POWERSTATE);
      assert.equal(state, VIX_POWERSTATE_POWERED_OFF);
      assert.equal(await boolOf(bench, snapshot, VIX_PROPERTY_SNAPSHOT_IS_REPLAYABLE), false);
      assert.equal(await current(bench, vm), snapshot, 'a snapshot has one handle');
      const plain = await bench.ok('VixVM_CreateSnapshot', vm, null, null, 0, 0);
      assert.equal(await textOf(bench, plain.handle(), VIX_PROPERTY_SNAPSHOT_DESCRIPTION), '');
    },
  },
  {
    title: 'the power state of a snapshot is that which a revert brings',
    needs: ['power', 'suspend'],
    roles: ['posix'],
    async run(bench) {
      const vm = await bench.open('posix');
      const states: number[] = [];
      for (const [title, options] of [
        ['without memory', 0],
        ['with memory', memory],
      ] as const) {
        const snapshot = await create(bench, vm, title, '', options);
        states.push(await integerOf(bench, snapshot, VIX_PROPERTY_SNAPSHOT_POWERSTATE));
      }
      await bench.ok('VixVM_Suspend', vm, 0);
      const suspended = await create(bench, vm, 'suspended', '', memory);
      states.push(await integerOf(bench, suspended, VIX_PROPERTY_SNAPSHOT_POWERSTATE));
      const expected = [VIX_POWERSTATE_POWERED_OFF, VIX_POWERSTATE_POWERED_ON, VIX_POWERSTATE_SUSPENDED];
      for (const [index, bit] of expected.entries()) assert.ok((states[index] ?? 0) & bit, `state ${states[index]}`);
    },
  },
  {
    title: 'navigation goes down by index and up by parent, and each step hands out a reference',
    roles: ['off'],
    async run(bench) {
      const vm = await bench.open('off');
      const root = await create(bench, vm, 'root');
      const first = await create(bench, vm, 'first');
      await bench.ok('VixVM_RevertToSnapshot', vm, root, 0, 0);
      const second = await create(bench, vm, 'second');
      assert.equal(await rootCount(bench, vm), 1);
      assert.equal(await rootOf(bench, vm, 0), root);
      assert.deepEqual(await childrenOf(bench, root), [first, second]);
      assert.equal(await parentOf(bench, second), root);
      assert.equal(await parentOf(bench, root), VIX_INVALID_HANDLE, 'a root has no parent');
      assert.equal(await current(bench, vm), second);
    },
  },
  {
    title: 'an index that is too big or too small finds nothing',
    roles: ['off'],
    async run(bench) {
      const vm = await bench.open('off');
      const root = await create(bench, vm, 'root');
      const { vix } = bench;
      const cell = Vix_Out<typeof vm>();
      for (const index of [1, 99, -1]) {
        bench.equal(await vix.VixVM_GetRootSnapshot(vm, index, cell), VIX_E_SNAPSHOT_NOTFOUND);
        bench.equal(await vix.VixSnapshot_GetChild(root, index, cell), VIX_E_SNAPSHOT_NOTFOUND);
      }
    },
  },
  {
    title: 'arguments that cannot be are refused',
    roles: ['off'],
    async run(bench) {
      const vm = await bench.open('off');
      const root = await create(bench, vm, 'root');
      const cell = Vix_Out<typeof vm>();
      for (const [call, args] of [
        ['VixVM_GetNumRootSnapshots', [vm, null]],
        ['VixVM_GetRootSnapshot', [vm, 'first', cell]],
        ['VixVM_GetRootSnapshot', [vm, 0, null]],
        ['VixVM_GetCurrentSnapshot', [vm, null]],
        ['VixVM_GetNamedSnapshot', [vm, '', cell]],
        ['VixVM_GetNamedSnapshot', [vm, 7, cell]],
        ['VixVM_GetNamedSnapshot', [vm, 'root', null]],
        ['VixSnapshot_GetNumChildren', [root, null]],
        ['VixSnapshot_GetChild', [root, null, cell]],
        ['VixSnapshot_GetChild', [root, 0, null]],
        ['VixSnapshot_GetParent', [root, null]],
      ] as const) {
        bench.equal(await bench.callForError(call, args), VIX_E_INVALID_ARG, call);
      }
      (await bench.attempt('VixVM_CreateSnapshot', [vm, 7, null, 0, 0])).is(VIX_E_INVALID_ARG);
      (await bench.attempt('VixVM_CreateSnapshot', [vm, 'name', 7, 0, 0])).is(VIX_E_INVALID_ARG);
      (await bench.attempt('VixVM_RemoveSnapshot', [vm, root, 'all'])).is(VIX_E_INVALID_ARG);
      (await bench.attempt('VixVM_RevertToSnapshot', [vm, root, null, 0])).is(VIX_E_INVALID_ARG);
      const wrongType = VIX_E_NOT_SUPPORTED_ON_HANDLE_TYPE;
      await bench.fails(wrongType, 'VixVM_RemoveSnapshot', vm, bench.host, 0);
      await bench.fails(wrongType, 'VixVM_RevertToSnapshot', vm, bench.host, 0, 0);
    },
  },
  {
    title: 'a snapshot of another machine is refused',
    roles: ['off', 'posix'],
    async run(bench) {
      const vm = await bench.open('off');
      const other = await bench.open('posix');
      const snapshot = await create(bench, other, 'not mine');
      await bench.fails(VIX_E_INVALID_ARG, 'VixVM_RevertToSnapshot', vm, snapshot, 0, 0);
      await bench.fails(VIX_E_INVALID_ARG, 'VixVM_RemoveSnapshot', vm, snapshot, 0);
    },
  },
  {
    title: 'a name finds its snapshot anywhere, a path from the root with either separator',
    roles: ['off'],
    async run(bench) {
      const vm = await bench.open('off');
      const one = await create(bench, vm, 'one');
      const two = await create(bench, vm, 'two');
      const three = await create(bench, vm, 'three');
      for (const [path, expected] of [
        ['one', one],
        ['three', three],
        ['one/two', two],
        ['one/two/three', three],
        ['\\one\\two', two],
        ['/one/two/three', three],
      ] as const) {
        assert.equal(await named(bench, vm, path), expected, path);
      }
      const cell = Vix_Out<typeof vm>();
      for (const path of ['four', 'two/three', 'one/three', 'ONE', 'one/two\\three', 'one/']) {
        bench.equal(await bench.vix.VixVM_GetNamedSnapshot(vm, path, cell), VIX_E_SNAPSHOT_NOTFOUND, path);
      }
    },
  },
  {
    title: 'a name that two snapshots have is ambiguous, a path may tell them apart',
    roles: ['off'],
    async run(bench) {
      const vm = await bench.open('off');
      const root = await create(bench, vm, 'root');
      const twin = await create(bench, vm, 'twin');
      const inner = await create(bench, vm, 'twin');
      const cell = Vix_Out<typeof vm>();
      bench.equal(await bench.vix.VixVM_GetNamedSnapshot(vm, 'twin', cell), VIX_E_SNAPSHOT_NONUNIQUE_NAME);
      assert.equal(await named(bench, vm, 'root/twin'), twin);
      assert.equal(await named(bench, vm, 'root/twin/twin'), inner);
      await bench.ok('VixVM_RevertToSnapshot', vm, root, 0, 0);
      await create(bench, vm, 'twin');
      bench.equal(await bench.vix.VixVM_GetNamedSnapshot(vm, 'root/twin', cell), VIX_E_SNAPSHOT_NONUNIQUE_NAME);
    },
  },
  {
    title: 'a name with a separator is reached by navigation',
    roles: ['off'],
    async run(bench) {
      const vm = await bench.open('off');
      const root = await create(bench, vm, 'before/after');
      const cell = Vix_Out<typeof vm>();
      bench.equal(await bench.vix.VixVM_GetNamedSnapshot(vm, 'before/after', cell), VIX_E_SNAPSHOT_NOTFOUND);
      assert.equal(await rootOf(bench, vm, 0), root);
    },
  },
  {
    title: 'removing a snapshot moves its children up, and its handle finds it no more',
    roles: ['off'],
    async run(bench) {
      const vm = await bench.open('off');
      const root = await create(bench, vm, 'root');
      const middle = await create(bench, vm, 'middle');
      const leaf = await create(bench, vm, 'leaf');
      await bench.ok('VixVM_RemoveSnapshot', vm, middle, 0);
      assert.deepEqual(await childrenOf(bench, root), [leaf]);
      assert.equal(await parentOf(bench, leaf), root);
      const { vix } = bench;
      const read = await vix.Vix_GetProperties(middle, name, Vix_Out<string>(), VIX_PROPERTY_NONE);
      bench.equal(read, VIX_E_SNAPSHOT_NOTFOUND);
      bench.equal(await vix.VixSnapshot_GetNumChildren(middle, Vix_Out<number>()), VIX_E_SNAPSHOT_NOTFOUND);
      bench.equal(await vix.VixSnapshot_GetParent(middle, Vix_Out<typeof vm>()), VIX_E_SNAPSHOT_NOTFOUND);
      bench.equal(await vix.VixSnapshot_GetChild(middle, 0, Vix_Out<typeof vm>()), VIX_E_SNAPSHOT_NOTFOUND);
      await bench.fails(VIX_E_SNAPSHOT_NOTFOUND, 'VixVM_RemoveSnapshot', vm, middle, 0);
      await bench.fails(VIX_E_SNAPSHOT_NOTFOUND, 'VixVM_RevertToSnapshot', vm, middle, 0, 0);
    },
  },
  {
    title: 'removing a root makes its children roots, removing with children removes all',
    roles: ['off'],
    async run(bench) {
      const vm = await bench.open('off');
      const root = await create(bench, vm, 'root');
      const left = await create(bench, vm, 'left');
      await bench.ok('VixVM_RevertToSnapshot', vm, root, 0, 0);
      await create(bench, vm, 'right');
      await create(bench, vm, 'below right');
      await bench.ok('VixVM_RemoveSnapshot', vm, root, 0);
      assert.equal(await rootCount(bench, vm), 2);
      assert.equal(await parentOf(bench, left), VIX_INVALID_HANDLE);
      const right = await named(bench, vm, 'right');
      await bench.ok('VixVM_RemoveSnapshot', vm, right, VIX_SNAPSHOT_REMOVE_CHILDREN);
      assert.deepEqual(await treeOf(bench, vm), [{ name: 'left', description: '', children: [] }]);
    },
  },
  {
    title: 'a snapshot is taken below the one that the machine stands at',
    roles: ['off'],
    async run(bench) {
      const vm = await bench.open('off');
      const root = await create(bench, vm, 'root');
      await create(bench, vm, 'old branch');
      await bench.ok('VixVM_RevertToSnapshot', vm, root, 0, 0);
      assert.equal(await current(bench, vm), root);
      const branch = await create(bench, vm, 'new branch');
      assert.equal(await parentOf(bench, branch), root);
      assert.equal(await childOf(bench, root, 1), branch);
    },
  },
  {
    title: 'names have a limit, and so has the depth of the tree',
    roles: ['off'],
    async run(bench) {
      const vm = await bench.open('off');
      await bench.fails(VIX_E_SNAPSHOT_NAMETOOLONG, 'VixVM_CreateSnapshot', vm, 'x'.repeat(300), '', 0, 0);
      let depth = 0;
      let error = VIX_OK;
      while (error === VIX_OK && depth < 600) {
        error = (await bench.attempt('VixVM_CreateSnapshot', [vm, `level ${depth}`, '', 0, 0])).error;
        depth += 1;
      }
      bench.equal(error, VIX_E_SNAPSHOT_HIERARCHY_TOODEEP);
    },
  },
  {
    title: 'a suspended machine gives one snapshot only',
    needs: ['power', 'suspend'],
    roles: ['posix'],
    async run(bench) {
      const vm = await bench.open('posix');
      await bench.ok('VixVM_Suspend', vm, 0);
      await create(bench, vm, 'first');
      await bench.fails(VIX_E_SNAPSHOT_NOCHANGE, 'VixVM_CreateSnapshot', vm, 'second', '', 0, 0);
    },
  },
]);
