import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Vix_Out } from '../../api/vix-out.js';
import {
  VIX_E_ALREADY_EXISTS,
  VIX_E_FILE_NOT_FOUND,
  VIX_E_INVALID_ARG,
  VIX_E_NOT_FOUND,
  VIX_E_TOOLS_NOT_RUNNING,
  VIX_E_UNRECOGNIZED_PROPERTY,
  VIX_E_VM_NOT_RUNNING,
  VIX_PROPERTY_GUEST_SHAREDFOLDERS_SHARES_PATH,
  VIX_PROPERTY_JOB_RESULT_ITEM_NAME,
  VIX_PROPERTY_JOB_RESULT_SHARED_FOLDER_COUNT,
  VIX_PROPERTY_JOB_RESULT_SHARED_FOLDER_FLAGS,
  VIX_PROPERTY_JOB_RESULT_SHARED_FOLDER_HOST,
  VIX_PROPERTY_NONE,
  VIX_SHAREDFOLDER_WRITE_ACCESS,
} from '../../vix/names.js';
import type { VixError, VixHandle } from '../../vix/types.js';
import type { Bench } from '../bench.js';
import { caseGroup } from '../conformance-case.js';
import { textOf } from '../vm-properties.js';

const writable = VIX_SHAREDFOLDER_WRITE_ACCESS;
const sharesPath = VIX_PROPERTY_GUEST_SHAREDFOLDERS_SHARES_PATH;

async function hostDirectory(bench: Bench, name: string): Promise<string> {
  const path = join(bench.target.directory, name);
  await mkdir(path, { recursive: true });
  return path;
}

/** All shared folders: name, host path, flags. */
async function folders(bench: Bench, vm: VixHandle): Promise<readonly (readonly [string, string, number])[]> {
  const counted = await bench.ok('VixVM_GetNumSharedFolders', vm);
  const found: [string, string, number][] = [];
  for (let index = 0; index < counted.integer(VIX_PROPERTY_JOB_RESULT_SHARED_FOLDER_COUNT); index += 1) {
    const outcome = await bench.ok('VixVM_GetSharedFolderState', vm, index);
    found.push([
      outcome.text(VIX_PROPERTY_JOB_RESULT_ITEM_NAME),
      outcome.text(VIX_PROPERTY_JOB_RESULT_SHARED_FOLDER_HOST),
      outcome.integer(VIX_PROPERTY_JOB_RESULT_SHARED_FOLDER_FLAGS),
    ]);
  }
  return found;
}

/** Runs every function for shared folders; each must fail with the error. */
async function allFail(bench: Bench, vm: VixHandle, error: VixError): Promise<void> {
  const path = await hostDirectory(bench, 'shared');
  await bench.fails(error, 'VixVM_EnableSharedFolders', vm, true, 0);
  await bench.fails(error, 'VixVM_GetNumSharedFolders', vm);
  await bench.fails(error, 'VixVM_GetSharedFolderState', vm, 0);
  await bench.fails(error, 'VixVM_SetSharedFolderState', vm, 'share', path, 0);
  await bench.fails(error, 'VixVM_AddSharedFolder', vm, 'share', path, 0);
  await bench.fails(error, 'VixVM_RemoveSharedFolder', vm, 'share', 0);
}

