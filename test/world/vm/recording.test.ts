import { describe, expect, it } from 'vitest';
import { call, contentOf, expectFault, hard, oneVm, session } from '../world-fixture.js';

const recording = { name: '', description: 'what happened' };

describe('record and replay', () => {
  it('records into a snapshot, and replays from it until it goes live', async () => {
    const { vm } = await oneVm({ power: 'on' });
    const snapshotId = await vm.recording.beginRecording(recording, call());
    expect((await vm.properties(call())).isRecording).toBe(true);
    await session(vm).files.write('/tmp/recorded', contentOf('x'), call());
    await vm.recording.endRecording(call());
    const { roots } = await vm.snapshots.tree(call());
    expect(roots[0]).toMatchObject({ id: snapshotId, name: 'Recording 1', isReplayable: true, power: { phase: 'on' } });

    await vm.recording.beginReplay({ snapshotId, showConsole: false }, call());
    expect(await vm.properties(call())).toMatchObject({ isReplaying: true, power: { phase: 'on' } });
    await expectFault(session(vm).validate(call()), 'replay-active');
    await vm.recording.endReplay(call());
    await expectFault(session(vm).files.stat('/tmp/recorded', call()), 'file-not-found');
  });

  it('excludes what would disturb it, and ends with the power', async () => {
    const { vm } = await oneVm({ power: 'on' });
    const snapshotId = await vm.recording.beginRecording(recording, call());
    const snapshot = { name: 's', description: '', includeMemory: false };
    await expectFault(vm.recording.beginRecording(recording, call()), 'recording-active');
    await expectFault(vm.recording.beginReplay({ snapshotId, showConsole: false }, call()), 'recording-active');
    await expectFault(vm.snapshots.create(snapshot, call()), 'recording-active');
    await expectFault(vm.power.suspend('hard', call()), 'recording-active');
    await vm.power.off('hard', call());
    await expectFault(vm.recording.endRecording(call()), 'not-recording');
    await vm.recording.beginReplay({ snapshotId, showConsole: false }, call());
    await expectFault(vm.recording.beginRecording(recording, call()), 'replay-active');
    await expectFault(
      vm.snapshots.revert({ id: snapshotId, suppressPowerOn: false, showConsole: false }, call()),
      'replay-active',
    );
    await vm.power.off('hard', call());
    await expectFault(vm.recording.endReplay(call()), 'not-replaying');
  });

  it('names why it is not possible', async () => {
    const { vm } = await oneVm({ hardwareVersion: 10 });
    await expectFault(vm.recording.beginRecording(recording, call()), 'vm-not-running');
    await vm.power.on(hard, call());
    const ordinary = await vm.snapshots.create({ name: 's', description: '', includeMemory: true }, call());
    await expectFault(
      vm.recording.beginReplay({ snapshotId: ordinary, showConsole: false }, call()),
      'invalid-argument',
    );
    await expectFault(
      vm.recording.beginReplay({ snapshotId: 'none', showConsole: false }, call()),
      'snapshot-not-found',
    );
    const recorded = await vm.recording.beginRecording({ name: 'mine', description: '' }, call());
    await vm.power.off('hard', call());
    await vm.lifecycle.upgradeHardware(call());
    await expectFault(
      vm.recording.beginReplay({ snapshotId: recorded, showConsole: false }, call()),
      'replay-impossible',
    );
  });
});
