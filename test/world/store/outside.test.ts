import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { VmStore } from '../../../src/world/vm/vm-store.js';
import { type FakeFiles, putFile } from './fake-files.js';
import { failureOf, openStore, sampleVm, temporaryDirectory } from './sample-vm.js';

/** A `.vmx` file that lies somewhere, in a folder of its own. */
function vmxFile(folder = join(realpathSync(temporaryDirectory()), 'lab'), name = 'lab'): string {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, `${name}.vmx`);
  writeFileSync(path, `displayName = "${name}"\nguestOS = "ubuntu-64"\n`);
  return path;
}

function openInPlace(directory: string): Promise<VmStore<FakeFiles>> {
  return openStore(directory, { isInPlace: true });
}

async function takenIn(store: VmStore<FakeFiles>, path: string): Promise<string> {
  expect(await store.takeIn?.(path)).toBe(path);
  for (const id of await store.ids()) {
    if ((await store.read(id, ({ record }) => record.location)) === path) return id;
  }
  throw new Error(`${path} is not in the store`);
}

describe('a machine outside of the directory', () => {
  it('belongs to it from its first use on, and keeps its state beside its file', async () => {
    const directory = temporaryDirectory();
    const path = vmxFile();
    const store = await openInPlace(directory);
    expect(await store.ids()).toEqual([]);
    const id = await takenIn(store, path);
    await store.update(id, ({ record, files }) => {
      record.power.phase = 'on';
      files.write('/f', 'text');
    });
    expect(existsSync(join(dirname(path), '.revix', 'lab', 'state.json'))).toBe(true);

    const other = await openInPlace(directory);
    expect(await other.ids()).toEqual([id]);
    expect(await other.read(id, ({ record, files }) => [record.power.phase, files.text('/f')])).toEqual(['on', 'text']);
    // Only the entry that names it is in the directory itself.
    expect(readdirSync(directory).filter((name) => name !== '.revix-locks')).toEqual(['.revix-outside']);
  });

  it('goes by its path without links', async () => {
    const store = await openInPlace(temporaryDirectory());
    const path = vmxFile();
    const link = join(realpathSync(temporaryDirectory()), 'link');
    symlinkSync(dirname(path), link, 'junction');
    expect(await store.takeIn?.(join(link, 'lab.vmx'))).toBe(path);
  });

  it('is none of a directory that does not work in place', async () => {
    const store = await openStore(temporaryDirectory());
    expect(await store.takeIn?.(vmxFile())).toBeUndefined();
    expect(await store.ids()).toEqual([]);
  });

  it.each(['relative.vmx', '/no/such.vmx', '[ds1] a/a.vmx', '/etc/passwd', '/etc'])('is not %s', async (location) => {
    const store = await openInPlace(temporaryDirectory());
    expect(await store.takeIn?.(location)).toBeUndefined();
  });

  it('is forgotten when its file is gone from its folder, and comes back with it', async () => {
    const directory = temporaryDirectory();
    const store = await openInPlace(directory);
    const path = vmxFile();
    await takenIn(store, path);
    renameSync(path, `${path}.away`);
    expect(await store.ids()).toEqual([]);
    expect(readdirSync(join(directory, '.revix-outside'))).toEqual([]);
    renameSync(`${path}.away`, path);
    await takenIn(store, path);
  });

  it('is not forgotten while its folder is away, such as on a volume that is not mounted', async () => {
    const directory = temporaryDirectory();
    const store = await openInPlace(directory);
    const path = vmxFile();
    const id = await takenIn(store, path);
    const away = `${dirname(path)}-away`;
    renameSync(dirname(path), away);
    expect(await store.ids()).toEqual([]);
    expect(await store.readAll(() => 0)).toEqual([]);
    renameSync(away, dirname(path));
    expect(await store.ids()).toEqual([id]);
    await store.delete(id, { keepDisks: false });
    expect(existsSync(dirname(path))).toBe(false);
    expect(readdirSync(join(directory, '.revix-outside'))).toEqual([]);
  });

  it('has an id of its own when its folder was copied by hand', async () => {
    const store = await openInPlace(temporaryDirectory());
    const path = vmxFile();
    const id = await takenIn(store, path);
    await store.update(id, ({ record }) => void (record.name = 'original'));
    const copy = join(`${dirname(path)}-copy`, 'lab.vmx');
    cpSync(dirname(path), dirname(copy), { recursive: true });
    const copyId = await takenIn(store, copy);
    expect(copyId).not.toBe(id);
    await store.update(copyId, ({ record }) => void (record.name = 'copy'));
    expect(await store.read(id, ({ record }) => record.name)).toBe('original');
  });

  it('is deleted with its folder, as far as nothing else is in it', async () => {
    const store = await openInPlace(temporaryDirectory());
    const path = vmxFile();
    const id = await takenIn(store, path);
    await store.update(id, ({ files }) => files.write('/f', 'text'));
    const neighbour = vmxFile(join(dirname(path), '..', 'beside'));
    writeFileSync(join(dirname(neighbour), 'notes.txt'), 'mine');
    await store.delete(id, { keepDisks: false });
    expect(existsSync(dirname(path))).toBe(false);
    const neighbourId = await takenIn(store, neighbour);
    await store.delete(neighbourId, { keepDisks: false });
    expect(readdirSync(dirname(neighbour))).toEqual(['notes.txt']);
    expect(await store.ids()).toEqual([]);
  });

  it('is made where its path says', async () => {
    const directory = temporaryDirectory();
    const store = await openInPlace(directory);
    const path = join(realpathSync(temporaryDirectory()), 'new', 'new.vmx');
    await store.create(sampleVm('new', path), [putFile('/f', 'text')]);
    expect(readFileSync(path, 'utf8')).toContain('displayName');
    expect(await (await openInPlace(directory)).ids()).toEqual(['new']);
    expect(await failureOf(store.create(sampleVm('second', path), []))).toMatchObject({ kind: 'file-exists' });
  });

  it('is made inside when it is asked to be kept there', async () => {
    const directory = temporaryDirectory();
    const store = await openInPlace(directory);
    await store.create(sampleVm('a', '/vms/a/a.vmx'), [], { isKeptInside: true });
    expect(existsSync(join(directory, 'local', 'vms', 'a', 'a.vmx'))).toBe(true);
    expect(await store.read('a', ({ record }) => record.location)).toBe('/vms/a/a.vmx');
  });

  it('in another directory of machines is locked there, so that both may use it', async () => {
    const theirs = realpathSync(temporaryDirectory());
    const owner = await openStore(theirs);
    await owner.create(sampleVm('a', '[ds1] a/a.vmx'), []);
    const path = join(theirs, 'DC0', 'ds1', 'a', 'a.vmx');
    const guest = await openInPlace(temporaryDirectory());
    const id = await takenIn(guest, path);
    const add = (store: VmStore<FakeFiles>, key: string) => () =>
      store.update(id, ({ record }) => void (record.memoryMb += key.length));
    await Promise.all(Array.from({ length: 10 }, () => [add(owner, 'x')(), add(guest, 'y')()]).flat());
    expect(await owner.read('a', ({ record }) => record.memoryMb)).toBe(1024 + 20);
    expect(await owner.read('a', ({ record }) => record.location)).toBe('[ds1] a/a.vmx');
    expect(existsSync(join(dirname(path), '.revix', '.locks'))).toBe(false);
  });

  it('stays listed when the directory itself may only be read', async () => {
    const directory = temporaryDirectory();
    const path = vmxFile();
    await takenIn(await openInPlace(directory), path);
    rmSync(dirname(path), { recursive: true });
    chmodSync(join(directory, '.revix-outside'), 0o555);
    const store = await openInPlace(directory);
    expect(await store.ids()).toEqual([]);
    chmodSync(join(directory, '.revix-outside'), 0o755);
  });
});
