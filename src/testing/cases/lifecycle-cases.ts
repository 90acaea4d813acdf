import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { Vix_Out } from '../../api/vix-out.js';
import {
  VIX_CLONETYPE_FULL,
  VIX_CLONETYPE_LINKED,
  VIX_E_CANNOT_POWER_ON_VM,
  VIX_E_FILE_ALREADY_EXISTS,
  VIX_E_INVALID_ARG,
  VIX_E_NOT_FOUND,
  VIX_E_NOT_SUPPORTED_ON_HANDLE_TYPE,
  VIX_E_VM_IS_RUNNING,
  VIX_E_VM_NOT_FOUND,
  VIX_FIND_REGISTERED_VMS,
  VIX_HANDLETYPE_VM,
  VIX_OK,
  VIX_POWERSTATE_POWERED_OFF,
  VIX_POWERSTATE_POWERED_ON,
  VIX_PROPERTY_FOUND_ITEM_LOCATION,
  VIX_PROPERTY_JOB_RESULT_VM_VARIABLE_STRING,
  VIX_PROPERTY_NONE,
  VIX_PROPERTY_VM_NAME,
  VIX_PROPERTY_VM_VMX_PATHNAME,
  VIX_VM_CONFIG_RUNTIME_ONLY,
  VIX_VMDELETE_DISK_FILES,
} from '../../vix/names.js';
import type { VixHandle } from '../../vix/types.js';
import type { Bench } from '../bench.js';
import { caseGroup } from '../conformance-case.js';
import { GuestBench } from '../guest-bench.js';
import type { VmRole } from '../target.js';
import { create, rootCount } from '../snapshot-tree.js';
import { powerStateOf, textOf } from '../vm-properties.js';

const full = VIX_CLONETYPE_FULL;
const linked = VIX_CLONETYPE_LINKED;

function newLocation(bench: Bench, name: string): string {
  return bench.target.newLocation?.(name) ?? '';
}

async function clone(
  bench: Bench,
  vm: VixHandle,
  name: string,
  type: number = full,
  snapshot: VixHandle | 0 = 0,
): Promise<VixHandle> {
  return (await bench.ok('VixVM_Clone', vm, snapshot, type, newLocation(bench, name), 0, 0)).handle();
}

async function registered(bench: Bench): Promise<readonly string[]> {
  const found = await bench.ok('VixHost_FindItems', bench.host, VIX_FIND_REGISTERED_VMS, 0, -1);
  return found.texts(VIX_PROPERTY_FOUND_ITEM_LOCATION);
}

async function hardwareVersion(bench: Bench, vm: VixHandle): Promise<number> {
  const outcome = await bench.ok('VixVM_ReadVariable', vm, VIX_VM_CONFIG_RUNTIME_ONLY, 'virtualHW.version', 0);
  return Number(outcome.text(VIX_PROPERTY_JOB_RESULT_VM_VARIABLE_STRING));
}

