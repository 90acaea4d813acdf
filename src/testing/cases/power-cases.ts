import assert from 'node:assert/strict';
import {
  VIX_E_CANNOT_START_READ_ONLY_VM,
  VIX_E_INVALID_ARG,
  VIX_E_NOT_SUPPORTED,
  VIX_E_POWEROP_SCRIPTS_NOT_AVAILABLE,
  VIX_E_TEMPLATE_VM,
  VIX_E_TOOLS_NOT_RUNNING,
  VIX_E_VM_INSUFFICIENT_HOST_MEMORY,
  VIX_E_VM_IS_RUNNING,
  VIX_E_VM_NOT_ENOUGH_CPUS,
  VIX_E_VM_NOT_RUNNING,
  VIX_E_VM_UNSUPPORTED_GUEST,
  VIX_E_VMX_MSG_DIALOG_AND_NO_UI,
  VIX_POWERSTATE_BLOCKED_ON_MSG,
  VIX_POWERSTATE_PAUSED,
  VIX_POWERSTATE_POWERED_OFF,
  VIX_POWERSTATE_POWERED_ON,
  VIX_POWERSTATE_SUSPENDED,
  VIX_POWERSTATE_TOOLS_RUNNING,
  VIX_VMPOWEROP_FROM_GUEST,
  VIX_VMPOWEROP_LAUNCH_GUI,
  VIX_VMPOWEROP_NORMAL,
  VIX_VMPOWEROP_START_VM_PAUSED,
} from '../../vix/names.js';
import type { VixError } from '../../vix/types.js';
import { type CaseDefinition, caseGroup } from '../conformance-case.js';
import type { VmRole } from '../target.js';
import { powerStateOf } from '../vm-properties.js';

const hard = VIX_VMPOWEROP_NORMAL;
const soft = VIX_VMPOWEROP_FROM_GUEST;
/** `VIX_VMPOWEROP_FROM_GUEST` of programs that were built before May 2008. */
const softOfOldPrograms = 1;

/** Machines that cannot be powered on, and why. */
const refusals: readonly (readonly [VmRole, VixError])[] = [
  ['question', VIX_E_VMX_MSG_DIALOG_AND_NO_UI],
  ['unsupportedGuest', VIX_E_VM_UNSUPPORTED_GUEST],
  ['tooMuchMemory', VIX_E_VM_INSUFFICIENT_HOST_MEMORY],
  ['tooManyCpus', VIX_E_VM_NOT_ENOUGH_CPUS],
  ['template', VIX_E_TEMPLATE_VM],
  ['readOnly', VIX_E_CANNOT_START_READ_ONLY_VM],
];

const refusalCases: readonly CaseDefinition[] = refusals.map(([role, error]) => ({
  title: `power-on is refused for the role ${role}`,
  roles: [role],
  async run(bench) {
    const vm = await bench.open(role);
    await bench.fails(error, 'VixVM_PowerOn', vm, hard, 0);
    const state = await powerStateOf(bench, vm);
    assert.equal(state & VIX_POWERSTATE_POWERED_ON, 0, `the machine does not run, but its state is ${state}`);
  },
}));

