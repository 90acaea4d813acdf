import assert from 'node:assert/strict';
import { Vix_Out } from '../../api/vix-out.js';
import { errorRows } from '../../vix/error-codes.js';
import {
  VIX_E_INVALID_ARG,
  VIX_E_INVALID_HANDLE,
  VIX_E_TYPE_MISMATCH,
  VIX_E_UNFINISHED_JOB,
  VIX_E_UNRECOGNIZED_PROPERTY,
  VIX_HANDLETYPE_HOST,
  VIX_HANDLETYPE_JOB,
  VIX_HANDLETYPE_NONE,
  VIX_HANDLETYPE_PROPERTY_LIST,
  VIX_HANDLETYPE_VM,
  VIX_INVALID_HANDLE,
  VIX_OK,
  VIX_PROPERTY_HOST_HOSTTYPE,
  VIX_PROPERTY_JOB_RESULT_ERROR_CODE,
  VIX_PROPERTY_JOB_RESULT_HANDLE,
  VIX_PROPERTY_JOB_RESULT_SCREEN_IMAGE_DATA,
  VIX_PROPERTY_NONE,
  VIX_PROPERTY_VM_ENCRYPTION_PASSWORD,
  VIX_PROPERTY_VM_IS_RUNNING,
  VIX_PROPERTY_VM_MEMORY_SIZE,
  VIX_PROPERTY_VM_NAME,
  VIX_PROPERTYTYPE_BLOB,
  VIX_PROPERTYTYPE_BOOL,
  VIX_PROPERTYTYPE_HANDLE,
  VIX_PROPERTYTYPE_INT64,
  VIX_PROPERTYTYPE_INTEGER,
  VIX_PROPERTYTYPE_STRING,
} from '../../vix/names.js';
import type { VixError, VixHandle } from '../../vix/types.js';
import type { Bench } from '../bench.js';
import { caseGroup } from '../conformance-case.js';

const nobodysHandle = 2_000_000_000 as VixHandle;

/** Reads a 32-bit property of the host, to see that its handle works. */
async function hostWorks(bench: Bench, host: VixHandle): Promise<VixError> {
  const type = Vix_Out<number>();
  return bench.vix.Vix_GetProperties(host, VIX_PROPERTY_HOST_HOSTTYPE, type, VIX_PROPERTY_NONE);
}

