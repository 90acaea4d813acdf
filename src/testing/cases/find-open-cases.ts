import assert from 'node:assert/strict';
import { Vix_Out } from '../../api/vix-out.js';
import {
  VIX_E_AUTHENTICATION_FAIL,
  VIX_E_DUPLICATE_NAME,
  VIX_E_INVALID_ARG,
  VIX_E_NEED_KEY,
  VIX_E_VM_NOT_FOUND,
  VIX_EVENTTYPE_FIND_ITEM,
  VIX_EVENTTYPE_JOB_COMPLETED,
  VIX_FIND_REGISTERED_VMS,
  VIX_FIND_RUNNING_VMS,
  VIX_HANDLETYPE_NONE,
  VIX_HANDLETYPE_VM,
  VIX_OK,
  VIX_PROPERTY_FOUND_ITEM_LOCATION,
  VIX_PROPERTY_JOB_RESULT_ITEM_NAME,
  VIX_PROPERTY_NONE,
  VIX_PROPERTY_VM_NAME,
} from '../../vix/names.js';
import type { VixHandle } from '../../vix/types.js';
import type { Bench } from '../bench.js';
import { caseGroup } from '../conformance-case.js';
import type { VmRole } from '../target.js';

async function nameOf(bench: Bench, vm: VixHandle): Promise<string> {
  const name = Vix_Out<string>();
  bench.equal(await bench.vix.Vix_GetProperties(vm, VIX_PROPERTY_VM_NAME, name, VIX_PROPERTY_NONE), VIX_OK);
  return name.value;
}

/** Names of the machines that a search finds. Each location must open again, without help. */
async function foundNames(bench: Bench, searchType: number): Promise<readonly string[]> {
  const found = await bench.ok('VixHost_FindItems', bench.host, searchType, 0, -1);
  const names: string[] = [];
  for (const location of found.texts(VIX_PROPERTY_FOUND_ITEM_LOCATION)) {
    const opened = await bench.attempt('VixVM_Open', [bench.host, location]);
    if (opened.error === VIX_E_NEED_KEY) continue;
    names.push(await nameOf(bench, opened.is(VIX_OK).handle()));
  }
  return names;
}

function namesOf(bench: Bench, roles: readonly VmRole[]): readonly string[] {
  return roles.map((role) => bench.vm(role).name);
}

export const findCases = caseGroup('find items', { changesNothing: true }, [
  {
    title: 'running machines are found, others are not, and each location opens',
    needs: ['findRunning'],
    roles: ['posix', 'windows', 'off', 'suspended'],
    async run(bench) {
      const names = await foundNames(bench, VIX_FIND_RUNNING_VMS);
      for (const name of namesOf(bench, ['posix', 'windows'])) assert.ok(names.includes(name), `${name} runs`);
      for (const name of namesOf(bench, ['off', 'suspended'])) assert.ok(!names.includes(name), `${name} does not run`);
    },
  },
  {
    title: 'registered machines are found, whatever their state',
    needs: ['findRegistered'],
    roles: ['posix', 'off', 'suspended'],
    async run(bench) {
      const names = await foundNames(bench, VIX_FIND_REGISTERED_VMS);
      for (const name of namesOf(bench, ['posix', 'off', 'suspended'])) assert.ok(names.includes(name), name);
      const found = await bench.ok('VixHost_FindItems', bench.host, VIX_FIND_REGISTERED_VMS, 0, -1);
      const listed = found.texts(VIX_PROPERTY_JOB_RESULT_ITEM_NAME);
      for (const name of names) assert.ok(listed.includes(name), `${name} is told beside its path`);
      assert.equal(new Set(names).size, names.length, 'no machine is found twice');
    },
  },
  {
    title: 'each item comes as an event with its location, before the job is done',
    needs: ['findRegistered'],
    roles: ['off'],
    async run(bench) {
      const { vix } = bench;
      const seen: string[] = [];
      const types: number[] = [];
      const onEvent = async (_job: VixHandle, type: number, info: VixHandle): Promise<void> => {
        types.push(type);
        if (type !== VIX_EVENTTYPE_FIND_ITEM) return;
        const location = Vix_Out<string>();
        bench.equal(
          await vix.Vix_GetProperties(info, VIX_PROPERTY_FOUND_ITEM_LOCATION, location, VIX_PROPERTY_NONE),
          VIX_OK,
        );
        seen.push(location.value);
      };
      const job = bench.keep(vix.VixHost_FindItems(bench.host, VIX_FIND_REGISTERED_VMS, 0, -1, onEvent, null));
      bench.equal(await bench.settle(vix.VixJob_Wait(job, VIX_PROPERTY_NONE)), VIX_OK);
      const count = vix.VixJob_GetNumProperties(job, VIX_PROPERTY_FOUND_ITEM_LOCATION);
      assert.ok(count > 0, 'something is registered');
      assert.equal(seen.length, count, 'an event for each item that the job holds');
      assert.equal(types.at(-1), VIX_EVENTTYPE_JOB_COMPLETED);
      assert.equal(new Set(seen).size, seen.length, 'locations differ');
    },
  },
  {
    title: 'a search of no known kind is refused',
    async run(bench) {
      for (const searchType of [0, 2, 3, 99]) {
        await bench.fails(VIX_E_INVALID_ARG, 'VixHost_FindItems', bench.host, searchType, 0, -1);
      }
    },
  },
]);

