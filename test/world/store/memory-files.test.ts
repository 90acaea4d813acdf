import { cpSync, existsSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { describe, expect, it } from 'vitest';
import { Fault } from '../../../src/base/fault.js';
import type { SnapshotRecord, VmRecord } from '../../../src/world/vm/vm-record.js';
import type { VmStore } from '../../../src/world/vm/vm-store.js';
import type { FakeFiles } from './fake-files.js';
import { Crash, FailingDisk } from './failing-disk.js';
import { openStore, sampleVm, temporaryDirectory } from './sample-vm.js';

type Change = (store: VmStore<FakeFiles>) => Promise<void>;

function folderIn(directory: string): string {
  return join(directory, 'DC0', 'ds1', 'a');
}

/** Names of the files that stand for memory. */
function memoryIn(directory: string): readonly string[] {
  const names = readdirSync(folderIn(directory));
  return names.filter((name) => /\.(?:vmss|vmsn|vmem)$/.test(name)).toSorted();
}

function snapshotOf({ guest }: VmRecord, number: number, hasMemory: boolean): SnapshotRecord {
  return {
    id: `s${number}`,
    number,
    name: `snapshot ${number}`,
    description: '',
    parentId: null,
    createdAtMs: 1_700_000_000_000,
    phase: hasMemory ? 'on' : 'off',
    hasMemory,
    isReplayable: false,
    state: { config: {}, hardwareVersion: 10, cpuCount: 1, memoryMb: 1024, guestVariables: {}, guest },
  };
}

function change(edit: (record: VmRecord) => void): Change {
  return async (store) => await store.update('a', ({ record }) => edit(record));
}

const create: Change = async (store) => await store.create(sampleVm('a'), []);
const remove: Change = async (store) => await store.delete('a', { keepDisks: false });
const take = (number: number, hasMemory: boolean): Change =>
  change((record) => void record.snapshots.push(snapshotOf(record, number, hasMemory)));
const drop = (number: number): Change =>
  change((record) => {
    record.snapshots = record.snapshots.filter((snapshot) => snapshot.number !== number);
  });
const power = (phase: 'on' | 'suspended'): Change => change((record) => void (record.power.phase = phase));

async function directoryAfter(...changes: readonly Change[]): Promise<string> {
  const directory = temporaryDirectory();
  const store = await openStore(directory);
  for (const each of changes) await each(store);
  return directory;
}

describe('files that stand for memory', () => {
  it('are there for what has memory, and for no longer', async () => {
    const directory = await directoryAfter(create);
    const store = await openStore(directory);
    const after = async (next: Change): Promise<readonly string[]> => {
      await next(store);
      return memoryIn(directory);
    };
    expect(await after(take(1, false))).toEqual(['a-Snapshot1.vmsn']);
    expect(await after(take(2, true))).toEqual(['a-Snapshot1.vmsn', 'a-Snapshot2.vmem', 'a-Snapshot2.vmsn']);
    expect(await after(drop(1))).toEqual(['a-Snapshot2.vmem', 'a-Snapshot2.vmsn']);
    expect(readFileSync(join(folderIn(directory), 'a.vmsd'), 'utf8')).toContain('filename = "a-Snapshot2.vmsn"\n');
    const { ino } = statSync(join(folderIn(directory), 'a-Snapshot2.vmem'));
    expect(await after(power('suspended'))).toEqual(['a-Snapshot2.vmem', 'a-Snapshot2.vmsn', 'a.vmem', 'a.vmss']);
    expect(statSync(join(folderIn(directory), 'a-Snapshot2.vmem')).ino).toBe(ino);
    expect(await after(power('on'))).toEqual(['a-Snapshot2.vmem', 'a-Snapshot2.vmsn']);
    await remove(store);
    expect(existsSync(folderIn(directory))).toBe(false);
  });

  it('say what they are, and whose', async () => {
    const directory = await directoryAfter(create, take(3, true));
    expect(readFileSync(join(folderIn(directory), 'a-Snapshot3.vmem'), 'utf8')).toBe(
      'Revix memory of snapshot 3 of a. What it holds is in the folder .revix.\n',
    );
  });

  it('of a real machine, or of another one beside, are not lost', async () => {
    const directory = await directoryAfter(create);
    const folder = folderIn(directory);
    const others = ['a-Snapshot1.vmem', 'a-Snapshot7.vmsn', 'a-Snapshot1.vmem.old', 'a2.vmem', 'a.vmem'];
    for (const name of others) writeFileSync(join(folder, name), `memory in ${name}`);
    const store = await openStore(directory);
    await take(1, true)(store);
    await power('suspended')(store);
    await power('on')(store);
    await drop(1)(store);
    const kept = readdirSync(folder).filter((name) => !['.revix', 'a.vmdk', 'a.vmx'].includes(name));
    expect(kept.toSorted()).toEqual(
      [
        'a-Snapshot1.vmem.foreign-1',
        'a-Snapshot7.vmsn',
        'a-Snapshot1.vmem.old',
        'a2.vmem',
        'a.vmem.foreign-1',
      ].toSorted(),
    );
    expect(readFileSync(join(folder, 'a.vmem.foreign-1'), 'utf8')).toBe('memory in a.vmem');
  });
});

/** What was staged, and has not got its place. */
function stagedIn(directory: string): readonly string[] {
  const names = readdirSync(directory, { recursive: true, encoding: 'utf8' });
  return names.filter((name) => name.endsWith('.new'));
}

/** What has happened before the change that is cut off, that change, and which files then may be there. */
const crashes: readonly {
  readonly what: string;
  readonly before: readonly Change[];
  readonly cut: Change;
  readonly outcomes: readonly (readonly string[])[];
}[] = [
  {
    what: 'a snapshot',
    before: [create],
    cut: take(1, true),
    outcomes: [[], ['a-Snapshot1.vmem', 'a-Snapshot1.vmsn']],
  },
  { what: 'a suspension', before: [create], cut: power('suspended'), outcomes: [[], ['a.vmem', 'a.vmss']] },
  {
    what: 'a resumption',
    before: [create, power('suspended')],
    cut: power('on'),
    outcomes: [['a.vmem', 'a.vmss'], []],
  },
  {
    what: 'the removal of a snapshot',
    before: [create, take(1, true), take(2, true)],
    cut: drop(1),
    outcomes: [
      ['a-Snapshot1.vmem', 'a-Snapshot1.vmsn', 'a-Snapshot2.vmem', 'a-Snapshot2.vmsn'],
      ['a-Snapshot2.vmem', 'a-Snapshot2.vmsn'],
    ],
  },
  {
    what: 'more memory',
    before: [create, take(1, false)],
    cut: change((record) => void (record.memoryMb += 1)),
    outcomes: [['a-Snapshot1.vmsn']],
  },
  {
    what: 'the deletion of a machine',
    before: [create, take(1, true), power('suspended')],
    cut: remove,
    outcomes: [['a-Snapshot1.vmem', 'a-Snapshot1.vmsn', 'a.vmem', 'a.vmss'], []],
  },
];

describe.each(crashes)('after $what', ({ before, cut, outcomes }) => {
  it.each(['crash', 'full'] as const)(
    'that ends by a %s at any step, the next change puts them right',
    async (kind) => {
      const prepared = await directoryAfter(...before);
      let last: readonly string[] = [];
      let isThrough = false;
      for (let step = 1; !isThrough; step += 1) {
        const directory = temporaryDirectory();
        cpSync(prepared, directory, { recursive: true });
        const disk = new FailingDisk();
        const store = await openStore(directory, { disk });
        disk.failAt(step, kind);
        isThrough = await cut(store).then(
          () => true,
          (error: unknown) => {
            if (error instanceof Crash || (error instanceof Fault && error.kind === 'disk-full')) return false;
            throw error;
          },
        );
        disk.work();
        const left = kind === 'full' ? stagedIn(directory) : [];
        expect(left, `step ${step}`).toEqual([]);
        const next = await openStore(directory);
        if ((await next.ids()).length === 0) await create(next);
        else await change((record) => void (record.memoryMb += 1))(next);
        last = memoryIn(directory);
        // Who is told that the disk is full is told so before anything has changed.
        const possible = kind === 'full' && !isThrough ? outcomes.slice(0, 1) : outcomes;
        expect(possible, `${kind} at step ${step}`).toContainEqual(last);
      }
      expect(last).toEqual(outcomes.at(-1));
    },
  );
});

it.each(crashes.filter(({ cut }) => cut !== remove))(
  'after $what that may not last, all of it is there, or nothing',
  async ({ before, cut, outcomes }) => {
    const prepared = await directoryAfter(...before);
    const seen = async (directory: string): Promise<unknown> =>
      await (await openStore(directory)).read('a', ({ record }) => structuredClone(record));
    const first = await seen(prepared);
    let isThrough = false;
    for (let step = 1; !isThrough; step += 1) {
      const directory = temporaryDirectory();
      cpSync(prepared, directory, { recursive: true });
      const disk = new FailingDisk();
      const store = await openStore(directory, { disk });
      disk.failAt(step, 'unsynced');
      isThrough = await cut(store).then(
        () => true,
        (error: unknown) => {
          expect(error).toMatchObject({ kind: 'file-error' });
          return false;
        },
      );
      disk.work();
      const isDone = !isDeepStrictEqual(await seen(directory), first);
      expect(memoryIn(directory), `step ${step}`).toEqual(outcomes.at(isDone ? -1 : 0));
      expect(stagedIn(directory), `step ${step}`).toEqual([]);
    }
  },
);
