import assert from 'node:assert/strict';
import type { Capability } from '../../backends/capabilities.js';
import { errorName } from '../../vix/lookup.js';
import {
  VIX_E_NOT_SUPPORTED,
  VIX_FIND_REGISTERED_VMS,
  VIX_FIND_RUNNING_VMS,
  VIX_GUEST_ENVIRONMENT_VARIABLE,
  VIX_VM_CONFIG_RUNTIME_ONLY,
  VIX_VM_GUEST_VARIABLE,
} from '../../vix/names.js';
import type { VixFunctionName } from '../../vix/functions.js';
import { caseGroup } from '../conformance-case.js';
import { argumentsFor, functionCapabilities } from '../neutral-arguments.js';

/** Calls that need a capability because of their arguments. */
const byArguments: readonly (readonly [Capability, VixFunctionName, Readonly<Record<string, unknown>>])[] = [
  ['findRunning', 'VixHost_FindItems', { searchType: VIX_FIND_RUNNING_VMS }],
  ['findRegistered', 'VixHost_FindItems', { searchType: VIX_FIND_REGISTERED_VMS }],
  ['guestVariables', 'VixVM_ReadVariable', { variableType: VIX_VM_GUEST_VARIABLE, name: 'name' }],
  ['guestVariables', 'VixVM_WriteVariable', { variableType: VIX_VM_GUEST_VARIABLE, valueName: 'name' }],
  ['configRead', 'VixVM_ReadVariable', { variableType: VIX_VM_CONFIG_RUNTIME_ONLY }],
  ['configWrite', 'VixVM_WriteVariable', { variableType: VIX_VM_CONFIG_RUNTIME_ONLY }],
  ['guest', 'VixVM_ReadVariable', { variableType: VIX_GUEST_ENVIRONMENT_VARIABLE }],
  ['environmentWrite', 'VixVM_WriteVariable', { variableType: VIX_GUEST_ENVIRONMENT_VARIABLE }],
];

export const capabilityCases = caseGroup('capabilities', { changesNothing: true }, [
  {
    title: 'what the target does not offer is refused at once, whatever the state of the machine',
    roles: ['off'],
    async run(bench) {
      const vmHandle = await bench.open('off');
      const { capabilities } = bench.target;
      const calls = [
        ...Object.entries(functionCapabilities).map(
          ([name, capability]) => [capability, name as VixFunctionName, {}] as const,
        ),
        ...byArguments,
      ];
      const wrong: string[] = [];
      for (const [capability, name, named] of calls) {
        if (capabilities.has(capability)) continue;
        // Snapshot handles exist only where there are snapshots, so what works on one is refused for its handle.
        if (name.startsWith('VixSnapshot_')) continue;
        const error = await bench.errorOf(name, argumentsFor(name, { hostHandle: bench.host, vmHandle, ...named }));
        if (error !== VIX_E_NOT_SUPPORTED) wrong.push(`${name} without ${capability}: ${errorName(error)}`);
      }
      assert.deepEqual(wrong, []);
    },
  },
]);
