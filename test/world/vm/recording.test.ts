import { describe, expect, it } from 'vitest';
import { call, contentOf, fault, hard, oneVm, session } from '../world-fixture.js';

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
    await expect(session(vm).validate(call())).rejects.toMatchObject(fault('replay-active'));
    await vm.recording.endReplay(call());
    await expect(session(vm).files.stat('/tmp/recorded', call())).rejects.toMatchObject(fault('file-not-found'));
  });

  it('excludes what would disturb it, and ends with the power', async () => {
    const { vm } = await oneVm({ power: 'on' });
    const snapshotId = await vm.recording.beginRecording(recording, call());
    const snapshot = { name: 's', description: '', includeMemory: false };
    await expect(vm.recording.beginRecording(recording, call())).rejects.toMatchObject(fault('recording-active'));
    await expect(vm.recording.beginReplay({ snapshotId, showConsole: false }, call())).rejects.toMatchObject(
      fault('recording-active'),
    );
    await expect(vm.snapshots.create(snapshot, call())).rejects.toMatchObject(fault('recording-active'));
    await expect(vm.power.suspend('hard', call())).rejects.toMatchObject(fault('recording-active'));
    await vm.power.off('hard', call());
    await expect(vm.recording.endRecording(call())).rejects.toMatchObject(fault('not-recording'));
    await vm.recording.beginReplay({ snapshotId, showConsole: false }, call());
    await expect(vm.recording.beginRecording(recording, call())).rejects.toMatchObject(fault('replay-active'));
    await expect(
      vm.snapshots.revert({ id: snapshotId, suppressPowerOn: false, showConsole: false }, call()),
    ).rejects.toMatchObject(fault('replay-active'));
    await vm.power.off('hard', call());
    await expect(vm.recording.endReplay(call())).rejects.toMatchObject(fault('not-replaying'));
  });

  it('names why it is not possible', async () => {
    const { vm } = await oneVm({ hardwareVersion: 10 });
    await expect(vm.recording.beginRecording(recording, call())).rejects.toMatchObject(fault('vm-not-running'));
    await vm.power.on(hard, call());
    const ordinary = await vm.snapshots.create({ name: 's', description: '', includeMemory: true }, call());
    await expect(vm.recording.beginReplay({ snapshotId: ordinary, showConsole: false }, call())).rejects.toMatchObject(
      fault('invalid-argument'),
    );
    await expect(vm.recording.beginReplay({ snapshotId: 'none', showConsole: false }, call())).rejects.toMatchObject(
      fault('snapshot-not-found'),
    );
    const recorded = await vm.recording.beginRecording({ name: 'mine', description: '' }, call());
    await vm.power.off('hard', call());
    await vm.lifecycle.upgradeHardware(call());
    await expect(vm.recording.beginReplay({ snapshotId: recorded, showConsole: false }, call())).rejects.toMatchObject(
      fault('replay-impossible'),
    );
  });
});
