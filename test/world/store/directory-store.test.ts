import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { appendFile, putDirectory, putFile } from './fake-files.js';
import { FailingDisk } from './failing-disk.js';
import { openStore, sampleVm, temporaryDirectory } from './sample-vm.js';
import { openGuestStore } from './worker-process.js';

describe('a directory store', () => {
  it('keeps a machine so that another store finds it as it was', async () => {
    const directory = temporaryDirectory();
    const one = await openStore(directory);
    const vm = { ...sampleVm('a'), config: { annotation: 'two\nlines | and "quotes"', 'svga.present': 'TRUE' } };
    await one.create(vm, [putDirectory('/etc'), putFile('/etc/motd', 'hello')]);
    const other = await openStore(directory);
    expect(await other.ids()).toEqual(['a']);
    expect(await other.read('a', ({ record }) => record)).toEqual(vm);
    expect(await other.read('a', ({ files }) => files.tree())).toEqual({ '/etc': null, '/etc/motd': 'hello' });
  });

  it('lays the machine out as VMware does', async () => {
    const directory = temporaryDirectory();
    const store = await openStore(directory);
    await store.create({ ...sampleVm('a'), name: 'Web Server' }, []);
    const folder = join(directory, 'DC0', 'ds1', 'a');
    expect(readdirSync(folder).sort()).toEqual(['.revix', 'a.vmdk', 'a.vmx']);
    const vmx = readFileSync(join(folder, 'a.vmx'), 'utf8');
    expect(vmx.split('\n').slice(0, 4)).toEqual([
      '.encoding = "UTF-8"',
      'config.version = "8"',
      'virtualHW.version = "10"',
      'displayName = "Web Server"',
    ]);
    expect(vmx).toContain('scsi0:0.fileName = "a.vmdk"\n');
    await store.update('a', async ({ record }) => {
      await store.saveImage('a', 's1');
      record.snapshots.push({
        id: 's1',
        number: 1,
        name: 'first',
        description: '',
        parentId: null,
        createdAtMs: 1_700_000_000_000,
        phase: 'off',
        hasMemory: false,
        isReplayable: false,
        state: {
          config: {},
          hardwareVersion: 10,
          cpuCount: 1,
          memoryMb: 1024,
          guestVariables: {},
          guest: record.guest,
        },
      });
      record.currentSnapshotId = 's1';
      record.power.phase = 'suspended';
    });
    expect(readFileSync(join(folder, 'a.vmsd'), 'utf8')).toContain('snapshot0.displayName = "first"\n');
    expect(existsSync(join(folder, 'a.vmss'))).toBe(true);
    await store.update('a', ({ record }) => {
      record.power.phase = 'off';
      record.snapshots = [];
      record.currentSnapshotId = null;
    });
    expect(readdirSync(folder).sort()).toEqual(['.revix', 'a.vmdk', 'a.vmx']);
  });

  it('keeps an update, and leaves the record of one that throws', async () => {
    const directory = temporaryDirectory();
    const store = await openStore(directory);
    const other = await openStore(directory);
    await store.create(sampleVm('a'), []);
    const heard: string[] = [];
    store.onChange((id) => heard.push(id));
    expect(await store.update('a', ({ record }) => (record.memoryMb += 1))).toBe(1025);
    await expect(
      store.update('a', ({ record, files }) => {
        record.memoryMb = 7;
        files.write('/kept', 'yes');
        throw new Error('changed my mind');
      }),
    ).rejects.toThrow('changed my mind');
    await store.update('a', () => undefined);
    expect(heard).toEqual(['a', 'a']);
    expect(await other.read('a', ({ record, files }) => [record.memoryMb, files.tree()])).toEqual([
      1025,
      { '/kept': 'yes' },
    ]);
  });

  it('takes over what somebody wrote into the .vmx file', async () => {
    const directory = temporaryDirectory();
    const store = await openStore(directory);
    await store.create({ ...sampleVm('a'), config: { first: '1' } }, []);
    const path = join(directory, 'DC0', 'ds1', 'a', 'a.vmx');
    const edited = readFileSync(path, 'utf8')
      .replace('memsize = "1024"', 'memsize = "2048"')
      .replace('displayName = "a"', '# mine\ndisplayName = "renamed"');
    writeFileSync(path, `${edited}second = "2"\n`);
    const expected = [2048, 'renamed', { first: '1', second: '2' }];
    expect(await store.read('a', ({ record }) => [record.memoryMb, record.name, record.config])).toEqual(expected);
    await store.update('a', ({ record }) => {
      record.config['third'] = '3';
    });
    expect(readFileSync(path, 'utf8')).toBe(`${edited}second = "2"\nthird = "3"\n`);
    const other = await openStore(directory);
    expect(await other.read('a', ({ record }) => record.config)).toEqual({ first: '1', second: '2', third: '3' });
    // The text of before, put back by hand, counts as well.
    writeFileSync(path, edited);
    expect(await other.read('a', ({ record }) => record.config)).toEqual({ first: '1' });
  });

  it('looks at a machine that it knows without reading all of it again', async () => {
    const store = await openStore(temporaryDirectory());
    await store.create(sampleVm('a'), []);
    const known = await store.read('a', ({ record }) => record);
    const [look] = await store.readAll((_id, { record }) => record);
    expect(look?.seen).toBe(known);
    await store.update('a', ({ record }) => void (record.name = 'other'));
    expect(await store.readAll((_id, { record }) => record.name)).toEqual([{ id: 'a', seen: 'other' }]);
  });

  it('shows with one look at all machines what a look at each would show', async () => {
    const directory = temporaryDirectory();
    const [store, other] = [await openStore(directory), await openStore(directory)];
    for (const id of ['edited', 'changed', 'long']) await store.create(sampleVm(id), []);
    const seenByBoth = async (): Promise<readonly (readonly [string | undefined, number | undefined])[]> => {
      const [all = [], ofOther] = await Promise.all(
        [store, other].map(async (each) => {
          const looks = await each.readAll((_id, { record }) => [record.name, record.consoleLines.length] as const);
          for (const { id, seen } of looks) {
            expect(await each.read(id, ({ record }) => [record.name, record.consoleLines.length])).toEqual(seen);
          }
          return looks.map(({ seen = [undefined, undefined] as const }) => seen);
        }),
      );
      expect(ofOther).toEqual(all);
      return all;
    };
    expect(await seenByBoth()).toEqual([
      ['edited', 0],
      ['changed', 0],
      ['long', 0],
    ]);
    const path = join(directory, 'DC0', 'ds1', 'edited', 'edited.vmx');
    writeFileSync(path, readFileSync(path, 'utf8').replace('displayName = "edited"', 'displayName = "by hand"'));
    // Its .vmx file says nothing of this.
    await store.update('changed', ({ record }) => void record.consoleLines.push('booted'));
    const lines = Array.from({ length: 2000 }, (_, line) => `a long line ${line}`);
    await store.update('long', ({ record }) => void record.consoleLines.push(...lines));
    expect(await seenByBoth()).toEqual([
      ['by hand', 0],
      ['changed', 1],
      ['long', 2000],
    ]);
  });

  it('loads a folder that has only a .vmx file, and keeps what happens to it', async () => {
    const directory = temporaryDirectory();
    mkdirSync(join(directory, 'by hand'));
    const path = join(directory, 'by hand', 'my vm.vmx');
    writeFileSync(path, 'displayName="Mine"\r\nguestOS = windows9-64\r\nsound.present = "TRUE"\r\n');
    const adopt = (record: ReturnType<typeof sampleVm>) => ({ record, files: [putFile('/first', '1')] });
    const store = await openStore(directory, { adopt });
    const [id = ''] = await store.ids();
    const record = await store.read(id, (state) => state.record);
    expect(record).toMatchObject({
      name: 'Mine',
      location: path,
      guestOs: 'windows9-64',
      config: { 'sound.present': 'TRUE' },
      guest: { family: 'windows' },
    });
    expect(existsSync(join(directory, 'by hand', '.revix'))).toBe(false);
    await store.update(id, (state) => {
      state.files.write('/second', '2');
      state.record.cpuCount = 4;
    });
    expect(readFileSync(path, 'utf8')).toContain('sound.present = "TRUE"\r\n');
    expect(readFileSync(path, 'utf8')).toContain('numvcpus = "4"\r\n');
    const other = await openStore(directory, { adopt });
    expect(await other.ids()).toEqual([id]);
    expect(await other.read(id, ({ files }) => files.tree())).toEqual({ '/first': '1', '/second': '2' });
  });

  it('saves, restores and deletes images of the files together with the record', async () => {
    const directory = temporaryDirectory();
    const store = await openStore(directory);
    const other = await openStore(directory);
    const long = 'x'.repeat(10_000);
    await store.create(sampleVm('a'), [putFile('/a', long)]);
    await store.update('a', async () => await store.saveImage('a', 's1'));
    await store.update('a', ({ files }) => files.write('/a', 'short'));
    await expect(
      store.update('a', async () => {
        await store.restoreImage('a', 's1');
        throw new Error('no');
      }),
    ).rejects.toThrow('no');
    expect(await store.read('a', ({ files }) => files.tree())).toEqual({ '/a': 'short' });
    expect(await other.read('a', ({ files }) => files.tree())).toEqual({ '/a': 'short' });
    await store.update('a', async ({ files }) => {
      await store.restoreImage('a', 's1');
      expect(files.text('/a')).toBe(long);
      files.write('/b', 'after');
    });
    for (const each of [store, other]) {
      expect(await each.read('a', ({ files }) => files.tree())).toEqual({ '/a': long, '/b': 'after' });
    }
    const image = await other.imageContents('a', 's1');
    await other.create(sampleVm('b'), image);
    expect(await store.read('b', ({ files }) => files.tree())).toEqual({ '/a': long });
    await store.deleteImage('a', 's1');
    await expect(other.imageContents('a', 's1')).rejects.toMatchObject({ kind: 'snapshot-not-found' });
    await expect(store.saveImage('a', 's2')).rejects.toMatchObject({ kind: 'internal' });
  });

  it('keeps what programs of two processes wrote meanwhile', async () => {
    const directory = temporaryDirectory();
    const one = await openStore(directory);
    const other = await openStore(directory);
    await one.create(sampleVm('a'), [putDirectory('/d')]);
    const mine = await one.read('a', ({ files }) => files);
    const theirs = await other.read('a', ({ files }) => files);
    mine.write('/d/mine', '1');
    mine.write('/m', '1');
    theirs.change({ change: 'remove', path: '/d' });
    theirs.write('/t', '2');
    await other.flushFiles('a');
    await one.flushFiles('a');
    const expected = { '/m': '1', '/t': '2' };
    expect(await one.read('a', ({ files }) => files.tree())).toEqual(expected);
    expect(await other.read('a', ({ files }) => files.tree())).toEqual(expected);
    const third = await openStore(directory);
    expect(await third.read('a', ({ files }) => files.tree())).toEqual(expected);
  });

  it('keeps every line that programs of two processes append to one file at the same time', async () => {
    const directory = temporaryDirectory();
    const one = await openStore(directory);
    const other = await openStore(directory);
    await one.create(sampleVm('a'), []);
    const mine = await one.read('a', ({ files }) => files);
    const theirs = await other.read('a', ({ files }) => files);
    mine.change(appendFile('/log', 'A1\n'));
    theirs.change(appendFile('/log', 'B1\n'));
    mine.change(appendFile('/log', 'A2\n'));
    await other.flushFiles('a');
    theirs.change(appendFile('/log', 'B2\n'));
    await one.flushFiles('a');
    await other.flushFiles('a');
    for (const store of [one, other, await openStore(directory)])
      expect(await store.read('a', ({ files }) => files.text('/log'))).toBe('B1\nA1\nA2\nB2\n');
  });

  it('keeps what users of one guest append in two processes, also while one changes the mode of the file', async () => {
    const directory = temporaryDirectory();
    const one = await openStore(directory);
    await one.create(sampleVm('a'), [putDirectory('/'), putDirectory('/d')]);
    const root = { name: 'root', group: 'root', id: 0, isAdministrator: true, home: '/' };
    const stores = await Promise.all([openGuestStore(directory), openGuestStore(directory)]);
    const [mine, theirs] = await Promise.all(stores.map((store) => store.read('a', ({ files }) => files.as(root))));
    for (const text of ['1', '2']) {
      mine?.append('/d/log', `A${text} `);
      theirs?.append('/d/log', `B${text} `);
      mine?.setAttributes('/d/log', { mode: 0o600 });
      for (const store of stores) await store.flushFiles('a');
    }
    for (const store of stores) {
      const text = await store.read('a', ({ files }) => Buffer.from(files.as(root).read('/d/log').bytes()).toString());
      expect(text).toBe('A1 B1 A2 B2 ');
      await store.close();
    }
  });

  it('keeps the names of one file together, in the order in which they were written to', async () => {
    const directory = temporaryDirectory();
    const store = await openGuestStore(directory);
    await store.create(sampleVm('a'), [putDirectory('/'), putDirectory('/d')]);
    const root = { name: 'root', group: 'root', id: 0, isAdministrator: true, home: '/' };
    const files = await store.read('a', (state) => state.files.as(root));
    files.write('/d/f', '');
    files.hardLink('/d/f', '/d/g');
    for (const [path, text] of [
      ['/d/f', '1'],
      ['/d/g', '2'],
      ['/d/f', '3'],
    ] as const)
      files.append(path, text);
    await store.update('a', ({ files: kept }) => kept.as(root).setAttributes('/d/g', { mode: 0o600 }));
    const later = await (await openGuestStore(directory)).read('a', (state) => state.files.as(root));
    expect(Buffer.from(later.read('/d/f').bytes()).toString()).toBe('123');
    later.append('/d/f', '4');
    expect(Buffer.from(later.read('/d/g').bytes()).toString()).toBe('1234');
    expect(later.stat('/d/g')).toMatchObject({ linkCount: 2, mode: 0o600 });
  });

  it.each([1, 2, 3, 4, 5, 6, 7, 8])('appends once though the disk was full at step %i', async (step) => {
    const directory = temporaryDirectory();
    const disk = new FailingDisk();
    const one = await openStore(directory, { disk });
    await one.create(sampleVm('a'), []);
    const files = await one.read('a', (state) => state.files);
    for (const path of ['/a', '/b', '/c']) files.change(appendFile(path, 'x'));
    disk.failAt(step, 'full');
    const [flushed] = await Promise.allSettled([one.flushFiles('a')]);
    expect([undefined, 'disk-full']).toContain(flushed.status === 'rejected' ? flushed.reason.kind : undefined);
    disk.work();
    files.change(appendFile('/a', 'y'));
    await one.flushFiles('a');
    const expected = { '/a': 'xy', '/b': 'x', '/c': 'x' };
    for (const store of [one, await openStore(directory)])
      expect(await store.read('a', (state) => state.files.tree())).toEqual(expected);
  });

  it('writes a journal anew when it has grown, and deletes contents that nothing names', async () => {
    const directory = temporaryDirectory();
    const store = await openStore(directory);
    const other = await openStore(directory);
    await store.create(sampleVm('a'), [putFile('/keep', 'k'.repeat(5000))]);
    const own = join(directory, 'DC0', 'ds1', 'a', '.revix', 'a');
    for (let round = 0; round < 300; round += 1) {
      await store.update('a', ({ files }) => files.write('/small', String(round).repeat(1000).slice(0, 4000)));
      if (round < 160 && round % 50 === 0) {
        await store.update('a', ({ files }) => files.write('/big', String(round).padEnd(6000, '.')));
        await other.read('a', ({ files }) => files.tree());
      }
    }
    const journals = readdirSync(own).filter((name) => name.startsWith('files-'));
    expect(journals).toHaveLength(1);
    expect(readFileSync(join(own, journals[0] ?? '')).length).toBeLessThan(300 * 1024);
    const contents = readdirSync(join(own, 'contents'), { recursive: true }).filter((name) => String(name).length > 60);
    expect(contents.length).toBeLessThanOrEqual(3);
    const tree = await store.read('a', ({ files }) => files.tree());
    expect(tree['/big']).toBe('150'.padEnd(6000, '.'));
    expect(await other.read('a', ({ files }) => files.tree())).toEqual(tree);
  });

  it('deletes a machine with its disks, or leaves them', async () => {
    const directory = temporaryDirectory();
    const store = await openStore(directory);
    const other = await openStore(directory);
    await store.create(sampleVm('a'), []);
    await store.create(sampleVm('b'), []);
    await other.ids();
    await store.delete('a', { keepDisks: false });
    await store.delete('b', { keepDisks: true });
    expect(await other.ids()).toEqual([]);
    await expect(other.update('a', () => undefined)).rejects.toMatchObject({ kind: 'vm-not-found' });
    expect(existsSync(join(directory, 'DC0', 'ds1', 'a'))).toBe(false);
    expect(readdirSync(join(directory, 'DC0', 'ds1', 'b')).sort()).toEqual(['.revix-kept', 'b.vmdk']);
    await other.create(sampleVm('b'), [putFile('/new', 'yes')]);
    expect(await store.read('b', ({ files }) => files.tree())).toEqual({ '/new': 'yes' });
  });

  it('lists machines in the order in which they were made, and gives the same list while it is the same', async () => {
    const directory = temporaryDirectory();
    const store = await openStore(directory);
    const other = await openStore(directory);
    await store.create(sampleVm('z'), []);
    await other.create(sampleVm('a'), []);
    await store.create(sampleVm('m'), []);
    const ids = await other.ids();
    expect(ids).toEqual(['z', 'a', 'm']);
    expect(await other.ids()).toBe(ids);
  });

  it('refuses a second machine at a place or with an id', async () => {
    const store = await openStore(temporaryDirectory());
    await store.create(sampleVm('a'), []);
    await expect(store.create(sampleVm('a', '[ds1] x/x.vmx'), [])).rejects.toMatchObject({ kind: 'already-exists' });
    await expect(store.create(sampleVm('b', '[ds1] a/a.vmx'), [])).rejects.toMatchObject({ kind: 'file-exists' });
    expect(await store.ids()).toEqual(['a']);
  });

  it('gives a folder copied by hand an identity of its own', async () => {
    const directory = temporaryDirectory();
    const store = await openStore(directory);
    await store.create(sampleVm('a'), [putFile('/f', '1')]);
    const { cpSync, renameSync } = await import('node:fs');
    const folder = join(directory, 'DC0', 'ds1');
    cpSync(join(folder, 'a'), join(folder, 'copy'), { recursive: true });
    const ids = await store.ids();
    expect(ids).toHaveLength(2);
    const copy = ids.find((id) => id !== 'a') ?? '';
    expect(await store.read(copy, ({ record }) => record.location)).toBe('[ds1] copy/a.vmx');
    await store.update(copy, ({ files }) => files.write('/f', '2'));
    expect(await store.read('a', ({ files }) => files.text('/f'))).toBe('1');
    renameSync(join(folder, 'a'), join(folder, 'moved'));
    expect(await store.read('a', ({ record }) => record.location)).toBe('[ds1] moved/a.vmx');
  });

  it('ends with its pending changes kept, and is of no use afterwards', async () => {
    const directory = temporaryDirectory();
    const store = await openStore(directory);
    await store.create(sampleVm('a'), []);
    const files = await store.read('a', (state) => state.files);
    files.write('/late', '1');
    await store.close();
    await store.close();
    await expect(store.ids()).rejects.toMatchObject({ kind: 'internal' });
    const other = await openStore(directory);
    expect(await other.read('a', (state) => state.files.tree())).toEqual({ '/late': '1' });
  });
});
