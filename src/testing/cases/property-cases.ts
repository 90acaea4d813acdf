import assert from 'node:assert/strict';
import { Vix_Out } from '../../api/vix-out.js';
import {
  VIX_E_UNRECOGNIZED_PROPERTY,
  VIX_OK,
  VIX_POWERSTATE_POWERED_OFF,
  VIX_POWERSTATE_POWERED_ON,
  VIX_POWERSTATE_SUSPENDED,
  VIX_POWERSTATE_TOOLS_RUNNING,
  VIX_PROPERTY_GUEST_SHAREDFOLDERS_SHARES_PATH,
  VIX_PROPERTY_JOB_RESULT_VM_VARIABLE_STRING,
  VIX_PROPERTY_NONE,
  VIX_PROPERTY_VM_GUESTOS,
  VIX_PROPERTY_VM_IN_VMTEAM,
  VIX_PROPERTY_VM_IS_RECORDING,
  VIX_PROPERTY_VM_IS_REPLAYING,
  VIX_PROPERTY_VM_IS_RUNNING,
  VIX_PROPERTY_VM_MEMORY_SIZE,
  VIX_PROPERTY_VM_NAME,
  VIX_PROPERTY_VM_NUM_VCPUS,
  VIX_PROPERTY_VM_POWER_STATE,
  VIX_PROPERTY_VM_READ_ONLY,
  VIX_PROPERTY_VM_SSL_ERROR,
  VIX_PROPERTY_VM_SUPPORTED_FEATURES,
  VIX_PROPERTY_VM_TOOLS_STATE,
  VIX_PROPERTY_VM_VMTEAM_PATHNAME,
  VIX_PROPERTY_VM_VMX_PATHNAME,
  VIX_TOOLSSTATE_NOT_INSTALLED,
  VIX_TOOLSSTATE_RUNNING,
  VIX_TOOLSSTATE_UNKNOWN,
  VIX_VM_CONFIG_RUNTIME_ONLY,
  VIX_VM_SUPPORT_HARDWARE_UPGRADE,
  VIX_VM_SUPPORT_MULTIPLE_SNAPSHOTS,
  VIX_VM_SUPPORT_SHARED_FOLDERS,
  VIX_VM_SUPPORT_TOOLS_INSTALL,
} from '../../vix/names.js';
import type { Capability } from '../../backends/capabilities.js';
import { properties } from '../../vix/properties.js';
import type { VixPropertyID } from '../../vix/types.js';
import { caseGroup } from '../conformance-case.js';
import { boolOf, integerOf, textOf } from '../vm-properties.js';

const features: readonly (readonly [Capability, number])[] = [
  ['sharedFolders', VIX_VM_SUPPORT_SHARED_FOLDERS],
  ['snapshots', VIX_VM_SUPPORT_MULTIPLE_SNAPSHOTS],
  ['toolsInstall', VIX_VM_SUPPORT_TOOLS_INSTALL],
  ['hardwareUpgrade', VIX_VM_SUPPORT_HARDWARE_UPGRADE],
];

/** Properties that exist at times only. */
const passing: ReadonlySet<string> = new Set([
  'VIX_PROPERTY_GUEST_SHAREDFOLDERS_SHARES_PATH',
  'VIX_PROPERTY_VM_SSL_PEER_SHA1_THUMBPRINT',
]);

