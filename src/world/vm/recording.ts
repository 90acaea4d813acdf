import { Fault } from '../../base/fault.js';
import type { WorldCall } from '../world-call.js';
import { requireNoRecording } from './power.js';
import { requireOn } from './power-state.js';
import { requireNoQuestion } from './question.js';
import { addSnapshot, findSnapshot, requireRoomForSnapshot, restoreSnapshot } from './snapshots.js';
import type { VmScope } from './vm-scope.js';

/**
 * Record and replay of one virtual machine. A recording is a snapshot with memory; a replay puts the machine back to
 * it and refuses guest operations until it goes live.
 */
export class VmRecording {
  readonly #scope: VmScope;

  constructor(scope: VmScope) {
    this.#scope = scope;
  }

  /**
   * @param options.name an empty one becomes "Recording" with a number.
   * @returns id of the snapshot that holds the recording.
   * @throws Fault `vm-not-running`, `recording-active`, `replay-active`, and those of a snapshot.
   */
  async beginRecording(
    options: { readonly name: string; readonly description: string },
    call: WorldCall,
  ): Promise<string> {
    const scope = this.#scope;
    await scope.begin('recording.beginRecording', call);
    return scope.updateWhenSettled(call, async ({ record }) => {
      requireNoQuestion(record);
      requireOn(record);
      requireNoRecording(record, 'A recording');
      const number = record.snapshots.filter(({ isReplayable }) => isReplayable).length + 1;
      const name = options.name === '' ? `Recording ${number}` : options.name;
      requireRoomForSnapshot(record, name);
      const { description } = options;
      const snapshotId = await addSnapshot(scope, record, {
        name,
        description,
        includeMemory: true,
        isReplayable: true,
      });
      record.recording = { state: 'recording', snapshotId };
      return snapshotId;
    });
  }

  /** @throws Fault `not-recording`. */
  async endRecording(call: WorldCall): Promise<void> {
    await this.#end('recording.endRecording', 'recording', call);
  }

  /**
   * @throws Fault `snapshot-not-found`; `invalid-argument` for an ordinary snapshot; `replay-impossible` when the
   *   virtual hardware has changed since; `recording-active`, `replay-active`.
   */
  async beginReplay(
    options: { readonly snapshotId: string; readonly showConsole: boolean },
    call: WorldCall,
  ): Promise<void> {
    const scope = this.#scope;
    await scope.begin('recording.beginReplay', call);
    await scope.updateWhenSettled(call, async ({ record }) => {
      requireNoQuestion(record);
      requireNoRecording(record, 'A replay');
      const snapshot = findSnapshot(record, options.snapshotId);
      if (!snapshot.isReplayable) {
        throw new Fault('invalid-argument', `The snapshot '${snapshot.name}' of '${record.name}' is not a recording.`);
      }
      if (snapshot.state.hardwareVersion !== record.hardwareVersion) {
        throw new Fault(
          'replay-impossible',
          `'${snapshot.name}' was recorded on virtual hardware ${snapshot.state.hardwareVersion}, but '${record.name}' ` +
            `has ${record.hardwareVersion} now. Revert to the recording first.`,
        );
      }
      await restoreSnapshot(scope, record, snapshot, false);
      record.recording = { state: 'replaying', snapshotId: snapshot.id };
    });
    await scope.seeThrough(call);
  }

  /** The machine goes live where the replay stands. @throws Fault `not-replaying`. */
  async endReplay(call: WorldCall): Promise<void> {
    await this.#end('recording.endReplay', 'replaying', call);
  }

  async #end(
    operation: 'recording.endRecording' | 'recording.endReplay',
    state: 'recording' | 'replaying',
    call: WorldCall,
  ): Promise<void> {
    await this.#scope.begin(operation, call);
    await this.#scope.updateWhenSettled(call, ({ record }) => {
      if (record.recording.state !== state) {
        throw new Fault(
          state === 'recording' ? 'not-recording' : 'not-replaying',
          `'${record.name}' is not ${state}, so there is nothing to end.`,
        );
      }
      record.recording = { state: 'idle', snapshotId: null };
    });
  }
}
