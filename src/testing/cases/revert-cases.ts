import assert from 'node:assert/strict';
import {
  VIX_E_NO_SUCH_PROCESS,
  VIX_POWERSTATE_POWERED_OFF,
  VIX_POWERSTATE_POWERED_ON,
  VIX_POWERSTATE_SUSPENDED,
  VIX_PROPERTY_JOB_RESULT_GUEST_PROGRAM_EXIT_CODE,
  VIX_PROPERTY_JOB_RESULT_VM_VARIABLE_STRING,
  VIX_SNAPSHOT_INCLUDE_MEMORY,
  VIX_VM_GUEST_VARIABLE,
  VIX_VMPOWEROP_LAUNCH_GUI,
  VIX_VMPOWEROP_SUPPRESS_SNAPSHOT_POWERON,
} from '../../vix/names.js';
import { caseGroup } from '../conformance-case.js';
import { GuestBench } from '../guest-bench.js';
import { create } from '../snapshot-tree.js';
import { powerStateOf } from '../vm-properties.js';

const memory = VIX_SNAPSHOT_INCLUDE_MEMORY;
const suppress = VIX_VMPOWEROP_SUPPRESS_SNAPSHOT_POWERON;

export const revertCases = caseGroup('revert', { needs: ['snapshots', 'power'] }, [
  {
    title: 'a snapshot without memory brings the files back and leaves the machine off',
    needs: ['guest'],
    roles: ['posix'],
    async run(bench) {
      const inGuest = await GuestBench.in(bench, 'posix');
      const { vm } = inGuest;
      const path = await inGuest.path('file.txt');
      await inGuest.write(path, 'before');
      const snapshot = await create(bench, vm, 'files');
      await inGuest.write(path, 'after');
      await bench.ok('VixVM_RevertToSnapshot', vm, snapshot, 0, 0);
      assert.equal(await powerStateOf(bench, vm), VIX_POWERSTATE_POWERED_OFF);
      await bench.ok('VixVM_PowerOn', vm, 0, 0);
      await bench.ok('VixVM_WaitForToolsInGuest', vm, 600);
      assert.equal(await inGuest.readText(path), 'before');
    },
  },
  {
    title: 'a snapshot with memory brings the machine back as it ran',
    needs: ['guest', 'guestVariables'],
    roles: ['posix'],
    async run(bench) {
      const inGuest = await GuestBench.in(bench, 'posix');
      const { vm } = inGuest;
      const path = await inGuest.path('file.txt');
      await inGuest.write(path, 'before');
      await bench.ok('VixVM_WriteVariable', vm, VIX_VM_GUEST_VARIABLE, 'revix', 'before', 0);
      const snapshot = await create(bench, vm, 'running', '', memory);
      await inGuest.write(path, 'after');
      await bench.ok('VixVM_WriteVariable', vm, VIX_VM_GUEST_VARIABLE, 'revix', 'after', 0);
      await bench.ok('VixVM_PowerOff', vm, 0);
      await bench.ok('VixVM_RevertToSnapshot', vm, snapshot, 0, 0);
      assert.ok((await powerStateOf(bench, vm)) & VIX_POWERSTATE_POWERED_ON);
      await bench.ok('VixVM_WaitForToolsInGuest', vm, 600);
      assert.equal(await inGuest.readText(path), 'before');
      const variable = await bench.ok('VixVM_ReadVariable', vm, VIX_VM_GUEST_VARIABLE, 'revix', 0);
      assert.equal(variable.text(VIX_PROPERTY_JOB_RESULT_VM_VARIABLE_STRING), 'before');
    },
  },
  {
    title: 'a program that the revert took away has lost its exit code, also where another one gets its number',
    needs: ['guest'],
    roles: ['posix'],
    async run(bench) {
      const inGuest = await GuestBench.in(bench, 'posix');
      const { vm, words } = inGuest;
      const snapshot = await create(bench, vm, 'running', '', memory);
      const mark = await inGuest.path('started');
      const { path, args } = words.shell(`echo x > "${mark}"; ${words.longWait.path} ${words.longWait.args}; exit 1`);
      const older = bench.begin('VixVM_RunProgramInGuest', [vm, path, args, 0, 0]);
      await bench.until('the program runs', () => inGuest.fileExists(mark));
      await bench.ok('VixVM_RevertToSnapshot', vm, snapshot, 0, 0);
      await bench.ok('VixVM_WaitForToolsInGuest', vm, 600);
      const { shortWait } = words;
      const line = words.shell(`${shortWait.path} ${shortWait.args}; exit 9`);
      const newer = await bench.ok('VixVM_RunProgramInGuest', vm, line.path, line.args, 0, 0);
      assert.equal(newer.integer(VIX_PROPERTY_JOB_RESULT_GUEST_PROGRAM_EXIT_CODE), 9);
      (await older.end()).is(VIX_E_NO_SUCH_PROCESS);
    },
  },
  {
    title: 'a machine that ran stays off when that is asked for',
    roles: ['posix'],
    async run(bench) {
      const vm = await bench.open('posix');
      const snapshot = await create(bench, vm, 'running', '', memory);
      await bench.ok('VixVM_RevertToSnapshot', vm, snapshot, suppress, 0);
      assert.equal(await powerStateOf(bench, vm), VIX_POWERSTATE_POWERED_OFF);
      await bench.ok('VixVM_RevertToSnapshot', vm, snapshot, VIX_VMPOWEROP_LAUNCH_GUI, 0);
      assert.ok((await powerStateOf(bench, vm)) & VIX_POWERSTATE_POWERED_ON);
    },
  },
  {
    title: 'a snapshot of a machine that was off powers a running one off',
    roles: ['off'],
    async run(bench) {
      const vm = await bench.open('off');
      const snapshot = await create(bench, vm, 'off', '', memory);
      await bench.ok('VixVM_PowerOn', vm, 0, 0);
      await bench.ok('VixVM_RevertToSnapshot', vm, snapshot, 0, 0);
      assert.equal(await powerStateOf(bench, vm), VIX_POWERSTATE_POWERED_OFF);
    },
  },
  {
    title: 'a snapshot of a suspended machine brings it back suspended',
    needs: ['suspend'],
    roles: ['posix'],
    async run(bench) {
      const vm = await bench.open('posix');
      await bench.ok('VixVM_Suspend', vm, 0);
      const snapshot = await create(bench, vm, 'suspended');
      await bench.ok('VixVM_PowerOn', vm, 0, 0);
      await bench.ok('VixVM_RevertToSnapshot', vm, snapshot, 0, 0);
      assert.equal(await powerStateOf(bench, vm), VIX_POWERSTATE_SUSPENDED);
      await bench.ok('VixVM_PowerOn', vm, 0, 0);
      assert.ok((await powerStateOf(bench, vm)) & VIX_POWERSTATE_POWERED_ON);
    },
  },
]);
