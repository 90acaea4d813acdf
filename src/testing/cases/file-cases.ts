import assert from 'node:assert/strict';
import {
  VIX_FILE_ATTRIBUTES_DIRECTORY,
  VIX_FILE_ATTRIBUTES_SYMLINK,
  VIX_PROPERTY_JOB_RESULT_FILE_FLAGS,
  VIX_PROPERTY_JOB_RESULT_FILE_MOD_TIME,
  VIX_PROPERTY_JOB_RESULT_FILE_SIZE,
  VIX_PROPERTY_JOB_RESULT_ITEM_NAME,
} from '../../vix/names.js';
import { type CaseDefinition, caseGroup } from '../conformance-case.js';
import { GuestBench } from '../guest-bench.js';

/** Names that are a trial for whatever passes them on; good on both families of guests. */
const oddNames = ['with blank', 'Größe', '日本語', 'emoji 🙂', "it's", '%PATH%', '$HOME', '&and;', '(1) [2]', '.dot'];

interface Entry {
  readonly size: number;
  readonly flags: number;
  readonly modified: number;
}

async function info({ bench, vm }: GuestBench, path: string): Promise<Entry> {
  const outcome = await bench.ok('VixVM_GetFileInfoInGuest', vm, path);
  return {
    size: outcome.int64(VIX_PROPERTY_JOB_RESULT_FILE_SIZE),
    flags: outcome.integer(VIX_PROPERTY_JOB_RESULT_FILE_FLAGS),
    modified: outcome.int64(VIX_PROPERTY_JOB_RESULT_FILE_MOD_TIME),
  };
}

async function list({ bench, vm }: GuestBench, path: string): Promise<ReadonlyMap<string, Entry>> {
  const outcome = await bench.ok('VixVM_ListDirectoryInGuest', vm, path, 0);
  const count = outcome.count(VIX_PROPERTY_JOB_RESULT_ITEM_NAME);
  const entries = Array.from({ length: count }, (_, index) => {
    const entry: Entry = {
      size: outcome.int64(VIX_PROPERTY_JOB_RESULT_FILE_SIZE, index),
      flags: outcome.integer(VIX_PROPERTY_JOB_RESULT_FILE_FLAGS, index),
      modified: outcome.int64(VIX_PROPERTY_JOB_RESULT_FILE_MOD_TIME, index),
    };
    return [outcome.text(VIX_PROPERTY_JOB_RESULT_ITEM_NAME, index), entry] as const;
  });
  return new Map(entries);
}

