import { cpSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { Fault } from '../../../src/base/fault.js';
import type { VmStore } from '../../../src/world/vm/vm-store.js';
import { Crash, FailingDisk } from './failing-disk.js';
import { type FakeFiles, putDirectory, putFile } from './fake-files.js';
import { type Hands, type Operation, perform } from './operations.mjs';
import { openStore, sampleVm, temporaryDirectory } from './sample-vm.js';
import { type Model, after, contentsOf, newVmFiles, possibleAfterKill } from './store-model.js';

const hands: Hands<FakeFiles> = {
  newVm: (id) => sampleVm(id),
  newFiles: () => [putDirectory('/d'), ...Object.entries(newVmFiles).map(([path, text]) => putFile(path, text))],
  write: (files, path, text) => files.write(path, text),
};

const long = 'long '.repeat(2000);

/** What has happened before the operation that is cut off, and that operation. */
const cases: readonly { readonly before: readonly Operation[]; readonly operation: Operation }[] = [
  { before: [], operation: { op: 'create', vm: 'a' } },
  { before: [{ op: 'create', vm: 'b' }], operation: { op: 'create', vm: 'a' } },
  { before: [{ op: 'create', vm: 'a' }], operation: { op: 'delete', vm: 'a' } },
  { before: [{ op: 'create', vm: 'a' }], operation: { op: 'set', vm: 'a', text: 'new' } },
  { before: [{ op: 'create', vm: 'a' }], operation: { op: 'set', vm: 'a', text: long } },
  { before: [{ op: 'create', vm: 'a' }], operation: { op: 'write', vm: 'a', path: '/d/x', text: long } },
  { before: [{ op: 'create', vm: 'a' }], operation: { op: 'fail', vm: 'a', path: '/d/x', text: 'kept' } },
  { before: [{ op: 'create', vm: 'a' }], operation: { op: 'save', vm: 'a', image: 's1' } },
  {
    before: [
      { op: 'create', vm: 'a' },
      { op: 'set', vm: 'a', text: long },
      { op: 'save', vm: 'a', image: 's1' },
      { op: 'set', vm: 'a', text: 'later' },
    ],
    operation: { op: 'restore', vm: 'a', image: 's1' },
  },
  {
    before: [
      { op: 'create', vm: 'a' },
      { op: 'save', vm: 'a', image: 's1' },
      { op: 'restore', vm: 'a', image: 's1' },
      { op: 'save', vm: 'a', image: 's2' },
    ],
    operation: { op: 'drop', vm: 'a', image: 's1' },
  },
];

/** A directory in the state before the operation, and how to get copies of it. */
async function prepare(before: readonly Operation[]): Promise<{ readonly copy: () => string; readonly model: Model }> {
  const directory = temporaryDirectory();
  const store = await openStore(directory);
  let model: Model = {};
  for (const operation of before) {
    await perform(store, operation, hands);
    model = after(model, operation) ?? model;
  }
  const copy = (): string => {
    const target = temporaryDirectory();
    cpSync(directory, target, { recursive: true });
    return target;
  };
  return { copy, model };
}

/** Whether the operation came through. */
async function attempt(store: VmStore<FakeFiles>, operation: Operation): Promise<boolean> {
  try {
    await perform(store, operation, hands);
    return true;
  } catch (error) {
    if (error instanceof Crash || (error instanceof Fault && error.kind === 'disk-full')) return false;
    throw error;
  }
}

describe.each(cases)('$operation.op, after $before.length operations,', ({ before, operation }) => {
  it('leaves a directory that loads, whichever step is the last one of its process', async () => {
    const { copy, model } = await prepare(before);
    const possible = possibleAfterKill(model, operation);
    const follow: Operation = { op: 'create', vm: 'next' };
    let isThrough = false;
    let step = 0;
    while (!isThrough) {
      step += 1;
      const directory = copy();
      const disk = new FailingDisk();
      const store = await openStore(directory, { disk });
      disk.failAt(step, 'crash');
      isThrough = await attempt(store, operation);
      disk.work();
      const next = await openStore(directory);
      const seen = await contentsOf(next);
      expect(isThrough ? [after(model, operation)] : possible, `crash at step ${step}`).toContainEqual(seen);
      // The directory is as good as new: whatever comes next works and stays.
      await perform(next, follow, hands);
      for (const id of Object.keys(seen)) await perform(next, { op: 'set', vm: id, text: 'next' }, hands);
      const expected = Object.keys(seen).reduce<Model>(
        (state, vm) => after(state, { op: 'set', vm, text: 'next' }) ?? state,
        after(seen, follow) ?? seen,
      );
      expect(await contentsOf(await openStore(directory)), `after step ${step}`).toEqual(expected);
    }
    expect(step).toBeGreaterThan(1);
  }, 60_000);

  it('loses nothing when the disk is full at any step, and works when there is space again', async () => {
    const { copy, model } = await prepare(before);
    const possible = possibleAfterKill(model, operation);
    let isThrough = false;
    for (let step = 1; !isThrough; step += 1) {
      const directory = copy();
      const disk = new FailingDisk();
      const store = await openStore(directory, { disk });
      await contentsOf(store);
      disk.failAt(step, 'full');
      isThrough = await attempt(store, operation);
      expect(possible, `full at step ${step}`).toContainEqual(await contentsOf(await openStore(directory)));
      disk.work();
      const seen = await contentsOf(store);
      if (after(seen, operation) !== undefined && !isThrough) await perform(store, operation, hands);
      expect(await contentsOf(await openStore(directory)), `repeated after step ${step}`).toEqual(
        after(model, operation),
      );
    }
  }, 60_000);
});
