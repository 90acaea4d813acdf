import assert from 'node:assert/strict';
import { Vix_Out } from '../api/vix-out.js';
import {
  VIX_INVALID_HANDLE,
  VIX_OK,
  VIX_PROPERTY_SNAPSHOT_DESCRIPTION,
  VIX_PROPERTY_SNAPSHOT_DISPLAYNAME,
} from '../vix/names.js';
import type { VixError, VixHandle } from '../vix/types.js';
import type { VixOut } from '../api/vix-out.js';
import type { Bench } from './bench.js';
import type { TargetSnapshot } from './target.js';
import { textOf } from './vm-properties.js';

/** Calls a navigation that hands out a handle, and notes the reference. */
async function handed(bench: Bench, navigate: (cell: VixOut<VixHandle>) => Promise<VixError>): Promise<VixHandle> {
  const cell = Vix_Out<VixHandle>();
  bench.equal(await bench.settle(navigate(cell)), VIX_OK, 'navigation of snapshots');
  return bench.keep(cell.value);
}

async function counted(bench: Bench, navigate: (cell: VixOut<number>) => Promise<VixError>): Promise<number> {
  const cell = Vix_Out<number>();
  bench.equal(await bench.settle(navigate(cell)), VIX_OK, 'number of snapshots');
  return cell.value;
}

/** Takes a snapshot. */
export async function create(
  bench: Bench,
  vm: VixHandle,
  name: string,
  description: string = '',
  options: number = 0,
): Promise<VixHandle> {
  return (await bench.ok('VixVM_CreateSnapshot', vm, name, description, options, 0)).handle();
}

export function rootCount(bench: Bench, vm: VixHandle): Promise<number> {
  return counted(bench, (cell) => bench.vix.VixVM_GetNumRootSnapshots(vm, cell));
}

export function rootOf(bench: Bench, vm: VixHandle, index: number): Promise<VixHandle> {
  return handed(bench, (cell) => bench.vix.VixVM_GetRootSnapshot(vm, index, cell));
}

export function current(bench: Bench, vm: VixHandle): Promise<VixHandle> {
  return handed(bench, (cell) => bench.vix.VixVM_GetCurrentSnapshot(vm, cell));
}

export function named(bench: Bench, vm: VixHandle, name: string): Promise<VixHandle> {
  return handed(bench, (cell) => bench.vix.VixVM_GetNamedSnapshot(vm, name, cell));
}

export function childOf(bench: Bench, snapshot: VixHandle, index: number): Promise<VixHandle> {
  return handed(bench, (cell) => bench.vix.VixSnapshot_GetChild(snapshot, index, cell));
}

/** `VIX_INVALID_HANDLE` for a root. */
export function parentOf(bench: Bench, snapshot: VixHandle): Promise<VixHandle> {
  return handed(bench, (cell) => bench.vix.VixSnapshot_GetParent(snapshot, cell));
}

export async function childrenOf(bench: Bench, snapshot: VixHandle): Promise<readonly VixHandle[]> {
  const count = await counted(bench, (cell) => bench.vix.VixSnapshot_GetNumChildren(snapshot, cell));
  const children: VixHandle[] = [];
  for (let index = 0; index < count; index += 1) children.push(await childOf(bench, snapshot, index));
  return children;
}

/** The whole tree, walked from its roots; every child must lead back to its parent. */
export async function treeOf(bench: Bench, vm: VixHandle): Promise<readonly TargetSnapshot[]> {
  const count = await rootCount(bench, vm);
  const roots: TargetSnapshot[] = [];
  for (let index = 0; index < count; index += 1) {
    const root = await rootOf(bench, vm, index);
    assert.equal(await parentOf(bench, root), VIX_INVALID_HANDLE, 'parent of a root');
    roots.push(await subtree(bench, root));
  }
  return roots;
}

async function subtree(bench: Bench, snapshot: VixHandle): Promise<TargetSnapshot> {
  const name = await textOf(bench, snapshot, VIX_PROPERTY_SNAPSHOT_DISPLAYNAME);
  const description = await textOf(bench, snapshot, VIX_PROPERTY_SNAPSHOT_DESCRIPTION);
  const children: TargetSnapshot[] = [];
  for (const child of await childrenOf(bench, snapshot)) {
    assert.equal(await parentOf(bench, child), snapshot, `parent of a child of ${name}`);
    children.push(await subtree(bench, child));
  }
  return { name, description, children };
}
