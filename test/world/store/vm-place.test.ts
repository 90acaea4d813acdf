import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join, resolve, sep } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeName, encodeName, knownFileName, newFileName } from '../../../src/world/store/place-names.js';
import { locationOf, placeOf } from '../../../src/world/store/vm-place.js';
import { putFile } from './fake-files.js';
import { openStore, sampleVm, temporaryDirectory } from './sample-vm.js';

const paths = { given: resolve('/store'), real: resolve('/store') };
const names = fc.string({ unit: 'binary', minLength: 1, maxLength: 12 });

describe('file names', () => {
  it('stand for exactly one name and are taken by every host', () => {
    fc.assert(
      fc.property(names, (name) => {
        const fileName = encodeName(name);
        expect(decodeName(fileName)).toBe(name);
        expect(fileName).not.toMatch(/[\x00-\x1f<>:"/\\|?*]|^\.|[. ]$|^(con|nul|aux|prn|com\d|lpt\d)(\.|$)/i);
      }),
    );
  });

  it('differ in more than case when names do not', () => {
    const similar = fc.uniqueArray(fc.stringMatching(/^[aA][bB][%.]?[cCİß]?(\.vmx)?$/), {
      minLength: 2,
      maxLength: 12,
    });
    fc.assert(
      fc.property(similar, (wanted) => {
        const taken: string[] = [];
        for (const name of wanted) if (knownFileName(name, taken) === undefined) taken.push(newFileName(name, taken));
        expect(taken.map(decodeName)).toEqual(wanted);
        expect(new Set(taken.map((name) => name.toLowerCase())).size).toBe(taken.length);
        expect(taken.map((name) => name.endsWith('.vmx'))).toEqual(wanted.map((name) => name.endsWith('.vmx')));
      }),
    );
    expect(newFileName('win.vmx', ['Win.vmx'])).toBe('%77in.vmx');
  });
});

describe('the place of a machine', () => {
  it('gives back its location', () => {
    const parts = names.filter(
      (name) => !/[/\\\]]/.test(name) && name !== '.' && name !== '..' && name.trim() === name,
    );
    const locations = fc.oneof(
      fc
        .tuple(parts, fc.array(parts, { maxLength: 3 }))
        .map(([ds, folders]) => `[${ds}] ${[...folders, 'a.vmx'].join('/')}`),
      fc.array(parts, { minLength: 1, maxLength: 3 }).map((folders) => `/elsewhere/${folders.join('/')}/a.vmx`),
      fc.array(parts, { minLength: 1, maxLength: 3 }).map((folders) => `C:\\${folders.join('\\')}\\a.vmx`),
    );
    fc.assert(
      fc.property(locations, (location) => {
        expect(locationOf(placeOf(location, 'DC', paths), paths)).toBe(location);
      }),
    );
    expect(locationOf(placeOf('\\\\server\\share\\a.vmx', '', paths), paths)).toBe('\\\\server\\share\\a.vmx');
  });

  it.each([
    ['[ds] ../../outside.vmx', '. or .. as a folder'],
    ['/vms/../../etc/x.vmx', '. or .. as a folder'],
    ['C:\\vms\\..\\x.vmx', '. or .. as a folder'],
    ['[ds] x', 'does not end in .vmx'],
    ['[ds] .vmx', 'does not end in .vmx'],
    ['relative/x.vmx', 'neither a datastore path nor an absolute path'],
    ['', 'neither a datastore path nor an absolute path'],
    ['[ds] \ud800/x.vmx', 'not valid Unicode'],
    [`${resolve('/store')}${sep}.revix-kept${sep}x.vmx`, 'taken by Revix'],
  ])('refuses %j', (location, problem) => {
    expect(() => placeOf(location, 'DC', paths)).toThrow(problem);
  });

  it('is inside the directory where the path says so, and else below a folder that says what it is', async () => {
    const directory = temporaryDirectory();
    const store = await openStore(directory);
    const inside = join(directory, 'mine', 'Mine.vmx');
    const locations = [
      inside,
      '/vms/x/x.vmx',
      'C:\\vms\\x\\x.vmx',
      '[ds/1] a:b/aux.vmx',
      '[ds] Win/Win.vmx',
      '[ds] win/win.vmx',
    ];
    for (const [index, location] of locations.entries()) {
      await store.create(sampleVm(String(index), location, 'local'), [putFile('/which', location)]);
    }
    const other = await openStore(directory);
    for (const [index, location] of locations.entries()) {
      const seen = await other.read(String(index), ({ record, files }) => [record.location, files.text('/which')]);
      expect(seen).toEqual([location, location]);
    }
    expect(existsSync(inside)).toBe(true);
    expect(existsSync(join(directory, 'local', 'vms', 'x', 'x.vmx'))).toBe(true);
    expect(existsSync(join(directory, 'local', 'C%3A', 'vms', 'x', 'x.vmx'))).toBe(true);
    // The datacentre is called local, too.
    expect(existsSync(join(directory, 'loca%6C', 'ds%2F1', 'a%3Ab', '%61ux.vmx'))).toBe(true);
    expect(readdirSync(join(directory, 'loca%6C', 'ds')).sort()).toEqual(['%77in', 'Win']);
    await expect(store.create(sampleVm('9', join(directory, 'local', 'y', 'y.vmx')), [])).rejects.toThrow(
      'is in the folder',
    );
  });

  it('leaves alone a folder of the user that has the name of a datacentre', async () => {
    const directory = temporaryDirectory();
    mkdirSync(join(directory, 'DC0', 'x'), { recursive: true });
    writeFileSync(join(directory, 'DC0', 'x', 'x.vmx'), 'displayName = "Theirs"\n');
    const store = await openStore(directory);
    await store.create(sampleVm('a', '[x] x.vmx', 'DC0'), []);
    const seen = await Promise.all((await store.ids()).map((id) => store.read(id, ({ record }) => record.location)));
    expect(seen).toEqual(['[x] x.vmx', join(directory, 'DC0', 'x', 'x.vmx')]);
    expect(readFileSync(join(directory, 'DC0', 'x', 'x.vmx'), 'utf8')).toBe('displayName = "Theirs"\n');
  });
});
