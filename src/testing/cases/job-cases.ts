import assert from 'node:assert/strict';
import { Vix_Out } from '../../api/vix-out.js';
import {
  VIX_E_BAD_VM_INDEX,
  VIX_E_INVALID_ARG,
  VIX_E_UNFINISHED_JOB,
  VIX_E_UNRECOGNIZED_PROPERTY,
  VIX_E_VM_NOT_FOUND,
  VIX_EVENTTYPE_JOB_COMPLETED,
  VIX_FIND_REGISTERED_VMS,
  VIX_HANDLETYPE_JOB,
  VIX_HANDLETYPE_NONE,
  VIX_OK,
  VIX_PROPERTY_JOB_RESULT_ERROR_CODE,
  VIX_PROPERTY_JOB_RESULT_HANDLE,
  VIX_PROPERTY_JOB_RESULT_ITEM_NAME,
  VIX_PROPERTY_JOB_RESULT_USER_MESSAGE,
  VIX_PROPERTY_NONE,
} from '../../vix/names.js';
import type { VixError, VixHandle } from '../../vix/types.js';
import { caseGroup } from '../conformance-case.js';

export const jobCases = caseGroup('jobs', { roles: ['off'], changesNothing: true }, [
  {
    title: 'a job is unfinished first and done later, and never inside the call that started it',
    async run(bench) {
      const { vix } = bench;
      const isDone = Vix_Out(true);
      const begun = bench.begin('VixVM_Open', [bench.host, bench.vm('off').location]);
      bench.equal(vix.VixJob_CheckCompletion(begun.job, isDone), VIX_OK);
      assert.equal(isDone.value, false);
      bench.equal(vix.VixJob_GetError(begun.job), VIX_E_UNFINISHED_JOB);
      assert.equal(vix.VixJob_GetNumProperties(begun.job, VIX_PROPERTY_JOB_RESULT_HANDLE), 0);
      const cell = Vix_Out<VixHandle>();
      const id = VIX_PROPERTY_JOB_RESULT_HANDLE;
      bench.equal(vix.VixJob_GetNthProperties(begun.job, 0, id, cell, VIX_PROPERTY_NONE), VIX_E_UNFINISHED_JOB);
      bench.equal(await vix.Vix_GetProperties(begun.job, id, cell, VIX_PROPERTY_NONE), VIX_E_UNFINISHED_JOB);
      await begun.end();
      bench.equal(vix.VixJob_CheckCompletion(begun.job, isDone), VIX_OK);
      assert.equal(isDone.value, true);
      bench.equal(vix.VixJob_GetError(begun.job), VIX_OK);
    },
  },
  {
    title: 'arguments that are wrong fail the job, and never the call',
    async run(bench) {
      const begun = bench.begin('VixVM_Open', [bench.host, '']);
      assert.equal(bench.vix.Vix_GetHandleType(begun.job), VIX_HANDLETYPE_JOB);
      bench.equal(bench.vix.VixJob_GetError(begun.job), VIX_E_UNFINISHED_JOB);
      (await begun.end()).is(VIX_E_INVALID_ARG);
    },
  },
  {
    title: 'a job that is done can be waited for any number of times',
    async run(bench) {
      const { vix } = bench;
      const { job } = await bench.ok('VixVM_Open', bench.host, bench.vm('off').location);
      const handles = new Set<VixHandle>();
      for (let time = 0; time < 3; time += 1) {
        const vm = Vix_Out<VixHandle>();
        bench.equal(await vix.VixJob_Wait(job, VIX_PROPERTY_JOB_RESULT_HANDLE, vm, VIX_PROPERTY_NONE), VIX_OK);
        handles.add(bench.keep(vm.value));
      }
      assert.equal(handles.size, 1);
    },
  },
  {
    title: 'several may wait for one job',
    async run(bench) {
      const { vix } = bench;
      const job = bench.keep(vix.VixVM_Open(bench.host, bench.vm('off').location, null, null));
      const waits = Array.from({ length: 5 }, () => vix.VixJob_Wait(job, VIX_PROPERTY_NONE));
      for (const error of await bench.settle(Promise.all(waits))) bench.equal(error, VIX_OK);
    },
  },
  {
    title: 'waiting for a job tells its own error, whatever is to be read',
    async run(bench) {
      const { vix } = bench;
      const absent = bench.vm('off').location.replace(/\.vmx$/, '-absent.vmx');
      const { job } = await bench.fails(VIX_E_VM_NOT_FOUND, 'VixVM_Open', bench.host, absent);
      const vm = Vix_Out(-1 as VixHandle);
      const waited = await vix.VixJob_Wait(job, VIX_PROPERTY_JOB_RESULT_HANDLE, vm, VIX_PROPERTY_NONE);
      bench.equal(waited, VIX_E_VM_NOT_FOUND);
      assert.equal(vm.value, -1);
      const code = Vix_Out<VixError>();
      const message = Vix_Out<string>();
      const read = await vix.Vix_GetProperties(
        job,
        VIX_PROPERTY_JOB_RESULT_ERROR_CODE,
        code,
        VIX_PROPERTY_JOB_RESULT_USER_MESSAGE,
        message,
        VIX_PROPERTY_NONE,
      );
      bench.equal(read, VIX_OK);
      bench.equal(code.value, VIX_E_VM_NOT_FOUND);
      assert.ok(message.value.includes('VixVM_Open'), message.value);
    },
  },
  {
    title: 'a result that is not there, an index that is too big, and arguments that cannot be',
    async run(bench) {
      const { vix } = bench;
      const { job } = await bench.ok('VixVM_Open', bench.host, bench.vm('off').location);
      const name = Vix_Out<string>();
      const item = VIX_PROPERTY_JOB_RESULT_ITEM_NAME;
      bench.equal(await vix.VixJob_Wait(job, item, name, VIX_PROPERTY_NONE), VIX_E_UNRECOGNIZED_PROPERTY);
      bench.equal(vix.VixJob_GetNthProperties(job, 0, item, name, VIX_PROPERTY_NONE), VIX_E_UNRECOGNIZED_PROPERTY);
      const vm = Vix_Out<VixHandle>();
      const id = VIX_PROPERTY_JOB_RESULT_HANDLE;
      bench.equal(vix.VixJob_GetNthProperties(job, 1, id, vm, VIX_PROPERTY_NONE), VIX_E_UNRECOGNIZED_PROPERTY);
      bench.equal(vix.VixJob_GetNthProperties(job, -1, id, vm, VIX_PROPERTY_NONE), VIX_E_BAD_VM_INDEX);
      for (const [call, args] of [
        ['VixJob_Wait', [job, id, vm]],
        ['VixJob_Wait', [job, id, null, VIX_PROPERTY_NONE]],
        ['VixJob_GetNthProperties', [job, 0, id, vm]],
        ['VixJob_GetNthProperties', [job, 'first', id, vm, VIX_PROPERTY_NONE]],
        ['VixJob_CheckCompletion', [job, null]],
      ] as const) {
        bench.equal(await bench.callForError(call, args), VIX_E_INVALID_ARG, call);
      }
    },
  },
  {
    title: 'a job that was released goes on and calls back with a handle that works',
    async run(bench) {
      const { vix } = bench;
      const seen: VixError[] = [];
      const onEvent = (job: VixHandle, type: number): void => {
        if (type === VIX_EVENTTYPE_JOB_COMPLETED) seen.push(vix.VixJob_GetError(job));
      };
      const job = vix.VixVM_Open(bench.host, bench.vm('off').location, onEvent, null);
      vix.Vix_ReleaseHandle(job);
      await bench.until('the callback ran', async () => seen.length > 0);
      assert.deepEqual(seen, [VIX_OK]);
      assert.equal(vix.Vix_GetHandleType(job), VIX_HANDLETYPE_NONE);
    },
  },
  {
    title: 'waiters wake after the callbacks, also after async ones',
    async run(bench) {
      const { vix } = bench;
      const order: string[] = [];
      const onEvent = async (_job: VixHandle, type: number): Promise<void> => {
        if (type !== VIX_EVENTTYPE_JOB_COMPLETED) return;
        order.push('callback');
        await Promise.resolve();
        order.push('end of callback');
      };
      const job = bench.keep(vix.VixVM_Open(bench.host, bench.vm('off').location, onEvent, null));
      await bench.settle(vix.VixJob_Wait(job, VIX_PROPERTY_NONE).then(() => order.push('waiter')));
      assert.deepEqual(order, ['callback', 'end of callback', 'waiter']);
    },
  },
  {
    title: 'a callback reads the results of its job and starts the next one',
    async run(bench) {
      const { vix } = bench;
      const { location } = bench.vm('off');
      const opened: VixHandle[] = [];
      const open = (job: VixHandle): void => {
        const vm = Vix_Out<VixHandle>();
        bench.equal(vix.VixJob_GetNthProperties(job, 0, VIX_PROPERTY_JOB_RESULT_HANDLE, vm, VIX_PROPERTY_NONE), VIX_OK);
        opened.push(bench.keep(vm.value));
      };
      const first = (job: VixHandle, type: number): void => {
        if (type !== VIX_EVENTTYPE_JOB_COMPLETED) return;
        open(job);
        const second = (inner: VixHandle, innerType: number): void => {
          if (innerType === VIX_EVENTTYPE_JOB_COMPLETED) open(inner);
        };
        bench.keep(vix.VixVM_Open(bench.host, location, second, null));
      };
      bench.keep(vix.VixVM_Open(bench.host, location, first, null));
      await bench.until('both jobs called back', async () => opened.length === 2);
      assert.equal(opened[0], opened[1]);
    },
  },
  {
    title: 'a callback cannot wait for its own unfinished job, but for a finished one',
    roles: ['off'],
    needs: ['findRegistered'],
    async run(bench) {
      const { vix } = bench;
      const answers: [number, VixError][] = [];
      const onEvent = async (job: VixHandle, type: number): Promise<void> => {
        answers.push([type, await vix.VixJob_Wait(job, VIX_PROPERTY_NONE)]);
      };
      const job = bench.keep(vix.VixHost_FindItems(bench.host, VIX_FIND_REGISTERED_VMS, 0, -1, onEvent, null));
      bench.equal(await bench.settle(vix.VixJob_Wait(job, VIX_PROPERTY_NONE)), VIX_OK);
      assert.ok(answers.length > 1, 'there was an item');
      for (const [type, error] of answers) {
        bench.equal(error, type === VIX_EVENTTYPE_JOB_COMPLETED ? VIX_OK : VIX_E_UNFINISHED_JOB);
      }
    },
  },
  {
    title: 'a callback that throws is reported and harms nothing',
    async run(bench) {
      const { vix } = bench;
      const failure = new Error('thrown by a callback');
      for (const onEvent of [
        () => {
          throw failure;
        },
        () => Promise.reject(failure),
      ]) {
        const job = bench.keep(vix.VixVM_Open(bench.host, bench.vm('off').location, onEvent, null));
        bench.equal(await bench.settle(vix.VixJob_Wait(job, VIX_PROPERTY_NONE)), VIX_OK);
        const reports = bench.takeDiagnostics();
        assert.ok(reports.length > 0);
        for (const report of reports) assert.deepEqual(report, { kind: 'callback-failed', error: failure, job });
      }
    },
  },
  {
    title: 'many jobs at once end one by one, each with its own data',
    async run(bench) {
      const { vix } = bench;
      const seen: unknown[] = [];
      const onEvent = (_job: VixHandle, type: number, _info: VixHandle, data: unknown): void => {
        if (type === VIX_EVENTTYPE_JOB_COMPLETED) seen.push(data);
      };
      const jobs = Array.from({ length: 50 }, (_, number) =>
        bench.keep(vix.VixVM_Open(bench.host, bench.vm('off').location, onEvent, number)),
      );
      await bench.settle(Promise.all(jobs.map((job) => vix.VixJob_Wait(job, VIX_PROPERTY_NONE))));
      assert.deepEqual(new Set(seen).size, 50);
      assert.equal(seen.length, 50);
    },
  },
]);
