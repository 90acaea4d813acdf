import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Fault } from '../../../src/base/fault.js';
import { FailingDisk } from './failing-disk.js';
import { putFile } from './fake-files.js';
import { failureOf, openStore, sampleVm, temporaryDirectory } from './sample-vm.js';

interface Kept {
  readonly directory: string;
  readonly folder: string;
  readonly state: string;
  readonly journal: string;
}

/** A directory with one machine in it, and the files that count. */
async function oneVm(): Promise<Kept> {
  const directory = temporaryDirectory();
  const store = await openStore(directory);
  await store.create(sampleVm('a'), [putFile('/f', '1')]);
  await store.update('a', ({ files }) => files.write('/f', '2'));
  await store.close();
  const folder = join(directory, 'DC0', 'ds1', 'a');
  const own = join(folder, '.revix', 'a');
  const journal = readdirSync(own).find((name) => name.startsWith('files-')) ?? '';
  return { directory, folder, state: join(own, 'state.json'), journal: join(own, journal) };
}

describe('a directory that cannot be used as it is', () => {
  it('is made when it is missing', async () => {
    const directory = join(temporaryDirectory(), 'new', 'one');
    const store = await openStore(directory);
    expect(await store.ids()).toEqual([]);
    await store.create(sampleVm('a'), []);
    rmSync(directory, { recursive: true });
    await expect(store.ids()).rejects.toMatchObject({ kind: 'file-not-found' });
    await expect(store.read('a', () => 0)).rejects.toMatchObject({ kind: 'file-not-found' });
  });

  it.runIf(process.platform === 'linux')('is refused where the file system takes no directories', async () => {
    for (const directory of ['/proc/nope', '/proc/nope/deeper']) {
      expect(await failureOf(openStore(directory))).toMatchObject({
        kind: 'file-access',
        message: expect.stringContaining('Name another directory'),
      });
    }
  });

  it('is refused when it is a file', async () => {
    const path = join(temporaryDirectory(), 'file');
    writeFileSync(path, 'text');
    await expect(openStore(path)).rejects.toMatchObject({ kind: 'not-a-directory' });
    await expect(openStore(join(path, 'below'))).rejects.toMatchObject({ kind: 'not-a-directory' });
    expect(readFileSync(path, 'utf8')).toBe('text');
  });

  it('is read, but not changed, when locks cannot be put there', async () => {
    const { directory } = await oneVm();
    // Stands for a directory without the right to write: it refuses the administrator, too.
    rmSync(join(directory, '.revix-locks'), { recursive: true });
    writeFileSync(join(directory, '.revix-locks'), '');
    const store = await openStore(directory);
    expect(await store.read('a', ({ files }) => files.text('/f'))).toBe('2');
    await expect(store.update('a', () => undefined)).rejects.toThrow('Cannot lock');
    await expect(store.create(sampleVm('b'), [])).rejects.toThrow('Cannot lock');
  });

  it('is read, but not changed, when it is read-only', async () => {
    const { directory } = await oneVm();
    rmSync(join(directory, '.revix-locks'), { recursive: true });
    chmodSync(directory, 0o555);
    const store = await openStore(directory);
    expect(await store.read('a', ({ files }) => files.text('/f'))).toBe('2');
    // The administrator may write everywhere; Windows has no such right.
    const mayWrite = process.platform === 'win32' || process.getuid?.() === 0;
    const outcome = await failureOf(store.update('a', () => undefined));
    expect(outcome).toMatchObject(mayWrite ? { message: 'resolved with undefined' } : { kind: 'file-access' });
    chmodSync(directory, 0o755);
  });

  it.each(['no space for the journal', 'no space for the state'])('keeps what it has: %s', async (what) => {
    const { directory } = await oneVm();
    const disk = new FailingDisk();
    const store = await openStore(directory, { disk });
    const files = await store.read('a', (state) => state.files);
    disk.failAt(what.endsWith('journal') ? 1 : 2, 'full');
    const attempt = store.update('a', ({ record }) => {
      record.memoryMb = 5;
      files.write('/g', 'x'.repeat(100));
    });
    await expect(attempt).rejects.toMatchObject({ kind: 'disk-full' });
    expect(await store.read('a', ({ record }) => record.memoryMb)).toBe(1024);
    expect(files.text('/g')).toBe('x'.repeat(100));
    disk.work();
    await store.flushFiles('a');
    const other = await openStore(directory);
    expect(await other.read('a', (state) => state.files.tree())).toEqual({ '/f': '2', '/g': 'x'.repeat(100) });
  });
});

it('a disk that is full at any step leaves nothing of a new machine', async () => {
  const { directory } = await oneVm();
  const before = readdirSync(directory, { recursive: true, encoding: 'utf8' }).toSorted();
  const disk = new FailingDisk();
  const store = await openStore(directory, { disk });
  let failures = 0;
  for (let step = 1; ; step += 1) {
    disk.failAt(step, 'full');
    const outcome = await failureOf(store.create(sampleVm('b'), [putFile('/f', '1')]));
    disk.work();
    if (!(outcome instanceof Fault)) break;
    failures += 1;
    expect({ step, files: readdirSync(directory, { recursive: true, encoding: 'utf8' }).toSorted() }).toEqual({
      step,
      files: before,
    });
  }
  expect(failures).toBeGreaterThan(8);
});

