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
  open: (files) => files,
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
  {
    before: [
      { op: 'create', vm: 'a' },
      { op: 'link', vm: 'a', path: '/d/first', to: '/d/second' },
      { op: 'save', vm: 'a', image: 's1' },
    ],
    operation: { op: 'write', vm: 'a', path: '/d/second', text: long },
  },
  {
    before: [
      { op: 'create', vm: 'a' },
      { op: 'link', vm: 'a', path: '/d/first', to: '/d/second' },
      { op: 'write', vm: 'a', path: '/d/x', text: 'x' },
    ],
    operation: { op: 'move', vm: 'a', path: '/d/x', to: '/d/first' },
  },
];

/** Two operations, of which the second follows when the first was cut off. */
const pairs: readonly { readonly first: Operation; readonly second: Operation }[] = [
  { first: { op: 'set', vm: 'a', text: 'one' }, second: { op: 'save', vm: 'a', image: 's2' } },
  {
    first: { op: 'restore', vm: 'a', image: 's1' },
    second: { op: 'link', vm: 'a', path: '/d/value', to: '/d/other' },
  },
  { first: { op: 'drop', vm: 'a', image: 's1' }, second: { op: 'delete', vm: 'a' } },
];

/** A directory in the state before an operation, and how to get copies of it. */
interface Prepared {
  readonly copy: () => string;
  readonly model: Model;
}

function copyOf(directory: string): string {
  const target = temporaryDirectory();
  cpSync(directory, target, { recursive: true });
  return target;
}

async function prepare(before: readonly Operation[]): Promise<Prepared> {
  const directory = temporaryDirectory();
  const store = await openStore(directory);
  let model: Model = {};
  for (const operation of before) {
    await perform(store, operation, hands);
    model = after(model, operation) ?? model;
  }
  return { copy: () => copyOf(directory), model };
}

/**
 * The directory after an operation that is cut off at the first step, at the second, and so on, and after one that comes
 * through, each with what it holds.
 */
async function* cutOff({ copy, model }: Prepared, operation: Operation): AsyncGenerator<Prepared & { step: number }> {
  const possible = possibleAfterKill(model, operation);
  let isThrough = false;
  for (let step = 1; !isThrough; step += 1) {
    const directory = copy();
    const disk = new FailingDisk();
    const store = await openStore(directory, { disk });
    disk.failAt(step, 'crash');
    isThrough = await attempt(store, operation);
    disk.work();
    const seen = await contentsOf(await openStore(directory));
    expect(isThrough ? [after(model, operation)] : possible, `crash at step ${step}`).toContainEqual(seen);
    yield { copy: () => copyOf(directory), model: seen, step };
  }
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
    const follow: Operation = { op: 'create', vm: 'next' };
    let steps = 0;
    for await (const { copy, model, step } of cutOff(await prepare(before), operation)) {
      steps = step;
      // The directory is as good as new: whatever comes next works and stays.
      const directory = copy();
      const next = await openStore(directory);
      await perform(next, follow, hands);
      for (const id of Object.keys(model)) await perform(next, { op: 'set', vm: id, text: 'next' }, hands);
      const expected = Object.keys(model).reduce<Model>(
        (state, vm) => after(state, { op: 'set', vm, text: 'next' }) ?? state,
        after(model, follow) ?? model,
      );
      expect(await contentsOf(await openStore(directory)), `after step ${step}`).toEqual(expected);
    }
    expect(steps).toBeGreaterThan(1);
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
      // What programs did to files in memory is kept at the latest now.
      await store.close();
      expect(await contentsOf(await openStore(directory)), `repeated after step ${step}`).toEqual(
        after(model, operation),
      );
    }
  }, 60_000);
});

describe.each(pairs)('$first.op, and $second.op by the next process,', ({ first, second }) => {
  it('leave a directory that loads, whichever step is the last one of either', async () => {
    const before: Operation[] = [
      { op: 'create', vm: 'a' },
      { op: 'set', vm: 'a', text: 'zero' },
      { op: 'save', vm: 'a', image: 's1' },
    ];
    const steps: number[] = [];
    for await (const middle of cutOff(await prepare(before), first)) {
      for await (const { step } of cutOff(middle, second)) steps.push(step);
    }
    expect(steps.length).toBeGreaterThan(10);
  }, 60_000);
});