export const openCases = caseGroup('open', { changesNothing: true }, [
  {
    title: 'opening twice gives the same handle with one reference more',
    roles: ['off'],
    async run(bench) {
      const { vix } = bench;
      const first = await bench.ok('VixHost_OpenVM', bench.host, bench.vm('off').location, 0, 0);
      const second = await bench.ok('VixVM_Open', bench.host, bench.vm('off').location);
      const vm = first.handle();
      assert.equal(second.handle(), vm);
      vix.Vix_ReleaseHandle(first.job);
      vix.Vix_ReleaseHandle(second.job);
      vix.Vix_ReleaseHandle(vm);
      assert.equal(vix.Vix_GetHandleType(vm), VIX_HANDLETYPE_VM);
      vix.Vix_ReleaseHandle(vm);
      assert.equal(vix.Vix_GetHandleType(vm), VIX_HANDLETYPE_NONE);
    },
  },
  {
    title: 'a machine that is not there is not found',
    roles: ['off'],
    async run(bench) {
      const absent = bench.vm('off').location.replace(/\.vmx$/, '-absent.vmx');
      await bench.fails(VIX_E_VM_NOT_FOUND, 'VixHost_OpenVM', bench.host, absent, 0, 0);
      await bench.fails(VIX_E_VM_NOT_FOUND, 'VixVM_Open', bench.host, absent);
    },
  },
  {
    title: 'a path that is no text, or an empty one, is refused',
    async run(bench) {
      for (const path of ['', null, 7, undefined]) {
        (await bench.attempt('VixHost_OpenVM', [bench.host, path, 0, 0])).is(VIX_E_INVALID_ARG);
        (await bench.attempt('VixVM_Open', [bench.host, path])).is(VIX_E_INVALID_ARG);
      }
    },
  },
  {
    title: 'machines whose paths differ in case only are two',
    roles: ['caseTwin', 'otherCaseTwin'],
    async run(bench) {
      const one = await bench.open('caseTwin');
      const other = await bench.open('otherCaseTwin');
      assert.notEqual(one, other);
      assert.equal(await nameOf(bench, one), bench.vm('caseTwin').name);
      assert.equal(await nameOf(bench, other), bench.vm('otherCaseTwin').name);
    },
  },
  {
    title: 'the case of a path counts',
    roles: ['caseTwin', 'otherCaseTwin'],
    async run(bench) {
      const { location } = bench.vm('caseTwin');
      const neither = location.replace(/[^/\\]*\.vmx$/, (name) => name.toUpperCase().replace('.VMX', '.vmx'));
      assert.notEqual(neither, location, 'the target names its twin in small letters');
      await bench.fails(VIX_E_VM_NOT_FOUND, 'VixVM_Open', bench.host, neither);
    },
  },
  {
    title: 'a path that leads to two machines is ambiguous, and the datacentre decides',
    roles: ['ambiguous'],
    async run(bench) {
      const { ambiguousPath = '', name } = bench.vm('ambiguous');
      await bench.fails(VIX_E_DUPLICATE_NAME, 'VixHost_OpenVM', bench.host, ambiguousPath, 0, 0);
      await bench.fails(VIX_E_DUPLICATE_NAME, 'VixVM_Open', bench.host, ambiguousPath);
      assert.equal(await nameOf(bench, await bench.open('ambiguous')), name);
    },
  },
  {
    title: 'an encrypted machine needs its password',
    needs: ['encryption'],
    roles: ['encrypted'],
    async run(bench) {
      const { location, name } = bench.vm('encrypted');
      await bench.fails(VIX_E_NEED_KEY, 'VixVM_Open', bench.host, location);
      await bench.fails(VIX_E_NEED_KEY, 'VixHost_OpenVM', bench.host, location, 0, 0);
      const wrong = bench.passwordList('not the password');
      const refused = await bench.fails(VIX_E_AUTHENTICATION_FAIL, 'VixHost_OpenVM', bench.host, location, 0, wrong);
      assert.ok(!refused.summary.includes('not the password'), 'the message shows the password');
      assert.equal(await nameOf(bench, await bench.open('encrypted')), name);
    },
  },
]);
