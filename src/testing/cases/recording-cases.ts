import assert from 'node:assert/strict';
import {
  VIX_E_INVALID_ARG,
  VIX_E_NOT_ALLOWED_DURING_VM_RECORDING,
  VIX_E_NOT_ALLOWED_DURING_VM_REPLAY,
  VIX_E_NOT_SUPPORTED_ON_HANDLE_TYPE,
  VIX_E_SNAPSHOT_NOTFOUND,
  VIX_E_UNABLE_TO_REPLAY_VM,
  VIX_E_VM_NOT_RECORDING,
  VIX_E_VM_NOT_REPLAYING,
  VIX_E_VM_NOT_RUNNING,
  VIX_POWERSTATE_POWERED_ON,
  VIX_PROPERTY_SNAPSHOT_DESCRIPTION,
  VIX_PROPERTY_SNAPSHOT_DISPLAYNAME,
  VIX_PROPERTY_SNAPSHOT_IS_REPLAYABLE,
  VIX_PROPERTY_VM_IS_RECORDING,
  VIX_PROPERTY_VM_IS_REPLAYING,
} from '../../vix/names.js';
import type { VixHandle } from '../../vix/types.js';
import type { Bench } from '../bench.js';
import { caseGroup } from '../conformance-case.js';
import { GuestBench } from '../guest-bench.js';
import { create } from '../snapshot-tree.js';
import { boolOf, powerStateOf, textOf } from '../vm-properties.js';

/** Makes a recording from beginning to end. */
async function record(bench: Bench, vm: VixHandle): Promise<VixHandle> {
  const begun = await bench.ok('VixVM_BeginRecording', vm, 'recording', 'of a test', 0, 0);
  await bench.ok('VixVM_EndRecording', vm, 0, 0);
  return begun.handle();
}

