import { describe, expect, it } from 'vitest';
import { FakeClock, settle } from '../../../src/base/clock.js';
import { GuestFileSystem } from '../../../src/world/guest/guest-file-system.js';
import { guestTree } from '../../../src/world/guest/guest-os.js';
import { MemoryStore } from '../../../src/world/vm/memory-store.js';
import { fault, oneVm } from '../world-fixture.js';

async function store(): Promise<MemoryStore<GuestFileSystem>> {
  const clock = new FakeClock();
  const memory = new MemoryStore(
    () => new GuestFileSystem({ family: 'posix', clock, diskSizeBytes: Number.MAX_SAFE_INTEGER }),
  );
  const record = await (await oneVm()).vm.record();
  await memory.create({ ...record, id: 'a' }, guestTree(record.guest, 0));
  return memory;
}

describe('MemoryStore', () => {
  it('keeps a change only when it succeeds', async () => {
    const memory = await store();
    const failing = memory.update('a', ({ record }) => {
      record.name = 'changed';
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    expect(await memory.read('a', ({ record }) => record.name)).toBe('vm');
    await memory.update('a', ({ record }) => {
      record.name = 'changed';
    });
    expect(await memory.read('a', ({ record }) => record.name)).toBe('changed');
  });

  it('lets one change after the other at a machine, and reads meanwhile', async () => {
    const memory = await store();
    const events: string[] = [];
    const slow = memory.update('a', async ({ record }) => {
      record.name = 'first';
      await settle();
      events.push('first');
    });
    const quick = memory.update('a', ({ record }) => {
      events.push(`second after ${record.name}`);
    });
    expect(await memory.read('a', ({ record }) => record.name)).toBe('vm');
    await Promise.all([slow, quick]);
    expect(events).toEqual(['first', 'second after first']);
  });

  it('tells of changes, and shows by its list whether machines came or went', async () => {
    const memory = await store();
    const heard: string[] = [];
    memory.onChange((id) => heard.push(id));
    const ids = await memory.ids();
    await memory.update('a', () => undefined);
    expect(await memory.ids()).toBe(ids);
    const record = await memory.read('a', (state) => state.record);
    await memory.create({ ...record, id: 'b' }, []);
    await expect(memory.create({ ...record, id: 'b' }, [])).rejects.toMatchObject(fault('already-exists'));
    expect(await memory.ids()).toEqual(['a', 'b']);
    await memory.delete('a');
    expect(await memory.ids()).toEqual(['b']);
    expect(heard).toEqual(['a', 'b', 'a']);
  });

  it('keeps images of files', async () => {
    const memory = await store();
    const user = { name: 'root', id: 0, group: 'root', home: '/', isAdministrator: true };
    await memory.update('a', ({ files }) => files.as(user).makeDirectory('/first'));
    await memory.update('a', () => memory.saveImage('a', 'image'));
    await memory.update('a', ({ files }) => files.as(user).makeDirectory('/second'));
    await memory.update('a', () => memory.restoreImage('a', 'image'));
    const isThere = (path: string): Promise<boolean> => memory.read('a', ({ files }) => files.as(user).exists(path));
    expect([await isThere('/first'), await isThere('/second')]).toEqual([true, false]);
    expect((await memory.imageContents('a', 'image')).length).toBe((await memory.imageContents('a', 'current')).length);
    await memory.deleteImage('a', 'image');
    await expect(memory.imageContents('a', 'image')).rejects.toMatchObject(fault('snapshot-not-found'));
  });

  it('knows nothing of a machine that is gone', async () => {
    const memory = await store();
    await memory.delete('a');
    await expect(memory.read('a', () => undefined)).rejects.toMatchObject(fault('vm-not-found'));
    await expect(memory.update('a', () => undefined)).rejects.toMatchObject(fault('vm-not-found'));
    await expect(memory.delete('a')).rejects.toMatchObject(fault('vm-not-found'));
    await expect(memory.flushFiles('a')).rejects.toMatchObject(fault('vm-not-found'));
  });
});