export const cloneCases = caseGroup('clone', { needs: ['clone'], abilities: ['newLocation'] }, [
  {
    title: 'a full clone is a machine of its own',
    needs: ['delete', 'guest', 'power'],
    roles: ['posix'],
    async run(bench) {
      const inGuest = await GuestBench.in(bench, 'posix');
      const { vm } = inGuest;
      const path = await inGuest.path('file.txt');
      await inGuest.write(path, 'from the first');
      await bench.ok('VixVM_PowerOff', vm, 0);
      await create(bench, vm, 'not cloned');
      const copy = await clone(bench, vm, 'copy');
      assert.equal(bench.vix.Vix_GetHandleType(copy), VIX_HANDLETYPE_VM);
      assert.notEqual(copy, vm);
      assert.equal(await powerStateOf(bench, copy), VIX_POWERSTATE_POWERED_OFF);
      assert.equal(await rootCount(bench, copy), 0, 'a clone has no snapshots');
      const location = await textOf(bench, copy, VIX_PROPERTY_VM_VMX_PATHNAME);
      const again = await bench.ok('VixVM_Open', bench.host, location);
      assert.equal(again.handle(), copy, 'its path opens it');
      await bench.ok('VixVM_Delete', vm, VIX_VMDELETE_DISK_FILES);
      await bench.ok('VixVM_PowerOn', copy, 0, 0);
      await bench.ok('VixVM_WaitForToolsInGuest', copy, 600);
      const { name, password } = inGuest.guest.user;
      await bench.ok('VixVM_LoginInGuest', copy, name, password, 0);
      await bench.ok('VixVM_FileExistsInGuest', copy, path);
      await bench.ok('VixVM_DeleteFileInGuest', copy, path);
    },
  },
  {
    title: 'a clone of a snapshot has the state of the snapshot',
    needs: ['snapshots', 'guest', 'power'],
    roles: ['posix'],
    async run(bench) {
      const inGuest = await GuestBench.in(bench, 'posix');
      const { vm } = inGuest;
      const path = await inGuest.path('file.txt');
      await inGuest.write(path, 'before');
      const snapshot = await create(bench, vm, 'before');
      await inGuest.write(path, 'after');
      await bench.ok('VixVM_PowerOff', vm, 0);
      const copy = await clone(bench, vm, 'copy', full, snapshot);
      await bench.ok('VixVM_PowerOn', copy, 0, 0);
      await bench.ok('VixVM_WaitForToolsInGuest', copy, 600);
      const { name, password } = inGuest.guest.user;
      await bench.ok('VixVM_LoginInGuest', copy, name, password, 0);
      const fetched = inGuest.hostPath();
      await bench.ok('VixVM_CopyFileFromGuestToHost', copy, path, fetched, 0, 0);
      assert.equal(await readFile(fetched, 'utf8'), 'before');
    },
  },
  {
    title: 'a linked clone makes a snapshot to hang on, and dies with the machine it hangs on',
    needs: ['linkedClone', 'snapshots', 'delete', 'power'],
    roles: ['off'],
    async run(bench) {
      const vm = await bench.open('off');
      const copy = await clone(bench, vm, 'copy', linked);
      assert.equal(await rootCount(bench, vm), 1);
      await bench.ok('VixVM_PowerOn', copy, 0, 0);
      await bench.ok('VixVM_PowerOff', copy, 0);
      await bench.ok('VixVM_Delete', vm, VIX_VMDELETE_DISK_FILES);
      await bench.fails(VIX_E_CANNOT_POWER_ON_VM, 'VixVM_PowerOn', copy, 0, 0);
    },
  },
  {
    title: 'a linked clone can hang on a snapshot that is there',
    needs: ['linkedClone', 'snapshots'],
    roles: ['off'],
    async run(bench) {
      const vm = await bench.open('off');
      const snapshot = await create(bench, vm, 'to hang on');
      await clone(bench, vm, 'copy', linked, snapshot);
      assert.equal(await rootCount(bench, vm), 1, 'no snapshot was added');
    },
  },
  {
    title: 'a running machine is not cloned, a suspended one not with a link',
    needs: ['linkedClone'],
    roles: ['posix', 'suspended'],
    async run(bench) {
      const running = await bench.open('posix');
      const to = newLocation(bench, 'copy');
      await bench.fails(VIX_E_VM_IS_RUNNING, 'VixVM_Clone', running, 0, full, to, 0, 0);
      await bench.fails(VIX_E_VM_IS_RUNNING, 'VixVM_Clone', running, 0, linked, to, 0, 0);
      const suspended = await bench.open('suspended');
      await bench.fails(VIX_E_VM_IS_RUNNING, 'VixVM_Clone', suspended, 0, linked, to, 0, 0);
      await clone(bench, suspended, 'copy');
    },
  },
  {
    title: 'a clone needs a place that is free and a kind that is known',
    roles: ['off', 'posix'],
    async run(bench) {
      const vm = await bench.open('off');
      const to = newLocation(bench, 'copy');
      const taken = bench.vm('posix').location;
      await bench.fails(VIX_E_FILE_ALREADY_EXISTS, 'VixVM_Clone', vm, 0, full, taken, 0, 0);
      await bench.fails(VIX_E_INVALID_ARG, 'VixVM_Clone', vm, 0, 7, to, 0, 0);
      await bench.fails(VIX_E_INVALID_ARG, 'VixVM_Clone', vm, 0, full, '', 0, 0);
      await bench.fails(VIX_E_INVALID_ARG, 'VixVM_Clone', vm, 0, full, 'no place', 0, 0);
      (await bench.attempt('VixVM_Clone', [vm, bench.host, full, to, 0, 0])).is(VIX_E_NOT_SUPPORTED_ON_HANDLE_TYPE);
      await bench.fails(VIX_E_VM_NOT_FOUND, 'VixVM_Open', bench.host, to);
    },
  },
]);

