import assert from 'node:assert/strict';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { VixFunctionName } from '../../vix/functions.js';
import { errorName } from '../../vix/lookup.js';
import {
  VIX_E_ALREADY_EXISTS,
  VIX_E_DISK_FULL,
  VIX_E_FILE_ACCESS_ERROR,
  VIX_E_FILE_ALREADY_EXISTS,
  VIX_E_FILE_NAME_TOO_LONG,
  VIX_E_FILE_NOT_FOUND,
  VIX_E_INVALID_ARG,
  VIX_E_NOT_A_DIRECTORY,
  VIX_E_NOT_A_FILE,
} from '../../vix/names.js';
import type { VixError } from '../../vix/types.js';
import { type CaseDefinition, caseGroup } from '../conformance-case.js';
import { GuestBench } from '../guest-bench.js';
import { argumentsFor } from '../neutral-arguments.js';

/** What lies at a path: the preparation of an error. */
type Place = 'nothing' | 'nothing in nothing' | 'file' | 'below a file' | 'directory' | 'protected' | 'long name';

/** One way to an error: the function, the parameter whose path it is about, what lies there, and the error. */
type Provoker = readonly [call: VixFunctionName, parameter: string, place: Place, error: VixError];

const list = 'VixVM_ListDirectoryInGuest';
const make = 'VixVM_CreateDirectoryInGuest';
const removeDirectory = 'VixVM_DeleteDirectoryInGuest';
const remove = 'VixVM_DeleteFileInGuest';
const info = 'VixVM_GetFileInfoInGuest';
const rename = 'VixVM_RenameFileInGuest';
const toGuest = 'VixVM_CopyFileFromHostToGuest';
const fromGuest = 'VixVM_CopyFileFromGuestToHost';

/** Every error of the file functions that a guest of either family can be brought to. */
const provokers: readonly Provoker[] = [
  [remove, 'guestPathName', 'nothing', VIX_E_FILE_NOT_FOUND],
  [remove, 'guestPathName', 'nothing in nothing', VIX_E_FILE_NOT_FOUND],
  [remove, 'guestPathName', 'directory', VIX_E_NOT_A_FILE],
  [remove, 'guestPathName', 'protected', VIX_E_FILE_ACCESS_ERROR],
  [removeDirectory, 'pathName', 'nothing', VIX_E_FILE_NOT_FOUND],
  [removeDirectory, 'pathName', 'file', VIX_E_NOT_A_DIRECTORY],
  [removeDirectory, 'pathName', 'protected', VIX_E_NOT_A_DIRECTORY],
  [make, 'pathName', 'file', VIX_E_FILE_ALREADY_EXISTS],
  [make, 'pathName', 'directory', VIX_E_FILE_ALREADY_EXISTS],
  [list, 'pathName', 'nothing', VIX_E_NOT_A_DIRECTORY],
  [list, 'pathName', 'file', VIX_E_NOT_A_DIRECTORY],
  [info, 'pathName', 'nothing', VIX_E_FILE_NOT_FOUND],
  [info, 'pathName', 'nothing in nothing', VIX_E_FILE_NOT_FOUND],
  [rename, 'oldName', 'nothing', VIX_E_FILE_NOT_FOUND],
  [rename, 'oldName', 'protected', VIX_E_FILE_ACCESS_ERROR],
  [rename, 'newName', 'directory', VIX_E_ALREADY_EXISTS],
  [rename, 'newName', 'nothing in nothing', VIX_E_FILE_NOT_FOUND],
  [rename, 'newName', 'long name', VIX_E_FILE_NAME_TOO_LONG],
  [toGuest, 'guestPathName', 'directory', VIX_E_NOT_A_FILE],
  [toGuest, 'guestPathName', 'protected', VIX_E_FILE_ACCESS_ERROR],
  [toGuest, 'guestPathName', 'nothing in nothing', VIX_E_FILE_NOT_FOUND],
  [toGuest, 'guestPathName', 'long name', VIX_E_FILE_NAME_TOO_LONG],
  [fromGuest, 'guestPathName', 'nothing', VIX_E_FILE_NOT_FOUND],
];

/** Makes what is to lie at a path. The protected file is there already: an administrator has made it. */
async function prepare(inGuest: GuestBench, place: Place, number: number): Promise<string> {
  const path = await inGuest.path(`place ${number}`);
  if (place === 'protected') return inGuest.words.protectedPath;
  if (place === 'long name') return inGuest.path('x'.repeat(300));
  if (place === 'nothing in nothing') return inGuest.join(path, 'below');
  if (place === 'directory') await inGuest.makeDirectory(path);
  if (place === 'file' || place === 'below a file') await inGuest.write(path, 'content');
  return place === 'below a file' ? inGuest.join(path, 'below') : path;
}