describe('a damaged file', () => {
  it.each([
    ['nothing', () => ''],
    ['half of it', (text: string) => text.slice(0, text.length / 2)],
    ['no JSON', (text: string) => `${text}}`],
    ['another shape', () => '{"format":1,"commit":"x","id":"a","place":"p","order":1,\n"record":{}}'],
    ['a record without its parts', (text: string) => text.replace('"memoryMb"', '"memory"')],
    ['no format', (text: string) => text.replace('"format":', '"shape":')],
    [
      'an older format and no guest',
      (text: string) => text.replace(/"format":\d+/, '"format":1').replace('"guest"', '"host"'),
    ],
    ['another first line', (text: string) => text.replace('"place"', '"plaice"')],
  ])('state.json with %s is refused and left as it is', async (_what, damage) => {
    const { directory, state } = await oneVm();
    const damaged = damage(readFileSync(state, 'utf8'));
    writeFileSync(state, damaged);
    const store = await openStore(directory);
    const [id = ''] = await store.ids();
    const expected = { kind: 'vm-config-unreadable', message: expect.stringContaining(state) };
    await expect(store.read(id, ({ record }) => record)).rejects.toMatchObject(expected);
    await expect(store.update(id, () => undefined)).rejects.toMatchObject(expected);
    expect(await store.readAll(() => 0)).toEqual([{ id, fault: expect.objectContaining(expected) }]);
    expect(readFileSync(state, 'utf8')).toBe(damaged);
    await store.create(sampleVm('b'), []);
    expect(await store.ids()).toHaveLength(2);
  });

  it('of a newer version is refused as such', async () => {
    const { directory, state } = await oneVm();
    writeFileSync(state, readFileSync(state, 'utf8').replace(/"format":\d+/, '"format":99'));
    const store = await openStore(directory);
    const [id = ''] = await store.ids();
    await expect(store.read(id, () => 0)).rejects.toThrow('written by a newer Revix (format 99)');
  });

  it('.vmx is refused with file and line', async () => {
    const { directory, folder } = await oneVm();
    const vmx = join(folder, 'a.vmx');
    const text = readFileSync(vmx, 'utf8');
    appendFileSync(vmx, 'what is this\n');
    const store = await openStore(directory);
    const line = text.split('\n').length;
    await expect(store.read('a', () => 0)).rejects.toThrow(`a.vmx, line ${line} cannot be read`);
    writeFileSync(vmx, text);
    expect(await store.read('a', ({ files }) => files.text('/f'))).toBe('2');
  });

  it('journal is refused where it was acknowledged, and cut where it was torn', async () => {
    const { directory, journal } = await oneVm();
    const whole = readFileSync(journal);
    const store = await openStore(directory);
    appendFileSync(journal, '00000000 {"change":"remove","path":"/f"}\n00000000 {"cha');
    expect(await store.read('a', ({ files }) => files.tree())).toEqual({ '/f': '2' });
    await store.update('a', ({ files, record }) => {
      files.write('/g', '3');
      record.memoryMb = 7;
    });
    const other = await openStore(directory);
    expect(await other.read('a', ({ files }) => files.tree())).toEqual({ '/f': '2', '/g': '3' });
    const bad = Buffer.from(readFileSync(journal));
    bad[20] = (bad[20] ?? 0) ^ 1;
    writeFileSync(journal, bad);
    const third = await openStore(directory);
    expect(await third.read('a', ({ record }) => record.memoryMb)).toBe(7);
    await expect(third.read('a', ({ files }) => files.tree())).rejects.toThrow(`${journal} is damaged at byte 0`);
    await expect(third.update('a', ({ files }) => files.write('/h', ''))).rejects.toThrow('is damaged');
    expect(readFileSync(journal)).toEqual(bad);
    expect(whole.length).toBeLessThan(bad.length);
  });

  it('or a missing journal is named', async () => {
    const { directory, journal } = await oneVm();
    rmSync(journal);
    const store = await openStore(directory);
    await expect(store.read('a', ({ record }) => record)).rejects.toMatchObject({ kind: 'vm-config-unreadable' });
  });

  it('of contents that are missing or cut shows when they are read', async () => {
    const { directory, folder } = await oneVm();
    const store = await openStore(directory);
    const long = 'x'.repeat(5000);
    await store.update('a', ({ files }) => files.write('/long', long));
    const contents = join(folder, '.revix', 'a', 'contents');
    const [name = ''] = readdirSync(contents, { recursive: true })
      .map(String)
      .filter((path) => path.length > 60);
    const other = await openStore(directory);
    writeFileSync(join(contents, name), 'short');
    await expect(other.read('a', ({ files }) => files.text('/long'))).rejects.toThrow('holds 5 bytes');
    rmSync(join(contents, name));
    await expect(other.read('a', ({ files }) => files.text('/long'))).rejects.toMatchObject({ kind: 'file-not-found' });
  });

  it('.vmsd or .vmss of another program is not lost', async () => {
    const { directory, folder } = await oneVm();
    writeFileSync(join(folder, 'a.vmsd'), 'snapshot.numSnapshots = "7"\n');
    writeFileSync(join(folder, 'a.vmss'), 'memory of a real machine');
    const store = await openStore(directory);
    await store.update('a', ({ record }) => {
      record.power.phase = 'suspended';
    });
    await store.update('a', ({ record }) => {
      record.power.phase = 'off';
    });
    expect(readFileSync(join(folder, 'a.vmss.foreign-1'), 'utf8')).toBe('memory of a real machine');
    expect(existsSync(join(folder, 'a.vmss'))).toBe(false);
    expect(readFileSync(join(folder, 'a.vmsd'), 'utf8')).toContain('"7"');
  });

  it('in the marker of a folder is named', async () => {
    const directory = temporaryDirectory();
    mkdirSync(join(directory, 'DC0'));
    writeFileSync(join(directory, 'DC0', '.revix-folder'), 'nonsense');
    const store = await openStore(directory);
    await expect(store.ids()).rejects.toThrow('.revix-folder is damaged');
  });
});