export const propertyCases = caseGroup('properties of a machine', { changesNothing: true }, [
  {
    title: 'every property of a machine can be read, and has the type that its table says',
    roles: ['off'],
    async run(bench) {
      const vm = await bench.open('off');
      for (const [name, { id, type, of }] of Object.entries(properties)) {
        if (of !== 'vm' || passing.has(name)) continue;
        const cell = Vix_Out<unknown>();
        bench.equal(await bench.callForError('Vix_GetProperties', [vm, id, cell, VIX_PROPERTY_NONE]), VIX_OK, name);
        const expected = type === 'integer' ? 'number' : type === 'bool' ? 'boolean' : 'string';
        assert.equal(typeof cell.value, expected, name);
        bench.equal(bench.vix.Vix_GetPropertyType(vm, id as VixPropertyID, Vix_Out<number>()), VIX_OK, name);
      }
    },
  },
  {
    title: 'name, path and hardware are those of the machine',
    roles: ['off'],
    async run(bench) {
      const vm = await bench.open('off');
      const { location, name, hardware } = bench.vm('off');
      assert.equal(await textOf(bench, vm, VIX_PROPERTY_VM_NAME), name);
      assert.equal(await textOf(bench, vm, VIX_PROPERTY_VM_VMX_PATHNAME), location);
      assert.notEqual(await textOf(bench, vm, VIX_PROPERTY_VM_GUESTOS), '');
      const cpuCount = await integerOf(bench, vm, VIX_PROPERTY_VM_NUM_VCPUS);
      const memoryMb = await integerOf(bench, vm, VIX_PROPERTY_VM_MEMORY_SIZE);
      assert.deepEqual({ cpuCount, memoryMb }, hardware ?? { cpuCount, memoryMb });
      assert.ok(cpuCount >= 1 && memoryMb >= 4, `${cpuCount} processors, ${memoryMb} megabytes`);
      assert.equal(await boolOf(bench, vm, VIX_PROPERTY_VM_SSL_ERROR), false);
      assert.equal(await boolOf(bench, vm, VIX_PROPERTY_VM_IS_RECORDING), false);
      assert.equal(await boolOf(bench, vm, VIX_PROPERTY_VM_IS_REPLAYING), false);
      assert.equal(await boolOf(bench, vm, VIX_PROPERTY_VM_IN_VMTEAM), false);
      assert.equal(await textOf(bench, vm, VIX_PROPERTY_VM_VMTEAM_PATHNAME), '');
    },
  },
  {
    title: 'processors and memory are those of the configuration',
    needs: ['configRead'],
    roles: ['off'],
    async run(bench) {
      const vm = await bench.open('off');
      for (const [name, id] of [
        ['numvcpus', VIX_PROPERTY_VM_NUM_VCPUS],
        ['memsize', VIX_PROPERTY_VM_MEMORY_SIZE],
      ] as const) {
        const outcome = await bench.ok('VixVM_ReadVariable', vm, VIX_VM_CONFIG_RUNTIME_ONLY, name, 0);
        assert.equal(outcome.text(VIX_PROPERTY_JOB_RESULT_VM_VARIABLE_STRING), String(await integerOf(bench, vm, id)));
      }
    },
  },
  {
    title: 'a machine whose files cannot be written says so',
    roles: ['readOnly', 'off'],
    async run(bench) {
      const answers: boolean[] = [];
      for (const role of ['readOnly', 'off'] as const) {
        answers.push(await boolOf(bench, await bench.open(role), VIX_PROPERTY_VM_READ_ONLY));
      }
      assert.deepEqual(answers, [true, false]);
    },
  },
  {
    title: 'the supported features are those of the capabilities',
    roles: ['off'],
    async run(bench) {
      const bits = await integerOf(bench, await bench.open('off'), VIX_PROPERTY_VM_SUPPORTED_FEATURES);
      for (const [capability, bit] of features) {
        assert.equal((bits & bit) !== 0, bench.target.capabilities.has(capability), capability);
      }
    },
  },
  {
    title: 'the power state of each machine is that of its role',
    roles: ['off', 'posix', 'suspended'],
    async run(bench) {
      const state = VIX_PROPERTY_VM_POWER_STATE;
      assert.equal(await integerOf(bench, await bench.open('off'), state), VIX_POWERSTATE_POWERED_OFF);
      const on = VIX_POWERSTATE_POWERED_ON | VIX_POWERSTATE_TOOLS_RUNNING;
      assert.equal(await integerOf(bench, await bench.open('posix'), state), on);
      assert.equal(await integerOf(bench, await bench.open('suspended'), state), VIX_POWERSTATE_SUSPENDED);
      const running: boolean[] = [];
      for (const role of ['off', 'posix', 'suspended'] as const) {
        running.push(await boolOf(bench, await bench.open(role), VIX_PROPERTY_VM_IS_RUNNING));
      }
      assert.deepEqual(running, [false, true, false]);
    },
  },
  {
    title: 'the state of Tools tells running, unknown and not installed apart',
    roles: ['posix', 'noTools', 'off'],
    async run(bench) {
      const states: number[] = [];
      for (const role of ['posix', 'off', 'noTools'] as const) {
        states.push(await integerOf(bench, await bench.open(role), VIX_PROPERTY_VM_TOOLS_STATE));
      }
      assert.deepEqual(states, [VIX_TOOLSSTATE_RUNNING, VIX_TOOLSSTATE_UNKNOWN, VIX_TOOLSSTATE_NOT_INSTALLED]);
    },
  },
  {
    title: 'the directory of the shared folders does not exist while the machine is off',
    roles: ['off'],
    async run(bench) {
      const vm = await bench.open('off');
      const id = VIX_PROPERTY_GUEST_SHAREDFOLDERS_SHARES_PATH;
      const read = await bench.vix.Vix_GetProperties(vm, id, Vix_Out<string>(), VIX_PROPERTY_NONE);
      bench.equal(read, VIX_E_UNRECOGNIZED_PROPERTY);
    },
  },
]);
