import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { VIX_E_FILE_ALREADY_EXISTS, VIX_EVENTTYPE_JOB_PROGRESS } from '../../vix/names.js';
import { type CaseDefinition, caseGroup } from '../conformance-case.js';
import { GuestBench } from '../guest-bench.js';

const toGuest = 'VixVM_CopyFileFromHostToGuest';
const fromGuest = 'VixVM_CopyFileFromGuestToHost';

/** Bytes in which every value and every pair of neighbours that a text conversion would break occur. */
function everyByte(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => (index * 7 + Math.floor(index / 256)) & 0xff);
}

/** A tree as the paths of its files, with their content. */
const tree: Readonly<Record<string, string>> = {
  'read me.txt': 'top',
  'sub/one.txt': '1',
  'sub/zwei ü.txt': '2',
  'sub/deeper/empty.txt': '',
};

async function makeHostTree(root: string): Promise<void> {
  for (const [path, content] of Object.entries(tree)) {
    const file = join(root, ...path.split('/'));
    await mkdir(join(file, '..'), { recursive: true });
    await writeFile(file, content);
  }
  await mkdir(join(root, 'empty directory'));
}

/** The files below a directory of this machine by their paths, and `path/` for each empty directory. */
async function readHostTree(root: string): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const entry of await readdir(root, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    const name = relative(root, path).replaceAll('\\', '/');
    if (entry.isFile()) found[name] = await readFile(path, 'utf8');
    else if ((await readdir(path)).length === 0) found[`${name}/`] = '';
  }
  return found;
}

const familyCases: readonly CaseDefinition[] = (['posix', 'windows'] as const).flatMap((role) => [
  {
    title: `${role}: any bytes arrive as they were, both ways`,
    roles: [role],
    async run(bench) {
      const inGuest = await GuestBench.in(bench, role);
      const path = await inGuest.path('content.bin');
      for (const length of [0, 1, 65_536, 1_200_000]) {
        const bytes = everyByte(length);
        await inGuest.write(path, bytes);
        assert.ok(Buffer.from(bytes).equals(await inGuest.read(path)), `${length} bytes`);
      }
      await inGuest.write(path, '\r\n\n\r\0\u001a');
      assert.equal((await inGuest.read(path)).toString(), '\r\n\n\r\0\u001a');
    },
  },
  {
    title: `${role}: a copy tells how far it is`,
    roles: [role],
    async run(bench) {
      const inGuest = await GuestBench.in(bench, role);
      const [source, target] = [inGuest.hostPath('source'), inGuest.hostPath('target')];
      const path = await inGuest.path('large.bin');
      await writeFile(source, everyByte(3_000_000));
      const ways = [
        await bench.ok(toGuest, inGuest.vm, source, path, 0, 0),
        await bench.ok(fromGuest, inGuest.vm, path, target, 0, 0),
      ];
      for (const { call, events } of ways) {
        const told = events.filter(({ type }) => type === VIX_EVENTTYPE_JOB_PROGRESS).length;
        assert.ok(told > 0, `${call}: events of progress`);
      }
    },
  },
  {
    title: `${role}: a tree goes there and back`,
    roles: [role],
    async run(bench) {
      const inGuest = await GuestBench.in(bench, role);
      const source = inGuest.hostPath('source');
      const target = inGuest.hostPath('target');
      await makeHostTree(source);
      const there = await inGuest.path('tree');
      await bench.ok(toGuest, inGuest.vm, source, there, 0, 0);
      assert.equal(await inGuest.readText(inGuest.join(there, 'sub', 'one.txt')), '1');
      assert.ok(await inGuest.directoryExists(inGuest.join(there, 'empty directory')));
      await bench.ok(fromGuest, inGuest.vm, there, target, 0, 0);
      assert.deepEqual(await readHostTree(target), { ...tree, 'empty directory/': '' });
    },
  },
  {
    title: `${role}: a copy overwrites files and merges directories`,
    roles: [role],
    async run(bench) {
      const inGuest = await GuestBench.in(bench, role);
      const source = inGuest.hostPath('source');
      await makeHostTree(source);
      const there = await inGuest.path('tree');
      await inGuest.makeDirectory(inGuest.join(there, 'sub'));
      await inGuest.write(inGuest.join(there, 'sub', 'one.txt'), 'older and longer');
      await inGuest.write(inGuest.join(there, 'sub', 'own.txt'), 'own');
      await bench.ok(toGuest, inGuest.vm, source, there, 0, 0);
      assert.equal(await inGuest.readText(inGuest.join(there, 'sub', 'one.txt')), '1');
      assert.equal(await inGuest.readText(inGuest.join(there, 'sub', 'own.txt')), 'own');
      const target = inGuest.hostPath('target');
      await mkdir(join(target, 'sub'), { recursive: true });
      await writeFile(join(target, 'sub', 'one.txt'), 'older and longer');
      await writeFile(join(target, 'kept.txt'), 'kept');
      await bench.ok(fromGuest, inGuest.vm, there, target, 0, 0);
      const expected = { ...tree, 'empty directory/': '', 'sub/own.txt': 'own', 'kept.txt': 'kept' };
      assert.deepEqual(await readHostTree(target), expected);
    },
  },
  {
    title: `${role}: a copy ends at the first file that fails`,
    roles: [role],
    async run(bench) {
      const inGuest = await GuestBench.in(bench, role);
      const source = inGuest.hostPath('source');
      await mkdir(join(source, 'b'), { recursive: true });
      await writeFile(join(source, 'a.txt'), 'a');
      await writeFile(join(source, 'b', 'b.txt'), 'b');
      await writeFile(join(source, 'c.txt'), 'c');
      const there = await inGuest.path('tree');
      await inGuest.makeDirectory(there);
      await inGuest.write(inGuest.join(there, 'b'), 'a file where a directory has to go');
      await bench.fails(VIX_E_FILE_ALREADY_EXISTS, toGuest, inGuest.vm, source, there, 0, 0);
      assert.ok(await inGuest.fileExists(inGuest.join(there, 'a.txt')));
      assert.ok(!(await inGuest.fileExists(inGuest.join(there, 'c.txt'))));
    },
  },
]);

export const copyCases = caseGroup('copies', { needs: ['guest'] }, [
  ...familyCases,
  {
    title: 'posix: links are followed in both directions',
    roles: ['posix'],
    async run(bench) {
      const inGuest = await GuestBench.in(bench, 'posix');
      const source = inGuest.hostPath('source');
      await mkdir(source);
      await writeFile(join(source, 'file.txt'), 'content');
      // Windows lets only some users make links; there the guest's links alone are tried.
      if (process.platform !== 'win32') await symlink('file.txt', join(source, 'link.txt'));
      else await writeFile(join(source, 'link.txt'), 'content');
      const there = await inGuest.path('tree');
      await bench.ok(toGuest, inGuest.vm, source, there, 0, 0);
      assert.equal(await inGuest.readText(inGuest.join(there, 'link.txt')), 'content');
      await inGuest.shell(`ln -s file.txt "${inGuest.join(there, 'inside.txt')}"`);
      const target = inGuest.hostPath('target');
      await bench.ok(fromGuest, inGuest.vm, there, target, 0, 0);
      const files = { 'file.txt': 'content', 'inside.txt': 'content', 'link.txt': 'content' };
      assert.deepEqual(await readHostTree(target), files);
    },
  },
]);
