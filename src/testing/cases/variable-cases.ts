import assert from 'node:assert/strict';
import {
  VIX_E_ANON_GUEST_OPERATIONS_PROHIBITED,
  VIX_E_GUEST_USER_PERMISSIONS,
  VIX_E_INVALID_ARG,
  VIX_E_VM_NOT_RUNNING,
  VIX_GUEST_ENVIRONMENT_VARIABLE,
  VIX_PROPERTY_JOB_RESULT_VM_VARIABLE_STRING,
  VIX_VM_CONFIG_RUNTIME_ONLY,
  VIX_VM_GUEST_VARIABLE,
} from '../../vix/names.js';
import type { VixHandle } from '../../vix/types.js';
import type { Bench } from '../bench.js';
import { caseGroup } from '../conformance-case.js';
import { GuestBench } from '../guest-bench.js';

const guestVariable = VIX_VM_GUEST_VARIABLE;
const configuration = VIX_VM_CONFIG_RUNTIME_ONLY;
const environment = VIX_GUEST_ENVIRONMENT_VARIABLE;

async function read(bench: Bench, vm: VixHandle, type: number, name: string): Promise<string> {
  const outcome = await bench.ok('VixVM_ReadVariable', vm, type, name, 0);
  return outcome.text(VIX_PROPERTY_JOB_RESULT_VM_VARIABLE_STRING);
}

async function write(bench: Bench, vm: VixHandle, type: number, name: string, value: string): Promise<void> {
  await bench.ok('VixVM_WriteVariable', vm, type, name, value, 0);
}

async function bootAgain(bench: Bench, vm: VixHandle): Promise<void> {
  await bench.ok('VixVM_PowerOff', vm, 0);
  await bench.ok('VixVM_PowerOn', vm, 0, 0);
  await bench.ok('VixVM_WaitForToolsInGuest', vm, 600);
}