const familyCases: readonly CaseDefinition[] = (['posix', 'windows'] as const).flatMap((role) => [
  {
    title: `${role}: every error of the file functions`,
    roles: [role],
    async run(bench) {
      const inGuest = await GuestBench.in(bench, role, 'administrator');
      await inGuest.write(inGuest.words.protectedPath, 'content');
      await inGuest.login('user');
      const good = await inGuest.path('good.txt');
      await inGuest.write(good, 'content');
      const hostPathName = inGuest.hostPath();
      await writeFile(hostPathName, 'content');
      const wrong: string[] = [];
      for (const [number, [call, parameter, place, expected]] of provokers.entries()) {
        const path = await prepare(inGuest, place, number);
        const named = { vmHandle: inGuest.vm, oldName: good, newName: `${good}.new`, hostPathName, [parameter]: path };
        const error = await bench.errorOf(call, argumentsFor(call, named));
        const found = errorName(error);
        if (error !== expected) wrong.push(`${call}, ${parameter} is ${place}: ${found}, not ${errorName(expected)}`);
      }
      assert.deepEqual(wrong, []);
      assert.equal(await inGuest.readText(good), 'content', 'what failed has changed nothing');
      assert.equal(await inGuest.readText(inGuest.words.protectedPath), 'content');
    },
  },
  {
    title: `${role}: a copy needs a source and a place on this machine`,
    roles: [role],
    async run(bench) {
      const inGuest = await GuestBench.in(bench, role);
      const { vm } = inGuest;
      const target = await inGuest.path('target.txt');
      const absent = inGuest.hostPath('absent');
      await bench.fails(VIX_E_FILE_NOT_FOUND, toGuest, vm, absent, target, 0, 0);
      assert.ok(!(await inGuest.fileExists(target)), 'nothing came of it');
      await inGuest.write(target, 'content');
      await bench.fails(VIX_E_FILE_NOT_FOUND, fromGuest, vm, target, join(absent, 'below'), 0, 0);
      await bench.fails(VIX_E_NOT_A_FILE, fromGuest, vm, target, bench.target.directory, 0, 0);
      await bench.fails(VIX_E_INVALID_ARG, toGuest, vm, '', target, 0, 0);
      await bench.fails(VIX_E_INVALID_ARG, fromGuest, vm, target, '', 0, 0);
      const long = join(bench.target.directory, 'x'.repeat(300));
      await bench.fails(VIX_E_FILE_NAME_TOO_LONG, fromGuest, vm, target, long, 0, 0);
      const file = inGuest.hostPath('file');
      await writeFile(file, 'content');
      await bench.fails(VIX_E_NOT_A_DIRECTORY, fromGuest, vm, target, join(file, 'below'), 0, 0);
      const rather = join(bench.target.directory, 'y'.repeat(250));
      await bench.ok(fromGuest, vm, target, rather, 0, 0);
      assert.equal(await readFile(rather, 'utf8'), 'content');
    },
  },
]);

export const fileErrorCases = caseGroup('errors of files', { needs: ['guest'] }, [
  ...familyCases,
  {
    title: 'posix: what a user may not read, list, make or remove',
    roles: ['posix'],
    async run(bench) {
      const inGuest = await GuestBench.in(bench, 'posix', 'administrator');
      const { vm } = inGuest;
      const directory = await inGuest.directory();
      const secret = inGuest.join(directory, 'secret.txt');
      await inGuest.write(secret, 'content');
      await inGuest.login('user');
      const refused = VIX_E_FILE_ACCESS_ERROR;
      await bench.fails(refused, list, vm, directory, 0);
      await bench.fails(refused, make, vm, inGuest.join(directory, 'new'), 0);
      await bench.fails(refused, removeDirectory, vm, directory, 0);
      await bench.fails(refused, remove, vm, secret);
      await bench.fails(refused, fromGuest, vm, secret, inGuest.hostPath(), 0, 0);
      await inGuest.login('administrator');
      assert.equal(await inGuest.readText(secret), 'content');
    },
  },
  {
    title: 'what does not fit on the disk of the guest is refused and leaves nothing',
    roles: ['smallDisk'],
    async run(bench) {
      const inGuest = await GuestBench.in(bench, 'smallDisk');
      const path = await inGuest.path('big.bin');
      const source = inGuest.hostPath();
      await writeFile(source, new Uint8Array(9 * 1024 * 1024));
      await bench.fails(VIX_E_DISK_FULL, toGuest, inGuest.vm, source, path, 0, 0);
      assert.ok(!(await inGuest.fileExists(path)));
      await inGuest.write(path, 'small');
      await bench.fails(VIX_E_DISK_FULL, toGuest, inGuest.vm, source, path, 0, 0);
      assert.equal(await inGuest.readText(path), 'small', 'the old content is still there');
    },
  },
  {
    title: 'a file of this machine that may not be read or written is refused',
    roles: ['posix'],
    async run(bench) {
      const inGuest = await GuestBench.in(bench, 'posix');
      const locked = inGuest.hostPath('locked');
      await mkdir(locked);
      const source = join(locked, 'file.txt');
      await writeFile(source, 'content');
      const target = await inGuest.path('target.txt');
      await inGuest.write(target, 'content');
      await chmod(locked, 0o000);
      try {
        // Whoever runs the tests as root may read everything; then there is nothing to refuse.
        const mayAll = process.platform === 'win32' || process.getuid?.() === 0;
        const expected = mayAll ? 0 : VIX_E_FILE_ACCESS_ERROR;
        const sent = await bench.attempt(toGuest, [inGuest.vm, source, target, 0, 0]);
        assert.equal(errorName(sent.error), errorName(expected as VixError));
        const fetched = await bench.attempt(fromGuest, [inGuest.vm, target, join(locked, 'new.txt'), 0, 0]);
        assert.equal(errorName(fetched.error), errorName(expected as VixError));
      } finally {
        await chmod(locked, 0o700);
      }
    },
  },
]);