export const handleCases = caseGroup('handles and property lists', { roles: ['off'], changesNothing: true }, [
  {
    title: 'every error has a text, also unknown ones and those with upper bits',
    async run({ vix }) {
      for (const { code, name } of errorRows) {
        assert.notEqual(vix.Vix_GetErrorText(code as VixError, null), '', name);
      }
      const text = vix.Vix_GetErrorText(4 as VixError, null);
      assert.equal(vix.Vix_GetErrorText((2 ** 32 + 4) as VixError, null), text, 'the upper bits do not count');
      assert.notEqual(vix.Vix_GetErrorText(60_000 as VixError, null), '', 'an unknown code');
      assert.notEqual(vix.Vix_GetErrorText(VIX_OK, 'en_GB'), text);
    },
  },
  {
    title: 'every kind of handle tells its type, and no handle tells none',
    async run(bench) {
      const { vix } = bench;
      const opened = await bench.ok('VixVM_Open', bench.host, bench.vm('off').location);
      assert.equal(vix.Vix_GetHandleType(bench.host), VIX_HANDLETYPE_HOST);
      assert.equal(vix.Vix_GetHandleType(opened.job), VIX_HANDLETYPE_JOB);
      assert.equal(vix.Vix_GetHandleType(opened.handle()), VIX_HANDLETYPE_VM);
      assert.equal(vix.Vix_GetHandleType(bench.passwordList('secret')), VIX_HANDLETYPE_PROPERTY_LIST);
      assert.equal(vix.Vix_GetHandleType(VIX_INVALID_HANDLE), VIX_HANDLETYPE_NONE);
      assert.equal(vix.Vix_GetHandleType(nobodysHandle), VIX_HANDLETYPE_NONE);
    },
  },
  {
    title: 'a handle lives as long as somebody has a reference',
    async run(bench) {
      const { vix } = bench;
      const list = bench.passwordList('secret');
      vix.Vix_AddRefHandle(list);
      vix.Vix_ReleaseHandle(list);
      assert.equal(vix.Vix_GetHandleType(list), VIX_HANDLETYPE_PROPERTY_LIST);
      vix.Vix_ReleaseHandle(list);
      assert.equal(vix.Vix_GetHandleType(list), VIX_HANDLETYPE_NONE);
    },
  },
  {
    title: 'release and reference of no handle, an unknown and a dead one do no harm',
    async run(bench) {
      const { vix } = bench;
      const dead = bench.passwordList('secret');
      vix.Vix_ReleaseHandle(dead);
      const before = bench.live();
      for (const handle of [VIX_INVALID_HANDLE, nobodysHandle, dead]) {
        vix.Vix_AddRefHandle(handle);
        vix.Vix_ReleaseHandle(handle);
        vix.Vix_ReleaseHandle(handle);
      }
      assert.deepEqual(bench.live(), before);
      assert.notEqual(bench.passwordList('secret'), dead, 'the number of a dead handle is not used again');
    },
  },
  {
    title: 'each read of a handle property hands out a reference',
    async run(bench) {
      const { vix } = bench;
      const opened = await bench.ok('VixVM_Open', bench.host, bench.vm('off').location);
      const vm = opened.handle();
      assert.equal(opened.handle(), vm);
      vix.Vix_ReleaseHandle(opened.job);
      vix.Vix_ReleaseHandle(vm);
      assert.equal(vix.Vix_GetHandleType(vm), VIX_HANDLETYPE_VM, 'one of two references is left');
      vix.Vix_ReleaseHandle(vm);
      assert.equal(vix.Vix_GetHandleType(vm), VIX_HANDLETYPE_NONE);
    },
  },
  {
    title: 'a result that nobody reads goes with its job',
    async run(bench) {
      const opened = await bench.ok('VixVM_Open', bench.host, bench.vm('off').location);
      assert.equal(bench.live()['vm'], 1);
      bench.vix.Vix_ReleaseHandle(opened.job);
      assert.equal(bench.live()['vm'], 0);
    },
  },
  {
    title: 'a property list keeps values of all six types',
    async run(bench) {
      const { vix, host } = bench;
      const list = Vix_Out<VixHandle>();
      const bytes = Uint8Array.of(0, 1, 254, 255);
      const made = vix.VixPropertyList_AllocPropertyList(
        host,
        list,
        VIX_PROPERTY_VM_MEMORY_SIZE,
        512,
        VIX_PROPERTY_VM_NAME,
        'Größe 大',
        VIX_PROPERTY_VM_IS_RUNNING,
        true,
        VIX_PROPERTY_JOB_RESULT_HANDLE,
        host,
        VIX_PROPERTY_JOB_RESULT_ERROR_CODE,
        2 ** 40,
        VIX_PROPERTY_JOB_RESULT_SCREEN_IMAGE_DATA,
        bytes,
        VIX_PROPERTY_NONE,
      );
      bench.equal(made, VIX_OK);
      bench.keep(list.value);
      const memory = Vix_Out<number>();
      const name = Vix_Out<string>();
      const isRunning = Vix_Out<boolean>();
      const handle = Vix_Out<VixHandle>();
      const error = Vix_Out<number>();
      const size = Vix_Out<number>();
      const data = Vix_Out<Uint8Array>();
      const read = await vix.Vix_GetProperties(
        list.value,
        VIX_PROPERTY_JOB_RESULT_SCREEN_IMAGE_DATA,
        size,
        data,
        VIX_PROPERTY_VM_MEMORY_SIZE,
        memory,
        VIX_PROPERTY_VM_NAME,
        name,
        VIX_PROPERTY_VM_IS_RUNNING,
        isRunning,
        VIX_PROPERTY_JOB_RESULT_HANDLE,
        handle,
        VIX_PROPERTY_JOB_RESULT_ERROR_CODE,
        error,
        VIX_PROPERTY_NONE,
      );
      bench.equal(read, VIX_OK);
      bench.keep(handle.value);
      assert.deepEqual(
        [memory.value, name.value, isRunning.value, handle.value, error.value, size.value],
        [512, 'Größe 大', true, host, 2 ** 40, 4],
      );
      assert.deepEqual([...data.value], [...bytes]);
      vix.Vix_FreeBuffer(data.value);
      vix.Vix_FreeBuffer(name.value);
      const types = [
        [VIX_PROPERTY_VM_MEMORY_SIZE, VIX_PROPERTYTYPE_INTEGER],
        [VIX_PROPERTY_VM_NAME, VIX_PROPERTYTYPE_STRING],
        [VIX_PROPERTY_VM_IS_RUNNING, VIX_PROPERTYTYPE_BOOL],
        [VIX_PROPERTY_JOB_RESULT_HANDLE, VIX_PROPERTYTYPE_HANDLE],
        [VIX_PROPERTY_JOB_RESULT_ERROR_CODE, VIX_PROPERTYTYPE_INT64],
        [VIX_PROPERTY_JOB_RESULT_SCREEN_IMAGE_DATA, VIX_PROPERTYTYPE_BLOB],
      ] as const;
      for (const [id, expected] of types) {
        const type = Vix_Out<number>();
        bench.equal(vix.Vix_GetPropertyType(list.value, id, type), VIX_OK);
        assert.equal(type.value, expected, `type of property ${id}`);
      }
    },
  },
  {
    title: 'an empty property list lacks every property',
    async run(bench) {
      const { vix } = bench;
      const list = Vix_Out<VixHandle>();
      bench.equal(vix.VixPropertyList_AllocPropertyList(bench.host, list, VIX_PROPERTY_NONE), VIX_OK);
      bench.keep(list.value);
      const name = Vix_Out('as it was');
      const read = await vix.Vix_GetProperties(list.value, VIX_PROPERTY_VM_NAME, name, VIX_PROPERTY_NONE);
      bench.equal(read, VIX_E_UNRECOGNIZED_PROPERTY);
      assert.equal(name.value, 'as it was');
      bench.equal(
        vix.Vix_GetPropertyType(list.value, VIX_PROPERTY_VM_NAME, Vix_Out<number>()),
        VIX_E_UNRECOGNIZED_PROPERTY,
      );
    },
  },
  {
    title: 'a property list refuses wrong values, unknown properties and a missing end',
    async run(bench) {
      const { host } = bench;
      const alloc = 'VixPropertyList_AllocPropertyList';
      const cell = Vix_Out<VixHandle>();
      const password = VIX_PROPERTY_VM_ENCRYPTION_PASSWORD;
      const refused: readonly (readonly [VixError, readonly unknown[]])[] = [
        [VIX_E_TYPE_MISMATCH, [host, cell, password, 7, VIX_PROPERTY_NONE]],
        [VIX_E_TYPE_MISMATCH, [host, cell, VIX_PROPERTY_VM_MEMORY_SIZE, 'much', VIX_PROPERTY_NONE]],
        [VIX_E_UNRECOGNIZED_PROPERTY, [host, cell, 123_456, 'value', VIX_PROPERTY_NONE]],
        [VIX_E_INVALID_ARG, [host, cell, password, 'value']],
        [VIX_E_INVALID_ARG, [host, cell, password]],
        [VIX_E_INVALID_ARG, [host, null, VIX_PROPERTY_NONE]],
      ];
      for (const [expected, args] of refused) {
        bench.equal(await bench.callForError(alloc, args), expected, `${alloc}(${args.slice(2).join(', ')})`);
      }
    },
  },
  {
    title: 'reading properties fills all cells or none, and tells what is wrong',
    async run(bench) {
      const { host } = bench;
      const type = Vix_Out<number>(-1);
      const wrong: readonly (readonly [VixError, readonly unknown[]])[] = [
        [VIX_E_UNRECOGNIZED_PROPERTY, [host, VIX_PROPERTY_HOST_HOSTTYPE, type, 123_456, Vix_Out(), VIX_PROPERTY_NONE]],
        [VIX_E_UNRECOGNIZED_PROPERTY, [host, VIX_PROPERTY_VM_NAME, Vix_Out(), VIX_PROPERTY_NONE]],
        [VIX_E_INVALID_ARG, [host, VIX_PROPERTY_HOST_HOSTTYPE, type]],
        [VIX_E_INVALID_ARG, [host, VIX_PROPERTY_HOST_HOSTTYPE, null, VIX_PROPERTY_NONE]],
        [VIX_E_INVALID_HANDLE, [nobodysHandle, VIX_PROPERTY_HOST_HOSTTYPE, type, VIX_PROPERTY_NONE]],
      ];
      for (const [expected, args] of wrong) {
        bench.equal(
          await bench.callForError('Vix_GetProperties', args),
          expected,
          `Vix_GetProperties(${String(args[1])})`,
        );
      }
      assert.equal(type.value, -1, 'no cell is filled when the call fails');
      bench.equal(await bench.callForError('Vix_GetProperties', [host, VIX_PROPERTY_NONE]), VIX_OK);
      bench.equal(await hostWorks(bench, host), VIX_OK);
    },
  },
  {
    title: 'the type of a property is that on the handle',
    async run(bench) {
      const { vix } = bench;
      const vm = await bench.open('off');
      const type = Vix_Out<number>();
      bench.equal(vix.Vix_GetPropertyType(vm, VIX_PROPERTY_VM_NAME, type), VIX_OK);
      assert.equal(type.value, VIX_PROPERTYTYPE_STRING);
      bench.equal(vix.Vix_GetPropertyType(bench.host, VIX_PROPERTY_VM_NAME, type), VIX_E_UNRECOGNIZED_PROPERTY);
      bench.equal(vix.Vix_GetPropertyType(nobodysHandle, VIX_PROPERTY_VM_NAME, type), VIX_E_INVALID_HANDLE);
      bench.equal(await bench.callForError('Vix_GetPropertyType', [vm, VIX_PROPERTY_VM_NAME, null]), VIX_E_INVALID_ARG);
      const running = bench.begin('VixVM_Open', [bench.host, bench.vm('off').location]);
      const id = VIX_PROPERTY_JOB_RESULT_HANDLE;
      bench.equal(vix.Vix_GetPropertyType(running.job, id, type), VIX_E_UNFINISHED_JOB);
      await running.end();
      bench.equal(vix.Vix_GetPropertyType(running.job, id, type), VIX_OK);
      assert.equal(type.value, VIX_PROPERTYTYPE_HANDLE);
    },
  },
]);