const familyCases: readonly CaseDefinition[] = (['posix', 'windows'] as const).flatMap((role) => [
  {
    title: `${role}: files and directories are told apart`,
    roles: [role],
    async run(bench) {
      const inGuest = await GuestBench.in(bench, role);
      const file = await inGuest.path('file.txt');
      const directory = await inGuest.path('directory');
      await inGuest.write(file, 'content');
      await inGuest.makeDirectory(directory);
      const absent = await inGuest.path('absent');
      const below = inGuest.join(file, 'below a file');
      const files = await Promise.all([file, directory, absent, below].map((path) => inGuest.fileExists(path)));
      assert.deepEqual(files, [true, false, false, false], 'whether a file is there');
      const paths = [directory, file, absent, below];
      const directories = await Promise.all(paths.map((path) => inGuest.directoryExists(path)));
      assert.deepEqual(directories, [true, false, false, false], 'whether a directory is there');
    },
  },
  {
    title: `${role}: size, kind and time of files and directories`,
    roles: [role],
    async run(bench) {
      const inGuest = await GuestBench.in(bench, role);
      const file = await inGuest.path('file.bin');
      await inGuest.write(file, new Uint8Array(12_345));
      const told = await info(inGuest, file);
      assert.equal(told.size, 12_345);
      assert.equal(told.flags, 0);
      assert.ok(told.modified > 1_000_000_000 && told.modified < 10_000_000_000, `seconds: ${told.modified}`);
      const directory = await info(inGuest, await inGuest.directory());
      assert.equal(directory.size, 0);
      assert.equal(directory.flags, VIX_FILE_ATTRIBUTES_DIRECTORY);
    },
  },
  {
    title: `${role}: a list holds each entry by its name, with what its info tells`,
    roles: [role],
    async run(bench) {
      const inGuest = await GuestBench.in(bench, role);
      await inGuest.write(await inGuest.path('b.txt'), 'four');
      await inGuest.makeDirectory(await inGuest.path('a'));
      await inGuest.write(await inGuest.path('a', 'deep.txt'), '');
      const entries = await list(inGuest, await inGuest.directory());
      assert.deepEqual([...entries.keys()].sort(), ['a', 'b.txt']);
      for (const [name, entry] of entries) assert.deepEqual(entry, await info(inGuest, await inGuest.path(name)), name);
      assert.equal(entries.get('b.txt')?.size, 4);
    },
  },
  {
    title: `${role}: an empty directory lists nothing`,
    roles: [role],
    async run(bench) {
      const inGuest = await GuestBench.in(bench, role);
      const outcome = await bench.ok('VixVM_ListDirectoryInGuest', inGuest.vm, await inGuest.directory(), 0);
      assert.equal(outcome.count(VIX_PROPERTY_JOB_RESULT_ITEM_NAME), 0);
      outcome.lacks(VIX_PROPERTY_JOB_RESULT_ITEM_NAME);
    },
  },
  {
    title: `${role}: names may hold blanks and anything of Unicode`,
    roles: [role],
    async run(bench) {
      const inGuest = await GuestBench.in(bench, role);
      for (const name of oddNames) {
        const directory = await inGuest.path(name);
        const file = inGuest.join(directory, `${name}.txt`);
        await inGuest.makeDirectory(directory);
        await inGuest.write(file, name);
        assert.ok(await inGuest.fileExists(file), file);
        assert.deepEqual(await inGuest.names(directory), [`${name}.txt`]);
        assert.equal((await inGuest.read(file)).toString(), name);
        const renamed = inGuest.join(directory, `renamed ${name}`);
        await bench.ok('VixVM_RenameFileInGuest', inGuest.vm, file, renamed, 0, 0);
        assert.equal((await info(inGuest, renamed)).size, Buffer.byteLength(name));
        await bench.ok('VixVM_DeleteFileInGuest', inGuest.vm, renamed);
      }
      assert.deepEqual(await inGuest.names(await inGuest.directory()), [...oddNames].sort());
    },
  },
  {
    title: `${role}: a directory is made with its parents and deleted with all that is in it`,
    roles: [role],
    async run(bench) {
      const inGuest = await GuestBench.in(bench, role);
      const top = await inGuest.path('top');
      const deep = inGuest.join(top, 'middle', 'deep');
      await inGuest.makeDirectory(deep);
      await inGuest.write(inGuest.join(deep, 'file.txt'), 'content');
      assert.ok(await inGuest.directoryExists(deep));
      await bench.ok('VixVM_DeleteDirectoryInGuest', inGuest.vm, top, 0);
      assert.ok(!(await inGuest.directoryExists(top)));
      assert.deepEqual(await inGuest.names(await inGuest.directory()), []);
    },
  },
  {
    title: `${role}: files and directories are renamed, also to another directory and to themselves`,
    roles: [role],
    async run(bench) {
      const inGuest = await GuestBench.in(bench, role);
      const { vm } = inGuest;
      const rename = async (from: string, to: string): Promise<void> => {
        await bench.ok('VixVM_RenameFileInGuest', vm, from, to, 0, 0);
      };
      const file = await inGuest.path('file.txt');
      await inGuest.write(file, 'content');
      await rename(file, file);
      assert.equal(await inGuest.readText(file), 'content');
      const directory = await inGuest.path('directory');
      await inGuest.makeDirectory(directory);
      await rename(file, inGuest.join(directory, 'moved.txt'));
      assert.ok(!(await inGuest.fileExists(file)));
      await rename(directory, await inGuest.path('renamed'));
      assert.equal(await inGuest.readText(await inGuest.path('renamed', 'moved.txt')), 'content');
      assert.deepEqual(await inGuest.names(await inGuest.directory()), ['renamed']);
    },
  },
  {
    title: `${role}: temporary files are new and empty each time`,
    roles: [role],
    async run(bench) {
      const inGuest = await GuestBench.in(bench, role);
      const paths = new Set<string>();
      for (let count = 0; count < 3; count += 1) {
        const outcome = await bench.ok('VixVM_CreateTempFileInGuest', inGuest.vm, 0, 0);
        paths.add(outcome.text(VIX_PROPERTY_JOB_RESULT_ITEM_NAME));
      }
      assert.equal(paths.size, 3);
      for (const path of paths) {
        assert.equal((await info(inGuest, path)).size, 0);
        await bench.ok('VixVM_DeleteFileInGuest', inGuest.vm, path);
        assert.ok(!(await inGuest.fileExists(path)));
      }
    },
  },
]);