export const deleteCases = caseGroup('delete', { needs: ['delete'] }, [
  {
    title: 'a deleted machine is gone, its handle stays until it is released',
    roles: ['off', 'suspended'],
    async run(bench) {
      for (const role of ['off', 'suspended'] as const) {
        const vm = await bench.open(role);
        await bench.ok('VixVM_Delete', vm, VIX_VMDELETE_DISK_FILES);
        assert.equal(bench.vix.Vix_GetHandleType(vm), VIX_HANDLETYPE_VM);
        await bench.fails(VIX_E_VM_NOT_FOUND, 'VixVM_PowerOn', vm, 0, 0);
        await bench.fails(VIX_E_VM_NOT_FOUND, 'VixVM_Delete', vm, VIX_VMDELETE_DISK_FILES);
        const read = await bench.vix.Vix_GetProperties(vm, VIX_PROPERTY_VM_NAME, Vix_Out<string>(), VIX_PROPERTY_NONE);
        bench.equal(read, VIX_E_VM_NOT_FOUND);
        await bench.fails(VIX_E_VM_NOT_FOUND, 'VixVM_Open', bench.host, bench.vm(role).location);
      }
    },
  },
  {
    title: 'a running machine is not deleted',
    roles: ['posix'],
    async run(bench) {
      const vm = await bench.open('posix');
      await bench.fails(VIX_E_VM_IS_RUNNING, 'VixVM_Delete', vm, VIX_VMDELETE_DISK_FILES);
      assert.ok((await powerStateOf(bench, vm)) & VIX_POWERSTATE_POWERED_ON);
      (await bench.attempt('VixVM_Delete', [vm, 'all'])).is(VIX_E_INVALID_ARG);
    },
  },
  {
    title: 'a machine can be deleted without its disks',
    needs: ['keepDisksOnDelete'],
    roles: ['off'],
    async run(bench) {
      const vm = await bench.open('off');
      await bench.ok('VixVM_Delete', vm, 0);
      await bench.fails(VIX_E_VM_NOT_FOUND, 'VixVM_Open', bench.host, bench.vm('off').location);
    },
  },
  {
    title: 'the disks of a deleted machine go with it, or stay as they were',
    needs: ['keepDisksOnDelete'],
    roles: ['off', 'noTools'],
    abilities: ['diskFiles'],
    async run(bench) {
      const disks = async (role: VmRole): Promise<readonly string[]> => (await bench.target.diskFiles?.(role)) ?? [];
      const [kept, deleted] = [await disks('off'), await disks('noTools')];
      assert.ok(kept.length > 0 && deleted.length > 0, 'both machines have disks');
      await bench.ok('VixVM_Delete', await bench.open('off'), 0);
      await bench.ok('VixVM_Delete', await bench.open('noTools'), VIX_VMDELETE_DISK_FILES);
      assert.deepEqual(await disks('off'), kept);
      assert.deepEqual(await disks('noTools'), []);
    },
  },
]);