export const sharedFolderCases = caseGroup('shared folders', { needs: ['sharedFolders', 'guest'] }, [
  {
    title: 'shared folders are added, changed, listed and removed without a login',
    roles: ['posix'],
    async run(bench) {
      const vm = await bench.open('posix');
      const [one, two] = [await hostDirectory(bench, 'one'), await hostDirectory(bench, 'two')];
      await bench.ok('VixVM_EnableSharedFolders', vm, true, 0);
      assert.deepEqual(await folders(bench, vm), []);
      await bench.ok('VixVM_AddSharedFolder', vm, 'first', one, 0);
      await bench.ok('VixVM_AddSharedFolder', vm, 'Zweiter 2', two, writable);
      assert.deepEqual(await folders(bench, vm), [
        ['first', one, 0],
        ['Zweiter 2', two, writable],
      ]);
      await bench.ok('VixVM_SetSharedFolderState', vm, 'first', two, writable);
      await bench.ok('VixVM_RemoveSharedFolder', vm, 'Zweiter 2', 0);
      assert.deepEqual(await folders(bench, vm), [['first', two, writable]]);
    },
  },
  {
    title: 'shared folders persist over a power cycle',
    needs: ['power'],
    roles: ['posix'],
    async run(bench) {
      const vm = await bench.open('posix');
      const path = await hostDirectory(bench, 'one');
      await bench.ok('VixVM_EnableSharedFolders', vm, 1, 0);
      await bench.ok('VixVM_AddSharedFolder', vm, 'share', path, writable);
      await bench.ok('VixVM_PowerOff', vm, 0);
      await bench.ok('VixVM_PowerOn', vm, 0, 0);
      await bench.ok('VixVM_WaitForToolsInGuest', vm, 600);
      assert.deepEqual(await folders(bench, vm), [['share', path, writable]]);
      assert.notEqual(await textOf(bench, vm, sharesPath), '');
    },
  },
  {
    title: 'the directory of the shares exists while they are enabled',
    roles: ['posix', 'windows'],
    async run(bench) {
      for (const role of ['posix', 'windows'] as const) {
        const vm = await bench.open(role);
        await bench.ok('VixVM_EnableSharedFolders', vm, true, 0);
        assert.notEqual(await textOf(bench, vm, sharesPath), '', role);
        await bench.ok('VixVM_EnableSharedFolders', vm, false, 0);
        const read = await bench.vix.Vix_GetProperties(vm, sharesPath, Vix_Out<string>(), VIX_PROPERTY_NONE);
        bench.equal(read, VIX_E_UNRECOGNIZED_PROPERTY, role);
      }
    },
  },
  {
    title: 'a name is added once, and only a known one is changed, read or removed',
    roles: ['posix'],
    async run(bench) {
      const vm = await bench.open('posix');
      const path = await hostDirectory(bench, 'one');
      await bench.ok('VixVM_AddSharedFolder', vm, 'share', path, 0);
      await bench.fails(VIX_E_ALREADY_EXISTS, 'VixVM_AddSharedFolder', vm, 'share', path, writable);
      await bench.fails(VIX_E_NOT_FOUND, 'VixVM_SetSharedFolderState', vm, 'other', path, 0);
      await bench.fails(VIX_E_NOT_FOUND, 'VixVM_RemoveSharedFolder', vm, 'other', 0);
      for (const index of [1, -1]) await bench.fails(VIX_E_NOT_FOUND, 'VixVM_GetSharedFolderState', vm, index);
      assert.deepEqual(await folders(bench, vm), [['share', path, 0]]);
    },
  },
  {
    title: 'what is shared must be there',
    roles: ['posix'],
    changesNothing: true,
    async run(bench) {
      const vm = await bench.open('posix');
      const absent = join(bench.target.directory, 'absent');
      await bench.fails(VIX_E_FILE_NOT_FOUND, 'VixVM_AddSharedFolder', vm, 'share', absent, 0);
    },
  },
  {
    title: 'arguments that cannot be are refused',
    roles: ['posix'],
    changesNothing: true,
    async run(bench) {
      const vm = await bench.open('posix');
      const path = await hostDirectory(bench, 'one');
      for (const [call, args] of [
        ['VixVM_EnableSharedFolders', [vm, 'yes', 0]],
        ['VixVM_GetSharedFolderState', [vm, 'first']],
        ['VixVM_AddSharedFolder', [vm, '', path, 0]],
        ['VixVM_AddSharedFolder', [vm, 'with/slash', path, 0]],
        ['VixVM_AddSharedFolder', [vm, 'share', '', 0]],
        ['VixVM_AddSharedFolder', [vm, 'share', path, null]],
        ['VixVM_SetSharedFolderState', [vm, 7, path, 0]],
        ['VixVM_RemoveSharedFolder', [vm, null, 0]],
      ] as const) {
        (await bench.attempt(call, args)).is(VIX_E_INVALID_ARG);
      }
    },
  },
  {
    title: 'shared folders need a machine that is on, with Tools running',
    needs: ['power'],
    roles: ['off', 'noTools'],
    async run(bench) {
      await allFail(bench, await bench.open('off'), VIX_E_VM_NOT_RUNNING);
      const vm = await bench.open('noTools');
      await bench.ok('VixVM_PowerOn', vm, 0, 0);
      await allFail(bench, vm, VIX_E_TOOLS_NOT_RUNNING);
    },
  },
]);
