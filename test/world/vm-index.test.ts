import { mkdirSync, realpathSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { VmRecord } from '../../src/world/vm/vm-record.js';
import type { VmStore } from '../../src/world/vm/vm-store.js';
import { VmIndex } from '../../src/world/vm-index.js';
import { openStore, sampleVm, temporaryDirectory } from './store/sample-vm.js';

it('looks again at a machine that another call has found elsewhere while it was looked at', async () => {
  let ids = ['x'];
  let location = '/lab/a.vmx';
  const store = {
    ids: () => Promise.resolve(ids),
    placeOf: () => ({ location, datacenter: undefined, isElsewhere: false }),
    read: async <T>(_id: string, view: (state: { readonly record: VmRecord }) => T): Promise<T> => {
      const seen = view({ record: sampleVm('x', location) });
      if (location === '/lab/a.vmx') ids = ['x'];
      location = '/lab/b.vmx';
      return seen;
    },
  };
  const index = new VmIndex(store as unknown as VmStore);
  expect((await index.find('/lab/a.vmx'))?.id).toBe('x');
  expect((await index.find('/lab/b.vmx'))?.id).toBe('x');
  expect(await index.find('/lab/a.vmx')).toBeNull();
});

describe.skipIf(process.platform === 'win32')('a machine outside of the directory that cannot be looked at', () => {
  it.each([
    ['its file is a loop of links', (path: string) => rmSync(path), (path: string) => path],
    ['its volume gives errors', (path: string) => renameSync(dirname(path), `${dirname(path)}-away`), dirname],
  ])('is left out of the list, and says why when it is opened: %s', async (_how, away, loopOf) => {
    const store = await openStore(temporaryDirectory(), { isInPlace: true });
    const index = new VmIndex(store);
    const folder = realpathSync(temporaryDirectory());
    const [path, other] = ['bad', 'good'].map((name) => join(folder, name, 'lab.vmx'));
    for (const each of [path, other]) {
      mkdirSync(dirname(each ?? ''));
      writeFileSync(each ?? '', 'guestOS = "ubuntu-64"\n');
      expect(await store.takeIn?.(each ?? '')).toBe(each);
    }
    expect(await index.survey(() => 0)).toHaveLength(2);
    away(path ?? '');
    symlinkSync(loopOf(path ?? ''), loopOf(path ?? ''));
    expect((await index.survey(() => 0)).map(({ vm }) => vm.location)).toEqual([other]);
    const later = new VmIndex(store);
    expect(await later.find(path ?? '')).toBeNull();
    expect(later.damageAt(path ?? '')?.message).toContain('ELOOP');
  });
});