export const powerCases = caseGroup('power', { needs: ['power'] }, [
  {
    title: 'power on, reset, power off',
    roles: ['off'],
    async run(bench) {
      const vm = await bench.open('off');
      await bench.ok('VixVM_PowerOn', vm, hard, 0);
      assert.ok((await powerStateOf(bench, vm)) & VIX_POWERSTATE_POWERED_ON);
      await bench.ok('VixVM_Reset', vm, hard);
      assert.ok((await powerStateOf(bench, vm)) & VIX_POWERSTATE_POWERED_ON);
      await bench.ok('VixVM_PowerOff', vm, hard);
      assert.equal(await powerStateOf(bench, vm), VIX_POWERSTATE_POWERED_OFF);
      await bench.ok('VixVM_PowerOn', vm, hard, 0);
    },
  },
  {
    title: 'what is on cannot be powered on, what is off can only be powered on',
    roles: ['off', 'posix'],
    async run(bench) {
      await bench.fails(VIX_E_VM_IS_RUNNING, 'VixVM_PowerOn', await bench.open('posix'), hard, 0);
      const vm = await bench.open('off');
      for (const mode of [hard, soft]) {
        await bench.fails(VIX_E_VM_NOT_RUNNING, 'VixVM_PowerOff', vm, mode);
        await bench.fails(VIX_E_VM_NOT_RUNNING, 'VixVM_Reset', vm, mode);
      }
      assert.equal(await powerStateOf(bench, vm), VIX_POWERSTATE_POWERED_OFF);
    },
  },
  {
    title: 'options that are no number are refused',
    roles: ['off'],
    async run(bench) {
      const vm = await bench.open('off');
      (await bench.attempt('VixVM_PowerOn', [vm, 'normal', 0])).is(VIX_E_INVALID_ARG);
      (await bench.attempt('VixVM_PowerOff', [vm, null])).is(VIX_E_INVALID_ARG);
      (await bench.attempt('VixVM_Reset', [vm, Number.NaN])).is(VIX_E_INVALID_ARG);
    },
  },
  {
    title: 'a soft power-off goes through the guest',
    needs: ['softPower'],
    roles: ['posix', 'windows'],
    async run(bench) {
      for (const [role, mode] of [
        ['posix', soft],
        ['windows', softOfOldPrograms],
      ] as const) {
        const vm = await bench.open(role);
        await bench.ok('VixVM_PowerOff', vm, mode);
        assert.equal(await powerStateOf(bench, vm), VIX_POWERSTATE_POWERED_OFF, role);
      }
    },
  },
  {
    title: 'a soft reset boots the guest again',
    needs: ['softPower', 'guest'],
    roles: ['posix'],
    async run(bench) {
      const vm = await bench.open('posix');
      await bench.ok('VixVM_Reset', vm, soft);
      assert.equal((await powerStateOf(bench, vm)) & VIX_POWERSTATE_TOOLS_RUNNING, 0, 'Tools has to start again');
      await bench.ok('VixVM_WaitForToolsInGuest', vm, 600);
      assert.ok((await powerStateOf(bench, vm)) & VIX_POWERSTATE_TOOLS_RUNNING);
    },
  },
  {
    title: 'soft operations need Tools',
    needs: ['softPower'],
    roles: ['noTools'],
    async run(bench) {
      const vm = await bench.open('noTools');
      await bench.ok('VixVM_PowerOn', vm, hard, 0);
      await bench.fails(VIX_E_TOOLS_NOT_RUNNING, 'VixVM_PowerOff', vm, soft);
      await bench.fails(VIX_E_TOOLS_NOT_RUNNING, 'VixVM_Reset', vm, soft);
      await bench.ok('VixVM_PowerOff', vm, hard);
    },
  },
  {
    title: 'soft operations wait for the scripts of Tools',
    needs: ['softPower'],
    roles: ['lateScripts'],
    changesNothing: true,
    async run(bench) {
      const vm = await bench.open('lateScripts');
      await bench.fails(VIX_E_POWEROP_SCRIPTS_NOT_AVAILABLE, 'VixVM_PowerOff', vm, soft);
      await bench.fails(VIX_E_POWEROP_SCRIPTS_NOT_AVAILABLE, 'VixVM_Reset', vm, soft);
    },
  },
  ...refusalCases,
  {
    title: 'a question blocks the machine until it is powered off',
    roles: ['question'],
    async run(bench) {
      const vm = await bench.open('question');
      await bench.fails(VIX_E_VMX_MSG_DIALOG_AND_NO_UI, 'VixVM_PowerOn', vm, hard, 0);
      assert.ok((await powerStateOf(bench, vm)) & VIX_POWERSTATE_BLOCKED_ON_MSG);
      await bench.fails(VIX_E_VMX_MSG_DIALOG_AND_NO_UI, 'VixVM_Reset', vm, hard);
      await bench.ok('VixVM_PowerOff', vm, hard);
      assert.equal(await powerStateOf(bench, vm), VIX_POWERSTATE_POWERED_OFF);
    },
  },
  {
    title: 'an encrypted machine starts without a window only',
    needs: ['encryption'],
    roles: ['encrypted'],
    async run(bench) {
      const vm = await bench.open('encrypted');
      await bench.fails(VIX_E_NOT_SUPPORTED, 'VixVM_PowerOn', vm, VIX_VMPOWEROP_LAUNCH_GUI, 0);
      await bench.ok('VixVM_PowerOn', vm, hard, 0);
    },
  },
  {
    title: 'a machine can start paused',
    needs: ['startPaused', 'pause'],
    roles: ['off'],
    async run(bench) {
      const vm = await bench.open('off');
      await bench.ok('VixVM_PowerOn', vm, VIX_VMPOWEROP_START_VM_PAUSED, 0);
      const paused = VIX_POWERSTATE_POWERED_ON | VIX_POWERSTATE_PAUSED;
      assert.equal((await powerStateOf(bench, vm)) & paused, paused);
      await bench.ok('VixVM_Unpause', vm, 0, 0);
      assert.equal((await powerStateOf(bench, vm)) & paused, VIX_POWERSTATE_POWERED_ON);
    },
  },
]);

