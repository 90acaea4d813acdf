import assert from 'node:assert/strict';
import type { VixFunctionName } from '../../vix/functions.js';
import { errorName } from '../../vix/lookup.js';
import {
  VIX_E_ANON_GUEST_OPERATIONS_PROHIBITED,
  VIX_E_GUEST_OPERATIONS_PROHIBITED,
  VIX_E_INVALID_ARG,
  VIX_E_INVALID_UTF8_STRING,
  VIX_E_OPERATION_DISABLED,
  VIX_E_TOOLS_NOT_RUNNING,
  VIX_E_VM_NOT_RUNNING,
  VIX_GUEST_ENVIRONMENT_VARIABLE,
  VIX_VM_CONFIG_RUNTIME_ONLY,
} from '../../vix/names.js';
import type { VixError, VixHandle } from '../../vix/types.js';
import type { Bench } from '../bench.js';
import { caseGroup } from '../conformance-case.js';
import { GuestBench } from '../guest-bench.js';
import { argumentsFor, functionCapabilities, functionRows } from '../neutral-arguments.js';

const environment = { variableType: VIX_GUEST_ENVIRONMENT_VARIABLE };

/** Every function that works in the guest in the name of a user. */
const guestFunctions = functionRows.filter(([, row]) => row.guestLogin !== undefined).map(([name]) => name);

/** Runs every guest function and lists those that answer with another error than they should. */
async function wrongAnswers(bench: Bench, vm: VixHandle, expected: VixError): Promise<readonly string[]> {
  const wrong: string[] = [];
  for (const name of guestFunctions) {
    if (!isOffered(bench, name)) continue;
    const hostPathName = bench.target.directory;
    const error = await bench.errorOf(name, argumentsFor(name, { ...environment, vmHandle: vm, hostPathName }));
    if (error !== expected) wrong.push(`${name}: ${errorName(error)} in place of ${errorName(expected)}`);
  }
  return wrong;
}

function isOffered(bench: Bench, name: VixFunctionName): boolean {
  const capability = name === 'VixVM_WriteVariable' ? 'environmentWrite' : functionCapabilities[name];
  return capability === undefined || bench.target.capabilities.has(capability);
}

/** Parameters that hold a path in the guest. */
const pathParameters = ['guestPathName', 'guestProgramName', 'oldName', 'newName', 'pathName'] as const;

export const guestAccessCases = caseGroup('access to the guest', { needs: ['guest', 'power'] }, [
  {
    title: 'every guest function needs a login',
    roles: ['posix'],
    changesNothing: true,
    async run(bench) {
      const vm = await bench.open('posix');
      assert.deepEqual(await wrongAnswers(bench, vm, VIX_E_ANON_GUEST_OPERATIONS_PROHIBITED), []);
    },
  },
  {
    title: 'every guest function needs a machine that is on',
    roles: ['posix'],
    async run(bench) {
      const { vm } = await GuestBench.in(bench, 'posix');
      await bench.ok('VixVM_PowerOff', vm, 0);
      assert.deepEqual(await wrongAnswers(bench, vm, VIX_E_VM_NOT_RUNNING), []);
    },
  },
  {
    title: 'every guest function needs Tools running',
    needs: ['pause'],
    roles: ['posix'],
    async run(bench) {
      const { vm } = await GuestBench.in(bench, 'posix');
      await bench.ok('VixVM_Pause', vm, 0, 0);
      assert.deepEqual(await wrongAnswers(bench, vm, VIX_E_TOOLS_NOT_RUNNING), []);
    },
  },
  {
    title: 'guest functions fail while the guest boots',
    roles: ['posix'],
    async run(bench) {
      const { vm } = await GuestBench.in(bench, 'posix');
      await bench.ok('VixVM_Reset', vm, 0);
      await bench.fails(VIX_E_TOOLS_NOT_RUNNING, 'VixVM_ListProcessesInGuest', vm, 0);
    },
  },
  {
    title: 'every guest function is refused when the configuration forbids guest operations',
    needs: ['configWrite'],
    roles: ['posix'],
    async run(bench) {
      const { vm } = await GuestBench.in(bench, 'posix');
      await bench.ok('VixVM_WriteVariable', vm, VIX_VM_CONFIG_RUNTIME_ONLY, 'guest.commands.enabled', 'FALSE', 0);
      assert.deepEqual(await wrongAnswers(bench, vm, VIX_E_GUEST_OPERATIONS_PROHIBITED), []);
    },
  },
  {
    title: 'every guest function is refused when Tools has it switched off',
    abilities: ['inject'],
    roles: ['posix'],
    async run(bench) {
      const { vm } = await GuestBench.in(bench, 'posix');
      const restore = bench.target.inject?.({ operation: 'guest.*', kind: 'guest-operation-disabled' });
      assert.deepEqual(await wrongAnswers(bench, vm, VIX_E_OPERATION_DISABLED), []);
      restore?.();
    },
  },
  {
    title: 'paths that are empty, relative or no text are refused',
    roles: ['posix', 'windows'],
    changesNothing: true,
    async run(bench) {
      for (const role of ['posix', 'windows'] as const) {
        const { vm } = await GuestBench.in(bench, role);
        for (const [name, row] of functionRows) {
          for (const parameter of pathParameters.filter((candidate) => candidate in row.params)) {
            for (const path of ['', 'relative/path', 'C:relative', './here', null, 7, 'lone \ud800 half']) {
              const hostPathName = bench.target.directory;
              const args = argumentsFor(name, { vmHandle: vm, hostPathName, [parameter]: path });
              const error = await bench.errorOf(name, args);
              const isText = typeof path === 'string' && path.isWellFormed();
              const expected = isText || typeof path !== 'string' ? VIX_E_INVALID_ARG : VIX_E_INVALID_UTF8_STRING;
              assert.equal(error, expected, `${name} with ${parameter} ${JSON.stringify(path)}: ${errorName(error)}`);
            }
          }
        }
      }
    },
  },
]);