export const recordingCases = caseGroup('record and replay', { needs: ['recording', 'snapshots', 'power'] }, [
  {
    title: 'a recording is a snapshot that can be replayed',
    roles: ['posix'],
    async run(bench) {
      const vm = await bench.open('posix');
      const recording = (await bench.ok('VixVM_BeginRecording', vm, 'name', 'description', 0, 0)).handle();
      assert.equal(await boolOf(bench, vm, VIX_PROPERTY_VM_IS_RECORDING), true);
      assert.equal(await boolOf(bench, recording, VIX_PROPERTY_SNAPSHOT_IS_REPLAYABLE), true);
      assert.equal(await textOf(bench, recording, VIX_PROPERTY_SNAPSHOT_DISPLAYNAME), 'name');
      assert.equal(await textOf(bench, recording, VIX_PROPERTY_SNAPSHOT_DESCRIPTION), 'description');
      await bench.ok('VixVM_EndRecording', vm, 0, 0);
      assert.equal(await boolOf(bench, vm, VIX_PROPERTY_VM_IS_RECORDING), false);
      await bench.ok('VixVM_BeginReplay', vm, recording, 0, 0);
      assert.equal(await boolOf(bench, vm, VIX_PROPERTY_VM_IS_REPLAYING), true);
      await bench.ok('VixVM_EndReplay', vm, 0, 0);
      assert.equal(await boolOf(bench, vm, VIX_PROPERTY_VM_IS_REPLAYING), false);
      assert.ok((await powerStateOf(bench, vm)) & VIX_POWERSTATE_POWERED_ON, 'the machine goes on live');
    },
  },
  {
    title: 'a recording without a name gets one',
    roles: ['posix'],
    async run(bench) {
      const vm = await bench.open('posix');
      const recording = (await bench.ok('VixVM_BeginRecording', vm, null, null, 0, 0)).handle();
      assert.notEqual(await textOf(bench, recording, VIX_PROPERTY_SNAPSHOT_DISPLAYNAME), '');
      await bench.ok('VixVM_EndRecording', vm, 0, 0);
    },
  },
  {
    title: 'while recording, neither another recording nor a replay begins',
    roles: ['posix'],
    async run(bench) {
      const vm = await bench.open('posix');
      const earlier = await record(bench, vm);
      await bench.ok('VixVM_BeginRecording', vm, 'second', '', 0, 0);
      const busy = VIX_E_NOT_ALLOWED_DURING_VM_RECORDING;
      await bench.fails(busy, 'VixVM_BeginRecording', vm, 'third', '', 0, 0);
      await bench.fails(busy, 'VixVM_BeginReplay', vm, earlier, 0, 0);
      await bench.fails(busy, 'VixVM_CreateSnapshot', vm, 'snapshot', '', 0, 0);
      await bench.fails(busy, 'VixVM_RevertToSnapshot', vm, earlier, 0, 0);
      await bench.fails(VIX_E_VM_NOT_REPLAYING, 'VixVM_EndReplay', vm, 0, 0);
      await bench.ok('VixVM_EndRecording', vm, 0, 0);
    },
  },
  {
    title: 'while replaying, neither a recording nor another replay begins, and the guest is left alone',
    needs: ['guest'],
    roles: ['posix'],
    async run(bench) {
      const { vm } = await GuestBench.in(bench, 'posix');
      const recording = await record(bench, vm);
      await bench.ok('VixVM_BeginReplay', vm, recording, 0, 0);
      const busy = VIX_E_NOT_ALLOWED_DURING_VM_REPLAY;
      await bench.fails(busy, 'VixVM_BeginReplay', vm, recording, 0, 0);
      await bench.fails(busy, 'VixVM_BeginRecording', vm, 'again', '', 0, 0);
      await bench.fails(busy, 'VixVM_ListProcessesInGuest', vm, 0);
      await bench.fails(VIX_E_VM_NOT_RECORDING, 'VixVM_EndRecording', vm, 0, 0);
      await bench.ok('VixVM_EndReplay', vm, 0, 0);
    },
  },
  {
    title: 'only what has begun can end',
    roles: ['posix'],
    changesNothing: true,
    async run(bench) {
      const vm = await bench.open('posix');
      await bench.fails(VIX_E_VM_NOT_RECORDING, 'VixVM_EndRecording', vm, 0, 0);
      await bench.fails(VIX_E_VM_NOT_REPLAYING, 'VixVM_EndReplay', vm, 0, 0);
    },
  },
  {
    title: 'a recording needs a machine that is on',
    roles: ['off'],
    changesNothing: true,
    async run(bench) {
      const vm = await bench.open('off');
      await bench.fails(VIX_E_VM_NOT_RUNNING, 'VixVM_BeginRecording', vm, 'name', '', 0, 0);
      (await bench.attempt('VixVM_BeginRecording', [vm, 7, '', 0, 0])).is(VIX_E_INVALID_ARG);
    },
  },
  {
    title: 'only a recording of the machine can be replayed',
    roles: ['posix', 'windows'],
    async run(bench) {
      const vm = await bench.open('posix');
      const ordinary = await create(bench, vm, 'ordinary');
      await bench.fails(VIX_E_INVALID_ARG, 'VixVM_BeginReplay', vm, ordinary, 0, 0);
      (await bench.attempt('VixVM_BeginReplay', [vm, bench.host, 0, 0])).is(VIX_E_NOT_SUPPORTED_ON_HANDLE_TYPE);
      const others = await record(bench, await bench.open('windows'));
      await bench.fails(VIX_E_INVALID_ARG, 'VixVM_BeginReplay', vm, others, 0, 0);
      const gone = await record(bench, vm);
      await bench.ok('VixVM_RemoveSnapshot', vm, gone, 0);
      await bench.fails(VIX_E_SNAPSHOT_NOTFOUND, 'VixVM_BeginReplay', vm, gone, 0, 0);
    },
  },
  {
    title: 'a recording cannot be replayed on other virtual hardware',
    needs: ['hardwareUpgrade'],
    roles: ['oldHardware'],
    async run(bench) {
      const vm = await bench.open('oldHardware');
      await bench.ok('VixVM_PowerOn', vm, 0, 0);
      const recording = await record(bench, vm);
      await bench.ok('VixVM_PowerOff', vm, 0);
      await bench.ok('VixVM_UpgradeVirtualHardware', vm, 0);
      await bench.fails(VIX_E_UNABLE_TO_REPLAY_VM, 'VixVM_BeginReplay', vm, recording, 0, 0);
    },
  },
]);