export const variableCases = caseGroup('variables', {}, [
  {
    title: 'a guest variable needs no login and lasts until power-off',
    needs: ['guestVariables', 'power', 'guest'],
    roles: ['posix'],
    async run(bench) {
      const vm = await bench.open('posix');
      assert.equal(await read(bench, vm, guestVariable, 'revix'), '');
      await write(bench, vm, guestVariable, 'revix', 'Größe = 大/1');
      assert.equal(await read(bench, vm, guestVariable, 'revix'), 'Größe = 大/1');
      await write(bench, vm, guestVariable, 'revix', '');
      assert.equal(await read(bench, vm, guestVariable, 'revix'), '');
      await write(bench, vm, guestVariable, 'revix', 'gone at power-off');
      await bootAgain(bench, vm);
      assert.equal(await read(bench, vm, guestVariable, 'revix'), '');
    },
  },
  {
    title: 'the guest variable ip is the address of the guest',
    needs: ['guestVariables'],
    roles: ['posix'],
    changesNothing: true,
    async run(bench) {
      assert.match(await read(bench, await bench.open('posix'), guestVariable, 'ip'), /^[0-9a-f.:]+$/i);
    },
  },
  {
    title: 'guest variables exist only while the machine runs',
    needs: ['guestVariables'],
    roles: ['off'],
    changesNothing: true,
    async run(bench) {
      const vm = await bench.open('off');
      await bench.fails(VIX_E_VM_NOT_RUNNING, 'VixVM_ReadVariable', vm, guestVariable, 'revix', 0);
      await bench.fails(VIX_E_VM_NOT_RUNNING, 'VixVM_WriteVariable', vm, guestVariable, 'revix', 'value', 0);
    },
  },
  {
    title: 'the configuration can be read in any state, and what is unset is empty',
    needs: ['configRead'],
    roles: ['off', 'posix'],
    changesNothing: true,
    async run(bench) {
      for (const role of ['off', 'posix'] as const) {
        const vm = await bench.open(role);
        assert.equal(await read(bench, vm, configuration, 'displayName'), bench.vm(role).name);
        assert.equal(await read(bench, vm, configuration, 'DISPLAYNAME'), bench.vm(role).name, 'case does not count');
        assert.equal(await read(bench, vm, configuration, 'revix.unset'), '');
      }
    },
  },
  {
    title: 'what is written to the configuration lasts until power-off',
    needs: ['configRead', 'configWrite', 'power', 'guest'],
    roles: ['posix', 'off'],
    async run(bench) {
      const vm = await bench.open('posix');
      await write(bench, vm, configuration, 'revix.entry', 'one');
      await write(bench, vm, configuration, 'Revix.Entry', 'two');
      assert.equal(await read(bench, vm, configuration, 'revix.entry'), 'two');
      await bootAgain(bench, vm);
      assert.equal(await read(bench, vm, configuration, 'revix.entry'), '');
      const off = await bench.open('off');
      await bench.fails(VIX_E_VM_NOT_RUNNING, 'VixVM_WriteVariable', off, configuration, 'revix.entry', 'value', 0);
    },
  },
  {
    title: 'the environment of the guest is read in the name of a user',
    needs: ['guest'],
    roles: ['posix', 'windows'],
    changesNothing: true,
    async run(bench) {
      for (const [role, name] of [
        ['posix', 'PATH'],
        ['windows', 'Path'],
      ] as const) {
        const { vm } = await GuestBench.in(bench, role);
        assert.notEqual(await read(bench, vm, environment, name), '', role);
        assert.equal(await read(bench, vm, environment, 'REVIX_UNSET'), '');
        await bench.ok('VixVM_LogoutFromGuest', vm);
        const refused = VIX_E_ANON_GUEST_OPERATIONS_PROHIBITED;
        await bench.fails(refused, 'VixVM_ReadVariable', vm, environment, name, 0);
      }
    },
  },
  {
    title: 'posix: root sets the environment of programs, until the next boot',
    needs: ['guest', 'environmentWrite', 'power'],
    roles: ['posix'],
    async run(bench) {
      const inGuest = await GuestBench.in(bench, 'posix', 'administrator');
      const { vm } = inGuest;
      await write(bench, vm, environment, 'REVIX_WORD', 'some words');
      assert.equal(await read(bench, vm, environment, 'REVIX_WORD'), 'some words');
      const path = await inGuest.path('word.txt');
      await inGuest.shell(`echo "$REVIX_WORD" > "${path}"`);
      assert.equal(await inGuest.readText(path), 'some words');
      await bootAgain(bench, vm);
      assert.equal(await read(bench, vm, environment, 'REVIX_WORD'), '');
    },
  },
  {
    title: 'posix: the environment is for root alone to set',
    needs: ['guest', 'environmentWrite'],
    roles: ['posix'],
    changesNothing: true,
    async run(bench) {
      const { vm } = await GuestBench.in(bench, 'posix', 'user');
      const refused = VIX_E_GUEST_USER_PERMISSIONS;
      await bench.fails(refused, 'VixVM_WriteVariable', vm, environment, 'REVIX_WORD', 'value', 0);
    },
  },
  {
    title: 'windows: the environment is kept for good, and case does not count',
    needs: ['guest', 'environmentWrite', 'power'],
    roles: ['windows'],
    async run(bench) {
      const inGuest = await GuestBench.in(bench, 'windows', 'administrator');
      const { vm } = inGuest;
      await write(bench, vm, environment, 'Revix_Word', 'word');
      assert.equal(await read(bench, vm, environment, 'REVIX_WORD'), 'word');
      const path = await inGuest.path('word.txt');
      await inGuest.shell(`echo %REVIX_WORD%> "${path}"`);
      assert.equal(await inGuest.readText(path), 'word');
      await bootAgain(bench, vm);
      assert.equal(await read(bench, vm, environment, 'REVIX_WORD'), 'word');
    },
  },
  {
    title: 'names and kinds that cannot be are refused',
    needs: ['guestVariables', 'configRead', 'guest'],
    roles: ['posix'],
    changesNothing: true,
    async run(bench) {
      const { vm } = await GuestBench.in(bench, 'posix', 'administrator');
      const wrong = [
        [guestVariable, ''],
        [guestVariable, 'with/slash'],
        [guestVariable, 'with=sign'],
        [configuration, ''],
        [configuration, 'with=sign'],
        [environment, ''],
        [environment, 'with=sign'],
        [0, 'name'],
        [4, 'name'],
        ['guest', 'name'],
        [guestVariable, 7],
      ] as const;
      const { capabilities } = bench.target;
      for (const [type, name] of wrong) {
        // A kind that the target cannot write is refused as that, whatever the name.
        if (type === configuration && !capabilities.has('configWrite')) continue;
        if (type === environment && !capabilities.has('environmentWrite')) continue;
        (await bench.attempt('VixVM_WriteVariable', [vm, type, name, 'value', 0])).is(VIX_E_INVALID_ARG);
      }
      (await bench.attempt('VixVM_WriteVariable', [vm, guestVariable, 'name', null, 0])).is(VIX_E_INVALID_ARG);
      for (const [type, name] of [
        [guestVariable, ''],
        [configuration, ''],
        [environment, ''],
        [0, 'name'],
        [99, 'name'],
      ] as const) {
        await bench.fails(VIX_E_INVALID_ARG, 'VixVM_ReadVariable', vm, type, name, 0);
      }
    },
  },
]);
