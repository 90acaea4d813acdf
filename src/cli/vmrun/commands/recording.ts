import { VIX_INVALID_HANDLE } from '../../../vix/names.js';
import { type Command, command, silent } from '../command.js';
import { text, vm } from '../parameters.js';
import { invalidSnapshotName, namedSnapshot } from './snapshot.js';

/** Record and replay, which left the products with Workstation 8. */
export const recordingCommands: readonly Command[] = [
  command({
    name: 'beginRecording',
    section: 'recordReplay',
    parameters: [vm, text('name', 'SNAPSHOT')],
    summary: 'begin to record a VM into a snapshot',
    hostTypes: ['ws'],
    limit: 'power',
    run: async (session, { name }) => {
      await session.finish(session.vix.VixVM_BeginRecording(session.vm, name, null, 0, VIX_INVALID_HANDLE, null, null));
      return silent;
    },
  }),
  command({
    name: 'endRecording',
    section: 'recordReplay',
    parameters: [vm],
    summary: 'end the recording of a VM',
    hostTypes: ['ws'],
    limit: 'power',
    run: async (session) => {
      await session.finish(session.vix.VixVM_EndRecording(session.vm, 0, VIX_INVALID_HANDLE, null, null));
      return silent;
    },
  }),
  command({
    name: 'beginReplay',
    section: 'recordReplay',
    parameters: [vm, text('name', 'SNAPSHOT')],
    summary: 'begin to replay a recording',
    hostTypes: ['ws'],
    limit: 'power',
    run: async (session, { name }) => {
      const snapshot = await namedSnapshot(session, name, invalidSnapshotName(name));
      await session.finish(session.vix.VixVM_BeginReplay(session.vm, snapshot, 0, VIX_INVALID_HANDLE, null, null));
      return silent;
    },
  }),
  command({
    name: 'endReplay',
    section: 'recordReplay',
    parameters: [vm],
    summary: 'end a replay',
    hostTypes: ['ws'],
    limit: 'power',
    run: async (session) => {
      await session.finish(session.vix.VixVM_EndReplay(session.vm, 0, VIX_INVALID_HANDLE, null, null));
      return silent;
    },
  }),
];