export const fileCases = caseGroup('files', { needs: ['guest'] }, [
  ...familyCases,
  {
    title: 'posix: a link to a file is a link with the size of its target, a link to a directory a directory',
    roles: ['posix'],
    async run(bench) {
      const inGuest = await GuestBench.in(bench, 'posix');
      await inGuest.write(await inGuest.path('file.txt'), 'content');
      await inGuest.makeDirectory(await inGuest.path('directory'));
      await inGuest.shell(
        `cd "${await inGuest.directory()}" && ln -s file.txt toFile && ln -s directory toDirectory && ln -s no toNothing`,
      );
      const entries = await list(inGuest, await inGuest.directory());
      const flags = (name: string): number | undefined => entries.get(name)?.flags;
      assert.equal(flags('toFile'), VIX_FILE_ATTRIBUTES_SYMLINK);
      assert.equal(entries.get('toFile')?.size, 7);
      assert.equal(flags('toDirectory'), VIX_FILE_ATTRIBUTES_DIRECTORY);
      assert.equal(flags('toNothing'), VIX_FILE_ATTRIBUTES_SYMLINK);
      assert.ok(await inGuest.fileExists(await inGuest.path('toFile')));
      assert.ok(await inGuest.directoryExists(await inGuest.path('toDirectory')));
      assert.equal(await inGuest.readText(await inGuest.path('toFile')), 'content');
    },
  },
  {
    title: 'posix: a link with a step up leads from where its directory really is',
    roles: ['posix'],
    async run(bench) {
      const inGuest = await GuestBench.in(bench, 'posix');
      await inGuest.shell(
        `cd "${await inGuest.directory()}" && mkdir -p real/sub && ln -s real/sub short && echo of another > file.txt && ` +
          'cd real && echo old > file.txt && ln -s ../file.txt sub/link && ln -s ../made.txt sub/dangling',
      );
      const link = await inGuest.path('short', 'link');
      assert.ok(await inGuest.fileExists(link));
      assert.equal((await info(inGuest, link)).size, 4);
      assert.equal(await inGuest.readText(link), 'old');
      await inGuest.write(link, 'new');
      assert.equal(await inGuest.readText(await inGuest.path('real', 'file.txt')), 'new');
      assert.equal(await inGuest.readText(await inGuest.path('file.txt')), 'of another');
      const dangling = await inGuest.path('short', 'dangling');
      assert.ok(!(await inGuest.fileExists(dangling)));
      await inGuest.write(dangling, 'made');
      assert.ok(await inGuest.fileExists(dangling));
      assert.deepEqual(await inGuest.names(await inGuest.path('real')), ['file.txt', 'made.txt', 'sub']);
      assert.deepEqual(await inGuest.names(await inGuest.directory()), ['file.txt', 'real', 'short']);
    },
  },
  {
    title: 'posix: deleting a link leaves what it leads to',
    roles: ['posix'],
    async run(bench) {
      const inGuest = await GuestBench.in(bench, 'posix');
      await inGuest.write(await inGuest.path('file.txt'), 'content');
      await inGuest.shell(`cd "${await inGuest.directory()}" && ln -s file.txt link && ln -s no dangling`);
      for (const name of ['link', 'dangling']) {
        await bench.ok('VixVM_DeleteFileInGuest', inGuest.vm, await inGuest.path(name));
      }
      assert.deepEqual(await inGuest.names(await inGuest.directory()), ['file.txt']);
    },
  },
  {
    title: 'posix: a file in the way of a rename is replaced',
    roles: ['posix'],
    async run(bench) {
      const inGuest = await GuestBench.in(bench, 'posix');
      const [from, to] = [await inGuest.path('new.txt'), await inGuest.path('old.txt')];
      await inGuest.write(from, 'new');
      await inGuest.write(to, 'old');
      await bench.ok('VixVM_RenameFileInGuest', inGuest.vm, from, to, 0, 0);
      assert.equal(await inGuest.readText(to), 'new');
      assert.ok(!(await inGuest.fileExists(from)));
    },
  },
  {
    title: 'posix: the case of a name counts, windows: it does not',
    roles: ['posix', 'windows'],
    async run(bench) {
      for (const [role, isSame] of [
        ['posix', false],
        ['windows', true],
      ] as const) {
        const inGuest = await GuestBench.in(bench, role);
        await inGuest.write(await inGuest.path('File.txt'), 'content');
        assert.equal(await inGuest.fileExists(await inGuest.path('FILE.TXT')), isSame, role);
      }
    },
  },
  {
    title: 'posix: a directory is made for its user alone',
    roles: ['posix'],
    async run(bench) {
      const inGuest = await GuestBench.in(bench, 'posix', 'administrator');
      const directory = await inGuest.directory();
      await inGuest.write(inGuest.join(directory, 'secret.txt'), 'content');
      await inGuest.login('user');
      const outcome = await bench.attempt('VixVM_ListDirectoryInGuest', [inGuest.vm, directory, 0]);
      assert.notEqual(outcome.error, 0, 'another user may not list it');
    },
  },
]);