export const registrationCases = caseGroup('registration', { needs: ['registration', 'findRegistered'] }, [
  {
    title: 'a machine leaves the inventory and comes back, and both may be said twice',
    roles: ['off'],
    async run(bench) {
      const { location } = bench.vm('off');
      const before = await registered(bench);
      await bench.ok('VixHost_RegisterVM', bench.host, location);
      await bench.ok('VixHost_UnregisterVM', bench.host, location);
      await bench.ok('VixHost_UnregisterVM', bench.host, location);
      assert.equal((await registered(bench)).length, before.length - 1);
      await bench.ok('VixHost_RegisterVM', bench.host, location);
      assert.deepEqual([...(await registered(bench))].sort(), [...before].sort());
    },
  },
  {
    title: 'a handle leads to its machine again when that is registered anew',
    roles: ['off'],
    async run(bench) {
      const { location } = bench.vm('off');
      const vm = await bench.open('off');
      await bench.ok('VixHost_UnregisterVM', bench.host, location);
      await bench.ok('VixHost_RegisterVM', bench.host, location);
      await bench.ok('VixVM_PowerOn', vm, 0, 0);
      await bench.ok('VixVM_PowerOff', vm, 0);
    },
  },
  {
    title: 'a machine that is not in the inventory can be registered',
    roles: ['unregistered'],
    async run(bench) {
      const { location } = bench.vm('unregistered');
      const before = await registered(bench);
      await bench.ok('VixHost_RegisterVM', bench.host, location);
      assert.equal((await registered(bench)).length, before.length + 1);
      bench.equal((await bench.attempt('VixVM_Open', [bench.host, location])).is(VIX_OK).error, VIX_OK);
    },
  },
  {
    title: 'what is not there cannot be registered, but be unregistered',
    roles: ['off'],
    changesNothing: true,
    async run(bench) {
      const absent = bench.vm('off').location.replace(/\.vmx$/, '-absent.vmx');
      await bench.fails(VIX_E_NOT_FOUND, 'VixHost_RegisterVM', bench.host, absent);
      await bench.ok('VixHost_UnregisterVM', bench.host, absent);
      for (const call of ['VixHost_RegisterVM', 'VixHost_UnregisterVM'] as const) {
        await bench.fails(VIX_E_INVALID_ARG, call, bench.host, '');
        (await bench.attempt(call, [bench.host, null])).is(VIX_E_INVALID_ARG);
      }
    },
  },
  {
    title: 'a running machine stays in the inventory',
    roles: ['posix'],
    changesNothing: true,
    async run(bench) {
      await bench.fails(VIX_E_VM_IS_RUNNING, 'VixHost_UnregisterVM', bench.host, bench.vm('posix').location);
    },
  },
]);

export const hardwareCases = caseGroup('hardware upgrade', { needs: ['hardwareUpgrade', 'configRead'] }, [
  {
    title: 'the virtual hardware is raised to the newest, and what is newest stays',
    roles: ['oldHardware'],
    async run(bench) {
      const vm = await bench.open('oldHardware');
      const before = await hardwareVersion(bench, vm);
      await bench.ok('VixVM_UpgradeVirtualHardware', vm, 0);
      const after = await hardwareVersion(bench, vm);
      assert.ok(after > before, `${before} became ${after}`);
      await bench.ok('VixVM_UpgradeVirtualHardware', vm, 0);
      assert.equal(await hardwareVersion(bench, vm), after);
    },
  },
  {
    title: 'a machine that is not off keeps its hardware',
    roles: ['posix', 'suspended'],
    changesNothing: true,
    async run(bench) {
      for (const role of ['posix', 'suspended'] as const) {
        const vm = await bench.open(role);
        await bench.fails(VIX_E_VM_IS_RUNNING, 'VixVM_UpgradeVirtualHardware', vm, 0);
      }
    },
  },
]);
