import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { CopyProgress, Guest } from '../../../src/doors/client/index.js';
import { backendNames, ClientRig } from './client-rig.js';

describe.each(backendNames)('guest.files over %s', (backend) => {
  let rig: ClientRig;
  let guest: Guest;
  let directory: string;

  beforeAll(async () => {
    rig = await ClientRig.create(backend);
    guest = await rig.login(await rig.connect(), 'posix');
    directory = mkdtempSync(join(tmpdir(), 'revix-client-'));
  });

  afterEach(() => rig.simulator?.faults.clear());

  afterAll(async () => {
    await rig.close();
    rmSync(directory, { recursive: true });
  });

  it('reads, writes, lists, moves and deletes', async () => {
    const { files } = guest;
    await rig.moving(files.makeDirectory('/tmp/a/b'));
    await rig.moving(files.write('/tmp/a/b/text', 'é\n'));
    expect(Buffer.from(await rig.moving(files.read('/tmp/a/b/text'))).toString()).toBe('é\n');
    await rig.moving(files.move('/tmp/a/b/text', '/tmp/a/text'));
    const namesIn = async (path: string): Promise<string[]> => {
      const names: string[] = [];
      for await (const { name, kind } of files.list(path)) names.push(`${kind} ${name}`);
      return names.toSorted();
    };
    expect(await rig.moving(namesIn('/tmp/a'))).toEqual(['directory b', 'file text']);
    expect(await rig.moving(files.exists('/tmp/a/b/text'))).toBe(false);
    await expect(rig.moving(files.stat('/tmp/a/b/text'))).rejects.toMatchObject({ name: 'VIX_E_FILE_NOT_FOUND' });
    await rig.moving(files.deleteDirectory('/tmp/a'));
    expect(await rig.moving(files.exists('/tmp/a'))).toBe(false);
  });

  it('copies a tree both ways, with progress, and compares every file', async () => {
    const source = join(directory, 'source');
    mkdirSync(join(source, 'inner'), { recursive: true });
    writeFileSync(join(source, 'one'), randomBytes(600_000));
    writeFileSync(join(source, 'inner', 'two'), 'two');
    const told: CopyProgress[] = [];
    const onProgress = (progress: CopyProgress): void => void told.push(progress);
    await rig.moving(guest.files.upload(source, '/tmp/tree', { onProgress, verify: true }));
    expect(told.at(-1)).toMatchObject({ copiedFiles: 2, copiedBytes: 600_003 });
    expect(told.length).toBeGreaterThan(3);
    const back = join(directory, 'back');
    await rig.moving(guest.files.download('/tmp/tree', back, { verify: true }));
    expect(readFileSync(join(back, 'one')).equals(readFileSync(join(source, 'one')))).toBe(true);
    expect(readFileSync(join(back, 'inner', 'two'), 'utf8')).toBe('two');
    expect(await rig.leftIn('posix')).toEqual([]);
  });

  it('does not send again what is there already, when it compares', async () => {
    const path = join(directory, 'same');
    writeFileSync(path, 'the same');
    await rig.moving(guest.files.upload(path, '/tmp/same', { verify: true }));
    const before = await rig.moving(guest.files.stat('/tmp/same'));
    await rig.clock.advance(60_000);
    await rig.moving(guest.files.upload(path, '/tmp/same', { verify: true }));
    expect(await rig.moving(guest.files.stat('/tmp/same'))).toEqual(before);
    const sha256 = createHash('sha256').update('the same').digest('hex');
    expect(await rig.moving(guest.files.sha256('/tmp/same'))).toBe(sha256);
  });

  it('takes up a tree again without the files that have come already', async () => {
    await rig.moving(guest.files.makeDirectory('/tmp/again'));
    for (const name of ['one', 'two', 'three']) await rig.moving(guest.files.write(`/tmp/again/${name}`, name));
    const target = join(directory, 'again');
    await rig.moving(guest.files.download('/tmp/again', target, { verify: true }));
    const inodeOf = (name: string): number => statSync(join(target, name)).ino;
    const before = { one: inodeOf('one'), two: inodeOf('two'), three: inodeOf('three') };
    // The same size, and another content.
    writeFileSync(join(target, 'two'), 'Two');
    rmSync(join(target, 'three'));
    const told: CopyProgress[] = [];
    const onProgress = (progress: CopyProgress): void => void told.push(progress);
    await rig.moving(guest.files.download('/tmp/again', target, { verify: true, onProgress }));
    expect(['one', 'two', 'three'].map((name) => readFileSync(join(target, name), 'utf8'))).toEqual([
      'one',
      'two',
      'three',
    ]);
    expect(told.at(-1)).toMatchObject({ copiedFiles: 3, copiedBytes: 11 });
    // A file that was sent again was written beside the old one and moved into place.
    expect([inodeOf('one') === before.one, inodeOf('two') === before.two]).toEqual([true, false]);
    await rig.moving(guest.files.download('/tmp/again', target));
    expect(inodeOf('one')).not.toBe(before.one);
  });

  it('has an aborted upload taken back before it says so', async () => {
    const source = join(directory, 'half');
    writeFileSync(source, randomBytes(2 * 1024 * 1024));
    const faults = rig.simulator?.faults;
    faults?.add({ on: 'PUT /guestFile', effect: { never: true } });
    faults?.add({ on: 'DeleteFileInGuest', effect: { delayMs: 1000 } });
    const abort = new AbortController();
    let removed = Infinity;
    const onProgress = (): void => {
      removed = rig.clock.now() + (faults === undefined ? 0 : 1000);
      abort.abort();
    };
    const options = { signal: abort.signal, onProgress };
    await expect(rig.moving(guest.files.upload(source, '/tmp/half', options))).rejects.toMatchObject({
      name: 'VIX_E_CANCELLED',
    });
    expect(rig.clock.now()).toBeGreaterThanOrEqual(removed);
    const { files } = await rig.inside('posix');
    const left = (await files.list('/tmp', rig.call)).filter(({ name }) => name === 'half' || name.endsWith('.part'));
    expect(left).toEqual([]);
  });

  it('takes up a download again where it broke off, and leaves no part of one that fails', async () => {
    const bytes = randomBytes(3 * 1024 * 1024);
    await rig.moving(guest.files.write('/tmp/large', bytes));
    const target = join(directory, 'download', 'large');
    mkdirSync(join(directory, 'download'));
    const seen: number[] = [];
    const onProgress = ({ fileBytes }: CopyProgress): void => void seen.push(fileBytes);
    rig.simulator?.faults.add({ on: 'GET /guestFile', count: 1, effect: { cutAfterBytes: 2_500_000 } });
    await rig.moving(guest.files.download('/tmp/large', target, { onProgress }));
    expect(readFileSync(target).equals(bytes)).toBe(true);
    expect(seen.toSorted((left, right) => left - right)).toEqual(seen);
    rig.simulator?.faults.add({ on: 'GET /guestFile', effect: { cutAfterBytes: 100 } });
    const missing = guest.files.download(backend === 'mock' ? '/tmp/none' : '/tmp/large', target, { resume: false });
    await expect(rig.moving(missing)).rejects.toMatchObject({ operation: 'guest.files.download' });
    expect(readdirSync(join(directory, 'download'))).toEqual(['large']);
    expect(readFileSync(target).equals(bytes)).toBe(true);
  });
});
