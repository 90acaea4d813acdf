import assert from 'node:assert/strict';
import { errorName } from '../../vix/lookup.js';
import {
  VIX_E_INVALID_HANDLE,
  VIX_E_NOT_SUPPORTED_ON_HANDLE_TYPE,
  VIX_HANDLETYPE_NONE,
  VIX_INVALID_HANDLE,
  VIX_PROPERTY_JOB_RESULT_ERROR_CODE,
} from '../../vix/names.js';
import type { ParamKind, VixHandle } from '../../vix/types.js';
import type { Bench } from '../bench.js';
import { caseGroup } from '../conformance-case.js';
import { argumentsFor, firstParameter, functionCapabilities, functionRows } from '../neutral-arguments.js';

const handleKinds: readonly ParamKind[] = ['host', 'vm', 'job', 'snapshot', 'handle'];

/** Functions whose first parameter is a handle and that tell an error. The list of properties takes any handle. */
const withHandle = functionRows.filter(([name, row]) => {
  const kind = firstParameter(row)?.[1];
  const tells = row.call === 'job' || row.returns === 'VixError';
  return tells && kind !== undefined && handleKinds.includes(kind) && name !== 'VixPropertyList_AllocPropertyList';
});

/** Runs every function on a handle and lists those that answer with another error than they should. */
async function wrongAnswers(bench: Bench, handle: VixHandle, ownKind: ParamKind | null): Promise<readonly string[]> {
  const wrong: string[] = [];
  const expected = ownKind === null ? VIX_E_INVALID_HANDLE : VIX_E_NOT_SUPPORTED_ON_HANDLE_TYPE;
  for (const [name, row] of withHandle) {
    const [parameter, kind] = firstParameter(row) ?? ['', 'handle'];
    if (ownKind !== null && (kind === ownKind || kind === 'handle')) continue;
    const error = await bench.errorOf(name, argumentsFor(name, { [parameter]: handle }));
    if (error !== expected) wrong.push(`${name}: ${errorName(error)} in place of ${errorName(expected)}`);
  }
  return wrong;
}

/** Functions with a parameter for a property list, whose other handles are a host or a virtual machine. */
const withList = functionRows.filter(([, { params }]) => {
  const kinds = Object.values(params);
  const needsSnapshot = kinds.includes('snapshot') && !('cloneType' in params);
  return !needsSnapshot && kinds.some((kind) => kind === 'propertyList' || kind === 'searchCriteria');
});

export const handleArgumentCases = caseGroup('handles as arguments', { roles: ['off'], changesNothing: true }, [
  {
    title: 'every function refuses what is no handle',
    async run(bench) {
      const dead = bench.passwordList('secret');
      bench.vix.Vix_ReleaseHandle(dead);
      for (const handle of [VIX_INVALID_HANDLE, 2_000_000_000 as VixHandle, -1 as VixHandle, dead]) {
        assert.deepEqual(await wrongAnswers(bench, handle, null), [], `with the handle ${handle}`);
      }
    },
  },
  {
    title: 'every function refuses a handle of another type',
    async run(bench) {
      const opened = await bench.ok('VixVM_Open', bench.host, bench.vm('off').location);
      assert.deepEqual(await wrongAnswers(bench, bench.host, 'host'), [], 'with a host');
      assert.deepEqual(await wrongAnswers(bench, opened.handle(), 'vm'), [], 'with a virtual machine');
      assert.deepEqual(await wrongAnswers(bench, opened.job, 'job'), [], 'with a job');
      assert.deepEqual(await wrongAnswers(bench, bench.passwordList('secret'), 'propertyList'), [], 'with a list');
    },
  },
  {
    title: 'functions without an error do nothing with a bad handle',
    async run(bench) {
      const { vix } = bench;
      const list = bench.passwordList('secret');
      for (const handle of [VIX_INVALID_HANDLE, 2_000_000_000 as VixHandle, list]) {
        vix.VixHost_Disconnect(handle);
        vix.Vix_PumpEvents(handle, 0);
        assert.equal(vix.VixJob_GetNumProperties(handle, VIX_PROPERTY_JOB_RESULT_ERROR_CODE), 0);
      }
      assert.notEqual(vix.Vix_GetHandleType(list), VIX_HANDLETYPE_NONE);
      assert.notEqual(vix.Vix_GetHandleType(bench.host), VIX_HANDLETYPE_NONE);
    },
  },
  {
    title: 'property lists that are none are refused',
    needs: ['guest'],
    roles: ['posix'],
    async run(bench) {
      const vm = await bench.open('posix');
      const guest = bench.vm('posix').guest?.user;
      await bench.ok('VixVM_LoginInGuest', vm, guest?.name ?? '', guest?.password ?? '', 0);
      const wrong: string[] = [];
      for (const [name, row] of withList) {
        const capability = functionCapabilities[name];
        if (capability !== undefined && !bench.target.capabilities.has(capability)) continue;
        const list = Object.entries(row.params).find(
          ([, kind]) => kind === 'propertyList' || kind === 'searchCriteria',
        );
        const [parameter = ''] = list ?? [];
        for (const [handle, expected] of [
          [bench.host, VIX_E_NOT_SUPPORTED_ON_HANDLE_TYPE],
          [2_000_000_000, VIX_E_INVALID_HANDLE],
        ] as const) {
          const named = { hostHandle: bench.host, vmHandle: vm, [parameter]: handle };
          const error = await bench.errorOf(name, argumentsFor(name, named));
          if (error !== expected) wrong.push(`${name}: ${errorName(error)} in place of ${errorName(expected)}`);
        }
      }
      assert.deepEqual(wrong, []);
    },
  },
  {
    title: 'a callback slot that holds no function fails the job',
    async run(bench) {
      const { vix } = bench;
      const vm = await bench.open('off');
      const job = bench.call('VixVM_PowerOff', [vm, 0, 'no function', null]) as VixHandle;
      bench.keep(job);
      const error = await bench.callForError('VixJob_Wait', [job, 0]);
      assert.equal(errorName(error), 'VIX_E_INVALID_ARG');
      assert.equal(vix.VixJob_GetError(job), error);
    },
  },
]);