export const suspendCases = caseGroup('suspend', { needs: ['power', 'suspend'] }, [
  {
    title: 'suspend saves the state, power-on resumes it',
    roles: ['posix'],
    async run(bench) {
      const vm = await bench.open('posix');
      await bench.ok('VixVM_Suspend', vm, hard);
      assert.equal(await powerStateOf(bench, vm), VIX_POWERSTATE_SUSPENDED);
      await bench.ok('VixVM_PowerOn', vm, hard, 0);
      const on = VIX_POWERSTATE_POWERED_ON | VIX_POWERSTATE_TOOLS_RUNNING;
      assert.equal(await powerStateOf(bench, vm), on, 'Tools runs on where it was');
    },
  },
  {
    title: 'what is suspended resumes, and cannot be powered off, reset or suspended',
    roles: ['suspended'],
    async run(bench) {
      const vm = await bench.open('suspended');
      for (const call of ['VixVM_PowerOff', 'VixVM_Reset', 'VixVM_Suspend'] as const) {
        await bench.fails(VIX_E_VM_NOT_RUNNING, call, vm, hard);
      }
      assert.equal(await powerStateOf(bench, vm), VIX_POWERSTATE_SUSPENDED);
      await bench.ok('VixVM_PowerOn', vm, hard, 0);
      assert.ok((await powerStateOf(bench, vm)) & VIX_POWERSTATE_POWERED_ON);
    },
  },
  {
    title: 'what is off cannot be suspended',
    roles: ['off'],
    changesNothing: true,
    async run(bench) {
      const vm = await bench.open('off');
      await bench.fails(VIX_E_VM_NOT_RUNNING, 'VixVM_Suspend', vm, hard);
      (await bench.attempt('VixVM_Suspend', [vm, 'softly'])).is(VIX_E_INVALID_ARG);
    },
  },
  {
    title: 'a soft suspend goes through the guest, and needs Tools',
    needs: ['softPower'],
    roles: ['posix', 'noTools'],
    async run(bench) {
      const vm = await bench.open('posix');
      await bench.ok('VixVM_Suspend', vm, soft);
      assert.equal(await powerStateOf(bench, vm), VIX_POWERSTATE_SUSPENDED);
      const bare = await bench.open('noTools');
      await bench.ok('VixVM_PowerOn', bare, hard, 0);
      await bench.fails(VIX_E_TOOLS_NOT_RUNNING, 'VixVM_Suspend', bare, soft);
    },
  },
  {
    title: 'what somebody else suspended shows as suspended',
    roles: ['posix'],
    async run(bench) {
      const vm = await bench.open('posix');
      assert.ok((await powerStateOf(bench, vm)) & VIX_POWERSTATE_POWERED_ON);
      const others = await bench.open('posix', await bench.connect());
      await bench.ok('VixVM_Suspend', others, hard);
      assert.equal(await powerStateOf(bench, vm), VIX_POWERSTATE_SUSPENDED);
      await bench.fails(VIX_E_VM_NOT_RUNNING, 'VixVM_PowerOff', vm, hard);
    },
  },
]);

export const pauseCases = caseGroup('pause', { needs: ['power', 'pause'] }, [
  {
    title: 'a paused machine stands still until it goes on',
    roles: ['posix'],
    async run(bench) {
      const vm = await bench.open('posix');
      await bench.ok('VixVM_Pause', vm, 0, 0);
      const state = await powerStateOf(bench, vm);
      assert.equal(state, VIX_POWERSTATE_POWERED_ON | VIX_POWERSTATE_PAUSED, 'Tools does not answer while paused');
      await bench.ok('VixVM_Unpause', vm, 0, 0);
      assert.equal(await powerStateOf(bench, vm), VIX_POWERSTATE_POWERED_ON | VIX_POWERSTATE_TOOLS_RUNNING);
    },
  },
  {
    title: 'pausing what is paused and continuing what runs change nothing',
    roles: ['posix'],
    async run(bench) {
      const vm = await bench.open('posix');
      await bench.ok('VixVM_Unpause', vm, 0, 0);
      await bench.ok('VixVM_Pause', vm, 0, 0);
      await bench.ok('VixVM_Pause', vm, 0, 0);
      assert.ok((await powerStateOf(bench, vm)) & VIX_POWERSTATE_PAUSED);
    },
  },
  {
    title: 'what does not run can be neither paused nor continued',
    roles: ['off', 'suspended'],
    changesNothing: true,
    async run(bench) {
      for (const role of ['off', 'suspended'] as const) {
        const vm = await bench.open(role);
        await bench.fails(VIX_E_VM_NOT_RUNNING, 'VixVM_Pause', vm, 0, 0);
        await bench.fails(VIX_E_VM_NOT_RUNNING, 'VixVM_Unpause', vm, 0, 0);
      }
    },
  },
  {
    title: 'a paused machine can be reset and powered off, which ends the pause',
    roles: ['posix'],
    async run(bench) {
      const vm = await bench.open('posix');
      await bench.ok('VixVM_Pause', vm, 0, 0);
      await bench.ok('VixVM_Reset', vm, hard);
      assert.equal((await powerStateOf(bench, vm)) & VIX_POWERSTATE_PAUSED, 0);
      await bench.ok('VixVM_Pause', vm, 0, 0);
      await bench.ok('VixVM_PowerOff', vm, hard);
      assert.equal(await powerStateOf(bench, vm), VIX_POWERSTATE_POWERED_OFF);
    },
  },
  {
    title: 'suspending a paused machine forgets the pause',
    needs: ['suspend'],
    roles: ['posix'],
    async run(bench) {
      const vm = await bench.open('posix');
      await bench.ok('VixVM_Pause', vm, 0, 0);
      await bench.ok('VixVM_Suspend', vm, hard);
      assert.equal(await powerStateOf(bench, vm), VIX_POWERSTATE_SUSPENDED);
      await bench.ok('VixVM_PowerOn', vm, hard, 0);
      assert.equal((await powerStateOf(bench, vm)) & VIX_POWERSTATE_PAUSED, 0);
    },
  },
]);
